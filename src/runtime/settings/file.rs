//! Holds the file being read: what is found wrong with it, worth knowing, or unknown.

use std::cell::RefCell;
use std::path::PathBuf;

use super::catalogue::Setting;
use super::folders::Folders;
use super::nearest::{self, Unknown};
use super::place::{Index, Place};
use super::tree::{self, Table};

/// One thing that is wrong, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub place: Place,
    pub text: String,
}

/// The file being read, and what was found so far.
pub struct File<'t> {
    text: &'t str,
    index: Index<'t>,
    pub(super) folders: Folders,
    problems: RefCell<Vec<Problem>>,
    warnings: RefCell<Vec<String>>,
    unknown: RefCell<Vec<Unknown>>,
    /// Every setting that is read, where a catalogue is asked for.
    catalogue: Option<RefCell<Vec<Setting>>>,
}

impl<'t> File<'t> {
    /// Indexes `text`; the files it names are looked for in `folders`.
    pub fn new(text: &'t str, folders: Folders) -> Self {
        Self {
            text,
            index: Index::new(text),
            folders,
            problems: RefCell::default(),
            warnings: RefCell::default(),
            unknown: RefCell::default(),
            catalogue: None,
        }
    }

    /// The same, and keeps a catalogue of the settings that are read.
    pub fn described(self) -> Self {
        Self { catalogue: Some(RefCell::default()), ..self }
    }

    /// Parses the file; `None` when it is not TOML, as the rest cannot be judged then.
    pub(super) fn table(&self) -> Option<Table> {
        tree::parse(self.text, &self.index, |place, text| self.report(place, text))
    }

    pub(super) fn report(&self, place: Place, text: String) {
        self.problems.borrow_mut().push(Problem { place, text: shown(&text) });
    }

    /// Notes what is not wrong, but worth knowing.
    pub(super) fn warn(&self, text: String) {
        self.warnings.borrow_mut().push(shown(&text));
    }

    /// Notes a setting that no module reads. Which one was meant is found at the end, when every
    /// section has been read.
    pub(super) fn note_unknown(&self, unknown: Unknown) {
        self.unknown.borrow_mut().push(unknown);
    }

    pub(super) fn describe(&self, setting: impl FnOnce() -> Setting) {
        if let Some(catalogue) = &self.catalogue {
            catalogue.borrow_mut().push(setting());
        }
    }

    /// What is not wrong, but worth knowing.
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.borrow().clone()
    }

    /// The settings that were read, in that order.
    pub fn catalogue(self) -> Vec<Setting> {
        self.catalogue.map(RefCell::into_inner).unwrap_or_default()
    }

    /// Files in which a secret was found, systemd's credentials excepted.
    pub fn secret_files(&self) -> Vec<PathBuf> {
        self.folders.secrets()
    }

    /// Every problem, by place. `settings` returns all settings there are, among which one that was
    /// written into a wrong section is found.
    pub fn problems(self, settings: impl FnOnce() -> Vec<Setting>) -> Vec<Problem> {
        let unknown = self.unknown.take();
        if !unknown.is_empty() {
            let settings = settings();
            for unknown in unknown {
                let expected = unknown.expected.join(", ");
                let meant = nearest::meant(&unknown, &settings);
                let meant = meant.map_or_else(String::new, |meant| format!("; {meant}"));
                let path = &unknown.path;
                let text = format!("unknown setting `{path}`; expected one of {expected}{meant}");
                self.report(unknown.place, text);
            }
        }
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.place);
        problems
    }
}

/// A text in which what a terminal would act upon, or not show, is written out.
fn shown(text: &str) -> String {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
    };
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) { shown.extend(c.escape_unicode()) } else { shown.push(c) }
    }
    shown
}
