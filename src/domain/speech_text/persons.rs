//! What belongs to one person: numbers of contracts and accounts, mobile telephones, signatures.

use crate::domain::alert_text::fold;

use super::refusal::Refusal;
use super::signatures::{self, is_resident};
use super::telephones::{mobile, telephone};
use super::tokens::{SpeechToken, TokenKind, TokenView};
use super::units::unit_at;

/// Words, folded and without a final "e", before a number that is one customer's, with the digits from
/// which on it is.
const BEFORE_OWN_NUMBER: [(&str, usize); 26] = [
    ("ag", 3),
    ("agencia", 3),
    ("assinant", 4),
    ("atend", 4),
    ("atendimento", 5),
    ("cadastro", 3),
    ("cartao", 3),
    ("carteira", 4),
    ("cc", 3),
    ("chamado", 3),
    ("client", 4),
    ("cnh", 3),
    ("cod", 4),
    ("codigo", 4),
    ("conta", 3),
    ("contrato", 2),
    ("ctr", 3),
    ("id", 4),
    ("identidad", 3),
    ("matricula", 3),
    ("nis", 3),
    ("pis", 3),
    ("prot", 3),
    ("protocolo", 2),
    ("rg", 3),
    ("ticket", 3),
];
/// Words, folded, between such a word and its number.
const BETWEEN: [&str; 12] =
    ["c", "cc", "corrente", "final", "id", "mg", "n", "no", "nr", "num", "numero", "sp"];
/// Tokens between the two: `protocolo nº: 4711`.
const TOKENS_BETWEEN_MAX: usize = 6;

/// Words, folded, of a number that the provider answers.
const PROVIDER: [&str; 30] = [
    "atendimento",
    "canais",
    "canal",
    "central",
    "chame",
    "comercial",
    "conosco",
    "discar",
    "disque",
    "emergencia",
    "empresa",
    "escritorio",
    "fone",
    "ligar",
    "ligue",
    "loja",
    "noc",
    "ouvidoria",
    "plantao",
    "sac",
    "suporte",
    "tel",
    "telefone",
    "telefones",
    "telegram",
    "wpp",
    "whats",
    "whatsapp",
    "zap",
    "zape",
];
/// Words, folded, of a person, by beginning.
const PERSON: [&str; 20] = [
    "dona",
    "encarregad",
    "funcionari",
    "gerente",
    "instalador",
    "morador",
    "motorista",
    "porteir",
    "proprietari",
    "responsavel",
    "sindic",
    "sra",
    "srta",
    "supervisor",
    "tec",
    "tecnic",
    "titular",
    "vizinh",
    "zelador",
    "sr",
];
/// Words, folded, that may stand before a number in no sentence about a person.
const NEUTRAL: [&str; 23] = [
    "a",
    "ao",
    "cel",
    "celular",
    "com",
    "contato",
    "contatos",
    "duvida",
    "duvidas",
    "e",
    "em",
    "equipe",
    "fale",
    "informacoes",
    "mais",
    "n",
    "no",
    "numero",
    "o",
    "ou",
    "para",
    "pelo",
    "sobre",
];
/// Words, folded, that are no person's name beside a number.
const OFFICES: [&str; 22] = [
    "agora",
    "claro",
    "da",
    "de",
    "do",
    "filial",
    "financeiro",
    "fixo",
    "geral",
    "gratis",
    "hoje",
    "ja",
    "matriz",
    "oi",
    "por",
    "provedor",
    "tecnico",
    "tim",
    "vendas",
    "via",
    "vivo",
    "nosso",
];
/// Words before the number that are looked at.
const WORDS_BEFORE: usize = 5;

/// Words, folded, that close a letter before the name of who wrote it.
const CLOSINGS: [&str; 12] = [
    "abraco",
    "abracos",
    "ass",
    "assinado",
    "att",
    "atte",
    "atenciosamente",
    "abs",
    "cordialmente",
    "grata",
    "grato",
    "respeitosamente",
];
/// Beginnings, folded, of who signs for the provider, and of words that go on.
const TEAMS: [&str; 20] = [
    "a", "adm", "amigos", "atend", "central", "centro", "comerc", "depart", "direc", "empresa",
    "equipe", "gerencia", "grupo", "morador", "noc", "nossa", "o", "pais", "setor", "suporte",
];
/// A name in small letters has no more words, and nothing follows it.
const NAME_WORDS_MAX: usize = 4;

/// Finds a number or a name that is one person's.
pub(super) fn found(typed: &[SpeechToken], is_shouted: bool) -> Option<Refusal> {
    (0..typed.len()).find_map(|at| {
        let view = TokenView { before: &typed[..at], rest: &typed[at..], is_shouted };
        if is_own_number(&view) || is_own_mobile(&view) {
            return Some(Refusal::PersonalNumber);
        }
        let is_named = is_signature(&view) || is_resident(&view);
        (is_named || signatures::is_signature(&view)).then_some(Refusal::PersonName)
    })
}

