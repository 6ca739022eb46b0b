//! What an operator learns about the next call of a number. It has no name and no text of an alert.

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::answering::journal::ChosenAlert;
use crate::answering::lookup::Outlook;
use crate::domain::answer::{Answer, Told};
use crate::domain::failure::Failure;
use crate::domain::phone::Phone;
use crate::domain::prompt::JudgedRule;
use crate::sources::alerts::CallerAlerts;
use crate::sources::hubsoft::{HubSoft, SearchStep};
use crate::sources::limiter::Urgency;
use crate::sources::shared_request::Partial;
use crate::sources::source::{Budget, Sighting};

/// How the next call of a number would be answered, and what that rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallExplanation {
    /// Why no number can be looked up, if none can: a hidden number or an extension, for example.
    pub no_number: Option<String>,
    /// How a number is looked up.
    pub outlook: Option<Outlook>,
    pub caller: CallerAlerts,
    /// HubSoft's answers, if it was queried.
    #[serde(default)]
    pub hubsoft: Vec<HubsoftStep>,
    /// Each rule for the caller's alert, in order; none without an alert.
    #[serde(default)]
    pub rules: Vec<JudgedRule>,
    /// The answer without HubSoft, which may not be the last word where it is queried.
    pub answer: ExpectedAnswer,
    /// How long the explanation took.
    #[serde(default)]
    pub took_us: u64,
}

/// What HubSoft answered to one search, in counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubsoftStep {
    /// The length of the number's form that was searched: 10 digits is a mobile without its 9, or a landline.
    pub digits: usize,
    /// How many customers it returned.
    pub returned: usize,
    /// How many of them have the number.
    pub own: usize,
    /// Why it failed, or empty.
    pub failure: String,
    pub took_ms: u64,
}

/// What came of a query of HubSoft for an operator.
pub struct QueriedHubsoft {
    pub steps: Vec<HubsoftStep>,
    pub outcome: Result<Sighting, Failure>,
}

impl QueriedHubsoft {
    /// Queries HubSoft about `phone`, by `deadline`. Callers go before an operator. Nothing is cached.
    pub async fn about(hubsoft: &HubSoft, phone: &Phone, deadline: Instant) -> Self {
        let steps = Mutex::new(Vec::new());
        let observe = |step: SearchStep<'_>| steps.lock().push(HubsoftStep::of(&step));
        let budget = Budget { deadline, urgency: Urgency::ExpectedCall };
        let outcome = hubsoft.lookup(phone, budget, &Partial::ignored(), &observe).await;
        Self { steps: steps.into_inner(), outcome }
    }
}

impl HubsoftStep {
    fn of(step: &SearchStep<'_>) -> Self {
        let took_ms = u64::try_from(step.took.as_millis()).unwrap_or(u64::MAX);
        let digits = step.term.len();
        match step.outcome {
            Ok((returned, own)) => Self { digits, returned, own, took_ms, failure: String::new() },
            Err(failure) => {
                Self { digits, failure: failure.to_string(), took_ms, ..Self::default() }
            }
        }
    }
}

/// What the dialplan would receive, in the contract's words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
