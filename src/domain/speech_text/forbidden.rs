//! Words that are never spoken to a caller: credentials, documents, debts.

use crate::domain::alert_text::fold;

use super::debts::is_debt;
use super::internal_notes::is_note;
use super::money::is_amount;
use super::refusal::Refusal;
use super::tokens::{SpeechToken, TokenKind, TokenView};
use super::units::unit_at;

/// Whole words, folded: credentials, documents, debts.
const WORDS: [&str; 43] = [
    "calote",
    "calotes",
    "caloteira",
    "caloteiras",
    "caloteiro",
    "caloteiros",
    "cnpj",
    "cnpjs",
    "cpf",
    "cpfs",
    "credenciais",
    "credencial",
    "cvv",
    "divida",
    "dividas",
    "devedor",
    "devedora",
    "devedores",
    "devendo",
    "juros",
    "logon",
    "otp",
    "pagto",
    "pgto",
    "pgtos",
    "pin",
    "pins",
    "pix",
    "psw",
    "psswd",
    "puk",
    "pwd",
    "quitacao",
    "quitar",
    "serasa",
    "serasajud",
    "snh",
    "snha",
    "spc",
    "token",
    "tokens",
    "userid",
    "username",
];
/// Beginnings of words, folded, with all their forms.
const BEGINNINGS: [&str; 12] = [
    "boleto",
    "cobrad",
    "cobran",
    "cobrar",
    "cobrou",
    "debit",
    "fatura",
    "inadimpl",
    "login",
    "negativad",
    "passw",
    "senha",
];
/// After these a word begins that makes a credential of "chave" or "código".
const BEFORE_CREDENTIAL: [&str; 6] = ["chave", "chaves", "cod", "cods", "codigo", "codigos"];
/// Such words, folded.
const CREDENTIALS: [&str; 14] = [
    "acesso",
    "aleatoria",
    "barras",
    "celular",
    "cnpj",
    "confirmacao",
    "email",
    "pix",
    "seguranca",
    "verificacao",
    "wep",
    "wi",
    "wifi",
    "wpa",
];
/// Words, folded, of which a colon makes the name of a credential.
const NAMING: [&str; 5] = ["chave", "pass", "pw", "user", "usuario"];
/// Between the two.
const OF: [&str; 4] = ["da", "de", "do", "o"];
/// Digits and the letters for which they are typed to hide a word: `s3nh4`.
const DISGUISES: [(char, char); 6] =
    [('0', 'o'), ('1', 'i'), ('3', 'e'), ('4', 'a'), ('5', 's'), ('7', 't')];

/// Finds a word or an amount that is never spoken.
pub(super) fn found(typed: &[SpeechToken]) -> Option<Refusal> {
    let mut initials = String::new();
    let has_wireless = has_wireless(typed);
    for (at, token) in typed.iter().enumerate() {
        let view = TokenView { before: &typed[..at], rest: &typed[at..], is_shouted: false };
        if token.kind == TokenKind::Word {
            let word = fold(&token.text);
            let is_initial = token.text.chars().count() == 1;
            initials = if is_initial { initials + &word } else { String::new() };
            if is_forbidden(&word) || is_forbidden(&initials) || is_credential(&view, &word) {
                return Some(Refusal::ForbiddenWord);
            }
            let is_key = is_key(&view, &word, has_wireless) || is_parted(&view, &word);
            if is_key || is_note(&view) {
                return Some(Refusal::ForbiddenWord);
            }
        }
        if view.begins() && is_disguised(view.rest) {
            return Some(Refusal::ForbiddenWord);
        }
        if is_amount(&view) {
            return Some(Refusal::Money);
        }
    }
    is_debt(typed).then_some(Refusal::ForbiddenWord)
}

fn is_forbidden(word: &str) -> bool {
    WORDS.contains(&word) || BEGINNINGS.iter().any(|beginning| word.starts_with(beginning))
}

