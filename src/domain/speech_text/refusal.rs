//! Why a text is not spoken.

use thiserror::Error;

/// Why a whole text is not spoken, so that the prepared prompt plays instead.
///
/// It holds nothing of the text: it goes to logs, metrics and the administrator's screen.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// A web or mail address, or a name with `@`: nobody can note it down from a telephone.
    #[error("the text has a web or mail address, or an @")]
    Address,
    /// A sign or an abbreviation that may mean two things: `n`, `30m`, `18h5`.
    #[error("the text has a sign or an abbreviation that can be read in two ways")]
    Ambiguous,
    /// A CPF or CNPJ, or what looks like one.
    #[error("the text has a number that looks like a CPF or CNPJ")]
    Document,
    /// Nothing is left to speak.
    #[error("the text has nothing that can be spoken")]
    Empty,
    /// A word of credentials or debts.
    #[error("the text has a word that is never spoken (credentials, documents, debts)")]
    ForbiddenWord,
    /// An IPv4 or IPv6 address.
    #[error("the text has an IP address")]
    IpAddress,
    /// Nine digits or more that are no telephone number, or a long code.
    #[error("the text has a long number or code that is no telephone number")]
    LongNumber,
    /// A MAC address.
    #[error("the text has a MAC address")]
    MacAddress,
    /// An amount of money.
    #[error("the text has an amount of money")]
    Money,
    /// Another script, a fraction sign, struck-out text, or a sign that denies (❌).
    #[error("the text has characters that cannot be spoken without a change of sense")]
    NotSpeakable,
    /// The name of a person after the text: `Att, João`.
    #[error("the text ends in a person's name")]
    PersonName,
    /// The number of a contract, an account, a card or a ticket, or somebody's own telephone.
    #[error("the text has a number of a person, a contract, an account or a ticket")]
    PersonalNumber,
    /// More than [`super::SPEECH_CHARS_MAX`] characters, as typed or as spoken.
    #[error("the text is too long to be spoken (more than 600 characters)")]
    TooLong,
}

impl Refusal {
    /// The label of each, for metrics.
    pub const LABELS: [&'static str; 13] = [
        "address",
        "ambiguous",
        "document",
        "empty",
        "forbidden_word",
        "ip_address",
        "long_number",
        "mac_address",
        "money",
        "not_speakable",
        "person_name",
        "personal_number",
        "too_long",
    ];

    /// The label for metrics, one of [`Self::LABELS`].
    pub fn label(self) -> &'static str {
        Self::LABELS[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_its_label_and_its_sentence() {
        for (refusal, label) in [
            (Refusal::Address, "address"),
            (Refusal::Ambiguous, "ambiguous"),
            (Refusal::Document, "document"),
            (Refusal::Empty, "empty"),
            (Refusal::ForbiddenWord, "forbidden_word"),
            (Refusal::IpAddress, "ip_address"),
            (Refusal::LongNumber, "long_number"),
            (Refusal::MacAddress, "mac_address"),
            (Refusal::Money, "money"),
            (Refusal::NotSpeakable, "not_speakable"),
            (Refusal::PersonName, "person_name"),
            (Refusal::PersonalNumber, "personal_number"),
            (Refusal::TooLong, "too_long"),
        ] {
            assert_eq!(refusal.label(), label);
            assert!(refusal.to_string().starts_with("the text "), "{refusal}");
        }
    }

    #[test]
    fn the_sentence_names_the_limit_that_holds() {
        let limit = crate::domain::speech_text::SPEECH_CHARS_MAX.to_string();
        assert!(Refusal::TooLong.to_string().contains(&limit));
    }
}
