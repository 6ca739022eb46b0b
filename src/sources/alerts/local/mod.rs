//! Local alerts: those that the administrator or the NOC adds, kept over restarts.
//!
//! ```text
//! bina alert, scripts --> add, extend, end --> file, then memory --> active --> board
//! ```
//! A change is in memory also if the file cannot be written, which its result says: in an outage, callers
//! matter more than a restart. It is tried to save again until it succeeds.
//!
//! An alert always has an end, and drops out by the clock, which may be wrong: at 1970 after a start, or
//! far ahead for a moment. Hence the rule:
//!
//! - An alert is active until its end by the clock of the moment, yet for at most 24 hours that this process
//!   has run since it was added, extended, or read from the file.
//! - A start changes no end. While the clock is before it, the alert goes on.
//! - An alert that is over is kept, in memory and in the file, until it was over for an hour without a break.
//!   If the clock is set back meanwhile, it is active again.

mod alert;
mod aside;
mod attempts;
mod book;
mod changes;
mod disk;
mod end_time;
mod id;
mod json;
mod keeping;
mod lines;
mod listed_places;
mod listing;
mod naming;
mod over;
mod request;
mod scope;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;
use tracing::warn;

use crate::domain::zone::Zone;
use crate::sources::directory::DirectoryView;

use super::board::ActiveAlert;
use super::placing::LocalSource;

use self::alert::{KeptAlert, LocalAlert};
use self::book::Book;
use self::disk::AlertDisk;
use self::lines::AlertFile;

pub use self::book::LOCAL_ALERTS_MAX;
pub use self::end_time::EndTimeError;
pub(super) use self::end_time::shown_time;
pub use self::json::read_request;
pub use self::listed_places::{
    PLACES_LISTED_MAX, PlaceLine, PlaceListing, listed_places, nearest_places,
};
pub use self::listing::{AlertChange, AlertEntry, AlertListing, FeedEntry, SpeechEntry};
pub use self::naming::PlaceNameError;
pub use self::request::{AlertRequest, ExtendRequest, LocalAlertError};

/// What a reload may change.
#[derive(Clone, Debug, Default)]
pub struct LocalAlertInputs {
    /// The clock by which ends are given.
    pub zone: Zone,
    /// The names of the active rules.
    pub rules: Vec<Arc<str>>,
    /// The state folder, if there is one.
    pub folder: Option<PathBuf>,
}

/// Where and when a request is made.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// Seconds since the epoch.
    pub now_s: u64,
    /// The client's address.
    pub from: IpAddr,
    /// The state of the directory, if it has one.
    pub view: Option<DirectoryView>,
}

/// The local alerts of a service.
pub struct LocalAlerts {
    inputs: RwLock<LocalAlertInputs>,
    /// Locked during a change, before the alerts are.
    disk: Mutex<AlertDisk>,
    alerts: RwLock<Vec<Arc<KeptAlert>>>,
    /// Counts the changes.
    changes: watch::Sender<u64>,
    /// Whether the file has to be read or written again. Read without waiting for the disk.
    is_pending: AtomicBool,
}

impl LocalAlerts {
    /// Reads the alerts that the state folder has. It waits for the disk.
    pub fn open(inputs: LocalAlertInputs, now_s: u64) -> Self {
        let (disk, file) = AlertDisk::open(inputs.folder.as_deref(), now_s);
        let is_pending = disk.is_pending();
        let alerts = Self {
            inputs: RwLock::new(inputs),
            disk: Mutex::new(disk),
            alerts: RwLock::default(),
            changes: watch::Sender::default(),
            is_pending: AtomicBool::new(is_pending),
        };
        alerts.take_over(file, now_s);
        alerts
    }

    /// Applies what a reload has changed. It waits for the disk if the state folder is another one, whose
    /// alerts are added then.
    pub fn adjust(&self, inputs: LocalAlertInputs, now_s: u64) {
        let folder = inputs.folder.clone();
        self.warn_of_lost_rules(&inputs.rules);
        *self.inputs.write() = inputs;
        let file = {
            let mut disk = self.disk.lock();
            if disk.is_at(folder.as_deref()) {
                return;
            }
            let ended = std::mem::take(&mut disk.ended);
            let (other, file) = AlertDisk::open(folder.as_deref(), now_s);
            *disk = other;
            disk.take_ended(&ended);
            file
        };
        // The other file has to have all of them.
        let _ = self.change(now_s, |book| {
            book.take_over(file.alerts);
            Ok(())
        });
    }

