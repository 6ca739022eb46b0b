//! Parses bodies of HubSoft, and repairs invalid text in them.

use std::ops::Deref;

use serde_json::error::Category;
use zeroize::Zeroizing;

use crate::domain::failure::Failure;
use crate::sources::reasons;

use super::loose::{Any, Object};

/// Parses a body that must be an object.
pub(super) fn read<T: Object>(body: &[u8]) -> Result<T, Failure> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    // Almost every body is valid, and is parsed without a search for repairs.
    let valid = str::from_utf8(body).ok().and_then(|text| serde_json::from_str(text).ok());
    let repaired = || serde_json::from_str(&without_lone_surrogates(utf8(body)));
    // The text of the error may quote the body, which is personal.
    let object: Any<Option<T>> = valid.map_or_else(repaired, Ok).map_err(|error| {
        let is_truncated = error.classify() == Category::Eof;
        let detail = if is_truncated { "truncated or empty" } else { "not JSON" };
        reasons::INVALID_ANSWER.because(detail)
    })?;
    object.0.ok_or_else(|| reasons::INVALID_ANSWER.because("not a JSON object"))
}

/// The received body, or a repaired copy of it, which is wiped when it is dropped.
enum BodyText<'a> {
    Received(&'a str),
    Repaired(Zeroizing<String>),
}

impl Deref for BodyText<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Received(text) => text,
            Self::Repaired(text) => text,
        }
    }
}

/// Returns the body as UTF-8. Invalid bytes come from Latin-1 columns, and are decoded as such.
fn utf8(body: &[u8]) -> BodyText<'_> {
    if let Ok(text) = str::from_utf8(body) {
        return BodyText::Received(text);
    }
    let invalid: usize = body.utf8_chunks().map(|chunk| chunk.invalid().len()).sum();
    // Each of them takes two bytes. A growing string would leave its old content in memory.
    let mut text = Zeroizing::new(String::with_capacity(body.len() + invalid));
    for chunk in body.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|&byte| char::from(byte)));
    }
    BodyText::Repaired(text)
}

/// Replaces lone halves of an escaped pair like `\ud83d\ude00` (a truncated emoji), for which the JSON
/// crate would reject the whole body.
fn without_lone_surrogates(text: BodyText<'_>) -> BodyText<'_> {
    if !text.contains("\\ud") && !text.contains("\\uD") {
        return text;
    }
    // A replacement is as long as the original.
    let mut repaired = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = &*text;
    while let Some(at) = rest.find('\\') {
        repaired.push_str(&rest[..at]);
        rest = &rest[at..];
        let (length, replacement) = escape(rest);
        repaired.push_str(replacement.unwrap_or(&rest[..length]));
        rest = &rest[length..];
    }
    repaired.push_str(rest);
    BodyText::Repaired(repaired)
}

/// Returns the length of the escape at the start of `text`, and its replacement, if any.
fn escape(text: &str) -> (usize, Option<&'static str>) {
    match (half(text), text.get(6..).and_then(half)) {
        (Some(Half::High), Some(Half::Low)) => (12, None),
        (Some(_), _) => (6, Some("\\ufffd")),
        // The character after the backslash belongs to the escape, so that `\\ud800` stays text.
        (None, _) => (1 + text[1..].chars().next().map_or(0, char::len_utf8), None),
    }
}

enum Half {
    High,
    Low,
}

/// Returns the half of a pair at the start of `text`, if any.
fn half(text: &str) -> Option<Half> {
    let code = text.strip_prefix("\\u")?.get(..4)?;
    match u16::from_str_radix(code, 16).ok()? {
        0xD800..=0xDBFF => Some(Half::High),
        0xDC00..=0xDFFF => Some(Half::Low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(text: &str) -> String {
        without_lone_surrogates(BodyText::Received(text)).to_owned()
    }

    #[test]
    fn only_lone_surrogates_are_replaced() {
        assert_eq!(repaired(r#""\ud83d\ude00""#), r#""\ud83d\ude00""#);
        assert_eq!(repaired(r#""\ud83d x""#), r#""\ufffd x""#);
        assert_eq!(repaired(r#""\ude00\uD83D""#), r#""\ufffd\ufffd""#);
        assert_eq!(repaired(r#""\ud83d\ud83d\ude00""#), r#""\ufffd\ud83d\ude00""#);
        assert_eq!(repaired(r#""\\ud83d""#), r#""\\ud83d""#);
        assert_eq!(repaired("\\ud8"), "\\ud8");
        assert_eq!(repaired("\\ud8é\\"), "\\ud8é\\");
    }

    #[test]
    fn invalid_bytes_are_decoded_as_latin_1() {
        assert_eq!(&*utf8(b"Jo\xE3o \xC3\xA9"), "João é");
    }
}
