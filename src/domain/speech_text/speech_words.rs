//! The provider's own words: how it wants its names and abbreviations spoken.

use std::collections::HashMap;

use thiserror::Error;

use super::characters::{clean, is_letter};
use super::refusal::Refusal;
use super::tokens::{SpeechToken, TokenKind, tokens};
use super::{prepare, refused};

/// Maximum words of a provider: more would be a dictionary, and each costs a comparison.
const WORDS_MAX: usize = 200;
/// Maximum characters of a written and of a spoken form.
const FORM_CHARS_MAX: usize = 100;

/// A provider's words, each with the form in which it is spoken.
///
/// - A written form is matched as whole words, and the longest of several wins.
/// - A form in lower case is matched in any case; one with a capital only as it is written, so that
///   `POP` does not change "pop". Accents count.
/// - They are replaced before the text's capitals are looked at, and no later step changes them.
#[derive(Clone, Debug, Default)]
pub struct SpeechWords {
    /// By the lower-case text of their first token, the longest first.
    by_first: HashMap<String, Vec<OwnWord>>,
}

/// Why a word cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum WordProblem {
    /// The spoken form is not what is spoken.
    #[error("the spoken form is itself changed, to `{prepared}` (write it as it is to be spoken)")]
    Changed {
        /// What it becomes.
        prepared: String,
    },
    /// The spoken form has a written one in it.
    #[error("the spoken form contains the written form `{written}` (it would be replaced again)")]
    Circular {
        /// The written form.
        written: String,
    },
    /// Empty, too long, or no word at an end.
    #[error(
        "not a written form (expected 1 to 100 characters that begin and end in a letter or digit)"
    )]
    Form,
    /// A text with it, or its spoken form, is never spoken.
    #[error("{0}")]
    Refused(Refusal),
    /// Two written forms are the same.
    #[error("the same written form stands twice")]
    Repeated,
    /// More words than are allowed.
    #[error("more than 200 words")]
    TooMany,
}

#[derive(Clone, Debug)]
struct OwnWord {
    written: Vec<SpeechToken>,
    has_capital: bool,
    spoken: String,
}

impl OwnWord {
    /// How many of the first tokens of `rest` are this word; 0 if it does not stand there.
    fn matched(&self, rest: &[SpeechToken]) -> usize {
        let taken = self.written.len();
        let is_same = |(own, typed): (&SpeechToken, &SpeechToken)| {
            own.text == typed.text || !self.has_capital && own.text == typed.text.to_lowercase()
        };
        let is_word = rest.len() >= taken && self.written.iter().zip(rest).all(is_same);
        let goes_on = rest.get(taken).is_some_and(SpeechToken::is_content);
        if is_word && !goes_on { taken } else { 0 }
    }
}

impl SpeechWords {
    /// Validates the words, each a written and a spoken form; reports all problems, each with the
    /// position of its word.
    ///
    /// A spoken form has to be as [`prepare`] leaves it: no digits, no abbreviations, no written
    /// form in it. Thus a prepared text is not changed by preparing it again.
    pub fn new(words: &[(String, String)]) -> Result<Self, Vec<(usize, WordProblem)>> {
        let mut all = Self::default();
        let mut problems = Vec::new();
        for (at, (written, spoken)) in words.iter().enumerate() {
            let own = own_word(written, spoken);
            match own.and_then(|own| all.insert(own)) {
                Ok(()) if at >= WORDS_MAX => problems.push((at, WordProblem::TooMany)),
                Ok(()) => {}
                Err(problem) => problems.push((at, problem)),
            }
        }
        for (at, (_, spoken)) in words.iter().enumerate() {
            let typed = tokens(spoken);
            if let Some(own) = (0..typed.len()).find_map(|start| all.matching(&typed, start)) {
                let written = own.written.iter().map(|token| token.text.as_str()).collect();
                problems.push((at, WordProblem::Circular { written }));
            }
        }
        if problems.is_empty() { Ok(all) } else { Err(problems) }
    }

    fn insert(&mut self, own: OwnWord) -> Result<(), WordProblem> {
        let first = own.written.first().map(|token| token.text.to_lowercase());
        let words = self.by_first.entry(first.ok_or(WordProblem::Form)?).or_default();
        if words.iter().any(|known| known.written == own.written) {
            return Err(WordProblem::Repeated);
        }
        words.push(own);
        // An exact form goes before one of any case.
        words.sort_by_key(|own| (std::cmp::Reverse(own.written.len()), !own.has_capital));
        Ok(())
    }

    /// Replaces the words in `typed`.
    pub(super) fn applied(&self, typed: Vec<SpeechToken>) -> Vec<SpeechToken> {
        if self.by_first.is_empty() {
            return typed;
        }
        let mut applied = Vec::with_capacity(typed.len());
        let mut at = 0;
        while at < typed.len() {
            if let Some(own) = self.matching(&typed, at) {
                applied.push(SpeechToken::new(TokenKind::Spoken, own.spoken.as_str()));
                at += own.written.len();
            } else {
                applied.push(typed[at].clone());
                at += 1;
            }
        }
        applied
    }