    /// Warns of alerts that name a rule which is not in the configuration any more.
    fn warn_of_lost_rules(&self, rules: &[Arc<str>]) {
        for kept in self.alerts.read().iter() {
            let LocalAlert { id, rule: Some(rule), .. } = &kept.alert else { continue };
            if !rules.iter().any(|known| **known == **rule) {
                warn!(
                    id,
                    rule,
                    "the rule of a local alert is not in the configuration any more: its text chooses the \
                     prompt, if any (`bina alert end`, then add it again)"
                );
            }
        }
    }

    /// Takes the alerts of a file, which is written without its damaged lines, so that they are reported
    /// once.
    fn take_over(&self, file: AlertFile, now_s: u64) {
        let mut disk = self.disk.lock();
        let mut book = Book { alerts: Vec::new(), ended: &mut disk.ended, now_s };
        book.take_over(file.alerts);
        let alerts = book.alerts;
        if disk.is_unsaved() {
            disk.save(&alerts);
        }
        self.is_pending.store(disk.is_pending(), Ordering::Relaxed);
        *self.alerts.write() = alerts;
    }

    /// The active alerts, for operators, and what is wrong with their file. It waits for the disk.
    pub fn list(&self, now_s: u64, view: Option<&DirectoryView>) -> AlertListing {
        let alerts = self.entries(now_s, view);
        let problems = self.disk.lock().problems();
        let problem = Some(problems.join("; ")).filter(|text| !text.is_empty());
        AlertListing { alerts, problem, feed: None }
    }

    /// The active alerts. It does not wait for the disk.
    pub fn entries(&self, now_s: u64, view: Option<&DirectoryView>) -> Vec<AlertEntry> {
        let zone = self.inputs.read().zone;
        self.now(now_s).iter().map(|kept| entry(kept, view, zone)).collect()
    }

    fn now(&self, now_s: u64) -> Vec<Arc<KeptAlert>> {
        let alerts = self.alerts.read();
        alerts.iter().filter(|kept| kept.is_active(now_s)).map(Arc::clone).collect()
    }

    /// Changes the alerts, in the file and in memory. What `edit` refuses changes nothing.
    fn change<T>(
        &self,
        now_s: u64,
        edit: impl FnOnce(&mut Book<'_>) -> Result<T, LocalAlertError>,
    ) -> Result<T, LocalAlertError> {
        let mut disk = self.disk.lock();
        let alerts = self.alerts.read().clone();
        let unread = disk.read(now_s);
        let mut book = Book { alerts, ended: &mut disk.ended, now_s };
        book.take_over(unread.alerts);
        book.limit();
        let result = edit(&mut book);
        let alerts = book.alerts;
        if result.is_ok() || disk.is_unsaved() {
            disk.save(&alerts);
        }
        self.is_pending.store(disk.is_pending(), Ordering::Relaxed);
        *self.alerts.write() = alerts;
        drop(disk);
        if result.is_ok() {
            self.changes.send_modify(|count| *count += 1);
        }
        result
    }
}

impl LocalSource for LocalAlerts {
    /// In the order in which they were added. It scans the directory once for each alert and each state.
    fn active(&self, now_s: u64, view: Option<&DirectoryView>) -> Vec<ActiveAlert> {
        self.now(now_s).iter().map(|kept| kept.active(view)).collect()
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}

/// An alert, for operators.
fn entry(kept: &KeptAlert, view: Option<&DirectoryView>, zone: Zone) -> AlertEntry {
    let alert = kept.alert.clone();
    let is_counted = view.is_some() && !alert.scope.places.is_empty();
    AlertEntry {
        origin: "local".to_owned(),
        customers: is_counted.then(|| kept.rows(view).len() as u64),
        everyone: alert.scope.everyone,
        scope: alert.scope.shown,
        since: Some(shown_time(alert.added_s, zone)),
        since_s: Some(alert.added_s),
        until: Some(shown_time(alert.ends_s, zone)),
        until_s: Some(alert.ends_s),
        is_end_default: !alert.is_end_given,
        id: alert.id,
        text: alert.text,
        rule: alert.rule,
        by: alert.by,
        from: alert.from,
        ..AlertEntry::default()
    }
}
