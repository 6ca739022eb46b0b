//! The states of Brazil after a city: `Divinópolis/MG`, `Itaúna - MG`, `Itaúna (MG)`.

use super::tokens::{Rewriting, SpeechRule, SpeechToken, TokenKind, TokenView};

pub(super) const RULES: &[SpeechRule] = &[state];

const STATES: [(&str, &str); 27] = [
    ("ac", "Acre"),
    ("al", "Alagoas"),
    ("am", "Amazonas"),
    ("ap", "Amapá"),
    ("ba", "Bahia"),
    ("ce", "Ceará"),
    ("df", "Distrito Federal"),
    ("es", "Espírito Santo"),
    ("go", "Goiás"),
    ("ma", "Maranhão"),
    ("mg", "Minas Gerais"),
    ("ms", "Mato Grosso do Sul"),
    ("mt", "Mato Grosso"),
    ("pa", "Pará"),
    ("pb", "Paraíba"),
    ("pe", "Pernambuco"),
    ("pi", "Piauí"),
    ("pr", "Paraná"),
    ("rj", "Rio de Janeiro"),
    ("rn", "Rio Grande do Norte"),
    ("ro", "Rondônia"),
    ("rr", "Roraima"),
    ("rs", "Rio Grande do Sul"),
    ("sc", "Santa Catarina"),
    ("se", "Sergipe"),
    ("sp", "São Paulo"),
    ("to", "Tocantins"),
];
/// In lower case these are a pronoun and "apartamento": `encontra-se`, `rua A - ap 3`.
const AMBIGUOUS: [&str; 2] = ["ap", "se"];
/// Shorter words before a slash are no city: `c/`.
const CITY_LETTERS_MIN: usize = 3;

/// The name of the state with the letters `code`, in lower case.
pub(super) fn name(code: &str) -> Option<&'static str> {
    STATES.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
}

fn state(view: &TokenView<'_>) -> Option<Rewriting> {
    let city = view.before.last().filter(|token| token.kind == TokenKind::Word)?;
    city.text.chars().nth(CITY_LETTERS_MIN - 1)?;
    let sign = view.past_gap(0);
    let is_slash = view.is_mark(sign, '/');
    let is_enclosed = view.is_mark(sign, '(');
    let is_hyphen = view.is_mark(sign, '-') || view.is_mark(sign, '–');
    if !is_slash && !is_enclosed && !is_hyphen {
        return None;
    }
    let at = view.past_gap(sign + 1);
    let typed = view.word(at)?;
    let code = typed.to_lowercase();
    let is_capital = typed.chars().all(char::is_uppercase);
    let is_state_only = view.is_shouted && is_slash && code == "se";
    let is_sure = is_capital || is_state_only || !AMBIGUOUS.contains(&code.as_str());
    let is_meant = is_capital || (view.is_shouted || is_slash) && is_sure;
    let end = at + 1 + usize::from(is_enclosed);
    let is_closed = !is_enclosed || view.is_mark(at + 1, ')');
    let name = name(&code).filter(|_| is_meant && is_closed && !goes_on(view, end))?;
    let name = SpeechToken::new(TokenKind::Spoken, name);
    Some(Rewriting { taken: end, tokens: vec![SpeechToken::comma(), SpeechToken::gap(), name] })
}

/// Whether a number follows, as in `Rua A - AP 301`, or a part of the same word.
fn goes_on(view: &TokenView<'_>, end: usize) -> bool {
    let next = view.rest.get(view.past_gap(end));
    let is_number = next.is_some_and(|token| token.kind == TokenKind::Numeral);
    let is_compound = view.is_mark(end, '-') && view.is_content(end + 1);
    is_number || is_compound || view.is_content(end)
}
