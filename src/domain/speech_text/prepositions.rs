//! A letter for "sem", "com", "para" or "de": `s/ sinal`, `s-sinal`, `(s) sinal`, `c / energia`.
//!
//! Without its "sem" a text says the opposite, so that an `s` of which nothing tells what it stands
//! for refuses the text.

use crate::domain::alert_text::fold;

use super::negation::is_named_by_letter;
use super::tokens::{Rewriting, SpeechRule, SpeechToken, TokenKind, TokenView};

pub(super) const RULES: &[SpeechRule] = &[no_number, company, enclosed, preposition, without];

/// A letter before a slash.
const PREPOSITIONS: [(&str, &str); 4] = [("c", "com"), ("d", "de"), ("p", "para"), ("s", "sem")];
const WITHOUT: &str = "sem";
/// Beginnings, folded, of what customers are without.
const LACKED: [&str; 21] = [
    "acesso", "agua", "atendim", "comunic", "conex", "dados", "energia", "expect", "internet",
    "luz", "naveg", "net", "nenhum", "prazo", "prev", "rede", "retorno", "servic", "sinal",
    "telefon", "wifi",
];
/// Signs that are typed for the slash.
const SIGNS: [char; 8] = ['.', '-', '–', '_', '*', '=', '|', ':'];
/// Letters of a word that is no name of a block: `s-sinal`, but not `S-A`.
const WORD_LETTERS_MIN: usize = 3;

/// Whether an `s` begins at the view of which nothing tells whether it is "sem".
pub(super) fn is_unsure(view: &TokenView<'_>) -> bool {
    let is_enclosed = view.is_mark(0, '(') && view.is_mark(2, ')') && !ends_word(view);
    if is_enclosed && is_s(view, 1) {
        return enclosed(view).is_none()
            && !matches!(view.before, [.., word, gap]
            if word.kind == TokenKind::Word && gap.kind == TokenKind::Gap);
    }
    if !is_s(view, 0) || !view.begins() || view.is_content(1) {
        return false;
    }
    // `c/s sinal` may be "com" or "sem".
    let follows_c = matches!(view.before, [.., c, slash]
        if slash.is_mark('/') && c.text.eq_ignore_ascii_case("c"));
    if is_ending(view) {
        return follows_c && !is_slash(view, 1) && view.is_gap(1);
    }
    let is_read = [no_number, preposition, without].iter().any(|rule| rule(view).is_some());
    let sign = view.past_gap(1);
    let is_cut = is_slash(view, sign) && !is_list(view);
    let is_small = view.word(0) == Some("s") && !view.is_shouted;
    let follows_number = matches!(view.before, [.., number, gap]
        if matches!(number.kind, TokenKind::Number | TokenKind::Numeral)
            && gap.kind == TokenKind::Gap);
    let is_bare = is_small && sign > 1 && view.is_content(sign) && !follows_number;
    !is_read && (is_cut || is_bare && !is_list(view))
}

/// `s/n`, `s n`, `S / Nº`: a house without a number.
pub(super) fn no_number(view: &TokenView<'_>) -> Option<Rewriting> {
    let sign = view.past_gap(1);
    let letter = view.past_gap(sign + 1);
    let has_sign = is_slash(view, sign);
    let letter = if has_sign { letter } else { sign };
    if sign > 1 && has_sign && is_list(view) {
        return None;
    }
    let is_without = is_s(view, 0) && letter > 1 && view.begins();
    let is_number = view.lower_word(letter)? == "n" && !view.is_content(letter + 1);
    let end = letter + 1;
    let end = end + usize::from(view.is_mark(end, 'º') || view.is_mark(end, '°'));
    (is_without && is_number).then(|| Rewriting::spoken(end, "sem número"))
}

/// `Nome S/A`, in a text that is not all in capitals.
fn company(view: &TokenView<'_>) -> Option<Rewriting> {
    let is_company = view.word(0) == Some("S") && view.is_mark(1, '/') && view.word(2) == Some("A");
    (is_company && !view.is_shouted && view.begins()).then(|| Rewriting::spoken(3, "esse á"))
}

/// `(s) sinal`, `( s ) sinal`; `bairro(s)` is a plural.
fn enclosed(view: &TokenView<'_>) -> Option<Rewriting> {
    let letter = view.past_gap(1);
    let close = view.past_gap(letter + 1);
    let is_enclosed = view.is_mark(0, '(') && is_s(view, letter) && view.is_mark(close, ')');
    let at = view.past_gap(close + 1);
    (is_enclosed && !ends_word(view) && is_lacked(view, at)).then(|| spoken(at, WITHOUT))
}

