//! The tables of settings: names, defaults and limits come from the modules, descriptions stay as written.
//!
//! `UPDATE_DOCS=1 cargo test --test documents` writes the tables anew. A setting that is new has no
//! description then, and the test fails until it has one in each language.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;

use bina::app::config::Config;
use bina::runtime::settings::{Absent, Setting, SettingKind, Unit};

use crate::{read, root};

/// The words of a table in one language.
struct Language {
    document: &'static str,
    head: &'static str,
    file: &'static str,
    required: &'static str,
    text: &'static str,
    list: &'static str,
    up_to: &'static str,
    map: &'static str,
}

const LANGUAGES: [Language; 2] = [
    Language {
        document: "docs/settings.md",
        head: "| setting | default | values | meaning |",
        file: "Whole sections",
        required: "required",
        text: "text",
        list: "text, or list of texts",
        up_to: "up to",
        map: "names of your own, a text each",
    },
    Language {
        document: "docs/configuracoes.pt-BR.md",
        head: "| configuração | padrão | valores | significado |",
        file: "Seções inteiras",
        required: "obrigatória",
        text: "texto",
        list: "texto ou lista de textos",
        up_to: "até",
        map: "nomes à sua escolha, um texto para cada",
    },
];

impl Language {
    fn values(&self, kind: &SettingKind) -> String {
        match kind {
            SettingKind::Flag => "`true`, `false`".to_owned(),
            SettingKind::FlagOr(word) => format!("`true`, `false`, `\"{word}\"`"),
            SettingKind::List { max: None } => self.list.to_owned(),
            SettingKind::List { max: Some(max) } => format!("{} ({} {max})", self.list, self.up_to),
            SettingKind::Map => self.map.to_owned(),
            SettingKind::Number { least, most, unit } => format!("{least}–{most}{}", suffix(*unit)),
            SettingKind::Text => self.text.to_owned(),
            SettingKind::Word(words) => {
                let words: Vec<_> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
                words.join(", ")
            }
        }
    }

    fn default(&self, absent: &Absent) -> String {
        match absent {
            Absent::Default(value) => format!("`{value}`"),
            Absent::Nothing => "–".to_owned(),
            Absent::Problem => self.required.to_owned(),
        }
    }

    fn title(&self, setting: &Setting) -> String {
        match setting.heading.as_str() {
            "" => format!("## {}", self.file),
            heading => format!("## `{heading}`"),
        }
    }

    /// The document with its tables written anew: the text above the first section, and in each
    /// section the table behind the text that stands there already.
    fn renewed(&self, document: &str, settings: &[Setting]) -> String {
        let known = Written::of(document);
        let mut text = known.preamble.clone();
        let mut title = String::new();
        for setting in settings {
            let own = self.title(setting);
            if own != title {
                title = own;
                let notes = known.notes.get(&title).map_or("", |notes| notes.trim());
                let gap = if notes.is_empty() { "" } else { "\n\n" };
                let head = self.head;
                writeln!(text, "\n{title}\n\n{notes}{gap}{head}\n|---|---|---|---|").unwrap();
            }
            let row = (title.clone(), setting.key.to_owned());
            let meaning = known.meanings.get(&row).map_or("", String::as_str);
            let default = self.default(&setting.absent);
            let values = self.values(&setting.kind);
            writeln!(text, "| `{}` | {default} | {values} | {meaning} |", setting.key).unwrap();
        }
        text
    }
}

fn suffix(unit: Unit) -> &'static str {
    match unit {
        Unit::Bytes => " bytes",
        Unit::Milliseconds => " ms",
        Unit::One => "",
        Unit::Seconds => " s",
    }
}

/// What people have written into a document.
#[derive(Default)]
struct Written {
    preamble: String,
    /// By the title of the section.
    notes: HashMap<String, String>,
    /// By the title of the section and the setting.
    meanings: HashMap<(String, String), String>,
}

