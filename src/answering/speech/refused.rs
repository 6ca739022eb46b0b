//! Says in both languages why a text, or a word of `[speech.words]`, is not spoken.

use crate::domain::speech_text::{Refusal, WordProblem};
use crate::runtime::language::{Message, Text};

use super::texts;

/// Why a text is not spoken.
pub fn refused(refusal: Refusal) -> Text {
    match refusal {
        Refusal::Address => texts::REFUSED_ADDRESS,
        Refusal::Ambiguous => texts::REFUSED_AMBIGUOUS,
        Refusal::Document => texts::REFUSED_DOCUMENT,
        Refusal::Empty => texts::REFUSED_EMPTY,
        Refusal::ForbiddenWord => texts::REFUSED_FORBIDDEN,
        Refusal::IpAddress => texts::REFUSED_IP,
        Refusal::LongNumber => texts::REFUSED_LONG_NUMBER,
        Refusal::MacAddress => texts::REFUSED_MAC,
        Refusal::Money => texts::REFUSED_MONEY,
        Refusal::NotSpeakable => texts::REFUSED_NOT_SPEAKABLE,
        Refusal::PersonName => texts::REFUSED_PERSON,
        Refusal::PersonalNumber => texts::REFUSED_PERSONAL,
        Refusal::TooLong => texts::REFUSED_TOO_LONG,
    }
}

/// Why a word of `[speech.words]` cannot be used.
pub(super) fn unusable(problem: &WordProblem) -> Message {
    match problem {
        WordProblem::Changed { prepared } => texts::WORD_CHANGED.message(&[("prepared", prepared)]),
        WordProblem::Circular { written } => texts::WORD_CIRCULAR.message(&[("written", written)]),
        WordProblem::Form => texts::WORD_FORM.into(),
        WordProblem::Refused(refusal) => refused(*refusal).into(),
        WordProblem::Repeated => texts::WORD_REPEATED.into(),
        WordProblem::TooMany => texts::WORD_TOO_MANY.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_english_of_each_is_that_of_the_log() {
        for (problem, refusal) in [
            (WordProblem::Form, Refusal::Address),
            (WordProblem::Repeated, Refusal::Ambiguous),
            (WordProblem::TooMany, Refusal::Document),
            (WordProblem::Changed { prepared: "a".to_owned() }, Refusal::Empty),
            (WordProblem::Circular { written: "b".to_owned() }, Refusal::ForbiddenWord),
            (WordProblem::Refused(Refusal::TooLong), Refusal::IpAddress),
            (WordProblem::Refused(Refusal::Money), Refusal::LongNumber),
            (WordProblem::Refused(Refusal::PersonName), Refusal::MacAddress),
            (WordProblem::Refused(Refusal::PersonalNumber), Refusal::NotSpeakable),
        ] {
            assert_eq!(unusable(&problem).to_string(), problem.to_string());
            assert_eq!(refused(refusal).to_string(), refusal.to_string());
        }
    }
}
