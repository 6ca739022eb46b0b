//! Signs that mean a word: `+/- 2h`, `> 50`, `#4512`, `&`.

use super::tokens::{Rewriting, SpeechRule, SpeechToken, TokenKind, TokenView};

pub(super) const RULES: &[SpeechRule] = &[about, arrow, sign_of_number, minus, word];

/// A sign before a number, and its words.
const BEFORE_NUMBER: [(char, &str); 4] =
    [('#', "número"), ('<', "menos de"), ('>', "mais de"), ('~', "cerca de")];
/// A sign between words.
const BETWEEN: [(char, &str); 4] =
    [('%', "por cento"), ('+', "mais"), ('<', "menor que"), ('>', "maior que")];
/// Beginnings of arrows.
const SHAFTS: [char; 4] = ['-', '–', '=', '>'];

/// `+/-`, `+-`
fn about(view: &TokenView<'_>) -> Option<Rewriting> {
    let at = 1 + usize::from(view.is_mark(1, '/'));
    let is_about = view.is_mark(0, '+') && view.is_mark(at, '-');
    is_about.then(|| Rewriting::spoken(at + 1, "mais ou menos"))
}

/// `->`: one after the other.
fn arrow(view: &TokenView<'_>) -> Option<Rewriting> {
    let shafts = (0..4).take_while(|at| SHAFTS.iter().any(|shaft| view.is_mark(*at, *shaft)));
    let taken = shafts.count();
    let is_arrow = taken >= 2 && view.is_mark(taken - 1, '>');
    is_arrow.then(|| Rewriting { taken, tokens: vec![SpeechToken::comma()] })
}

fn sign_of_number(view: &TokenView<'_>) -> Option<Rewriting> {
    let (_, words) = BEFORE_NUMBER.iter().find(|(sign, _)| view.is_mark(0, *sign))?;
    is_number(view, view.past_gap(1)).then(|| Rewriting::spoken(1, *words))
}

/// `-27 dBm`: a hyphen right before a number, and after a gap.
fn minus(view: &TokenView<'_>) -> Option<Rewriting> {
    let is_minus = view.is_mark(0, '−') && is_number(view, view.past_gap(1));
    let is_hyphen = view.is_mark(0, '-') && view.number(1).is_some() && view.begins();
    // At the beginning it may mark an item of a list.
    let unit = view.lower_word(view.past_gap(2)).unwrap_or_default();
    let is_level = matches!(unit.as_str(), "db" | "dbm") || view.is_mark(view.past_gap(2), '°');
    (is_minus || is_hyphen && (is_level || !view.before.is_empty()))
        .then(|| Rewriting::spoken(1, "menos"))
}

fn word(view: &TokenView<'_>) -> Option<Rewriting> {
    let after_number = view.before.last().is_some_and(|last| last.kind == TokenKind::Numeral);
    let digit_before = view.before.last().is_some_and(|last| last.kind == TokenKind::Number);
    if view.is_mark(0, '+') && (after_number || digit_before) && !view.is_content(1) {
        return Some(Rewriting::spoken(1, "ou mais"));
    }
    if view.is_mark(0, '%') && digit_before {
        return None;
    }
    if view.is_mark(0, '&') {
        // A word as if it were typed: `seg & sex` are days as `seg e sex` are.
        let tokens =
            vec![SpeechToken::gap(), SpeechToken::new(TokenKind::Word, "e"), SpeechToken::gap()];
        return Some(Rewriting { taken: 1, tokens });
    }
    let (sign, words) = BETWEEN.iter().find(|(sign, _)| view.is_mark(0, *sign))?;
    // `<` and `>` right beside a letter are what is left of a tag.
    let is_spaced = view.is_gap(1) && !view.before.is_empty() && view.begins();
    (is_spaced || !matches!(sign, '<' | '>')).then(|| Rewriting::spoken(1, *words))
}

fn is_number(view: &TokenView<'_>, at: usize) -> bool {
    let kind = view.rest.get(at).map(|token| token.kind);
    matches!(kind, Some(TokenKind::Number | TokenKind::Numeral))
}
