//! Ordinals, measures, and all numbers that no earlier step has read.

use super::calendar::AND_HALF;
use super::gender::{Gender, is_feminine_article, is_named_by_number};
use super::named_letters::is_name;
use super::number_words::{CARDINAL_MAX, ORDINAL_MAX, cardinal, code_digits, ordinal};
use super::tokens::{Rewriting, SpeechRule, TokenKind, TokenView, first_and_a};
use super::units::unit_at;

pub(super) const RULES: &[SpeechRule] =
    &[repeated, unit_before, dimension, numbered, version, range, number];

/// Digits after a decimal sign that are said as one number; more are said one by one.
const FRACTION_DIGITS: usize = 2;
/// Groups of a number in the thousands: `999.999.999`.
const THOUSANDS_MAX: usize = 3;

/// Before an ordinal whose noun is left out.
const BEFORE_ORDINAL: [&str; 9] = ["a", "à", "ao", "da", "do", "e", "na", "no", "o"];
/// Words and gaps of a number up to four digits: `nove mil novecentos e noventa e nove`.
const WORDS_MAX: usize = 15;

/// Any number of things but one: their noun is in the plural.
const MANY: u32 = 2;

/// A number with its thousands and decimals.
struct Quantity<'t> {
    digits: String,
    fraction: Option<(char, &'t str)>,
    taken: usize,
}

