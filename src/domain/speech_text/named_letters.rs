//! Numbers with a letter that name something: `CTO 12A`, `casas 1a, 2a e 3a`.
//!
//! With `a` or `o` they look like ordinals.

use super::negation::is_named_by_letter;
use super::tokens::{SpeechToken, TokenKind, TokenView};

/// Nouns that such a number names, apart from those of [`is_named_by_letter`].
const NAMED: [&str; 10] =
    ["ap", "apt", "chácara", "cs", "cx", "lj", "loja", "pto", "tr", "unidade"];
/// Nouns after an ordinal: `lote 2a etapa`.
const AFTER_ORDINAL: [&str; 10] =
    ["andar", "etapa", "etapas", "fase", "fases", "feira", "parte", "seção", "vez", "via"];
/// Words after such a number that no ordinal stands before.
const AFTER_NAME: [&str; 14] = [
    "afetada",
    "caiu",
    "com",
    "esta",
    "está",
    "fora",
    "normalizada",
    "normalizado",
    "parada",
    "rompida",
    "segue",
    "seguem",
    "sem",
    "voltou",
];
/// Words between two of them.
const JOINING: [&str; 5] = ["a", "ao", "até", "e", "ou"];
/// Tokens before a number that are looked at.
const TOKENS_MAX: usize = 60;

/// Whether the number at the view, of which `end` is the place after its letter, is a name.
pub(super) fn is_name(view: &TokenView<'_>, end: usize) -> bool {
    let next = view.lower_word(view.past_gap(end)).unwrap_or_default();
    if AFTER_ORDINAL.contains(&next.as_str()) {
        return false;
    }
    follows_name(view) || AFTER_NAME.contains(&next.as_str()) && !follows_article(view)
}

/// `a 1a sem sinal`
fn follows_article(view: &TokenView<'_>) -> bool {
    view.follows(&["a", "à", "ao", "da", "do", "na", "no", "o"])
}

/// Whether a noun that a number names stands before the view, or before a list that goes on there.
fn follows_name(view: &TokenView<'_>) -> bool {
    let near = view.before.iter().rev().take(TOKENS_MAX);
    let mut before: Vec<_> = near.filter(|token| token.kind != TokenKind::Gap).collect();
    before.reverse();
    let mut list = before.as_slice();
    loop {
        if ends_in_noun(list) {
            return true;
        }
        let joining = list.iter().rev().take_while(|token| is_joining(token)).count().min(2);
        let Some(head) = without_number(list, joining) else { return false };
        list = head;
    }
}

/// `list` without its last number, its letter and the signs that join it to the next one.
fn without_number<'l, 't>(
    list: &'l [&'t SpeechToken],
    joining: usize,
) -> Option<&'l [&'t SpeechToken]> {
    // The last `a` of `2a a 4a` joins, the one before is the letter.
    (1..=joining).find_map(|count| match &list[..list.len() - count] {
        [head @ .., number] if is_number(number) => Some(head),
        [head @ .., number, letter] if is_number(number) && letter.text.chars().count() == 1 => {
            letter.is_content().then_some(head)
        }
        _ => None,
    })
}

fn is_number(token: &SpeechToken) -> bool {
    matches!(token.kind, TokenKind::Number | TokenKind::Numeral)
}

fn is_joining(token: &SpeechToken) -> bool {
    let is_sign = [',', '/', '-', '–', '&'].iter().any(|sign| token.is_mark(*sign));
    is_sign || JOINING.contains(&token.text.to_lowercase().as_str())
}

fn ends_in_noun(list: &[&SpeechToken]) -> bool {
    let list = match list {
        [head @ .., mark] if mark.is_mark('.') || mark.is_mark(':') => head,
        _ => list,
    };
    let Some(last) = list.last() else { return false };
    // `nº 12a`
    if last.is_mark('º') || last.is_mark('°') {
        return list.iter().rev().nth(1).is_some_and(|n| n.text.eq_ignore_ascii_case("n"));
    }
    let word = last.text.to_lowercase();
    let is_word = matches!(last.kind, TokenKind::Word | TokenKind::Spoken);
    let is_known = NAMED.contains(&word.as_str()) || word == "número";
    is_word && (is_known || is_named_by_letter(&word))
}
