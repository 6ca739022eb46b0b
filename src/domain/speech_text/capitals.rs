//! Text in capitals, which engines spell or stumble over.

use super::tokens::{SpeechToken, TokenKind};

/// Share of capitals, in percent of the letters, above which a text is typed in capitals.
const CAPITALS_PERCENT: usize = 60;

/// Whether so many letters of the typed words are capitals that they tell no names from others.
pub(super) fn is_shouted(tokens: &[SpeechToken]) -> bool {
    let typed = tokens.iter().filter(|token| token.kind == TokenKind::Word);
    are_capitals(typed.flat_map(|token| token.text.chars()))
}

/// Lower-cases the typed words.
pub(super) fn lowered(mut tokens: Vec<SpeechToken>) -> Vec<SpeechToken> {
    for token in tokens.iter_mut().filter(|token| token.kind == TokenKind::Word) {
        token.text = token.text.to_lowercase();
    }
    tokens
}

/// Gives each sentence its first capital: engines pause there. What was left out may have been the
/// small letters: then the rest is lower-cased, too.
pub(super) fn as_sentences(text: &str) -> String {
    let sentences = capitalised(text);
    let is_shouted = are_capitals(sentences.chars().filter(|c| c.is_alphabetic()));
    if is_shouted { capitalised(&sentences.to_lowercase()) } else { sentences }
}

fn capitalised(text: &str) -> String {
    let mut sentences = String::with_capacity(text.len());
    let mut begins = true;
    for c in text.chars() {
        if begins && c.is_alphabetic() {
            sentences.extend(c.to_uppercase());
            begins = false;
        } else {
            sentences.push(c);
            begins |= matches!(c, '.' | '!' | '?');
        }
    }
    sentences
}

/// The first letter does not count: it is a capital in every sentence.
fn are_capitals(letters: impl Iterator<Item = char>) -> bool {
    let (mut capitals, mut all) = (0, 0);
    for letter in letters.skip(1) {
        all += 1;
        capitals += usize::from(letter.is_uppercase());
    }
    capitals * 100 > all * CAPITALS_PERCENT
}
