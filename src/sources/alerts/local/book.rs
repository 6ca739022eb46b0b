//! The alerts and the ids during a change: what is added, ended, and still taken.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use super::alert::{KeptAlert, LocalAlert};
use super::end_time::LENGTH_MAX_S;
use super::id::free_id;
use super::lines::EndedId;
use super::request::LocalAlertError;

/// Maximum active alerts. Each place that is hit is one of them, so a storm has some dozens.
pub const LOCAL_ALERTS_MAX: usize = 200;
/// Maximum ids of alerts that have ended within a day: there are 7,056 ids.
const ENDED_MAX: usize = 4_000;
/// An id that somebody still has on a note is not another alert's.
const ID_REST_S: u64 = 24 * 60 * 60;

/// The alerts while they are changed.
pub(super) struct Book<'a> {
    pub(super) alerts: Vec<Arc<KeptAlert>>,
    pub(super) ended: &'a mut Vec<EndedId>,
}

impl Book<'_> {
    /// Removes the alerts that have ended by the clock, and lets ids be used again after a day.
    pub(super) fn drop_ended(&mut self, now_s: u64) {
        let alerts = std::mem::take(&mut self.alerts);
        let (active, ended) = alerts.into_iter().partition(|kept: &Arc<_>| kept.is_active(now_s));
        self.alerts = active;
        let ended: Vec<Arc<KeptAlert>> = ended;
        ended.iter().for_each(|kept| self.rest(kept, kept.alert.ends_s));
        self.ended.retain(|ended| now_s.saturating_sub(ended.at_s) < ID_REST_S);
    }

    /// Keeps the id of an alert that has ended from being used.
    fn rest(&mut self, kept: &KeptAlert, at_s: u64) {
        self.ended.push(EndedId { id: kept.alert.id.clone(), at_s });
    }

    /// Adds an alert under an id of its own.
    pub(super) fn add(&mut self, alert: LocalAlert) -> Result<Arc<KeptAlert>, LocalAlertError> {
        if self.alerts.len() >= LOCAL_ALERTS_MAX {
            return Err(LocalAlertError::TooMany(self.alerts.len()));
        }
        let is_taken = |id: &str| {
            let is_active = self.alerts.iter().any(|kept| kept.alert.id == id);
            is_active || self.ended.iter().any(|ended| ended.id == id)
        };
        // The standard library's hash seed is random enough for this.
        let random = RandomState::new().hash_one(0_u8);
        let id = free_id(random, is_taken).filter(|_| self.ended.len() < ENDED_MAX);
        let id = id.ok_or(LocalAlertError::IdsUsed(self.ended.len()))?;
        let kept = Arc::new(KeptAlert::new(LocalAlert { id, ..alert }));
        self.alerts.push(Arc::clone(&kept));
        Ok(kept)
    }

    /// Sets another end; returns the alert before and after.
    pub(super) fn extend(
        &mut self,
        id: &str,
        ends_s: u64,
    ) -> Result<[Arc<KeptAlert>; 2], LocalAlertError> {
        let at = self.position(id)?;
        let before = Arc::clone(&self.alerts[at]);
        let after = Arc::new(KeptAlert::new(LocalAlert { ends_s, ..before.alert.clone() }));
        self.alerts[at] = Arc::clone(&after);
        Ok([before, after])
    }

    pub(super) fn end(&mut self, id: &str, now_s: u64) -> Result<Arc<KeptAlert>, LocalAlertError> {
        let at = self.position(id)?;
        let kept = self.alerts.remove(at);
        self.rest(&kept, now_s);
        Ok(kept)
    }

    /// Adds the alerts of a file.
    pub(super) fn take_over(&mut self, alerts: Vec<LocalAlert>, now_s: u64) {
        let ends_max_s = now_s.saturating_add(LENGTH_MAX_S);
        for mut alert in alerts {
            // The clock may have been wrong.
            alert.ends_s = alert.ends_s.min(ends_max_s);
            self.alerts.retain(|kept| kept.alert.id != alert.id);
            self.alerts.push(Arc::new(KeptAlert::new(alert)));
        }
        self.drop_ended(now_s);
        self.alerts.truncate(LOCAL_ALERTS_MAX);
    }

    fn position(&self, id: &str) -> Result<usize, LocalAlertError> {
        let id = id.trim().to_ascii_lowercase();
        let at = self.alerts.iter().position(|kept| kept.alert.id == id);
        at.ok_or_else(|| LocalAlertError::UnknownId(id.chars().take(32).collect()))
    }
}
