//! Two numbers with a slash or a spaced hyphen that are a range: `24/48h`, `2 - 3 dias`, `10%-15%`.

use super::gender::{Gender, is_named_by_number};
use super::number_words::cardinal;
use super::tokens::{Rewriting, SpeechRule, TokenKind, TokenView, first_and_a};
use super::units::unit_at;

pub(super) const RULES: &[SpeechRule] = &[percents, years, hours_or_days];

/// What is counted in a range with a slash: elsewhere `2/3` is a date.
const PERIODS: [(&str, Gender); 16] = [
    ("dia", Gender::Masculine),
    ("dias", Gender::Masculine),
    ("h", Gender::Feminine),
    ("hora", Gender::Feminine),
    ("horas", Gender::Feminine),
    ("hr", Gender::Feminine),
    ("hrs", Gender::Feminine),
    ("hs", Gender::Feminine),
    ("meses", Gender::Masculine),
    ("min", Gender::Masculine),
    ("mins", Gender::Masculine),
    ("minuto", Gender::Masculine),
    ("minutos", Gender::Masculine),
    ("semana", Gender::Feminine),
    ("semanas", Gender::Feminine),
    ("vezes", Gender::Feminine),
];
/// Digits of a number of days or minutes.
const DIGITS_MAX: usize = 3;

/// The first number of `24/48h`, `30/40 min`, `2 - 3 dias`.
fn hours_or_days(view: &TokenView<'_>) -> Option<Rewriting> {
    let first = view.value(0, DIGITS_MAX).filter(|_| view.begins())?;
    let sign = view.past_gap(1);
    let is_slash = view.is_mark(1, '/');
    let is_hyphen = view.is_mark(sign, '-') || view.is_mark(sign, '–');
    let at = view.past_gap(sign + 1);
    let second = view.value(at, DIGITS_MAX).filter(|second| *second > first)?;
    let noun = view.lower_word(view.past_gap(at + 1))?;
    let (_, gender) = PERIODS.iter().find(|(period, _)| *period == noun)?;
    let is_name = view.last_word(&[]).is_some_and(|last| is_named_by_number(&last));
    let is_part = view.continues_number(&['/', '.', ',', ':', '-']);
    // `1/2 hora` is a half.
    let follows_number = matches!(view.before, [.., number, gap]
        if number.kind == TokenKind::Number && gap.kind == TokenKind::Gap);
    let is_one = !noun.ends_with('s') || follows_number;
    let is_half = is_slash && (first, second) == (1, 2) && is_one;
    let is_range = (is_slash || is_hyphen) && !is_name && !is_part && !is_half;
    // `dia 5-18h` is no range.
    let is_day = noun.starts_with('h') && view.follows(&["dia", "dias"]);
    (is_range && !is_day && second > 0)
        .then(|| Rewriting { taken: at, tokens: first_and_a(cardinal(first, *gender)) })
}

/// The first of `2026/2027`.
fn years(view: &TokenView<'_>) -> Option<Rewriting> {
    const YEARS: std::ops::RangeInclusive<u32> = 2000..=2099;
    let year = |at| view.value(at, 4).filter(|year| YEARS.contains(year));
    let (first, second) = (year(0).filter(|_| view.begins())?, year(2)?);
    let is_path = view.is_content(3) || view.is_mark(3, '/') || view.is_mark(3, ':');
    let is_part = view.continues_number(&['/', '.', ',', ':', '-']);
    (view.is_mark(1, '/') && second > first && !is_path && !is_part)
        .then(|| Rewriting { taken: 2, tokens: first_and_a(cardinal(first, Gender::Masculine)) })
}

/// `10%-15%`: the hyphen is no minus.
fn percents(view: &TokenView<'_>) -> Option<Rewriting> {
    let first = view.value(0, DIGITS_MAX).filter(|_| view.begins() && view.is_mark(1, '%'))?;
    let sign = view.past_gap(2);
    let at = view.past_gap(sign + 1);
    let is_hyphen = ['-', '–', '/'].iter().any(|mark| view.is_mark(sign, *mark));
    let is_percent = unit_at(&view.from(at), 1).is_some_and(|(unit, _)| unit.many == "por cento");
    let is_range = is_hyphen && view.value(at, DIGITS_MAX)? > first && is_percent;
    let words = format!("{} por cento", cardinal(first, Gender::Masculine));
    (is_range && !view.continues_number(&['.', ',', '/']))
        .then(|| Rewriting { taken: at, tokens: first_and_a(words) })
}
