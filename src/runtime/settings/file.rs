//! The file being read, with its problems, warnings and unknown settings.

use std::cell::RefCell;

use crate::runtime::language::Message;

use super::catalogue::Setting;
use super::folders::{Folders, NamedFile};
use super::nearest::{self, Unknown};
use super::place::{Index, Place};
use super::texts;
use super::tree::{self, Table};

/// One problem, with its remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub place: Place,
    pub text: Message,
}

/// The file being read, and the findings so far.
pub struct File<'t> {
    text: &'t str,
    index: Index<'t>,
    pub(super) folders: Folders,
    problems: RefCell<Vec<Problem>>,
    warnings: RefCell<Vec<Message>>,
    unknown: RefCell<Vec<Unknown>>,
    /// Every setting that is read, where a catalogue is requested.
    catalogue: Option<RefCell<Vec<Setting>>>,
}

impl<'t> File<'t> {
    /// Indexes `text`; the files it names are searched for in `folders`.
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

    /// Also records a catalogue of the settings that are read.
    pub fn described(self) -> Self {
        Self { catalogue: Some(RefCell::default()), ..self }
    }

    /// Parses the file; `None` when it is not TOML, because nothing else can be checked then.
    pub(super) fn table(&self) -> Option<Table> {
        tree::parse(self.text, &self.index, |place, message| self.report(place, message))
    }

    pub(super) fn report(&self, place: Place, message: impl Into<Message>) {
        let text = message.into().map(escaped);
        self.problems.borrow_mut().push(Problem { place, text });
    }

    /// Records a warning.
    pub(super) fn warn(&self, message: impl Into<Message>) {
        self.warnings.borrow_mut().push(message.into().map(escaped));
    }

    /// Records a setting that no module reads. Suggestions follow at the end, when all sections
    /// have been read.
    pub(super) fn note_unknown(&self, unknown: Unknown) {
        self.unknown.borrow_mut().push(unknown);
    }

    pub(super) fn describe(&self, setting: impl FnOnce() -> Setting) {
        if let Some(catalogue) = &self.catalogue {
            catalogue.borrow_mut().push(setting());
        }
    }

    /// The warnings so far.
    pub fn warnings(&self) -> Vec<Message> {
        self.warnings.borrow().clone()
    }

    /// The settings that were read, in order.
    pub fn catalogue(self) -> Vec<Setting> {
        self.catalogue.map(RefCell::into_inner).unwrap_or_default()
    }

    /// Files that contain a secret, except for systemd's credentials.
    pub fn secret_files(&self) -> Vec<NamedFile> {
        self.folders.secrets()
    }

    /// Other files without which the configuration is invalid.
    pub fn other_files(&self) -> Vec<NamedFile> {
        self.folders.others()
    }

    /// Every problem, by place. `settings` returns all settings, to suggest the right section of
    /// one in a wrong section.
    pub fn problems(self, settings: impl FnOnce() -> Vec<Setting>) -> Vec<Problem> {
        let unknown = self.unknown.take();
        if !unknown.is_empty() {
            let settings = settings();
            for unknown in unknown {
                let expected = unknown.expected.join(", ");
                let path = &unknown.path;
                let message = match nearest::suggestion(&unknown, &settings) {
                    Some(suggestion) => texts::UNKNOWN_NEAR.message(&[
                        ("path", path),
                        ("expected", &expected),
                        ("suggestion", &suggestion),
                    ]),
                    None => texts::UNKNOWN.message(&[("path", path), ("expected", &expected)]),
                };
                self.report(unknown.place, message);
            }
        }
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.place);
        problems
    }
}

/// Escapes the characters that a terminal would interpret or not display.
fn escaped(text: &str) -> String {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
    };
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) { escaped.extend(c.escape_unicode()) } else { escaped.push(c) }
    }
    escaped
}
