//! A lone letter for "não": `n tem sinal`, `ñ. chegou`.
//!
//! The same letter is "número" before a house's number and a name after a street, and to read one for
//! the other turns the sense: where neither is sure, the text is refused.

use crate::domain::alert_text::fold;

use super::gender::is_named_by_number;
use super::titles::precedes_lady as precedes_lady_of;
use super::tokens::{Rewriting, SpeechRule, SpeechToken, TokenKind, TokenView};
use super::units::unit_at;

pub(super) const RULES: &[SpeechRule] = &[lone_n];

/// What a lone `n` stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LoneLetter {
    /// The name of a street or block: `Av. N`.
    Name,
    /// "Não", with how many tokens it takes.
    Not(usize),
    /// "Número", with how many tokens it takes.
    Number(usize),
    Unsure,
}

/// Nouns, folded and also abbreviated, that a letter names.
const NAMED_BY_LETTER: [&str; 30] = [
    "al", "ala", "alameda", "andar", "av", "avenida", "bairro", "bl", "conj", "conjunto", "ed",
    "edificio", "grupo", "jardim", "jd", "letra", "lt", "modulo", "ponto", "q", "qd", "r",
    "rodovia", "trav", "travessa", "via", "vila", "vl", "sala", "predio",
];
/// After these a number is no house's.
const BEFORE_TIME: [&str; 5] = ["ate", "eta", "prazo", "prev", "previsao"];
/// Verbs and other words, folded, that "não" precedes.
const AFTER_NOT: [&str; 103] = [
    "aberta",
    "aberto",
    "abra",
    "abram",
    "abre",
    "aceita",
    "acende",
    "adianta",
    "afeta",
    "afetam",
    "ainda",
    "aparece",
    "atende",
    "atendem",
    "avisem",
    "cabe",
    "caia",
    "caiu",
    "chega",
    "chegam",
    "conecta",
    "conectam",
    "conhecemos",
    "consegue",
    "conseguem",
    "conseguiu",
    "consta",
    "constam",
    "da",
    "deixe",
    "depende",
    "desligue",
    "desliguem",
    "deu",
    "deve",
    "devem",
    "disponivel",
    "e",
    "eh",
    "era",
    "esta",
    "estao",
    "existe",
    "existem",
    "fica",
    "foi",
    "foram",
    "funciona",
    "funcionam",
    "ha",
    "havera",
    "houve",
    "informe",
    "liga",
    "ligam",
    "ligue",
    "liguem",
    "mais",
    "mexa",
    "mexam",
    "navega",
    "necessaria",
    "necessario",
    "navegam",
    "permite",
    "pode",
    "podem",
    "possivel",
    "possui",
    "possuem",
    "precisa",
    "precisam",
    "prevista",
    "previsto",
    "reinicie",
    "reiniciem",
    "responde",
    "respondem",
    "retire",
    "retorna",
    "retornam",
    "resolve",
    "sabemos",
    "sao",
    "se",
    "sera",
    "serao",
    "sobe",
    "sobem",
    "subiu",
    "ta",
    "tao",
    "tem",
    "temos",
    "tera",
    "terao",
    "teve",
    "tinha",
    "troque",
    "vai",
    "vamos",
    "vao",
    "volta",
];
/// Endings of verbs in the forms that notices use.
const VERB_ENDINGS: [&str; 22] = [
    "ada", "adas", "ado", "ados", "ida", "idas", "ido", "idos", "ando", "endo", "indo", "aram",
    "eram", "iram", "ava", "avam", "emos", "amos", "ou", "ar", "er", "ir",
];
/// Words with such an ending that are no verbs.
const NO_VERBS: [&str; 6] = ["celular", "celulares", "lado", "lugar", "modulado", "particular"];
/// Letters of the shortest verb that is known by its ending: `abrir`.
const VERB_LETTERS_MIN: usize = 4;

/// Whether a lone `n` begins at the view of which nothing tells what it stands for.
pub(super) fn is_unsure(view: &TokenView<'_>) -> bool {
    reading(view) == Some(LoneLetter::Unsure)
}

/// Whether a letter after `word`, in lower case, is a name: `bloco N`, `Av. S`.
pub(super) fn is_named_by_letter(word: &str) -> bool {
    let is_one = |word: &str| is_named_by_number(word) || NAMED_BY_LETTER.contains(&word);
    let folded = fold(word);
    // `setores N e S`
    let singular = folded.strip_suffix("es").or_else(|| folded.strip_suffix('s'));
    is_named_by_number(word)
        || is_one(&folded)
        || singular.is_some_and(is_one)
        || folded.strip_suffix('s').is_some_and(is_one)
}

fn lone_n(view: &TokenView<'_>) -> Option<Rewriting> {
    let (taken, words) = match reading(view)? {
        LoneLetter::Name | LoneLetter::Unsure => (1, "ene"),
        LoneLetter::Not(taken) => (taken, "não"),
        LoneLetter::Number(taken) => (taken, "número"),
    };
    let gap = (taken > 1).then(SpeechToken::gap);
    let spoken = [SpeechToken::new(TokenKind::Spoken, words)];
    Some(Rewriting { taken, tokens: spoken.into_iter().chain(gap).collect() })
}

