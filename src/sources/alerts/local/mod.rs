//! Local alerts: those that the administrator or the NOC adds, kept over restarts.
//!
//! ```text
//! bina alert, scripts --> add, extend, end --> file, then memory --> active --> board
//! ```
//! A change is in memory also if the file cannot be written, which its result says: in an outage, callers
//! matter more than a restart. An alert always has an end, and drops out by the clock.

mod alert;
mod book;
mod disk;
mod end_time;
mod id;
mod lines;
mod listed_places;
mod listing;
mod naming;
mod request;
mod scope;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;
use tracing::{info, warn};

use crate::domain::zone::Zone;
use crate::sources::directory::DirectoryView;

use super::board::ActiveAlert;
use super::placing::LocalSource;

use self::alert::{KeptAlert, LocalAlert};
use self::book::Book;
use self::disk::AlertDisk;
use self::end_time::{LENGTH_DEFAULT_S, read_end};
use self::scope::{read_name, read_rule, read_scope, read_text};

pub use self::book::LOCAL_ALERTS_MAX;
pub use self::end_time::EndTimeError;
pub(super) use self::end_time::shown_time;
pub use self::listed_places::{PLACES_LISTED_MAX, PlaceLine, PlaceListing, listed_places};
pub use self::listing::{AlertChange, AlertEntry, AlertListing, FeedEntry};
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
}

impl LocalAlerts {
    /// Reads the alerts that the state folder has. It waits for the disk.
    pub fn open(inputs: LocalAlertInputs, now_s: u64) -> Self {
        let (disk, file) = AlertDisk::open(inputs.folder.as_deref());
        let alerts = Self {
            inputs: RwLock::new(inputs),
            disk: Mutex::new(disk),
            alerts: RwLock::default(),
            changes: watch::Sender::default(),
        };
        if !file.alerts.is_empty() || file.damaged > 0 {
            // The file is written without its damaged lines, so that they are reported once.
            alerts.take_over(file.alerts, now_s);
        }
        alerts
    }

    /// Applies what a reload has changed. It waits for the disk if the state folder is another one, whose
    /// alerts are added then.
    pub fn adjust(&self, inputs: LocalAlertInputs, now_s: u64) {
        let folder = inputs.folder.clone();
        self.warn_of_lost_rules(&inputs.rules);
        *self.inputs.write() = inputs;
        let alerts = {
            let mut disk = self.disk.lock();
            if disk.is_at(folder.as_deref()) {
                return;
            }
            let ended = std::mem::take(&mut disk.ended);
            let (other, file) = AlertDisk::open(folder.as_deref());
            *disk = other;
            disk.ended.extend(ended);
            file.alerts
        };
        self.take_over(alerts, now_s);
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

    fn take_over(&self, alerts: Vec<LocalAlert>, now_s: u64) {
        let _ = self.change(now_s, |book| {
            book.take_over(alerts, now_s);
            Ok(())
        });
    }

    /// Adds an alert. It waits for the disk, and folds the names of the directory.
    pub fn add(
        &self,
        request: &AlertRequest,
        context: &RequestContext,
    ) -> Result<AlertChange, LocalAlertError> {
        let LocalAlertInputs { zone, rules, .. } = self.inputs.read().clone();
        let now_s = context.now_s;
        let end_s = read_end(request.until.as_deref(), request.minutes, zone, now_s)?;
        let alert = LocalAlert {
            id: String::new(),
            text: read_text(&request.text)?,
            rule: read_rule(request.rule.as_deref(), &rules)?,
            scope: read_scope(request, context.view.as_ref())?,
            added_s: now_s,
            ends_s: end_s.unwrap_or(now_s + LENGTH_DEFAULT_S),
            by: read_name(&request.by),
            from: context.from.to_string(),
        };
        let kept = self.change(now_s, |book| book.add(alert))?;
        let entry = entry(&kept, context.view.as_ref(), zone);
        info!(
            id = entry.id,
            by = entry.by,
            from = entry.from,
            until = entry.until,
            customers = entry.customers,
            everyone = entry.everyone,
            "local alert added"
        );
        let until = shown_time(kept.alert.ends_s, zone);
        let message = format!("alert `{}` added: {} until {until}", entry.id, audience(&entry));
        Ok(self.changed(entry, message))
    }

    /// Sets another end. It waits for the disk.
    pub fn extend(
        &self,
        request: &ExtendRequest,
        context: &RequestContext,
    ) -> Result<AlertChange, LocalAlertError> {
        let zone = self.inputs.read().zone;
        let now_s = context.now_s;
        let end_s = read_end(request.until.as_deref(), request.minutes, zone, now_s)?;
        let ends_s = end_s.ok_or(LocalAlertError::EndMissing)?;
        let [before, after] = self.change(now_s, |book| book.extend(&request.id, ends_s))?;
        let entry = entry(&after, context.view.as_ref(), zone);
        let (by, from) = (read_name(&request.by), context.from);
        info!(id = entry.id, by, %from, until = entry.until, "local alert extended");
        let [before, after] = [before, after].map(|kept| shown_time(kept.alert.ends_s, zone));
        let message = format!("alert `{}` ends {after} (before: {before})", entry.id);
        Ok(self.changed(entry, message))
    }

    /// Ends an alert now; `by` is who requests it. It waits for the disk.
    pub fn end(
        &self,
        id: &str,
        by: &str,
        context: &RequestContext,
    ) -> Result<AlertChange, LocalAlertError> {
        let zone = self.inputs.read().zone;
        let kept = self.change(context.now_s, |book| book.end(id, context.now_s))?;
        let entry = entry(&kept, context.view.as_ref(), zone);
        let (by, from) = (read_name(by), context.from);
        info!(id = entry.id, by, %from, "local alert ended");
        let message = format!("alert `{}` ended", entry.id);
        Ok(self.changed(entry, message))
    }

    /// The active alerts, for operators.
    pub fn list(&self, now_s: u64, view: Option<&DirectoryView>) -> AlertListing {
        let zone = self.inputs.read().zone;
        let alerts = self.now(now_s);
        let alerts = alerts.iter().map(|kept| entry(kept, view, zone)).collect();
        AlertListing { alerts, problem: self.disk.lock().problem().map(str::to_owned), feed: None }
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
        let unread = disk.read();
        let mut book = Book { alerts, ended: &mut disk.ended };
        book.take_over(unread.alerts, now_s);
        let result = edit(&mut book);
        let alerts = book.alerts;
        if result.is_ok() {
            disk.save(&alerts);
        }
        *self.alerts.write() = alerts;
        drop(disk);
        if result.is_ok() {
            self.changes.send_modify(|count| *count += 1);
        }
        result
    }

    /// The result of a change that was made.
    fn changed(&self, alert: AlertEntry, message: String) -> AlertChange {
        let mut warnings = Vec::new();
        if alert.customers == Some(0) {
            warnings.push("no customer is in this scope now".to_owned());
        }
        warnings.extend(self.disk.lock().problem().map(str::to_owned));
        AlertChange { alert, message, warnings }
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
        id: alert.id,
        text: alert.text,
        rule: alert.rule,
        by: alert.by,
        from: alert.from,
        ..AlertEntry::default()
    }
}

/// Who hears an alert, in words.
fn audience(entry: &AlertEntry) -> String {
    match entry.customers {
        _ if entry.everyone => "every caller hears it".to_owned(),
        Some(1) => format!("1 customer in this scope ({})", entry.scope),
        Some(customers) => format!("{customers} customers in this scope ({})", entry.scope),
        None => format!("callers of {} hear it", entry.scope),
    }
}
