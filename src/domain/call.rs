//! Holds one question of a PBX: who is calling, on which number, and how long it may wait.

use std::fmt;
use std::time::{Duration, Instant};

use crate::domain::phone::Phone;

/// Shortest deadline a PBX may ask for; below it no answer of a source could arrive.
pub const DEADLINE_MIN: Duration = Duration::from_millis(100);

/// One call to be answered.
#[derive(Clone)]
pub struct Call {
    /// Where it came in, for the log.
    pub interface: &'static str,
    /// Caller ID as the PBX presents it; `None` when it is withheld or cannot be trusted.
    pub caller: Option<String>,
    /// The number that was dialled.
    pub did: Option<Did>,
    /// When the request was accepted.
    pub accepted: Instant,
    /// How long the PBX is ready to wait, when it said so.
    pub timeout: Option<Duration>,
}

impl Call {
    /// When the answer must leave: the setting's `longest`, which the PBX can only shorten.
    pub fn deadline(&self, longest: Duration) -> Instant {
        let asked = self.timeout.filter(|wait| (DEADLINE_MIN..=longest).contains(wait));
        self.accepted + asked.unwrap_or(longest)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call(door {}, caller masked)", self.interface)
    }
}

/// A called number, comparable however the trunk writes it: `+55 37 3222-1234`, `553732221234`
/// and `3732221234` are one DID, and so are `0800 777 1234` and `+558007771234`. What is not made
/// of digits is compared as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Did(String);

impl Did {
    /// Reads a called number; `None` when it is blank or unreasonably long.
    pub fn new(text: &str) -> Option<Self> {
        /// SIP user parts of real trunks stay well below this.
        const DID_BYTES_MAX: usize = 128;
        let text = text.trim();
        if text.is_empty() || text.len() > DID_BYTES_MAX {
            return None;
        }
        Some(match Phone::parse(text, None) {
            Ok(phone) => Self(phone.reveal().to_owned()),
            Err(_) => Self(bare_digits(text).unwrap_or_else(|| text.to_owned())),
        })
    }
}

/// The digits of a service number (0800, 4004) or an extension without formatting, country code
/// and leading zeros; `None` when there is anything else in it, or nothing left.
fn bare_digits(text: &str) -> Option<String> {
    /// The shortest number behind a country code that is written without its plus.
    const WITH_COUNTRY_MIN: usize = 12;
    let foreign = |c: char| !c.is_ascii_digit() && !" ()-.".contains(c);
    let local = text.strip_prefix("+55").unwrap_or(text);
    if local.contains(foreign) {
        return None;
    }
    let digits: String = local.chars().filter(char::is_ascii_digit).collect();
    let digits = match digits.strip_prefix("55") {
        Some(behind) if digits.len() >= WITH_COUNTRY_MIN => behind,
        _ => &digits,
    };
    Some(digits.trim_start_matches('0').to_owned()).filter(|digits| !digits.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(timeout_ms: Option<u64>) -> Call {
        let timeout = timeout_ms.map(Duration::from_millis);
        Call { interface: "test", caller: None, did: None, accepted: Instant::now(), timeout }
    }

    #[test]
    fn a_pbx_can_only_shorten_the_deadline() {
        let longest = Duration::from_millis(800);
        for (asked, wait) in [(None, 800), (Some(300), 300), (Some(5_000), 800), (Some(1), 800)] {
            let call = call(asked);
            assert_eq!(call.deadline(longest) - call.accepted, Duration::from_millis(wait));
        }
    }

    #[test]
    fn one_called_number_has_many_spellings() {
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
        assert!(Did::new("0").is_some());
    }
}
