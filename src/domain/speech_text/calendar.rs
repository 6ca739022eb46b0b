//! Dates, and the numbers with a slash that are none.

use super::gender::Gender;
use super::number_words::{cardinal, ordinal};
use super::tokens::{Rewriting, SpeechRule, TokenKind, TokenView, first_and_a};

/// Dates before their parts; what a slash means otherwise before a date.
pub(super) const RULES: &[SpeechRule] = &[always, port, half, share, date, first_of_two, slashed];

/// After a number of hours.
pub(super) const AND_HALF: &str = "e meia";
const MONTHS: [&str; 12] = [
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
];
/// February's is that of leap years: a year is not always typed.
const DAYS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/// Years that a notice can mean.
const YEARS: std::ops::RangeInclusive<u32> = 1900..=2099;
/// Before a date: `dia 1/3` is never a third.
const BEFORE_DATE: [&str; 10] =
    ["dia", "dias", "em", "até", "desde", "data", "de", "do", "partir", "no"];
/// Before a path of numbers, as equipment has it.
const BEFORE_PORT: [&str; 10] =
    ["pon", "gpon", "porta", "slot", "placa", "olt", "interface", "porta:", "chassi", "ge"];
/// Before a part of a whole: `etapa 2/3`.
const BEFORE_SHARE: [&str; 6] = ["parte", "etapa", "fase", "lote", "turno", "aviso"];
/// After a fraction.
const AFTER_FRACTION: [&str; 4] = ["da", "das", "do", "dos"];
/// After so many of so many. `client` stands for both numbers of the word.
const COUNTED: [&str; 10] =
    ["onu", "casa", "client", "porta", "fibra", "torre", "bairro", "poste", "caixa", "cto"];
/// Names of parts; from eleven on nobody types them.
const PARTS: [(u32, &str); 9] = [
    (2, "meio"),
    (3, "terço"),
    (4, "quarto"),
    (5, "quinto"),
    (6, "sexto"),
    (7, "sétimo"),
    (8, "oitavo"),
    (9, "nono"),
    (10, "décimo"),
];

/// `24/7` is a promise, unless a word says that it is a date.
fn always(view: &TokenView<'_>) -> Option<Rewriting> {
    let is_separated = view.is_mark(1, '/') || view.lower_word(1).is_some_and(|word| word == "x");
    let is_always = view.number(0)? == "24" && is_separated && view.number(2)? == "7";
    if !is_always || !stands_apart(view, 3) || view.follows(&BEFORE_DATE) {
        return None;
    }
    Some(Rewriting::numeral(3, "vinte e quatro horas por dia, sete dias por semana"))
}

/// `PON 0/1/3`: each number for itself.
fn port(view: &TokenView<'_>) -> Option<Rewriting> {
    let is_port = view.follows(&BEFORE_PORT) || written(view).is_none() && view.is_mark(3, '/');
    slashed(view).filter(|_| is_port)
}

/// What is no date: `31/04`.
fn slashed(view: &TokenView<'_>) -> Option<Rewriting> {
    let mut end = 1;
    let mut words = cardinal(view.value(0, 4)?, Gender::Masculine);
    while view.is_mark(end, '/')
        && let Some(number) = view.value(end + 1, 4)
    {
        words = format!("{words} barra {}", cardinal(number, Gender::Masculine));
        end += 2;
    }
    (end > 1 && stands_apart(view, end)).then(|| Rewriting::numeral(end, words))
}

/// `1/2 hora`, `1 1/2 hora`.
fn half(view: &TokenView<'_>) -> Option<Rewriting> {
    let is_half = view.number(0)? == "1" && view.is_mark(1, '/') && view.number(2)? == "2";
    let next = view.lower_word(view.past_gap(3))?;
    let is_hour = matches!(next.as_str(), "h" | "hora" | "horas") && view.begins();
    let is_more = matches!(view.before, [.., number, gap]
        if number.kind == TokenKind::Number && gap.kind == TokenKind::Gap);
    let words = if is_more { AND_HALF } else { "meia" };
    (is_half && is_hour).then(|| Rewriting::numeral(3, words))
}

