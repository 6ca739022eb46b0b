//! Active alerts, and the results of changes, as operators receive them.

use std::fmt;

use serde::{Deserialize, Serialize};

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
    /// By the provider's clock.
    pub until: Option<String>,
    /// Seconds since the epoch.
    pub until_s: Option<u64>,
    pub rule: Option<String>,
    /// Who has added it, and from where.
    pub by: String,
    pub from: String,
}

/// All active alerts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct AlertListing {
    pub alerts: Vec<AlertEntry>,
    /// Why local alerts would be lost at a restart, if they would.
    pub problem: Option<String>,
}

/// The result of a change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct AlertChange {
    pub alert: AlertEntry,
    /// What has happened, in a sentence.
    pub message: String,
    pub warnings: Vec<String>,
}

impl fmt::Debug for AlertEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AlertEntry({} {}, text masked)", self.origin, self.id)
    }
}
