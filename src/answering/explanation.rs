//! What an operator learns about the next call of a number. It has no name and no text of an alert.

use serde::{Deserialize, Serialize};

use crate::answering::journal::ChosenAlert;
use crate::answering::lookup::Outlook;
use crate::domain::answer::{Answer, Told};
use crate::sources::alerts::CallerAlerts;

/// How the next call of a number would be answered, and what that rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallExplanation {
    /// Why no number can be looked up, if none can: a hidden number or an extension, for example.
    pub no_number: Option<String>,
    /// How a number is looked up.
    pub outlook: Option<Outlook>,
    pub caller: CallerAlerts,
    /// The answer without HubSoft, which may not be the last word where it is queried.
    pub answer: ExpectedAnswer,
}

/// What the dialplan would receive, in the contract's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedAnswer {
    pub status: String,
    pub source: String,
    /// Whether the caller has an alert.
    pub is_alerted: bool,
    /// Empty if nothing is played.
    pub prompt: String,
    /// Empty if no rule chose the prompt.
    pub rule: String,
    /// The alert that is announced, as the journal writes it.
    pub alert: Option<String>,
    /// Whether the caller has heard it already.
    pub is_told: bool,
}

impl ExpectedAnswer {
    /// The answer, which announces `chosen`.
    pub fn new(answer: &Answer, chosen: Option<&ChosenAlert>, told: Told) -> Self {
        Self {
            status: answer.status().word().to_owned(),
            source: answer.source().word().to_owned(),
            is_alerted: answer.is_alerted(),
            prompt: answer.playlist().map(|play| play.asterisk.clone()).unwrap_or_default(),
            rule: answer.rule().to_owned(),
            alert: chosen.map(ChosenAlert::word),
            is_told: told == Told::Already,
        }
    }
}
