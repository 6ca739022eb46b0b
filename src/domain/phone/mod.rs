//! Converts the caller ID that a PBX presents into a canonical Brazilian number.
//!
//! ```text
//! "Ana" <sip:+5511987654321@host>  --presented-->  +5511987654321  --plan-->  11987654321
//! ```
//! An ambiguous text is rejected: a wrong customer is worse than none. Nothing here allocates, waits
//! or panics.

mod digits;
mod no_number;
mod plan;
mod presented;
mod rewriting;
mod stored;

use std::fmt::{self, Write};
use std::iter::FusedIterator;

pub use self::no_number::NoNumber;
pub use self::plan::Ddd;
pub use self::rewriting::{
    CategoryDigit, Cut, DigitRewriting, FixedDigits, RewritingSteps, UnfitDigits,
};

use self::plan::Canonical;
use self::presented::Presented;

/// A canonical subscriber number: DDD and 8 (fixed) or 9 (mobile) digits, as the source stores it.
///
/// It masks itself wherever it is printed; [`Phone::reveal`] shows it, and so does
/// [`Candidate::as_str`] for the lookup.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Phone(Canonical);

/// The kind of line of a subscriber number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    Fixed,
    Mobile,
}

impl Phone {
    /// Parses a caller ID in any form that a PBX presents; `default_ddd` completes numbers without DDD.
    pub fn parse(text: &str, default_ddd: Option<Ddd>) -> Result<Self, NoNumber> {
        let presented = Presented::read(text)?;
        plan::canonical(&presented, default_ddd).map(|completed| Self(completed.number))
    }

    /// Parses a caller ID from a trunk that presents other digits than the caller's, as `rewriting` states.
    pub fn parse_rewritten(
        text: &str,
        default_ddd: Option<Ddd>,
        rewriting: &DigitRewriting,
    ) -> Result<Self, NoNumber> {
        rewriting::canonical(text, default_ddd, rewriting).map(Self)
    }

    /// The digits.
    pub fn reveal(&self) -> &str {
        self.0.as_str()
    }

    /// The masked number, for the log.
    pub fn masked(&self) -> Masked {
        let digits = self.0.as_bytes();
        let hidden = digits.len().saturating_sub(SHOWN);
        let shown = digits.last_chunk().copied().unwrap_or([b'*'; SHOWN]);
        Masked { hidden, shown: shown.map(char::from) }
    }

    /// The kind of line: landline or mobile.
    pub fn kind(&self) -> Kind {
        if self.0.as_bytes().len() == plan::MOBILE_LENGTH { Kind::Mobile } else { Kind::Fixed }
    }

    /// The terms to search for, in this order: the number, then the same without the 9.
    ///
    /// A source still stores mobiles from before the ninth digit. Old mobiles began with 6-9; with any
    /// other digit the shorter number is the landline of another subscriber.
    pub fn candidates(&self) -> Candidates {
        let old = match self.0.as_bytes() {
            [a, b, b'9', old @ ..] if old.len() == 8 && old[0] >= b'6' => {
                Canonical::joined(&[&[*a, *b], old])
            }
            _ => None,
        };
        Candidates { first: Some(Candidate(self.0)), second: old.map(Candidate) }
    }
}

/// A masked number, stars and the last two digits, without an allocation.
pub struct Masked {
    hidden: usize,
    shown: [char; SHOWN],
}

impl Masked {
    /// Appends it to `text`.
    pub fn write_to(&self, text: &mut String) {
        const STARS: &str = "***********";
        text.push_str(&STARS[..self.hidden.min(STARS.len())]);
        self.shown.iter().for_each(|digit| text.push(*digit));
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        mask(self.reveal(), f)
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        mask(self.reveal(), f)
    }
}

/// One term to search for. It has no `Deref`, so that it is masked if printed by accident.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Candidate(Canonical);

impl Candidate {
    /// The digits to search for.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        mask(self.as_str(), f)
    }
}

/// The one or two terms to search for, in order.
#[derive(Clone, Debug)]
pub struct Candidates {
    first: Option<Candidate>,
    second: Option<Candidate>,
}

impl Iterator for Candidates {
    type Item = Candidate;

    fn next(&mut self) -> Option<Candidate> {
        self.first.take().or_else(|| self.second.take())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::from(self.first.is_some()) + usize::from(self.second.is_some());
        (left, Some(left))
    }
}

impl ExactSizeIterator for Candidates {}
impl FusedIterator for Candidates {}

/// Digits of a number that stay visible: enough to find a call in a log.
const SHOWN: usize = 2;

/// Writes stars for all but the last two digits.
fn mask(digits: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let hidden = digits.len().saturating_sub(SHOWN);
    for _ in 0..hidden {
        f.write_char('*')?;
    }
    f.write_str(&digits[hidden..])
}
