//! Minutes with the sign of metres or of feet, and days: `em 30m`, `em 30'`, `em 2d`.

use super::gender::Gender;
use super::number_words::cardinal;
use super::tokens::{Rewriting, SpeechRule, SpeechToken, TokenKind, TokenView};

pub(super) const RULES: &[SpeechRule] = &[minutes, days];

/// What a number with an `m` measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measured {
    Minutes,
    Metres,
    Unsure,
}

/// From so many on it is no number of minutes that a notice gives.
const MINUTES_MAX: u32 = 90;
/// From so many on it is none even after `em`.
const HOURS_IN_MINUTES_MAX: u32 = 180;
/// Words before minutes, with or without "de" and "até" in between.
const BEFORE_MINUTES: [&str; 32] = [
    "aguarda",
    "aguarde",
    "após",
    "apos",
    "aprox",
    "aproximadamente",
    "cada",
    "daqui",
    "demora",
    "dentro",
    "durante",
    "em",
    "espera",
    "estimado",
    "eta",
    "falta",
    "faltam",
    "faz",
    "há",
    "ha",
    "leva",
    "máximo",
    "min",
    "mínimo",
    "prazo",
    "prev",
    "previsao",
    "previsão",
    "próximos",
    "restam",
    "tempo",
    "últimos",
];
/// Between such a word and its number.
const BETWEEN: [&str; 5] = ["a", "até", "cerca", "de", "uns"];
/// Words before metres.
const BEFORE_METRES: [&str; 18] = [
    "a",
    "altura",
    "cabo",
    "cabos",
    "comprimento",
    "cordão",
    "distância",
    "drop",
    "extensão",
    "fibra",
    "lance",
    "largura",
    "ponta",
    "poste",
    "raio",
    "sobra",
    "vala",
    "x",
];
/// Words after metres: `30 m de cabo`, `50 m da CTO`.
const AFTER_METRES: [&str; 9] =
    ["abaixo", "acima", "antes", "da", "das", "de", "depois", "do", "dos"];

/// Whether a measure begins at the view of which nothing tells minutes from metres.
pub(super) fn is_unsure(view: &TokenView<'_>) -> bool {
    measured(view).is_some_and(|(measured, _, _)| measured == Measured::Unsure)
}

fn minutes(view: &TokenView<'_>) -> Option<Rewriting> {
    let (measured, value, end) = measured(view)?;
    let unit = if value == 1 { "minuto" } else { "minutos" };
    let words = || format!("{} {unit}", cardinal(value, Gender::Masculine));
    (measured == Measured::Minutes).then(|| Rewriting::numeral(end, words()))
}

/// `em 2d`, `prazo 5d úteis`; elsewhere `2D` is a name.
fn days(view: &TokenView<'_>) -> Option<Rewriting> {
    let value = view.value(0, 2).filter(|_| view.begins())?;
    let is_days = view.lower_word(1)? == "d" && !view.is_content(2);
    let is_span = content_before(view).is_some_and(|word| BEFORE_MINUTES.contains(&word.as_str()));
    let unit = if value == 1 { "dia" } else { "dias" };
    let words = || format!("{} {unit}", cardinal(value, Gender::Masculine));
    (is_days && is_span).then(|| Rewriting::numeral(2, words()))
}

/// What the measure at the view is, with its value and the place after it.
fn measured(view: &TokenView<'_>) -> Option<(Measured, u32, usize)> {
    let value = view.value(0, 3).filter(|_| view.begins())?;
    if view.continues_number(&['.', ',', '/', ':', '-']) {
        return None;
    }
    let is_foot = view.is_mark(1, '\'') && !view.is_mark(2, '\'');
    let unit = view.past_gap(1);
    let is_letter = view.lower_word(unit).is_some_and(|word| word == "m");
    let end = if is_foot { 2 } else { unit + 1 };
    // `20 m²` is clean text no more, `20 m/s` is.
    if !is_foot && !is_letter || view.is_content(end) || view.is_mark(end, '/') {
        return None;
    }
    let next = view.lower_word(view.past_gap(end)).unwrap_or_default();
    if is_foot && is_quoted(view) {
        return None;
    }
    let measured = match content_before(view) {
        _ if value > HOURS_IN_MINUTES_MAX => Measured::Metres,
        _ if is_letter && AFTER_METRES.contains(&next.as_str()) => Measured::Metres,
        Some(word) if BEFORE_MINUTES.contains(&word.as_str()) => Measured::Minutes,
        Some(word) if is_letter && BEFORE_METRES.contains(&word.as_str()) => Measured::Metres,
        _ if is_foot => Measured::Minutes,
        Some(word) if word.contains("hora") || word == "h" => Measured::Minutes,
        _ if value > MINUTES_MAX => Measured::Metres,
        _ => Measured::Unsure,
    };
    Some((measured, value, end))
}

/// Whether a quotation mark before the view is not closed: `'CTO 5'`.
fn is_quoted(view: &TokenView<'_>) -> bool {
    let pairs = view.before.windows(2);
    let is_opening = |pair: &[SpeechToken]| {
        pair[1].is_mark('\'') && !matches!(pair[0].kind, TokenKind::Number | TokenKind::Numeral)
    };
    view.before.first().is_some_and(|first| first.is_mark('\''))
        || pairs.into_iter().any(is_opening)
}

/// The word that says what is measured, past numbers, "de" and "até".
fn content_before(view: &TokenView<'_>) -> Option<String> {
    /// `Prazo máximo de até 30m` has three words between.
    const WORDS_MAX: usize = 5;
    let clause = view.before.iter().rev().take_while(|token| !ends_clause(token));
    let words = clause.filter(|token| token.is_content()).take(WORDS_MAX);
    let word =
        words.filter(|token| !is_passed(token)).map(|token| token.text.to_lowercase()).next();
    let is_span = word.as_ref().is_some_and(|word| BEFORE_MINUTES.contains(&word.as_str()));
    // `a 30m` is a distance, `20 a 30m` may be a time.
    let is_range = matches!(view.before, [.., number, _, _, _] if is_passed(number));
    if view.follows(&["a"]) && !is_span && !is_range { Some("a".to_owned()) } else { word }
}

fn ends_clause(token: &SpeechToken) -> bool {
    [',', ';', '(', '!', '?'].iter().any(|mark| token.is_mark(*mark))
}

fn is_passed(token: &SpeechToken) -> bool {
    let text = token.text.to_lowercase();
    let is_number = token.kind == TokenKind::Number;
    let is_numeral = token.kind == TokenKind::Numeral && !text.contains("hora");
    is_number || is_numeral || text == "e" || BETWEEN.contains(&text.as_str())
}
