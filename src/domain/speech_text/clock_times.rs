//! Times of day and hours.

use super::calendar::is_date;
use super::gender::{Gender, is_named_by_number};
use super::number_words::cardinal;
use super::tokens::{Rewriting, SpeechRule, SpeechToken, TokenKind, TokenView, first_and_a};

pub(super) const RULES: &[SpeechRule] =
    &[ratio, span, with_article, after_midnight, day_before_time, first_of_two, time];

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

/// Before hours with decimals: `em 12,50h` is no time of day.
const BEFORE_DURATION: [&str; 9] =
    ["demora", "dentro", "durante", "em", "faz", "há", "leva", "por", "prazo"];
/// Words before how long something takes.
const SPANS: [&str; 16] = [
    "cada",
    "demora",
    "dentro",
    "duração",
    "duracao",
    "durante",
    "em",
    "espera",
    "eta",
    "faz",
    "ha",
    "há",
    "leva",
    "parado",
    "prazo",
    "tempo",
];
/// Of these, those before which "até" is never the end.
const CERTAIN_SPANS: [&str; 5] = ["dentro", "em", "há", "ha", "leva"];
/// Between such a word and its minutes.
const BEFORE_SPAN: [&str; 6] = ["a", "aproximadamente", "até", "cerca", "de", "uns"];
/// Halves of the day, as software writes them.
const HALVES: [&str; 2] = ["am", "pm"];
/// Hours of a half of the day.
const HALF_DAY: u32 = 12;

/// Whether a time begins at the view whose minutes are cut, as `18h5` is 18:05 or 18:50, that is of
/// another zone, or that is an end or a length: `prazo até 00:30`.
pub(super) fn is_unsure(view: &TokenView<'_>) -> bool {
    let is_end = view.follows(&["até"]) && minutes_alone(view).is_some();
    is_cut(view) || is_zoned(view) || is_end && is_span(view) && !has_certain_span(view)
}

/// `2026-11-30T18:00Z`, `2026-11-30T18:00-03:00`
fn is_zoned(view: &TokenView<'_>) -> bool {
    let follows_t = view.before.last().is_some_and(|last| last.text.eq_ignore_ascii_case("t"));
    let is_zone = |at: usize| {
        let is_offset = view.is_mark(at, '+') || view.is_mark(at, '-');
        let is_utc = view.lower_word(at).is_some_and(|word| word == "z");
        is_utc || is_offset && view.number(at + 1).is_some() && view.is_mark(at + 2, ':')
    };
    follows_t && view.number(0).is_some() && (1..=7).any(is_zone)
}

fn is_cut(view: &TokenView<'_>) -> bool {
    let is_hour = view.value(0, 2).is_some_and(|hour| hour <= 24) && begins_number(view);
    let is_parted = view.is_mark(1, ':') || view.lower_word(1).is_some_and(|word| word == "h");
    let is_digit = view.number(2).is_some_and(|minutes| minutes.len() == 1);
    let goes_on =
        [':', '/', ',', '.'].iter().any(|sign| view.is_mark(3, *sign)) && view.number(4).is_some();
    let is_ratio = view.follows(&RATIOS);
    is_hour && is_parted && is_digit && !goes_on && !view.is_content(3) && !is_ratio
}

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

/// `splitter 1:32`.
fn ratio(view: &TokenView<'_>) -> Option<Rewriting> {
    let (part, whole) = (view.value(0, 2)?, view.value(2, 3)?);
    let is_ratio = view.is_mark(1, ':') && view.follows(&RATIOS) && !view.is_content(3);
    let said = |value| cardinal(value, Gender::Masculine);
    is_ratio.then(|| Rewriting::numeral(3, format!("{} para {}", said(part), said(whole))))
}

/// `em 00:30`, `ETA 00:40`: minutes, not half past midnight.
fn span(view: &TokenView<'_>) -> Option<Rewriting> {
    let clock = minutes_alone(view).filter(|_| begins_number(view) && is_span(view))?;
    let unit = if clock.minute == 1 { "minuto" } else { "minutos" };
    let words = format!("{} {unit}", cardinal(clock.minute, Gender::Masculine));
    Some(match joined(view, &clock) {
        Some(end) => Rewriting { taken: end, tokens: first_and_a(words) },
        None => Rewriting::numeral(clock.taken, words),
    })
}

/// A time of no hours and of some minutes.
fn minutes_alone(view: &TokenView<'_>) -> Option<TypedTime> {
    let is_zero = view.value(0, 2)? == 0;
    clock_time(view).filter(|clock| is_zero && clock.minute > 0 && clock.second == 0)
}

