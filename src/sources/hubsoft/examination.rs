//! Diagnostics for `bina doctor`: the customers found by each spelling of a number, and HubSoft's time.

use tokio::time::Instant;

use crate::domain::failure::Failure;
use crate::domain::phone::Phone;
use crate::sources::source::Budget;

use super::HubSoft;

/// Digits of a subscriber number without the ninth digit; a search for fewer is meaningless.
const TAIL: usize = 8;
/// The country code.
const COUNTRY: &str = "55";

/// A spelling of a number in a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// Area code and number, which calls search for first.
    Whole,
    /// The same without the ninth digit, which calls search for second.
    WithoutNinth,
    /// The last eight digits, without area code.
    LastEight,
    /// Country code, area code and number.
    WithCountry,
}

/// A number in one of these spellings. It has no `Debug`, because the term is the number.
pub struct Written {
    pub writing: Writing,
    term: String,
}

/// The number of customers that a search returned, and how many of them have the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchCounts {
    pub returned: usize,
    pub own: usize,
}

impl Written {
    /// Returns the spellings of `phone`, at most four; those that calls search for come first.
    pub fn all(phone: &Phone) -> Vec<Self> {
        let calls = [Writing::Whole, Writing::WithoutNinth].into_iter().zip(phone.candidates());
        let calls = calls.map(|(writing, term)| (writing, term.as_str().to_owned()));
        let digits = phone.reveal();
        let others = [
            (Writing::LastEight, digits[digits.len().saturating_sub(TAIL)..].to_owned()),
            (Writing::WithCountry, format!("{COUNTRY}{digits}")),
        ];
        calls.chain(others).map(|(writing, term)| Self { writing, term }).collect()
    }

    /// The number of digits in the search term.
    pub fn length(&self) -> usize {
        self.term.len()
    }
}

impl HubSoft {
    /// Searches for `phone` as it is `written`, within the limits of a call that ends at `deadline`.
    pub async fn count(
        &self,
        phone: &Phone,
        written: &Written,
        deadline: Instant,
    ) -> Result<MatchCounts, Failure> {
        let found = self.search(&written.term, phone, Budget::of_call(deadline)).await?;
        Ok(MatchCounts { returned: found.returned, own: found.own.len() })
    }

    /// Returns the `Date` of HubSoft's last answer, and when it was received.
    pub fn dated(&self) -> Option<(String, std::time::Instant)> {
        self.exchange.api().dated()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(number: &str) -> Vec<(Writing, String)> {
        let phone = Phone::parse(number, None).expect("a number");
        Written::all(&phone).into_iter().map(|one| (one.writing, one.term)).collect()
    }

    #[test]
    fn a_mobile_has_four_spellings_and_a_landline_three() {
        let whole = Writing::Whole;
        let old = Writing::WithoutNinth;
        let last = Writing::LastEight;
        let country = Writing::WithCountry;
        let all = |terms: &[(Writing, &str)]| -> Vec<_> {
            terms.iter().map(|(writing, term)| (*writing, (*term).to_owned())).collect()
        };
        assert_eq!(
            written("37988242968"),
            all(&[
                (whole, "37988242968"),
                (old, "3788242968"),
                (last, "88242968"),
                (country, "5537988242968")
            ])
        );
        assert_eq!(
            written("3732221234"),
            all(&[(whole, "3732221234"), (last, "32221234"), (country, "553732221234")])
        );
    }
}
