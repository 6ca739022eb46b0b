//! The Brazilian numbering plan: finds the subscriber number behind dialled prefixes.
//!
//! ```text
//! national = DDD + subscriber       10 or 11 digits; a 10-digit mobile gets its 9
//! trunk    = [carrier] + national   after 0 or 90 (collect)
//! country  = national | 0 + trunk   after +55, 55, 0055, 00 + carrier + 55
//! local    = subscriber             alone, or after 9090 (collect); needs a default DDD
//! ```
//! The first digits and the length distinguish the forms. A carrier code counts only between a 0 (or
//! 90) and a valid number: without the 0, `39 33 31234567` of Italy would look Brazilian.

use std::fmt;

use super::digits::Digits;
use super::no_number::NoNumber;
use super::presented::{Prefix, Presented};

/// DDD and nine digits.
pub(super) const MOBILE_LENGTH: usize = 11;

/// Extensions and services have at most this many digits.
const SHORT_MAX: usize = 6;

/// Maximum digits of E.164, country code included.
const INTERNATIONAL_MAX: usize = 15;

/// Minimum digits after 00 of a number of any country.
const INTERNATIONAL_MIN: usize = 7;

/// Digits of a carrier's code.
const CARRIER: usize = 2;

/// Prefixes of special-rate services, without the leading 0; never a subscriber line.
const SERVICES: [&[u8]; 6] = [b"300", b"303", b"304", b"500", b"800", b"900"];

/// Prefixes of nationwide company numbers. Carriers add the caller's DDD to them.
const NATIONWIDE: [&[u8]; 3] = [b"3003", b"4004", b"4020"];

/// A subscriber number as the source stores it.
pub(super) type Canonical = Digits<MOBILE_LENGTH>;

/// A subscriber number, and what was added to the presented digits to find it.
pub(super) struct CompletedNumber {
    pub(super) number: Canonical,
    /// The ninth digit of a mobile from before there was one.
    pub(super) has_new_ninth: bool,
    /// The default DDD.
    pub(super) has_default_ddd: bool,
}

/// A valid Brazilian area code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Ddd(u8);

impl Ddd {
    /// Parses exactly two ASCII digits that are one of the 67 area codes.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: [u8; 2] = text.as_bytes().try_into().ok()?;
        Self::from_digits(digits)
    }

    fn from_digits([tens, units]: [u8; 2]) -> Option<Self> {
        if !tens.is_ascii_digit() || !units.is_ascii_digit() {
            return None;
        }
        let code = (tens - b'0') * 10 + (units - b'0');
        let is_valid = matches!(code,
            11..=19 | 21 | 22 | 24 | 27 | 28 | 31..=35 | 37 | 38 | 41..=49 | 51 | 53..=55
            | 61..=69 | 71 | 73..=75 | 77 | 79 | 81..=89 | 91..=99);
        is_valid.then_some(Self(code))
    }

    fn digits(self) -> [u8; 2] {
        [b'0' + self.0 / 10, b'0' + self.0 % 10]
    }
}

impl fmt::Display for Ddd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Finds the subscriber number in the presented digits.
pub(super) fn canonical(
    presented: &Presented,
    default_ddd: Option<Ddd>,
) -> Result<CompletedNumber, NoNumber> {
    let digits = presented.digits.as_bytes();
    // The default caller ID of FreeSWITCH is 0000000000.
    if digits.iter().all(|digit| *digit == b'0') {
        return Err(NoNumber::Anonymous);
    }
    match presented.prefix {
        Prefix::Plus => global(digits),
        Prefix::Nothing => {
            let context = presented.context.as_ref().map(Digits::as_bytes);
            dialled(digits, scoped(default_ddd, context)?)
        }
    }
}

/// Returns the default DDD, unless the `phone-context` of the number contradicts it.
///
/// The DDD of a context is not used: only the configuration may complete a number.
fn scoped(default_ddd: Option<Ddd>, context: Option<&[u8]>) -> Result<Option<Ddd>, NoNumber> {
    match context {
        None | Some([] | [b'5', b'5']) => Ok(default_ddd),
        Some([b'5', b'5', area @ ..]) => Ok(default_ddd.filter(|ddd| ddd.digits() == area)),
        Some(_) => Err(NoNumber::International),
    }
}

/// Parses the digits after a plus.
fn global(digits: &[u8]) -> Result<CompletedNumber, NoNumber> {
    match digits {
        [b'5', b'5', rest @ ..] => country(rest),
        [b'0', ..] => Err(NoNumber::Invalid),
        _ if digits.len() > INTERNATIONAL_MAX => Err(NoNumber::Invalid),
        _ => Err(NoNumber::International),
    }
}

/// Parses digits without a plus, as dialled.
fn dialled(digits: &[u8], default_ddd: Option<Ddd>) -> Result<CompletedNumber, NoNumber> {
    match digits {
        _ if digits.len() <= SHORT_MAX => Err(NoNumber::Short),
        [b'0', b'0', rest @ ..] => abroad(rest),
        [b'0', rest @ ..] => trunk(rest),
        // Before the 90 of collect calls: mobiles may begin with 90, too.
        _ if is_local(digits) => local(digits, default_ddd),
        [b'9', b'0', b'9', b'0', rest @ ..] if is_local(rest) => local(rest, default_ddd),
        [b'9', b'0', rest @ ..] => trunk(rest),
        // With fewer digits 55 is the area code of Santa Maria.
        [b'5', b'5', rest @ ..] if rest.len() >= 10 => country(rest),
        _ => national(digits),
    }
}

