//! The alerts that are active now, and which callers they concern, as calls read them.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use crate::domain::alert::{Alert, AlertKey};
use crate::domain::call::Did;
use crate::domain::finding::Record;
use crate::domain::phone::Phone;
use crate::sources::directory::{DirectoryView, RowIndex, Strata, Stratum, Subject};

use super::verdict::{Verdict, Verdicts};

/// Where an alert comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertOrigin {
    /// HubSoft's, with its id.
    Hubsoft(u64),
    /// The administrator's own, with its id.
    Local(Arc<str>),
}

/// The fingerprint of an alert's id, text, window and scope: another one, and whatever rests on the
/// alert is stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlertEpoch(pub u64);

/// The customers whom an alert concerns.
#[derive(Clone, Debug)]
pub enum Reach {
    /// Callers of these numbers, customers of these rows, or everyone.
    Local(LocalReach),
    /// Evidence decides for each stratum.
    Strata { strata: Arc<Strata>, verdicts: Arc<Verdicts> },
    /// There is no directory to place anybody by.
    Unplaced,
}

/// The callers of a local alert: any of its scopes is enough.
#[derive(Clone, Debug)]
pub struct LocalReach {
    /// Sorted.
    pub rows: Arc<[RowIndex]>,
    pub dids: Vec<Did>,
    pub is_everyone: bool,
}

/// One active alert.
#[derive(Clone)]
pub struct ActiveAlert {
    pub origin: AlertOrigin,
    pub epoch: AlertEpoch,
    /// Its text; `None` for an alert without one, which plays the general prompt.
    pub alert: Option<Arc<Alert>>,
    /// The rule that a local alert names.
    pub rule: Option<Arc<str>>,
    /// Its end, in seconds since 1970, UTC; `None` while it is open or ambiguous.
    pub ends_at_s: Option<u64>,
    /// Whether nobody gave that end of a local alert: then it is not the expected one.
    pub is_end_default: bool,
    /// When the list had been read that showed this epoch first. Answers that were requested earlier say
    /// nothing about it.
    pub seen: Instant,
    /// When a complete list lacked it last, if one did: whoever has heard its text earlier has heard another
    /// alert.
    pub absent_at: Option<Instant>,
    /// Whether it is kept though it may have ended: the list could not be read for long, or its end is
    /// ambiguous.
    pub is_held: bool,
    pub reach: Reach,
}

/// The text of an alert that has ended.
#[derive(Clone)]
pub struct EndedText {
    pub text: AlertKey,
    pub ended: Instant,
}

/// The alerts that are active now.
#[derive(Clone, Default)]
pub struct Board {
    pub alerts: Vec<ActiveAlert>,
    /// Texts that no active alert has any more, while caches may have them.
    pub ended: Vec<EndedText>,
    /// Texts of which one alert has ended and another one is active.
    pub reduced: Vec<EndedText>,
    /// When an alert of HubSoft last began, changed or ended.
    pub changed: Option<Instant>,
    /// Whether HubSoft's list has been read, and not too long ago.
    pub is_current: bool,
    /// The state of the directory that the alerts' rows and strata belong to.
    pub directory: Option<DirectoryView>,
}

/// What the active alerts of HubSoft mean for one caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The caller has at least one of them.
    Alert,
    /// The directory does not have the caller, or cannot tell whether an alert concerns him.
    CannotSay,
    /// The caller has none of them.
    NoAlert,
    /// It is not decided whether customers like him have one.
    Unknown,
}

impl Board {
    /// Whether no alert is active, and none has changed so recently that a cache may show it.
    pub fn is_quiet(&self) -> bool {
        self.alerts.is_empty() && self.changed.is_none()
    }

    /// Whether an answer that was requested at `asked` may show other alerts than there are now.
    pub fn has_changed_since(&self, asked: Instant) -> bool {
        self.changed.is_some_and(|changed| asked < changed)
    }

    /// Whether no alert has had this text since some time after `asked`.
    pub fn has_ended(&self, alert: &Alert, asked: Instant) -> bool {
        if !self.ended.iter().any(|ended| asked < ended.ended) {
            return false;
        }
        let text = alert.key();
        self.ended.iter().any(|ended| asked < ended.ended && ended.text == text)
    }

    /// Whether an alert with this text has ended at some time after `asked`, and another one is active.
    pub fn is_reduced(&self, alert: &Alert, asked: Instant) -> bool {
        let mut since = self.reduced.iter().filter(|ended| asked < ended.ended).peekable();
        since.peek().is_some() && since.any(|ended| ended.text == alert.key())
    }

