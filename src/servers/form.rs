//! Parses `key=value&…` as both PBXs send it, from a query or a body.

use std::borrow::Cow;
use std::time::Duration;

use memchr::memchr;

use crate::domain::call::StatedTrunk;
use crate::domain::identification::Identification;

/// The occurrences of a key, and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormValue<'a> {
    Absent,
    One(&'a str),
    /// The key occurs more than once: an attacker may have added one occurrence.
    Repeated,
}

/// Most pairs that are read; FreeSWITCH sends about 140, but a body of 256 KiB can hold 100,000.
const PAIRS_MAX: usize = 4_096;

/// The raw values of `keys` in `text`, found in one pass; a key without `=` has an empty value.
/// Keys are compared after decoding, so that `%63aller` is not a bypass.
///
/// A `+` in a value is not decoded; [`number`] decodes it in numbers.
pub fn values<'a, const N: usize>(text: &'a str, keys: [&str; N]) -> [FormValue<'a>; N] {
    let mut values = [const { FormValue::Absent }; N];
    for pair in text.split('&').filter(|pair| !pair.is_empty()).take(PAIRS_MAX) {
        // A search byte by byte: names are short.
        let (name, raw) = match pair.bytes().position(|byte| byte == b'=') {
            Some(at) => (&pair[..at], &pair[at + 1..]),
            None => (pair, ""),
        };
        let is_named = |name: &str| keys.iter().position(|key| *key == name);
        if let Some(at) = is_named(name).or_else(|| is_named(&decode_lossy(name))) {
            values[at] = match values[at] {
                FormValue::Absent => FormValue::One(raw),
                FormValue::One(_) | FormValue::Repeated => FormValue::Repeated,
            };
        }
    }
    values
}

/// A key that an endpoint does not take, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OddKey<'a> {
    /// It occurs more than once.
    Repeated(Cow<'a, str>),
    Unknown(Cow<'a, str>),
}

/// The first key in `text` that is not one of `keys`, or that occurs again: where a person has mistyped,
/// the other values mean something else.
pub fn odd_key<'a>(text: &'a str, keys: &[&str]) -> Option<OddKey<'a>> {
    let mut seen = Vec::with_capacity(keys.len());
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let name = decode_lossy(pair.split_once('=').map_or(pair, |(name, _)| name));
        match keys.iter().position(|key| *key == name) {
            None => return Some(OddKey::Unknown(name)),
            Some(at) if seen.contains(&at) => return Some(OddKey::Repeated(name)),
            Some(at) => seen.push(at),
        }
    }
    None
}

impl<'a> FormValue<'a> {
    /// The raw value, if the key occurs exactly once.
    pub fn one(self) -> Option<&'a str> {
        match self {
            Self::One(raw) => Some(raw),
            Self::Absent | Self::Repeated => None,
        }
    }

    /// The value as a person has typed it, in which a `+` is a space; empty unless the key occurs exactly once.
    pub fn typed(self) -> String {
        decode_lossy(&self.one().unwrap_or_default().replace('+', " ")).into_owned()
    }

    /// The value as a person has typed it, if the key occurs. A repeated one counts as empty.
    fn typed_if_any(self) -> Option<String> {
        (self != Self::Absent).then(|| self.typed())
    }

    /// The value in milliseconds; a value that is not a whole number counts as absent.
    pub fn millis(self) -> Option<Duration> {
        let text = decode(self.one()?).filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?;
        text.parse().ok().map(Duration::from_millis)
    }
}

/// What the parameters `documento` and `codigo` of a request identify a caller by.
pub fn identification(document: FormValue<'_>, code: FormValue<'_>) -> Option<Identification> {
    if document == FormValue::Absent && code == FormValue::Absent {
        return None;
    }
    let [document, code] = [document, code].map(FormValue::typed_if_any);
    Identification::read(document.as_deref(), code.as_deref())
}

/// The trunk that the parameter `trunk` of a request states. One that is there twice names none, so that
/// no other sign decides.
pub fn stated_trunk(value: FormValue<'_>) -> Option<StatedTrunk> {
    match value {
        FormValue::Absent => None,
        FormValue::One(raw) => StatedTrunk::of(&decode_lossy(raw)),
        FormValue::Repeated => Some(StatedTrunk::unclear()),
    }
}

/// Decodes `%XX`; `None` when a `%` is not followed by two hexadecimal digits. Bytes that are not
/// UTF-8 become U+FFFD, which no number contains. percent-encoding, the crate, would cost 800
/// instructions more an answer.
pub fn decode(text: &str) -> Option<Cow<'_, str>> {
    let mut rest = text;
    let mut decoded = String::new();
    while let Some(at) = memchr(b'%', rest.as_bytes()) {
        let (byte, behind) = encoded_byte(&rest[at + 1..])?;
        if !byte.is_ascii() {
            return decoded_bytes(text).map(Cow::Owned);
        }
        decoded.reserve(text.len());
        decoded.push_str(&rest[..at]);
        decoded.push(char::from(byte));
        rest = behind;
    }
    if decoded.is_empty() {
        return Some(rest.into());
    }
    decoded.push_str(rest);
    Some(decoded.into())
}

