//! Turns the digits that a trunk presents back into the caller's, where its gateway adds or cuts some.
//!
//! ```text
//! presented --category digit--> --strip--> --prefix--> the number as dialled --plan--> canonical
//! ```
//! A number that is not as the trunk's settings state is rejected, and so is one that can be read in two
//! ways: a wrong customer is worse than none.

use super::digits::Digits;
use super::no_number::NoNumber;
use super::plan::{self, Canonical, Ddd};
use super::presented::{DIGITS_MAX, Prefix, Presented};

/// Most digits that a trunk cuts or puts before: 00, carrier, 55 and DDD.
pub(super) const ADDED_MAX: usize = 8;
/// Extensions and services have at most this many digits; a prefix does not make one a number.
const SHORT_MAX: usize = 6;

/// Digits of a setting.
type ShortDigits = Digits<ADDED_MAX>;
/// Digits on the way from what is presented to the number.
type LongDigits = Digits<DIGITS_MAX>;

/// Where an R2 gateway puts the digit of the subscriber's category.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum CategoryDigit {
    First,
    Last,
    #[default]
    No,
}

/// What is cut at the beginning of a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cut {
    /// So many digits.
    Digits(usize),
    /// These, with which every number of the trunk begins.
    Fixed { has_plus: bool, digits: FixedDigits },
}

/// Digits that a setting states.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FixedDigits(ShortDigits);

impl std::fmt::Debug for FixedDigits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_str())
    }
}

/// A setting that is not made of as many digits as a trunk may add.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnfitDigits;

impl Cut {
    /// So many digits, if a trunk may add as many.
    pub fn of_count(count: u64) -> Result<Self, UnfitDigits> {
        let count = usize::try_from(count).map_err(|_| UnfitDigits)?;
        (1..=ADDED_MAX).contains(&count).then_some(Self::Digits(count)).ok_or(UnfitDigits)
    }

    /// A text of digits, which may begin with a plus, or be a plus.
    pub fn of_text(text: &str) -> Result<Self, UnfitDigits> {
        let (has_plus, rest) = text.strip_prefix('+').map_or((false, text), |rest| (true, rest));
        let digits = ShortDigits::joined(&[rest.as_bytes()]).ok_or(UnfitDigits)?;
        let is_empty = !has_plus && digits == ShortDigits::EMPTY;
        let cut = Self::Fixed { has_plus, digits: FixedDigits(digits) };
        (!is_empty).then_some(cut).ok_or(UnfitDigits)
    }
}

/// How a trunk changes the numbers of its callers, and what undoes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct DigitRewriting {
    pub category: CategoryDigit,
    pub strip: Option<Cut>,
    pub prefix: Option<FixedDigits>,
    /// Whether a mobile without its ninth digit is no number.
    pub no_old_mobiles: bool,
}

/// The digits after each step, for an explanation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RewritingSteps {
    pub presented: String,
    pub after_category: String,
    pub after_strip: String,
    pub after_prefix: String,
}

/// A number after each step.
struct Rewritten {
    after_category: LongDigits,
    after_strip: LongDigits,
    after_prefix: LongDigits,
}

impl DigitRewriting {
    /// The same with `digits` put before each number.
    pub fn prefixed(self, digits: &str) -> Result<Self, UnfitDigits> {
        let digits = ShortDigits::joined(&[digits.as_bytes()]).ok_or(UnfitDigits)?;
        if digits == ShortDigits::EMPTY {
            return Err(UnfitDigits);
        }
        Ok(Self { prefix: Some(FixedDigits(digits)), ..self })
    }

    /// Whether numbers lose digits. What is left of one that came without them may look like another.
    pub fn cuts(&self) -> bool {
        self.category != CategoryDigit::No || self.strip.is_some()
    }

    /// Whether numbers have other digits than presented.
    pub fn changes_digits(&self) -> bool {
        self.cuts() || self.prefix.is_some()
    }

    /// The digits of `text` after each step.
    pub fn steps(&self, text: &str) -> Result<RewritingSteps, NoNumber> {
        let presented = Presented::read(text)?;
        let Rewritten { after_category, after_strip, after_prefix } = self.rewritten(&presented)?;
        let shown = |digits: LongDigits| digits.as_str().to_owned();
        let plus = if presented.prefix == Prefix::Plus { "+" } else { "" };
        let presented = format!("{plus}{}", presented.digits.as_str());
        let [after_category, after_strip, after_prefix] =
            [after_category, after_strip, after_prefix].map(shown);
        Ok(RewritingSteps { presented, after_category, after_strip, after_prefix })
    }

    fn rewritten(&self, presented: &Presented) -> Result<Rewritten, NoNumber> {
        let cuts_plus = matches!(self.strip, Some(Cut::Fixed { has_plus: true, .. }));
        let has_plus = presented.prefix == Prefix::Plus;
        // A plus promises a whole number, which the settings deny.
        if self.changes_digits() && has_plus != cuts_plus {
            return Err(NoNumber::Trunk);
        }
        let digits = presented.digits.as_bytes();
        let digits = self.without_category(digits).ok_or(NoNumber::Trunk)?;
        let after_category = LongDigits::joined(&[digits]).ok_or(NoNumber::Trunk)?;
        let digits = self.stripped(digits).ok_or(NoNumber::Trunk)?;
        let after_strip = LongDigits::joined(&[digits]).ok_or(NoNumber::Trunk)?;
        if self.changes_digits() && digits.len() <= SHORT_MAX {
            return Err(NoNumber::Short);
        }
        let prefix = self.prefix.as_ref().map_or(&[][..], |prefix| prefix.0.as_bytes());
        let after_prefix = LongDigits::joined(&[prefix, digits]).ok_or(NoNumber::Trunk)?;
        Ok(Rewritten { after_category, after_strip, after_prefix })
    }

    fn without_category<'a>(&self, digits: &'a [u8]) -> Option<&'a [u8]> {
        match self.category {
            CategoryDigit::First => digits.split_first().map(|(_, rest)| rest),
            CategoryDigit::Last => digits.split_last().map(|(_, rest)| rest),
            CategoryDigit::No => Some(digits),
        }
    }

    fn stripped<'a>(&self, digits: &'a [u8]) -> Option<&'a [u8]> {
        match &self.strip {
            None => Some(digits),
            Some(Cut::Digits(count)) => digits.get(*count..),
            Some(Cut::Fixed { digits: fixed, .. }) => digits.strip_prefix(fixed.0.as_bytes()),
        }
    }
}

/// Finds the subscriber number in the digits of `text`.
pub(super) fn canonical(
    text: &str,
    default_ddd: Option<Ddd>,
    rewriting: &DigitRewriting,
) -> Result<Canonical, NoNumber> {
    let presented = Presented::read(text)?;
    if presented.digits.as_bytes().iter().all(|digit| *digit == b'0') {
        return Err(NoNumber::Anonymous);
    }
    let digits = rewriting.rewritten(&presented)?.after_prefix;
    let prefix = if rewriting.changes_digits() { Prefix::Nothing } else { presented.prefix };
    let number = plan::canonical(&Presented { digits, prefix, ..presented }, default_ddd)?;
    if rewriting.no_old_mobiles && number.has_new_ninth {
        return Err(NoNumber::Trunk);
    }
    if rewriting.cuts() && number.has_default_ddd && is_whole(&presented) {
        return Err(NoNumber::Trunk);
    }
    Ok(number.number)
}

/// Whether the digits are a whole number as they came: then those that were cut may be the caller's.
fn is_whole(presented: &Presented) -> bool {
    plan::canonical(presented, None).is_ok_and(|number| !number.has_new_ninth)
}
