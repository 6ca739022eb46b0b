//! What is wrong with the value of an option, in both languages: clap carries it as an error.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

use crate::runtime::language::{Language, Text};

/// What is wrong with the value of an option. It is found where no language is at hand, so that the sentence is
/// made when it is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ArgumentProblem {
    text: Text,
    numbers: Vec<(&'static str, String)>,
    /// A part that has both languages itself.
    words: Option<(&'static str, Text)>,
}

impl ArgumentProblem {
    /// A sentence with the named parts that are the same in each language.
    pub(super) fn new(text: Text, numbers: Vec<(&'static str, String)>) -> Self {
        Self { text, numbers, words: None }
    }

    /// The same with a named part of words.
    pub(super) fn with(self, name: &'static str, words: Text) -> Self {
        Self { words: Some((name, words)), ..self }
    }

    /// The sentence in `language`.
    pub(super) fn said(&self, language: Language) -> String {
        let words = self.words.map(|(name, words)| (name, words.of(language)));
        let words = words.iter().map(|(name, words)| (*name, words as &dyn Display));
        let numbers = self.numbers.iter().map(|(name, number)| (*name, number as &dyn Display));
        self.text.filled(language, &numbers.chain(words).collect::<Vec<_>>())
    }
}

impl Display for ArgumentProblem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said(Language::English))
    }
}

impl Error for ArgumentProblem {}
