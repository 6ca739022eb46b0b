//! Sentences about debts, of words that are harmless alone.

use crate::domain::alert_text::fold;

use super::tokens::{SpeechToken, TokenKind};

/// Beginnings of two words, folded, that are never spoken within one sentence so near to each other.
const PAIRS: [(&str, &[&str]); 17] = [
    ("acordo", &["judicia", "parcel", "quit", "divid"]),
    ("bol", &["vencid", "atrasad"]),
    ("bloque", &["financeir", "pagament"]),
    ("conta", &["vencid", "atraso", "atrasad", "abert", "pendent", "pagar", "paga"]),
    ("contrato", &["cancelad", "vencid"]),
    ("fat", &["vencid", "atrasad"]),
    ("financeir", &["penden", "suspens", "restric"]),
    ("linha", &["digitave"]),
    ("mensalidade", &["atraso", "atrasad", "vencid", "abert", "pendent", "penden"]),
    ("meses", &["abert", "atras", "vencid", "devid"]),
    ("nome", &["sujo", "negativ"]),
    (
        "pagament",
        &[
            "falta",
            "atraso",
            "atrasad",
            "pendent",
            "penden",
            "vencid",
            "regulariz",
            "suspens",
            "nao",
        ],
    ),
    ("pague", &["conta", "mensalidade", "parcela"]),
    ("parcela", &["vencid", "atraso", "atrasad", "abert", "pendent"]),
    ("parcelas", &["vencid", "atraso", "atrasad", "abert", "pendent", "pagar"]),
    ("titulo", &["vencid", "protest", "abert"]),
    ("valor", &["abert", "atraso", "atrasad", "devido", "devid"]),
];
/// Words between the two: `mensalidade do mês em atraso`.
const WORDS_BETWEEN_MAX: usize = 4;
/// Words that begin with one of these without being one.
const NO_ACCOUNTS: [&str; 4] = ["contagem", "contamos", "contato", "contatos"];

/// Finds two words of a debt near each other, in either order, or a second copy of a bill.
pub(super) fn is_debt(typed: &[SpeechToken]) -> bool {
    typed.split(ends_sentence).any(|sentence| {
        let content = sentence.iter().filter(|token| token.is_content());
        let words: Vec<String> = content.map(|token| fold(&token.text)).collect();
        has_pair(&words) || is_second_copy(&words) || is_unpaid(&words)
    })
}

fn has_pair(words: &[String]) -> bool {
    words.iter().enumerate().any(|(at, word)| {
        let near =
            at.saturating_sub(WORDS_BETWEEN_MAX + 1)..words.len().min(at + WORDS_BETWEEN_MAX + 2);
        // `por conta de obra` is no account.
        let is_cause = at.checked_sub(1).is_some_and(|before| words[before] == "por");
        let others = PAIRS.iter().filter(|(beginning, _)| begins(word, beginning) && !is_cause);
        others
            .flat_map(|(_, others)| others.iter())
            .any(|other| words[near.clone()].iter().any(|word| word.starts_with(other)))
    })
}

/// A whole word, or its plural, as far as a longer one is something else.
fn begins(word: &str, beginning: &str) -> bool {
    word.starts_with(beginning) && !NO_ACCOUNTS.contains(&word)
}

/// `não pagaram`, `falta de pag.`, `cliente em atraso`; `obra em atraso` is no debt.
fn is_unpaid(words: &[String]) -> bool {
    const PAID: [&str; 9] =
        ["pag", "paga", "pagam", "pagamento", "pagar", "pagaram", "pagou", "pgto", "quitou"];
    const CUSTOMERS: [&str; 10] = [
        "assinant", "bloque", "cancelad", "client", "cort", "desativ", "morador", "suspens",
        "titular", "usuario",
    ];
    let has_customer =
        || words.iter().any(|word| CUSTOMERS.iter().any(|customer| word.starts_with(customer)));
    // `por atraso da obra`
    let is_of = |at: usize| {
        words
            .get(at)
            .is_some_and(|of| matches!(of.as_str(), "da" | "das" | "do" | "dos" | "na" | "no"))
    };
    words.windows(2).enumerate().any(|(at, pair)| {
        let is_paid = PAID.contains(&pair[1].as_str());
        let is_missing = pair[0] == "falta"
            || pair[0] == "de" && at.checked_sub(1).is_some_and(|at| words[at] == "falta");
        let is_late = matches!(pair[0].as_str(), "em" | "por") && pair[1].starts_with("atras");
        is_paid && (is_missing || matches!(pair[0].as_str(), "n" | "nao" | "nunca" | "sem"))
            || pair[0] == "mes" && pair[1] == "aberto"
            || is_late && !is_of(at + 2) && has_customer()
    })
}

/// `2ª via`, `segunda via`.
fn is_second_copy(words: &[String]) -> bool {
    words.iter().enumerate().any(|(at, word)| {
        let before =
            |count: usize| at.checked_sub(count).map_or("", |before| words[before].as_str());
        let is_second = matches!(before(1), "2" | "segunda" | "2a");
        let is_letter = matches!(before(1), "a" | "nd") && before(2) == "2";
        word == "via" && (is_second || is_letter)
    })
}

fn ends_sentence(token: &SpeechToken) -> bool {
    token.kind == TokenKind::Mark && ['.', '!', '?', ';'].iter().any(|mark| token.is_mark(*mark))
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    #[test]
    fn debts_are_told_from_outages() {
        for text in [
            "mensalidade em atraso",
            "falta de pagamento",
            "contas vencidas",
            "pendência financeira",
            "2ª via",
            "acordo judicial",
        ] {
            assert!(is_debt(&tokens(text)), "{text}");
        }
        for text in [
            "obra em atraso. A conta de energia",
            "por conta de chuva",
            "parcela dos clientes",
            "contato em aberto",
            "falta de energia",
            "via segunda avenida",
        ] {
            assert!(!is_debt(&tokens(text)), "{text}");
        }
    }
}
