//! Minutes with the sign of metres or of feet, days, and plans: `em 30m`, `em 30'`, `em 2d`, `plano 300M`.

use super::gender::Gender;
use super::number_words::cardinal;
use super::tokens::{Rewriting, SpeechRule, SpeechToken, TokenKind, TokenView};

pub(super) const RULES: &[SpeechRule] = &[minutes, plan, days];

/// What a number with an `m` measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measured {
    Mega,
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

/// Words after "de" that are measured in minutes: `30 m de previsão`.
const SPANS: [&str; 8] =
    ["atraso", "demora", "duração", "espera", "parada", "previsao", "previsão", "tempo"];
/// Words after "para" of what happens in so many minutes.
const EVENTS: [&str; 9] = [
    "chegar",
    "concluir",
    "finalizar",
    "normalizar",
    "resolver",
    "restabelecer",
    "retornar",
    "terminar",
    "voltar",
];
/// Beginnings of words in a sentence about plans, beside which a capital M is "mega".
const PLANS: [&str; 12] = [
    "banda",
    "cliente",
    "internet",
    "lentid",
    "lento",
    "lenta",
    "link",
    "mbps",
    "mega",
    "plano",
    "velocidade",
    "download",
];
/// Of these, those beside which a small one is, too.
const PLANS_ALONE: [&str; 4] = ["banda", "internet", "plano", "velocidade"];

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

/// `plano 300M`: people say "mega".
fn plan(view: &TokenView<'_>) -> Option<Rewriting> {
    let (measured, value, end) = measured(view)?;
    let words = || format!("{} mega", cardinal(value, Gender::Masculine));
    (measured == Measured::Mega).then(|| Rewriting::numeral(end, words()))
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
    let value = view.value(0, 4).filter(|_| view.begins())?;
    if view.continues_number(&['.', ',', '/', ':', '-']) {
        return None;
    }
    let is_foot = view.is_mark(1, '\'') && !view.is_mark(2, '\'');
    let unit = view.past_gap(1);
    let is_letter = view.lower_word(unit).is_some_and(|word| word == "m");
    let end = if is_foot { 2 } else { unit + 1 };
    // `20 m²` is clean text no more, `20 m/s` is.
    let is_rate =
        view.is_mark(end, '/') && view.lower_word(end + 1).is_some_and(|unit| unit == "s");
    if !is_foot && !is_letter || view.is_content(end) || is_rate || is_foot && is_quoted(view) {
        return None;
    }
    let measured = of_letter(view, value, end).filter(|_| is_letter);
    Some((measured.unwrap_or_else(|| of_words(view, value, is_letter)), value, end))
}

/// What an `m` after a number stands for, as far as the words after it tell, or the plans that the
/// sentence is about.
fn of_letter(view: &TokenView<'_>, value: u32, end: usize) -> Option<Measured> {
    let at = view.past_gap(end);
    let next = view.lower_word(at).unwrap_or_default();
    let after = view.lower_word(view.past_gap(at + 1)).unwrap_or_default();
    let before = content_before(view).unwrap_or_default();
    let is_few = value <= HOURS_IN_MINUTES_MAX;
    if is_few && next == "de" && SPANS.contains(&after.as_str()) {
        return Some(Measured::Minutes);
    }
    if AFTER_METRES.contains(&next.as_str()) {
        return Some(Measured::Metres);
    }
    let is_event = next == "para" && EVENTS.contains(&after.as_str());
    if BEFORE_METRES.contains(&before.as_str()) {
        return is_event.then_some(Measured::Unsure);
    }
    if is_few && BEFORE_MINUTES.contains(&before.as_str()) {
        return Some(Measured::Minutes);
    }
    let is_more = before == "mais" && !view.is_content(at);
    if is_few && (is_event || is_more) {
        return Some(Measured::Minutes);
    }
    let is_capital = view.is_shouted || view.word(end - 1) == Some("M");
    let is_alone = has_word(view, &PLANS_ALONE);
    if is_alone || is_capital && has_word(view, &PLANS) {
        return Some(Measured::Mega);
    }
    // Many metres are typed with a small letter, or after what is so long.
    (is_capital || has_word(view, &PLANS)).then_some(Measured::Unsure)
}

/// What the words before a number with an `m` or the sign of feet say.
fn of_words(view: &TokenView<'_>, value: u32, is_letter: bool) -> Measured {
    match content_before(view) {
        _ if value > HOURS_IN_MINUTES_MAX => Measured::Metres,
        Some(word) if BEFORE_MINUTES.contains(&word.as_str()) => Measured::Minutes,
        Some(word) if is_letter && BEFORE_METRES.contains(&word.as_str()) => Measured::Metres,
        _ if !is_letter => Measured::Minutes,
        Some(word) if word.contains("hora") || word == "h" => Measured::Minutes,
        _ if value > MINUTES_MAX => Measured::Metres,
        _ => Measured::Unsure,
    }
}

/// Whether a word of the same sentence near the view begins as one of `beginnings`.
fn has_word(view: &TokenView<'_>, beginnings: &[&str]) -> bool {
    const TOKENS_MAX: usize = 16;
    let goes_on =
        |token: &&SpeechToken| !['.', ';', '!', '?', '('].iter().any(|mark| token.is_mark(*mark));
    let before = view.before.iter().rev().take(TOKENS_MAX).take_while(goes_on);
    let after = view.rest.iter().take(TOKENS_MAX).take_while(goes_on);
    before.chain(after).filter(|token| token.kind == TokenKind::Word).any(|token| {
        let word = token.text.to_lowercase();
        beginnings.iter().any(|beginning| word.starts_with(beginning))
    })
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
