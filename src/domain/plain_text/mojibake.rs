//! Repairs UTF-8 that was taken for Latin-1 or Windows-1252: `manutenÃ§Ã£o`.

use super::entities::windows_byte;

/// The text with each such piece repaired, once; `None` when there is none.
///
/// A piece is repaired wherever it stands, as staff paste broken text into good one. Two
/// characters may also be good text, like `AMANHÃ` before a closing quotation mark: those are repaired only where another piece
/// leaves no doubt.
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

/// Characters that stand for the first byte of what Portuguese text has: letters with marks,
/// marks by themselves, typographic signs, emoji, and what Windows-1252 makes of those.
fn is_lead(c: char) -> bool {
    matches!(c, 'Â' | 'Ã' | 'Å' | 'Æ' | 'Ë' | 'Ì' | 'Í' | 'â' | 'ï' | 'ð')
}

/// Several characters that are the bytes of one.
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

/// What may follow a word that ends in `Ã`.
fn is_punctuation(c: char) -> bool {
    matches!(c, '\u{A0}' | '»' | '‘' | '’' | '“' | '”' | '–' | '—' | '…' | '•')
}

/// What staff type; a piece that would be anything else was no piece.
fn is_likely(c: char) -> bool {
    // Text that was broken twice also has letters of Windows-1252 that are not of Latin-1.
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

    /// What UTF-8 looks like when it is read as Windows-1252, and where that has no character as
    /// Latin-1.
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
