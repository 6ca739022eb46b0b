//! Tests how this HubSoft matches numbers, which its documentation does not specify.

use std::fmt::Display;

use crate::domain::phone::Phone;
use crate::runtime::language::{Message, Text};
use crate::sources::hubsoft::{HubSoft, MatchCounts, PhoneMatch, Writing, Written};
use crate::sources::reasons;

use super::line::Severity;
use super::report::CheckReport;
use super::texts;
use super::trouble::{Trouble, count};

const WHAT: Text = texts::WHAT_MATCHING;
/// Most customers HubSoft lists.
const LISTED_MAX: usize = 100;
/// Ways to write a mobile in a search.
const WRITINGS: usize = 4;

/// The counts of each number format; none where the search failed.
type Seen = Vec<(Writing, Option<MatchCounts>)>;

/// Searches for `phone` in the `others` formats besides the `known` one, and draws a conclusion.
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
                let parts: [(&str, &dyn Display); 3] =
                    [("name", &name(&written)), ("returned", &returned), ("own", &own)];
                report.ok(WHAT, texts::MATCHING_COUNTS.message(&parts));
                seen.push((written.writing, Some(counts)));
            }
            Err(trouble) => {
                let parts: [(&str, &dyn Display); 2] =
                    [("name", &name(&written)), ("trouble", &trouble)];
                report.add(gravity(written.writing), WHAT, texts::MATCHING_FAILED.message(&parts));
                if !concerns_the_term(&trouble) {
                    return;
                }
                seen.push((written.writing, None));
            }
        }
    }
    let (severity, conclusion) = conclude(&seen);
    report.add(severity, WHAT, conclusion);
    if let Some((severity, advice)) = advise(&seen, phone_match) {
        report.add(severity, WHAT, advice);
    }
    if is_unverified(&seen) {
        report.add(Severity::Warning, WHAT, texts::MATCHING_UNVERIFIED);
    }
}

/// Whether searches returned customers, none of whom has the number.
fn is_unverified(seen: &Seen) -> bool {
    let all: Vec<_> = seen.iter().filter_map(|(_, counts)| *counts).collect();
    all.iter().all(|counts| counts.own == 0) && all.iter().any(|counts| counts.returned > 0)
}

/// The counts of one number format.
fn counts(seen: &Seen, wanted: Writing) -> Option<MatchCounts> {
    seen.iter().find(|(one, _)| *one == wanted).and_then(|(_, counts)| *counts)
}

/// Advice on `hubsoft.phone_match`, where it does not suit the results.
fn advise(seen: &Seen, phone_match: PhoneMatch) -> Option<(Severity, Text)> {
    let whole = counts(seen, Writing::Whole);
    let old = counts(seen, Writing::WithoutNinth);
    match (phone_match, is_suffix(seen)) {
        (PhoneMatch::Exact, true) => Some((Severity::Ok, texts::MATCHING_ADVISE_SUFFIX)),
        (PhoneMatch::Suffix, false)
            if whole.zip(old).is_some_and(|(one, other)| one.own != other.own) =>
        {
            Some((Severity::Warning, texts::MATCHING_ADVISE_EXACT))
        }
        _ => None,
    }
}

fn name(written: &Written) -> Message {
    let length = written.length();
    let text = match written.writing {
        Writing::Whole => texts::MATCHING_WHOLE,
        Writing::WithoutNinth => texts::MATCHING_WITHOUT_NINTH,
        Writing::LastEight => texts::MATCHING_LAST,
        Writing::WithCountry => texts::MATCHING_WITH_COUNTRY,
    };
    text.message(&[("length", &length)])
}

/// Calls do not use the last two formats, so a failure there is only a warning.
fn gravity(writing: Writing) -> Severity {
    match writing {
        Writing::Whole | Writing::WithoutNinth => Severity::Failed,
        Writing::LastEight | Writing::WithCountry => Severity::Warning,
    }
}

/// Whether the trouble is specific to this search term. Any other trouble would affect the next
/// search, too.
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

