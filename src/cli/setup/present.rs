//! Reads what a configuration that is there already has, to propose it.

use std::path::{Path, PathBuf};

use crate::runtime::language::{Language, Message};
use crate::runtime::settings::{File, Folders, Section};

/// The shipped examples, which are what a package installs.
const EXAMPLES: [(Language, &str); 2] = [
    (Language::English, include_str!("../../../systemd/bina.toml")),
    (Language::Portuguese, include_str!("../../../systemd/bina.pt-BR.toml")),
];

/// The shipped example with comments in `language`.
pub(super) fn example(language: Language) -> &'static str {
    EXAMPLES.iter().find(|(own, _)| *own == language).map_or("", |(_, text)| text)
}

/// Whether nobody has changed `text` since it was shipped.
pub(super) fn is_example(text: &str) -> bool {
    EXAMPLES.iter().any(|(_, example)| *example == text)
}

/// Where a secret of a configuration is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum PresentSecret {
    #[default]
    Absent,
    /// In a file, which may not be there yet.
    File(PathBuf),
    /// In the configuration itself.
    Inside,
}

impl PresentSecret {
    /// Whether it can be kept.
    pub(super) fn is_there(&self) -> bool {
        match self {
            Self::Absent => false,
            Self::File(path) => {
                path.metadata().is_ok_and(|about| about.is_file() && about.len() > 0)
            }
            Self::Inside => true,
        }
    }
}

/// The settings that are asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PresentSettings {
    pub(super) base_url: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) username: Option<String>,
    pub(super) default_ddd: Option<String>,
    pub(super) client_secret: PresentSecret,
    pub(super) password: PresentSecret,
}

impl PresentSettings {
    /// Reads them from the text of the file at `path`; other settings may be invalid. Fails if it is not TOML.
    pub(super) fn read(text: &str, path: &Path) -> Result<Self, Vec<Message>> {
        let file = File::new(text, Folders::of(path));
        let found = Section::root(&file).map(|mut root| {
            let mut settings = root.read("hubsoft", |section| {
                let mut text = |key| section.text(key).map(|marked| marked.value);
                let mut secret = |inside, named| match (text(inside), text(named)) {
                    (Some(_), _) => PresentSecret::Inside,
                    (None, Some(name)) => PresentSecret::File(beside(path, &name)),
                    (None, None) => PresentSecret::Absent,
                };
                let client_secret = secret("client_secret", "client_secret_file");
                let password = secret("password", "password_file");
                Self {
                    base_url: text("base_url"),
                    client_id: text("client_id"),
                    username: text("username"),
                    client_secret,
                    password,
                    ..Self::default()
                }
            });
            let ddd = |section: &mut Section<'_>| section.text_or_number("default_ddd");
            settings.default_ddd = root.read("numbers", ddd).map(|marked| marked.value);
            settings
        });
        found.ok_or_else(|| {
            let problems = file.problems(Vec::new).into_iter();
            let line = |line| move |text: &str| format!("{}:{line}: {text}", path.display());
            problems.map(|problem| problem.text.map(line(problem.place.line))).collect()
        })
    }

    /// The same without what the shipped examples have in place of an answer.
    pub(super) fn without_examples(self) -> Self {
        Self { base_url: None, client_id: None, username: None, default_ddd: None, ..self }
    }
}

/// A file that the configuration at `path` names.
pub(super) fn beside(path: &Path, name: &str) -> PathBuf {
    path.parent().unwrap_or_else(|| Path::new(".")).join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_of_a_file_are_read_though_others_are_wrong() {
        let text = "nonsense = 1\n[hubsoft]\nbase_url = \"https://a\"\nclient_id = 3\npassword = \"p\"\n\
                    client_secret_file = \"s\"\n[numbers]\ndefault_ddd = 37\n";
        let read = PresentSettings::read(text, Path::new("/etc/bina/bina.toml")).expect("TOML");
        assert_eq!(read.base_url.as_deref(), Some("https://a"));
        assert_eq!((read.client_id, read.default_ddd.as_deref()), (None, Some("37")));
        assert_eq!(read.client_secret, PresentSecret::File("/etc/bina/s".into()));
        assert_eq!(read.password, PresentSecret::Inside);
        assert!(read.password.is_there() && !read.client_secret.is_there());
        let problems = PresentSettings::read("a = ", Path::new("b.toml")).expect_err("no TOML");
        assert!(problems[0].english.starts_with("b.toml:1: "), "{problems:?}");
    }

    #[test]
    fn the_examples_have_everything_that_is_asked() {
        for language in [Language::English, Language::Portuguese] {
            let text = example(language);
            assert!(is_example(text) && !is_example(&format!("{text}\n")));
            let read = PresentSettings::read(text, Path::new("/e/bina.toml")).expect("TOML");
            assert_eq!(read.client_secret, PresentSecret::File("/e/client_secret".into()));
            assert_eq!(read.password, PresentSecret::File("/e/password".into()));
            assert!(read.base_url.is_some() && read.client_id.is_some() && read.username.is_some());
        }
    }
}
