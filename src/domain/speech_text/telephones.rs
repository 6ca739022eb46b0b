//! Telephone numbers, which are said digit by digit, and postal codes, which are left out.

use crate::domain::alert_text::fold;

use super::gender::Gender;
use super::number_words::{cardinal, code_digits, telephone_digits};
use super::tokens::{Rewriting, SpeechRule, SpeechToken, TokenKind, TokenView};

pub(super) const RULES: &[SpeechRule] = &[postal_code, telephone, short_number, starred];

/// Numbers that no area code precedes, before their last four digits.
const NATIONAL: [&str; 8] = ["3003", "3004", "4000", "4002", "4003", "4004", "4007", "4020"];
/// Numbers by who pays, before six or seven digits.
const BY_PAYER: [&str; 4] = ["0300", "0500", "0800", "0900"];
/// Before a number that is called.
const BEFORE_NUMBER: [&str; 14] = [
    "central",
    "contato",
    "contatos",
    "disque",
    "fone",
    "ligar",
    "ligue",
    "tel",
    "telefone",
    "telefones",
    "whats",
    "whatsapp",
    "zap",
    "sac",
];
/// Before a short number: `disque 190`.
const BEFORE_SHORT: [&str; 4] = ["disque", "discar", "ligue", "ligar"];
/// Maximum groups of digits in a telephone number: `+55 (37) 9 8888 7777`.
const GROUPS_MAX: usize = 5;
/// Words, folded, before the name of a street or a place, to which a postal code is an addition.
const ADDRESSES: [&str; 16] = [
    "al", "alameda", "av", "avenida", "bairro", "br", "estrada", "largo", "praca", "r", "rod",
    "rodovia", "rua", "trav", "travessa", "vila",
];
/// Words, folded, after which a postal code is no addition.
const EXCEPTIONS: [&str; 8] = ["apenas", "exceto", "fora", "menos", "no", "o", "salvo", "so"];
/// Words of a clause before a postal code that are looked at.
const CLAUSE_WORDS_MAX: usize = 8;
/// The country code.
const COUNTRY: &str = "55";

/// A group of digits, and how it is parted from the one before.
struct DigitGroup<'t> {
    digits: &'t str,
    /// Whether white space stands before it, apart from parentheses.
    is_spaced: bool,
    /// Whether it stands in parentheses.
    is_enclosed: bool,
    /// Where the token after it begins, and after its parenthesis.
    end: usize,
}

/// A telephone number in any of its written forms.
pub(super) fn telephone(view: &TokenView<'_>) -> Option<Rewriting> {
    if !view.begins() || view.continues_number(&['.', ',', '-', '/', ':']) {
        return None;
    }
    let has_plus = view.is_mark(0, '+');
    let groups = digit_groups(&view.from(usize::from(has_plus)));
    let is_announced = view.last_word(&[':', '.', '(', '+']);
    let is_announced = is_announced.is_some_and(|last| BEFORE_NUMBER.contains(&last.as_str()));
    let read = |count: usize| {
        let words = telephone_words(&groups[..count], has_plus, is_announced)?;
        let end = groups[count - 1].end + usize::from(has_plus);
        let is_longer = view.is_content(end)
            || (view.is_mark(end, '-') || view.is_mark(end, '.') || view.is_mark(end, '/'))
                && view.number(end + 1).is_some();
        (!is_longer).then(|| Rewriting::numeral(end, words))
    };
    (1..=groups.len()).rev().find_map(read)
}

/// Whether a mobile telephone's number begins at the view; returns whether it is typed without any
/// gap, as software stores it.
pub(super) fn mobile(view: &TokenView<'_>) -> Option<bool> {
    let taken = telephone(view)?.taken;
    let typed = view.rest[..taken].iter().filter(|token| token.kind == TokenKind::Number);
    let digits: String = typed.clone().map(|token| token.text.as_str()).collect();
    let local = digits.len().checked_sub(9).map(|at| &digits[at..])?;
    let is_mobile = local.starts_with('9') && matches!(digits.len(), 9 | 11..=14);
    let is_payer = BY_PAYER.iter().any(|payer| digits.starts_with(payer));
    (is_mobile && !is_payer).then(|| typed.count() == 1)
}

