//! Parses a Brazilian tax number (CPF or CNPJ) and verifies its check digits.

use std::fmt;

/// A valid CPF (11 digits) or CNPJ (12 letters or digits, and two digits).
///
/// It masks itself wherever it is printed; [`Document::reveal`] shows it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Document {
    characters: [u8; CNPJ_LENGTH],
    length: u8,
}

const CPF_LENGTH: usize = 11;
const CNPJ_LENGTH: usize = 14;
/// Number of check digits at the end.
const CHECK_DIGITS: usize = 2;
/// Fewest digits that may be a document without its leading zeros.
const SHORTENED_MIN: usize = 8;

impl Document {
    /// Parses a CPF or CNPJ with or without punctuation; returns `None` if it is invalid or a check
    /// digit is wrong.
    pub fn parse(text: &str) -> Option<Self> {
        let mut characters = [0; CNPJ_LENGTH];
        let mut length = 0;
        for byte in text.trim().bytes().filter(|byte| !b".-/ ".contains(byte)) {
            if !byte.is_ascii_alphanumeric() {
                return None;
            }
            *characters.get_mut(length)? = byte.to_ascii_uppercase();
            length += 1;
        }
        let is_valid = match length {
            CPF_LENGTH => is_valid_cpf(&characters[..length]),
            CNPJ_LENGTH => is_valid_cnpj(&characters),
            _ => false,
        };
        let length = u8::try_from(length).ok()?;
        is_valid.then_some(Self { characters, length })
    }

    /// Returns whether a source stores it as `text`: with or without punctuation, or as a number, which has
    /// lost its leading zeros. A whole CPF is never a shortened CNPJ.
    pub fn is_stored_as(&self, text: &str) -> bool {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let is_short = digits.len() == text.len()
            && digits.len() >= SHORTENED_MIN
            && digits.len() < self.reveal().len()
            && digits.len() != CPF_LENGTH;
        let whole = if is_short {
            Self::parse(&format!("{digits:0>width$}", width = self.reveal().len()))
        } else {
            Self::parse(text)
        };
        whole == Some(*self)
    }

    /// The characters without punctuation.
    pub fn reveal(&self) -> &str {
        str::from_utf8(&self.characters[..usize::from(self.length)]).unwrap_or_default()
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a document")
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn is_valid_cpf(digits: &[u8]) -> bool {
    // `111.111.111-11` has valid check digits, and people type it to get past a form.
    let differs = digits.iter().any(|digit| *digit != digits[0]);
    let is_number = digits.iter().all(u8::is_ascii_digit);
    is_number && differs && has_check_digits(digits, 11)
}

/// Since July 2026 a new CNPJ may contain letters before its check digits.
fn is_valid_cnpj(characters: &[u8]) -> bool {
    let differs = characters.iter().any(|one| *one != characters[0]);
    let ends_in_digits = characters[CNPJ_LENGTH - CHECK_DIGITS..].iter().all(u8::is_ascii_digit);
    ends_in_digits && differs && has_check_digits(characters, 9)
}

/// Verifies both check digits. The weights count from 2 at the right end up to `weight_max`.
fn has_check_digits(characters: &[u8], weight_max: u32) -> bool {
    let value = |character: u8| u32::from(character - b'0');
    (characters.len() - CHECK_DIGITS..characters.len()).all(|at| {
        let weights = (2..=weight_max).cycle();
        let weighted = characters[..at].iter().rev().zip(weights);
        let sum: u32 = weighted.map(|(character, weight)| value(*character) * weight).sum();
        let digit = match sum % 11 {
            0 | 1 => 0,
            rest => 11 - rest,
        };
        value(characters[at]) == digit
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_needs_valid_check_digits() {
        for (text, read) in [
            ("529.982.247-25", Some("52998224725")),
            ("52998224725", Some("52998224725")),
            ("529.982.247-26", None),
            ("111.111.111-11", None),
            ("11.222.333/0001-81", Some("11222333000181")),
            ("11.222.333/0001-82", None),
            ("00.000.000/0000-00", None),
            ("12.ABC.345/01DE-35", Some("12ABC34501DE35")),
            ("12.abc.345/01de-35", Some("12ABC34501DE35")),
            ("12.ABC.345/01DE-36", None),
            ("5299822472A", None),
            ("529982247", None),
            ("529982247251234", None),
            ("529#982#247#25", None),
            ("", None),
        ] {
            let document = Document::parse(text);
            assert_eq!(document.as_ref().map(Document::reveal), read, "{text}");
        }
    }

    #[test]
    fn a_stored_document_may_lack_its_leading_zeros() {
        for (document, stored, is_it) in [
            ("01234567890", "01234567890", true),
            ("01234567890", "012.345.678-90", true),
            ("01234567890", "1234567890", true),
            ("01234567890", "1.234.567-890", false),
            ("01234567890", "", false),
            ("01234567890", "01234567891", false),
            ("11222333000181", "11.222.333/0001-81", true),
            ("00000000000191", "191", false),
            ("00000000000191", "00000000191", false),
            ("00000000191", "00000000000191", false),
            ("00000000191", "00000000191", true),
        ] {
            let read = Document::parse(document).expect("valid");
            assert_eq!(read.is_stored_as(stored), is_it, "{document} {stored}");
        }
    }

    #[test]
    fn it_masks_itself_wherever_it_is_printed() {
        let document = Document::parse("529.982.247-25").expect("valid");
        assert_eq!(format!("{document} {document:?}"), "a document a document");
    }
}