/// What the counts mean for calls. bina always compares a customer's numbers with the exact number,
/// so none of this identifies a wrong customer.
fn conclude(seen: &Seen) -> (Severity, Text) {
    let counts = |wanted| counts(seen, wanted);
    let finds = |writing| counts(writing).is_some_and(|counts| counts.own > 0);
    let called = finds(Writing::Whole) || finds(Writing::WithoutNinth);
    let by_country = finds(Writing::WithCountry);
    let all_answered = seen.iter().all(|(_, counts)| counts.is_some());
    match (called, counts(Writing::LastEight)) {
        (true, None) => (Severity::Ok, texts::MATCHING_UNKNOWN),
        (true, Some(last)) if last.own > 0 => (Severity::Ok, by_part(seen, by_country)),
        (true, Some(last)) if last.returned >= LISTED_MAX => {
            (Severity::Warning, texts::MATCHING_MANY)
        }
        (true, Some(_)) if by_country => (Severity::Ok, texts::MATCHING_EXACT_COUNTRY),
        (true, Some(_)) => (Severity::Ok, texts::MATCHING_EXACT),
        (false, Some(last)) if last.own > 0 || by_country => {
            (Severity::Warning, texts::MATCHING_OTHER_FORMATS)
        }
        (false, _) if all_answered => (Severity::Warning, texts::MATCHING_NONE),
        (false, _) => (Severity::Warning, texts::MATCHING_NOT_FOUND),
    }
}

/// Whether each search found the same customers: then one format of a mobile finds both. With two
/// registrations under an exact comparison, the last eight digits find no customer.
fn is_suffix(seen: &Seen) -> bool {
    let own = |(_, counts): &(Writing, Option<MatchCounts>)| counts.map(|counts| counts.own);
    let both = seen.iter().any(|(writing, _)| *writing == Writing::WithoutNinth);
    let mut counts = seen.iter().map(own);
    let first = counts.next().flatten();
    both && seen.len() == WRITINGS && first > Some(0) && counts.all(|own| own == first)
}

/// A search by suffix also finds terms that are longer or shorter than the stored number.
fn by_part(seen: &Seen, by_country: bool) -> Text {
    let shorter = |(writing, counts): &(Writing, Option<MatchCounts>)| {
        *writing != Writing::WithoutNinth || counts.is_some_and(|counts| counts.own > 0)
    };
    if by_country && seen.iter().all(shorter) {
        texts::MATCHING_ENDS
    } else {
        texts::MATCHING_PARTS
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
        assert_eq!(wrong.map(|(severity, _)| severity), Some(Severity::Warning));
        assert!(advise(&seen([ONE; 4]), PhoneMatch::Suffix).is_none());
    }

    #[test]
    fn counts_determine_how_numbers_are_matched() {
        let (ok, warning) = (Severity::Ok, Severity::Warning);
        // Returned and own by the whole number, without its 9, its last eight, with 55.
        for (counts, expected, part) in [
            ([ONE, NONE, NONE, NONE], ok, "exact numbers only: a number"),
            ([NONE, ONE, NONE, NONE], ok, "exact numbers only: a number"),
            ([ONE, NONE, NONE, ONE], ok, "with or without 55"),
            ([ONE, NONE, Some((3, 1)), NONE], ok, "matches parts of numbers"),
            ([ONE, NONE, ONE, ONE], ok, "matches parts of numbers"),
            ([ONE; 4], ok, "the ends of numbers"),
            ([ONE, NONE, Some((100, 0)), NONE], warning, "more customers end alike"),
            ([ONE, NONE, None, ONE], ok, "method cannot be determined"),
            ([NONE, NONE, ONE, NONE], warning, "formats that calls do not use"),
            ([NONE, NONE, NONE, ONE], warning, "formats that calls do not use"),
            ([Some((2, 0)); 4], warning, "no customer has this number"),
            ([NONE, None, NONE, NONE], warning, "cause cannot be determined"),
        ] {
            let (severity, text) = conclude(&seen(counts));
            assert!(severity == expected && text.english.contains(part), "{counts:?}: {text}");
        }
    }
}
