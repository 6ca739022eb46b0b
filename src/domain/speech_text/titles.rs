//! Titles and streets without their dots: `Srª`, `Nª Sra.`, `D. Pedro`, `R Pará`, `Q 5`.

use super::gender::{Gender, is_named_by_number};
use super::tokens::{Rewriting, SpeechRule, SpeechToken, TokenKind, TokenView};

pub(super) const RULES: &[SpeechRule] =
    &[our_lady, raised, honorific, street, before_number, counted];

/// Beginnings of titles before a raised letter: with `º`, with `ª`.
const RAISED: [(&str, &str, &str); 8] = [
    ("dr", "doutor", "doutora"),
    ("eng", "engenheiro", "engenheira"),
    ("m", "Mário", "Maria"),
    ("n", "Nosso", "Nossa"),
    ("prof", "professor", "professora"),
    ("sr", "senhor", "senhora"),
    ("st", "santo", "santa"),
    ("s", "são", "santa"),
];
/// Names of men that end as those of women do.
const MEN: [&str; 3] = ["jeremias", "luca", "lucas"];
/// Names of women that do not end so.
const WOMEN: [&str; 16] = [
    "alice", "beatriz", "carmem", "carmen", "cleide", "ester", "inês", "ines", "irene", "isabel",
    "ivone", "lourdes", "nazaré", "raquel", "rute", "salete",
];
/// Nouns that a letter names, apart from those that a number names: `plano D.` ends a sentence.
const LETTERED: [&str; 9] =
    ["anexo", "categoria", "classe", "curva", "item", "nível", "plano", "tipo", "vitamina"];
/// One letter before a number.
const BEFORE_NUMBER: [(&str, &str); 2] = [("l", "lote"), ("q", "quadra")];
/// Abbreviations whose plural a number makes: one, many.
const COUNTED: [(&str, &str); 8] = [
    ("apto", "apartamentos"),
    ("cx", "caixas"),
    ("eq", "equipes"),
    ("pto", "pontos"),
    ("qd", "quadras"),
    ("res", "residências"),
    ("tec", "técnicos"),
    ("un", "unidades"),
];

/// `N. Sra.`, `Nª Srª`, `N. S.`
fn our_lady(view: &TokenView<'_>) -> Option<Rewriting> {
    let is_sign = view.is_mark(1, '.') || view.is_mark(1, 'ª') || precedes_lady(view);
    let is_our = view.lower_word(0)? == "n" && is_sign;
    let at = view.past_gap(2 + usize::from(view.is_mark(1, 'ª') && view.is_mark(2, '.')));
    let typed = view.lower_word(at)?;
    let is_raised = view.is_mark(at + 1, 'ª');
    let is_lady = matches!(typed.as_str(), "s" | "sra" | "senhora") || typed == "sr" && is_raised;
    let end = at + 1 + usize::from(is_raised);
    let end = end + usize::from(view.is_mark(end, '.'));
    let precedes = view.is_content(view.past_gap(end));
    (is_our && is_lady && precedes).then(|| Rewriting::spoken(end, "Nossa Senhora"))
}

/// `N Sra das Graças`
pub(super) fn precedes_lady(view: &TokenView<'_>) -> bool {
    let is_lady = view.is_gap(1)
        && view.lower_word(2).is_some_and(|lady| matches!(lady.as_str(), "sra" | "senhora"));
    let of = view.lower_word(view.past_gap(3 + usize::from(view.is_mark(3, '.'))));
    is_lady && of.is_some_and(|of| matches!(of.as_str(), "da" | "das" | "de" | "do" | "dos"))
}

/// `Srª`, `Profª.`, `Engº`.
fn raised(view: &TokenView<'_>) -> Option<Rewriting> {
    let typed = view.lower_word(0).filter(|_| view.begins())?;
    let (_, masculine, feminine) = RAISED.iter().find(|(known, _, _)| *known == typed)?;
    let is_feminine = view.is_mark(1, 'ª');
    // `nº` is a number.
    let is_masculine = (view.is_mark(1, 'º') || view.is_mark(1, '°')) && typed.len() > 1;
    let end = 2 + usize::from(view.is_mark(2, '.'));
    let precedes = view.is_content(view.past_gap(end)) && !view.is_content(2);
    let words = if is_feminine { feminine } else { masculine };
    ((is_feminine || is_masculine) && precedes).then(|| Rewriting::spoken(end, *words))
}

