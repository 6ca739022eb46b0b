//! Signs and abbreviations that may mean two things, or without which the rest says the opposite.

use crate::domain::alert_text::fold;

use super::calendar::date;
use super::characters::CHECK;
use super::refusal::Refusal;
use super::tokens::{SpeechToken, TokenKind, TokenView};
use super::{clock_times, degrees, durations, negation, prepositions, telephones};

/// Signs, without gaps, that deny what stands before or after them.
const DENYING: [&str; 6] = ["!=", "=/=", "=!=", "<>", "/=", "!=="];
/// Beginnings, folded, of words beside which a sign of what is done says nothing more.
const DONE: [&str; 14] = [
    "conclu",
    "encerrad",
    "finaliz",
    "normaliz",
    "ok",
    "recuperad",
    "reestabelec",
    "resolvid",
    "restabelec",
    "retornaram",
    "retornou",
    "solucion",
    "voltaram",
    "voltou",
];

/// Finds what cannot be spoken without a guess.
pub(super) fn found(typed: &[SpeechToken], is_shouted: bool) -> Option<Refusal> {
    let mut at = 0;
    while at < typed.len() {
        let view = TokenView { before: &typed[..at], rest: &typed[at..], is_shouted };
        if let Some(known) = prepositions::no_number(&view) {
            at += known.taken;
            continue;
        }
        let is_dropped = is_box(&view) || is_struck(&view) || is_lone_check(&view);
        if is_dropped || is_denying(&view) || is_escape(&view) {
            return Some(Refusal::NotSpeakable);
        }
        let unsure = [
            negation::is_unsure,
            prepositions::is_unsure,
            clock_times::is_unsure,
            durations::is_unsure,
            degrees::is_unsure,
            is_less,
            is_fraction,
        ];
        if unsure.iter().any(|is_unsure| is_unsure(&view)) || telephones::is_unsure(&view) {
            return Some(Refusal::Ambiguous);
        }
        at += 1;
    }
    None
}

/// `[ ]`, `( x )`: which of the boxes is marked cannot be heard.
fn is_box(view: &TokenView<'_>) -> bool {
    let Some(close) = [('(', ')'), ('[', ']')].into_iter().find(|pair| view.is_mark(0, pair.0))
    else {
        return false;
    };
    let at = view.past_gap(1);
    let is_marked = view.lower_word(at).is_some_and(|word| word == "x");
    let end = view.past_gap(at + usize::from(is_marked));
    view.is_mark(end, close.1) && (is_marked || view.begins())
}

fn is_denying(view: &TokenView<'_>) -> bool {
    let is_sign = |sign: &str| sign.chars().enumerate().all(|(at, c)| view.is_mark(at, c));
    DENYING.iter().any(|sign| is_sign(sign))
}

/// `\n`, `&nbsp;`: what software has left of a line or a letter. Read as a letter, an `n` denies.
fn is_escape(view: &TokenView<'_>) -> bool {
    let letter = view.before.iter().rev().find(|token| token.kind != TokenKind::Gap);
    let is_letter = letter.is_some_and(|token| token.is_content() && token.text.len() == 1);
    let end = 2 + usize::from(view.is_mark(1, '#'));
    let is_entity = view.is_mark(0, '&') && view.is_content(end - 1) && view.is_mark(end, ';');
    view.is_mark(0, '\\') && !is_letter || is_entity
}

/// `- de 50 clientes`: "menos de", or an item of a list.
fn is_less(view: &TokenView<'_>) -> bool {
    let of = view.past_gap(1);
    let is_of = view.lower_word(of).is_some_and(|of| of == "de") && view.begins();
    let number = view.from(view.past_gap(of + 1));
    let is_counted = number.number(0).is_some() && clock_times::time_of_day(&number).is_none();
    let is_range = number.lower_word(number.past_gap(1)).is_some_and(|word| word == "a");
    view.is_mark(0, '-') && is_of && is_counted && date(&number).is_none() && !is_range
}

