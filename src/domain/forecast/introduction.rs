//! The words before a time, which decide whether it is an expected end.

use super::day::DayReference;
use super::tokens::{Clock, ClockForm, TextPart};
use super::words::{
    AHEAD, BETWEEN, BETWEEN_STEMS, CLEAR_ENDS, END_VERBS, ENDS, EXPECTATIONS, EXPECTED,
    NEVER_BEFORE, OVER, begins,
};

/// Most words between an expectation and its time.
const WORDS_MAX: usize = 14;
/// The first hour that is hardly ever a duration, when no article precedes it.
const HOUR_CLEAR: u16 = 13 * 60;
/// The same for a time that is written like a clock's.
const CLOCK_CLEAR: u16 = 6 * 60;

/// What introduces a time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Introduction {
    has_expectation: bool,
    is_expected: bool,
    has_end: bool,
    has_clear_end: bool,
    is_ahead: bool,
    has_participle: bool,
    has_end_verb: bool,
    has_until: bool,
    pub(super) day: Option<DayReference>,
}

/// How surely a phrase introduces an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sense {
    /// It states an expected end.
    End,
    /// It states an expectation, but not of what.
    Expectation,
    Nothing,
}

impl Introduction {
    /// Reads the words before the time at `position`; `None` if they make it something else.
    pub(super) fn before(tokens: &[TextPart<'_>], position: usize, clock: Clock) -> Option<Self> {
        let before = &tokens[..position];
        let rest = introduced(before, clock)?;
        let mut phrase = Self::default();
        let mut rest = rest.iter().rev().copied().take(WORDS_MAX).peekable();
        while let Some(token) = rest.next() {
            let next = rest.peek().copied();
            if !phrase.take(token, next) {
                break;
            }
        }
        Some(phrase)
    }

    /// Takes the next token towards the beginning of the text; returns whether the phrase goes on.
    fn take(&mut self, token: TextPart<'_>, next: Option<TextPart<'_>>) -> bool {
        match token {
            TextPart::Clock(_) | TextPart::Number => false,
            TextPart::Comma => true,
            TextPart::Date(date) => self.refer(DayReference::Date(date)),
            TextPart::Stop => next == Some(TextPart::Word("prev")),
            TextPart::Word("hoje") => self.refer(DayReference::Today),
            TextPart::Word("amanha") => self.refer(DayReference::Tomorrow),
            TextPart::Word("volta") if next == Some(TextPart::Word("por")) => true,
            TextPart::Word(word) => self.take_word(word),
        }
    }

    /// Keeps the day that the phrase refers to; two days are none.
    fn refer(&mut self, day: DayReference) -> bool {
        let is_first = self.day.is_none();
        self.day = self.day.or(Some(day));
        is_first
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is_end = ENDS.contains(&word);
        let is_participle = begins(&OVER, word);
        let is_ahead = AHEAD.contains(&word);
        let is_verb = END_VERBS.contains(&word);
        let is_expected = EXPECTED.contains(&word);
        let is_expectation = EXPECTATIONS.contains(&word);
        self.has_expectation |= is_expectation;
        self.is_expected |= is_expected;
        self.has_end |= is_end;
        self.has_clear_end |= CLEAR_ENDS.contains(&word);
        self.is_ahead |= is_ahead;
        self.has_participle |= is_participle;
        self.has_end_verb |= is_verb;
        self.has_until |= word == "ate";
        is_end
            || is_participle
            || is_ahead
            || is_verb
            || is_expected
            || is_expectation
            || BETWEEN.contains(&word)
            || begins(&BETWEEN_STEMS, word)
    }

    /// What the phrase states.
    pub(super) fn sense(&self) -> Sense {
        let is_announced = (self.has_expectation || self.is_expected) && self.has_end;
        let is_due = self.has_clear_end && self.has_until;
        let is_coming = self.is_ahead && (self.has_participle || self.has_end_verb);
        match () {
            () if is_announced || is_due || is_coming => Sense::End,
            () if self.has_expectation => Sense::Expectation,
            () => Sense::Nothing,
        }
    }
}

/// The tokens before the article or preposition of a time; `None` if that makes it a duration, a start or
/// a span, or if it may be one for want of an article.
fn introduced<'a, 't>(before: &'a [TextPart<'t>], clock: Clock) -> Option<&'a [TextPart<'t>]> {
    let is_number = |token: &TextPart<'_>| matches!(token, TextPart::Clock(_) | TextPart::Number);
    match before {
        // As in `4 às 6h`.
        [.., number, TextPart::Word("as")] if is_number(number) => None,
        [rest @ .., TextPart::Word("as")] => Some(rest),
        [rest @ .., TextPart::Word("torno" | "volta"), TextPart::Word("das")] => {
            Some(rest_of(rest))
        }
        [rest @ .., TextPart::Word("volta"), TextPart::Word("de")] => {
            is_clear(clock).then(|| rest_of(rest))
        }
        // As in `em até 4h`.
        [.., TextPart::Word(word), TextPart::Word("ate")] if NEVER_BEFORE.contains(word) => None,
        [.., TextPart::Word(word)] if NEVER_BEFORE.contains(word) => None,
        _ => is_clear(clock).then_some(before),
    }
}

/// The tokens before the preposition of `por volta` and `em torno`.
fn rest_of<'a, 't>(before: &'a [TextPart<'t>]) -> &'a [TextPart<'t>] {
    match before {
        [rest @ .., TextPart::Word("por" | "em")] => rest,
        _ => before,
    }
}

/// Whether a time without an article is hardly a duration.
fn is_clear(clock: Clock) -> bool {
    match clock.form {
        ClockForm::Hour | ClockForm::Minutes => clock.minute >= HOUR_CLEAR,
        ClockForm::HourInFull => false,
        ClockForm::MinutesPadded => clock.minute >= CLOCK_CLEAR,
    }
}
