//! Folds text for comparison without case, accents and punctuation.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use crate::domain::plain_text::is_invisible;

use super::one_line;

/// Folds case, accents and white space: `Manutenção ` and `MANUTENCAO` are equal.
pub fn fold(text: &str) -> String {
    one_line(&bare(text))
}

/// Appends the words of `text`, each between two spaces, so that a substring search with the spaces
/// finds whole words.
///
/// A word is a run of letters and digits. Between two digits `. , : / -` belong to the word:
/// `1,5` and `0/1/3` are one word each.
pub fn fold_words(text: &str, folded: &mut String) {
    folded.push(' ');
    let mut joiner = None;
    for c in bare(text).chars() {
        let after_digit = folded.ends_with(|last: char| last.is_ascii_digit());
        if c.is_alphanumeric() {
            match joiner.take() {
                Some(joined) if c.is_ascii_digit() => folded.push(joined),
                Some(_) => folded.push(' '),
                None => {}
            }
            folded.push(c);
        } else if joiner.is_none() && after_digit && matches!(c, '.' | ',' | ':' | '/' | '-') {
            joiner = Some(c);
        } else if joiner.take().is_some() || !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    if !folded.ends_with(' ') {
        folded.push(' ');
    }
}

/// Returns the text in lower case without combining marks and invisible characters.
fn bare(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            bare.push(c);
            continue;
        }
        // Normalising the whole text would only reorder marks, which are dropped.
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
    bare
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    fn words(text: &str) -> String {
        let mut folded = String::new();
        fold_words(text, &mut folded);
        folded
    }

    #[test]
    fn matching_ignores_case_accents_and_line_breaks() {
        assert_eq!(words("MANUTENÇÃO\nprogramada"), " manutencao programada ");
        assert_eq!(words("manutenc\u{327}a\u{303}o"), " manutencao ");
        assert_eq!(words("corte de fi\u{AD}bra\u{200B}"), " corte de fibra ");
        assert_eq!(words("ＭＡＳＳＩＶＡ ﬁbra"), " massiva fibra ");
    }

    #[test]
    fn a_number_with_separators_is_one_word() {
        for (text, folded) in [
            ("queda, de (energia)!", " queda de energia "),
            ("d'água guarda-chuva", " d agua guarda chuva "),
            ("CTO B2-C1 / B2-C4", " cto b2 c1 b2 c4 "),
            ("1,5 km; 18:30h, 0/1/3. 29/11/2026", " 1,5 km 18:30h 0/1/3 29/11/2026 "),
            ("casas 1, 2 e 3.", " casas 1 2 e 3 "),
            ("1-2 1--2 1- 2 1.a", " 1-2 1 2 1 2 1 a "),
            ("POP 1,", " pop 1 "),
            ("nº 3 ½", " no 3 1 2 "),
            ("", " "),
            ("!!!", " "),
        ] {
            assert_eq!(words(text), folded, "{text}");
        }
    }

    #[test]
    fn folding_by_character_equals_folding_the_text() {
        // Latin, Greek, Cyrillic, Hangul and compatibility characters for several letters.
        for range in ['\0'..'\u{600}', '\u{1E00}'..'\u{2200}', '\u{AC00}'..'\u{AD00}'] {
            let text: String = range.collect();
            let whole: String =
                text.nfkd().filter(|c| !is_combining_mark(*c) && !is_invisible(*c)).collect();
            assert_eq!(fold(&text), one_line(&whole.to_lowercase()));
        }
    }
}
