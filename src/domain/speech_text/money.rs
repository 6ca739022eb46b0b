//! Amounts of money, which are never spoken to a caller.

use crate::domain::alert_text::fold;

use super::number_words::is_number_word;
use super::tokens::{SpeechToken, TokenKind, TokenView};
use super::units::unit_at;

/// Words for money after a number, folded.
const CURRENCIES: [&str; 14] = [
    "real", "reais", "centavo", "centavos", "conto", "contos", "dolar", "dolares", "euro", "euros",
    "mangos", "pila", "pilas", "pratas",
];
/// Before a price, folded.
const PRICES: [&str; 11] = [
    "apenas",
    "custa",
    "custo",
    "mensal",
    "mensalidade",
    "multa",
    "pague",
    "por",
    "preco",
    "taxa",
    "valor",
];
/// Codes of currencies, folded.
const CODES: [&str; 4] = ["brl", "eur", "rs", "usd"];
/// Digits of the number of a state road: `RS 122`.
const ROAD_DIGITS: usize = 3;

/// Whether a sign, a code or a word at the view makes an amount.
pub(super) fn is_amount(view: &TokenView<'_>) -> bool {
    let Some(token) = view.rest.first() else { return false };
    match token.kind {
        TokenKind::Mark => token.is_mark('$'),
        TokenKind::Number => has_cents(view),
        _ => {
            let word = fold(&token.text);
            if is_cost(view, &word) {
                return true;
            }
            let is_counted = CURRENCIES.contains(&word.as_str()) && follows_number(view.before);
            is_counted || CODES.contains(&word.as_str()) && precedes_number(view, &word)
        }
    }
}

/// `multa de 1.500`, `custo 2k`: a number after such a word is one of money, unless it has a unit.
fn is_cost(view: &TokenView<'_>, word: &str) -> bool {
    const COSTS: [&str; 10] = [
        "custa",
        "custo",
        "custos",
        "custou",
        "indenizacao",
        "multa",
        "multas",
        "orcamento",
        "preco",
        "prejuizo",
    ];
    const BETWEEN: [&str; 9] =
        ["ate", "cerca", "de", "e", "estimado", "foi", "mais", "por", "total"];
    const TOKENS_MAX: usize = 8;
    let is_between = |token: &&SpeechToken| {
        !token.is_content() && !token.is_mark('.')
            || token.kind == TokenKind::Word && BETWEEN.contains(&fold(&token.text).as_str())
    };
    let at = 1 + view.rest[1..].iter().take(TOKENS_MAX).take_while(is_between).count();
    let is_number = view.number(at).is_some() && unit_at(&view.from(at), 1).is_none()
        || view.word(at).is_some_and(|word| is_number_word(&fold(word)));
    COSTS.contains(&word) && is_number
}

/// Whether the last word or number before a currency counts it: `50 reais`, `mil de reais`.
fn follows_number(before: &[SpeechToken]) -> bool {
    let content = before.iter().rev().filter(|token| token.is_content());
    let last = content.map(|token| (token.kind, fold(&token.text))).find(|(_, word)| word != "de");
    last.is_some_and(|(kind, word)| kind == TokenKind::Number || is_number_word(&word))
}

/// `BRL 50`, `RS 50,00`; `RS 122` is a road.
fn precedes_number(view: &TokenView<'_>, code: &str) -> bool {
    let at = view.past_gap(1);
    let is_road = code == "rs"
        && view.number(at).is_some_and(|digits| digits.len() == ROAD_DIGITS)
        && !(view.is_mark(at + 1, ',') && view.number(at + 2).is_some());
    view.begins() && view.number(at).is_some() && !is_road
}

/// `50,00`, `por 99,90`: nothing but money has two decimals that are zero, and no measure is named so.
fn has_cents(view: &TokenView<'_>) -> bool {
    let cents = view.number(2).filter(|cents| cents.len() == 2 && view.is_mark(1, ','));
    let is_price =
        view.last_word(&[':']).is_some_and(|last| PRICES.contains(&fold(&last).as_str()));
    let unit = view.lower_word(view.past_gap(3)).unwrap_or_default();
    let is_time = matches!(unit.as_str(), "h" | "hs" | "hr" | "hrs" | "horas");
    let is_list = view.is_mark(3, ',') && view.number(4).is_some();
    let is_measure = is_time || is_list || view.is_content(3) || unit_at(view, 3).is_some();
    cents.is_some_and(|cents| cents == "00" || is_price) && !is_measure
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    #[test]
    fn amounts_are_told_from_other_numbers() {
        let is_found = |text: &str| {
            let typed = tokens(text);
            let view = |at: usize| TokenView {
                before: &typed[..at],
                rest: &typed[at..],
                is_shouted: false,
            };
            (0..typed.len()).any(|at| is_amount(&view(at)))
        };
        for text in [
            "R$ 50",
            "RS 50,00",
            "multa de 50 reais",
            "cinquenta reais",
            "catorze reais",
            "dois milhões de reais",
            "duzentas e uma pratas",
            "taxa de 50,00",
            "plano por 99,90",
            "BRL 5",
        ] {
            assert!(is_found(text), "{text}");
        }
        for text in [
            "motivos reais",
            "em tempo real",
            "RS 122",
            "às 18,00h",
            "perda de 5,00 dB",
            "fator 0,95",
            "conto com todos",
        ] {
            assert!(!is_found(text), "{text}");
        }
    }
}
