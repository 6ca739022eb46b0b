//! The state of the alert feed, as operators see it.

use serde::{Deserialize, Serialize};

use crate::sources::directory::{ScopeKinds, Stratum};

use super::board::{ActiveAlert, AlertOrigin};
use super::evidence::StratumStatus;
use super::verdict::Verdict;

/// What the endpoint, the command and the doctor show. It has no texts, which are personal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertsStatus {
    /// Whether HubSoft's list is read.
    pub enabled: bool,
    /// Whether it has been read, and not too long ago.
    pub is_current: bool,
    /// Time since the list was read completely; none if it was not yet.
    pub age_s: Option<u64>,
    /// Time between two readings at present.
    pub poll_s: u64,
    /// What is wrong with the list, with the remedy.
    pub problem: Option<String>,
    pub alerts: Vec<AlertStatus>,
    /// Texts that have ended, while caches may have them.
    pub ended: u64,
}

/// An active alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertStatus {
    /// `hubsoft` or `local`.
    pub origin: String,
    pub id: String,
    /// Seconds since 1970, UTC; none while it is open or ambiguous.
    pub ends_at_s: Option<u64>,
    pub seen_s_ago: u64,
    /// Whether it may have ended: the list could not confirm it for long, or its end is ambiguous.
    pub is_held: bool,
    /// The kinds of customers that are judged apart; none if the directory cannot place anybody.
    pub strata: Vec<StratumLine>,
}

/// Customers of an alert that are alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StratumLine {
    /// The kinds of the scope that they fit.
    pub kinds: Vec<String>,
    pub customers: u64,
    /// `alert`, `no_alert` or `unknown`.
    pub verdict: String,
    /// Of the customers who were asked, how many have the alert.
    pub confirmed: u32,
    pub answers: u32,
    /// The same of callers.
    pub live_confirmed: u32,
    pub live_answers: u32,
}

impl AlertStatus {
    pub(super) fn new(active: &ActiveAlert, seen_s_ago: u64, strata: &[StratumStatus]) -> Self {
        let (origin, id) = match &active.origin {
            AlertOrigin::Hubsoft(id) => ("hubsoft", id.to_string()),
            AlertOrigin::Local(id) => ("local", id.to_string()),
        };
        Self {
            origin: origin.to_owned(),
            id,
            ends_at_s: active.ends_at_s,
            seen_s_ago,
            is_held: active.is_held,
            strata: strata.iter().map(StratumLine::new).collect(),
        }
    }
}

impl StratumLine {
    fn new(status: &StratumStatus) -> Self {
        let kinds = match status.stratum {
            Stratum::Fits(kinds) => kinds,
            Stratum::CannotSay => ScopeKinds::default(),
        };
        let verdict = match status.verdict {
            Verdict::Alert => "alert",
            Verdict::NoAlert => "no_alert",
            Verdict::Unknown => "unknown",
        };
        Self {
            kinds: kinds.iter().map(|kind| kind.word().to_owned()).collect(),
            customers: status.customers as u64,
            verdict: verdict.to_owned(),
            confirmed: status.confirmed,
            answers: status.answers,
            live_confirmed: status.live_confirmed,
            live_answers: status.live_answers,
        }
    }
}