/// `disque 190`, `ligue 10315`.
fn short_number(view: &TokenView<'_>) -> Option<Rewriting> {
    let digits = view.number(0).filter(|digits| (3..=5).contains(&digits.len()))?;
    let is_called = view.follows(&BEFORE_SHORT) && !view.is_content(1);
    is_called.then(|| Rewriting::numeral(1, telephone_digits(digits)))
}

/// `CEP 35500-000`: nobody needs it spoken, and it locates no fault.
fn postal_code(view: &TokenView<'_>) -> Option<Rewriting> {
    let end = postal_code_end(view)?;
    Some(Rewriting { taken: end, tokens: vec![SpeechToken::gap()] })
}

/// Where a postal code ends that begins at the view.
fn postal_code_end(view: &TokenView<'_>) -> Option<usize> {
    let is_named = view.lower_word(0).is_some_and(|word| word == "cep");
    let mut at = usize::from(is_named);
    while is_named && at < 4 && (view.is_gap(at) || view.is_mark(at, ':') || view.is_mark(at, '.'))
    {
        at += 1;
    }
    let has_thousands = view.number(at)?.len() == 2 && view.is_mark(at + 1, '.');
    let first = at + if has_thousands { 2 } else { 0 };
    let digits = view.number(first)?.len();
    let has_first = digits == if has_thousands { 3 } else { 5 };
    let is_parted = has_first && view.is_mark(first + 1, '-');
    let is_parted = is_parted && view.number(first + 2).is_some_and(|rest| rest.len() == 3);
    let end = match (is_parted, is_named) {
        (true, _) => first + 3,
        (false, true) if matches!(digits, 5 | 8) => first + 1,
        _ => return None,
    };
    let is_whole = view.begins() && !view.continues_number(&['.', '-']) && !view.is_content(end);
    is_whole.then_some(end)
}

/// Whether a postal code at the view is what the sentence is about, so that without it the rest says
/// something else: `apenas o CEP 35500-000 segue sem sinal`.
fn is_needed(view: &TokenView<'_>) -> bool {
    let number = view.from(view.past_gap(1 + usize::from(view.is_mark(1, ':'))));
    let are_several = view.lower_word(0).is_some_and(|word| word == "ceps");
    if are_several && number.number(0).is_some() {
        return true;
    }
    let Some(end) = postal_code_end(view) else { return false };
    let is_followed = view.is_content(view.past_gap(end));
    // What stands before has been looked at where the code begins.
    let is_inner = view.follows(&["cep", "ceps"]) || view.number(0).is_some() && names_code(view);
    !is_inner && (is_followed || !is_addition(view))
}

/// Whether the number at the view is one after `CEP:`.
fn names_code(view: &TokenView<'_>) -> bool {
    view.last_word(&[':', '.']).is_some_and(|last| last == "cep")
}

/// Whether a comma, a dash or a parenthesis stands before the view, or the name of a street.
fn is_addition(view: &TokenView<'_>) -> bool {
    let mut before = view.before.iter().rev().filter(|token| token.kind != TokenKind::Gap);
    let Some(last) = before.next() else { return true };
    if last.kind == TokenKind::Mark {
        return [',', '-', '–', '(', '[', '.', ';'].iter().any(|sign| last.is_mark(*sign));
    }
    let clause = std::iter::once(last).chain(before.take_while(|token| token.is_content()));
    let words: Vec<_> = clause.take(CLAUSE_WORDS_MAX).map(|token| fold(&token.text)).collect();
    let is_street = |word: &String| ADDRESSES.contains(&word.as_str());
    let names = words.iter().position(is_street).unwrap_or_default();
    names > 0 && !words[..names].iter().any(|word| EXCEPTIONS.contains(&word.as_str()))
}

