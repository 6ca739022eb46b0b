//! Reads `key=value&…` as both PBXs send it, from a query or a body.

use std::borrow::Cow;
use std::time::Duration;

use memchr::memchr;

/// How often a key occurs, and with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    Absent,
    One(&'a str),
    /// Given more than once: somebody may have added one of them.
    Repeated,
}

/// Pairs read at most; FreeSWITCH sends about 140, and a body of 256 KiB could hold 100,000.
const PAIRS_MAX: usize = 4_096;

/// The raw values of `keys` in `text`, found in one go; a key without `=` has an empty one. Keys are
/// compared decoded, so that `%63aller` is no way around.
///
/// A `+` in a value is left as it is; what it stands for in a number, [`number`] says.
pub fn values<'a, const N: usize>(text: &'a str, keys: [&str; N]) -> [Value<'a>; N] {
    let mut values = [const { Value::Absent }; N];
    for pair in text.split('&').filter(|pair| !pair.is_empty()).take(PAIRS_MAX) {
        let (name, raw) = pair.split_once('=').unwrap_or((pair, ""));
        let decoded = decode_lossy(name);
        if let Some(at) = keys.iter().position(|key| *decoded == **key) {
            values[at] = match values[at] {
                Value::Absent => Value::One(raw),
                Value::One(_) | Value::Repeated => Value::Repeated,
            };
        }
    }
    values
}

impl<'a> Value<'a> {
    /// The raw value, when there is one that can be trusted.
    pub fn one(self) -> Option<&'a str> {
        match self {
            Self::One(raw) => Some(raw),
            Self::Absent | Self::Repeated => None,
        }
    }

    /// The value in milliseconds; what is no whole number counts as not said.
    pub fn millis(self) -> Option<Duration> {
        let text = decode(self.one()?).filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?;
        text.parse().ok().map(Duration::from_millis)
    }
}

/// Decodes `%XX`; `None` when a `%` is not followed by two hexadecimal digits. Bytes that are
/// no UTF-8 become U+FFFD, which no number contains. percent-encoding, the crate, would cost 800
/// instructions more an answer.
pub fn decode(text: &str) -> Option<Cow<'_, str>> {
    if memchr(b'%', text.as_bytes()).is_none() {
        return Some(text.into());
    }
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some(at) = memchr(b'%', rest) {
        bytes.extend_from_slice(&rest[..at]);
        let (&[high, low], behind) = rest[at + 1..].split_first_chunk()?;
        bytes.push(hex(high)? << 4 | hex(low)?);
        rest = behind;
    }
    bytes.extend_from_slice(rest);
    let decoded = String::from_utf8(bytes);
    Some(decoded.unwrap_or_else(|odd| String::from_utf8_lossy(odd.as_bytes()).into_owned()).into())
}

/// Decodes what can be decoded; a broken `%` stays as it is.
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
            decoded.push(if number_begins_behind(&decoded) { '+' } else { ' ' });
        }
        decoded.push_str(&decode(piece)?);
    }
    Some(decoded.into())
}

/// Decodes a number of which a broken `%` stays as it is.
pub fn number_lossy(text: &str) -> Cow<'_, str> {
    number(text).unwrap_or(Cow::Borrowed(text))
}

/// Tells whether a number can begin behind `before`: at the start, and behind the marks of a SIP
/// address or a parameter. `++55` keeps both, and is no number.
fn number_begins_behind(before: &str) -> bool {
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
    fn a_broken_percent_is_told_apart() {
        for broken in ["%", "%4", "%zz", "a%", "%+1"] {
            assert_eq!(decode(broken), None, "{broken}");
            assert_eq!(decode_lossy(broken), broken);
        }
    }

    #[test]
    fn keys_are_found_once_twice_or_not_at_all() {
        let found = values("a=1&b&&%61=2&c=x=y&b", ["a", "c", "d"]);
        assert_eq!(found, [Value::Repeated, Value::One("x=y"), Value::Absent]);
        assert_eq!(values("b", ["b"]), [Value::One("")]);
    }
}
