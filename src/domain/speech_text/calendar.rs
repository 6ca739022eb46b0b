//! Dates, and the numbers with a slash that are none.

use super::gender::Gender;
use super::number_words::{cardinal, ordinal};
use super::tokens::{Rewriting, SpeechRule, SpeechToken, TokenKind, TokenView, first_and_a};

/// Dates before their parts; what a slash means otherwise before a date.
pub(super) const RULES: &[SpeechRule] =
    &[always, speeds, port, half_after_hours, half, share, date, first_of_two, slashed];

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
/// Of these, those before which it is no fraction either: `dia 2/3 da semana`.
const BEFORE_DATE_ONLY: [&str; 5] = ["dia", "dias", "desde", "data", "partir"];
/// Before numbers with dots that are no date.
const VERSIONS: [&str; 5] = ["firmware", "release", "v", "versao", "versão"];
/// Before a path of numbers, as equipment and buildings have it.
const BEFORE_PORT: [&str; 20] = [
    "apartamento",
    "apto",
    "bloco",
    "caixa",
    "ceo",
    "chassi",
    "cto",
    "dio",
    "ge",
    "gpon",
    "interface",
    "nº",
    "olt",
    "placa",
    "pon",
    "porta",
    "poste",
    "quadra",
    "slot",
    "splitter",
];
/// Before a part of a whole: `etapa 2/3`.
const BEFORE_SHARE: [&str; 8] =
    ["andamento", "aviso", "etapa", "fase", "lote", "parte", "progresso", "turno"];
/// After two speeds: `100/50 mega`.
const SPEEDS: [&str; 9] = ["gb", "gbps", "giga", "mb", "mbit", "mbits", "mbps", "mega", "megas"];
/// After "de", a fraction's whole: `3/4 de hora`.
const WHOLES: [&str; 3] = ["dia", "hora", "volta"];
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

/// `10/5 mega` is no date.
fn speeds(view: &TokenView<'_>) -> Option<Rewriting> {
    let unit = view.lower_word(view.past_gap(3))?;
    let is_pair = view.is_mark(1, '/') && SPEEDS.contains(&unit.as_str()) && view.begins();
    let said = |at| Some(cardinal(view.value(at, 4)?, Gender::Masculine));
    let words = format!("{} barra {}", said(0)?, said(2)?);
    let tokens = || vec![SpeechToken::new(TokenKind::Numeral, words), SpeechToken::gap()];
    is_pair.then(|| Rewriting { taken: 3, tokens: tokens() })
}

/// `PON 0/1/3`: each number for itself.
fn port(view: &TokenView<'_>) -> Option<Rewriting> {
    let last = view.last_word(&[':']).unwrap_or_default();
    let is_port =
        BEFORE_PORT.contains(&last.as_str()) || written(view).is_none() && view.is_mark(3, '/');
    slashed(view).filter(|_| is_port)
}