/// `*144`: with a star at both ends it is a number in bold type.
fn starred(view: &TokenView<'_>) -> Option<Rewriting> {
    let digits = view.number(1).filter(|_| view.is_mark(0, '*') && view.begins())?;
    let is_code = (3..=5).contains(&digits.len());
    let is_bold = view.rest.iter().skip(1).any(|token| token.is_mark('*'))
        || view.before.iter().any(|token| token.is_mark('*'));
    let words = || format!("asterisco {}", telephone_digits(digits));
    (is_code && !is_bold && !view.is_content(2)).then(|| Rewriting::numeral(2, words()))
}

/// Whether a number by who pays it begins at the view that is cut (`0800/123`), or a postal code
/// that may not be left out.
pub(super) fn is_unsure(view: &TokenView<'_>) -> bool {
    if is_needed(view) {
        return true;
    }
    let is_payer = view.number(0).is_some_and(|digits| BY_PAYER.contains(&digits));
    let is_time = view.lower_word(view.past_gap(1)).is_some_and(|word| word.starts_with('h'));
    let goes_on = view.is_mark(1, '/') || view.is_mark(1, '-') || view.is_gap(1);
    let is_number = goes_on && view.number(2).is_some();
    view.begins() && is_payer && is_number && !is_time && telephone(view).is_none()
}

fn digit_groups<'t>(view: &TokenView<'t>) -> Vec<DigitGroup<'t>> {
    let mut groups: Vec<DigitGroup<'_>> = Vec::new();
    let mut at = 0;
    while groups.len() < GROUPS_MAX {
        let start = at;
        at = if groups.is_empty() { at } else { view.past_gap(at) };
        let is_spaced = at > start;
        let is_payer = groups.len() == 1 && BY_PAYER.contains(&groups[0].digits);
        let is_sign = ['-', '.', '–'].iter().any(|sign| view.is_mark(at, *sign))
            || is_payer && view.is_mark(at, '/');
        let is_parted = is_sign && !groups.is_empty();
        // `3222 - 1234`
        let is_wide = is_parted && is_spaced && view.is_gap(at + 1) && is_half(&groups, view, at);
        at += usize::from(is_parted && !is_spaced) + if is_wide { 2 } else { 0 };
        let is_enclosed = view.is_mark(at, '(');
        at += usize::from(is_enclosed);
        let Some(digits) = view.number(at) else { break };
        at += 1;
        if is_enclosed && !view.is_mark(at, ')') {
            break;
        }
        at += usize::from(is_enclosed);
        groups.push(DigitGroup { digits, is_spaced, is_enclosed, end: at });
    }
    groups
}