/// `1/3 dos bairros`, `etapa 2/3`, `32/47 ONUs`.
fn share(view: &TokenView<'_>) -> Option<Rewriting> {
    let (part, whole) = (view.value(0, 4)?, view.value(2, 4)?);
    let is_plain = view.is_mark(1, '/') && !view.number(0)?.starts_with('0');
    if !is_plain || !stands_apart(view, 3) || view.follows(&BEFORE_DATE) {
        return None;
    }
    let next = view.lower_word(view.past_gap(3)).unwrap_or_default();
    let name = PARTS.iter().find(|(number, _)| *number == whole).map(|(_, name)| *name);
    let is_fraction = AFTER_FRACTION.contains(&next.as_str()) && part < whole;
    if let Some(name) = name.filter(|_| is_fraction) {
        let plural = if part > 1 { "s" } else { "" };
        let words = format!("{} {name}{plural}", cardinal(part, Gender::Masculine));
        return Some(Rewriting::numeral(3, words));
    }
    let is_counted = COUNTED.iter().any(|noun| next.starts_with(noun));
    let is_no_date = whole > 12 && view.number(2)?.len() < 4 || part > DAYS[0];
    if !is_counted && !is_no_date && !view.follows(&BEFORE_SHARE) {
        return None;
    }
    let gender = Gender::of_noun(&next, whole);
    Some(Rewriting::numeral(
        3,
        format!("{} de {}", cardinal(part, gender), cardinal(whole, gender)),
    ))
}

/// A date in any of its forms.
pub(super) fn date(view: &TokenView<'_>) -> Option<Rewriting> {
    let (taken, words) = written(view)?;
    let is_apart = view.begins() && !view.continues_number(&['/', '.', ',', ':']);
    if !is_apart || !stands_apart(view, taken) {
        return None;
    }
    let has_hyphen = view.is_mark(taken, '-') || view.is_mark(taken, '–');
    let is_first = has_hyphen && written(&view.from(taken + 1)).is_some();
    let to = || Rewriting { taken: taken + 1, tokens: first_and_a(words.clone()) };
    Some(if is_first { to() } else { Rewriting::numeral(taken, words) })
}

/// The first day of `05 a 07/12` and `05-07/12`.
fn first_of_two(view: &TokenView<'_>) -> Option<Rewriting> {
    const JOINING: [&str; 5] = ["a", "e", "até", "ou", "ao"];
    let day = view.value(0, 2).filter(|day| (1..=DAYS[0]).contains(day))?;
    if !view.begins() || view.continues_number(&['/', '.', ',', ':']) {
        return None;
    }
    let word = view.lower_word(2).filter(|_| view.is_gap(1) && view.is_gap(3));
    let is_joined = word.is_some_and(|word| JOINING.contains(&word.as_str()));
    if is_joined && written(&view.from(4)).is_some() {
        return Some(Rewriting::numeral(1, day_words(day)));
    }
    let is_tight = view.is_mark(1, '-') || view.is_mark(1, '–');
    let is_range = is_tight && view.value(2, 2)? > day && written(&view.from(2)).is_some();
    is_range.then(|| Rewriting { taken: 2, tokens: first_and_a(day_words(day)) })
}

/// Whether no further slash or number follows the first `taken` tokens directly.
fn stands_apart(view: &TokenView<'_>, taken: usize) -> bool {
    let is_path = view.is_mark(taken, '/') && view.is_content(taken + 1);
    !view.is_content(taken) && !is_path && view.begins()
}

fn written(view: &TokenView<'_>) -> Option<(usize, String)> {
    day_first(view)
        .or_else(|| year_first(view))
        .or_else(|| month_first(view))
        .or_else(|| named(view))
}