/// What is no date: `31/04`.
fn slashed(view: &TokenView<'_>) -> Option<Rewriting> {
    // `0800/123` is a cut telephone number, `08:00/18:00` are times.
    let is_other = view.number(0)?.len() == 4 && view.number(0)?.starts_with('0');
    if is_other || view.continues_number(&[':']) || view.is_mark(3, ':') && view.number(4).is_some()
    {
        return None;
    }
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

/// `1/2 hora`, `1 1/2 hora`, `1/2h`.
fn half(view: &TokenView<'_>) -> Option<Rewriting> {
    let unit = view.past_gap(3);
    let next = view.lower_word(unit).filter(|_| is_half(view) && view.begins())?;
    let is_more = matches!(view.before, [.., number, gap]
        if number.kind == TokenKind::Number && gap.kind == TokenKind::Gap);
    let words = if is_more { AND_HALF } else { "meia" };
    match next.as_str() {
        "hora" | "horas" => Some(Rewriting::numeral(3, words)),
        "dia" if !is_more => Some(Rewriting::numeral(3, "meio")),
        "h" => {
            let mut tokens = vec![SpeechToken::new(TokenKind::Numeral, words), SpeechToken::gap()];
            tokens.push(SpeechToken::new(TokenKind::Spoken, "hora"));
            Some(Rewriting { taken: unit + 1, tokens })
        }
        _ => None,
    }
}

/// `1h1/2`, `1 hora 1/2`.
fn half_after_hours(view: &TokenView<'_>) -> Option<Rewriting> {
    let hours = match view.before {
        [.., number, hours] | [.., number, hours, _] if number.kind == TokenKind::Number => hours,
        [.., number, _, hours, _] if number.kind == TokenKind::Number => hours,
        _ => return None,
    };
    let is_hours = matches!(hours.text.to_lowercase().as_str(), "h" | "hora" | "horas");
    let gap = if view.begins() { None } else { Some(SpeechToken::gap()) };
    let half = SpeechToken::new(TokenKind::Spoken, AND_HALF);
    let tokens = gap.into_iter().chain([half]).collect();
    (is_half(view) && is_hours && !view.is_content(3)).then_some(Rewriting { taken: 3, tokens })
}

fn is_half(view: &TokenView<'_>) -> bool {
    view.number(0) == Some("1") && view.is_mark(1, '/') && view.number(2) == Some("2")
}

/// `1/3 dos bairros`, `etapa 2/3`, `32/47 ONUs`.
fn share(view: &TokenView<'_>) -> Option<Rewriting> {
    let (part, whole) = (view.value(0, 4)?, view.value(2, 4)?);
    let is_plain = view.is_mark(1, '/') && !view.number(0)?.starts_with('0');
    if !is_plain || !stands_apart(view, 3) || view.follows(&BEFORE_DATE_ONLY) {
        return None;
    }
    let at = view.past_gap(3);
    let next = view.lower_word(at).unwrap_or_default();
    let name = PARTS.iter().find(|(number, _)| *number == whole).map(|(_, name)| *name);
    let is_of = next == "de"
        && view.lower_word(at + 2).is_some_and(|whole| WHOLES.contains(&whole.as_str()));
    let is_fraction = (is_of || AFTER_FRACTION.contains(&next.as_str())) && part < whole;
    if let Some(name) = name.filter(|_| is_fraction) {
        let plural = if part > 1 { "s" } else { "" };
        let words = match (part, whole) {
            (1, 2) => "metade".to_owned(),
            _ => format!("{} {name}{plural}", cardinal(part, Gender::Masculine)),
        };
        return Some(Rewriting::numeral(3, words));
    }
    if view.follows(&BEFORE_DATE) {
        return None;
    }
    let is_counted = COUNTED.iter().any(|noun| next.starts_with(noun));
    let is_no_date =
        part <= whole && whole > 12 && view.number(2)?.len() < 4 || part <= whole && part > DAYS[0];
    let last = view.last_word(&[':']).unwrap_or_default();
    let is_share = BEFORE_SHARE.contains(&last.as_str()) && part <= whole;
    if !is_counted && !is_no_date && !is_share {
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
    // `2026-11-30T18:00`, as software writes it.
    let is_before_time =
        view.lower_word(taken).is_some_and(|word| word == "t") && view.number(taken + 1).is_some();
    if is_apart && is_before_time {
        let tokens = vec![SpeechToken::new(TokenKind::Numeral, words), SpeechToken::gap()];
        return Some(Rewriting { taken: taken + 1, tokens });
    }
    if !is_apart || !stands_apart(view, taken) {
        return None;
    }
    let has_hyphen = view.is_mark(taken, '-') || view.is_mark(taken, '–');
    let is_first = has_hyphen && written(&view.from(taken + 1)).is_some();
    let to = || Rewriting { taken: taken + 1, tokens: first_and_a(words.clone()) };
    Some(if is_first { to() } else { Rewriting::numeral(taken, words) })
}

/// Whether spoken `words` are a date.
pub(super) fn is_date(words: &str) -> bool {
    MONTHS.iter().any(|month| words.contains(month))
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
        .or_else(|| month_named(view))
        .or_else(|| named(view))
}

/// `05/12/2026`, `5/12/26`, `05.12.2026`, `1º/12`.
fn day_first(view: &TokenView<'_>) -> Option<(usize, String)> {
    let day = view.value(0, 2)?;
    let at = 1 + usize::from(view.is_mark(1, 'º') || view.is_mark(1, '°'));
    let separator = ['/', '-', '.'].into_iter().find(|mark| view.is_mark(at, *mark))?;
    let month = view.value(at + 1, 2)?;
    let year = view.number(at + 3).filter(|_| view.is_mark(at + 2, separator));
    let is_padded = view.number(0)?.len() == 2 && view.number(at + 1)?.len() == 2;
    let is_day_after_time = is_padded && separator == '-' && follows_time(view);
    let is_short = separator == '/' || separator == '.' && is_padded && !view.follows(&VERSIONS);
    let year = year.filter(|year| year.len() == 4 || year.len() == 2 && is_short);
    let month = month_words(day, month)?;
    match year.and_then(year_words) {
        Some(year) => Some((at + 4, format!("{} de {month} de {year}", day_words(day)))),
        None if separator == '/' || is_day_after_time => {
            Some((at + 2, format!("{} de {month}", day_words(day))))
        }
        None => None,
    }
}

/// `18:00 / 30-11`: after a time and a slash a number with a hyphen is its day.
fn follows_time(view: &TokenView<'_>) -> bool {
    let mut before = view.before.iter().rev().filter(|token| token.kind != TokenKind::Gap);
    let mut next_is = |mark| before.next().is_some_and(|token| token.is_mark(mark));
    next_is('/') && !next_is('/') && next_is(':')
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

/// `dez/2026`, `dezembro/26`.
fn month_named(view: &TokenView<'_>) -> Option<(usize, String)> {
    let typed = view.lower_word(0)?;
    let is_month = |name: &&str| typed == *name || typed.chars().eq(name.chars().take(3));
    let month = MONTHS.into_iter().find(is_month).filter(|_| view.is_mark(1, '/'))?;
    Some((3, format!("{month} de {}", year_words(view.number(2)?)?)))
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
