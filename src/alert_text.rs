//! Holds one alert text of HubSoft's staff, cleaned for matching and for the agent's screen.

use std::borrow::Cow;
use std::fmt;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// Longest text kept, in bytes. Staff paste whole e-mails (10 kB was seen); a rule's words stand
/// near the beginning, and a cached record has to stay small.
const TEXT_BYTES_MAX: usize = 16 * 1024;

/// One alert text: without newlines, without the signature HubSoft appends.
#[derive(Clone, PartialEq, Eq)]
pub struct AlertText<'a>(Cow<'a, str>);

impl AlertText<'static> {
    /// Cleans what staff typed; `None` when nothing is left to read.
    pub fn new(typed: &str) -> Option<Self> {
        let text = one_line(without_signature(cut(typed, TEXT_BYTES_MAX)));
        (!text.is_empty()).then(|| Self(text.into()))
    }
}

impl<'a> AlertText<'a> {
    /// One that was cleaned before, and is kept elsewhere.
    pub fn cleaned(line: &'a str) -> Self {
        Self(line.into())
    }

    /// The text itself, on one line; personal, so never for a log.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Writes the text as phrases are looked for in it, on one line too.
    pub fn fold_into(&self, folded: &mut String) {
        folded.push_str(&fold(&self.0));
    }
}

impl fmt::Debug for AlertText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AlertText({} bytes)", self.0.len())
    }
}

/// Folds case, accents and white space, so that `Manutenção ` and `MANUTENCAO` compare equal.
pub fn fold(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            bare.push(c);
            continue;
        }
        // One by one, as only marks would be put in another order, and they are left out.
        decompose_compatible(c, |part| {
            if !is_combining_mark(part) && !is_invisible(part) {
                bare.push(part);
            }
        });
    }
    if bare.is_ascii() {
        bare.make_ascii_lowercase();
    } else {
        bare = bare.to_lowercase();
    }
    one_line(&bare)
}

/// Tells whether `c` only says how to set the text; pasted mail has soft hyphens inside words.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
}

/// Drops trailing lines of the form `21/08/2023 15:49 - Name`, which HubSoft appends and which
/// name a member of staff.
fn without_signature(text: &str) -> &str {
    let mut rest = text.trim_end();
    loop {
        let line = rest.rfind(['\n', '\r', '\u{2028}', '\u{2029}']);
        let start = line.map_or(0, |at| at + rest[at..].chars().next().map_or(0, char::len_utf8));
        if !is_signature(rest[start..].trim()) {
            return rest;
        }
        rest = rest[..start].trim_end();
    }
}

/// Tells whether a line is a date, a time and, behind a dash, a name. A date without a time is
/// left alone: it may be part of what the customer is told.
fn is_signature(line: &str) -> bool {
    let Some((date, rest)) = line.split_once(char::is_whitespace) else { return false };
    let rest = rest.trim_start();
    let rest = ["às ", "as "].iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest);
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(rest.len());
    let (time, name) = rest.split_at(end);
    is_numbers(date, '/', 3)
        && (is_numbers(time, ':', 2) || is_numbers(time, ':', 3))
        && name.trim_start().starts_with(['-', '–', '—'])
}

/// Tells whether `text` is `count` numbers of one to four digits, with `separator` between them.
fn is_numbers(text: &str, separator: char, count: usize) -> bool {
    let number = |part: &str| {
        (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    text.split(separator).count() == count && text.split(separator).all(number)
}

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
    // Most are none; the tables behind the other two questions take longer.
    !matches!(c, '!'..='~') && (c.is_whitespace() || c.is_control())
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
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    fn read(typed: &str) -> Option<String> {
        AlertText::new(typed).map(|text| text.reveal().to_owned())
    }

    fn folded(typed: &str) -> String {
        let mut folded = String::new();
        AlertText::new(typed).expect("not blank").fold_into(&mut folded);
        folded
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
        for signature in ["1/8/2023 9:05 – Zé", "21/08/2023 às 15:49 — Ana", "21/08/23 15:49:00 -X"]
        {
            assert_eq!(read(&format!("A\u{2028}{signature}")).as_deref(), Some("A"), "{signature}");
        }
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
        let text = folded("MANUTENÇÃO\nprogramada");
        assert!(text.contains(&fold("Manutencao programada")));
        assert!(text.contains(&fold("manutenc\u{327}a\u{303}o")));
        assert!(!text.contains(&fold("fibra")));
        assert!(folded("corte de fi\u{AD}bra\u{200B}").contains(&fold("fibra")));
    }

    #[test]
    fn folding_each_character_by_itself_is_folding_the_text() {
        // Latin, Greek, Cyrillic, Hangul and the signs that stand for several letters.
        for range in ['\0'..'\u{600}', '\u{1E00}'..'\u{2200}', '\u{AC00}'..'\u{AD00}'] {
            let text: String = range.collect();
            let whole: String =
                text.nfkd().filter(|c| !is_combining_mark(*c) && !is_invisible(*c)).collect();
            assert_eq!(fold(&text), one_line(&whole.to_lowercase()));
        }
    }

    #[test]
    fn a_huge_text_is_bounded() {
        let text = AlertText::new(&"ã".repeat(100_000)).expect("not blank");
        assert!(text.reveal().len() <= TEXT_BYTES_MAX);
    }
}
