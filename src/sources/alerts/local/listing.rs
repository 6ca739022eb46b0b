//! Active alerts, and the results of changes, as operators receive them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::sources::alerts::status::StratumLine;

/// One active alert.
#[derive(Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct AlertEntry {
    /// `local` or `hubsoft`.
    pub origin: String,
    pub id: String,
    pub text: String,
    /// The callers whom it concerns, in words.
    pub scope: String,
    /// How many customers are at its places now, if it has places and there is a directory.
    pub customers: Option<u64>,
    pub everyone: bool,
    /// When it began, or was first seen; by the provider's clock.
    pub since: Option<String>,
    /// Seconds since the epoch.
    pub since_s: Option<u64>,
    /// By the provider's clock. Of an ambiguous end of HubSoft's, the latest meaning.
    pub until: Option<String>,
    /// Seconds since the epoch.
    pub until_s: Option<u64>,
    /// Whether nobody gave the end of a local alert: it is the default, and no `previsao`.
    pub is_end_default: bool,
    /// The expected end, as `previsao` has it.
    pub forecast: Option<String>,
    /// Whether an alert of HubSoft's may have ended: calls are not answered by it.
    pub may_have_ended: bool,
    /// The kinds of the scope of an alert of HubSoft's, and those that its list cannot show.
    pub kinds: Vec<String>,
    pub hidden_kinds: Vec<String>,
    /// The customers of an alert of HubSoft's who are judged apart.
    pub sets: Vec<StratumLine>,
    pub rule: Option<String>,
    /// What has become of its words; none if they are not to be spoken.
    pub speech: Option<SpeechEntry>,
    /// Who has added it, and from where.
    pub by: String,
    pub from: String,
}

/// What has become of the words of an alert.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct SpeechEntry {
    /// `spoken`, `waiting`, `failing` (the engine), `refused` (the text), or `left_out` (too many).
    pub state: String,
    /// Why the engine fails, or the text is refused.
    pub reason: Option<String>,
}

/// All active alerts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct AlertListing {
    pub alerts: Vec<AlertEntry>,
    /// Why local alerts would be lost at a restart, if they would.
    pub problem: Option<String>,
    /// HubSoft's list, if it is read.
    pub feed: Option<FeedEntry>,
}

/// The state of HubSoft's list of alerts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct FeedEntry {
    /// Whether the list has been read, and not too long ago.
    pub is_current: bool,
    /// Time since it was read completely.
    pub age_s: Option<u64>,
    /// What is wrong with it, with the remedy.
    pub problem: Option<String>,
}

/// The result of a change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct AlertChange {
    pub alert: AlertEntry,
    /// What has happened, in a sentence.
    pub message: String,
    /// The end that an extended alert had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    pub warnings: Vec<String>,
}

impl fmt::Debug for AlertEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AlertEntry({} {}, text masked)", self.origin, self.id)
    }
}
