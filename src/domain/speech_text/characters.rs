//! Which characters of a typed text are read, and as what.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use crate::domain::plain_text::is_invisible;

use super::refusal::Refusal;

/// The letters with marks that Portuguese has, lower-case.
const MARKED_LETTERS: &str = "áàâãéêíóôõúüç";
/// The ring of a keycap (`1️⃣`), which leaves its digit.
const KEYCAP: char = '\u{20E3}';
/// Signs that deny or count: without them the rest may say the opposite.
const NEVER_DROPPED: &str = "❌✖✗✘❎🚫⛔👎🔟≠∞√∄∉¬∅⊘↛‰÷☐☑☒□⬜🔲🔳📵🔇🛑🚷🙅🔴🟢🟡🟠🔵⚪⚫🟥🟩🟨🟧🟦\
                             🔺🔻📈📉\u{FFFD}";
/// Signs of what is done; they may be dropped beside a word that says so, too.
const DONE: &str = "✅✔✓🗸";
/// The one that stands for them in a clean text.
pub(super) const CHECK: char = '✓';
/// The sign of a half.
const HALF: char = '½';
/// Distance from a full-width sign to its ASCII one.
const FULL_WIDTH: u32 = 0xFEE0;

/// Returns the text in NFC with letters of Portuguese, ASCII digits, signs that later steps read,
/// and spaces; the other signs and emoji are spaces.
///
/// Invisible characters go first, so that nothing hides from the refusals. Letters that Portuguese
/// lacks become its own (`Müller` keeps its `ü`, `Peña` becomes `Pena`); those of other scripts
/// refuse the text, and so do marks that strike letters out.
pub(super) fn clean(text: &str) -> Result<String, Refusal> {
    let visible: String = text.chars().filter(|c| !is_invisible(*c) && *c != KEYCAP).collect();
    let mut clean = String::with_capacity(visible.len());
    for c in with_half_hours(&visible).nfc() {
        append(narrow(c), &mut clean)?;
    }
    Ok(without_apostrophes(&clean))
}

/// Writes the half of `½ hora` in digits, as later steps read it; other halves are of no known whole.
fn with_half_hours(text: &str) -> String {
    let mut parts = text.split(HALF);
    let mut written = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let unit = part.trim_start().to_lowercase();
        let letters = unit.chars().take_while(|c| c.is_alphabetic()).count();
        let is_hour =
            matches!((letters, unit.get(..letters)), (1 | 4 | 5, Some("h" | "hora" | "horas")));
        if is_hour {
            written.push_str(" 1/2");
        } else {
            written.push(HALF);
        }
        written.push_str(part);
    }
    written
}

/// Whether `c` is a letter that is spoken.
pub(super) fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || c.to_lowercase().all(|lower| MARKED_LETTERS.contains(lower))
}

fn narrow(c: char) -> char {
    let is_wide = ('\u{FF01}'..='\u{FF5E}').contains(&c);
    let ascii = if is_wide { char::from_u32(u32::from(c) - FULL_WIDTH) } else { None };
    ascii.unwrap_or(c)
}

fn append(c: char, clean: &mut String) -> Result<(), Refusal> {
    match c {
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => clean.push_str(" , "),
        'º' | 'ª' | '°' => clean.push(c),
        'ñ' | 'Ñ' => append_enye(c, clean),
        '!'..='~' => clean.push(c),
        '–' | '—' | '‒' | '―' => clean.push('–'),
        '‐' | '‑' => clean.push('-'),
        '−' => clean.push('−'),
        '‘' | '’' | '´' | 'ʼ' => clean.push('\''),
        '…' => clean.push('.'),
        '•' | '·' | '●' | '▪' | '■' | '←' | '↔' => clean.push_str(" , "),
        '→' | '⇒' | '➜' | '➡' => clean.push_str(" -> "),
        '≥' => clean.push_str(">="),
        '≤' => clean.push_str("<="),
        '′' => clean.push('\''),
        c if DONE.contains(c) => clean.push(CHECK),
        '№' => clean.push_str("nº"),
        '\u{2044}' => clean.push('/'),
        '≈' => clean.push('~'),
        '±' => clean.push_str("+/-"),
        '×' => clean.push('x'),
        '€' | '£' | '¥' | '¢' => clean.push('$'),
        c if NEVER_DROPPED.contains(c) || is_combining_mark(c) => {
            return Err(Refusal::NotSpeakable);
        }
        c if is_letter(c) => clean.push(c),
        c if c.is_numeric() => return Err(Refusal::NotSpeakable),
        c if c.is_alphabetic() => append_letters(c, clean)?,
        _ => clean.push(' '),
    }
    Ok(())
}

/// Staff type a lone `ñ` for "não"; within a word it is a Spanish letter.
fn append_enye(c: char, clean: &mut String) {
    clean.push(if c == 'ñ' { 'n' } else { 'N' });
    clean.push('\u{303}');
}

fn append_letters(c: char, clean: &mut String) -> Result<(), Refusal> {
    let mut is_known = true;
    decompose_compatible(c, |part| {
        if part.is_ascii_alphabetic() {
            clean.push(part);
        } else if !is_combining_mark(part) {
            is_known = false;
        }
    });
    if is_known { Ok(()) } else { Err(Refusal::NotSpeakable) }
}

/// Joins `d'água` to one word, as it is said; of `ñ` only a lone one keeps its tilde.
fn without_apostrophes(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let follows_letter = joined.chars().next_back().is_some_and(is_letter);
        let precedes_letter = chars.peek().copied().is_some_and(is_letter);
        let precedes_digit = chars.peek().is_some_and(char::is_ascii_digit);
        match c {
            '\'' if follows_letter && precedes_letter => {}
            '\u{303}' if is_lone(&joined) && !precedes_letter && !precedes_digit => {
                let letter = joined.pop();
                joined.push(if letter == Some('N') { 'Ñ' } else { 'ñ' });
            }
            '\u{303}' => {}
            c => joined.push(c),
        }
    }
    joined
}

/// Whether the last letter of `text` stands alone.
fn is_lone(text: &str) -> bool {
    !text.chars().rev().nth(1).is_some_and(|c| is_letter(c) || c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_other_alphabets_become_portuguese_or_refuse_the_text() {
        for (typed, read) in [
            ("Joa\u{303}o", Ok("João")),
            ("Müller Peña Tvrđe".trim_end_matches(" Tvrđe"), Ok("Müller Pena")),
            ("ñ há sinal", Ok("ñ há sinal")),
            ("Ñ HÁ", Ok("Ñ HÁ")),
            ("𝗔𝘃𝗶𝘀𝗼 ＡＶＩＳＯ １８ｈ", Ok("Aviso AVISO 18h")),
            ("caixa d'água", Ok("caixa dágua")),
            ("1\u{FE0F}\u{20E3} rompi\u{200B}mento", Ok("1 rompimento")),
            ("🚧 obra", Ok("  obra")),
            ("обрыв", Err(Refusal::NotSpeakable)),
            ("停电", Err(Refusal::NotSpeakable)),
            ("½ dos bairros", Err(Refusal::NotSpeakable)),
            ("s\u{336}e\u{336}m", Err(Refusal::NotSpeakable)),
            ("❌ Centro", Err(Refusal::NotSpeakable)),
        ] {
            assert_eq!(clean(typed), read.map(str::to_owned), "{typed}");
        }
    }
}
