//! Reads one section of a TOML file, and collects everything that is wrong with it, by place.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::place::{Index, Place};
use super::{nearest, syntax};

/// Most mistakes of a file that is no TOML; who has as many has another file.
const ERRORS_MAX: usize = 50;

/// One thing that is wrong, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub place: Place,
    pub text: String,
}

/// The file being read, and the problems found so far.
pub(super) struct File<'t> {
    text: &'t str,
    index: Index<'t>,
    problems: RefCell<Vec<Problem>>,
    warnings: RefCell<Vec<String>>,
}

/// A value with the place where it stands.
#[derive(Clone, Debug)]
pub(super) struct Marked<T> {
    pub(super) value: T,
    pub(super) line: Place,
}

/// A section whose settings are taken out one by one; what is left at the end is unknown.
pub(super) struct Section<'f, 't> {
    file: &'f File<'t>,
    name: String,
    line: Place,
    entries: BTreeMap<String, Marked<DeValue<'t>>>,
    known: Vec<&'static str>,
    taken: Vec<&'static str>,
}

impl<'t> File<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            index: Index::new(text),
            problems: RefCell::default(),
            warnings: RefCell::default(),
        }
    }

    /// Parses the file; `None` when it is no TOML, as nothing can be said of the rest then.
    pub(super) fn root(&self) -> Option<Section<'_, 't>> {
        let (table, mut errors) = DeTable::parse_recoverable(self.text);
        errors.sort_by_key(|error| error.span().map_or(0, |span| span.start));
        let good = errors.is_empty();
        let mut reported = 0;
        let mut is_section_twice = false;
        for error in errors.into_iter().take(ERRORS_MAX) {
            let span = error.span().unwrap_or_default();
            let place = self.place_at(span.start);
            // What follows from the first mistake of a line, or from a section that is there twice.
            let is_duplicate = error.message().starts_with("duplicate key");
            if place.line == reported || (is_duplicate && is_section_twice) {
                continue;
            }
            reported = place.line;
            is_section_twice |= is_duplicate && self.text[..span.start].ends_with('[');
            // The error's own display would quote the line, which may hold a password.
            self.report(place, syntax::told(self.text, &span, error.message()));
        }
        good.then(|| Section::new(self, String::new(), Place::default(), table.into_inner()))
    }

    pub(super) fn report(&self, place: Place, text: String) {
        self.problems.borrow_mut().push(Problem { place, text: shown(&text) });
    }

    /// What is not wrong, but worth knowing.
    pub(super) fn warn(&self, text: String) {
        self.warnings.borrow_mut().push(shown(&text));
    }

    pub(super) fn warnings(&self) -> Vec<String> {
        self.warnings.borrow().clone()
    }

    pub(super) fn problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.place);
        problems
    }

    fn place_at(&self, at: usize) -> Place {
        self.index.place(at)
    }
}

impl<'f, 't> Section<'f, 't> {
    fn new(file: &'f File<'t>, name: String, line: Place, table: DeTable<'t>) -> Self {
        let entries = table.into_iter().map(|(key, value)| {
            let line = file.place_at(key.span().start);
            (key.into_inner().into_owned(), Marked { value: Spanned::into_inner(value), line })
        });
        Self { file, name, line, entries: entries.collect(), known: Vec::new(), taken: Vec::new() }
    }

    /// The place of the section's head.
    pub(super) fn line(&self) -> Place {
        self.line
    }

    /// Reports a problem at `line`.
    pub(super) fn report(&self, line: Place, text: String) {
        self.file.report(line, text);
    }

    /// Says something that is worth knowing.
    pub(super) fn warn(&self, text: String) {
        self.file.warn(text);
    }

    /// A way to report that outlives the section.
    pub(super) fn reporter(&self) -> impl Fn(Place, String) + use<'f, 't> {
        let file = self.file;
        move |line, text| file.report(line, text)
    }

    /// Tells whether the setting was there, readable or not.
    pub(super) fn has(&self, key: &str) -> bool {
        self.taken.contains(&key)
    }

