//! Shorthand with signs in it: `nº`, `bairro(s)`, `8h/dia`, `C.T.O.`.

use super::letters::spelled_out;
use super::tokens::{Rewriting, SpeechRule, SpeechToken, TokenKind, TokenView};

pub(super) const RULES: &[SpeechRule] = &[number_sign, plural, rate, dotted];

/// Endings in parentheses that say "one or more".
const PLURALS: [&str; 2] = ["s", "es"];
/// Endings in parentheses for the other gender, which nobody needs spoken.
const GENDERS: [&str; 4] = ["a", "as", "o", "os"];
/// What a rate is per.
const PERIODS: [&str; 6] = ["ano", "dia", "hora", "mês", "pessoa", "semana"];

/// `nº 10`, `n° s/n`, `n. 10`, `no. 10`.
fn number_sign(view: &TokenView<'_>) -> Option<Rewriting> {
    let typed = view.lower_word(0).filter(|_| view.begins())?;
    let has_sign = typed == "n" && (view.is_mark(1, 'º') || view.is_mark(1, '°'));
    let has_dot = matches!(typed.as_str(), "n" | "no" | "nr" | "num") && view.is_mark(1, '.');
    let at = view.past_gap(2 + usize::from(has_sign && view.is_mark(2, '.')));
    let is_numeral = view.rest.get(at).is_some_and(|token| token.kind == TokenKind::Numeral);
    if has_sign && view.lower_word(2).is_some_and(|word| word == "s") {
        return Some(Rewriting::spoken(3, "números"));
    }
    if has_sign || has_dot && is_numeral {
        let dot = usize::from(has_sign && view.is_mark(2, '.') && view.is_content(at));
        return Some(Rewriting::spoken(2 + dot, "número"));
    }
    let is_bare = typed == "n" && view.is_gap(1);
    let is_next = view.rest.get(2).is_some_and(|token| token.kind == TokenKind::Numeral);
    (is_bare && is_next).then(|| Rewriting::spoken(1, "número"))
}

/// `bairro(s)`, `bairro (s)`, `senhor(a)`.
fn plural(view: &TokenView<'_>) -> Option<Rewriting> {
    let at = view.past_gap(1);
    let word = view.word(0).filter(|_| view.is_mark(at, '(') && view.is_mark(at + 2, ')'))?;
    let ending = view.lower_word(at + 1).filter(|ending| at == 1 || ending == "s")?;
    let is_plural = PLURALS.contains(&ending.as_str());
    let whole = if is_plural { format!("{word}{ending}") } else { word.to_owned() };
    let is_ending = is_plural || GENDERS.contains(&ending.as_str());
    let tokens = || vec![SpeechToken::new(TokenKind::Word, whole)];
    is_ending.then(|| Rewriting { taken: at + 3, tokens: tokens() })
}

/// `8h/dia`.
fn rate(view: &TokenView<'_>) -> Option<Rewriting> {
    let follows_number = view.before.last().is_some_and(|last| last.kind == TokenKind::Numeral);
    let is_period = PERIODS.contains(&view.lower_word(1)?.as_str());
    (follows_number && is_period && view.is_mark(0, '/')).then(|| Rewriting::spoken(1, "por"))
}

/// `C.T.O.`: letters with dots and no gaps.
fn dotted(view: &TokenView<'_>) -> Option<Rewriting> {
    /// `S.O.S.` has three, and none has many more.
    const LETTERS_MAX: usize = 6;
    let is_letter = |at: usize| {
        let mut letters = view.word(at).into_iter().flat_map(str::chars);
        let is_upper = letters.next().is_some_and(|c| view.is_shouted || c.is_uppercase());
        is_upper && letters.next().is_none()
    };
    let follow =
        (1..LETTERS_MAX).take_while(|at| view.is_mark(2 * at - 1, '.') && is_letter(2 * at));
    let count = 1 + follow.count();
    if count < 2 || !is_letter(0) || !view.begins() {
        return None;
    }
    let letters: String = (0..count).filter_map(|at| view.lower_word(2 * at)).collect();
    let end = 2 * count - 1;
    let dot =
        usize::from(view.is_mark(end, '.') && view.is_gap(end + 1) && view.word(end + 2).is_some());
    let words = if letters == "ns" { "Nossa Senhora".to_owned() } else { spelled_out(&letters) };
    Some(Rewriting::spoken(end + dot, words))
}
