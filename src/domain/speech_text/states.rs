//! The states of Brazil after a city: `Divinópolis/MG`, `Itaúna - MG`, `Itaúna (MG)`.

use crate::domain::alert_text::fold;

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
/// Codes that are also words or parts of a network: `ce` is a splice closure, `pa` an access point.
/// They are states only at the end of a clause.
const AMBIGUOUS: [&str; 5] = ["ap", "ce", "pa", "pi", "se"];
/// Further ones in a text in capitals, where nothing tells `TO` from a word.
const AMBIGUOUS_SHOUTED: [&str; 11] =
    ["ac", "al", "am", "ba", "es", "go", "ma", "ms", "mt", "pe", "to"];
/// In lower case these are a pronoun and words of places: `encontra-se`, `rua A - ap 3`.
const NEVER_SMALL: [&str; 3] = ["ap", "se", "pa"];
/// Shorter words before a slash are no city: `c/`.
const CITY_LETTERS_MIN: usize = 3;
/// Letters of a city in capitals in a text that is not: `OLT` is none.
const CAPITAL_CITY_LETTERS_MIN: usize = 5;
/// Beginnings, folded, of capitalised words that are no city.
const NO_CITIES: [&str; 36] = [
    "acesso", "anel", "atenc", "aviso", "bairro", "cabo", "caixa", "cemig", "client", "conex",
    "cto", "drop", "energia", "equipe", "fibra", "instab", "internet", "lentid", "link", "manut",
    "massiva", "obra", "olt", "onu", "placa", "ponto", "pop", "poste", "queda", "rede", "rompi",
    "rota", "setor", "sinal", "switch", "tecnic",
];

/// The name of the state with the letters `code`, in lower case.
pub(super) fn name(code: &str) -> Option<&'static str> {
    STATES.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
}

/// The sign before a state's letters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum StateSign {
    Hyphen,
    Parenthesis,
    Slash,
}

fn state(view: &TokenView<'_>) -> Option<Rewriting> {
    let city = view.before.last().filter(|token| token.kind == TokenKind::Word)?;
    let at_sign = view.past_gap(0);
    let sign = match view.rest.get(at_sign)?.text.as_str() {
        "-" | "–" => StateSign::Hyphen,
        "(" => StateSign::Parenthesis,
        "/" => StateSign::Slash,
        _ => return None,
    };
    let at = view.past_gap(at_sign + 1);
    let typed = view.word(at)?;
    let code = typed.to_lowercase();
    let is_closed = sign != StateSign::Parenthesis || view.is_mark(at + 1, ')');
    let end = at + 1 + usize::from(sign == StateSign::Parenthesis);
    let is_ambiguous = AMBIGUOUS.contains(&code.as_str())
        || view.is_shouted && AMBIGUOUS_SHOUTED.contains(&code.as_str());
    let is_capital = typed.chars().all(char::is_uppercase);
    let is_meant = match sign {
        StateSign::Slash if view.is_shouted => true,
        StateSign::Slash => is_capital || !NEVER_SMALL.contains(&code.as_str()),
        _ if view.is_shouted => !NEVER_SMALL.contains(&code.as_str()),
        _ => is_capital,
    };
    let may_go_on = !is_ambiguous || sign == StateSign::Slash;
    let is_end = !view.is_content(view.past_gap(end)) || precedes_another(view, end);
    let is_state =
        is_meant && is_closed && (may_go_on || is_end) && is_city(view, &city.text, sign);
    let name = name(&code).filter(|_| is_state && !goes_on(view, end))?;
    let name = SpeechToken::new(TokenKind::Spoken, name);
    Some(Rewriting { taken: end, tokens: vec![SpeechToken::comma(), SpeechToken::gap(), name] })
}

/// Whether `word` may be the last of a city's name.
fn is_city(view: &TokenView<'_>, word: &str, sign: StateSign) -> bool {
    let folded = fold(word);
    let letters = word.chars().count();
    let is_acronym = word.chars().all(char::is_uppercase) && letters < CAPITAL_CITY_LETTERS_MIN;
    let is_capital = word.starts_with(char::is_uppercase) && !is_acronym;
    let is_shaped = is_capital || view.is_shouted || sign == StateSign::Slash && !is_acronym;
    let is_other = NO_CITIES.iter().any(|beginning| folded.starts_with(beginning));
    letters >= CITY_LETTERS_MIN && is_shaped && !is_other
}

/// Whether another city follows: `Aracaju - SE e Maceió - AL`.
fn precedes_another(view: &TokenView<'_>, end: usize) -> bool {
    let is_and = view.is_gap(end) && view.lower_word(end + 1).is_some_and(|word| word == "e");
    let is_capital = |word: &str| word.starts_with(char::is_uppercase);
    is_and && view.word(view.past_gap(end + 2)).is_some_and(is_capital) && !view.is_shouted
}

/// Whether a number follows, as in `Rua A - AP 301`, or a part of the same word.
fn goes_on(view: &TokenView<'_>, end: usize) -> bool {
    let next = view.rest.get(view.past_gap(end));
    let is_number = next.is_some_and(|token| token.kind == TokenKind::Numeral);
    let is_compound = view.is_mark(end, '-') && view.is_content(end + 1);
    is_number || is_compound || view.is_content(end)
}
