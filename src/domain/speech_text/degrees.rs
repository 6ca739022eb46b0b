//! The sign of degrees after a number, which staff also type for the raised letter of an ordinal.

use crate::domain::alert_text::fold;

use super::gender::Gender;
use super::number_words::cardinal;
use super::tokens::{Rewriting, SpeechRule, TokenView};

pub(super) const RULES: &[SpeechRule] = &[degrees];

/// Nouns, folded, after an ordinal, in the singular or with an `s` or `es`.
const AFTER_ORDINAL: [&str; 52] = [
    "abrigo",
    "acesso",
    "andar",
    "anel",
    "ano",
    "aviso",
    "batalhao",
    "bimestre",
    "bloco",
    "boletim",
    "bpm",
    "cartorio",
    "ciclo",
    "comunicado",
    "cruzamento",
    "dia",
    "distrito",
    "evento",
    "grau",
    "grupo",
    "horario",
    "lance",
    "lote",
    "lugar",
    "mes",
    "modulo",
    "nivel",
    "oficio",
    "pavimento",
    "pavimentos",
    "pelotao",
    "periodo",
    "piso",
    "plantao",
    "pop",
    "ponto",
    "portao",
    "poste",
    "predio",
    "quarteirao",
    "ramal",
    "registro",
    "rompimento",
    "sargento",
    "semestre",
    "setor",
    "subsolo",
    "tenente",
    "trecho",
    "trevo",
    "trimestre",
    "turno",
];
/// Words, folded, before a measure in degrees.
const BEFORE_DEGREES: [&str; 9] = [
    "angulo",
    "azimute",
    "calor",
    "graus",
    "inclinacao",
    "inclinado",
    "rotacao",
    "temperatura",
    "temp",
];
/// Up to this a number without such a word may be an ordinal whose noun is left out.
const ORDINAL_MAX: u32 = 12;
/// Words between two numbers of a list.
const JOINING: [&str; 4] = ["a", "ao", "e", "ou"];

/// What the sign after a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Raised {
    Degrees,
    Ordinal,
    Unsure,
}

/// Whether nothing tells degrees from an ordinal at the view, or whether it is a coordinate.
pub(super) fn is_unsure(view: &TokenView<'_>) -> bool {
    let is_coordinate = view.number(0).is_some()
        && (view.is_mark(1, '°') || view.is_mark(1, 'º'))
        && view.number(view.past_gap(2)).is_some()
        && (view.is_mark(view.past_gap(2) + 1, '\'') || view.is_mark(view.past_gap(2) + 1, '.'));
    is_coordinate || raised(view).is_some_and(|(raised, _, _)| raised == Raised::Unsure)
}

/// `45°`
fn degrees(view: &TokenView<'_>) -> Option<Rewriting> {
    let (raised, value, end) = raised(view)?;
    let unit = if value == 1 { "grau" } else { "graus" };
    let words = || format!("{} {unit}", cardinal(value, Gender::Masculine));
    (raised == Raised::Degrees).then(|| Rewriting::numeral(end, words()))
}

fn raised(view: &TokenView<'_>) -> Option<(Raised, u32, usize)> {
    let value = view.value(0, 3).filter(|_| view.begins())?;
    if view.continues_number(&['.', ',', '/', ':']) {
        return None;
    }
    let sign = view.past_gap(1);
    let (is_degree, is_letter) = (view.is_mark(sign, '°'), view.is_mark(1, 'º'));
    let end = sign + 1;
    let next = view.past_gap(end);
    let is_celsius = matches!(view.word(next), Some("C" | "c")) && !view.is_content(next + 1);
    // `1°/12` and `1° de março` are dates.
    let is_date =
        view.is_mark(end, '/') || view.follows(&["dia", "dias"]) || is_of_month(view, end);
    if !is_degree && !is_letter || is_celsius || is_date {
        return None;
    }
    let is_measure = announcing(view).is_some_and(|word| BEFORE_DEGREES.contains(&word.as_str()));
    let raised = match is_measure {
        true => Raised::Degrees,
        false if is_letter || precedes_noun(view, end) => Raised::Ordinal,
        false if value > ORDINAL_MAX || value == 0 => Raised::Degrees,
        false => Raised::Unsure,
    };
    Some((raised, value, end))
}

/// `1° de março`
fn is_of_month(view: &TokenView<'_>, end: usize) -> bool {
    let month = view.past_gap(view.past_gap(end) + 1);
    view.lower_word(view.past_gap(end)).is_some_and(|of| of == "de") && view.word(month).is_some()
}

/// The word, folded, before the view, past "de", "a", "em" and the like.
fn announcing(view: &TokenView<'_>) -> Option<String> {
    const WORDS_MAX: usize = 4;
    const PASSED: [&str; 9] = ["a", "ate", "com", "cerca", "de", "e", "em", "esta", "do"];
    let words = view.before.iter().rev().filter(|token| token.is_content()).take(WORDS_MAX);
    words.map(|token| fold(&token.text)).find(|word| !PASSED.contains(&word.as_str()))
}

/// Whether an ordinal's noun stands at `at`, or after more ordinals: `1°, 2° e 3° andares`.
fn precedes_noun(view: &TokenView<'_>, end: usize) -> bool {
    const LIST_MAX: usize = 6;
    let mut at = end;
    for _ in 0..LIST_MAX {
        at = view.past_gap(at);
        let word = view.word(at).map(fold).unwrap_or_default();
        let stem = word.strip_suffix("es").filter(|stem| AFTER_ORDINAL.contains(stem));
        let singular = stem.or_else(|| word.strip_suffix('s')).unwrap_or(&word);
        if AFTER_ORDINAL.contains(&word.as_str()) || AFTER_ORDINAL.contains(&singular) {
            return true;
        }
        let is_joined = view.is_mark(at, ',') || JOINING.contains(&word.as_str());
        let number = view.past_gap(at + 1);
        if !is_joined || view.number(number).is_none() {
            return false;
        }
        at = number + 1 + usize::from(view.is_mark(number + 1, '°'));
    }
    false
}
