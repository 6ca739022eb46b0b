//! Repairs UTF-8 that was decoded as Latin-1 or Windows-1252: `manutenÃ§Ã£o`.

use super::entities::windows_byte;

/// Repairs each such piece once; returns `None` if there is none.
///
/// Pieces are repaired one by one, because staff paste broken text into correct text. Some pairs
/// are also correct text, like `AMANHÃ` before a closing quotation mark: they are repaired only if
/// another piece is certainly broken.
pub(super) fn repaired(text: &str) -> Option<String> {
    if !text.contains(is_lead) {
        return None;
    }
    let chars: Vec<char> = text.chars().collect();
    let piece = |at: usize| Piece::at(&chars, at);
    let broken = (0..chars.len()).filter_map(piece).any(|piece| piece.is_certain);
    if !broken {
        return None;
    }
    let mut whole = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let (c, length) = piece(at).map_or((c, 1), |piece| (piece.c, piece.length));
        whole.push(c);
        at += length;
    }
    Some(whole)
}

/// Returns whether `c` may be the first byte of a character of Portuguese text: accented letters,
/// combining marks, typographic signs, emoji, and their Windows-1252 forms.
fn is_lead(c: char) -> bool {
    matches!(c, 'Â' | 'Ã' | 'Å' | 'Æ' | 'Ë' | 'Ì' | 'Í' | 'â' | 'ï' | 'ð')
}

/// Several characters that are the bytes of one character.
struct Piece {
    c: char,
    length: usize,
    is_certain: bool,
}

impl Piece {
    fn at(chars: &[char], at: usize) -> Option<Self> {
        let first = *chars.get(at).filter(|c| is_lead(**c))?;
        let length = match first {
            'â' | 'ï' => 3,
            'ð' => 4,
            _ => 2,
        };
        let mut bytes = [0; 4];
        for (byte, c) in bytes.iter_mut().zip(chars.get(at..at + length)?) {
            *byte = windows_byte(*c)?;
        }
        let c = str::from_utf8(&bytes[..length]).ok()?.chars().next()?;
        let before = at.checked_sub(1).map(|before| chars[before]);
        let doubtful =
            first == 'Ã' && before.is_some_and(char::is_uppercase) && is_punctuation(chars[at + 1]);
        is_likely(c).then_some(Self { c, length, is_certain: !doubtful })
    }
}

/// Returns whether `c` may follow a word that ends in `Ã`.
fn is_punctuation(c: char) -> bool {
    matches!(c, '\u{A0}' | '»' | '‘' | '’' | '“' | '”' | '–' | '—' | '…' | '•')
}

/// Returns whether staff may have typed `c`. Anything else was not a broken piece.
fn is_likely(c: char) -> bool {
    // Text that was broken twice also contains characters that only Windows-1252 has.
    let is_windows = windows_byte(c).is_some();
    is_windows
        || matches!(
            c,
                '\u{300}'..='\u{36F}'
                | '\u{2000}'..='\u{2BFF}'
                | '\u{FE0F}'
                | '\u{FEFF}'
                | '\u{FFFD}'
                | '\u{1F000}'..='\u{1FAFF}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plain_text::of_html;

    /// Decodes the UTF-8 bytes of `text` as Windows-1252, or as Latin-1 where that has no character.
    fn broken(text: &str) -> String {
        let char_of = |byte: u8| {
            let windows = |c: &char| windows_byte(*c) == Some(byte);
            ('\u{100}'..'\u{2200}').find(|c| windows(c)).unwrap_or_else(|| char::from(byte))
        };
        text.bytes().map(char_of).collect()
    }

    #[test]
    fn what_was_read_as_windows_1252_or_latin_1_is_repaired_also_twice() {
        let text =
            "Manutenção às 18h – não há “previsão” p/ Área Nº 3: METRÔ, MANHÃ, à noite ⚠ 🚧 €";
        let latin = |text: &str| -> String { text.bytes().map(char::from).collect() };
        for typed in [broken(text), latin(text), broken(&broken(text)), latin(&latin(text))] {
            assert_eq!(of_html(&typed), text, "{typed}");
        }
        assert_eq!(of_html("manutenÃ§Ã£o"), "manutenção");
        assert_eq!(of_html("MANUTENÃ‡ÃƒO"), "MANUTENÇÃO");
    }

    #[test]
    fn a_broken_piece_in_good_text_is_repaired() {
        assert_eq!(of_html("Previsão: manutenÃ§Ã£o até às 18h"), "Previsão: manutenção até às 18h");
    }

    #[test]
    fn good_text_stays() {
        for text in [
            "“REUNIÃO AMANH\u{C3}\u{201D}",
            "AMANH\u{C3}\u{A0}CEDO",
            "MAÇ\u{C3} – IRM\u{C3}\u{BB}",
            "ÂNGELA",
            "Ângela, câmera",
            "Ã",
            "ção â ï ð",
            "NÃO HÁ",
            "à ã â é",
            "Ì Í",
        ] {
            assert_eq!(of_html(text), text);
        }
    }
}