/// `D. Pedro`, `D. Maria`.
fn honorific(view: &TokenView<'_>) -> Option<Rewriting> {
    let typed = view.word(0).filter(|_| view.begins() && view.is_mark(1, '.'))?;
    let name = view.word(3).filter(|_| view.is_gap(2))?;
    let is_title = if view.is_shouted { typed == "d" } else { typed == "D" };
    let is_name = view.is_shouted || name.starts_with(char::is_uppercase);
    let last = view.last_word(&[]).unwrap_or_default();
    let is_block = is_named_by_number(&last) && last != "rua" || LETTERED.contains(&last.as_str());
    let lower = name.to_lowercase();
    let is_woman =
        lower.ends_with('a') && !MEN.contains(&lower.as_str()) || WOMEN.contains(&lower.as_str());
    let words = if is_woman { "dona" } else { "dom" };
    let is_long = name.chars().count() > 1;
    (is_title && is_name && is_long && !is_block).then(|| Rewriting::spoken(2, words))
}

/// `R Pará`, `R 7 de Setembro`.
fn street(view: &TokenView<'_>) -> Option<Rewriting> {
    let typed = view.word(0).filter(|_| view.begins() && view.is_gap(1))?;
    let is_street = typed == "R" || view.is_shouted && typed == "r";
    let is_block = view.last_word(&['.']).is_some_and(|last| is_named_by_number(&last));
    let next = view.rest.get(2)?;
    let is_capital = view.is_shouted || next.text.starts_with(char::is_uppercase);
    let is_name = next.kind == TokenKind::Word && next.text.chars().count() > 1 && is_capital;
    let is_named = next.kind == TokenKind::Spoken || is_name;
    let is_day = next.kind == TokenKind::Numeral;
    (is_street && !is_block && (is_named || is_day)).then(|| Rewriting::spoken(1, "rua"))
}

/// `Q. 5`, `Q 5 L 7`, `Q5`, `Q. D`; a small `q` is "que".
fn before_number(view: &TokenView<'_>) -> Option<Rewriting> {
    let typed = view.word(0).filter(|_| view.begins())?;
    let lower = typed.to_lowercase();
    let (_, words) = BEFORE_NUMBER.iter().find(|(letter, _)| *letter == lower)?;
    let dot = usize::from(view.is_mark(1, '.'));
    let at = view.past_gap(1 + dot);
    let is_block = |token: &SpeechToken| {
        let is_letter = token.kind == TokenKind::Word && token.text.chars().count() == 1;
        token.kind == TokenKind::Numeral || is_letter && dot > 0 && lower == "q"
    };
    let is_named = view.rest.get(at).is_some_and(is_block);
    let is_capital = typed != lower || view.is_shouted || dot > 0;
    let is_apart = at > 1 || lower == "q";
    (is_capital && is_named && is_apart).then(|| Rewriting::spoken(1 + dot, *words))
}

/// `2 cx`: two boxes; `rua 5 apto 3` and `1 cx` are one.
fn counted(view: &TokenView<'_>) -> Option<Rewriting> {
    let typed = view.lower_word(0).filter(|_| view.begins())?;
    let (_, many) = COUNTED.iter().find(|(known, _)| *known == typed)?;
    let [before @ .., number, gap] = view.before else { return None };
    let is_counted = number.kind == TokenKind::Numeral && gap.kind == TokenKind::Gap;
    let one = [Gender::Masculine, Gender::Feminine].map(|gender| gender.choose("um", "uma"));
    let name = TokenView { before, ..*view }.last_word(&[]);
    let is_name = name.is_some_and(|name| is_named_by_number(&name));
    let dot = usize::from(view.is_mark(1, '.'));
    let after = view.past_gap(1 + dot);
    let is_numbered = view.rest.get(after).is_some_and(|token| token.kind == TokenKind::Numeral);
    let is_many = is_counted && !one.contains(&number.text.as_str()) && !is_name && !is_numbered;
    let taken = 1 + if view.is_content(after) { dot } else { 0 };
    is_many.then(|| Rewriting::spoken(taken, *many))
}
