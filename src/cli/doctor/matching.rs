//! Finds out how this HubSoft matches numbers, which its page does not say: counts, and what they mean.

use crate::domain::phone::Phone;
use crate::sources::hubsoft::{HubSoft, MatchCounts, PhoneMatch, Writing, Written};
use crate::sources::reasons;

use super::line::Severity;
use super::report::CheckReport;
use super::trouble::{Trouble, count};

const WHAT: &str = "matching";
/// Most customers HubSoft lists.
const LISTED_MAX: usize = 100;
/// Ways to write a mobile in a search.
const WRITINGS: usize = 4;

/// What each way to write a number has brought; nothing where it was not asked or refused.
type Seen = Vec<(Writing, Option<MatchCounts>)>;

/// Searches for `phone` in the `other` ways than the one that is `known`, and concludes.
pub(super) async fn examine(
    hubsoft: &HubSoft,
    phone: &Phone,
    known: (Written, MatchCounts),
    others: impl Iterator<Item = Written>,
    phone_match: PhoneMatch,
    report: &mut CheckReport,
) {
    let mut seen: Seen = vec![(known.0.writing, Some(known.1))];
    for written in others {
        match count(hubsoft, phone, &written, report).await {
            Ok(counts) => {
                let MatchCounts { returned, own } = counts;
                let text = format!("{returned} returned, {own} with this very number");
                report.ok(WHAT, format_args!("{}: {text}", name(&written)));
                seen.push((written.writing, Some(counts)));
            }
            Err(trouble) => {
                let text = format!("{}: {trouble}", name(&written));
                report.add(gravity(written.writing), WHAT, text);
                if !concerns_the_term(&trouble) {
                    return;
                }
                seen.push((written.writing, None));
            }
        }
    }
    let (verdict, conclusion) = conclude(&seen);
    report.add(verdict, WHAT, conclusion);
    if let Some((verdict, advice)) = advise(&seen, phone_match) {
        report.add(verdict, WHAT, advice);
    }
    if is_unverified(&seen) {
        report.add(Severity::Warning, WHAT, UNVERIFIED);
    }
}

/// What is told when customers were returned and none has the number.
const UNVERIFIED: &str = "customers were returned, but in none of their phone fields bina reads this \
     very number: look how it is written in HubSoft (digits with area code are best); \
     bina_lookups_unverified_total counts such lookups";

/// Tells whether searches have brought customers, and none of them has the number.
fn is_unverified(seen: &Seen) -> bool {
    let all: Vec<_> = seen.iter().filter_map(|(_, counts)| *counts).collect();
    all.iter().all(|counts| counts.own == 0) && all.iter().any(|counts| counts.returned > 0)
}

/// What one way to write the number has brought.
fn counts(seen: &Seen, wanted: Writing) -> Option<MatchCounts> {
    seen.iter().find(|(one, _)| *one == wanted).and_then(|(_, counts)| *counts)
}

/// Whether `hubsoft.phone_match` fits what was seen.
fn advise(seen: &Seen, phone_match: PhoneMatch) -> Option<(Severity, &'static str)> {
    let (whole, old) = (counts(seen, Writing::Whole), counts(seen, Writing::WithoutNinth));
    match (phone_match, is_suffix(seen)) {
        (PhoneMatch::Exact, true) => Some((
            Severity::Ok,
            "one search finds a mobile with and without its ninth digit: hubsoft.phone_match = \
             \"suffix\" spares HubSoft the second one",
        )),
        (PhoneMatch::Suffix, false)
            if whole.zip(old).is_some_and(|(one, other)| one.own != other.own) =>
        {
            Some((
                Severity::Warning,
                "with and without its ninth digit this mobile finds different customers: take \
                 hubsoft.phone_match = \"suffix\" out of the configuration",
            ))
        }
        _ => None,
    }
}

fn name(written: &Written) -> String {
    let length = written.length();
    match written.writing {
        Writing::Whole => format!("its {length} digits"),
        Writing::WithoutNinth => format!("{length} digits, without the 9"),
        Writing::LastEight => format!("its last {length} digits"),
        Writing::WithCountry => format!("{length} digits, with 55 in front"),
    }
}

/// Calls do not ask for the last two ways, so that those may fail.
fn gravity(writing: Writing) -> Severity {
    match writing {
        Writing::Whole | Writing::WithoutNinth => Severity::Failed,
        Writing::LastEight | Writing::WithCountry => Severity::Warning,
    }
}

/// Any other trouble would meet the next search, too.
fn concerns_the_term(trouble: &Trouble) -> bool {
    let Trouble::Failure(failure) = trouble else { return false };
    let of_the_term = [
        &reasons::INVALID_ANSWER,
        &reasons::REFUSED,
        &reasons::SERVER_ERROR,
        &reasons::SERVER_REJECTS,
        &reasons::SERVER_TIMEOUT,
    ];
    failure.is_any(&of_the_term)
}