impl Written {
    fn of(document: &str) -> Self {
        let mut written = Self::default();
        let mut title = String::new();
        for line in document.lines() {
            if line.starts_with("## ") {
                title = line.to_owned();
            } else if title.is_empty() {
                written.preamble += line;
                written.preamble += "\n";
            } else if let Some(cells) = line.strip_prefix("| `") {
                let cells: Vec<_> = cells.trim_end_matches(" |").splitn(4, " | ").collect();
                if let [key, _, _, meaning] = cells[..] {
                    let row = (title.clone(), key.trim_end_matches('`').to_owned());
                    written.meanings.insert(row, meaning.trim().to_owned());
                }
            } else if !line.starts_with('|') {
                let notes = written.notes.entry(title.clone()).or_default();
                *notes += line;
                *notes += "\n";
            }
        }
        written.preamble.truncate(written.preamble.trim_end().len());
        written.preamble += "\n";
        written
    }
}

/// The settings, section by section, in the order in which the modules read them.
fn settings() -> Vec<Setting> {
    let mut settings = Config::settings();
    let mut headings: Vec<String> = Vec::new();
    for setting in &settings {
        if !headings.contains(&setting.heading) {
            headings.push(setting.heading.clone());
        }
    }
    settings.sort_by_key(|setting| headings.iter().position(|own| *own == setting.heading));
    settings
}

#[test]
fn the_tables_of_settings_are_what_the_modules_read() {
    let settings = settings();
    for language in LANGUAGES {
        let path = root().join(language.document);
        let document = fs::read_to_string(&path).unwrap_or_default();
        let renewed = language.renewed(&document, &settings);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&path, &renewed).unwrap();
        } else {
            let remedy = "UPDATE_DOCS=1 cargo test --test documents writes it anew";
            assert!(document == renewed, "{} is not up to date: {remedy}", language.document);
        }
    }
}

#[test]
fn every_setting_is_described_in_both_languages() {
    for language in LANGUAGES {
        let written = Written::of(&read(language.document));
        for setting in settings() {
            let row = (language.title(&setting), setting.key.to_owned());
            let meaning = written.meanings.get(&row).map_or("", String::as_str);
            assert!(meaning.len() > 10, "{}: describe {row:?}", language.document);
        }
    }
}

/// The lines of the shipped file that stand below `heading`, without the sign of a comment.
fn shipped(heading: &str) -> Vec<String> {
    let text = read("systemd/bina.toml");
    let mut own = "";
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with('[') {
            own = line;
        }
        if own == heading {
            lines.push(line.trim_start_matches("# ").to_owned());
        }
    }
    lines
}

#[test]
fn the_shipped_file_shows_each_default_in_its_section() {
    let mut seen = 0;
    for setting in settings() {
        let Absent::Default(default) = &setting.absent else { continue };
        // A rule or a trunk is shown as an example, below its description.
        if setting.heading.starts_with("[[") {
            continue;
        }
        let line = format!("{} = {default}", setting.key);
        let lines = shipped(&setting.heading);
        assert!(lines.contains(&line), "{} has no line `# {line}`", setting.heading);
        seen += 1;
    }
    assert!(seen > 30, "only {seen} defaults");
}

/// Where a comment above a number names its limits, they are those that are read.
#[test]
fn the_limits_that_the_shipped_file_names_are_those_that_are_read() {
    let pattern = regex_lite::Regex::new(r"(\d+) to (\d+)").unwrap();
    let mut seen = 0;
    for setting in settings() {
        let SettingKind::Number { least, most, .. } = &setting.kind else { continue };
        let lines = shipped(&setting.heading);
        let start = format!("{} = ", setting.key);
        let at = lines.iter().position(|line| line.starts_with(&start));
        let at = at.unwrap_or_else(|| panic!("{} is not shown", setting.key));
        let above = lines[..at].iter().rev();
        let comment: Vec<_> = above.take_while(|line| !line.contains(" = ")).collect();
        let comment: String = comment.into_iter().rev().map(|line| format!("{line} ")).collect();
        if let Some(found) = pattern.captures(&comment) {
            assert_eq!((&found[1], &found[2]), (&**least, &**most), "{}", setting.key);
            seen += 1;
        }
    }
    assert!(seen >= 3, "only {seen} limits");
}