    /// The customers of a number in the directory.
    pub fn rows(&self, phone: &Phone) -> Vec<RowIndex> {
        self.directory.as_ref().map_or_else(Vec::new, |directory| directory.rows(phone))
    }

    /// The customers in the directory whom an answer is about.
    pub fn rows_of(&self, subject: Subject<'_>) -> Vec<RowIndex> {
        self.directory.as_ref().map_or_else(Vec::new, |directory| directory.rows_of(subject))
    }

    /// The alerts of HubSoft.
    pub fn hubsofts(&self) -> impl Iterator<Item = &ActiveAlert> {
        self.alerts.iter().filter(|active| active.is_hubsofts())
    }

    /// The local alerts, with their callers.
    pub fn locals(&self) -> impl Iterator<Item = (&ActiveAlert, &LocalReach)> {
        self.alerts.iter().filter_map(|active| match &active.reach {
            Reach::Local(reach) => Some((active, reach)),
            Reach::Strata { .. } | Reach::Unplaced => None,
        })
    }

    /// What the alerts of HubSoft that `counts` selects mean for the customers of these rows.
    pub fn standing(&self, rows: &[RowIndex], counts: impl Fn(&ActiveAlert) -> bool) -> Standing {
        if rows.is_empty() {
            return Standing::CannotSay;
        }
        let counted = self.hubsofts().filter(|active| counts(active));
        let standings = counted.flat_map(|active| rows.iter().map(|row| active.standing(*row)));
        standings.fold(Standing::NoAlert, Standing::and)
    }

    /// The alerts of HubSoft that the customer of a row has by the evidence.
    pub fn alerts_of(&self, row: RowIndex) -> impl Iterator<Item = &ActiveAlert> {
        self.hubsofts().filter(move |active| active.standing(row) == Standing::Alert)
    }
}

/// Where calls read the board, and report what they have seen.
pub trait AlertBoard: Send + Sync {
    /// The present board; never blocks.
    fn board(&self) -> Arc<Board>;

    /// Whether no alert is active, at less cost than `board`; it may be late by a moment.
    fn is_empty(&self) -> bool {
        self.board().alerts.is_empty()
    }

    /// Reports the answer about the customers of a number that was requested at `asked`.
    fn observe(&self, phone: &Phone, record: &Record, asked: Instant);

    /// Counts a call, so that the list is read faster when they surge.
    fn note_call(&self) {}
}

impl LocalReach {
    /// Whether the alert names the place of the customer of a row.
    pub fn has(&self, row: RowIndex) -> bool {
        self.rows.binary_search(&row).is_ok()
    }

    /// Whether the alert concerns a caller with these customers who has called `did`.
    pub fn concerns(&self, rows: &[RowIndex], did: Option<&Did>) -> bool {
        let names_did = did.is_some_and(|did| self.dids.contains(did));
        self.is_everyone || names_did || rows.iter().any(|row| self.has(*row))
    }
}

impl Standing {
    /// The standing of somebody with both.
    fn and(self, other: Self) -> Self {
        let rank = |standing| match standing {
            Self::Alert => 3,
            Self::CannotSay => 2,
            Self::Unknown => 1,
            Self::NoAlert => 0,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

impl ActiveAlert {
    pub fn is_hubsofts(&self) -> bool {
        matches!(self.origin, AlertOrigin::Hubsoft(_))
    }

    /// The stratum of the customer of a row, if customers are placed.
    pub fn stratum(&self, row: RowIndex) -> Option<Stratum> {
        match &self.reach {
            Reach::Strata { strata, .. } => Some(strata.of(row)),
            Reach::Local(_) | Reach::Unplaced => None,
        }
    }

    /// What this alert of HubSoft means for the customer of a row.
    fn standing(&self, row: RowIndex) -> Standing {
        match &self.reach {
            Reach::Strata { strata, verdicts } => match strata.of(row) {
                Stratum::CannotSay => Standing::CannotSay,
                stratum => self.decided(verdicts.of(stratum)),
            },
            Reach::Local(_) | Reach::Unplaced => Standing::CannotSay,
        }
    }

    /// An alert that is held may have ended.
    fn decided(&self, verdict: Verdict) -> Standing {
        match verdict {
            Verdict::Alert if self.is_held => Standing::Unknown,
            Verdict::Alert => Standing::Alert,
            Verdict::NoAlert => Standing::NoAlert,
            Verdict::Unknown => Standing::Unknown,
        }
    }
}

impl fmt::Debug for ActiveAlert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ActiveAlert({:?}, {:?})", self.origin, self.epoch)
    }
}
