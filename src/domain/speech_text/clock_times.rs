//! Times of day and hours.

use super::gender::{Gender, is_named_by_number};
use super::number_words::cardinal;
use super::tokens::{Rewriting, SpeechRule, SpeechToken, TokenKind, TokenView, first_and_a};

pub(super) const RULES: &[SpeechRule] = &[with_article, after_midnight, first_of_two, time];

const HOURS: [&str; 6] = ["h", "hs", "hr", "hrs", "hora", "horas"];
const MINUTES: [&str; 5] = ["m", "min", "mins", "minuto", "minutos"];
const SECONDS: [&str; 4] = ["s", "seg", "segundo", "segundos"];
/// Words before an hour, and what they are before `uma` and `meia-noite`.
const ARTICLES: [(&str, &str); 7] = [
    ("às", "à"),
    ("as", "à"),
    ("ás", "à"),
    ("à", "à"),
    ("das", "da"),
    ("de", "da"),
    ("pelas", "pela"),
];
const MIDNIGHT: &str = "meia-noite";
/// Words between two hours.
const BETWEEN: [&str; 6] = ["a", "à", "às", "as", "até", "ou"];
/// Words before the first of two hours, which make it feminine.
const BEFORE_FIRST: [&str; 11] =
    ["às", "as", "das", "de", "demora", "desde", "em", "entre", "há", "leva", "umas"];
/// Words before two hours that a spaced hyphen joins.
const BEFORE_TWO: [&str; 8] =
    ["das", "de", "entre", "horário", "janela", "período", "expediente", "funcionamento"];
/// Before a ratio, which looks like a time: `splitter 1:32`.
const RATIOS: [&str; 5] = ["splitter", "spliter", "razão", "proporção", "divisor"];

/// A time of day, or hours.
struct TypedTime {
    hour: u32,
    minute: u32,
    second: u32,
    /// Whether `min` stands after the minutes.
    has_unit: bool,
    /// Whether it was typed as a time of day, with minutes.
    is_of_day: bool,
    taken: usize,
}

/// A time with the article before it, which its number changes: `das 00:00`, `às 1h`.
fn with_article(view: &TokenView<'_>) -> Option<Rewriting> {
    let typed = view.lower_word(0).filter(|_| view.is_gap(1))?;
    let (_, singular) = ARTICLES.iter().find(|(article, _)| **article == typed)?;
    let clock = clock_time(&view.from(2))?;
    let is_at = !matches!(typed.as_str(), "de");
    let is_midnight = clock.hour == 0 || clock.hour == 24 && (is_at || clock.is_of_day);
    let is_one = clock.hour == 1 && is_at;
    if !is_midnight && !is_one {
        return None;
    }
    let words = if is_midnight { midnight(&clock) } else { hours(&clock) };
    let article = SpeechToken::new(TokenKind::Spoken, *singular);
    let hour = SpeechToken::new(TokenKind::Numeral, words);
    let tokens = vec![article, SpeechToken::gap(), hour];
    Some(Rewriting { taken: 2 + clock.taken, tokens })
}

/// `de 00:00 a 06:00`: after "da meia-noite" the other hour has its article, too.
fn after_midnight(view: &TokenView<'_>) -> Option<Rewriting> {
    let is_to = view.lower_word(0)? == "a" && view.is_gap(1);
    let [.., hour, gap] = view.before else { return None };
    let is_after = hour.text.starts_with(MIDNIGHT) && gap.kind == TokenKind::Gap;
    let is_plural = clock_time(&view.from(2))?.hour > 1;
    (is_to && is_after && is_plural).then(|| Rewriting::spoken(1, "às"))
}

/// The first hour of `8-10h`, `8 às 18h`, `entre 1 e 2h`.
fn first_of_two(view: &TokenView<'_>) -> Option<Rewriting> {
    let hour = view.value(0, 2).filter(|hour| *hour <= 24)?;
    let last = view.last_word(&[]).unwrap_or_default();
    if !begins_number(view) || is_named_by_number(&last) {
        return None;
    }
    let words = cardinal(hour, Gender::Feminine);
    if view.is_mark(1, '-') || view.is_mark(1, '–') {
        let is_range = clock_time(&view.from(2)).is_some();
        return is_range.then(|| Rewriting { taken: 2, tokens: first_and_a(words) });
    }
    let word = view.lower_word(2).filter(|_| view.is_gap(1) && view.is_gap(3))?;
    let is_and = word == "e" && matches!(last.as_str(), "entre" | "das" | "umas");
    let is_joined = BETWEEN.contains(&word.as_str()) || is_and;
    let is_hour = BEFORE_FIRST.contains(&last.as_str());
    (is_hour && is_joined && clock_time(&view.from(4)).is_some())
        .then(|| Rewriting::numeral(1, words))
}

