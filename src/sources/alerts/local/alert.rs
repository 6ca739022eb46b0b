//! One local alert: as it is kept in a file, and as it is held in memory.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::domain::alert::{Alert, Scope};
use crate::domain::alert_text::AlertText;
use crate::domain::call::Did;
use crate::domain::safe_text::{is_label, is_machine_word};
use crate::sources::alerts::board::{ActiveAlert, AlertEpoch, AlertOrigin, LocalReach, Reach};
use crate::sources::directory::{DirectoryView, NamedPlace, RowIndex};

use super::end_time::LENGTH_MAX;
use super::id::is_id;

/// Longest name of whoever changes an alert.
pub(super) const BY_BYTES_MAX: usize = 64;
/// Longest text, in characters: what is read out or shown is much shorter.
pub(super) const TEXT_CHARS_MAX: usize = 2_000;
/// Maximum names and called numbers of a scope.
pub(super) const NAMES_MAX: usize = 50;

/// The callers whom a local alert concerns: any of these is enough.
#[derive(Clone, Debug, Default, PartialEq, Hash, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LocalScope {
    pub(super) places: Vec<NamedPlace>,
    /// Called numbers, as they were typed.
    pub(super) dids: Vec<String>,
    pub(super) everyone: bool,
    /// For people: the places as the tables write them.
    pub(super) shown: String,
}

/// A local alert, as the file has it.
#[derive(Clone, PartialEq, Hash, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LocalAlert {
    pub(super) id: String,
    pub(super) text: String,
    pub(super) scope: LocalScope,
    /// Seconds since the epoch.
    pub(super) added_s: u64,
    pub(super) ends_s: u64,
    /// Whether somebody gave this end; else it is the default one, which nobody expects.
    #[serde(default)]
    pub(super) is_end_given: bool,
    pub(super) rule: Option<String>,
    /// Who has added it: the name that the client gave, a machine word, …
    pub(super) by: String,
    /// … and the client's address.
    pub(super) from: String,
}

impl LocalAlert {
    /// Whether it is one that this program may have written.
    pub(super) fn is_sound(&self) -> bool {
        let LocalScope { places, dids, everyone, .. } = &self.scope;
        let names = places.len() + dids.len();
        is_id(&self.id)
            && AlertText::new(&self.text).is_some()
            && self.text.chars().count() <= TEXT_CHARS_MAX
            && (names > 0 || *everyone)
            && names <= NAMES_MAX
            && dids.iter().all(|did| Did::new(did).is_some())
            && self.rule.as_deref().is_none_or(is_label)
            && is_machine_word(&self.by, BY_BYTES_MAX)
    }

    /// The fingerprint of what callers notice of it.
    fn epoch(&self) -> AlertEpoch {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        AlertEpoch(hasher.finish())
    }
}

impl fmt::Debug for LocalAlert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LocalAlert({}, text masked)", self.id)
    }
}

/// A local alert in memory, with what calls need of it.
pub(super) struct KeptAlert {
    pub(super) alert: LocalAlert,
    text: Option<Arc<Alert>>,
    dids: Vec<Did>,
    epoch: AlertEpoch,
    /// When it was added, extended, or read from the file.
    seen: Instant,
    /// Its customers in the state of the directory that was asked last.
    placed: Mutex<Option<(DirectoryView, Arc<[RowIndex]>)>>,
}

impl KeptAlert {
    pub(super) fn new(alert: LocalAlert) -> Self {
        let text = AlertText::new(&alert.text);
        Self {
            text: text.map(|text| Arc::new(Alert::new(text, Scope::Carrier))),
            dids: alert.scope.dids.iter().filter_map(|did| Did::new(did)).collect(),
            epoch: alert.epoch(),
            seen: tokio::time::Instant::now().into_std(),
            placed: Mutex::default(),
            alert,
        }
    }

    /// Whether its end is to come, and it has not run for longer than an alert may: the clock may be wrong.
    pub(super) fn is_active(&self, now_s: u64) -> bool {
        let now = tokio::time::Instant::now().into_std();
        now_s < self.alert.ends_s && now.saturating_duration_since(self.seen) < LENGTH_MAX
    }

    /// The customers of its places, sorted; nobody without a directory.
    pub(super) fn rows(&self, view: Option<&DirectoryView>) -> Arc<[RowIndex]> {
        let mut placed = self.placed.lock();
        let Some(view) = view.filter(|_| !self.alert.scope.places.is_empty()) else {
            *placed = None;
            return Arc::default();
        };
        if let Some((seen, rows)) = &*placed
            && seen.is_same(view)
        {
            return Arc::clone(rows);
        }
        let rows = view.rows_in(&self.alert.scope.places);
        *placed = Some((view.clone(), Arc::clone(&rows)));
        rows
    }

    pub(super) fn active(&self, view: Option<&DirectoryView>) -> ActiveAlert {
        ActiveAlert {
            origin: AlertOrigin::Local(self.alert.id.as_str().into()),
            epoch: self.epoch,
            alert: self.text.clone(),
            rule: self.alert.rule.as_deref().map(Arc::from),
            ends_at_s: Some(self.alert.ends_s),
            is_end_default: !self.alert.is_end_given,
            seen: self.seen,
            absent_at: None,
            is_held: false,
            reach: Reach::Local(LocalReach {
                rows: self.rows(view),
                dids: self.dids.clone(),
                is_everyone: self.alert.scope.everyone,
            }),
        }
    }
}
