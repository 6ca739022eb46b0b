//! Reads a section of the file setting by setting; a setting that no module reads is unknown.

use std::fmt::Display;

use crate::runtime::language::Message;

use super::catalogue::{Absent, Setting, SettingKind};
use super::file::File;
use super::folders::Folders;
use super::nearest::Unknown;
use super::place::Place;
use super::texts;
use super::tree::{Marked, Table, TomlValue};

/// A section whose settings are taken out one by one; those left at the end are unknown.
pub struct Section<'f> {
    file: &'f File<'f>,
    /// Its name in messages, like `lookup` or `rule[2]`; empty for the whole file.
    name: String,
    /// Its heading in the file, like `[lookup]` or `[[rule]]`.
    heading: String,
    pub(super) place: Place,
    pub(super) entries: Table,
    known: Vec<&'static str>,
    taken: Vec<&'static str>,
}

impl<'f> Section<'f> {
    /// The whole file; `None` when it is not TOML, because nothing else can be checked then.
    pub fn root(file: &'f File<'f>) -> Option<Self> {
        let entries = file.table()?;
        Some(Self::new(
            file,
            String::new(),
            String::new(),
            Marked { value: entries, place: Place::default() },
        ))
    }

    fn new(file: &'f File<'f>, name: String, heading: String, table: Marked<Table>) -> Self {
        let Marked { value: entries, place } = table;
        Self { file, name, heading, place, entries, known: Vec::new(), taken: Vec::new() }
    }

    /// Reads the section `key`, which is empty when it is absent.
    pub fn read<T>(&mut self, key: &'static str, read: impl FnOnce(&mut Self) -> T) -> T {
        let path = self.path(key);
        let heading = format!("[{path}]");
        let table = match self.take_entry(key) {
            Some(Marked { value: TomlValue::Table(value), place }) => Marked { value, place },
            Some(Marked { place, .. }) => {
                self.wrong(place, key, texts::A_SECTION.message(&[("heading", &heading)]));
                Marked { value: Table::new(), place }
            }
            None => Marked { value: Table::new(), place: Place::default() },
        };
        let mut section = Section::new(self.file, path, heading, table);
        let value = read(&mut section);
        section.finish();
        value
    }

    /// Reads every occurrence of a repeated section, in order.
    pub fn read_each<T>(
        &mut self,
        key: &'static str,
        mut read: impl FnMut(&mut Self) -> T,
    ) -> Vec<T> {
        let heading = format!("[[{key}]]");
        let Some(Marked { value, place }) = self.take_entry(key) else { return Vec::new() };
        let TomlValue::List(list) = value else {
            self.wrong(place, key, texts::IN_TWO_BRACKETS.message(&[("heading", &heading)]));
            return Vec::new();
        };
        let mut values = Vec::new();
        for (position, Marked { value, place }) in list.into_iter().enumerate() {
            let TomlValue::Table(value) = value else {
                self.wrong(place, key, texts::A_REPEATED_SECTION.message(&[("heading", &heading)]));
                continue;
            };
            let name = format!("{key}[{}]", position + 1);
            let table = Marked { value, place };
            let mut section = Section::new(self.file, name, heading.clone(), table);
            values.push(read(&mut section));
            section.finish();
        }
        values
    }

    /// Records every setting that was not read.
    fn finish(&mut self) {
        for (key, entry) in std::mem::take(&mut self.entries) {
            let path = self.path(&key);
            let heading = self.heading.clone();
            let expected = self.known.clone();
            self.file.note_unknown(Unknown { heading, key, path, place: entry.place, expected });
        }
    }

    /// Records every unknown section of the file.
    pub fn finish_file(mut self) {
        self.finish();
    }

    /// The place of the section's heading.
    pub fn place(&self) -> Place {
        self.place
    }

    /// The place of the setting `key` in `section`, valid or not, as long as that section has not
    /// been read.
    pub fn place_of(&self, section: &str, key: &str) -> Option<Place> {
        match &self.entries.get(section)?.value {
            TomlValue::Table(table) => table.get(key).map(|entry| entry.place),
            _ => None,
        }
    }

    /// Reports a problem at `place`.
    pub fn report(&self, place: Place, message: impl Into<Message>) {
        self.file.report(place, message);
    }

    /// Records a warning.
    pub fn warn(&self, message: impl Into<Message>) {
        self.file.warn(message);
    }

    /// Whether the setting was present, valid or not.
    pub fn has(&self, key: &str) -> bool {
        self.taken.contains(&key)
    }

    /// The full name of a setting, as used in messages.
    pub fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    /// The folders in which files that a setting names are searched for.
    pub fn folders(&self) -> &'f Folders {
        &self.file.folders
    }

    /// Reports that `key` must be `wanted`.
    pub fn wrong(&self, place: Place, key: &str, wanted: impl Display) {
        let parts: [(&str, &dyn Display); 2] = [("path", &self.path(key)), ("wanted", &wanted)];
        self.report(place, texts::MUST_BE.message(&parts));
    }

    fn take_entry(&mut self, key: &'static str) -> Option<Marked<TomlValue>> {
        self.known.push(key);
        let entry = self.entries.remove(key);
        if entry.is_some() {
            self.taken.push(key);
        }
        entry
    }

    /// Takes a setting out, and declares it.
    pub(super) fn take(
        &mut self,
        key: &'static str,
        describe: impl FnOnce() -> (SettingKind, Absent),
    ) -> Option<Marked<TomlValue>> {
        self.declare(key, describe);
        self.take_entry(key)
    }

    pub(super) fn declare(
        &self,
        key: &'static str,
        describe: impl FnOnce() -> (SettingKind, Absent),
    ) {
        self.file.describe(|| {
            let (kind, absent) = describe();
            Setting { heading: self.heading.clone(), key, kind, absent }
        });
    }
}
