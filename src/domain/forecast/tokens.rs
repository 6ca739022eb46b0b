//! Splits a folded text into words, times, dates and the ends of sentences.

use super::date::Date;

/// Units behind the hour of a time.
const HOURS: [&str; 5] = ["h", "hs", "hr", "hrs", "hora"];
const HOURS_LONG: &str = "horas";
/// What may follow the minutes of `18h30`.
const BEHIND_MINUTES: [&str; 5] = ["", "m", "min", "mins", "h"];

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextPart<'t> {
    Clock(Clock),
    Comma,
    Date(Date),
    /// Anything else that begins with a digit.
    Number,
    /// The end of a sentence.
    Stop,
    Word(&'t str),
}

/// A time of day, or a duration that is written alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) minute: u16,
    pub(super) form: ClockForm,
}

/// How a time is written, which decides whether it may be a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClockForm {
    /// `18h`.
    Hour,
    /// `18 horas`.
    HourInFull,
    /// `1h30`.
    Minutes,
    /// `18:30`, `08h30`: both digits of the hour.
    MinutesPadded,
}

/// Splits a folded text.
pub(super) fn tokens(folded: &str) -> Vec<TextPart<'_>> {
    let mut tokens = Vec::new();
    let mut rest = folded;
    while let Some(first) = rest.chars().next() {
        let (piece, after) = rest.split_at(piece_len(rest, first));
        rest = after;
        match first {
            ',' => tokens.push(TextPart::Comma),
            '.' | ';' | '!' | '|' => tokens.push(TextPart::Stop),
            _ if first.is_ascii_digit() => {
                let (token, after) = of_digits(piece, rest);
                tokens.push(token);
                rest = after;
            }
            _ if first.is_alphanumeric() => tokens.push(TextPart::Word(piece)),
            _ => {}
        }
    }
    tokens
}

/// The length of the word or the sign at the beginning of `text`. Between two digits, `. , : / -` belong to
/// the word.
fn piece_len(text: &str, first: char) -> usize {
    if !first.is_alphanumeric() {
        return first.len_utf8();
    }
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let joins = |at: usize, c: char| {
        matches!(c, '.' | ',' | ':' | '/' | '-') && at > 0 && is_digit(at - 1) && is_digit(at + 1)
    };
    let end = text.char_indices().find(|(at, c)| !c.is_alphanumeric() && !joins(*at, *c));
    end.map_or(text.len(), |(at, _)| at)
}

/// Reads a word that begins with a digit, with the unit of hours that may follow.
fn of_digits<'t>(word: &str, rest: &'t str) -> (TextPart<'t>, &'t str) {
    if let Some(date) = Date::parse(word) {
        return (TextPart::Date(date), rest);
    }
    let (unit, after) = next_word(rest);
    let is_unit = HOURS.contains(&unit) || unit == HOURS_LONG;
    let with_unit = is_unit.then(|| clock(&format!("{word}{unit}"))).flatten();
    match (with_unit, clock(word)) {
        (Some(clock), _) => (TextPart::Clock(clock), after),
        (None, Some(clock)) => (TextPart::Clock(clock), rest),
        (None, None) => (TextPart::Number, rest),
    }
}

/// The word that follows a space, and what follows it.
fn next_word(rest: &str) -> (&str, &str) {
    let word = rest.strip_prefix(' ').unwrap_or_default();
    let end = word.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(word.len());
    let is_whole = !word[end..].starts_with(char::is_alphanumeric);
    if is_whole { word.split_at(end) } else { ("", rest) }
}

/// Reads `18h`, `18 horas`, `18h30`, `18:30`, `18:30h`, `18:30:00`.
fn clock(word: &str) -> Option<Clock> {
    let (hour, behind) = word.split_at(word.find(|c: char| !c.is_ascii_digit())?);
    let is_padded = hour.len() == 2;
    let hour: u16 = hour.parse().ok().filter(|hour| hour_is_valid(*hour, word))?;
    let with_minutes = if is_padded { ClockForm::MinutesPadded } else { ClockForm::Minutes };
    let (minutes, form) = match behind {
        _ if HOURS.contains(&behind) => (0, ClockForm::Hour),
        HOURS_LONG => (0, ClockForm::HourInFull),
        _ => (minutes_of(behind)?, with_minutes),
    };
    Some(Clock { minute: hour * 60 + minutes, form })
}

/// Whether the hour exists, and is written with two digits at most.
fn hour_is_valid(hour: u16, word: &str) -> bool {
    hour < 24 && !word.as_bytes().get(..3).is_some_and(|start| start.iter().all(u8::is_ascii_digit))
}

/// Reads what follows the hour: `h30`, `h30min`, `:30`, `:30h`, `:30:00`.
fn minutes_of(behind: &str) -> Option<u16> {
    let (digits, unit) = behind.get(1..)?.split_at_checked(2)?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_time = match behind.as_bytes().first()? {
        b'h' => BEHIND_MINUTES.contains(&unit),
        b':' => {
            let unit = seconds_skipped(unit);
            BEHIND_MINUTES.contains(&unit) || HOURS.contains(&unit) || unit == HOURS_LONG
        }
        _ => false,
    };
    let minutes = digits.parse().ok()?;
    (is_number && is_time && minutes < 60).then_some(minutes)
}

/// What follows the seconds of `18:30:00`.
fn seconds_skipped(unit: &str) -> &str {
    let seconds = unit.strip_prefix(':').and_then(|seconds| seconds.split_at_checked(2));
    let valid = seconds.filter(|(digits, _)| digits.bytes().all(|byte| byte.is_ascii_digit()));
    valid.map_or(unit, |(_, rest)| rest)
}
