//! Finds the remedy for a TOML syntax error, of which the parser reports only what it expected.
//!
//! No message quotes a value, which may be a password.

use std::fmt::Display;
use std::ops::Range;

use crate::runtime::language::{Message, Text};

use super::texts;

/// A line of the file, without its line end.
struct FileLine<'t> {
    text: &'t str,
    /// The byte at which it starts.
    at: usize,
}

impl<'t> FileLine<'t> {
    fn of(text: &'t str, at: usize) -> Self {
        let at = at.min(text.len());
        let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
        Self { text: text[start..end].trim_end_matches('\r'), at: start }
    }

    /// The name of the section it opens, if it opens one.
    fn section(&self) -> Option<&'t str> {
        let text = self.text.trim_start().strip_prefix('[')?;
        let text = text.split(']').next().unwrap_or_default();
        Some(text.trim_start_matches('[').trim())
    }

    /// The key it sets.
    fn key(&self) -> &'t str {
        let key = self.text.split('=').next().unwrap_or_default();
        key.trim().trim_matches(['"', '\''])
    }

    fn is_comment_of_another_language(&self) -> bool {
        let text = self.text.trim_start();
        ["//", ";", "--", "/*"].iter().any(|sign| text.starts_with(sign))
    }
}

/// The message for a parser error at `span` of `text`.
pub(super) fn problem(text: &str, span: &Range<usize>, message: &str) -> Message {
    let start = boundary(text, span.start);
    let line = FileLine::of(text, start);
    if message.starts_with("duplicate key") {
        let end = boundary(text, span.end);
        return duplicate(text, &line, text[start..end.max(start)].trim_matches(['"', '\'']));
    }
    let rest = &text[start..line.at + line.text.len().max(start - line.at)];
    match in_place(&line, rest).or_else(|| by_message(&line, rest, message)) {
        Some(remedy) => {
            texts::NOT_TOML_REMEDY.message(&[("message", &message), ("remedy", &remedy)])
        }
        None => texts::NOT_TOML.message(&[("message", &message)]),
    }
}

/// The start of the character that contains the byte `at`.
fn boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// A remedy that follows from the line itself.
fn in_place(line: &FileLine<'_>, rest: &str) -> Option<Text> {
    if line.is_comment_of_another_language() {
        return Some(texts::A_COMMENT);
    }
    if line.text.contains(['“', '”', '„', '‘', '’', '«', '»']) {
        return Some(texts::STRAIGHT_QUOTES);
    }
    if line.text.contains(|c: char| c.is_control() && c != '\t') {
        return Some(texts::A_HIDDEN_CHARACTER);
    }
    if line.text.trim_start().starts_with('{') {
        return Some(texts::JSON);
    }
    let comment = ["//", ";", "--", "/*"].iter().any(|sign| rest.trim_start().starts_with(sign));
    comment.then_some(texts::A_COMMENT)
}

fn by_message(line: &FileLine<'_>, rest: &str, message: &str) -> Option<Text> {
    let begins = |part: &str| message.starts_with(part);
    let value = rest.trim();
    let remedy = if begins("string values must be quoted") && value.is_empty() {
        texts::VALUE
    } else if value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false") {
        texts::LOWER_CASE
    } else if begins("string values must be quoted") || begins("invalid float") {
        texts::QUOTES
    } else if begins("unexpected key or value") && value.starts_with(',') {
        texts::WHOLE_NUMBERS
    } else if begins("unexpected key or value") {
        texts::ONE_PER_LINE
    } else if begins("unexpected leading zero") {
        texts::WITHOUT_ZERO
    } else if begins("missing comma") {
        texts::A_COMMA
    } else if begins("unclosed array") {
        texts::END_LIST
    } else if begins("unclosed table") {
        texts::END_SECTION
    } else if begins("invalid basic string") || begins("invalid literal string") {
        texts::END_TEXT
    } else if begins("missing escaped value") {
        texts::ESCAPE
    } else if line.section().is_none() && line.text.trim_end().ends_with(']') {
        texts::SECTION_BRACKETS
    } else if !line.text.contains('=') {
        texts::SETTING
    } else if begins("invalid unquoted key") {
        texts::PLAIN_NAME
    } else {
        return None;
    };
    Some(remedy)
}

/// Names what is defined twice, and where it is first.
fn duplicate(text: &str, line: &FileLine<'_>, name: &str) -> Message {
    let before = &text[..line.at];
    if let Some(section) = line.section() {
        let first = lines(before).find(|(_, line)| line.section() == Some(section));
        let first = first_in(first.map(|(number, _)| number));
        let remedy = match section {
            "rule" => texts::RULE_BRACKETS,
            _ => texts::KEEP_ONE_SECTION,
        };
        let parts: [(&str, &dyn Display); 3] =
            [("section", &section), ("first", &first), ("remedy", &remedy)];
        return texts::TWICE_SECTION.message(&parts);
    }
    // In repeated sections, duplicates are searched for in the last one only.
    let inside = lines(before).filter(|(_, line)| line.section().is_some()).last();
    let start = inside.map_or(0, |(number, _)| number);
    let same =
        |(number, other): &(usize, FileLine<'_>)| *number > start && other.key() == line.key();
    let first = first_in(lines(before).find(same).map(|(number, _)| number));
    texts::TWICE.message(&[("name", &name), ("first", &first)])
}

fn first_in(line: Option<usize>) -> Message {
    line.map(|line| texts::FIRST_IN_LINE.message(&[("line", &line)])).unwrap_or_default()
}

/// The lines of a text with their numbers.
fn lines(text: &str) -> impl Iterator<Item = (usize, FileLine<'_>)> {
    text.lines().enumerate().map(|(at, text)| (at + 1, FileLine { text, at: 0 }))
}
