//! Holds one alert text of HubSoft's staff, cleaned for matching and for the agent's screen.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longest text kept, in bytes. Staff paste whole e-mails (10 kB was seen); a rule's words stand
/// near the beginning, and a cached record has to stay small.
const TEXT_BYTES_MAX: usize = 16 * 1024;

/// One alert text: without newlines, without the signature HubSoft appends.
#[derive(Clone, PartialEq, Eq)]
pub struct AlertText {
    text: String,
    folded: String,
}

impl AlertText {
    /// Cleans what staff typed; `None` when nothing is left to read.
    pub fn new(typed: &str) -> Option<Self> {
        let text = one_line(without_signature(cut(typed, TEXT_BYTES_MAX)));
        (!text.is_empty()).then(|| Self { folded: fold(&text), text })
    }

    /// The text itself, on one line; personal, so never for a log.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// Tells whether `phrase`, folded already, occurs in the text.
    pub fn contains(&self, phrase: &str) -> bool {
        self.folded.contains(phrase)
    }

    /// Bytes of memory the text holds.
    pub fn weight(&self) -> usize {
        self.text.len() + self.folded.len()
    }
}

impl fmt::Debug for AlertText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AlertText({} bytes)", self.text.len())
    }
}

/// Folds case, accents and white space, so that `Manutenção ` and `MANUTENCAO` compare equal.
pub fn fold(text: &str) -> String {
    let bare: String = text.nfkd().filter(|c| !is_combining_mark(*c)).collect();
    one_line(&bare.to_lowercase())
}

/// Drops trailing lines of the form `21/08/2023 15:49 - Name`, which HubSoft appends and which
/// name a member of staff.
fn without_signature(text: &str) -> &str {
    let mut rest = text.trim_end();
    loop {
        let start = rest.rfind(['\n', '\r']).map_or(0, |at| at + 1);
        if !is_signature(rest[start..].trim()) {
            return rest;
        }
        rest = rest[..start].trim_end();
    }
}

fn is_signature(line: &str) -> bool {
    const SHAPE: &[u8] = b"00/00/0000 00:00";
    let bytes = line.as_bytes();
    let dated = bytes.len() >= SHAPE.len()
        && bytes.iter().zip(SHAPE).all(|(have, want)| match want {
            b'0' => have.is_ascii_digit(),
            _ => have == want,
        });
    // Some versions print seconds too, so the rest begins after digits and colons.
    let after = |rest: &str| {
        rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':')
            .trim_start()
            .starts_with('-')
    };
    dated && after(&line[SHAPE.len()..])
}

fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty())
    {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

fn cut(text: &str, max: usize) -> &str {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(typed: &str) -> Option<String> {
        AlertText::new(typed).map(|text| text.reveal().to_owned())
    }

    #[test]
    fn the_signature_of_staff_is_cut() {
        assert_eq!(
            read("ALERTA NORTE\n\n21/08/2023 15:49 - Maria\n").as_deref(),
            Some("ALERTA NORTE")
        );
        assert_eq!(read("A\r\n21/08/2023 15:49:07 - Zé\r\n\r\n").as_deref(), Some("A"));
        assert_eq!(read("A\n\n21/08/2023 15:49 - X\n\n22/08/2023 08:00 - Y").as_deref(), Some("A"));
        assert_eq!(read("21/08/2023 15:49 - Maria"), None);
    }

    #[test]
    fn a_date_inside_the_text_stays() {
        let text = "Retorno previsto para 21/08/2023 15:49 - aguarde";
        assert_eq!(read(text).as_deref(), Some(text));
        assert_eq!(
            read("A\n21/08/2023 15:49 previsto").as_deref(),
            Some("A 21/08/2023 15:49 previsto")
        );
    }

    #[test]
    fn newlines_become_spaces_and_blank_texts_nothing() {
        assert_eq!(read("a\n\tb\u{a0} c\0d").as_deref(), Some("a b c d"));
        assert_eq!(read(" \r\n\t "), None);
    }

    #[test]
    fn matching_ignores_case_accents_and_line_breaks() {
        let text = AlertText::new("MANUTENÇÃO\nprogramada").expect("not blank");
        assert!(text.contains(&fold("Manutencao programada")));
        assert!(text.contains(&fold("manutenc\u{327}a\u{303}o")));
        assert!(!text.contains(&fold("fibra")));
    }

    #[test]
    fn a_huge_text_is_bounded() {
        let text = AlertText::new(&"ã".repeat(100_000)).expect("not blank");
        assert!(text.reveal().len() <= TEXT_BYTES_MAX);
    }
}
