//! Signs that mean a word: `+/- 2h`, `> 50`, `#4512`, `&`.

use super::tokens::{Rewriting, SpeechRule, SpeechToken, TokenKind, TokenView};

pub(super) const RULES: &[SpeechRule] =
    &[about, arrow, at_least, sign_of_number, level, minus, word];

/// A sign before a number, and its words.
const BEFORE_NUMBER: [(char, &str); 4] =
    [('#', "número"), ('<', "menos de"), ('>', "mais de"), ('~', "cerca de")];
/// The two signs of a limit, and its words.
const LIMITS: [(char, &str); 2] = [('<', "no máximo"), ('>', "pelo menos")];
/// Before a level in decibels, also without a gap: `RX-27`.
const BEFORE_LEVEL: [&str; 8] =
    ["atenuação", "leitura", "nivel", "nível", "potência", "rx", "sinal", "tx"];
/// Units of what is less than zero: a hyphen before it is no mark of a list.
const LEVELS: [&str; 5] = ["db", "dbm", "grau", "graus", "mv"];
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

/// `->`: one after the other, or from one number to another.
fn arrow(view: &TokenView<'_>) -> Option<Rewriting> {
    let shafts = (0..4).take_while(|at| SHAFTS.iter().any(|shaft| view.is_mark(*at, *shaft)));
    let taken = shafts.count();
    let is_arrow = taken >= 2 && view.is_mark(taken - 1, '>');
    if is_arrow && follows_number(view) && is_number(view, view.past_gap(taken)) {
        let para = SpeechToken::new(TokenKind::Spoken, "para");
        let tokens = vec![SpeechToken::gap(), para, SpeechToken::gap()];
        return Some(Rewriting { taken, tokens });
    }
    is_arrow.then(|| Rewriting { taken, tokens: vec![SpeechToken::comma()] })
}

/// Whether a number that is no time ends before the view, with or without its unit.
fn follows_number(view: &TokenView<'_>) -> bool {
    let mut before = view.before.iter().rev().filter(|token| token.kind != TokenKind::Gap);
    let last = before.next();
    let is_number =
        |token: Option<&SpeechToken>| token.is_some_and(|token| token.kind == TokenKind::Number);
    let is_unit = last.is_some_and(|last| last.kind == TokenKind::Word || last.is_mark('%'));
    is_number(last) || is_unit && is_number(before.next())
}

/// `>= 50`
fn at_least(view: &TokenView<'_>) -> Option<Rewriting> {
    let (_, words) = LIMITS.iter().find(|(sign, _)| view.is_mark(0, *sign))?;
    let is_limit = view.is_mark(1, '=') && is_number(view, view.past_gap(2));
    is_limit.then(|| Rewriting::spoken(2, *words))
}

fn sign_of_number(view: &TokenView<'_>) -> Option<Rewriting> {
    let (sign, words) = BEFORE_NUMBER.iter().find(|(sign, _)| view.is_mark(0, *sign))?;
    let last = view.before.iter().rev().find(|token| token.kind != TokenKind::Gap);
    // `14h > 16h` is an arrow.
    if *sign == '>' && last.is_some_and(|last| last.kind == TokenKind::Numeral) {
        return Some(Rewriting { taken: 1, tokens: vec![SpeechToken::comma()] });
    }
    is_number(view, view.past_gap(1)).then(|| Rewriting::spoken(1, *words))
}

/// `RX-27`: the hyphen is a minus.
fn level(view: &TokenView<'_>) -> Option<Rewriting> {
    let is_minus = view.is_mark(0, '-') && view.number(1).is_some_and(|digits| digits.len() <= 2);
    let last = view.before.last().filter(|last| last.kind == TokenKind::Word)?;
    let is_level = BEFORE_LEVEL.contains(&last.text.to_lowercase().as_str());
    (is_minus && is_level).then(|| Rewriting::spoken(1, "menos"))
}

/// `-27 dBm`: a hyphen right before a number, and after a gap.
fn minus(view: &TokenView<'_>) -> Option<Rewriting> {
    let is_minus = view.is_mark(0, '−') && is_number(view, view.past_gap(1));
    let is_hyphen = view.is_mark(0, '-') && view.number(1).is_some() && view.begins();
    // At the beginning it may mark an item of a list.
    let unit = view.lower_word(view.past_gap(2)).unwrap_or_default();
    let sign = view.past_gap(2);
    let is_pair = view.is_mark(2, '/') && view.is_mark(3, '-');
    let is_measure = ['°', '%'].iter().any(|mark| view.is_mark(sign, *mark)) || is_pair;
    let is_decimal = view.is_mark(2, ',') && view.number(3).is_some();
    let is_level = LEVELS.contains(&unit.as_str()) || is_measure || is_decimal;
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
