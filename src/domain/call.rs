//! One request of a PBX: who is calling, the called number, and how long the PBX waits.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use crate::domain::identification::Identification;
use crate::domain::phone::Phone;

/// Shortest deadline a PBX may request; a source cannot answer faster.
pub const DEADLINE_MIN: Duration = Duration::from_millis(100);

/// One call to be answered.
#[derive(Clone)]
pub struct Call {
    /// The interface that received the request, for the log.
    pub interface: &'static str,
    /// Caller ID as the PBX presents it; `None` if it is withheld or untrusted.
    pub caller: Option<String>,
    /// The number that was dialled.
    pub did: Option<Did>,
    /// What the caller typed to be identified by, if the PBX asked.
    pub identification: Option<Identification>,
    /// The trunk by which the call came, if it is in the request.
    pub trunk: Option<StatedTrunk>,
    /// The address of the PBX, where it is known.
    pub client: Option<IpAddr>,
    /// When the request was accepted.
    pub accepted: Instant,
    /// How long the PBX waits, if it is in the request.
    pub timeout: Option<Duration>,
}

impl Call {
    /// A call from `caller` that was accepted at `accepted`, and of which nothing else is known.
    pub fn of(caller: Option<String>, interface: &'static str, accepted: Instant) -> Self {
        Self {
            interface,
            caller,
            did: None,
            trunk: None,
            identification: None,
            client: None,
            accepted,
            timeout: None,
        }
    }

    /// When the answer is due: after `longest` (the setting), which the PBX can only shorten.
    pub fn deadline(&self, longest: Duration) -> Instant {
        let requested = self.timeout.filter(|wait| (DEADLINE_MIN..=longest).contains(wait));
        self.accepted + requested.unwrap_or(longest)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({}, caller masked)", self.interface)
    }
}

/// What a request states about the trunk by which a call came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatedTrunk {
    /// The address of the gateway.
    Address(IpAddr),
    /// The name of a trunk, or a text that names none.
    Name(Box<str>),
}

impl StatedTrunk {
    /// Longer than the name of any trunk, and any address.
    const BYTES_MAX: usize = 64;

    /// Reads a name or an address, which may have a port. A variable of the PBX that is not set is empty.
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim_matches(' ');
        if text.is_empty() {
            return None;
        }
        if let Some(address) = Self::address(text) {
            return Some(Self::Address(address));
        }
        let is_name = text.len() <= Self::BYTES_MAX;
        Some(if is_name { Self::Name(text.into()) } else { Self::unclear() })
    }

    /// Names no trunk: the request has contradicted itself.
    pub fn unclear() -> Self {
        Self::Name(Box::default())
    }

    /// The address in `text`, with a port or without one.
    pub fn address(text: &str) -> Option<IpAddr> {
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        let with_port = || text.parse().map(|address: SocketAddr| address.ip());
        bare.parse().or_else(|_| with_port()).ok().map(|address: IpAddr| address.to_canonical())
    }
}

/// Digits of an extension, the shortest called number …
const DIGITS_MIN: usize = 2;
/// … and of the longest: 00, carrier, and 15 digits of any country.
const DIGITS_MAX: usize = 20;
/// Longer than the SIP user part of any real trunk.
const DID_BYTES_MAX: usize = 128;

/// A called number, comparable however the trunk writes it: `+55 37 3222-1234`, `553732221234`
/// and `3732221234` are one DID, and so are `0800 777 1234` and `+558007771234`. It has digits and
/// nothing else: a word of the dialplan, as `s`, is no called number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Did(String);

impl Did {
    /// Parses a called number: a whole one (also in a SIP address), a service number or an extension.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim_matches(' ');
        if text.len() > DID_BYTES_MAX {
            return None;
        }
        match Phone::parse(text, None) {
            Ok(phone) => Some(Self(phone.reveal().to_owned())),
            Err(_) => bare_digits(text).map(Self),
        }
    }

    /// Its digits. A called number is the provider's own, and not personal.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the digits of a service number (0800, 4004) or an extension, without formatting, country
/// code and leading zeros; `None` if there are other characters, or too few or too many digits.
fn bare_digits(text: &str) -> Option<String> {
    /// Shortest number with a country code but without its plus.
    const WITH_COUNTRY_MIN: usize = 12;
    let foreign = |c: char| !c.is_ascii_digit() && !" ()-.".contains(c);
    let local = text.strip_prefix("+55").or_else(|| text.strip_prefix('+')).unwrap_or(text);
    if local.contains(foreign) {
        return None;
    }
    let digits: String = local.chars().filter(char::is_ascii_digit).collect();
    if !(DIGITS_MIN..=DIGITS_MAX).contains(&digits.len()) {
        return None;
    }
    let digits = match digits.strip_prefix("55") {
        Some(national) if digits.len() >= WITH_COUNTRY_MIN => national,
        _ => &digits,
    };
    let significant = digits.trim_start_matches('0');
    Some(if significant.is_empty() { digits } else { significant }.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(timeout_ms: Option<u64>) -> Call {
        let timeout = timeout_ms.map(Duration::from_millis);
        Call { timeout, ..Call::of(None, "test", Instant::now()) }
    }

    #[test]
    fn a_pbx_can_only_shorten_the_deadline() {
        let longest = Duration::from_millis(800);
        for (requested, wait) in [(None, 800), (Some(300), 300), (Some(5_000), 800), (Some(1), 800)]
        {
            let call = call(requested);
            assert_eq!(call.deadline(longest) - call.accepted, Duration::from_millis(wait));
        }
    }

    #[test]
    fn spellings_of_one_called_number_are_equal() {
        let did = Did::new("+553732221234");
        assert_eq!(did, Did::new("3732221234"));
        assert_eq!(did, Did::new(" (37) 3222-1234 "));
        assert_ne!(did, Did::new("1000"));
        assert_eq!(Did::new("  "), None);
        for free in ["08007771234", "0800-777-1234", "8007771234", "+558007771234", "558007771234"]
        {
            assert_eq!(Did::new(free), Did::new("0800 777 1234"), "{free}");
        }
        assert_eq!(Did::new("4004-1234"), Did::new("40041234"));
        assert_ne!(Did::new("s"), Did::new("1000"));
        assert!(Did::new("00").is_some());
        assert_eq!(Did::new("+12025550123"), Did::new("12025550123"));
    }

    #[test]
    fn what_is_no_number_is_no_called_number() {
        for odd in [
            "",
            " ",
            "1",
            "s",
            "abc",
            "${EXEC}",
            "${EXEC}\n",
            "3732221234\n",
            "3732221234\nagi_callerid: 37988242968",
            "3732221234 ${SHELL(id)}",
            "10x00",
            "*21",
            "#1000",
            "++1000",
            "+",
            "١٢٣٤",
            "123456789012345678901",
        ] {
            assert_eq!(Did::new(odd), None, "{odd:?}");
        }
        for extension in ["10", "100", "1000", "10000", "100000"] {
            assert!(Did::new(extension).is_some(), "{extension}");
        }
    }
}
