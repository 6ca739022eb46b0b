//! Names of roads: `BR-381`, `MG-050`.

use super::gender::Gender;
use super::letters::spelled_out;
use super::number_words::{cardinal, code_digits};
use super::states;
use super::tokens::{Rewriting, SpeechRule, TokenView};

pub(super) const RULES: &[SpeechRule] = &[road];

/// Digits of a road's number.
const ROAD_DIGITS: usize = 3;
/// The prefix of federal roads.
const FEDERAL: &str = "br";

/// Says the letters and the number, and the zeros before it: `MG-050` is "eme gê zero cinquenta".
fn road(view: &TokenView<'_>) -> Option<Rewriting> {
    let typed = view.word(0).filter(|_| view.begins())?;
    let prefix = typed.to_lowercase();
    let is_named = view.is_shouted || typed.chars().all(char::is_uppercase);
    let is_road = prefix == FEDERAL || is_named && states::name(&prefix).is_some();
    let at = 1 + usize::from(view.is_mark(1, '-') || view.is_gap(1));
    let digits = view.number(at).filter(|digits| digits.len() == ROAD_DIGITS)?;
    // A gap joins only BR: `ES 100 casas` is no road.
    let is_joined = view.is_mark(1, '-') || prefix == FEDERAL;
    if !is_road || !is_joined || view.is_content(at + 1) {
        return None;
    }
    let significant = digits.trim_start_matches('0');
    let zeros = code_digits(&digits[..digits.len() - significant.len()]);
    let number = significant.parse().ok()?;
    let zeros = if zeros.is_empty() { zeros } else { zeros + " " };
    let number = cardinal(number, Gender::Masculine);
    Some(Rewriting::spoken(at + 1, format!("{} {zeros}{number}", spelled_out(&prefix))))
}