/// What the counts mean for calls. A customer's numbers are compared with the very number, whatever
/// HubSoft finds by, so that none of this lets a stranger through.
fn conclude(seen: &Seen) -> (Severity, &'static str) {
    let counts = |wanted| counts(seen, wanted);
    let finds = |writing| counts(writing).is_some_and(|counts| counts.own > 0);
    let called = finds(Writing::Whole) || finds(Writing::WithoutNinth);
    let by_country = finds(Writing::WithCountry);
    let all_answered = seen.iter().all(|(_, counts)| counts.is_some());
    match (called, counts(Writing::LastEight)) {
        (true, None) => (Severity::Ok, "calls find this customer; how exactly cannot be told"),
        (true, Some(last)) if last.own > 0 => (Severity::Ok, by_part(seen, by_country)),
        (true, Some(last)) if last.returned >= LISTED_MAX => (
            Severity::Warning,
            "how this HubSoft finds cannot be told, as more customers end alike than it lists",
        ),
        (true, Some(_)) if by_country => {
            (Severity::Ok, "this HubSoft finds exact numbers only, with or without 55")
        }
        (true, Some(_)) => (
            Severity::Ok,
            "this HubSoft finds exact numbers only: one that is written in another way there is \
             not found",
        ),
        (false, Some(last)) if last.own > 0 || by_country => (
            Severity::Warning,
            "this HubSoft finds the customer only by what calls do not ask for: write the number \
             there as digits with area code",
        ),
        (false, _) if all_answered => (
            Severity::Warning,
            "no customer has this number, or it is written there as no search finds it: try another \
             customer's, or write it as digits with area code",
        ),
        (false, _) => (Severity::Warning, "calls do not find this customer; why cannot be told"),
    }
}

/// Tells whether each search has found the same customers: of a mobile, then, one spelling finds
/// both. With two registrations under an exact comparison the last eight digits find nobody.
fn is_suffix(seen: &Seen) -> bool {
    let own = |(_, counts): &(Writing, Option<MatchCounts>)| counts.map(|counts| counts.own);
    let both = seen.iter().any(|(writing, _)| *writing == Writing::WithoutNinth);
    let mut counts = seen.iter().map(own);
    let first = counts.next().flatten();
    both && seen.len() == WRITINGS && first > Some(0) && counts.all(|own| own == first)
}

/// A search that compares the ends of numbers finds longer and shorter terms than what is stored.
fn by_part(seen: &Seen, by_country: bool) -> &'static str {
    let shorter = |(writing, counts): &(Writing, Option<MatchCounts>)| {
        *writing != Writing::WithoutNinth || counts.is_some_and(|counts| counts.own > 0)
    };
    if by_country && seen.iter().all(shorter) {
        "this HubSoft compares the ends of numbers; bina drops customers whose number only ends alike"
    } else {
        "this HubSoft finds by part of the number; bina drops customers who do not have all of it"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Option<(usize, usize)> = Some((1, 1));
    const NONE: Option<(usize, usize)> = Some((0, 0));

    fn seen(counts: [Option<(usize, usize)>; 4]) -> Seen {
        let writings =
            [Writing::Whole, Writing::WithoutNinth, Writing::LastEight, Writing::WithCountry];
        let counts =
            counts.map(|counts| counts.map(|(returned, own)| MatchCounts { returned, own }));
        writings.into_iter().zip(counts).collect()
    }

    #[test]
    fn suffix_is_recommended_only_when_every_search_finds_the_same() {
        let exact = PhoneMatch::Exact;
        let advised = |counts| advise(&seen(counts), exact).is_some();
        assert!(advised([ONE, ONE, Some((3, 1)), ONE]));
        assert!(!advised([ONE, ONE, NONE, NONE]), "two registrations");
        assert!(!advised([ONE, NONE, ONE, ONE]));
        assert!(!advised([ONE, None, ONE, ONE]));
        assert!(!advised([NONE; 4]));
        let wrong = advise(&seen([ONE, NONE, NONE, NONE]), PhoneMatch::Suffix);
        assert_eq!(wrong.map(|(verdict, _)| verdict), Some(Severity::Warning));
        assert_eq!(advise(&seen([ONE; 4]), PhoneMatch::Suffix), None);
    }

    #[test]
    fn counts_tell_how_numbers_are_matched_and_no_more() {
        let (ok, warning) = (Severity::Ok, Severity::Warning);
        // Returned and own by the whole number, without its 9, its last eight, with 55.
        for (counts, verdict, part) in [
            ([ONE, NONE, NONE, NONE], ok, "exact numbers only: one"),
            ([NONE, ONE, NONE, NONE], ok, "exact numbers only: one"),
            ([ONE, NONE, NONE, ONE], ok, "with or without 55"),
            ([ONE, NONE, Some((3, 1)), NONE], ok, "by part of the number"),
            ([ONE, NONE, ONE, ONE], ok, "by part of the number"),
            ([ONE; 4], ok, "the ends of numbers"),
            ([ONE, NONE, Some((100, 0)), NONE], warning, "more customers end alike"),
            ([ONE, NONE, None, ONE], ok, "how exactly cannot be told"),
            ([NONE, NONE, ONE, NONE], warning, "what calls do not ask for"),
            ([NONE, NONE, NONE, ONE], warning, "what calls do not ask for"),
            ([Some((2, 0)); 4], warning, "no customer has this number"),
            ([NONE, None, NONE, NONE], warning, "why cannot be told"),
        ] {
            let (told, text) = conclude(&seen(counts));
            assert!(told == verdict && text.contains(part), "{counts:?}: {text}");
        }
    }
}
