//! Prepares an alert's text in Brazilian Portuguese, so that a speech engine says what it means.
//!
//! ```text
//! typed text ─ clean (NFC) ─ refuse ─ provider's words ─ refuse what is ambiguous ─ capitals
//!            ─ sem, não ─ roman numerals ─ dates ─ telephones ─ times ─ signs ─ numbers ─ states
//!            ─ shorthand, titles ─ marks ─ abbreviations ─ acronyms ─ sentence ─ refuse again
//! ```
//!
//! A text with anything that must not or cannot be spoken is refused as a whole: to drop a part and
//! speak the rest may turn its sense. Engines read `às 18h30` as "dezoito agá trinta" and a
//! telephone number as a subtraction; after the steps no digit and no sign is left for them to read.

mod abbreviations;
mod acronyms;
mod ambiguous;
mod calendar;
mod capitals;
mod characters;
mod clock_times;
mod debts;
mod degrees;
mod durations;
mod forbidden;
mod gender;
mod identifiers;
mod internal_notes;
mod letters;
mod marks;
mod money;
mod named_letters;
mod negation;
mod network_addresses;
mod number_words;
mod numbers;
mod persons;
mod prepositions;
mod private_numbers;
mod ranges;
mod refusal;
mod roads;
mod roman;
mod sentence;
mod shorthand;
mod signatures;
mod signs;
mod speech_words;
mod states;
mod tags;
mod telephones;
mod titles;
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
/// The order matters: `s/ sinal` has to be read before a slash parts anything, a date before its parts
/// are read as numbers, a state (`/MG`) before the slash becomes a comma.
const STEPS: [&[SpeechRule]; 16] = [
    tags::RULES,
    prepositions::RULES,
    negation::RULES,
    roman::RULES,
    ranges::RULES,
    calendar::RULES,
    telephones::RULES,
    clock_times::RULES,
    durations::RULES,
    roads::RULES,
    signs::RULES,
    degrees::RULES,
    numbers::RULES,
    states::RULES,
    shorthand::RULES,
    titles::RULES,
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
    // Before what is ambiguous, so that a provider can say what its own abbreviations mean.
    let own = words.applied(typed);
    let is_shouted = capitals::is_shouted(&own);
    ambiguous::found(&own, is_shouted).map_or(Ok(()), Err)?;
    let mut tokens = if is_shouted { capitals::lowered(own) } else { own };
    for rules in STEPS {
        tokens = rewritten(&tokens, is_shouted, rules);
    }
    let tokens = marks::reduced(&tokens);
    let tokens = rewritten(&tokens, is_shouted, abbreviations::RULES);
    // Once more, after what stood between a name and its numeral is left out.
    let tokens = rewritten(&tokens, is_shouted, roman::RULES);
    let tokens = rewritten(&tokens, is_shouted, acronyms::RULES);
    let sentence = sentence::joined(&marks::reduced(&tokens)).ok_or(Refusal::Empty)?;
    if sentence.chars().nth(SPEECH_CHARS_MAX).is_some() {
        return Err(Refusal::TooLong);
    }
    // What the steps have joined or left out may have hidden something, and a prepared text is
    // prepared again.
    let spoken = tokens::tokens(&sentence);
    refused(&sentence, &spoken)?;
    let is_shouted = capitals::is_shouted(&spoken);
    ambiguous::found(&spoken, is_shouted).map_or(Ok(()), Err)?;
    Ok(Prepared(sentence))
}

/// Returns why the clean text, and its tokens, may not be spoken.
fn refused(clean: &str, typed: &[SpeechToken]) -> Result<(), Refusal> {
    let is_shouted = capitals::is_shouted(typed);
    let found = network_addresses::found(clean)
        .or_else(|| private_numbers::found(typed))
        .or_else(|| forbidden::found(typed))
        .or_else(|| persons::found(typed, is_shouted))
        .or_else(|| identifiers::found(typed, is_shouted));
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
        assert_eq!(prepare(&"47 a ".repeat(100), &words), Err(Refusal::TooLong));
    }
}
