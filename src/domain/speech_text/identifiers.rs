//! Names of accounts, tickets, vehicles and places that are one person's.

use crate::domain::alert_text::fold;

use super::refusal::Refusal;
use super::tokens::{SpeechToken, TokenKind, TokenView};

/// Words, folded, before the name of an account: `pppoe x.y`.
const BEFORE_ACCOUNT: [&str; 6] = ["acesso", "client", "cliente", "conta", "pppoe", "usuario"];
/// Words, folded, with which a sentence begins after a dot without a gap.
const AFTER_DOT: [&str; 40] = [
    "a",
    "aguarde",
    "aguardem",
    "ainda",
    "as",
    "bairro",
    "cliente",
    "clientes",
    "com",
    "da",
    "de",
    "do",
    "e",
    "em",
    "energia",
    "equipe",
    "equipes",
    "estamos",
    "favor",
    "ja",
    "na",
    "nao",
    "no",
    "normalizado",
    "o",
    "obrigado",
    "os",
    "por",
    "prazo",
    "prev",
    "previsao",
    "retorno",
    "rua",
    "sem",
    "ser",
    "sinal",
    "tecnico",
    "tecnicos",
    "todos",
    "verificar",
];
/// Abbreviations, folded, before a dot without a gap.
const BEFORE_DOT: [&str; 34] = [
    "apto", "aprox", "atend", "av", "bl", "cep", "cod", "cond", "conj", "cto", "cx", "dr", "dra",
    "eng", "eq", "esq", "etc", "hosp", "jd", "manut", "max", "min", "obs", "pca", "prev", "prof",
    "prox", "qd", "res", "rod", "sr", "sra", "sta", "sto",
];
/// Names of equipment and roads, folded, that a plate looks like: `CTO-1234`.
const NO_PLATES: [&str; 22] = [
    "amg", "box", "cdo", "ceo", "cpe", "cto", "dio", "ftt", "lmg", "mgc", "mgt", "nap", "olt",
    "ont", "onu", "pon", "pop", "rua", "sac", "spl", "tel", "via",
];
/// Digits of a plate of the old form.
const PLATE_DIGITS: usize = 4;
/// Words, folded, before a place in numbers.
const PLACES: [&str; 6] = ["coordenada", "coordenadas", "coords", "gps", "latitude", "longitude"];
/// Digits of an order of service.
const ORDER_DIGITS: usize = 4;
/// Digits of one after `OS` alone, which may be an article or the number of a team's list.
const SHORT_ORDER_DIGITS: usize = 5;
/// Letters and digits of a serial number, its digits, and how often the two change.
const SERIAL: (usize, usize, usize) = (10, 3, 4);

/// Finds a name of an account, of an order, of a vehicle, a device or a place.
pub(super) fn found(typed: &[SpeechToken], is_shouted: bool) -> Option<Refusal> {
    let found = (0..typed.len()).find_map(|at| {
        let view = TokenView { before: &typed[..at], rest: &typed[at..], is_shouted };
        if is_account(&view) || is_order(&view) {
            return Some(Refusal::PersonalNumber);
        }
        (is_plate(&view) || is_place(&view)).then_some(Refusal::LongNumber)
    });
    let has_serial = || typed.split(|token| !token.is_content()).any(is_serial);
    found.or_else(|| has_serial().then_some(Refusal::LongNumber))
}

/// `joao.silva`, and `x.y` after a word that announces it; not `sinal.equipe`.
fn is_account(view: &TokenView<'_>) -> bool {
    let is_dotted = view.is_mark(1, '.') && view.begins();
    let (Some(first), Some(last)) = (view.word(0), view.word(2)) else { return false };
    let is_small = |word: &str| view.is_shouted || word.starts_with(char::is_lowercase);
    let (begins, ends) = (fold(first), fold(last));
    let announcing = view.last_word(&[':']).map(|word| fold(&word)).unwrap_or_default();
    if is_dotted && BEFORE_ACCOUNT.contains(&announcing.as_str()) {
        return true;
    }
    let is_long = begins.len() > 2 && ends.len() > 2;
    let is_known = AFTER_DOT.contains(&ends.as_str()) || BEFORE_DOT.contains(&begins.as_str());
    is_dotted && is_long && !view.is_shouted && is_small(first) && is_small(last) && !is_known
}

/// `OS 45213`, `ordem de serviço 4521`; `os 1500 clientes` are customers.
fn is_order(view: &TokenView<'_>) -> bool {
    let Some(typed) = view.word(0).filter(|_| view.begins()) else { return false };
    let is_order = typed == "OS" || fold(typed) == "servico" && view.follows(&["de"]);
    let is_sign = |token: &&SpeechToken| {
        let is_n = token.kind == TokenKind::Word && token.text.eq_ignore_ascii_case("n");
        let is_mark = [':', '.', '#', 'º', '°'].iter().any(|sign| token.is_mark(*sign));
        token.kind == TokenKind::Gap || is_n || is_mark
    };
    let at = 1 + view.rest[1..].iter().take_while(is_sign).count();
    let digits = view.number(at).map_or(0, str::len);
    let is_count = view.is_shouted && typed == "OS" && view.word(view.past_gap(at + 1)).is_some();
    let digits_min = if typed == "OS" { SHORT_ORDER_DIGITS } else { ORDER_DIGITS };
    is_order && digits >= digits_min && !is_count
}

/// `ABC1D23`, `ABC-1234`
fn is_plate(view: &TokenView<'_>) -> bool {
    let Some(letters) = view.word(0).filter(|word| word.chars().count() == 3) else { return false };
    let digits = |at: usize| view.number(at).map_or(0, str::len);
    let is_letter = view.word(2).is_some_and(|letter| letter.chars().count() == 1);
    let is_new = digits(1) == 1 && is_letter && digits(3) == 2 && !view.is_content(4);
    let at = 1 + usize::from(view.is_mark(1, '-'));
    let is_old = digits(at) == PLATE_DIGITS && !view.is_content(at + 1);
    let is_capital = letters.chars().all(char::is_uppercase);
    let is_known = NO_PLATES.contains(&fold(letters).as_str());
    view.begins() && !is_known && (is_new || is_old && is_capital)
}

/// `coordenadas -20.13, -44.89`
fn is_place(view: &TokenView<'_>) -> bool {
    const TOKENS_MAX: usize = 6;
    let is_place = view.word(0).is_some_and(|word| PLACES.contains(&fold(word).as_str()));
    let mut near = view.rest.iter().take(TOKENS_MAX);
    is_place && near.any(|token| token.kind == TokenKind::Number)
}

/// `ZTEGD0A1B2C3`: letters and digits in turn.
fn is_serial(code: &[SpeechToken]) -> bool {
    let count = |kind: TokenKind| {
        let own = code.iter().filter(|token| token.kind == kind);
        own.map(|token| token.text.chars().count()).sum::<usize>()
    };
    let is_time = matches!(code, [_, hours, ..] if hours.text.eq_ignore_ascii_case("h"));
    let (digits, letters) = (count(TokenKind::Number), count(TokenKind::Word));
    let (length, digits_min, changes) = SERIAL;
    !is_time && digits + letters >= length && digits >= digits_min && code.len() >= changes
}
