//! Finds the digits that were sent in the text a PBX presents as caller ID.
//!
//! ```text
//! "Name" <sip:+5511987654321;npdi;rn=+551100@host:5060;user=phone>;tag=1
//!             '--- user ---''-------------- rest --------------'
//! ```
//! Only the user is read. The name is skipped; the rest must look like parameters and a host,
//! so that `11987654321; DROP TABLE x` is garbage and not a number with a parameter.

use std::net::Ipv4Addr;

use super::digits::Digits;
use super::no_number::NoNumber;

/// The longest text looked at, in bytes. Name-addr forms with number portability and a host name
/// stay below 200; what is longer is refused before a byte of it is read.
const TEXT_MAX: usize = 256;

/// The longest form the plan knows: 00, carrier, 55, 0, carrier, DDD, nine digits.
const DIGITS_MAX: usize = 20;

/// Country code and DDD: all that matters of a `phone-context`.
const CONTEXT_MAX: usize = 4;

/// What a caller ID says.
pub(super) struct Presented {
    /// The digits as sent; never empty.
    pub(super) digits: Digits<DIGITS_MAX>,
    /// The first digits of a tel URI's global `phone-context`, where a number without plus holds.
    pub(super) context: Option<Digits<CONTEXT_MAX>>,
    /// Whether the digits begin with a country code.
    pub(super) prefix: Prefix,
}

/// What stands in front of the digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Prefix {
    Nothing,
    Plus,
}

impl Presented {
    /// Reads `text`, of which one layer of percent-encoding is taken off first.
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
        let mut room = [0; TEXT_MAX];
        let decoded = percent_decoded(text.as_bytes(), &mut room);
        Self::read_decoded(str::from_utf8(decoded).map_err(|_| NoNumber::Invalid)?)
    }

    /// Reads nothing but digits, perhaps behind a plus, as nearly every caller ID is. It is what
    /// `read_decoded` would come to.
    fn bare(text: &str) -> Option<Self> {
        let (prefix, digits) = match text.strip_prefix('+') {
            Some(behind) => (Prefix::Plus, behind),
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
        // pjsip hands over %0A decoded: a line break may be an attempt at the next line.
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

/// Takes one layer of percent-encoding off. An encoded byte that is not ASCII becomes `?`: it can
/// only be part of a name, or make the number garbage.
fn percent_decoded<'a>(text: &[u8], room: &'a mut [u8; TEXT_MAX]) -> &'a [u8] {
    let mut left = text;
    let mut length = 0;
    for free in room.iter_mut() {
        let Some((&first, behind)) = left.split_first() else { break };
        let encoded = if first == b'%' { hex_byte(behind) } else { None };
        (*free, left) = match encoded {
            Some(byte) => (if byte.is_ascii() { byte } else { b'?' }, &behind[2..]),
            None => (first, behind),
        };
        length += 1;
    }
    &room[..length]
}

fn hex_byte(text: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

/// Splits the address into who calls and the rest. Most texts are a bare number, and done early.
fn user_and_rest(text: &str) -> (&str, &str) {
    if !text.bytes().any(|byte| matches!(byte, b'"' | b':' | b';' | b'<' | b'@')) {
        return (text.trim_matches(' '), "");
    }
    let address = without_scheme(address(text).trim_matches(' '));
    let (user, rest) = address.split_at(address.find([';', '@']).unwrap_or(address.len()));
    (user.trim_matches(' '), rest)
}

/// What stands between angle brackets, else the whole text.
fn address(text: &str) -> &str {
    enclosed(text).unwrap_or(text)
}

fn enclosed(text: &str) -> Option<&str> {
    let (_, inside) = behind_quoted(text)?.split_once('<')?;
    let (address, parameters) = inside.split_once('>')?;
    let parameters = parameters.trim_matches(' ');
    (!parameters.contains('@') && is_rest(parameters)).then_some(address)
}

/// Skips a quoted name, which may hold angle brackets: seen as `"João & Cia \"VIP\" <x>" <sip:…>`.
fn behind_quoted(text: &str) -> Option<&str> {
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
        Some((scheme, behind))
            if ["sip", "sips", "tel"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) =>
        {
            behind
        }
        _ => address,
    }
}

/// Tells whether the host is the one that stands for a withheld caller (RFC 3323), whose number
/// some trunks leave in place.
fn is_withheld(rest: &str) -> bool {
    const HOST: &[u8] = b"@anonymous.invalid";
    rest.as_bytes().windows(HOST.len()).any(|part| part.eq_ignore_ascii_case(HOST))
}

/// Tells whether `text` is empty or looks like `;parameters` and at most one `@host`.
fn is_rest(text: &str) -> bool {
    if text.is_empty() {
        return true;
    }
    text.starts_with([';', '@'])
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+=:;@[]/".contains(&byte))
        && text.bytes().filter(|byte| *byte == b'@').count() <= 1
        && text.split(';').skip(1).all(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// Tells whether `user` is a code for the switch, such as `*55` or `#31#`.
fn is_feature_code(user: &str) -> bool {
    user.starts_with(['*', '#'])
        && user.bytes().all(|byte| byte.is_ascii_digit() || b"*#".contains(&byte))
}

/// Reads the digits of a number that is written as people write numbers.
///
/// It ends with a digit, so that `11987654321--` is garbage. A slash is refused because it joins
/// two numbers (`3234-5678/79`), an IPv4 address because it would pass as a dotted number.
fn number(user: &str) -> Option<(Prefix, Digits<DIGITS_MAX>)> {
    // ISUP fills an odd count of digits up with 0xF, and some gateways print it.
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

/// Reads the beginning of a `phone-context` that is a number; a domain says nothing to us.
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
    fn the_short_way_comes_to_what_the_long_way_does() {
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
