//! Describes how the next call of a key would be answered, for operators. It queries nothing.

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::domain::finding::{AlertCertainty, AnswerSource, Finding};
use crate::sources::limiter::Urgency;
use crate::sources::reasons;
use crate::sources::source::{Key, Origin, Sighting};

use super::foresight::{Foresight, Inquiry};
use super::freshness::Freshness;
use super::{Lookup, Recalled, by_evidence};

/// Where the answer to the next call comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutlookWay {
    /// From a cached record, without a request.
    Cache,
    /// From the directory and the evidence on the alerts, without a request.
    Evidence,
    /// HubSoft is queried; if it cannot be, what is stored answers.
    Hubsoft,
}

/// How urgently HubSoft is queried for a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutlookClass {
    /// Nothing is known of the caller: first.
    First,
    /// The customer is known, but not whether an alert concerns him: second.
    Undecided,
    /// The answer can be foreseen: last.
    Expected,
}

/// The age class of a stored record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoredAge {
    Fresh,
    Incomplete,
    Stale,
    Old,
    /// From the directory, which has no alerts.
    Listed,
}

/// The best stored record of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRecord {
    pub age: StoredAge,
    pub age_s: u64,
    pub is_found: bool,
    /// Whether the record itself has an alert.
    pub is_alerted: bool,
}

/// How the next call of a key would be answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outlook {
    pub way: OutlookWay,
    /// How urgently HubSoft is queried, if it is.
    pub class: Option<OutlookClass>,
    /// Whether an answer without HubSoft would leave open whether there is an alert.
    pub is_undecided: bool,
    pub stored: Option<StoredRecord>,
    /// How long a cached customer answers without a request.
    pub fresh_s: u64,
}

impl Lookup {
    /// Describes how a call of `key` would be answered now.
    pub fn outlook(&self, key: &Key) -> Outlook {
        let now = Instant::now();
        let stored = self.recall(key, now).as_ref().map(StoredRecord::of);
        let (way, class, is_undecided) = match self.foresee(key, now) {
            Foresight::Cached(_) => (OutlookWay::Cache, None, false),
            Foresight::Judged(_) => (OutlookWay::Evidence, None, false),
            Foresight::Query(query) => {
                let is_undecided = query.certainty == AlertCertainty::Undecided;
                (OutlookWay::Hubsoft, Some(OutlookClass::of(query.urgency)), is_undecided)
            }
        };
        Outlook { way, class, is_undecided, stored, fresh_s: self.settings.fresh.as_secs() }
    }

    /// What a call finds in an answer of HubSoft's.
    pub fn finding_of_hubsoft(&self, sighting: Sighting) -> Finding {
        self.finding(sighting, AnswerSource::Hubsoft)
    }

    /// What a call of `key` would find now without HubSoft.
    pub fn at_hand(&self, key: &Key) -> Finding {
        match self.foresee(key, Instant::now()) {
            Foresight::Cached(sighting) => self.finding(sighting, AnswerSource::Cache),
            Foresight::Judged(record) => by_evidence(record),
            Foresight::Query(Inquiry { recalled, certainty, .. }) => {
                let failure = reasons::DEADLINE.failure();
                match recalled {
                    Some(recalled) => self.instead_of(failure, recalled.sighting, certainty),
                    None => Finding::Unavailable(failure),
                }
            }
        }
    }
}

impl OutlookClass {
    fn of(urgency: Urgency) -> Self {
        match urgency {
            Urgency::UndecidedCall => Self::Undecided,
            Urgency::ExpectedCall => Self::Expected,
            _ => Self::First,
        }
    }
}

impl StoredRecord {
    fn of(recalled: &Recalled) -> Self {
        let age = match (recalled.sighting.origin, recalled.freshness) {
            (Origin::Directory, _) | (_, Freshness::Fallback) => StoredAge::Listed,
            (_, Freshness::Fresh) => StoredAge::Fresh,
            (_, Freshness::Incomplete) => StoredAge::Incomplete,
            (_, Freshness::Stale) => StoredAge::Stale,
            (_, Freshness::Old) => StoredAge::Old,
        };
        Self {
            age,
            age_s: recalled.sighting.age.as_secs(),
            is_found: !recalled.sighting.record.is_not_found(),
            is_alerted: recalled.sighting.record.is_alerted(),
        }
    }
}
