//! Numbers of persons, contracts and devices in a text.

use crate::domain::alert_text::fold;

use super::calendar::date;
use super::clock_times::time_of_day;
use super::number_words::is_digit_word;
use super::refusal::Refusal;
use super::telephones::telephone;
use super::tokens::{SpeechToken, TokenKind, TokenView};

/// Digits of a CPF and of a CNPJ.
const DOCUMENT_DIGITS: [usize; 2] = [11, 14];
/// From so many digits on a number is a name of something, and nobody can follow it.
const LONG_DIGITS: usize = 9;
/// From so many digits in words on; `um dois três quatro` up to nine may be a list.
const SAID_DIGITS: usize = 10;
/// Digits of a code with letters that is too long to follow: a serial number.
const CODE_DIGITS: usize = 5;
/// Letters and digits of such a code.
const CODE_LENGTH: usize = 9;

/// Words, folded, for signs within a number: `123 ponto 456`.
const SIGN_WORDS: [&str; 6] = ["barra", "hifen", "ponto", "separador", "tracinho", "traco"];
/// Digits of each number in a list, and its least length: `casas 10 20 30`.
const LISTED_DIGITS_MAX: usize = 3;
/// Words, folded, before several numbers with commas.
const LISTED: [&str; 20] = [
    "apartamentos",
    "aptos",
    "blocos",
    "caixas",
    "casas",
    "ceos",
    "ctos",
    "lotes",
    "numeros",
    "olts",
    "pons",
    "portas",
    "postes",
    "quadras",
    "ramais",
    "rotas",
    "ruas",
    "setores",
    "slots",
    "torres",
];

/// The digits of a number, or of numbers, with nothing but signs between them.
#[derive(Default)]
struct DigitRun {
    groups: Vec<usize>,
    values: Vec<u64>,
    /// Whether a comma or a slash parts two.
    has_commas: bool,
    /// Whether every two are parted by a comma and a gap, or by "e".
    is_listed: bool,
}

/// Finds a document or a long number that is neither a telephone number nor a date nor a time.
pub(super) fn found(typed: &[SpeechToken]) -> Option<Refusal> {
    let mut at = 0;
    while at < typed.len() {
        let view = TokenView { before: &typed[..at], rest: &typed[at..], is_shouted: false };
        let (taken, refusal) = match known(&view) {
            Some(taken) => (taken, None),
            None => long_number(&view),
        };
        if refusal.is_some() {
            return refusal;
        }
        at += taken.max(1);
    }
    let has_code = typed.split(|token| !token.is_content()).any(is_code);
    (has_code || has_said_digits(typed)).then_some(Refusal::LongNumber)
}

/// Whether so many digits are typed in words; a telephone number that is spoken has commas.
fn has_said_digits(typed: &[SpeechToken]) -> bool {
    let runs = typed.split(|token| {
        let is_word = token.kind == TokenKind::Gap || is_digit_word(&fold(&token.text));
        !is_word
    });
    runs.into_iter().any(|run| run.iter().filter(|token| token.is_content()).count() >= SAID_DIGITS)
}

/// How many tokens at the view are a telephone number, a date or a time.
fn known(view: &TokenView<'_>) -> Option<usize> {
    let written = telephone(view).or_else(|| date(view)).map(|known| known.taken);
    written.or_else(|| time_of_day(view))
}

/// How many tokens the run of digits at the view has, and why it is refused.
fn long_number(view: &TokenView<'_>) -> (usize, Option<Refusal>) {
    let mut run = DigitRun { is_listed: true, ..DigitRun::default() };
    let mut at = 0;
    while let Some(number) = view.number(at) {
        if at > 0 && known(&TokenView { before: &view.rest[..at], ..view.from(at) }).is_some() {
            break;
        }
        run.groups.push(number.len());
        run.values.push(number.parse().unwrap_or(u64::MAX));
        let between = between(&view.from(at + 1));
        let next = at + 1 + between;
        let signs = &view.rest[at + 1..next];
        let is_path = signs.len() == 1 && signs[0].is_mark('/');
        let is_short = number.len() < 3 && view.number(next).is_some_and(|next| next.len() < 3);
        if between == 0 || view.number(next).is_none() || is_path && is_short {
            break;
        }
        run.has_commas |= signs.iter().any(|token| token.is_mark(',') || token.is_mark('/'));
        run.is_listed &= signs.len() > 1 && !signs.iter().any(|token| token.is_mark('-'));
        at = next;
    }
    let before = view.last_word(&[':', '.', '#']).map(|word| fold(&word)).unwrap_or_default();
    (at.max(1), run.refusal(LISTED.contains(&before.as_str())))
}

/// How many tokens at the view are no number, but signs, gaps or words for signs.
fn between(view: &TokenView<'_>) -> usize {
    let is_sign = |token: &&SpeechToken| match token.kind {
        TokenKind::Gap => true,
        TokenKind::Mark => !token.is_mark('%') && !token.is_mark('°'),
        TokenKind::Word => SIGN_WORDS.contains(&fold(&token.text).as_str()),
        _ => false,
    };
    view.rest.iter().take_while(is_sign).count()
}

impl DigitRun {
    fn refusal(&self, is_announced: bool) -> Option<Refusal> {
        let digits: usize = self.groups.iter().sum();
        let are_short = self.groups.iter().all(|group| *group <= LISTED_DIGITS_MAX);
        let is_ascending = self.values.is_sorted_by(|first, second| first < second);
        // `123 456 789` is one number with gaps, unless it has commas.
        let are_thousands = self.groups.iter().all(|group| *group == LISTED_DIGITS_MAX);
        let is_parted = self.has_commas || is_announced || !are_thousands;
        let is_list = self.groups.len() > 2 && are_short && is_ascending && is_parted;
        let is_listed =
            is_announced && self.is_listed && self.groups.iter().all(|group| *group < 5);
        if digits < LONG_DIGITS || is_list || is_listed {
            return None;
        }
        let is_document = DOCUMENT_DIGITS.contains(&digits);
        Some(if is_document { Refusal::Document } else { Refusal::LongNumber })
    }
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
