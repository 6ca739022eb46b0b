//! Prepares an alert's text in Brazilian Portuguese, so that a speech engine says what it means.
//!
//! ```text
//! typed text ─ clean (NFC) ─ refuse ─ provider's words ─ capitals ─ dates ─ telephones ─ times
//!            ─ numbers ─ states ─ shorthand ─ marks ─ abbreviations ─ acronyms ─ sentence
//! ```
//!
//! A text with anything that must not or cannot be spoken is refused as a whole: to drop a part and
//! speak the rest may turn its sense. Engines read `às 18h30` as "dezoito agá trinta" and a
//! telephone number as a subtraction; after the steps no digit and no sign is left for them to read.

mod abbreviations;
mod acronyms;
mod calendar;
mod capitals;
mod characters;
mod clock_times;
mod forbidden;
mod gender;
mod letters;
mod marks;
mod network_addresses;
mod number_words;
mod numbers;
mod private_numbers;
mod refusal;
mod roads;
mod sentence;
mod shorthand;
mod signs;
mod speech_words;
mod states;
mod telephones;
mod tokens;
mod units;

use std::fmt;

use self::tokens::{SpeechRule, SpeechToken, rewritten, tokens};

pub use self::refusal::Refusal;
pub use self::speech_words::{SpeechWords, WordProblem};

/// Maximum characters, both of the typed text and of the prepared one: 600 are spoken in 40 s, and
/// nobody listens longer. One limit for both, so that a prepared text is never too long.
pub const SPEECH_CHARS_MAX: usize = 600;

/// The steps in their order, each a list of rules of which the first that applies wins.
///
/// The order matters: a date has to be read before its parts are read as numbers, a state
/// (`/MG`) before the slash becomes a comma.
const STEPS: [&[SpeechRule]; 8] = [
    calendar::RULES,
    telephones::RULES,
    clock_times::RULES,
    roads::RULES,
    signs::RULES,
    numbers::RULES,
    states::RULES,
    shorthand::RULES,
];

/// A text that a speech engine can be given: Portuguese letters, spaces, hyphens within words and
/// `, . ? ! : ;`, at most [`SPEECH_CHARS_MAX`] characters, with a mark at its end.
///
/// `Debug` prints only the length, because the text is an alert's.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Prepared(String);

impl Prepared {
    /// The text, for the engine. It must not be logged.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Prepared({} bytes)", self.0.len())
    }
}

/// Prepares `text`, with the provider's own `words`, or returns why it cannot be spoken.
///
/// What is prepared is unchanged when it is prepared again, with the same words, too. A text of more
/// than [`SPEECH_CHARS_MAX`] characters is refused before any work, which bounds the time: each step
/// goes over the text once.
pub fn prepare(text: &str, words: &SpeechWords) -> Result<Prepared, Refusal> {
    if text.chars().nth(SPEECH_CHARS_MAX).is_some() {
        return Err(Refusal::TooLong);
    }
    let clean = characters::clean(text)?;
    let typed = tokens(&clean);
    refused(&clean, &typed)?;
    let own = words.applied(typed);
    let is_shouted = capitals::is_shouted(&own);
    let mut tokens = if is_shouted { capitals::lowered(own) } else { own };
    for rules in STEPS {
        tokens = rewritten(&tokens, is_shouted, rules);
    }
    let tokens = marks::reduced(&tokens);
    let tokens = rewritten(&tokens, is_shouted, abbreviations::RULES);
    let tokens = rewritten(&tokens, is_shouted, acronyms::RULES);
    let sentence = sentence::joined(&marks::reduced(&tokens)).ok_or(Refusal::Empty)?;
    if sentence.chars().nth(SPEECH_CHARS_MAX).is_some() {
        return Err(Refusal::TooLong);
    }
    Ok(Prepared(sentence))
}

/// Returns why the clean text, and its tokens, may not be spoken.
fn refused(clean: &str, typed: &[SpeechToken]) -> Result<(), Refusal> {
    let found = network_addresses::found(clean)
        .or_else(|| private_numbers::found(typed))
        .or_else(|| forbidden::found(typed));
    found.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prepared_text_prints_only_its_length() {
        let prepared = prepare("Rompimento no Centro", &SpeechWords::default()).expect("spoken");
        assert_eq!(format!("{prepared:?}"), "Prepared(21 bytes)");
    }

    #[test]
    fn the_length_is_bounded_as_typed_and_as_spoken() {
        let words = SpeechWords::default();
        let long = "a ".repeat(SPEECH_CHARS_MAX / 2);
        assert!(prepare(&long, &words).is_ok());
        assert_eq!(prepare(&format!("{long}a"), &words), Err(Refusal::TooLong));
        assert_eq!(prepare(&"47 ".repeat(100), &words), Err(Refusal::TooLong));
    }
}