/// `3/4 normalizado`: a share of all, or a date.
fn is_fraction(view: &TokenView<'_>) -> bool {
    const STATES: [&str; 10] =
        ["afetad", "caid", "com", "conclu", "for", "normaliz", "ok", "restabelec", "sem", "volt"];
    const PARTS: std::ops::RangeInclusive<u32> = 2..=10;
    let is_date = view.follows(&["dia", "em", "data", "desde", "até", "prev", "previsão"]);
    let (part, whole) = (view.value(0, 1), view.value(2, 2).filter(|whole| PARTS.contains(whole)));
    let is_part = view.is_mark(1, '/') && part.is_some_and(|part| part > 0) && part < whole;
    let next = view.word(view.past_gap(3)).map(fold).unwrap_or_default();
    let is_short = view.number(2).is_some_and(|whole| !whole.starts_with('0'));
    let is_state = STATES.iter().any(|state| next.starts_with(state));
    is_part && is_short && is_state && view.begins() && !is_date && !view.continues_number(&['/'])
}

/// Whether a tilde ends struck-out text (`~18h~ 20h`), which would be spoken as if it held.
fn is_struck(view: &TokenView<'_>) -> bool {
    let before = view.before.last();
    let follows = before.is_some_and(|token| token.is_content() || token.is_mark('~'));
    view.is_mark(0, '~') && follows && !view.is_content(1)
}

/// Whether a sign of what is done stands beside no word that says so: in `Centro ✓ Norte` it says
/// something.
fn is_lone_check(view: &TokenView<'_>) -> bool {
    /// `✓ Serviço do bairro Centro restabelecido`
    const WORDS_MAX: usize = 6;
    let is_done = |token: &SpeechToken| {
        let word = fold(&token.text);
        DONE.iter().any(|beginning| word.starts_with(beginning))
    };
    let before = view.before.iter().rev().find(|token| token.kind != TokenKind::Gap);
    let begins = before.is_none_or(|token| !token.is_content());
    let clause = view.rest[1..].iter().take_while(|token| !ends_clause(token));
    let words = clause.filter(|token| token.is_content());
    let said = words.take(if begins { WORDS_MAX } else { 1 }).any(is_done);
    let is_known = said || follows_done(view, &is_done);
    view.is_mark(0, CHECK) && !is_known
}

/// Whether the clause before the view says that something is done, right there or, if the view ends
/// the clause, anywhere (`Normalizado às 14h35 ✓`), and denies nothing.
fn follows_done(view: &TokenView<'_>, is_done: &dyn Fn(&SpeechToken) -> bool) -> bool {
    const DENIALS: [&str; 6] = ["ainda", "n", "nao", "nem", "s", "sem"];
    let ends = !view.is_content(view.past_gap(1));
    let clause = view.before.iter().rev().take_while(|token| !ends_clause(token));
    let words: Vec<_> = clause.filter(|token| token.is_content()).collect();
    let is_denied = words.iter().any(|word| DENIALS.contains(&fold(&word.text).as_str()));
    let count = if ends { words.len() } else { 1 };
    !is_denied && words.into_iter().take(count).any(is_done)
}

fn ends_clause(token: &SpeechToken) -> bool {
    let signs = [',', '.', ';', '!', '?', CHECK];
    signs.iter().any(|sign| token.is_mark(*sign))
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    #[test]
    fn a_text_is_refused_where_only_a_guess_tells_its_sense() {
        let denied = Some(Refusal::NotSpeakable);
        for (text, refusal) in [
            ("~18h~ 20h", denied),
            ("~~18h~~", denied),
            ("~50 casas", None),
            ("( x ) sim ( ) não", denied),
            ("[ ] Centro", denied),
            ("bairro(s) (Centro)", None),
            ("sinal != normal", denied),
            (r"total.\n\nEquipe", denied),
            (r"s\ sinal", None),
            ("Manuten&ccedil;", denied),
            ("✓ Centro", denied),
            ("✓ Normalizado", None),
            ("Setor N tem sinal", Some(Refusal::Ambiguous)),
            ("R. Goiás, s/n", None),
            ("s/", Some(Refusal::Ambiguous)),
            ("18h5", Some(Refusal::Ambiguous)),
            ("Norte 30m", Some(Refusal::Ambiguous)),
            ("0800/123", Some(Refusal::Ambiguous)),
        ] {
            assert_eq!(found(&tokens(text), false), refusal, "{text}");
        }
    }
}