/// Parses the digits after 00: a country code, or a carrier and a country code.
fn abroad(digits: &[u8]) -> Result<CompletedNumber, NoNumber> {
    if let [b'5', b'5', rest @ ..] = digits
        && let Ok(found) = country(rest)
    {
        return Ok(found);
    }
    match digits {
        // A whole national number must follow: 00 52 55 1234 5678 is Mexico City.
        [b'1'..=b'9', _, b'5', b'5', rest @ ..] if rest.len() >= 10 => country(rest),
        [b'5', b'5', rest @ ..] => country(rest),
        [b'0', ..] => Err(NoNumber::Invalid),
        _ if (INTERNATIONAL_MIN..=INTERNATIONAL_MAX + CARRIER).contains(&digits.len()) => {
            Err(NoNumber::International)
        }
        _ => Err(NoNumber::Invalid),
    }
}

/// Parses the digits after the country code, where some gateways leave the trunk prefix 0.
///
/// A number without DDD is rejected: it cannot be dialled from another country.
fn country(digits: &[u8]) -> Result<CompletedNumber, NoNumber> {
    match digits {
        [b'0', rest @ ..] => trunk(rest),
        _ => national(digits),
    }
}

/// Parses the digits after the trunk prefix 0 or the 90 of a collect call, with an optional carrier
/// code.
fn trunk(digits: &[u8]) -> Result<CompletedNumber, NoNumber> {
    match digits {
        [b'1'..=b'9', _, rest @ ..] if matches!(rest.len(), 10 | 11) => national(rest),
        _ => national(digits),
    }
}

/// Parses a national number without prefixes.
fn national(digits: &[u8]) -> Result<CompletedNumber, NoNumber> {
    if is_service(digits) || is_nationwide(digits) {
        return Err(NoNumber::Nongeographic);
    }
    let (area, line) = digits.split_first_chunk().ok_or(NoNumber::Invalid)?;
    let ddd = Ddd::from_digits(*area).ok_or(NoNumber::Invalid)?;
    completed(ddd, subscriber(line)?)
}

/// Parses a number without DDD; reports a missing DDD only if the number is valid otherwise.
fn local(digits: &[u8], default_ddd: Option<Ddd>) -> Result<CompletedNumber, NoNumber> {
    let subscriber = subscriber(digits)?;
    let ddd = default_ddd.ok_or(NoNumber::LocalWithoutDdd)?;
    Ok(CompletedNumber { has_default_ddd: true, ..completed(ddd, subscriber)? })
}

/// The digits without DDD.
struct Subscriber<'a> {
    /// The ninth digit, which landlines never had.
    ninth: &'static [u8],
    eight: &'a [u8],
    /// Whether the ninth digit is there and was not presented.
    has_new_ninth: bool,
}

/// Parses a subscriber number (Anatel resolution 749/2022): landlines begin with 2-5, mobiles with 9.
/// Mobiles of eight digits began with 6-9 until the 9 was added.
fn subscriber(digits: &[u8]) -> Result<Subscriber<'_>, NoNumber> {
    let (ninth, eight, has_new_ninth): (&[u8], _, _) = match digits {
        _ if is_nationwide(digits) => return Err(NoNumber::Nongeographic),
        [b'2'..=b'5', ..] if digits.len() == 8 => (b"", digits, false),
        [b'6'..=b'9', ..] if digits.len() == 8 => (b"9", digits, true),
        [b'9', eight @ ..] if eight.len() == 8 => (b"9", eight, false),
        _ => return Err(NoNumber::Invalid),
    };
    Ok(Subscriber { ninth, eight, has_new_ninth })
}

fn completed(ddd: Ddd, subscriber: Subscriber<'_>) -> Result<CompletedNumber, NoNumber> {
    let Subscriber { ninth, eight, has_new_ninth } = subscriber;
    let number = Canonical::joined(&[&ddd.digits(), ninth, eight]).ok_or(NoNumber::Invalid)?;
    Ok(CompletedNumber { number, has_new_ninth, has_default_ddd: false })
}

fn is_local(digits: &[u8]) -> bool {
    matches!(digits.len(), 8 | 9)
}

/// Returns whether it is a service such as 0800 777 123 or 0800 777 1234, without its 0. There is no
/// DDD 30, 50, 80 or 90, so no subscriber line matches, and telemarketing without its 0 (303 123 4567)
/// is recognised.
fn is_service(digits: &[u8]) -> bool {
    matches!(digits.len(), 9 | 10) && SERVICES.iter().any(|service| digits.starts_with(service))
}

fn is_nationwide(digits: &[u8]) -> bool {
    digits.len() == 8 && NATIONWIDE.iter().any(|prefix| digits.starts_with(prefix))
}
