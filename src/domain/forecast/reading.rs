//! Reads the expected end that a text states: one clear time, or nothing.

use super::day::DayReference;
use super::introduction::{Introduction, Sense};
use super::tokens::{Clock, TextPart};
use super::words::{
    BEGINNINGS, BEHIND_WITHOUT, CLEAR_ENDS, DENIALS, EXPECTATIONS, EXPECTED, NOT_OVER, OTHER_PLANS,
    OVER, UNCLEAR, WEEKDAYS, begins,
};

/// Noon, which tells `6h da tarde` from `18h da tarde`.
const NOON: u16 = 12 * 60;
/// No hour from noon to then is at night: `12h da noite` is midnight, or a slip.
const EVENING: u16 = 18 * 60;
/// Within so many words a denial refers to an expectation.
const DENIAL_WORDS: usize = 4;
/// Within so many words a beginning refers to a time, and a day behind a time to it.
const NEAR_WORDS: usize = 3;

/// The end that a text states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StatedEnd {
    /// Of the day.
    pub(super) minute: u16,
    pub(super) day: DayReference,
}

/// A stated end, and where in the text.
struct FoundEnd {
    end: StatedEnd,
    position: usize,
}

/// Returns the one end that a text states, if nothing in the text puts it in doubt.
pub(super) fn stated_end(tokens: &[TextPart<'_>]) -> Option<StatedEnd> {
    if is_unclear(tokens) || is_denied(tokens) || is_over(tokens) {
        return None;
    }
    let mut found: Option<FoundEnd> = None;
    for (position, token) in tokens.iter().enumerate() {
        let TextPart::Clock(clock) = token else { continue };
        let Some(end) = end_at(tokens, position, *clock)? else { continue };
        match &found {
            Some(first) if first.end != end => return None,
            Some(_) => {}
            None => found = Some(FoundEnd { end, position }),
        }
    }
    let found = found?;
    let is_alone = found.end.day != DayReference::Implied || !has_another_day(tokens);
    (is_alone && others_are_earlier(tokens, &found)).then_some(found.end)
}

/// Whether a word puts each time of the text in doubt.
fn is_unclear(tokens: &[TextPart<'_>]) -> bool {
    words(tokens).any(|word| begins(&UNCLEAR, word))
}

/// Whether the text denies that an end is expected: `sem previsão`, `ainda não há previsão`.
fn is_denied(tokens: &[TextPart<'_>]) -> bool {
    let lists = [&EXPECTATIONS[..], &EXPECTED, &CLEAR_ENDS];
    let is_expectation = |word: &str| lists.iter().any(|list| list.contains(&word));
    tokens.iter().enumerate().any(|(at, token)| {
        let TextPart::Word(word) = token else { return false };
        is_expectation(word) && (is_without(&tokens[..at]) || has_denial(&tokens[..at]))
    })
}

fn is_without(before: &[TextPart<'_>]) -> bool {
    let mut words = sentence_before(before);
    words.find(|word| !BEHIND_WITHOUT.contains(word)) == Some("sem")
}

fn has_denial(before: &[TextPart<'_>]) -> bool {
    sentence_before(before).take(DENIAL_WORDS).any(|word| DENIALS.contains(&word))
}

/// The words before a place in the text, the last one first, up to a comma or the sentence's beginning.
fn sentence_before<'t>(before: &[TextPart<'t>]) -> impl Iterator<Item = &'t str> {
    before.iter().rev().map_while(|token| match token {
        TextPart::Word(word) => Some(*word),
        _ => None,
    })
}

/// Whether the text says that the fault is over, at least in part.
fn is_over(tokens: &[TextPart<'_>]) -> bool {
    tokens.iter().enumerate().any(|(at, token)| {
        let TextPart::Word(word) = token else { return false };
        let mut before = sentence_before(&tokens[..at]).take(NEAR_WORDS);
        begins(&OVER, word) && !before.any(|word| NOT_OVER.contains(&word))
    })
}

/// Reads one time: the end it states, or that it states none. `None` if it leaves the text unclear.
fn end_at(tokens: &[TextPart<'_>], position: usize, clock: Clock) -> Option<Option<StatedEnd>> {
    let Some(phrase) = Introduction::before(tokens, position, clock) else { return Some(None) };
    let is_end = match phrase.sense() {
        Sense::End => true,
        Sense::Expectation => !words(tokens).any(|word| begins(&OTHER_PLANS, word)),
        Sense::Nothing => false,
    };
    if !is_end {
        return Some(None);
    }
    let behind = Behind::of(&tokens[position + 1..])?;
    let minute = behind.minute(clock.minute)?;
    let day = match (phrase.day, behind.day) {
        (Some(one), Some(other)) if one != other => return None,
        (one, other) => one.or(other).unwrap_or(DayReference::Implied),
    };
    Some(Some(StatedEnd { minute, day }))
}

/// What follows a time and belongs to it.
#[derive(Default)]
struct Behind<'t> {
    day: Option<DayReference>,
    /// `manha`, `tarde`, `noite` or `madrugada`.
    part: Option<&'t str>,
}

impl<'t> Behind<'t> {
    /// Reads the next words; `None` if they change or deny the time.
    fn of(tokens: &[TextPart<'t>]) -> Option<Self> {
        let mut behind = Self::default();
        for token in tokens.iter().take(NEAR_WORDS + 1) {
            match token {
                // As in `18h e meia`, `18h 30`, `18h ou 19`.
                TextPart::Number | TextPart::Word("meia" | "depois") => return None,
                TextPart::Word(word) if DENIALS.contains(word) || WEEKDAYS.contains(word) => {
                    return None;
                }
                TextPart::Word("hoje") => behind.day = Some(DayReference::Today),
                TextPart::Word("amanha") => behind.day = Some(DayReference::Tomorrow),
                TextPart::Date(date) => behind.day = Some(DayReference::Date(*date)),
                TextPart::Word(part @ ("manha" | "tarde" | "noite" | "madrugada")) => {
                    behind.part = Some(part);
                }
                TextPart::Comma | TextPart::Stop => break,
                TextPart::Clock(_) | TextPart::Word(_) => {}
            }
        }
        Some(behind)
    }

    /// The minute of the day that is meant.
    fn minute(&self, minute: u16) -> Option<u16> {
        match self.part {
            None => Some(minute),
            Some("manha" | "madrugada") => (minute < NOON).then_some(minute),
            Some(_) if minute < NOON => Some(minute + NOON),
            Some("noite") => (minute >= EVENING).then_some(minute),
            Some(_) => Some(minute),
        }
    }
}

/// Whether the text names a day to which a time without a day may refer.
fn has_another_day(tokens: &[TextPart<'_>]) -> bool {
    tokens.iter().any(|token| match token {
        TextPart::Date(_) => true,
        TextPart::Word(word) => WEEKDAYS.contains(word) || matches!(*word, "amanha" | "ontem"),
        _ => false,
    })
}

/// Whether every other time of the text is that of something that had been before.
fn others_are_earlier(tokens: &[TextPart<'_>], found: &FoundEnd) -> bool {
    let is_today = matches!(found.end.day, DayReference::Implied | DayReference::Today);
    tokens.iter().enumerate().all(|(at, token)| {
        let TextPart::Clock(clock) = token else { return true };
        let is_earlier = clock.minute < found.end.minute || !is_today;
        let is_before = at < found.position || is_beginning(&tokens[..at]);
        at == found.position || is_end_again(tokens, at, found) || is_before && is_earlier
    })
}

/// Whether the time at a place is the same one.
fn is_end_again(tokens: &[TextPart<'_>], at: usize, found: &FoundEnd) -> bool {
    matches!(tokens[at], TextPart::Clock(clock) if clock.minute == found.end.minute)
}

fn is_beginning(before: &[TextPart<'_>]) -> bool {
    sentence_before(before).take(NEAR_WORDS).any(|word| BEGINNINGS.contains(&word))
}

fn words<'t>(tokens: &[TextPart<'t>]) -> impl Iterator<Item = &'t str> {
    tokens.iter().filter_map(|token| match token {
        TextPart::Word(word) => Some(*word),
        _ => None,
    })
}