/// A time, and the hyphen between two of them.
fn time(view: &TokenView<'_>) -> Option<Rewriting> {
    let clock = clock_time(view).filter(|_| begins_number(view))?;
    if view.follows(&RATIOS) && clock.is_of_day {
        let whole = cardinal(clock.minute, Gender::Masculine);
        let words = format!("{} para {whole}", cardinal(clock.hour, Gender::Masculine));
        return Some(Rewriting::numeral(clock.taken, words));
    }
    let is_midnight = clock.hour == 0 || clock.hour == 24 && clock.is_of_day;
    let is_midnight = is_midnight || clock.hour == 24 && view.follows(&["às", "até", "as"]);
    let words = if is_midnight { midnight(&clock) } else { hours(&clock) };
    let at = view.past_gap(clock.taken);
    let is_spaced = at > clock.taken;
    let has_hyphen = view.is_mark(at, '-') || view.is_mark(at, '–');
    let end = view.past_gap(at + 1);
    let may_join = !is_spaced || view.follows(&BEFORE_TWO);
    if has_hyphen && may_join && clock_time(&view.from(end)).is_some() {
        return Some(Rewriting { taken: end, tokens: first_and_a(words) });
    }
    Some(Rewriting::numeral(clock.taken, words))
}

fn begins_number(view: &TokenView<'_>) -> bool {
    view.begins() && !view.continues_number(&['.', ',', '/', ':'])
}

fn clock_time(view: &TokenView<'_>) -> Option<TypedTime> {
    with_colon(view).or_else(|| with_unit(view))
}

/// `18:30`, `14:30h`, `18:30:00`, `18.30h`.
fn with_colon(view: &TokenView<'_>) -> Option<TypedTime> {
    let hour = view.value(0, 2)?;
    // `18.30h` is a time, `2.4` is none.
    let has_dot = view.is_mark(1, '.') && is_one_of(view, view.past_gap(3), &HOURS);
    if !view.is_mark(1, ':') && !has_dot {
        return None;
    }
    let minute = sixty(view, 2)?;
    let second = sixty(view, 4).filter(|_| view.is_mark(3, ':'));
    let end = if second.is_some() { 5 } else { 3 };
    let second = second.unwrap_or_default();
    let is_valid = hour < 24 || hour == 24 && minute == 0 && second == 0;
    let unit = view.past_gap(end);
    let taken = if is_one_of(view, unit, &HOURS) { unit + 1 } else { end };
    let is_longer =
        view.is_content(taken) || view.is_mark(taken, ':') && view.number(taken + 1).is_some();
    let is_valid = is_valid && !is_longer;
    is_valid.then_some(TypedTime { hour, minute, second, has_unit: false, is_of_day: true, taken })
}

/// `18h`, `18 h`, `18h30`, `18h:30`, `21h30min`, `1h30min15s`, `2 horas`.
fn with_unit(view: &TokenView<'_>) -> Option<TypedTime> {
    let hour = view.value(0, 3)?;
    let unit = view.past_gap(1);
    if !is_one_of(view, unit, &HOURS) {
        return None;
    }
    let end = unit + 1;
    let whole =
        TypedTime { hour, minute: 0, second: 0, has_unit: false, is_of_day: false, taken: end };
    let at = view.past_gap(end + usize::from(view.is_mark(end, ':')));
    let Some(minute) = sixty(view, at) else {
        return (!view.is_content(end)).then_some(whole);
    };
    let unit = view.past_gap(at + 1);
    let has_unit = is_one_of(view, unit, &MINUTES);
    let is_spaced = view.is_gap(end);
    if is_spaced && !has_unit {
        return Some(whole);
    }
    let taken = if has_unit { unit + 1 } else { at + 1 };
    let second = sixty(view, taken).filter(|_| is_one_of(view, taken + 1, &SECONDS));
    let taken = if second.is_some() { taken + 2 } else { taken };
    let second = second.unwrap_or_default();
    let time = TypedTime { minute, second, has_unit, is_of_day: true, taken, ..whole };
    (!view.is_content(taken)).then_some(time)
}

fn is_one_of(view: &TokenView<'_>, at: usize, words: &[&str]) -> bool {
    view.lower_word(at).is_some_and(|word| words.contains(&word.as_str()))
}

/// Two digits below 60.
fn sixty(view: &TokenView<'_>, at: usize) -> Option<u32> {
    view.number(at).filter(|digits| digits.len() == 2)?;
    view.value(at, 2).filter(|value| *value < 60)
}

fn midnight(clock: &TypedTime) -> String {
    format!("{MIDNIGHT}{}", minutes(clock))
}

fn hours(clock: &TypedTime) -> String {
    let unit = if clock.hour == 1 { "hora" } else { "horas" };
    format!("{} {unit}{}", cardinal(clock.hour, Gender::Feminine), minutes(clock))
}

fn minutes(clock: &TypedTime) -> String {
    let count = |value: u32, one: &str, many: &str| {
        let unit = if value == 1 { one } else { many };
        format!("{} {unit}", cardinal(value, Gender::Masculine))
    };
    let minutes = || count(clock.minute, "minuto", "minutos");
    match (clock.minute, clock.second) {
        (0, 0) => String::new(),
        (0, second) => format!(" e {}", count(second, "segundo", "segundos")),
        (1, 0) => format!(" e {}", minutes()),
        (_, 0) if clock.has_unit => format!(" e {}", minutes()),
        (minute, 0) => format!(" e {}", cardinal(minute, Gender::Masculine)),
        (_, second) => format!(", {} e {}", minutes(), count(second, "segundo", "segundos")),
    }
}
