//! Extracts the digits from the text that a PBX presents as caller ID.
//!
//! ```text
//! "Name" <sip:+5511987654321;npdi;rn=+551100@host:5060;user=phone>;tag=1
//!             '--- user ---''-------------- rest --------------'
//! ```
//! Only the user is parsed. The name is skipped; the rest must look like parameters and a host, so
//! `11987654321; DROP TABLE x` is garbage and not a number with a parameter.

use std::net::Ipv4Addr;

use super::digits::Digits;
use super::no_number::NoNumber;

/// Maximum bytes of the text. Name-addr forms with number portability and a host name stay below
/// 200; longer texts are rejected unread.
const TEXT_MAX: usize = 256;

/// The longest form of the numbering plan: 00, carrier, 55, 0, carrier, DDD, nine digits.
pub(super) const DIGITS_MAX: usize = 20;

/// Country code and DDD, the only relevant digits of a `phone-context`.
const CONTEXT_MAX: usize = 4;

/// A parsed caller ID.
pub(super) struct Presented {
    /// The digits as sent; never empty.
    pub(super) digits: Digits<DIGITS_MAX>,
    /// The first digits of the global `phone-context` of a tel URI, in which a number without a plus
    /// is valid.
    pub(super) context: Option<Digits<CONTEXT_MAX>>,
    /// Whether the digits begin with a country code.
    pub(super) prefix: Prefix,
}

/// What precedes the digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Prefix {
    Nothing,
    Plus,
}

impl Presented {
    /// Parses `text` after one layer of percent-decoding.
    pub(super) fn read(text: &str) -> Result<Self, NoNumber> {
        if let Some(bare) = Self::bare(text) {
            return Ok(bare);
        }
        if text.len() > TEXT_MAX {
            return Err(NoNumber::Invalid);
        }
        if !text.contains('%') {
            return Self::read_decoded(text);
        }
        let mut buffer = [0; TEXT_MAX];
        let decoded = percent_decoded(text.as_bytes(), &mut buffer);
        Self::read_decoded(str::from_utf8(decoded).map_err(|_| NoNumber::Invalid)?)
    }

    /// Parses digits with an optional plus, the form of almost every caller ID. The result equals that
    /// of `read_decoded`.
    fn bare(text: &str) -> Option<Self> {
        let (prefix, digits) = match text.strip_prefix('+') {
            Some(digits) => (Prefix::Plus, digits),
            None => (Prefix::Nothing, text),
        };
        let digits =
            Digits::joined(&[digits.as_bytes()]).filter(|digits| *digits != Digits::EMPTY)?;
        Some(Self { digits, context: None, prefix })
    }

    fn read_decoded(text: &str) -> Result<Self, NoNumber> {
        let (user, rest) = user_and_rest(text);
        if !user.bytes().any(|byte| byte.is_ascii_digit()) || is_withheld(rest) {
            return Err(NoNumber::Anonymous);
        }
        // pjsip decodes %0A: a line break may be an injection attempt.
        if text.bytes().any(|byte| byte.is_ascii_control()) || !is_rest(rest) {
            return Err(NoNumber::Invalid);
        }
        if is_feature_code(user) {
            return Err(NoNumber::Short);
        }
        let (prefix, digits) = number(user).ok_or(NoNumber::Invalid)?;
        Ok(Self { digits, context: context(rest), prefix })
    }
}

/// Removes one layer of percent-encoding. An encoded byte that is not ASCII becomes `?`: it is either
/// part of a name, or the number is garbage.
fn percent_decoded<'a>(text: &[u8], buffer: &'a mut [u8; TEXT_MAX]) -> &'a [u8] {
    let mut left = text;
    let mut length = 0;
    for free in buffer.iter_mut() {
        let Some((&first, after)) = left.split_first() else { break };
        let encoded = if first == b'%' { hex_byte(after) } else { None };
        (*free, left) = match encoded {
            Some(byte) => (if byte.is_ascii() { byte } else { b'?' }, &after[2..]),
            None => (first, after),
        };
        length += 1;
    }
    &buffer[..length]
}

