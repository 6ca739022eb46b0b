//! One alert text as staff typed it, cleaned for matching and for the agent's screen.

mod fold;
mod signature;

use std::fmt;

use crate::domain::plain_text;

use self::signature::without_signature;

pub use self::fold::{fold, fold_words};

/// Maximum bytes of a text. Staff paste whole e-mails (10 kB was seen); the words of the rules are
/// near the beginning, and cached records must stay small.
pub const TEXT_BYTES_MAX: usize = 16 * 1024;
/// Maximum bytes read of the typed text: most of a pasted e-mail is tags.
const TYPED_BYTES_MAX: usize = 4 * TEXT_BYTES_MAX;

/// Maximum length of the folded words, as a multiple of the text. Usually they are shorter.
const FOLDED_GROWTH_MAX: usize = 2;

/// One alert text in readable form, on one line.
///
/// Rules match the whole text. The displayed text excludes the signature that the source appends,
/// which names a member of staff.
#[derive(Clone, PartialEq, Eq)]
pub struct AlertText {
    line: String,
    /// Where the signature begins.
    shown_end: usize,
    is_truncated: bool,
}

impl AlertText {
    /// Cleans the typed text; returns `None` if no text remains.
    pub fn new(typed: &str) -> Option<Self> {
        let read = truncated_at_word(typed, TYPED_BYTES_MAX);
        let text = plain_text::of_html(read);
        let line = one_line(&text);
        let shown = without_signature(&text);
        let is_signed = shown.len() < text.trim_end().len();
        let shown_end = if is_signed { one_line(shown).len() } else { line.len() };
        let mut text = Self { line, shown_end, is_truncated: read.len() < typed.len() };
        text.truncate(TEXT_BYTES_MAX);
        (!text.line.is_empty()).then_some(text)
    }

    /// The text without its signature, on one line. It is personal and must not be logged.
    pub fn reveal(&self) -> &str {
        &self.line[..self.shown_end]
    }

    /// The text on one line, and where its signature begins.
    pub fn into_signed(self) -> (String, usize) {
        (self.line, self.shown_end)
    }

    /// Length of the text in bytes, signature included.
    pub fn bytes(&self) -> usize {
        self.line.len()
    }

    /// Whether the text is truncated.
    pub fn is_truncated(&self) -> bool {
        self.is_truncated
    }

    /// Truncates the text to `bytes_max` bytes, at a word boundary.
    pub fn truncate(&mut self, bytes_max: usize) {
        let end = truncated_at_word(&self.line, bytes_max).len();
        if end < self.line.len() {
            self.line.truncate(end);
            self.shown_end = self.shown_end.min(end);
            self.is_truncated = true;
        }
    }
}

impl fmt::Debug for AlertText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AlertText({} bytes)", self.line.len())
    }
}

/// Folds the words of a line, in the form in which phrases are searched for.
pub fn folded_line(line: &str) -> String {
    let mut folded = String::with_capacity(line.len() + "  ".len());
    fold_words(line, &mut folded);
    // One character may decompose into eighteen letters; such texts are truncated.
    let max = FOLDED_GROWTH_MAX * line.len() + " ".len();
    if let Some(space) = folded.as_bytes().iter().take(max).rposition(|byte| *byte == b' ')
        && folded.len() > max
    {
        folded.truncate(space + 1);
    }
    folded
}

/// Returns whether nothing is left of a text without its signature.
pub fn is_signature(text: &str) -> bool {
    /// Longer than a date and a name.
    const BYTES_MAX: usize = 200;
    const BEFORE: &str = ".";
    let text = text.trim();
    let begins_with_date = text.as_bytes().first().is_some_and(u8::is_ascii_digit);
    begins_with_date
        && text.len() <= BYTES_MAX
        && without_signature(&format!("{BEFORE}\n{text}")).trim() == BEFORE
}

/// Replaces each run of white space and control characters by one space.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(is_gap).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

fn is_gap(c: char) -> bool {
    // A fast path: the other two checks look into tables.
    !matches!(c, '!'..='~') && (c.is_whitespace() || c.is_control())
}

/// Truncates `text` at the last gap within `max` bytes; a longer single word is truncated at a
/// character.
fn truncated_at_word(text: &str, max: usize) -> &str {
    if text.len() <= max {
        return text;
    }
    let mut end = max;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let gap_follows = text[end..].starts_with(is_gap);
    let word = if gap_follows { Some(end) } else { text[..end].rfind(is_gap) };
    text[..word.unwrap_or(end)].trim_end_matches(is_gap)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(typed: &str) -> Option<String> {
        AlertText::new(typed).map(|text| text.reveal().to_owned())
    }

    fn folded(typed: &str) -> String {
        folded_line(&AlertText::new(typed).expect("not blank").line)
    }

    #[test]
    fn only_the_displayed_text_excludes_the_signature() {
        let typed = "ALERTA NORTE\n\n21/08/2023 15:49 - Maria\n";
        assert_eq!(read(typed).as_deref(), Some("ALERTA NORTE"));
        assert_eq!(folded(typed), " alerta norte 21/08/2023 15:49 maria ");
    }

    #[test]
    fn newlines_become_spaces_and_blank_texts_nothing() {
        assert_eq!(read("a\n\tb\u{a0} c\0d").as_deref(), Some("a b c d"));
        for blank in [" \r\n\t ", "", "\u{200B}\u{FEFF}", "<p></p>", "&nbsp;"] {
            assert_eq!(read(blank), None, "{blank:?}");
        }
    }

    #[test]
    fn html_is_decoded_before_the_signature_is_searched_for() {
        let typed =
            "<p>Manuten&ccedil;&atilde;o<br>no Centro</p><p>21/08/2023 15:49 - Jo&atilde;o</p>";
        assert_eq!(read(typed).as_deref(), Some("Manutenção no Centro"));
        assert_eq!(folded(typed), " manutencao no centro 21/08/2023 15:49 joao ");
    }

    #[test]
    fn a_huge_text_is_truncated_at_a_word() {
        let text = AlertText::new(&"ã".repeat(100_000)).expect("not blank");
        assert!(text.bytes() <= TEXT_BYTES_MAX && text.is_truncated());
        let text = AlertText::new(&"palavra ".repeat(10_000)).expect("not blank");
        assert!(text.reveal().ends_with("palavra") && text.is_truncated());
        let text = AlertText::new(&"palavra ".repeat(100)).expect("not blank");
        assert!(!text.is_truncated());
    }

    #[test]
    fn folded_words_do_not_outgrow_the_text() {
        let text = AlertText::new(&"\u{FDFA} ".repeat(1_000)).expect("not blank");
        let folded = folded_line(&text.line);
        assert!(folded.len() <= 2 * text.bytes() + 1 && folded.ends_with(' '));
    }

    #[test]
    fn a_text_is_truncated_before_a_word_that_does_not_fit() {
        for (max, left) in
            [(3, "um"), (5, "um"), (6, "um dia"), (2, "um"), (1, "u"), (99, "um dia")]
        {
            let mut text = AlertText::new("um dia").expect("not blank");
            text.truncate(max);
            assert_eq!(text.reveal(), left, "{max}");
        }
    }
}
