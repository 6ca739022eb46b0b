//! Reads a file of answers, for a setup without a terminal.

use std::collections::BTreeMap;
use std::path::Path;

use zeroize::Zeroizing;

use crate::runtime::language::Message;
use crate::runtime::plain_file;
use crate::runtime::secret::Secret;
use crate::runtime::settings::{File, Folders, Section};

use super::super::Failed;
use super::texts;

/// Longest file of answers.
const FILE_BYTES_MAX: u64 = 64 << 10;

/// The questions that are answered by a text.
const TEXTS: [&str; 7] =
    ["base_url", "client_id", "username", "default_ddd", "pbx", "data_folder", "lookup"];
/// The questions that are answered by true or false.
const FLAGS: [&str; 7] = ["try", "untested", "snippet", "include", "write", "reload", "service"];
/// The secrets, each written in the file or named as another one.
const SECRETS: [(&str, &str); 2] =
    [("client_secret", "client_secret_file"), ("password", "password_file")];

/// The answers of a file, by question.
#[derive(Debug, Default)]
pub(super) struct GivenAnswers {
    path: String,
    texts: BTreeMap<&'static str, String>,
    flags: BTreeMap<&'static str, bool>,
    secrets: BTreeMap<&'static str, Secret>,
    /// What does not prevent their use.
    pub(super) warnings: Vec<Message>,
}

impl GivenAnswers {
    /// Reads the file at `path`; an unknown question is an error.
    pub(super) fn load(path: &Path) -> Result<Self, Failed> {
        let text = plain_file::read_text(path, FILE_BYTES_MAX).map_err(|error| {
            let problem = plain_file::problem(&error);
            Failed::configuration(
                texts::ANSWERS_UNREADABLE
                    .message(&[("path", &path.display()), ("problem", &problem)]),
            )
        })?;
        Self::read(&Zeroizing::new(text), path)
    }

    pub(super) fn read(text: &str, path: &Path) -> Result<Self, Failed> {
        let file = File::new(text, Folders::of(path));
        let answers = Section::root(&file).map(|mut root| {
            let mut answers = Self { path: path.display().to_string(), ..Self::default() };
            for key in TEXTS {
                let text =
                    if key == "default_ddd" { root.text_or_number(key) } else { root.text(key) };
                answers.texts.extend(text.map(|text| (key, text.value)));
            }
            for key in FLAGS {
                answers.flags.extend(root.flag_if_set(key).map(|flag| (key, flag.value)));
            }
            for (key, named) in SECRETS {
                answers.secrets.extend(secret(&mut root, key, named).map(|secret| (key, secret)));
            }
            root.finish_file();
            answers
        });
        let warnings = file.warnings();
        match (file.problems(Vec::new), answers) {
            (problems, Some(answers)) if problems.is_empty() => Ok(Self { warnings, ..answers }),
            (problems, _) => {
                let shown = path.display();
                let lines = problems.into_iter().map(|problem| {
                    let line = problem.place.line;
                    problem.text.map(|text| format!("{shown}:{line}: {text}"))
                });
                Err(Failed::configuration(Message::lines(&lines.collect::<Vec<_>>())))
            }
        }
    }

    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.texts.get(key).map(String::as_str)
    }

    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.flags.get(key).copied()
    }

    pub(super) fn secret(&self, key: &str) -> Option<&Secret> {
        self.secrets.get(key)
    }

    /// A question without an answer.
    pub(super) fn missing(&self, key: &str) -> Failed {
        let message = texts::ANSWERS_MISSING.message(&[("path", &self.path), ("key", &key)]);
        Failed::configuration(message)
    }

    /// An answer that cannot be used.
    pub(super) fn wrong(&self, key: &str, why: &Message) -> Failed {
        let parts: [(&str, &dyn std::fmt::Display); 3] =
            [("path", &self.path), ("key", &key), ("why", why)];
        Failed::configuration(texts::ANSWERS_WRONG.message(&parts))
    }
}

/// Reads a secret that is written there, or in the file that is named there.
fn secret(root: &mut Section<'_>, key: &'static str, named: &'static str) -> Option<Secret> {
    let (inside, file) = (root.text(key), root.text(named));
    match (inside, file) {
        (Some(inside), Some(_)) => {
            root.report(inside.place, texts::ANSWERS_TWICE.message(&[("key", &key)]));
            None
        }
        (Some(inside), None) => {
            root.note_secret_inside();
            Some(Secret::new(inside.value))
        }
        (None, Some(file)) => {
            let read = root.secret_named(named, &file.value, |_, _| Ok(()));
            read.map_err(|problem| root.report(file.place, problem)).ok()
        }
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<GivenAnswers, String> {
        let read = GivenAnswers::read(text, Path::new("/nowhere/answers.toml"));
        read.map_err(|failed| failed.message().english)
    }

    #[test]
    fn an_unknown_question_is_refused_with_the_list_of_those_there_are() {
        let problem = read("client_id = \"3\"\nclientid = \"3\"\n").expect_err("unknown");
        assert!(
            problem.starts_with("/nowhere/answers.toml:2: unknown setting `clientid`"),
            "{problem}"
        );
        for key in TEXTS.iter().chain(&FLAGS) {
            assert!(problem.contains(key), "{key}: {problem}");
        }
    }

    #[test]
    fn an_answer_of_another_kind_is_refused() {
        for text in
            ["write = \"yes\"", "client_id = true", "password = \"a\"\npassword_file = \"b\"", "x"]
        {
            assert!(read(text).is_err(), "{text}");
        }
        let problem = read("password_file = \"absent\"").expect_err("no file");
        assert!(problem.contains("password_file: cannot read"), "{problem}");
    }

    #[test]
    fn answers_are_read_and_no_output_shows_a_secret() {
        let answers = read("default_ddd = 37\nwrite = true\npassword = \"hush\"\n").expect("good");
        assert_eq!((answers.text("default_ddd"), answers.flag("write")), (Some("37"), Some(true)));
        assert_eq!(answers.secret("password").map(Secret::reveal), Some("hush"));
        assert!(!format!("{answers:?}").contains("hush"));
        assert_eq!(answers.text("lookup"), None);
    }
}
