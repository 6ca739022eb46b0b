//! The only two alphabets of values that are sent to a PBX.
//!
//! FreeSWITCH expands a value each time it is used and runs `${api}` inside it; Asterisk
//! applications split values at `,`, `&`, `(`, `"` and more. No escaping is safe for every later
//! use, so text is reduced to the characters that are safe in all ordinary uses of both PBXs.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The first character that may combine with its neighbour: a text of smaller characters is in NFC
/// already.
const COMPOSING: char = '\u{300}';

/// Free text reduced to letters, digits, space and `. - _ / +`.
///
/// `Debug` prints only the length, because the text usually is a customer's name.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SafeText(String);

impl SafeText {
    /// Reduces `text`: NFC, every other character becomes a space, runs of spaces collapse, the
    /// ends are trimmed, and the result is truncated to `max_chars` characters and `max_bytes` bytes.
    pub fn new(text: &str, max_chars: usize, max_bytes: usize) -> Self {
        let safe = String::with_capacity(text.len().min(max_bytes));
        if text.chars().all(|c| c < COMPOSING) {
            Self::reduced(text.chars(), safe, max_chars, max_bytes)
        } else {
            Self::reduced(text.nfc(), safe, max_chars, max_bytes)
        }
    }

    fn reduced(
        text: impl Iterator<Item = char>,
        mut safe: String,
        max_chars: usize,
        max_bytes: usize,
    ) -> Self {
        let mut chars = 0;
        let mut gap = false;
        for c in text {
            if !is_safe(c) {
                gap = true;
                continue;
            }
            let space = gap && !safe.is_empty();
            let grown = safe.len() + usize::from(space) + c.len_utf8();
            if chars + usize::from(space) + 1 > max_chars || grown > max_bytes {
                break;
            }
            if space {
                safe.push(' ');
            }
            safe.push(c);
            chars += usize::from(space) + 1;
            gap = false;
        }
        Self(safe)
    }

    /// The text, for a PBX. It must not be logged.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SafeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SafeText({} bytes)", self.0.len())
    }
}

/// Returns whether `c` is allowed in free text; a space counts as a gap, not as a character.
fn is_safe(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, '.' | '-' | '_' | '/' | '+')
        || (!c.is_ascii() && is_letter(c))
}

/// Returns whether `c` is in Unicode's letter category. `is_alphabetic` accepts more: letter
/// numbers, combining vowel signs and circled letters, which some fonts and logs garble.
fn is_letter(c: char) -> bool {
    c.is_alphabetic()
        && !c.is_numeric()
        && !is_combining_mark(c)
        && !matches!(c, '\u{24B6}'..='\u{24E9}' | '\u{1F130}'..='\u{1F189}')
        && !TRANSLITERATED.contains(&c)
}

/// Letters that `iconv -t ASCII//TRANSLIT` turns into an apostrophe, a circumflex or a backquote.
/// A PBX or a shell behind it may transliterate a name.
const TRANSLITERATED: [char; 5] = ['\u{149}', '\u{2BC}', '\u{2C6}', '\u{2C8}', '\u{2CB}'];

/// Returns whether `text` is a machine word: 1 to `max` of `[A-Za-z0-9_/.-]`, no `..`, no leading
/// `/`. Such a word is safe in every use of both PBXs.
pub fn is_machine_word(text: &str, max: usize) -> bool {
    !text.is_empty()
        && text.len() <= max
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_/.-".contains(&b))
        && !text.contains("..")
        && !text.starts_with('/')
}

/// Returns whether `text` matches `^[A-Za-z0-9_-]{1,64}$`, the form of rule names and routes.
pub fn is_label(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn safe(text: &str) -> String {
        SafeText::new(text, 128, 256).reveal().to_owned()
    }

    #[test]
    fn accented_names_are_unchanged() {
        assert_eq!(safe("João d'Ávila & Irmãos Ltda."), "João d Ávila Irmãos Ltda.");
        assert_eq!(safe("Joa\u{303}o"), "João");
    }

    #[test]
    fn what_could_run_in_a_pbx_becomes_a_space() {
        assert_eq!(safe("${system(touch /tmp/x)}"), "system touch /tmp/x");
        assert_eq!(safe("a\r\nHANGUP\n\0\u{1b}[31m"), "a HANGUP 31m");
        assert_eq!(safe("$\\${}\"'`;|&<>^%[]()=,:?!#*@~"), "");
    }

    #[test]
    fn marks_symbols_and_foreign_numerals_are_not_letters() {
        assert_eq!(safe("q\u{303}a"), "q a");
        assert_eq!(safe("x😀🇧🇷y Ⅷ Ⓐ ½ ١"), "x y");
        assert_eq!(safe("\u{202e}abc\u{202c}\u{feff}\u{2028}d"), "abc d");
    }

    #[test]
    fn letters_that_transliterate_to_quotes_become_a_space() {
        assert_eq!(safe("D\u{2BC}Ávila \u{149}a b\u{2C6}c\u{2C8}d\u{2CB}e"), "D Ávila a b c d e");
    }

    #[test]
    fn a_text_below_the_first_combining_character_is_in_nfc() {
        let early: String = ('\0'..COMPOSING).collect();
        let backwards: String = early.chars().rev().collect();
        assert!(early.nfc().eq(early.chars()) && backwards.nfc().eq(backwards.chars()));
    }

    #[test]
    fn a_long_text_is_truncated_at_a_character_and_never_ends_in_a_space() {
        assert_eq!(safe(&"é".repeat(500)).chars().count(), 128);
        assert_eq!(safe(&"語".repeat(500)).len(), 255);
        assert_eq!(SafeText::new("abc def", 4, 100).reveal(), "abc");
        assert_eq!(SafeText::new("abc def", 5, 100).reveal(), "abc d");
    }

    #[test]
    fn machine_words_cannot_leave_their_folder() {
        assert!(is_machine_word("bina/rompimento-fibra", 64));
        for bad in ["", "/etc/passwd", "a/../b", "a b", "a&b", "ã", "http://x"] {
            assert!(!is_machine_word(bad, 64), "{bad}");
        }
    }
}
