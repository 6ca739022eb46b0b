//! Roman numerals in names: `Pio XII`, `Etapa III`, `XV de Novembro`.

use super::calendar::is_date;
use super::gender::Gender;
use super::negation::is_named_by_letter;
use super::number_words::{cardinal, ordinal};
use super::tokens::{Rewriting, SpeechRule, SpeechToken, TokenKind, TokenView};

pub(super) const RULES: &[SpeechRule] = &[roman];

/// Names, in lower case, of kings and popes: up to the tenth they take an ordinal.
const RULERS: [&str; 20] = [
    "afonso",
    "alexandre",
    "bento",
    "carlos",
    "clemente",
    "filipe",
    "francisco",
    "gregório",
    "henrique",
    "isabel",
    "joão",
    "leão",
    "leopoldo",
    "luis",
    "luiz",
    "luís",
    "maria",
    "paulo",
    "pedro",
    "pio",
];
/// Those of queens.
const QUEENS: [&str; 2] = ["isabel", "maria"];
/// Up to the tenth.
const RULERS_MAX: u32 = 10;
/// Nouns in lower case before a numeral.
const NUMBERED: [&str; 7] = ["anel", "capítulo", "fase", "módulo", "parte", "século", "trecho"];
/// The greatest in a name of a street; `xxx` is left blank.
const ROMAN_MAX: u32 = 29;

fn roman(view: &TokenView<'_>) -> Option<Rewriting> {
    let typed = view.word(0).filter(|_| view.begins() && !view.is_content(1))?;
    // `etapa iii`; "vi" is a verb.
    let is_small = typed.len() > 1 && typed != "vi" && last_name(view).is_some_and(is_numbered);
    let is_any_case = view.is_shouted || is_small;
    let typed = if is_any_case { typed.to_uppercase() } else { typed.to_owned() };
    let value = (1..=ROMAN_MAX).find(|value| written(*value) == typed)?;
    if precedes_month(view) {
        let first = || ordinal(1, Gender::Masculine);
        let words = if value == 1 { first() } else { cardinal(value, Gender::Masculine) };
        return Some(Rewriting::spoken(1, words));
    }
    let number = || Rewriting::spoken(1, cardinal(value, Gender::Masculine));
    let is_next = value == 1 || typed.len() > 1;
    if is_next && (follows_numeral(view) || value == 1 && precedes_numeral(view)) {
        return Some(number());
    }
    if let Some(noun) = counted(view).filter(|_| typed.len() > 1 && typed != "IX") {
        return Some(Rewriting::spoken(1, ordinal(value, Gender::of_noun(&noun, 1))));
    }
    let before = last_name(view)?;
    let lower = before.to_lowercase();
    let is_ruler = RULERS.contains(&lower.as_str());
    if is_ruler && value <= RULERS_MAX {
        let gender =
            if QUEENS.contains(&lower.as_str()) { Gender::Feminine } else { Gender::Masculine };
        return Some(Rewriting::spoken(1, ordinal(value, gender)));
    }
    // `Bairro X` and `Rua V` are letters; "vi" in capitals may be a verb.
    let is_name = before.starts_with(char::is_uppercase) || view.is_shouted;
    let is_tight = matches!(view.before, [.., name, _] if name.kind == TokenKind::Word);
    let is_first = typed == "I" && is_tight && !view.is_shouted && !is_named_by_letter(&lower);
    let is_long = typed.len() > 1 && (typed != "VI" || !view.is_shouted) || is_first;
    (is_long && (is_name || is_numbered(before))).then(number)
}

/// Whether a numeral after `word` may be typed in small letters: `etapa iii`.
fn is_numbered(word: &str) -> bool {
    let lower = word.to_lowercase();
    is_named_by_letter(&lower) || NUMBERED.contains(&lower.as_str())
}

/// Whether the numeral goes on after another: the III of `Torres II e III`.
fn follows_numeral(view: &TokenView<'_>) -> bool {
    let ([.., numeral, _, joiner, _] | [.., numeral, joiner, _]) = view.before else {
        return false;
    };
    let is_spoken = |token: &SpeechToken| {
        let value = (1..=ROMAN_MAX).find(|value| cardinal(*value, Gender::Masculine) == token.text);
        token.kind == TokenKind::Spoken && value.is_some()
    };
    let first = view.before.len().checked_sub(3).map(|at| &view.before[at]);
    joiner.text.eq_ignore_ascii_case("e") && is_spoken(numeral)
        || joiner.is_mark(',') && first.is_some_and(is_spoken)
}

/// Whether another numeral of two letters follows: the I of `Torres I, II e III`.
fn precedes_numeral(view: &TokenView<'_>) -> bool {
    let is_and = view.is_gap(1) && view.lower_word(2).is_some_and(|word| word == "e");
    let at = match () {
        () if view.is_mark(1, ',') => view.past_gap(2),
        () if is_and => view.past_gap(3),
        () => return false,
    };
    let next = view.word(at).filter(|next| next.len() > 1).unwrap_or_default();
    (2..=ROMAN_MAX).any(|value| written(value) == next)
}

/// The noun that the numeral counts: `II Etapa`, not after a name.
fn counted(view: &TokenView<'_>) -> Option<String> {
    let noun = view.word(2).filter(|_| view.is_gap(1) && !view.is_shouted)?;
    let is_name = last_name(view).is_some_and(|name| name.starts_with(char::is_uppercase));
    let is_noun = noun.starts_with(char::is_uppercase) && noun.chars().count() > 3;
    (is_noun && !is_name).then(|| noun.to_lowercase())
}

/// The word before the numeral; not of another sentence.
fn last_name<'t>(view: &TokenView<'t>) -> Option<&'t str> {
    /// `Conj. Hab. III`
    const CUT_LETTERS_MAX: usize = 4;
    let is_name = |name: &SpeechToken, gap: &SpeechToken| {
        let is_word = matches!(name.kind, TokenKind::Spoken | TokenKind::Word);
        gap.kind == TokenKind::Gap && is_word
    };
    match view.before {
        [.., name, dot, gap]
            if dot.is_mark('.') && is_name(name, gap) && name.text.len() <= CUT_LETTERS_MAX =>
        {
            Some(&name.text)
        }
        // The last of several spoken words.
        [.., name, gap] if is_name(name, gap) => name.text.rsplit(' ').next(),
        _ => None,
    }
}

fn precedes_month(view: &TokenView<'_>) -> bool {
    let is_of = view.is_gap(1) && view.lower_word(2).is_some_and(|word| word == "de");
    let month = view.lower_word(4).filter(|_| is_of && view.is_gap(3));
    month.is_some_and(|month| is_date(&month))
}

fn written(value: u32) -> String {
    const UNITS: [&str; 10] = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"];
    "X".repeat((value / 10) as usize) + UNITS[(value % 10) as usize]
}
