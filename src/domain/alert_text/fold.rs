//! Folds text, so that case, accents and punctuation make no difference.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use crate::domain::plain_text::is_invisible;

use super::one_line;

/// Folds case, accents and white space, so that `Manutenção ` and `MANUTENCAO` compare equal.
pub fn fold(text: &str) -> String {
    one_line(&bare(text))
}

/// Writes the words of `text` with a space before and behind each, so that a whole word is found
/// by searching for it with its spaces.
///
/// A word is a run of letters and digits. Between two digits `. , : / -` belong to the word, as
/// `1,5` is one number, and so is `0/1/3`.
pub fn fold_words(text: &str, folded: &mut String) {
    folded.push(' ');
    let mut joiner = None;
    for c in bare(text).chars() {
        let behind_digit = folded.ends_with(|last: char| last.is_ascii_digit());
        if c.is_alphanumeric() {
            match joiner.take() {
                Some(joined) if c.is_ascii_digit() => folded.push(joined),
                Some(_) => folded.push(' '),
                None => {}
            }
            folded.push(c);
        } else if joiner.is_none() && behind_digit && matches!(c, '.' | ',' | ':' | '/' | '-') {
            joiner = Some(c);
        } else if joiner.take().is_some() || !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    if !folded.ends_with(' ') {
        folded.push(' ');
    }
}

/// The text in small letters without marks and invisible characters.
fn bare(text: &str) -> String {
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
    fn words_are_letters_and_digits_and_a_number_is_one_word() {
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
    fn folding_each_character_by_itself_is_folding_the_text() {
        // Latin, Greek, Cyrillic, Hangul and the signs that stand for several letters.
        for range in ['\0'..'\u{600}', '\u{1E00}'..'\u{2200}', '\u{AC00}'..'\u{AD00}'] {
            let text: String = range.collect();
            let whole: String =
                text.nfkd().filter(|c| !is_combining_mark(*c) && !is_invisible(*c)).collect();
            assert_eq!(fold(&text), one_line(&whole.to_lowercase()));
        }
    }
}
