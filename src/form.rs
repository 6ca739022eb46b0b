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
/// A raw `+` is a plus, never a space: Asterisk's dialplan sends a number's leading plus raw, and
/// FreeSWITCH writes a space as `%20`.
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
/// no UTF-8 become U+FFFD, which no number contains.
pub fn decode(text: &str) -> Option<Cow<'_, str>> {
    if memchr(b'%', text.as_bytes()).is_none() {
        return Some(text.into());
    }
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some(at) = memchr(b'%', rest) {
        bytes.extend_from_slice(&rest[..at]);
        let (&[high, low], after) = rest[at + 1..].split_first_chunk()?;
        bytes.push(hex(high)? << 4 | hex(low)?);
        rest = after;
    }
    bytes.extend_from_slice(rest);
    let decoded = String::from_utf8(bytes);
    Some(decoded.unwrap_or_else(|odd| String::from_utf8_lossy(odd.as_bytes()).into_owned()).into())
}

/// Decodes what can be decoded; a broken `%` stays as it is.
pub fn decode_lossy(text: &str) -> Cow<'_, str> {
    decode(text).unwrap_or(Cow::Borrowed(text))
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
