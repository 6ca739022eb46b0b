//! Tags of HTML that are left in a text.

use super::tokens::{Rewriting, SpeechRule, SpeechToken, TokenKind, TokenView};

pub(super) const RULES: &[SpeechRule] = &[tag];

/// Tags that begin or end a paragraph or a line, where a sentence ends.
const BLOCKS: [&str; 8] = ["br", "div", "li", "p", "table", "td", "tr", "ul"];
/// Tags within a line.
const INLINE: [&str; 8] = ["a", "b", "em", "font", "i", "span", "strong", "u"];
/// Tokens of a tag with some attributes.
const TOKENS_MAX: usize = 40;

/// `<p>`, `</p>`, `<br />`, `<span style="…">`; one that is no tag stays.
fn tag(view: &TokenView<'_>) -> Option<Rewriting> {
    let at = 1 + usize::from(view.is_mark(1, '/'));
    let name = view.lower_word(at).filter(|_| view.is_mark(0, '<'))?;
    let is_block = BLOCKS.contains(&name.as_str());
    if !is_block && !INLINE.contains(&name.as_str()) || view.is_content(at + 1) {
        return None;
    }
    let end = view.rest.iter().take(TOKENS_MAX).position(|token| token.is_mark('>'))?;
    let dot = SpeechToken::new(TokenKind::Mark, ".");
    let tokens = if is_block { vec![dot, SpeechToken::gap()] } else { Vec::new() };
    Some(Rewriting { taken: end + 1, tokens })
}
