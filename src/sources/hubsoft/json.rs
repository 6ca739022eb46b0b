//! Mends what HubSoft's bodies may hold that is no valid JSON text, and reads them.

use std::ops::Deref;

use serde_json::error::Category;
use zeroize::Zeroizing;

use crate::domain::failure::Failure;
use crate::sources::reasons;

use super::loose::{Any, Object};

/// Reads a body that must be an object.
pub(super) fn read<T: Object>(body: &[u8]) -> Result<T, Failure> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    // Nearly every body is good as it is, and need not be searched for what can be mended.
    let good = str::from_utf8(body).ok().and_then(|text| serde_json::from_str(text).ok());
    let mended = || serde_json::from_str(&without_lone_surrogates(utf8(body)));
    // The error's own text may quote the body, which is personal.
    let object: Any<Option<T>> = good.map_or_else(mended, Ok).map_err(|error| {
        let cut = error.classify() == Category::Eof;
        reasons::INVALID_ANSWER.because(if cut { "cut or empty" } else { "no JSON" })
    })?;
    object.0.ok_or_else(|| reasons::INVALID_ANSWER.because("no JSON object"))
}

/// A body as it came, or a mended copy of it, which is overwritten when it is dropped.
enum BodyText<'a> {
    AsItCame(&'a str),
    Mended(Zeroizing<String>),
}

impl Deref for BodyText<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::AsItCame(text) => text,
            Self::Mended(text) => text,
        }
    }
}

/// The body as UTF-8. Stray bytes come from Latin-1 columns, so each is read as Latin-1.
fn utf8(body: &[u8]) -> BodyText<'_> {
    if let Ok(text) = str::from_utf8(body) {
        return BodyText::AsItCame(text);
    }
    let stray: usize = body.utf8_chunks().map(|chunk| chunk.invalid().len()).sum();
    // Each of them takes two bytes. A text that grows would leave its old content behind.
    let mut text = Zeroizing::new(String::with_capacity(body.len() + stray));
    for chunk in body.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|&byte| char::from(byte)));
    }
    BodyText::Mended(text)
}

/// Replaces halves of an escaped pair like `\ud83d\ude00` that stand alone (an emoji cut in
/// two), for which the JSON crate would refuse the whole body.
fn without_lone_surrogates(text: BodyText<'_>) -> BodyText<'_> {
    if !text.contains("\\ud") && !text.contains("\\uD") {
        return text;
    }
    // What is written instead is as long as what it replaces.
    let mut mended = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = &*text;
    while let Some(at) = rest.find('\\') {
        mended.push_str(&rest[..at]);
        rest = &rest[at..];
        let (escape, mending) = escape(rest);
        mended.push_str(mending.unwrap_or(&rest[..escape]));
        rest = &rest[escape..];
    }
    mended.push_str(rest);
    BodyText::Mended(mended)
}

/// The length of the escape `text` begins with, and what to write instead, if anything.
fn escape(text: &str) -> (usize, Option<&'static str>) {
    match (half(text), text.get(6..).and_then(half)) {
        (Some(Half::High), Some(Half::Low)) => (12, None),
        (Some(_), _) => (6, Some("\\ufffd")),
        // The character after the backslash goes along, so that `\\ud800` stays text.
        (None, _) => (1 + text[1..].chars().next().map_or(0, char::len_utf8), None),
    }
}

enum Half {
    High,
    Low,
}

/// Which half of a pair `text` begins with, if any.
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

    fn mended(text: &str) -> String {
        without_lone_surrogates(BodyText::AsItCame(text)).to_owned()
    }

    #[test]
    fn only_lone_surrogates_are_replaced() {
        assert_eq!(mended(r#""\ud83d\ude00""#), r#""\ud83d\ude00""#);
        assert_eq!(mended(r#""\ud83d x""#), r#""\ufffd x""#);
        assert_eq!(mended(r#""\ude00\uD83D""#), r#""\ufffd\ufffd""#);
        assert_eq!(mended(r#""\ud83d\ud83d\ude00""#), r#""\ufffd\ud83d\ude00""#);
        assert_eq!(mended(r#""\\ud83d""#), r#""\\ud83d""#);
        assert_eq!(mended("\\ud8"), "\\ud8");
        assert_eq!(mended("\\ud8é\\"), "\\ud8é\\");
    }

    #[test]
    fn latin_1_bytes_are_read_as_latin_1() {
        assert_eq!(&*utf8(b"Jo\xE3o \xC3\xA9"), "João é");
    }
}
