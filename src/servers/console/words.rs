//! Sentences of the service in the words of a page: what a script calls `until` is a field with a name here.

use std::fmt::Display;

use crate::runtime::language::{Language, Text};
use crate::sources::sentences::in_both;

use super::texts;

/// Words for scripts and terminals, and what stands for them in a page.
const WORDS: [(&str, Text); 4] = [
    ("`bina alert list`", texts::PAGE_OF_ALERTS),
    ("`minutes`", texts::FIELD_MINUTES),
    ("`since`", texts::FIELD_SINCE),
    ("`until`", texts::FIELD_UNTIL),
];

/// An error as a page shows it.
pub(super) fn in_page(error: impl Display, language: Language) -> String {
    let sentence = in_both(error).of(language).to_owned();
    WORDS.iter().fold(sentence, |sentence, (word, text)| sentence.replace(word, text.of(language)))
}