/// `s3nha`: letters and digits without a sign between them, read as letters alone.
fn is_disguised(rest: &[SpeechToken]) -> bool {
    let run: Vec<_> = rest.iter().take_while(|token| token.is_content()).collect();
    let is_mixed = run.len() > 1 && run.iter().any(|token| token.kind == TokenKind::Word);
    let letter = |c: char| DISGUISES.iter().find(|(digit, _)| *digit == c).map_or(c, |(_, c)| *c);
    let word = || run.iter().flat_map(|token| token.text.chars()).map(letter).collect::<String>();
    is_mixed && is_forbidden(&fold(&word()))
}

/// Whether the text is about a wireless network, where a key opens no breaker.
fn has_wireless(typed: &[SpeechToken]) -> bool {
    typed.iter().enumerate().any(|(at, token)| {
        let follows = typed[at + 1..].iter().find(|token| token.is_content());
        let word = fold(&token.text);
        word == "wifi"
            || word == "ssid"
            || word == "wi" && follows.is_some_and(|fi| fi.text.eq_ignore_ascii_case("fi"))
    })
}

/// `wifi novo chave X`, `chave 45871`, `chave abacate1`, `wifi rede: A / B`, `usuário X / Y`.
fn is_key(view: &TokenView<'_>, word: &str, has_wireless: bool) -> bool {
    const DIGITS_MIN: usize = 3;
    let at = view.past_gap(1);
    let has_slash = || view.rest.iter().any(|token| token.is_mark('/'));
    let run = view.rest[at.min(view.rest.len())..].iter().take_while(|token| token.is_content());
    let digits = view.number(at).map_or(0, str::len);
    let is_mixed = run.clone().count() > 1 && run.clone().any(|t| t.kind == TokenKind::Number);
    let is_code = digits >= DIGITS_MIN || is_mixed && unit_at(&view.from(at), 1).is_none();
    match word {
        "chave" => has_wireless || is_code,
        "chaves" => has_wireless,
        "rede" => has_wireless && view.is_mark(at, ':') && has_slash(),
        "usuario" => view.word(at).is_some() && view.is_mark(view.past_gap(at + 1), '/'),
        _ => false,
    }
}

/// `se-nha`
fn is_parted(view: &TokenView<'_>, word: &str) -> bool {
    let rest = view.word(2).filter(|_| view.is_mark(1, '-')).map(fold);
    rest.is_some_and(|rest| is_forbidden(&format!("{word}{rest}")))
}

/// `chave de acesso`, `chave: …`, `código de verificação`, `usuário: …`; `chave seccionadora` is none.
fn is_credential(view: &TokenView<'_>, word: &str) -> bool {
    let next = view.past_gap(1 + usize::from(view.is_mark(1, '.')));
    if NAMING.contains(&word) && (view.is_mark(next, ':') || view.is_mark(next, '=')) {
        return true;
    }
    let folded = |at: usize| view.word(at).map(fold).unwrap_or_default();
    let is_of = OF.contains(&folded(next).as_str());
    let named = folded(if is_of { view.past_gap(next + 1) } else { next });
    BEFORE_CREDENTIAL.contains(&word) && CREDENTIALS.contains(&named.as_str())
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
            "s3nh4",
            "login",
            "l0gin",
            "passwd",
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
            "chave de acesso",
            "código de verificação",
            "PIX",
        ] {
            let found = found(&tokens(&format!("aviso de {text} hoje")));
            assert_eq!(found, Some(Refusal::ForbiddenWord), "{text}");
        }
        for text in [
            "senhor",
            "cobra",
            "cobertura",
            "desenha",
            "c. p. norte",
            "Fátima",
            "logo",
            "chave seccionadora",
            "código da rota",
            "5G na B2",
            "usuários sem sinal",
        ] {
            assert_eq!(found(&tokens(text)), None, "{text}");
        }
    }
}
