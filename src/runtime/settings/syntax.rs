//! Finds the remedy for a TOML syntax error, of which the parser reports only what it expected.
//!
//! No message quotes a value, which may be a password.

use std::ops::Range;

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
pub(super) fn problem(text: &str, span: &Range<usize>, message: &str) -> String {
    let start = boundary(text, span.start);
    let line = FileLine::of(text, start);
    if message.starts_with("duplicate key") {
        let end = boundary(text, span.end);
        return duplicate(text, &line, text[start..end.max(start)].trim_matches(['"', '\'']));
    }
    let rest = &text[start..line.at + line.text.len().max(start - line.at)];
    match in_place(&line, rest).or_else(|| by_message(&line, rest, message)) {
        Some(remedy) => format!("not TOML: {message}: {remedy}"),
        None => format!("not TOML: {message}"),
    }
}

/// The start of the character that contains the byte `at`.
fn boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// A remedy that follows from the line itself.
fn in_place(line: &FileLine<'_>, rest: &str) -> Option<&'static str> {
    if line.is_comment_of_another_language() {
        return Some("a comment begins with #");
    }
    if line.text.contains(['“', '”', '„', '‘', '’', '«', '»']) {
        return Some("replace the typographic quotes with straight ones (\")");
    }
    if line.text.contains(|c: char| c.is_control() && c != '\t') {
        return Some("the line contains an invisible control character: type it again");
    }
    if line.text.trim_start().starts_with('{') {
        return Some("this looks like JSON: write key = \"value\" below [section]");
    }
    let comment = ["//", ";", "--", "/*"].iter().any(|sign| rest.trim_start().starts_with(sign));
    comment.then_some("a comment begins with #")
}

fn by_message(line: &FileLine<'_>, rest: &str, message: &str) -> Option<&'static str> {
    let begins = |part: &str| message.starts_with(part);
    let value = rest.trim();
    let remedy = if begins("string values must be quoted") && value.is_empty() {
        "write a value after the ="
    } else if value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false") {
        "write true or false in lower case, without quotes"
    } else if begins("string values must be quoted") || begins("invalid float") {
        "put quotes around a text: key = \"value\""
    } else if begins("unexpected key or value") && value.starts_with(',') {
        "write whole numbers only, and lists in [ ]"
    } else if begins("unexpected key or value") {
        "write one setting per line"
    } else if begins("unexpected leading zero") {
        "remove the zero, or put quotes around the number"
    } else if begins("missing comma") {
        "put a comma between the entries"
    } else if begins("unclosed array") {
        "close the list with ]"
    } else if begins("unclosed table") {
        "close the section's name with ]; it must not contain spaces"
    } else if begins("invalid basic string") || begins("invalid literal string") {
        "close the text with a quote on the same line"
    } else if begins("missing escaped value") {
        "write \\\\ for a backslash, or put single quotes around the text"
    } else if line.section().is_none() && line.text.trim_end().ends_with(']') {
        "write sections in brackets: [section]"
    } else if !line.text.contains('=') {
        "write key = \"value\""
    } else if begins("invalid unquoted key") {
        "remove accents and spaces from the name"
    } else {
        return None;
    };
    Some(remedy)
}

/// Names what is defined twice, and where it is first.
fn duplicate(text: &str, line: &FileLine<'_>, name: &str) -> String {
    let before = &text[..line.at];
    if let Some(section) = line.section() {
        let first = lines(before).find(|(_, line)| line.section() == Some(section));
        let first = first_in(first.map(|(number, _)| number));
        let remedy = match section {
            "rule" => "write [[rule]], in two brackets, above each rule",
            _ => "keep one section, with the settings of both",
        };
        return format!("[{section}] is defined twice{first}: {remedy}");
    }
    // In repeated sections, duplicates are searched for in the last one only.
    let inside = lines(before).filter(|(_, line)| line.section().is_some()).last();
    let start = inside.map_or(0, |(number, _)| number);
    let same =
        |(number, other): &(usize, FileLine<'_>)| *number > start && other.key() == line.key();
    let first = first_in(lines(before).find(same).map(|(number, _)| number));
    format!("`{name}` is defined twice{first}: keep one")
}

fn first_in(line: Option<usize>) -> String {
    line.map_or_else(String::new, |line| format!(" (first in line {line})"))
}

/// The lines of a text with their numbers.
fn lines(text: &str) -> impl Iterator<Item = (usize, FileLine<'_>)> {
    text.lines().enumerate().map(|(at, text)| (at + 1, FileLine { text, at: 0 }))
}
