//! Names of persons: who wrote the text, and who lives at an address.

use crate::domain::alert_text::fold;

use super::tokens::{SpeechToken, TokenKind, TokenView};

/// Given names, folded, of people who sign; no more than tell a name from a district.
const GIVEN: [&str; 90] = [
    "adriana",
    "adriano",
    "alan",
    "alessandra",
    "alex",
    "alexandre",
    "aline",
    "amanda",
    "ana",
    "anderson",
    "andre",
    "andreia",
    "andressa",
    "antonio",
    "arthur",
    "beatriz",
    "bianca",
    "breno",
    "bruna",
    "bruno",
    "caio",
    "camila",
    "carla",
    "carlos",
    "caroline",
    "cesar",
    "claudia",
    "claudio",
    "cristiano",
    "daniel",
    "daniela",
    "danilo",
    "davi",
    "debora",
    "diego",
    "douglas",
    "eduardo",
    "elaine",
    "fabio",
    "felipe",
    "fernanda",
    "fernando",
    "flavia",
    "flavio",
    "gabriel",
    "gabriela",
    "geovana",
    "guilherme",
    "gustavo",
    "henrique",
    "hugo",
    "igor",
    "isabela",
    "jessica",
    "joao",
    "jonas",
    "jorge",
    "jose",
    "juliana",
    "julio",
    "karina",
    "larissa",
    "leandro",
    "leonardo",
    "leticia",
    "lucas",
    "luciana",
    "luiz",
    "marcela",
    "marcelo",
    "marcos",
    "maria",
    "mariana",
    "mateus",
    "matheus",
    "mauricio",
    "natalia",
    "patricia",
    "paula",
    "paulo",
    "pedro",
    "rafael",
    "rafaela",
    "renata",
    "renato",
    "ricardo",
    "rodrigo",
    "thiago",
    "tiago",
    "vinicius",
];
/// Beginnings, folded, of what people are at work.
const ROLES: [&str; 11] = [
    "analist",
    "assistent",
    "atendent",
    "auxiliar",
    "coordenador",
    "diretor",
    "engenheir",
    "gerente",
    "operador",
    "supervisor",
    "tecnic",
];
/// Words, folded, before a person's name.
const TITLES: [&str; 8] = ["dona", "senhor", "senhora", "seu", "sr", "sra", "srta", "morador"];
/// Words, folded, of which a title is a part: `rua Dona Maria`, `N. Sra.`
const BEFORE_TITLE: [&str; 22] = [
    "av",
    "avenida",
    "bairro",
    "colegio",
    "conjunto",
    "escola",
    "jardim",
    "jd",
    "largo",
    "n",
    "nossa",
    "nosso",
    "parque",
    "praca",
    "r",
    "residencial",
    "rod",
    "rua",
    "trav",
    "travessa",
    "vila",
    "vl",
];
/// Streets, folded.
const STREETS: [&str; 9] =
    ["al", "alameda", "av", "avenida", "r", "rua", "trav", "travessa", "praca"];
/// Words of a name.
const NAME_WORDS: std::ops::RangeInclusive<usize> = 2..=4;
/// Tokens from a person to an address.
const TOKENS_MAX: usize = 24;

/// Whether the view begins the last sentence and that is a name, or a name is thanked for.
pub(super) fn is_signature(view: &TokenView<'_>) -> bool {
    is_thanks(view) || begins_sentence(view) && is_name(view)
}

/// `Obrigado, Carlos`
fn is_thanks(view: &TokenView<'_>) -> bool {
    const WORDS_MAX: usize = 3;
    const TEAMS: [&str; 6] = ["a", "equipe", "pela", "pelo", "suporte", "time"];
    let word = view.word(0).map(fold).unwrap_or_default();
    let is_thanks = matches!(word.as_str(), "obrigado" | "obrigada" | "abraco" | "abracos");
    let at = view.past_gap(view.past_gap(1) + 1);
    let Some(first) = view.word(at).filter(|_| view.is_mark(view.past_gap(1), ',')) else {
        return false;
    };
    let words = view.rest[at..].iter().filter(|token| token.is_content()).count();
    let is_name = first.starts_with(char::is_uppercase) && !TEAMS.contains(&fold(first).as_str());
    is_thanks && is_name && words <= WORDS_MAX
}