    /// The full name of a setting, as it stands in messages.
    pub(super) fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    fn take(&mut self, key: &'static str) -> Option<Marked<DeValue<'t>>> {
        self.known.push(key);
        let entry = self.entries.remove(key);
        if entry.is_some() {
            self.taken.push(key);
        }
        entry
    }

    fn wrong(&self, line: Place, key: &str, wanted: &str) {
        self.report(line, format!("{} must be {wanted}", self.path(key)));
    }

    /// A text, if the setting is there.
    pub(super) fn text(&mut self, key: &'static str) -> Option<Marked<String>> {
        let Marked { value, line } = self.take(key)?;
        if let DeValue::String(text) = value {
            return Some(Marked { value: text.into_owned(), line });
        }
        self.wrong(line, key, "a text in quotes");
        None
    }

    /// A text, or a number as text: `37` and `"37"` mean the same.
    pub(super) fn text_or_number(&mut self, key: &'static str) -> Option<Marked<String>> {
        let Marked { value, line } = self.take(key)?;
        let text = text_or_number_of(value);
        if text.is_none() {
            self.wrong(line, key, "a text in quotes");
        }
        text.map(|value| Marked { value, line })
    }

    /// A text that has to be there and not blank.
    pub(super) fn needed(&mut self, key: &'static str, remedy: &str) -> Option<Marked<String>> {
        let missing = !self.entries.contains_key(key);
        let text = self.text(key);
        let blank = text.as_ref().is_some_and(|text| text.value.trim().is_empty());
        if missing || blank {
            let line = text.as_ref().map_or(self.line, |text| text.line);
            self.report(line, format!("{} is missing: {remedy}", self.path(key)));
        }
        text.filter(|_| !blank)
    }

    /// One text or a list of texts; empty when the setting is not there.
    pub(super) fn texts(&mut self, key: &'static str) -> Option<Marked<Vec<String>>> {
        let Marked { value, line } = self.take(key)?;
        let texts = match value {
            DeValue::String(text) => Some(vec![text.into_owned()]),
            DeValue::Array(list) => {
                list.into_iter().map(|item| text_of(item.into_inner())).collect()
            }
            _ => None,
        };
        if texts.is_none() {
            self.wrong(line, key, "a text in quotes, or a list of them");
        }
        texts.map(|value| Marked { value, line })
    }

    /// Yes or no.
    pub(super) fn flag(&mut self, key: &'static str) -> Option<Marked<bool>> {
        let Marked { value, line } = self.take(key)?;
        if let DeValue::Boolean(value) = value {
            return Some(Marked { value, line });
        }
        self.wrong(line, key, "true or false");
        None
    }

    /// A whole number within `range`.
    pub(super) fn number(&mut self, key: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        let Marked { value, line } = self.take(key)?;
        let number = value
            .as_integer()
            .and_then(|integer| u64::from_str_radix(integer.as_str(), integer.radix()).ok());
        if let Some(number) = number.filter(|number| range.contains(number)) {
            return Some(number);
        }
        let (least, most) = range.into_inner();
        self.wrong(line, key, &format!("a whole number from {least} to {most}"));
        None
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(
        &mut self,
        key: &'static str,
        values: &[(&'static str, T)],
    ) -> Option<T> {
        let Marked { value, line } = self.text(key)?;
        let found = values.iter().find(|(word, _)| *word == value);
        if found.is_none() {
            let words: Vec<_> = values.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            self.wrong(line, key, &words.join(" or "));
        }
        found.map(|(_, value)| *value)
    }

    /// A section below this one; empty when it is not there.
    pub(super) fn section(&mut self, key: &'static str) -> Self {
        let path = self.path(key);
        let (line, table) = match self.take(key) {
            Some(Marked { value: DeValue::Table(table), line }) => (line, table),
            Some(Marked { line, .. }) => {
                self.wrong(line, key, &format!("a section: [{path}]"));
                (line, DeTable::new())
            }
            None => (Place::default(), DeTable::new()),
        };
        Section::new(self.file, path, line, table)
    }

    /// Every section of a repeated one, in order.
    pub(super) fn sections(&mut self, key: &'static str) -> Vec<Self> {
        let Some(Marked { value, line }) = self.take(key) else { return Vec::new() };
        let DeValue::Array(list) = value else {
            self.wrong(line, key, &format!("a repeated section: write [[{key}]], in two brackets"));
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (position, item) in list.into_iter().enumerate() {
            let line = self.file.place_at(item.span().start);
            if let DeValue::Table(table) = item.into_inner() {
                let name = format!("{key}[{}]", position + 1);
                sections.push(Section::new(self.file, name, line, table));
            } else {
                self.wrong(line, key, &format!("a repeated section: [[{key}]]"));
            }
        }
        sections
    }

    /// Every setting of a section whose keys are free: its texts, or numbers written as texts.
    pub(super) fn map(mut self) -> Vec<(Marked<String>, String)> {
        let entries = std::mem::take(&mut self.entries);
        let read = entries.into_iter().filter_map(|(key, Marked { value, line })| {
            let text = text_or_number_of(value);
            if text.is_none() {
                self.wrong(line, &key, "a text in quotes");
            }
            text.map(|text| (Marked { value: key, line }, text))
        });
        read.collect()
    }

    /// Reports every setting that nobody asked for.
    pub(super) fn finish(self) {
        for (key, entry) in &self.entries {
            let known = self.known.join(", ");
            let path = self.path(key);
            let meant = nearest::meant(key, &self.name, &self.known);
            let meant = meant.map_or_else(String::new, |meant| format!("; {meant}"));
            self.report(
                entry.line,
                format!("unknown setting {path}: known here are {known}{meant}"),
            );
        }
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

fn text_of(value: DeValue<'_>) -> Option<String> {
    if let DeValue::String(text) = value { Some(text.into_owned()) } else { None }
}

fn text_or_number_of(value: DeValue<'_>) -> Option<String> {
    match value {
        DeValue::Integer(number) => Some(number.as_str().to_owned()),
        value => text_of(value),
    }
}
