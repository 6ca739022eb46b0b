//! The sentence that the engine is given.

use super::capitals::as_sentences;
use super::characters::is_letter;
use super::tokens::{SpeechToken, TokenKind};

/// Joins reduced tokens: a capital at the beginning, a mark at the end. Returns `None` if there is
/// no letter.
pub(super) fn joined(tokens: &[SpeechToken]) -> Option<String> {
    let mut sentence = String::new();
    let begin = tokens.iter().position(SpeechToken::is_content)?;
    let end = tokens.iter().rposition(SpeechToken::is_content)? + 1;
    let mut is_glued = true;
    for token in &tokens[begin..end] {
        match token.kind {
            TokenKind::Gap => {}
            TokenKind::Mark if token.is_mark('-') => {
                sentence.push('-');
                is_glued = true;
            }
            TokenKind::Mark => sentence.push_str(&token.text),
            _ => {
                if !is_glued {
                    sentence.push(' ');
                }
                sentence.push_str(&token.text);
                is_glued = false;
            }
        }
    }
    let last = tokens.get(end).map_or("", |token| token.text.as_str());
    sentence.push_str(if matches!(last, "!" | "?") { last } else { "." });
    sentence.contains(is_letter).then(|| as_sentences(&sentence))
}
