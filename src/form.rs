//! Reads `key=value&…` as both PBXs send it, from a query or a body.

use std::borrow::Cow;
use std::time::Duration;

/// Decoded pairs, in order. A raw `+` is a plus, never a space: Asterisk's dialplan sends a
/// number's leading plus raw, and FreeSWITCH writes a space as `%20`.
pub struct Form<'a>(Vec<(&'a str, &'a str)>);

/// How often a key occurs, and with what.
pub enum Value<'a> {
    Absent,
    One(&'a str),
    /// Given more than once: somebody may have added one of them.
    Repeated,
}

/// Pairs read at most; FreeSWITCH sends about 140, and a body of 256 KiB could hold 100,000.
const PAIRS_MAX: usize = 4_096;

impl<'a> Form<'a> {
    /// Cuts `text` into pairs; of a key without `=` the value is empty.
    pub fn new(text: &'a str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).take(PAIRS_MAX);
        // A lookup has three pairs.
        let mut form = Vec::with_capacity(4);
        form.extend(pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))));
        Self(form)
    }

    /// The raw value of `key`. Keys are compared decoded, so that `%63aller` is no way around.
    pub fn get(&self, key: &str) -> Value<'a> {
        let is_key = |name: &str| name == key || name.contains('%') && decode_lossy(name) == key;
        let mut found = self.0.iter().filter(|(name, _)| is_key(name));
        match (found.next(), found.next()) {
            (None, _) => Value::Absent,
            (Some((_, value)), None) => Value::One(value),
            (Some(_), Some(_)) => Value::Repeated,
        }
    }
}

impl Form<'_> {
    /// The value of `key` in milliseconds; what is no whole number counts as not said.
    pub fn millis(&self, key: &str) -> Option<Duration> {
        match self.get(key) {
            Value::One(raw) => {
                let text = decode(raw).filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?;
                text.parse().ok().map(Duration::from_millis)
            }
            Value::Absent | Value::Repeated => None,
        }
    }
}

/// Decodes `%XX`; `None` when a `%` is not followed by two hexadecimal digits. Bytes that are
/// no UTF-8 become U+FFFD, which no number contains.
pub fn decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(text.into());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let (&[high, low], after) = rest.split_first_chunk()?;
        bytes.push(hex(high)? << 4 | hex(low)?);
        rest = after;
    }
    Some(String::from_utf8_lossy(&bytes).into_owned().into())
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
        let form = Form::new("a=1&b&&%61=2&c=x=y");
        assert!(matches!(form.get("a"), Value::Repeated));
        assert!(matches!(form.get("b"), Value::One("")));
        assert!(matches!(form.get("c"), Value::One("x=y")));
        assert!(matches!(form.get("d"), Value::Absent));
    }
}