/// `contrato nº 4711`, `Ag. 1234`.
fn is_own_number(view: &TokenView<'_>) -> bool {
    let is_account = view.lower_word(0).is_some_and(|word| word == "c")
        && view.is_mark(1, '/')
        && view.lower_word(2).is_some_and(|word| word == "c");
    let word =
        if is_account { "cc".to_owned() } else { view.word(0).map(fold).unwrap_or_default() };
    let stem = word.strip_suffix('e').unwrap_or(&word);
    let Some((_, digits_min)) = BEFORE_OWN_NUMBER.iter().find(|(known, _)| *known == stem) else {
        return false;
    };
    let is_between = |token: &&SpeechToken| match token.kind {
        TokenKind::Number => false,
        TokenKind::Gap => true,
        TokenKind::Mark => {
            [':', '.', '#', 'º', '°', '-', '/', '='].iter().any(|sign| token.is_mark(*sign))
        }
        _ => BETWEEN.contains(&fold(&token.text).as_str()),
    };
    let skipped = view.rest[1..].iter().take(TOKENS_BETWEEN_MAX).take_while(is_between).count();
    let number = view.from(1 + skipped);
    let is_call = word == "atendimento" && telephone(&number).is_some();
    let is_measure = unit_at(&number, 1).is_some();
    let digits = number.rest.iter().map_while(|token| match token.kind {
        TokenKind::Number => Some(token.text.len()),
        TokenKind::Mark if token.is_mark('.') || token.is_mark('-') => Some(0),
        _ => None,
    });
    view.begins() && digits.sum::<usize>() >= *digits_min && !is_call && !is_measure
}

/// Whether a mobile number begins at the view that is no provider's, as far as the words before it
/// tell.
fn is_own_mobile(view: &TokenView<'_>) -> bool {
    let Some(is_bare) = mobile(view) else { return false };
    let sentence = view
        .before
        .iter()
        .rev()
        .take_while(|token| !matches!(token.text.as_str(), "!" | "?" | ";"));
    let words: Vec<_> = sentence
        .filter(|token| token.kind == TokenKind::Word)
        .take(WORDS_BEFORE)
        .map(|token| (token.text.as_str(), fold(&token.text)))
        .collect();
    let is_support =
        |at: usize| words.get(at + 1).is_some_and(|(_, word)| PROVIDER.contains(&word.as_str()));
    let is_person = words.iter().enumerate().any(|(at, (_, word))| {
        PERSON
            .iter()
            .any(|person| if person.len() < 4 { word == person } else { word.starts_with(person) })
            && !is_support(at)
    });
    let is_provider = words.iter().any(|(_, word)| PROVIDER.contains(&word.as_str()));
    let Some((typed, last)) = words.first() else { return is_bare };
    let is_name = typed.starts_with(char::is_uppercase) && !NEUTRAL.contains(&last.as_str());
    let is_other = |word: &str| !PROVIDER.contains(&word) && !OFFICES.contains(&word);
    let nearest = words.iter().find(|(_, word)| !NEUTRAL.contains(&word.as_str()));
    let is_called = nearest
        .is_some_and(|(typed, word)| typed.starts_with(char::is_uppercase) && is_other(word));
    let is_named = is_called || precedes_name(view);
    is_person || is_named || !is_provider && (is_name || is_bare)
}

/// `(37) 99999-1234 (Marcos)`
fn precedes_name(view: &TokenView<'_>) -> bool {
    let Some(taken) = telephone(view).map(|known| known.taken) else { return false };
    let is_sign = |token: &&SpeechToken| {
        token.kind == TokenKind::Gap || ['(', ')', '-', '–'].iter().any(|s| token.is_mark(*s))
    };
    let at = taken + view.rest[taken..].iter().take_while(is_sign).count();
    view.word(at).is_some_and(|word| {
        let folded = fold(word);
        let is_known = [&PROVIDER[..], &NEUTRAL, &OFFICES].iter().any(|l| l.contains(&&*folded));
        word.starts_with(char::is_uppercase) && !view.is_shouted && !is_known
    })
}

/// `Att, João`, `Ass.: Maria`; not `Atenciosamente, equipe de suporte`.
fn is_signature(view: &TokenView<'_>) -> bool {
    let word = view.word(0).map(fold).unwrap_or_default();
    if !CLOSINGS.contains(&word.as_str()) || !view.begins() {
        return false;
    }
    let signs = view.rest[1..].iter().take_while(|token| !token.is_content());
    let count = signs.clone().count();
    let has_sign = signs.into_iter().any(|token| token.is_mark(',') || token.is_mark(':'));
    let Some(first) = view.rest.get(1 + count).map(|token| token.text.as_str()) else {
        return false;
    };
    let words = view.rest[1 + count..].iter().filter(|token| token.is_content()).count();
    let is_team = TEAMS.iter().any(|team| {
        let first = fold(first);
        if team.len() < 3 { first == *team } else { first.starts_with(team) }
    });
    let is_capital = first.starts_with(char::is_uppercase) && !view.is_shouted;
    let is_last = words <= NAME_WORDS_MAX && (has_sign || view.is_shouted);
    !is_team && (is_capital || is_last)
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    #[test]
    fn what_belongs_to_one_person_is_told_from_what_the_provider_tells_all() {
        let own = Some(Refusal::PersonalNumber);
        let name = Some(Refusal::PersonName);
        for (text, refusal) in [
            ("contrato nº 4512", own),
            ("contrato de 12 meses", None),
            ("Ag. 1234 C/C 56789", own),
            ("por conta de 2 postes", None),
            ("Atendimento: 3222-1234", None),
            ("João (37) 98888-7777", own),
            ("WhatsApp (37) 98888-7777", None),
            ("suporte técnico (37) 98888-7777", None),
            ("ligue para o técnico (37) 98888-7777", own),
            ("+5537988887777", own),
            ("(37) 3222-1234", None),
            ("Aviso. Att, João", name),
            ("Aviso. att, joão", name),
            ("Aviso. Att, equipe de suporte", None),
            ("Aviso. Atenciosamente.", None),
        ] {
            assert_eq!(found(&tokens(text), false), refusal, "{text}");
        }
    }
}
