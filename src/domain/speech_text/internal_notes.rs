//! What staff write for each other: `(interno)`, `não informar ao cliente`.

use crate::domain::alert_text::fold;

use super::tokens::{SpeechToken, TokenView};

/// Words, folded, of which "interna" makes a note for staff.
const NOTES: [&str; 7] = ["anotacao", "aviso", "comunicado", "nota", "obs", "observacao", "uso"];
/// Verbs, folded, of what customers are not told.
const TELLING: [&str; 14] = [
    "avisar",
    "comentar",
    "comente",
    "contar",
    "divulgar",
    "dizer",
    "fala",
    "falar",
    "fale",
    "informar",
    "informe",
    "mencionar",
    "passar",
    "repassar",
];
/// Words, folded, that stand between such a verb and the customer.
const TO: [&str; 11] = ["a", "ao", "aos", "com", "o", "os", "p", "para", "pra", "pro", "pros"];
/// Words between such a verb and the customer.
const WORDS_MAX: usize = 5;

/// Whether a note for staff begins at the view.
pub(super) fn is_note(view: &TokenView<'_>) -> bool {
    let Some(word) = view.word(0).map(fold).filter(|_| view.begins()) else { return false };
    match word.as_str() {
        "interno" | "interna" => is_internal(view),
        "nao" | "n" => is_untold(view),
        _ => false,
    }
}

/// `(interno)`, `Interno: …`, `obs. interna`
fn is_internal(view: &TokenView<'_>) -> bool {
    let mut before = view.before.iter().rev();
    let is_open = before.next().is_none_or(|token| token.is_mark('(') || token.is_mark('['));
    let is_closed = [')', ']', ':'].iter().any(|sign| view.is_mark(1, *sign));
    let last = view.last_word(&['.']).map(|word| fold(&word)).unwrap_or_default();
    is_open && is_closed || NOTES.contains(&last.as_str())
}

/// `não falar para o cliente`
fn is_untold(view: &TokenView<'_>) -> bool {
    let words = view.rest[1..].iter().filter(|token| token.is_content()).take(WORDS_MAX);
    let words: Vec<_> = words.map(|token: &SpeechToken| fold(&token.text)).collect();
    let is_telling = words.first().is_some_and(|verb| TELLING.contains(&verb.as_str()));
    // `não passar pela avenida, clientes sem luz` tells nobody not to speak.
    is_telling
        && words
            .windows(2)
            .any(|pair| TO.contains(&pair[0].as_str()) && pair[1].starts_with("client"))
}
