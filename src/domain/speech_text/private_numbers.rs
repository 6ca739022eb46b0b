//! Numbers of persons, contracts and devices in a text.

use super::calendar::date;
use super::refusal::Refusal;
use super::telephones::telephone;
use super::tokens::{SpeechToken, TokenKind, TokenView};

/// Digits of a CPF and of a CNPJ.
const DOCUMENT_DIGITS: [usize; 2] = [11, 14];
/// From so many digits on a number is a name of something, and nobody can follow it.
const LONG_DIGITS: usize = 9;
/// Digits of a code with letters that is too long to follow: a serial number.
const CODE_DIGITS: usize = 5;
/// Letters and digits of such a code.
const CODE_LENGTH: usize = 9;

/// Finds a document or a long number that is neither a telephone number nor a date.
pub(super) fn found(typed: &[SpeechToken]) -> Option<Refusal> {
    let mut at = 0;
    while at < typed.len() {
        let view = TokenView { before: &typed[..at], rest: &typed[at..], is_shouted: false };
        if let Some(known) = telephone(&view).or_else(|| date(&view)) {
            at += known.taken;
            continue;
        }
        if let Some(refusal) = long_number(&view) {
            return Some(refusal);
        }
        at += 1;
    }
    typed.split(|token| !token.is_content()).find(|code| is_code(code)).map(|_| Refusal::LongNumber)
}

/// The number that begins at the view: groups of digits with single signs between them, or with
/// gaps if the groups are long.
fn long_number(view: &TokenView<'_>) -> Option<Refusal> {
    let tight = digits(view, |next| ['.', '-', '/'].iter().any(|sign| next.is_mark(*sign)));
    let spaced =
        digits(view, |next| next.kind == TokenKind::Gap || next.is_mark('.') || next.is_mark('-'));
    let is_grouped = spaced.iter().rev().skip(1).all(|digits| *digits >= 3);
    let sum = |groups: &[usize]| groups.iter().sum::<usize>();
    let total = if is_grouped { sum(&tight).max(sum(&spaced)) } else { sum(&tight) };
    if total < LONG_DIGITS {
        return None;
    }
    let is_document = DOCUMENT_DIGITS.contains(&sum(&tight)) || DOCUMENT_DIGITS.contains(&total);
    Some(if is_document { Refusal::Document } else { Refusal::LongNumber })
}

/// Counts the digits of each group; `joins` says what may stand between two.
fn digits(view: &TokenView<'_>, joins: impl Fn(&SpeechToken) -> bool) -> Vec<usize> {
    /// A card number has four groups, a bank slip eight.
    const GROUPS_MAX: usize = 10;
    let mut groups = Vec::new();
    let mut at = 0;
    while let Some(number) = view.number(at)
        && groups.len() < GROUPS_MAX
    {
        groups.push(number.len());
        if !view.rest.get(at + 1).is_some_and(&joins) {
            break;
        }
        at += 2;
    }
    groups
}

/// Whether letters and digits without a sign between them are a serial number.
fn is_code(code: &[SpeechToken]) -> bool {
    let count = |kind: TokenKind| {
        let own = code.iter().filter(|token| token.kind == kind);
        own.map(|token| token.text.chars().count()).sum::<usize>()
    };
    // `18h30min15s` is a time.
    let is_time = matches!(code, [_, hours, ..] if hours.text.eq_ignore_ascii_case("h"));
    let (digits, letters) = (count(TokenKind::Number), count(TokenKind::Word));
    !is_time && digits >= CODE_DIGITS && letters >= 2 && digits + letters >= CODE_LENGTH
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    #[test]
    fn documents_and_long_numbers_are_told_from_telephone_numbers_and_dates() {
        for (text, refusal) in [
            ("titular 123.456.789-09", Some(Refusal::Document)),
            ("titular 12345678909", Some(Refusal::Document)),
            ("titular 123 456 789 09", Some(Refusal::Document)),
            ("empresa 12.345.678/0001-95", Some(Refusal::Document)),
            ("empresa 12345678000195", Some(Refusal::Document)),
            ("celular 37988887777", Some(Refusal::Document)),
            ("protocolo 1234567890", Some(Refusal::LongNumber)),
            ("contrato 123456789", Some(Refusal::LongNumber)),
            ("cartão 1234 5678 9012 3456", Some(Refusal::LongNumber)),
            ("ONU HWTC1A2B3C4D", None),
            ("ONU ZTEG12345678", Some(Refusal::LongNumber)),
            ("(37) 3222-1234", None),
            ("37 98888-7777", None),
            ("+55 37 98888-7777", None),
            ("0800 123 4567", None),
            ("08001234567", None),
            ("de 30/11/2026 a 01/12/2026", None),
            ("30/11/2026 0800 123 4567", None),
            ("CEP 35500-000", None),
            ("MASSIVA 20261129", None),
            ("casas 10 20 30 40 50 60", None),
        ] {
            assert_eq!(found(&tokens(text)), refusal, "{text}");
        }
    }
}
