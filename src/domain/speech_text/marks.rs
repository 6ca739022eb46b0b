//! Signs between words, reduced to one mark that engines pause at.

use super::tokens::{SpeechToken, TokenKind};

/// The marks that are left, the strongest first. A colon goes before a dot, so that the `Prev.:` of
/// an abbreviation announces something still.
const MARKS: [char; 6] = ['?', '!', ':', '.', ';', ','];
/// Signs that part words as a comma does.
const COMMAS: [char; 12] = ['(', ')', '[', ']', '{', '}', '|', '/', '–', '—', '=', ','];

/// Reduces each run of signs and gaps to one mark, one hyphen within a word, or one gap; two
/// words or numbers without anything between them get a gap.
pub(super) fn reduced(tokens: &[SpeechToken]) -> Vec<SpeechToken> {
    let mut reduced: Vec<SpeechToken> = Vec::with_capacity(tokens.len());
    let mut rest = tokens;
    while let Some(first) = rest.first() {
        if first.is_content() {
            if reduced.last().is_some_and(SpeechToken::is_content) {
                reduced.push(SpeechToken::gap());
            }
            reduced.push(first.clone());
            rest = &rest[1..];
            continue;
        }
        let length = rest.iter().take_while(|token| !token.is_content()).count();
        let (run, after) = rest.split_at(length);
        match between(reduced.last(), run, after.first()) {
            Some(mark) => reduced.push(SpeechToken::new(TokenKind::Mark, mark)),
            None => reduced.push(SpeechToken::gap()),
        }
        rest = after;
    }
    reduced
}

/// The mark for `run`, between two words or numbers or at an end.
fn between(
    before: Option<&SpeechToken>,
    run: &[SpeechToken],
    after: Option<&SpeechToken>,
) -> Option<char> {
    let is_word = |token: &SpeechToken| token.kind != TokenKind::Numeral;
    if let [hyphen] = run
        && hyphen.is_mark('-')
        && let (Some(before), Some(after)) = (before, after)
    {
        return (is_word(before) && is_word(after)).then_some('-');
    }
    let strength = |token: &SpeechToken| {
        let sign = token.text.chars().next()?;
        let sign = if COMMAS.contains(&sign) || sign == '-' { ',' } else { sign };
        MARKS.iter().position(|mark| *mark == sign)
    };
    run.iter().filter_map(strength).min().map(|at| MARKS[at])
}
