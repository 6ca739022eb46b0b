//! The manual pages: those of the commands are in both languages.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::run;

/// The headings of a page in both languages.
const HEADINGS: [(&str, &str); 12] = [
    ("NAME", "NOME"),
    ("SYNOPSIS", "SINOPSE"),
    ("DESCRIPTION", "DESCRIÇÃO"),
    ("OPTIONS", "OPÇÕES"),
    ("SUBCOMMANDS", "COMANDOS"),
    ("EXTRA", "EXEMPLOS"),
    ("EXAMPLES", "EXEMPLOS"),
    ("SEE ALSO", "VEJA TAMBÉM"),
    // Of the options of a rehearsal.
    ("\"CUSTOMERS AND THEIR CALLS\"", "\"CLIENTES E CHAMADAS\""),
    ("\"THE ALERT\"", "\"O ALERTA\""),
    ("HUBSOFT", "HUBSOFT"),
    ("BINA", "BINA"),
];

/// The pages as the package has them, in a folder of this test's own, removed at its end.
struct Pages(PathBuf);

impl Pages {
    fn written(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("bina-{}-{name}", std::process::id()));
        let written = run(&["man", folder.to_str().expect("UTF-8")]);
        assert!(written.status.success());
        Self(folder)
    }

    /// The files below `folder`, in order.
    fn names(&self, folder: &str) -> Vec<String> {
        let files = fs::read_dir(self.0.join(folder)).expect("it was written").flatten();
        let files = files.filter(|file| file.path().is_file());
        let mut names: Vec<_> =
            files.map(|file| file.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn read(&self, folder: &str, name: &str) -> String {
        fs::read_to_string(self.0.join(folder).join(name)).expect("it was written")
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn headings(page: &str) -> Vec<&str> {
    page.lines().filter_map(|line| line.strip_prefix(".SH ")).collect()
}

/// The options that a page names.
fn options(page: &str) -> BTreeSet<String> {
    let page = page.replace("\\-", "-");
    let words = page.split(|c: char| !c.is_ascii_lowercase() && c != '-');
    words.filter(|word| word.starts_with("--")).map(ToOwned::to_owned).collect()
}

#[test]
fn each_page_of_a_command_has_the_same_sections_and_options_in_portuguese() {
    let pages = Pages::written("pages");
    let mut names = pages.names("");
    names.retain(|name| name.ends_with(".1"));
    assert_eq!(pages.names("pt_BR"), names);
    assert_eq!(names.len(), 17);
    for name in names {
        let (english, portuguese) = (pages.read("", &name), pages.read("pt_BR", &name));
        let translated: Vec<_> = headings(&english)
            .into_iter()
            .map(|heading| {
                let row = HEADINGS.iter().find(|(english, _)| *english == heading);
                row.unwrap_or_else(|| panic!("{name}: {heading}")).1
            })
            .collect();
        assert_eq!(headings(&portuguese), translated, "{name}");
        assert_eq!(options(&portuguese), options(&english), "{name}");
        for words in ["Print help", "default:", "Possible values", " the ", " is "] {
            assert!(!portuguese.contains(words), "{name}: {words}\n{portuguese}");
        }
    }
    let program = pages.read("pt_BR", "bina.1");
    assert!(program.contains("bina rehearse ") && program.contains("ensaia uma massiva"));
}

/// What groff finds wrong with a page; none where there is no groff.
fn warnings(page: &Path) -> Option<String> {
    let mut command = Command::new("groff");
    command.args(["-man", "-K", "utf8", "-T", "utf8", "-ww", "-z"]).arg(page);
    let output = command.stdin(Stdio::null()).output().ok()?;
    Some(String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn groff_finds_nothing_wrong_with_any_page() {
    let pages = Pages::written("groff");
    let mut checked = 0;
    for folder in ["", "pt_BR"] {
        for name in pages.names(folder) {
            let Some(warnings) = warnings(&pages.0.join(folder).join(&name)) else {
                eprintln!("groff is not here: the pages are not checked");
                return;
            };
            assert_eq!(warnings, "", "{folder}/{name}");
            checked += 1;
        }
    }
    assert_eq!(checked, 35);
}