fn reading(view: &TokenView<'_>) -> Option<LoneLetter> {
    let typed = view.word(0).filter(|_| view.begins() && !view.is_content(1))?;
    let has_tilde = matches!(typed, "ñ" | "Ñ");
    let is_known = matches!(typed.to_lowercase().as_str(), "n" | "nn") && !is_part(view);
    if !has_tilde && !is_known {
        return None;
    }
    if view.is_mark(1, '-') && !has_tilde {
        return view.word(2).is_some_and(precedes_verb).then_some(LoneLetter::Unsure);
    }
    if view.is_mark(1, '.') && (view.is_mark(2, 'º') || view.is_mark(2, '°')) {
        return Some(LoneLetter::Number(3));
    }
    let dot = 1 + usize::from(view.is_mark(1, '.') || view.is_mark(1, '/'));
    let at = view.past_gap(dot);
    let is_typed_small = typed.starts_with(['n', 'ñ']) && !view.is_shouted;
    let before = view.last_word(&['.']).filter(|_| !follows_sentence(view)).unwrap_or_default();
    let is_name = is_named_by_letter(&before);
    let next = view.rest.get(at).filter(|next| next.is_content()).map(|next| next.text.as_str());
    let is_verb = next.is_some_and(precedes_verb);
    let is_small = next.is_some_and(|next| next.starts_with(char::is_lowercase));
    let taken = if dot > 1 && is_small && !view.is_shouted { at } else { 1 };
    // `Normalizado n. Aguardar` is two sentences, `n. Há sinal` perhaps one.
    let is_cut = dot > 1 && is_verb && taken == 1;
    Some(match next {
        Some(_) if is_cut || is_verb && follows_slash(view) => LoneLetter::Unsure,
        _ if has_tilde => LoneLetter::Not(taken),
        Some(_) if view.number(at).is_some() => number_sign(view, at, dot, &before),
        Some(_) if is_verb && is_name && !is_typed_small => LoneLetter::Unsure,
        Some(_) if is_verb => LoneLetter::Not(taken),
        _ if is_name => LoneLetter::Name,
        _ if is_typed_small && typed.len() == 1 && !view.is_mark(1, '/') => LoneLetter::Not(taken),
        _ => LoneLetter::Unsure,
    })
}

/// Whether the letter is a part of something longer: `nº`, `N.O.C.`, `N. Sra.`, `B2-N`.
fn is_part(view: &TokenView<'_>) -> bool {
    let is_sign = ['º', '°', 'ª', '('].iter().any(|sign| view.is_mark(1, *sign));
    let is_letter = |text: &str| text.chars().count() == 1;
    let is_lady = |word: String| matches!(word.as_str(), "s" | "sr" | "sra" | "senhora");
    let precedes_lady = view.lower_word(view.past_gap(2)).is_some_and(is_lady);
    let precedes_letter = view.word(2).is_some_and(is_letter);
    let is_first = view.is_mark(1, '.') && (precedes_lady || precedes_letter);
    let is_last = matches!(view.before, [.., letter, dot]
        if dot.is_mark('.') && letter.kind == TokenKind::Word && is_letter(&letter.text));
    let is_joined = matches!(view.before, [.., first, sign]
        if first.is_content() && sign.is_mark('-'));
    let is_our = view.word(0) == Some("N") && precedes_lady_of(view);
    is_sign || is_our || is_first || is_last || is_joined
}

/// `não/n`
fn follows_slash(view: &TokenView<'_>) -> bool {
    matches!(view.before, [.., first, sign] if first.is_content() && sign.is_mark('/'))
}

/// Whether a dot before the view ended a sentence: `Rompeu. N há`, but not `Av. N`.
fn follows_sentence(view: &TokenView<'_>) -> bool {
    let [.., word, dot, gap] = view.before else { return false };
    dot.is_mark('.') && gap.kind == TokenKind::Gap && word.text.chars().count() > 5
}

/// `n 120` is a house's number; `n 18h` and `n 5 casas` may deny.
fn number_sign(view: &TokenView<'_>, at: usize, dot: usize, before: &str) -> LoneLetter {
    let number = view.from(at);
    let is_parted = ['/', ':', '%'].iter().any(|sign| number.is_mark(1, *sign));
    let is_counted = number
        .word(number.past_gap(1))
        .is_some_and(|noun| noun.len() >= VERB_LETTERS_MIN && noun.to_lowercase().ends_with('s'));
    let is_measure = is_parted || number.is_content(1) || unit_at(&number, 1).is_some();
    if is_measure || is_counted || BEFORE_TIME.contains(&fold(before).as_str()) {
        return LoneLetter::Unsure;
    }
    LoneLetter::Number(if dot > 1 { 2 } else { 1 })
}

/// Whether `word` is one that "não" precedes.
fn precedes_verb(word: &str) -> bool {
    let word = fold(word);
    let is_long = word.chars().count() >= VERB_LETTERS_MIN && !NO_VERBS.contains(&word.as_str());
    let ends = || VERB_ENDINGS.iter().any(|ending| word.ends_with(ending));
    AFTER_NOT.contains(&word.as_str()) || is_long && ends()
}