/// Whether the words before the view announce how long something takes, not when it ends.
fn is_span(view: &TokenView<'_>) -> bool {
    announcing(view).is_some_and(|word| SPANS.contains(&word.as_str()))
}

/// Whether such a word is one after which no time of day stands, even with "até".
fn has_certain_span(view: &TokenView<'_>) -> bool {
    announcing(view).is_some_and(|word| CERTAIN_SPANS.contains(&word.as_str()))
}

/// The last word before the view but "de", "até", "cerca" and the first of two such times.
fn announcing(view: &TokenView<'_>) -> Option<String> {
    const TOKENS_MAX: usize = 10;
    let is_passed = |token: &&SpeechToken| {
        let is_minutes = token.kind == TokenKind::Numeral && token.text.ends_with("minutos");
        let is_between = BEFORE_SPAN.contains(&token.text.to_lowercase().as_str());
        token.kind == TokenKind::Gap || token.is_mark(':') || is_minutes || is_between
    };
    let word = view.before.iter().rev().take(TOKENS_MAX).find(|token| !is_passed(token))?;
    matches!(word.kind, TokenKind::Word | TokenKind::Spoken).then(|| word.text.to_lowercase())
}

/// A time with the article before it, which its number changes: `das 00:00`, `às 1h`.
fn with_article(view: &TokenView<'_>) -> Option<Rewriting> {
    let typed = view.lower_word(0).filter(|_| view.is_gap(1))?;
    let (_, singular) = ARTICLES.iter().find(|(article, _)| **article == typed)?;
    let clock = clock_time(&view.from(2))?;
    if typed == "de" && is_span(view) && minutes_alone(&view.from(2)).is_some() {
        return None;
    }
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

/// `dia 5-18h`: the hyphen parts the day from the time.
fn day_before_time(view: &TokenView<'_>) -> Option<Rewriting> {
    let day = view.value(0, 2).filter(|_| view.follows(&["dia", "dias"]))?;
    let sign = view.past_gap(1);
    let is_hyphen = view.is_mark(sign, '-') || view.is_mark(sign, '–');
    clock_time(&view.from(view.past_gap(sign + 1))).filter(|_| is_hyphen)?;
    let numeral = SpeechToken::new(TokenKind::Numeral, cardinal(day, Gender::Masculine));
    let tokens = vec![numeral, SpeechToken::comma(), SpeechToken::gap()];
    Some(Rewriting { taken: view.past_gap(sign + 1), tokens })
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
    let is_joining = matches!(word.as_str(), "a" | "à" | "ou") && !last.starts_with("dia");
    let is_hour = BEFORE_FIRST.contains(&last.as_str()) || is_joining;
    (is_hour && is_joined && clock_time(&view.from(4)).is_some())
        .then(|| Rewriting::numeral(1, words))
}

/// A time, and the hyphen between two of them.
fn time(view: &TokenView<'_>) -> Option<Rewriting> {
    let clock = clock_time(view).filter(|_| begins_number(view))?;
    let is_midnight = clock.hour == 0 || clock.hour == 24 && clock.is_of_day;
    let follows_date = matches!(view.before, [.., date, gap]
        if date.kind == TokenKind::Numeral && is_date(&date.text)
            && (gap.kind == TokenKind::Gap || gap.is_mark('-')));
    // `até 24h` is a number of hours, `até as 24h` and `30/11 24h` are the end of a day.
    let is_midnight =
        is_midnight || clock.hour == 24 && (view.follows(&["às", "as"]) || follows_date);
    let words = if is_midnight { midnight(&clock) } else { hours(&clock) };
    let next_day = || next_day(view, &clock).filter(|_| follows_date);
    let (taken, mut tokens) = match joined(view, &clock).or_else(next_day) {
        Some(end) => (end, first_and_a(words)),
        None => (clock.taken, vec![SpeechToken::new(TokenKind::Numeral, words)]),
    };
    if follows_date {
        tokens.splice(0..0, [SpeechToken::comma(), SpeechToken::gap()]);
    }
    Some(Rewriting { taken, tokens })
}

/// Where the second date of `02/12 23h - 03/12 5h` begins.
fn next_day(view: &TokenView<'_>, clock: &TypedTime) -> Option<usize> {
    let at = view.past_gap(clock.taken);
    let end = view.past_gap(at + 1);
    let is_hyphen = view.is_mark(at, '-') || view.is_mark(at, '–');
    let next = view.rest.get(end).filter(|next| next.kind == TokenKind::Numeral)?;
    (is_hyphen && is_date(&next.text)).then_some(end)
}

/// Where the second of two times begins that a hyphen or a slash joins: `8h-18h`, `08:00/18:00`.
fn joined(view: &TokenView<'_>, clock: &TypedTime) -> Option<usize> {
    let at = view.past_gap(clock.taken);
    let is_tilde = view.is_mark(at, '~');
    let is_sign = is_tilde || ['-', '–', '/'].iter().any(|sign| view.is_mark(at, *sign));
    let end = view.past_gap(at + 1);
    let second = clock_time(&view.from(end)).filter(|_| is_sign)?;
    let is_tight = at == clock.taken && end == at + 1;
    let are_of_day = clock.is_of_day && second.is_of_day;
    (is_tight || is_tilde || are_of_day || view.follows(&BEFORE_TWO)).then_some(end)
}

fn begins_number(view: &TokenView<'_>) -> bool {
    view.begins() && !view.continues_number(&['.', ',', '/', ':'])
}

/// How many tokens at the view are a time.
pub(super) fn time_of_day(view: &TokenView<'_>) -> Option<usize> {
    clock_time(view).filter(|_| view.begins()).map(|clock| clock.taken)
}

fn clock_time(view: &TokenView<'_>) -> Option<TypedTime> {
    let read = with_colon(view).or_else(|| compact(view)).or_else(|| with_unit(view));
    read.or_else(|| of_half_day(view))
}

/// `1830h`.
fn compact(view: &TokenView<'_>) -> Option<TypedTime> {
    let typed = view.number(0).filter(|typed| typed.len() == 4)?;
    let hour = typed[..2].parse().ok().filter(|hour| *hour < 24)?;
    let minute = typed[2..].parse().ok().filter(|minute| *minute < 60)?;
    let is_time = is_one_of(view, 1, &HOURS[..4]) && !view.is_content(2);
    let time = TypedTime { hour, minute, second: 0, has_unit: false, is_of_day: true, taken: 2 };
    is_time.then_some(time)
}

/// `6pm`, `às 6 pm`.
fn of_half_day(view: &TokenView<'_>) -> Option<TypedTime> {
    // `6 PM` alone may be policemen.
    let at = if view.follows(&["às", "ás", "até"]) { view.past_gap(1) } else { 1 };
    let is_half = is_one_of(view, at, &HALVES) && !view.is_content(at + 1);
    let hour = in_half(view, at, view.value(0, 2).filter(|_| is_half)?)?;
    let taken = at + 1;
    Some(TypedTime { hour, minute: 0, second: 0, has_unit: false, is_of_day: true, taken })
}

/// The hour of the day that `hour` is in the half that is typed at `at`.
fn in_half(view: &TokenView<'_>, at: usize, hour: u32) -> Option<u32> {
    let half = view.lower_word(at).filter(|_| (1..=HALF_DAY).contains(&hour))?;
    match half.as_str() {
        "am" => Some(hour % HALF_DAY),
        "pm" => Some(hour % HALF_DAY + HALF_DAY),
        _ => None,
    }
}

/// `18:30`, `14:30h`, `18:30:00`, `18.30h`, `18,30h`, `6:30pm`.
fn with_colon(view: &TokenView<'_>) -> Option<TypedTime> {
    let hour = view.value(0, 2)?;
    // `18.30h` is a time, `2.4` is none.
    let is_announced = view.follows(&["às", "ás"]) && view.number(2)?.len() == 2;
    let has_unit = is_announced || is_one_of(view, view.past_gap(3), &HOURS);
    let has_dot = view.is_mark(1, '.') && has_unit;
    let has_comma = view.is_mark(1, ',') && has_unit;
    let has_comma = has_comma && view.number(0)?.len() == 2 && !view.follows(&BEFORE_DURATION);
    if !view.is_mark(1, ':') && !has_dot && !has_comma {
        return None;
    }
    let minute = sixty(view, 2)?;
    let second = sixty(view, 4).filter(|_| view.is_mark(3, ':'));
    let end = if second.is_some() { 5 } else { 3 };
    let second = second.unwrap_or_default();
    let unit = view.past_gap(end);
    let half = in_half(view, unit, hour);
    let has_unit = is_one_of(view, unit, &HOURS) || is_one_of(view, unit, &["min"]);
    let taken = if half.is_some() || has_unit { unit + 1 } else { end };
    let hour = half.unwrap_or(hour);
    // `24:30` is typed for half past midnight.
    let is_valid = hour <= 24;
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
    let unit = view.past_gap(at + 1);
    let has_unit = is_one_of(view, unit, &MINUTES);
    // `1h5` may be cut, `1h5min` is not.
    let minute = sixty(view, at).or_else(|| view.value(at, 1).filter(|_| has_unit));
    let Some(minute) = minute else {
        return (!view.is_content(end)).then_some(whole);
    };
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