impl Quantity<'_> {
    /// How many there are, as far as the noun's form goes; a fraction counts as many.
    fn count(&self) -> u32 {
        match self.fraction {
            Some(_) => 0,
            None => self.digits.parse().unwrap_or_default(),
        }
    }

    fn said(&self, gender: Gender) -> String {
        let value = self.digits.parse::<u32>().ok().filter(|value| *value <= CARDINAL_MAX);
        // `05` counts five, `007` is a code.
        let is_code = self.digits.len() > 2 && self.digits.starts_with('0');
        let whole = match value {
            Some(value) if !is_code => cardinal(value, gender),
            _ => code_digits(&self.digits),
        };
        let Some((sign, fraction)) = self.fraction else { return whole };
        let sign = if sign == ',' { "vírgula" } else { "ponto" };
        let significant = fraction.trim_start_matches('0');
        let zeros = code_digits(&fraction[..fraction.len() - significant.len()]);
        let rest = match significant.parse() {
            Ok(value) if significant.len() <= FRACTION_DIGITS => cardinal(value, Gender::Masculine),
            _ => code_digits(significant),
        };
        [whole.as_str(), sign, &zeros, &rest]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// `2 (duas) horas`: the number is said once.
fn repeated(view: &TokenView<'_>) -> Option<Rewriting> {
    let number = view.value(0, 4)?;
    let at = view.past_gap(1);
    let words = view.rest.get(at + 1..)?.iter().take_while(|token| !token.is_mark(')'));
    let typed: Vec<_> = words.take(WORDS_MAX).map(|token| token.text.to_lowercase()).collect();
    let (end, typed) = (at + 1 + typed.len(), typed.concat());
    let is_same = |gender: &Gender| cardinal(number, *gender) == typed;
    let is_enclosed = view.is_mark(at, '(') && view.is_mark(end, ')') && view.begins();
    let is_repeated = is_enclosed && [Gender::Masculine, Gender::Feminine].iter().any(is_same);
    is_repeated.then(|| Rewriting::numeral(end + 1, typed))
}

/// `km 45` is no measure: the unit stands before its number.
fn unit_before(view: &TokenView<'_>) -> Option<Rewriting> {
    let is_unit = view.lower_word(0)? == "km" && view.begins();
    let at = view.past_gap(1 + usize::from(view.is_mark(1, '.')));
    (is_unit && view.number(at).is_some()).then(|| Rewriting::spoken(at, "quilômetro"))
}

/// `10x20`.
fn dimension(view: &TokenView<'_>) -> Option<Rewriting> {
    let (first, second) = (view.value(0, 4)?, view.value(2, 4)?);
    let is_dimension = view.lower_word(1)? == "x" && !view.is_content(3);
    let said = |value| cardinal(value, Gender::Masculine);
    is_dimension.then(|| Rewriting::numeral(3, format!("{} por {}", said(first), said(second))))
}

/// `2º andar`, `1.ª etapa`, `3a feira`, `1a. etapa`.
fn numbered(view: &TokenView<'_>) -> Option<Rewriting> {
    let number = view.value(0, 4).filter(|_| view.begins())?;
    let (gender, end) = raised(view).or_else(|| letter(view))?;
    let is_ordinal = (1..=ORDINAL_MAX).contains(&number);
    let words = |number: u32| {
        if is_ordinal { ordinal(number, gender) } else { cardinal(number, gender) }
    };
    let day = view.past_gap(end + usize::from(view.is_mark(end, '-')));
    let is_day = gender == Gender::Feminine && (2..=6).contains(&number);
    let name = view.lower_word(day).filter(|_| is_day).unwrap_or_default();
    let ordinal = if number == 3 { "terça".to_owned() } else { words(number) };
    match name.as_str() {
        "feira" | "feiras" => Some(Rewriting::numeral(end, ordinal)),
        "f" if !view.is_content(day + 1) => {
            let dot = view.is_mark(day + 1, '.') && view.is_content(view.past_gap(day + 2));
            Some(Rewriting::numeral(day + 1 + usize::from(dot), format!("{ordinal} feira")))
        }
        _ => Some(Rewriting::numeral(end, words(number))),
    }
}

/// The gender of `2º`, `1.ª`, and where they end.
fn raised(view: &TokenView<'_>) -> Option<(Gender, usize)> {
    // `1.º` is as right as `1º`.
    let at =
        1 + usize::from(view.is_mark(1, '.') && (view.is_mark(2, 'º') || view.is_mark(2, 'ª')));
    let is_degree = view.is_mark(at, '°') || view.is_mark(at, 'º');
    let letter = view.past_gap(at + 1);
    let is_letter = matches!(view.word(letter), Some("C" | "c")) && !view.is_content(letter + 1);
    let is_celsius = is_degree && is_letter;
    if view.is_mark(at, 'ª') {
        return Some((Gender::Feminine, at + 1));
    }
    (is_degree && !is_celsius).then_some((Gender::Masculine, at + 1))
}

/// The gender of `3a feira`, `2o. andar`, and where they end.
fn letter(view: &TokenView<'_>) -> Option<(Gender, usize)> {
    let gender = match view.word(1)? {
        "a" => Gender::Feminine,
        "o" => Gender::Masculine,
        _ => return None,
    };
    let end = 2 + usize::from(view.is_mark(2, '.'));
    let is_day = view.is_mark(2, '-') && view.lower_word(3).is_some_and(|day| day == "feira");
    let precedes = view.is_gap(end) && view.word(end + 1).is_some();
    // `a 1a e a 2a`; `casa 2a` is a name.
    let is_last = !view.is_content(view.past_gap(end)) && view.follows(&BEFORE_ORDINAL);
    if is_name(view, end) {
        return None;
    }
    (is_day || precedes || is_last).then_some((gender, if is_last { 2 } else { end }))
}

/// `2.1.3`: what has more than one dot and is no thousands.
fn version(view: &TokenView<'_>) -> Option<Rewriting> {
    let mut parts = vec![view.number(0)?];
    let mut end = 1;
    while view.is_mark(end, '.')
        && let Some(part) = view.number(end + 1)
    {
        parts.push(part);
        end += 2;
    }
    if parts.len() < 3 || end == thousands(view).1 {
        return None;
    }
    let said = parts.iter().map(|part| match part.parse() {
        Ok(value) if value <= CARDINAL_MAX => cardinal(value, Gender::Masculine),
        _ => code_digits(part),
    });
    Some(Rewriting::numeral(end, said.collect::<Vec<_>>().join(" ponto ")))
}

/// The first number of `10-20 casas`; without a noun `10-20` may be a code.
fn range(view: &TokenView<'_>) -> Option<Rewriting> {
    let first = view.value(0, 6)?;
    let is_tight = view.is_mark(1, '-') || view.is_mark(1, '–');
    let is_ascending = is_tight && view.value(2, 6)? > first && view.begins();
    let after = view.from(2);
    let noun = after.word(2).filter(|noun| after.is_gap(1) && noun.chars().count() > 2);
    let is_year = |at: usize| view.number(at).is_some_and(|n| n.len() == 4 && n.starts_with("20"));
    let are_years = is_year(0) && is_year(2);
    if !is_ascending || noun.is_none() && !are_years && unit_at(&after, 1).is_none() {
        return None;
    }
    let gender = counted(&after, &quantity(&after)?);
    Some(Rewriting { taken: 2, tokens: first_and_a(cardinal(first, gender)) })
}

/// Any number, with its unit.
fn number(view: &TokenView<'_>) -> Option<Rewriting> {
    let quantity = quantity(view)?;
    let gender = counted(view, &quantity);
    let words = quantity.said(gender);
    // `F670L` is a model.
    let follows_letter = view.before.last().is_some_and(|last| last.kind == TokenKind::Word);
    let is_code = follows_letter && view.is_content(quantity.taken);
    let unit = unit_at(view, quantity.taken).filter(|_| !is_code);
    let Some((unit, end)) = unit else {
        return Some(Rewriting::numeral(quantity.taken, words));
    };
    let dot = usize::from(is_cut_unit(view, end));
    let end = end + dot;
    let unit = if quantity.count() == 1 { unit.one } else { unit.many };
    Some(Rewriting::numeral(end, format!("{words} {unit}")))
}

/// Whether the dot at `end` belongs to the unit before it: `15 min. por cliente`.
fn is_cut_unit(view: &TokenView<'_>, end: usize) -> bool {
    const CUT: [&str; 6] = ["min", "mins", "mt", "mts", "seg", "segs"];
    let unit = view.lower_word(end - 1).unwrap_or_default();
    let goes_on = view.word(end + 2).is_some_and(|word| word.starts_with(char::is_lowercase));
    let is_dot = view.is_mark(end, '.') && view.is_gap(end + 1);
    CUT.contains(&unit.as_str()) && is_dot && goes_on && !view.is_shouted
}

/// The gender of what the number counts.
fn counted(view: &TokenView<'_>, quantity: &Quantity<'_>) -> Gender {
    if let Some((unit, _)) = unit_at(view, quantity.taken) {
        return unit.gender;
    }
    let last = view.last_word(&[]).unwrap_or_default();
    if is_named_by_number(&last) || quantity.fraction.is_some() {
        return Gender::Masculine;
    }
    let at = view.past_gap(quantity.taken);
    let next = view.rest.get(at);
    // `1 1/2 hora` is "uma e meia hora".
    let is_and_half = next.is_some_and(|next| next.text == AND_HALF);
    if is_feminine_article(&last) || is_and_half {
        return Gender::Feminine;
    }
    let noun = view.lower_word(at).unwrap_or_default();
    match noun.as_str() {
        // `2 mil casas`
        "mil" if word_after(view, at) == "e" => {
            Gender::of_noun(&word_after(view, view.past_gap(view.past_gap(at + 1) + 1)), MANY)
        }
        "mil" => Gender::of_noun(&word_after(view, at), MANY),
        // `1 ou 2 casas`
        "a" | "até" | "ou" if view.number(view.past_gap(at + 1)).is_some() => {
            Gender::of_noun(&word_after(view, view.past_gap(at + 1)), MANY)
        }
        _ => Gender::of_noun(&noun, quantity.count()),
    }
}

/// The word after the token at `at`.
fn word_after(view: &TokenView<'_>, at: usize) -> String {
    view.lower_word(view.past_gap(at + 1)).unwrap_or_default()
}

fn quantity<'t>(view: &TokenView<'t>) -> Option<Quantity<'t>> {
    let first = view.number(0)?;
    let (digits, taken) = thousands(view);
    let digits = if digits.is_empty() { first.to_owned() } else { digits };
    let is_whole = Quantity { digits, fraction: None, taken };
    let sign = [',', '.'].into_iter().find(|sign| view.is_mark(taken, *sign));
    let fraction = sign.and_then(|sign| Some((sign, view.number(taken + 1)?)));
    let Some(fraction) = fraction.filter(|_| !is_list(view, taken)) else { return Some(is_whole) };
    Some(Quantity { fraction: Some(fraction), taken: taken + 2, ..is_whole })
}

/// Returns the digits of `1.250.000` and where they end; no digits if no group of three follows.
fn thousands(view: &TokenView<'_>) -> (String, usize) {
    let first = view.number(0).unwrap_or_default();
    let mut digits = first.to_owned();
    let mut end = 1;
    if first.len() > THOUSANDS_MAX || first.starts_with('0') {
        return (String::new(), end);
    }
    while view.is_mark(end, '.')
        && let Some(group) = view.number(end + 1).filter(|group| group.len() == 3)
    {
        digits.push_str(group);
        end += 2;
    }
    (if end > 1 { digits } else { String::new() }, end)
}

/// Whether the comma at `at` parts the numbers of a list: `1,2,3` and `1,2 e 3`.
fn is_list(view: &TokenView<'_>, at: usize) -> bool {
    let goes_on = view.is_mark(at + 2, ',') && view.number(at + 3).is_some();
    let is_and = view.is_gap(at + 2) && view.lower_word(at + 3).is_some_and(|word| word == "e");
    let is_last = is_and && view.is_gap(at + 4) && view.number(at + 5).is_some();
    view.is_mark(at, ',') && (goes_on || is_last || view.continues_number(&[',']))
}