/// Whether a sentence, or a line, ends before the view; a line's end has become a comma with gaps.
fn begins_sentence(view: &TokenView<'_>) -> bool {
    let mut before = view.before.iter().rev().skip_while(|token| token.kind == TokenKind::Gap);
    let is_end = |token: &SpeechToken| ['!', '?'].iter().any(|mark| token.is_mark(*mark));
    match before.next() {
        Some(last) if last.is_mark(',') => before.next().is_some_and(|l| l.kind == TokenKind::Gap),
        // `Av. João` is a street.
        Some(last) if last.is_mark('.') => before.next().is_none_or(|word| !is_short(word)),
        Some(last) => is_end(last),
        None => false,
    }
}

/// Whether a dot after `word` may be an abbreviation's.
fn is_short(word: &SpeechToken) -> bool {
    const LETTERS_MIN: usize = 4;
    const WORDS: [&str; 4] = ["h", "hrs", "luz", "min"];
    const ABBREVIATIONS: [&str; 14] = [
        "alam", "cond", "conj", "edif", "estr", "hosp", "loteam", "pres", "prof", "profa", "resid",
        "sgto", "trav", "vereador",
    ];
    let folded = fold(&word.text);
    let is_few = folded.chars().count() < LETTERS_MIN && !WORDS.contains(&folded.as_str());
    word.kind == TokenKind::Word && (is_few || ABBREVIATIONS.contains(&folded.as_str()))
}

/// `Rafael Souza`, `Rafael Souza - Analista NOC`, to the end of the text.
fn is_name(view: &TokenView<'_>) -> bool {
    const PARTICLES: [&str; 5] = ["da", "das", "de", "do", "dos"];
    let Some(first) = view.word(0) else { return false };
    let mut words = 0;
    let mut at = 0;
    while let Some(word) = view.word(at) {
        let is_part = words > 0 && PARTICLES.contains(&fold(word).as_str());
        if !is_part && !word.starts_with(char::is_uppercase) {
            return false;
        }
        words += usize::from(!is_part);
        at = view.past_gap(at + 1);
    }
    let after: Vec<_> = view.rest[at..].iter().filter(|token| token.is_content()).collect();
    let role = after.first().map(|token| fold(&token.text)).unwrap_or_default();
    let has_role = ROLES.iter().any(|known| role.starts_with(known));
    let is_given = GIVEN.contains(&fold(first).as_str());
    NAME_WORDS.contains(&words) && (has_role || is_given && after.is_empty())
}

/// `Sr. João da Silva R. Goiás 45`: where somebody lives.
pub(super) fn is_resident(view: &TokenView<'_>) -> bool {
    let title = view.word(0).map(fold).filter(|_| view.begins()).unwrap_or_default();
    let name = view.past_gap(1 + usize::from(view.is_mark(1, '.') || view.is_mark(1, ':')));
    let is_name = view.word(name).is_some_and(|name| name.starts_with(char::is_uppercase));
    let last = view.last_word(&['.']).map(|word| fold(&word)).unwrap_or_default();
    if !TITLES.contains(&title.as_str()) || !is_name || BEFORE_TITLE.contains(&last.as_str()) {
        return false;
    }
    let after: Vec<_> = view.rest[name..].iter().take(TOKENS_MAX).collect();
    let is_street = |token: &&SpeechToken| STREETS.contains(&fold(&token.text).as_str());
    let street = after.iter().position(is_street);
    street.is_some_and(|at| after[at..].iter().any(|token| token.kind == TokenKind::Number))
}