/// `s/ sinal`, `c/energia`, `p / hoje`. Not to read it could turn the sense.
fn preposition(view: &TokenView<'_>) -> Option<Rewriting> {
    let typed = view.lower_word(0).filter(|_| view.begins())?;
    let (_, words) = PREPOSITIONS.iter().find(|(letter, _)| *letter == typed)?;
    let sign = view.past_gap(1);
    let mut at = view.past_gap(sign + 1);
    while is_slash(view, at) && is_slash(view, sign) {
        at = view.past_gap(at + 1);
    }
    let is_long = view.word(at).is_none_or(|word| word.chars().count() >= WORD_LETTERS_MIN);
    let may_be_list = sign > 1 || view.word(at).is_some_and(|word| word.chars().count() == 1);
    let is_opening = ['(', '"', '*', '_', '['].iter().any(|mark| view.is_mark(at, *mark));
    let precedes = view.is_content(at) || is_opening && view.is_content(at + 1);
    let is_one = is_slash(view, sign) && precedes;
    let is_sure = !may_be_list || !is_list(view) && (is_long || sign == 1);
    // `quadra S/ lote 5`
    let is_block = typed == "s" && view.word(0) == Some("S") && !view.is_shouted;
    let is_block = is_block && is_list(view) && !is_lacked(view, at);
    (is_one && is_sure && !is_block).then(|| spoken(at, words))
}

/// `s-sinal`, `s. sinal`, `s sinal`, `s - sinal`.
fn without(view: &TokenView<'_>) -> Option<Rewriting> {
    let is_first = is_s(view, 0) && view.begins() && !view.is_content(1);
    if view.is_mark(1, '-') {
        let is_long = view.word(2)?.chars().count() >= WORD_LETTERS_MIN;
        let is_small = view.word(0) == Some("s");
        return (is_first && is_long && (is_small || is_lacked(view, 2)))
            .then(|| spoken(2, WITHOUT));
    }
    let is_sign = |token: &&SpeechToken| {
        token.kind == TokenKind::Gap || SIGNS.iter().any(|sign| token.is_mark(*sign))
    };
    let at = 1 + view.rest.iter().skip(1).take_while(is_sign).count();
    let is_plain = (2..at).all(|at| view.is_gap(at)) && (view.is_gap(1) || view.is_mark(1, '.'));
    let is_sure = is_plain || !is_list(view);
    (is_first && at > 1 && is_sure && is_lacked(view, at) && !is_name(view, at))
        .then(|| spoken(at, WITHOUT))
}

/// Whether the letter is a capital and what follows a sign begins a sentence: `Cliente S. Internet`.
fn is_name(view: &TokenView<'_>, at: usize) -> bool {
    let is_capital =
        |at: usize| view.word(at).is_some_and(|word| word.starts_with(char::is_uppercase));
    !view.is_shouted && !view.is_gap(1) && is_capital(0) && is_capital(at)
}

fn spoken(taken: usize, words: &str) -> Rewriting {
    let words = SpeechToken::new(TokenKind::Spoken, words);
    Rewriting { taken, tokens: vec![words, SpeechToken::gap()] }
}

fn is_s(view: &TokenView<'_>, at: usize) -> bool {
    view.word(at).is_some_and(|word| word.eq_ignore_ascii_case("s"))
}

fn is_slash(view: &TokenView<'_>, at: usize) -> bool {
    view.is_mark(at, '/') || view.is_mark(at, '\\')
}

fn is_lacked(view: &TokenView<'_>, at: usize) -> bool {
    let folded = view.word(at).map(fold).unwrap_or_default();
    LACKED.iter().any(|beginning| folded.starts_with(beginning))
}

/// Whether the letter is a name, as in `rua C / rua D`, or one of several.
fn is_list(view: &TokenView<'_>) -> bool {
    let is_named = view.last_word(&['.']).is_some_and(|last| is_named_by_letter(&last));
    let after_slash = view.before.iter().rev().find(|token| token.kind != TokenKind::Gap);
    is_named || after_slash.is_some_and(|token| token.is_mark('/'))
}

/// Whether the letter stands in parentheses, after an apostrophe or after a hyphen.
fn is_ending(view: &TokenView<'_>) -> bool {
    // `Nºs 1 e 2`
    if matches!(view.before, [.., n, sign] if sign.is_mark('º') && n.kind == TokenKind::Word) {
        return true;
    }
    let last = view.before.last();
    last.is_some_and(|last| ['(', '\'', '-', '/', '.'].iter().any(|sign| last.is_mark(*sign)))
}

/// Whether a word ends right before the view.
fn ends_word(view: &TokenView<'_>) -> bool {
    !view.begins()
}