/// `05/12/2026`, `5/12/26`, `05.12.2026`, `1º/12`.
fn day_first(view: &TokenView<'_>) -> Option<(usize, String)> {
    let day = view.value(0, 2)?;
    let at = 1 + usize::from(view.is_mark(1, 'º') || view.is_mark(1, '°'));
    let separator = ['/', '-', '.'].into_iter().find(|mark| view.is_mark(at, *mark))?;
    let month = view.value(at + 1, 2)?;
    let year = view.number(at + 3).filter(|_| view.is_mark(at + 2, separator));
    let year = year.filter(|year| year.len() == 4 || year.len() == 2 && separator == '/');
    let month = month_words(day, month)?;
    match year.and_then(year_words) {
        Some(year) => Some((at + 4, format!("{} de {month} de {year}", day_words(day)))),
        None if separator == '/' => Some((at + 2, format!("{} de {month}", day_words(day)))),
        None => None,
    }
}

/// `2026-12-05`.
fn year_first(view: &TokenView<'_>) -> Option<(usize, String)> {
    let year = view.number(0).filter(|year| year.len() == 4 && view.is_mark(1, '-'))?;
    let (month, day) = (view.value(2, 2)?, view.value(4, 2)?);
    let month = month_words(day, month).filter(|_| view.is_mark(3, '-'))?;
    Some((5, format!("{} de {month} de {}", day_words(day), year_words(year)?)))
}

/// `12/2026`.
fn month_first(view: &TokenView<'_>) -> Option<(usize, String)> {
    let month = month_words(1, view.value(0, 2)?).filter(|_| view.is_mark(1, '/'))?;
    let year = view.number(2).filter(|year| year.len() == 4)?;
    Some((3, format!("{month} de {}", year_words(year)?)))
}

/// `5 de dez`, `05/dez/2026`, `1 de março de 2026`.
fn named(view: &TokenView<'_>) -> Option<(usize, String)> {
    let day = view.value(0, 2)?;
    let at = 1 + usize::from(view.is_mark(1, 'º') || view.is_mark(1, '°'));
    let at = after_of(view, at)?;
    let typed = view.lower_word(at)?;
    let is_month = |name: &'static str| typed == name || typed.chars().eq(name.chars().take(3));
    let position = MONTHS.into_iter().position(is_month)?;
    let month = month_words(day, u32::try_from(position).ok()? + 1)?;
    let end = at + 1;
    let is_short =
        typed.len() <= 3 && view.is_mark(end, '.') && view.is_content(view.past_gap(end + 1));
    let end = end + usize::from(is_short);
    let year_at = after_of(view, end);
    let year = year_at.and_then(|at| Some((at + 1, year_words(view.number(at)?)?)));
    let words = format!("{} de {month}", day_words(day));
    Some(match year {
        Some((end, year)) => (end, format!("{words} de {year}")),
        None => (end, words),
    })
}

/// Where the part after a slash, or after " de ", begins.
fn after_of(view: &TokenView<'_>, at: usize) -> Option<usize> {
    let is_of = view.is_gap(at) && view.is_gap(at + 2);
    let is_of = is_of && view.lower_word(at + 1).is_some_and(|word| word == "de");
    if is_of { Some(at + 3) } else { view.is_mark(at, '/').then_some(at + 1) }
}

fn day_words(day: u32) -> String {
    if day == 1 { ordinal(day, Gender::Masculine) } else { cardinal(day, Gender::Masculine) }
}

fn month_words(day: u32, month: u32) -> Option<&'static str> {
    let at = usize::try_from(month.checked_sub(1)?).ok()?;
    let days = *DAYS.get(at)?;
    (1..=days).contains(&day).then(|| MONTHS[at])
}

fn year_words(typed: &str) -> Option<String> {
    let year: u32 = typed.parse().ok()?;
    let year = match typed.len() {
        2 => 2000 + year,
        4 => year,
        _ => return None,
    };
    YEARS.contains(&year).then(|| cardinal(year, Gender::Masculine))
}