/// Decodes letters of several bytes.
fn decoded_bytes(text: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text);
    while let Some(at) = memchr(b'%', rest.as_bytes()) {
        let (byte, behind) = encoded_byte(&rest[at + 1..])?;
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        bytes.push(byte);
        rest = behind;
    }
    bytes.extend_from_slice(rest.as_bytes());
    let decoded = String::from_utf8(bytes);
    Some(decoded.unwrap_or_else(|odd| String::from_utf8_lossy(odd.as_bytes()).into_owned()))
}

/// The byte that two hexadecimal digits state, and what is behind them.
fn encoded_byte(text: &str) -> Option<(u8, &str)> {
    let &[high, low] = text.as_bytes().first_chunk()?;
    Some((hex(high)? << 4 | hex(low)?, &text[2..]))
}

/// Decodes `text`; one with a malformed `%` is returned unchanged.
pub fn decode_lossy(text: &str) -> Cow<'_, str> {
    decode(text).unwrap_or(Cow::Borrowed(text))
}

/// Decodes a caller's or called number. A raw `+` is a plus where a number can begin, because
/// Asterisk's dialplan sends it raw; elsewhere it is a space, as form encoders write one:
/// `+55+37+98824-2968` is `+55 37 98824-2968`. `%2B` is always a plus.
pub fn number(text: &str) -> Option<Cow<'_, str>> {
    let behind_leading = text.trim_start_matches('+');
    if memchr(b'+', behind_leading.as_bytes()).is_none() {
        return decode(text);
    }
    let mut decoded = String::with_capacity(text.len());
    for (at, piece) in text.split('+').enumerate() {
        if at > 0 {
            decoded.push(if can_start_number(&decoded) { '+' } else { ' ' });
        }
        decoded.push_str(&decode(piece)?);
    }
    Some(decoded.into())
}

/// Decodes a number; one with a malformed `%` is returned unchanged.
pub fn number_lossy(text: &str) -> Cow<'_, str> {
    number(text).unwrap_or(Cow::Borrowed(text))
}

/// Whether a number can start after `before`: at the beginning, and after the delimiters of a SIP
/// address or a parameter. `++55` keeps both plus signs, and is not a number.
fn can_start_number(before: &str) -> bool {
    before.ends_with([':', '<', '=', '(']) || before.bytes().all(|byte| b" +".contains(&byte))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_is_a_plus_and_percent_is_decoded_once() {
        assert_eq!(decode("+55%2037").as_deref(), Some("+55 37"));
        assert_eq!(decode("%252B55").as_deref(), Some("%2B55"));
        assert_eq!(decode("%C3%A9%e3").as_deref(), Some("é\u{fffd}"));
    }

    #[test]
    fn a_plus_inside_a_number_is_a_space_and_one_before_it_is_a_plus() {
        for (raw, text) in [
            ("+5537988242968", "+5537988242968"),
            ("%2B5537988242968", "+5537988242968"),
            ("37+98824+2968", "37 98824 2968"),
            ("(37)+98824-2968", "(37) 98824-2968"),
            ("%2837%29+98824-2968", "(37) 98824-2968"),
            ("+55+37+98824-2968", "+55 37 98824-2968"),
            ("%2B55+37+98824-2968", "+55 37 98824-2968"),
            ("%20+5537988242968", " +5537988242968"),
            ("(+55)37988242968", "(+55)37988242968"),
            ("++5537988242968", "++5537988242968"),
            ("+", "+"),
            (
                "%22Ana+Maria%22+%3Csip:+5537988242968@a.b%3E",
                "\"Ana Maria\" <sip:+5537988242968@a.b>",
            ),
            ("tel:+55-37-98824-2968", "tel:+55-37-98824-2968"),
            ("32221234;phone-context=+5537", "32221234;phone-context=+5537"),
            ("37%2B98824", "37+98824"),
        ] {
            assert_eq!(number(raw).as_deref(), Some(text), "{raw}");
        }
        for broken in ["+%", "37+9%zz", "%+1"] {
            assert_eq!(number(broken), None, "{broken}");
            assert_eq!(number_lossy(broken), broken);
        }
    }

    #[test]
    fn a_malformed_percent_is_detected() {
        for broken in ["%", "%4", "%zz", "a%", "%+1"] {
            assert_eq!(decode(broken), None, "{broken}");
            assert_eq!(decode_lossy(broken), broken);
        }
    }

    #[test]
    fn keys_are_found_once_twice_or_not_at_all() {
        let found = values("a=1&b&&%61=2&c=x=y&b", ["a", "c", "d"]);
        assert_eq!(found, [FormValue::Repeated, FormValue::One("x=y"), FormValue::Absent]);
        assert_eq!(values("b", ["b"]), [FormValue::One("")]);
    }
}