    /// The longest word that stands at `at`.
    fn matching(&self, typed: &[SpeechToken], at: usize) -> Option<&OwnWord> {
        let begins = !at.checked_sub(1).is_some_and(|before| typed[before].is_content());
        let words = self.by_first.get(&typed[at].text.to_lowercase()).filter(|_| begins)?;
        words.iter().find(|own| own.matched(&typed[at..]) > 0)
    }
}

fn own_word(written: &str, spoken: &str) -> Result<OwnWord, WordProblem> {
    let is_end = |c: Option<char>| c.is_some_and(|c| is_letter(c) || c.is_ascii_digit());
    let is_short = |form: &str| form.chars().nth(FORM_CHARS_MAX).is_none();
    let cleaned = clean(written).map_err(WordProblem::Refused)?;
    let has_ends = is_end(cleaned.chars().next()) && is_end(cleaned.chars().next_back());
    if !has_ends || !is_short(written) || !is_short(spoken) {
        return Err(WordProblem::Form);
    }
    let typed = tokens(&cleaned);
    refused(&cleaned, &typed).map_err(WordProblem::Refused)?;
    let prepared = prepare(spoken, &SpeechWords::default()).map_err(WordProblem::Refused)?;
    let prepared = prepared.0.trim_end_matches('.');
    if prepared.to_lowercase() != spoken.to_lowercase() {
        return Err(WordProblem::Changed { prepared: prepared.to_owned() });
    }
    let has_capital = cleaned.chars().any(char::is_uppercase);
    Ok(OwnWord { written: typed, has_capital, spoken: spoken.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(pairs: &[(&str, &str)]) -> Result<SpeechWords, Vec<(usize, WordProblem)>> {
        let own = pairs.iter().map(|(written, spoken)| ((*written).into(), (*spoken).into()));
        SpeechWords::new(&own.collect::<Vec<_>>())
    }

    fn said(pairs: &[(&str, &str)], text: &str) -> String {
        let words = words(pairs).expect("valid");
        prepare(text, &words).expect("spoken").reveal().to_owned()
    }

    #[test]
    fn the_longest_whole_word_wins_and_capitals_are_exact() {
        let own = [("pop", "pope"), ("pop norte", "central do norte"), ("DIO", "dê i ó")];
        assert_eq!(said(&own, "Queda no POP Norte"), "Queda no central do norte.");
        assert_eq!(said(&own, "Queda no Pop"), "Queda no pope.");
        assert_eq!(said(&own, "Queda no popular"), "Queda no popular.");
        assert_eq!(said(&own, "Troca do DIO"), "Troca do dê i ó.");
        assert_eq!(said(&own, "Troca do dio"), "Troca do dio.");
        assert_eq!(said(&own, "TROCA DO DIO"), "Troca do dê i ó.");
    }

    #[test]
    fn own_words_go_before_those_of_bina() {
        assert_eq!(said(&[("cto", "caixa")], "Queda na CTO 5"), "Queda na caixa cinco.");
        assert_eq!(said(&[("24h", "dia e noite")], "Suporte 24h"), "Suporte dia e noite.");
        assert_eq!(said(&[("c-1", "central um")], "Queda C-1"), "Queda central um.");
        assert_eq!(said(&[("N", "norte")], "Setor N tem sinal"), "Setor norte tem sinal.");
    }

    #[test]
    fn a_word_that_cannot_be_used_is_reported_with_its_position() {
        let changed = |prepared: &str| WordProblem::Changed { prepared: prepared.into() };
        for (own, problem) in [
            (("x", "24 horas"), changed("Vinte e quatro horas")),
            (("x", "cto"), changed("Cê tê ó")),
            (("x", "<b>"), WordProblem::Refused(Refusal::Empty)),
            (("x", ""), WordProblem::Refused(Refusal::Empty)),
            (("x", "senha"), WordProblem::Refused(Refusal::ForbiddenWord)),
            (("senha", "segredo"), WordProblem::Refused(Refusal::ForbiddenWord)),
            (("", "nada"), WordProblem::Form),
            (("c/", "com"), WordProblem::Form),
            (("pop", "outro"), WordProblem::Repeated),
            (("central", "pop"), WordProblem::Circular { written: "pop".into() }),
        ] {
            let problems = words(&[("pop", "ponto"), own]).expect_err(own.1);
            assert!(problems.contains(&(1, problem.clone())), "{own:?}: {problems:?}");
        }
    }

    #[test]
    fn more_words_than_allowed_are_rejected() {
        let name = |at: usize| format!("palavra{}", "a".repeat(at % 15) + &"b".repeat(at / 15));
        let many: Vec<_> = (0..=WORDS_MAX).map(|at| (name(at), "ponto".to_owned())).collect();
        let problems = SpeechWords::new(&many).expect_err("too many");
        assert_eq!(problems, [(WORDS_MAX, WordProblem::TooMany)]);
    }
}
