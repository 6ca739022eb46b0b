//! One call in the journal's files: a line of JSON with its checksum.
//!
//! ```text
//! {"day":20787} <checksum>
//! {"call":{"at_s":…,"caller":…,"code":"421",…}} <checksum>
//! ```

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::runtime::state_folder::{CheckedLine, append_checked_line, checked_lines};

/// One call, as the files have it: without a number and without a name. What is written is borrowed from the
/// call's record.
#[derive(Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct JournalEntry<'a> {
    /// Seconds since the epoch.
    pub at_s: u64,
    /// The keyed hash of the number, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<u64>,
    /// The customer's code; empty if there is not exactly one customer.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub code: Cow<'a, str>,
    pub status: Cow<'a, str>,
    pub source: Cow<'a, str>,
    /// The alert whose prompt was chosen: `local:a7k2`, `hubsoft:17`, or `text:` and its key.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub alert: Cow<'a, str>,
    /// The key of the alert's text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<u64>,
    /// Whether the caller had heard the alert before.
    #[serde(skip_serializing_if = "is_false")]
    pub again: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub rule: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub prompt: Cow<'a, str>,
    /// Where the caller's first service is, if the directory has it.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub district: Cow<'a, str>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl fmt::Debug for JournalEntry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JournalEntry({}, {}, masked)", self.at_s, self.status)
    }
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
enum JournalLine<'a> {
    Call(Cow<'a, JournalEntry<'a>>),
    Day(u64),
}

/// What a file states.
#[derive(Default)]
pub(super) struct JournalFile {
    /// The day since 1970 that it is of.
    pub(super) day: Option<u64>,
    pub(super) entries: Vec<JournalEntry<'static>>,
    /// Lines that mean nothing.
    pub(super) damaged: usize,
}

impl JournalFile {
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut file = Self::default();
        for line in checked_lines(bytes) {
            match read_line(line) {
                Some(JournalLine::Call(entry)) => file.entries.push(entry.into_owned()),
                Some(JournalLine::Day(day)) => file.day = Some(day),
                None => file.damaged += 1,
            }
        }
        file
    }
}

/// The day that the beginning of a file states.
pub(super) fn read_day_line(bytes: &[u8]) -> Option<u64> {
    checked_lines(bytes).find_map(|line| match read_line(line) {
        Some(JournalLine::Day(day)) => Some(day),
        _ => None,
    })
}

/// Writes the head of a file: twice, because all lines depend on it.
pub(super) fn write_day(day: u64, text: &mut Vec<u8>) {
    (0..2).for_each(|_| write_line(&JournalLine::Day(day), text));
}

pub(super) fn write_entry(entry: &JournalEntry<'_>, text: &mut Vec<u8>) {
    write_line(&JournalLine::Call(Cow::Borrowed(entry)), text);
}

fn write_line(line: &JournalLine<'_>, text: &mut Vec<u8>) {
    append_checked_line(text, |text| {
        // Texts, numbers and flags always are JSON.
        let _ = serde_json::to_writer(text, line);
    });
}

fn read_line(line: CheckedLine<'_>) -> Option<JournalLine<'static>> {
    serde_json::from_str(line.content()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> Vec<JournalEntry<'static>> {
        let told = JournalEntry {
            at_s: 1_796_072_400,
            caller: Some(u64::MAX),
            code: "421".into(),
            status: "found".into(),
            source: "local".into(),
            alert: "local:a7k2".into(),
            key: Some(7),
            again: true,
            rule: "rompimento \"1\"".into(),
            prompt: "bina/a&bina/b".into(),
            district: "jardim américa (betim)".into(),
        };
        let silent = JournalEntry { status: "no_number".into(), ..JournalEntry::default() };
        vec![told.clone(), silent, JournalEntry { at_s: 1, ..told }]
    }

    fn text() -> Vec<u8> {
        let mut text = Vec::new();
        write_day(20_787, &mut text);
        entries().iter().for_each(|entry| write_entry(entry, &mut text));
        text
    }

    #[test]
    fn what_was_written_is_read() {
        let file = JournalFile::read(&text());
        assert_eq!((file.day, file.entries, file.damaged), (Some(20_787), entries(), 0));
        assert_eq!(read_day_line(&text()), Some(20_787));
    }

    #[test]
    fn any_flipped_bit_costs_two_lines_at_most_and_invents_none() {
        let text = text();
        for bit in 0..text.len() * 8 {
            let mut damaged = text.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let file = JournalFile::read(&damaged);
            assert_eq!(file.day, Some(20_787), "bit {bit}");
            assert!(file.entries.len() >= 2 - usize::from(file.damaged > 1), "bit {bit}");
            assert!(file.entries.iter().all(|entry| entries().contains(entry)), "bit {bit}");
        }
    }

    #[test]
    fn a_truncated_line_costs_itself_alone() {
        let text = text();
        for length in 0..text.len() {
            let mut bytes = text[..length].to_vec();
            write_entry(&entries()[0], &mut bytes);
            assert_eq!(JournalFile::read(&bytes).entries.last(), entries().first());
        }
    }
}
