//! The alerts that are active now, and which callers they concern, as calls read them.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use crate::domain::alert::Alert;
use crate::domain::call::Did;
use crate::domain::phone::Phone;
use crate::sources::directory::{DirectoryView, RowIndex, Strata, Stratum};

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
    /// Its end, in seconds since 1970, UTC; `None` while it is open.
    pub ends_at_s: Option<u64>,
    /// When the list had been read that showed this epoch first. Answers that were requested earlier say
    /// nothing about it.
    pub seen: Instant,
    /// Whether it is kept though the list could not be read for long.
    pub is_held: bool,
    pub reach: Reach,
}

/// A text that no active alert has any more.
#[derive(Clone)]
pub struct EndedText {
    pub alert: Arc<Alert>,
    pub ended: Instant,
}

/// The alerts that are active now.
#[derive(Clone, Default)]
pub struct Board {
    pub alerts: Vec<ActiveAlert>,
    /// Texts of alerts that have ended, while caches may have them.
    pub ended: Vec<EndedText>,
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

    /// The customers of a number in the directory.
    pub fn rows(&self, phone: &Phone) -> Vec<RowIndex> {
        self.directory.as_ref().map_or_else(Vec::new, |directory| directory.rows(phone))
    }

    /// What the alerts of HubSoft that `counts` selects mean for the customers of these rows.
    pub fn standing(&self, rows: &[RowIndex], counts: impl Fn(&ActiveAlert) -> bool) -> Standing {
        let mut standing = Standing::NoAlert;
        for active in self.alerts.iter().filter(|active| active.is_hubsofts() && counts(active)) {
            for row in rows {
                standing = standing.and(active.standing(*row));
            }
        }
        if rows.is_empty() { Standing::CannotSay } else { standing }
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

    /// What this alert means for the customer of a row.
    pub fn standing(&self, row: RowIndex) -> Standing {
        match &self.reach {
            Reach::Local(local) if local.rows.binary_search(&row).is_ok() => Standing::Alert,
            Reach::Local(_) => Standing::NoAlert,
            Reach::Strata { strata, verdicts } => match strata.of(row) {
                Stratum::CannotSay => Standing::CannotSay,
                stratum => verdicts.of(stratum).into(),
            },
            Reach::Unplaced => Standing::CannotSay,
        }
    }
}

impl From<Verdict> for Standing {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Alert => Self::Alert,
            Verdict::NoAlert => Self::NoAlert,
            Verdict::Unknown => Self::Unknown,
        }
    }
}

impl fmt::Debug for ActiveAlert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ActiveAlert({:?}, {:?})", self.origin, self.epoch)
    }
}