/// Whether four digits, or five, stand before the spaced hyphen at `at`, and four after it.
fn is_half(groups: &[DigitGroup<'_>], view: &TokenView<'_>, at: usize) -> bool {
    let is_first = groups.last().is_some_and(|group| matches!(group.digits.len(), 4 | 5));
    let is_last = view.number(at + 2).is_some_and(|digits| digits.len() == 4);
    is_first && is_last && !view.is_mark(at, '.')
}

fn telephone_words(
    groups: &[DigitGroup<'_>],
    has_plus: bool,
    is_announced: bool,
) -> Option<String> {
    let first = groups.first()?;
    if BY_PAYER.contains(&first.digits) && !has_plus {
        return by_payer(&groups[1..]).map(|rest| join(first.digits, &rest));
    }
    if let Some(rest) = first.digits.strip_prefix("0800").filter(|_| groups.len() == 1) {
        let local = DigitGroup { digits: rest, ..*first };
        return by_payer(&[local]).map(|rest| join("0800", &rest));
    }
    if has_plus && first.digits == COUNTRY {
        return with_area(&groups[1..], has_plus).map(|rest| format!("cinquenta e cinco, {rest}"));
    }
    if has_plus && groups.len() == 1 {
        let national = first.digits.strip_prefix(COUNTRY)?;
        let (area, local) = national.split_at_checked(2)?;
        let local = one_group(local)?;
        return Some(format!("cinquenta e cinco, {}, {local}", area_words(area)?));
    }
    let is_national = groups.len() == 2 && NATIONAL.contains(&first.digits);
    let may_be_spaced = is_national || is_announced;
    let own = || with_area(groups, is_announced).or_else(|| without_area(groups, may_be_spaced));
    if has_plus { None } else { own() }
}

fn join(first: &str, rest: &str) -> String {
    format!("{}, {rest}", telephone_digits(first))
}

fn by_payer(groups: &[DigitGroup<'_>]) -> Option<String> {
    let digits: usize = groups.iter().map(|group| group.digits.len()).sum();
    let said = groups.iter().map(|group| telephone_digits(group.digits));
    (matches!(digits, 6 | 7) && groups.len() <= 4).then(|| said.collect::<Vec<_>>().join(", "))
}

/// `(37) 3222-1234`, `37 98888-7777`, `3732221234`.
fn with_area(groups: &[DigitGroup<'_>], is_announced: bool) -> Option<String> {
    let (area, local) = groups.split_first()?;
    if local.is_empty() {
        // Without such a word it may be a contract's or, with eleven digits, a CPF.
        let (code, local) = area.digits.split_at_checked(2).filter(|_| is_announced)?;
        let is_own = match local.len() {
            8 => local.starts_with(['2', '3', '4', '5']),
            9 => local.starts_with('9'),
            _ => false,
        };
        return Some(format!("{}, {}", area_words(code)?, one_group(local).filter(|_| is_own)?));
    }
    let code = area_words(area.digits)?;
    let is_known = area.is_enclosed || area.digits.len() == 2 || area.digits.starts_with('0');
    // Two digits and eight more in one group may be a number with its unit left out.
    let is_sure = area.is_enclosed || local.len() > 1 || local[0].digits.len() == 9 || is_announced;
    let words = local_words(local).filter(|_| is_known && is_sure)?;
    Some(format!("{code}, {words}"))
}

/// `3222-1234`, `98888-7777`, `4004 1234`.
fn without_area(groups: &[DigitGroup<'_>], may_be_spaced: bool) -> Option<String> {
    let is_year = |digits: &str| matches!(digits.get(..2), Some("19" | "20")) && digits.len() == 4;
    let are_years = groups.len() == 2 && groups.iter().all(|group| is_year(group.digits));
    let is_enclosed = groups.iter().any(|group| group.is_enclosed);
    let is_spaced = groups.iter().skip(1).any(|group| group.is_spaced);
    let is_short = groups.len() == 1;
    let is_unsure = (is_spaced || is_short) && !may_be_spaced;
    if are_years || is_enclosed || is_unsure { None } else { local_words(groups) }
}

fn local_words(groups: &[DigitGroup<'_>]) -> Option<String> {
    let digits: Vec<&str> = groups.iter().map(|group| group.digits).collect();
    match *digits.as_slice() {
        [one] => one_group(one),
        [first, last] if last.len() == 4 => parts(first, last),
        ["9", first, last] if first.len() == 4 && last.len() == 4 => {
            parts(&format!("9{first}"), last)
        }
        _ => None,
    }
}

fn one_group(digits: &str) -> Option<String> {
    let (first, last) = digits.split_at_checked(digits.len().checked_sub(4)?)?;
    parts(first, last)
}

fn parts(first: &str, last: &str) -> Option<String> {
    let is_local = match first.len() {
        4 => first.starts_with(['2', '3', '4', '5', '6', '7', '8', '9']),
        5 => first.starts_with('9'),
        _ => false,
    };
    is_local.then(|| format!("{}, {}", telephone_digits(first), telephone_digits(last)))
}

/// An area code is two digits without a zero; some people type a zero before it.
fn area_words(digits: &str) -> Option<String> {
    let code = digits.strip_prefix('0').unwrap_or(digits);
    let number = code.parse().ok().filter(|_| code.len() == 2 && !code.contains('0'))?;
    let zero = if code.len() < digits.len() { code_digits("0") + " " } else { String::new() };
    Some(zero + &cardinal(number, Gender::Masculine))
}