fn hex_byte(text: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

/// Splits the address into the user and the rest. A bare number takes the fast path.
fn user_and_rest(text: &str) -> (&str, &str) {
    if !text.bytes().any(|byte| matches!(byte, b'"' | b':' | b';' | b'<' | b'@')) {
        return (text.trim_matches(' '), "");
    }
    let address = without_scheme(address(text).trim_matches(' '));
    let (user, rest) = address.split_at(address.find([';', '@']).unwrap_or(address.len()));
    (user.trim_matches(' '), rest)
}

/// Returns the text between angle brackets, else the whole text.
fn address(text: &str) -> &str {
    enclosed(text).unwrap_or(text)
}

fn enclosed(text: &str) -> Option<&str> {
    let (_, inside) = after_quoted(text)?.split_once('<')?;
    let (address, parameters) = inside.split_once('>')?;
    let parameters = parameters.trim_matches(' ');
    (!parameters.contains('@') && is_rest(parameters)).then_some(address)
}

/// Skips a quoted name, which may contain angle brackets, as in `"João & Cia \"VIP\" <x>" <sip:…>`.
fn after_quoted(text: &str) -> Option<&str> {
    let Some(quoted) = text.trim_start_matches(' ').strip_prefix('"') else { return Some(text) };
    let mut escaped = false;
    let end = quoted.find(|letter| {
        let ends = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        ends
    })?;
    Some(&quoted[end + 1..])
}

fn without_scheme(address: &str) -> &str {
    match address.split_once(':') {
        Some((scheme, address))
            if ["sip", "sips", "tel"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) =>
        {
            address
        }
        _ => address,
    }
}

/// Returns whether the host marks a withheld caller (RFC 3323). Some trunks leave the number in
/// place.
fn is_withheld(rest: &str) -> bool {
    const HOST: &[u8] = b"@anonymous.invalid";
    rest.as_bytes().windows(HOST.len()).any(|part| part.eq_ignore_ascii_case(HOST))
}

/// Returns whether `text` is empty or looks like `;parameters` and at most one `@host`.
fn is_rest(text: &str) -> bool {
    if text.is_empty() {
        return true;
    }
    text.starts_with([';', '@'])
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+=:;@[]/".contains(&byte))
        && text.bytes().filter(|byte| *byte == b'@').count() <= 1
        && text.split(';').skip(1).all(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// Returns whether `user` is a code for the switch, such as `*55` or `#31#`.
fn is_feature_code(user: &str) -> bool {
    user.starts_with(['*', '#'])
        && user.bytes().all(|byte| byte.is_ascii_digit() || b"*#".contains(&byte))
}

/// Parses the digits of a number with the usual punctuation.
///
/// It must end with a digit: `11987654321--` is garbage. A slash is rejected because it joins two
/// numbers (`3234-5678/79`), an IPv4 address because it looks like a dotted number.
fn number(user: &str) -> Option<(Prefix, Digits<DIGITS_MAX>)> {
    // ISUP pads an odd number of digits with 0xF, and some gateways print it.
    let user = user.strip_suffix(['F', 'f']).unwrap_or(user);
    let begins = user.starts_with(|c: char| c.is_ascii_digit() || c == '+' || c == '(');
    let ends = user.ends_with(|c: char| c.is_ascii_digit());
    if !begins || !ends || user.parse::<Ipv4Addr>().is_ok() {
        return None;
    }
    let mut prefix = Prefix::Nothing;
    let mut digits = Digits::EMPTY;
    for byte in user.bytes() {
        match byte {
            b' ' | b'(' | b')' | b'-' | b'.' => {}
            b'+' if prefix == Prefix::Nothing && digits == Digits::EMPTY => prefix = Prefix::Plus,
            digit => digits.push(digit)?,
        }
    }
    Some((prefix, digits))
}

/// Parses the start of a numeric `phone-context`; a domain is ignored.
fn context(rest: &str) -> Option<Digits<CONTEXT_MAX>> {
    let value = rest.split([';', '@']).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.eq_ignore_ascii_case("phone-context").then_some(value)
    })?;
    let mut digits = Digits::EMPTY;
    for byte in value.strip_prefix('+')?.bytes().filter(u8::is_ascii_digit).take(CONTEXT_MAX) {
        digits.push(byte)?;
    }
    Some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_path_equals_the_full_parser() {
        for length in 0..=30 {
            for plus in ["", "+", "++"] {
                let text = format!("{plus}{}", &"0123456789".repeat(3)[..length]);
                let seen = |read: Presented| (read.digits.as_str().to_owned(), read.prefix);
                if let Some(bare) = Presented::bare(&text) {
                    let long = Presented::read_decoded(&text);
                    assert_eq!(Some(seen(bare)), long.ok().map(seen), "{text}");
                } else {
                    let long_enough = (1..=DIGITS_MAX).contains(&length) && plus.len() < 2;
                    assert!(!long_enough, "{text} is bare");
                }
            }
        }
        for odd in ["", "+", "1 2", "12a", "１２", "+1+2", "1\n", "%31"] {
            assert!(Presented::bare(odd).is_none(), "{odd}");
        }
    }
}
