//! Words and amounts that are never spoken to a caller.

use crate::domain::alert_text::fold;

use super::refusal::Refusal;
use super::tokens::{SpeechToken, TokenKind};

/// Whole words, folded: credentials, documents, debts.
const WORDS: [&str; 18] = [
    "cnpj",
    "cnpjs",
    "cpf",
    "cpfs",
    "divida",
    "dividas",
    "devedor",
    "devedora",
    "devedores",
    "login",
    "logins",
    "logon",
    "password",
    "senha",
    "senhas",
    "serasa",
    "spc",
    "username",
];
/// Beginnings of words, folded, with all their forms.
const BEGINNINGS: [&str; 9] =
    ["boleto", "cobrad", "cobran", "cobrar", "cobrou", "debit", "fatura", "inadimpl", "negativad"];
/// Words for money after a number.
const CURRENCIES: [&str; 6] = ["reais", "real", "centavo", "centavos", "euros", "dolares"];
/// Numbers in words, folded, as far as amounts end in them.
const NUMBER_WORDS: [&str; 29] = [
    "um",
    "dois",
    "tres",
    "quatro",
    "cinco",
    "seis",
    "sete",
    "oito",
    "nove",
    "dez",
    "onze",
    "doze",
    "quinze",
    "vinte",
    "trinta",
    "quarenta",
    "cinquenta",
    "sessenta",
    "setenta",
    "oitenta",
    "noventa",
    "cem",
    "cento",
    "duzentos",
    "trezentos",
    "quinhentos",
    "mil",
    "milhao",
    "milhoes",
];

/// Finds a word or an amount that is never spoken, or struck-out text.
pub(super) fn found(typed: &[SpeechToken]) -> Option<Refusal> {
    let folded: Vec<String> = typed.iter().map(|token| fold(&token.text)).collect();
    let mut initials = String::new();
    for (at, (token, word)) in typed.iter().zip(&folded).enumerate() {
        if token.kind == TokenKind::Word {
            let is_initial = token.text.chars().count() == 1;
            initials = if is_initial { initials + word } else { String::new() };
            if is_forbidden(word) || is_forbidden(&initials) {
                return Some(Refusal::ForbiddenWord);
            }
            if CURRENCIES.contains(&word.as_str()) && follows_number(&typed[..at], &folded[..at]) {
                return Some(Refusal::Money);
            }
        } else if token.is_mark('$') {
            return Some(Refusal::Money);
        } else if token.is_mark('~') && closes(typed, at) {
            return Some(Refusal::NotSpeakable);
        }
    }
    None
}

fn is_forbidden(word: &str) -> bool {
    WORDS.contains(&word) || BEGINNINGS.iter().any(|beginning| word.starts_with(beginning))
}

/// Whether the last word or number before a currency counts it: `50 reais`, `mil de reais`.
fn follows_number(before: &[SpeechToken], folded: &[String]) -> bool {
    let content = before.iter().zip(folded).rev().filter(|(token, _)| token.is_content());
    let last = content.map(|(token, word)| (token.kind, word.as_str())).find(|(_, w)| *w != "de");
    last.is_some_and(|(kind, word)| kind == TokenKind::Number || NUMBER_WORDS.contains(&word))
}

/// Whether the tilde at `at` ends struck-out text (`~18h~ 20h`), which would be spoken as if it held.
fn closes(typed: &[SpeechToken], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| typed.get(before));
    let goes_on = typed.get(at + 1).is_some_and(SpeechToken::is_content);
    before.is_some_and(|token| token.is_content() || token.is_mark('~')) && !goes_on
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    #[test]
    fn forbidden_words_are_found_in_all_their_forms() {
        for text in [
            "Senha",
            "SENHAS",
            "login",
            "c.p.f.",
            "C P F",
            "Débito",
            "debitos",
            "boletos",
            "Faturas",
            "faturamento",
            "inadimplência",
            "Inadimplentes",
            "cobranças",
            "cobrado",
            "negativados",
            "dívidas",
            "CNPJ",
        ] {
            let found = found(&tokens(&format!("aviso de {text} hoje")));
            assert_eq!(found, Some(Refusal::ForbiddenWord), "{text}");
        }
        for text in ["senhor", "cobra", "cobertura", "desenha", "c. p. norte", "Fátima", "logo"] {
            assert_eq!(found(&tokens(text)), None, "{text}");
        }
    }

    #[test]
    fn amounts_and_struck_out_text_are_found() {
        for (text, refusal) in [
            ("R$ 50", Some(Refusal::Money)),
            ("multa de 50 reais", Some(Refusal::Money)),
            ("cinquenta reais", Some(Refusal::Money)),
            ("dois milhões de reais", Some(Refusal::Money)),
            ("motivos reais", None),
            ("em tempo real", None),
            ("~18h~ 20h", Some(Refusal::NotSpeakable)),
            ("~~18h~~", Some(Refusal::NotSpeakable)),
            ("~50 casas", None),
        ] {
            assert_eq!(found(&tokens(text)), refusal, "{text}");
        }
    }
}
