//! The alerts and the ids during a change: what is added, ended, and still taken.

use std::cmp::Reverse;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use super::alert::{KeptAlert, LocalAlert};
use super::id::free_id;
use super::lines::EndedId;
use super::request::LocalAlertError;

/// Maximum active alerts. Each place that is hit is one of them, so a storm has some dozens.
pub const LOCAL_ALERTS_MAX: usize = 200;
/// Maximum alerts that are over and kept for a while. All active ones are, when the clock jumps ahead.
const OVER_MAX: usize = LOCAL_ALERTS_MAX;
/// Maximum ids of alerts that have ended within a day: there are 7,056 ids.
const ENDED_MAX: usize = 4_000;
/// An id that somebody still has on a note is not another alert's.
const ID_REST_S: u64 = 24 * 60 * 60;

/// The alerts while they are changed.
pub(super) struct Book<'a> {
    pub(super) alerts: Vec<Arc<KeptAlert>>,
    pub(super) ended: &'a mut Vec<EndedId>,
    pub(super) now_s: u64,
}

impl Book<'_> {
    /// Lets ids be used again after a day, and keeps the number of alerts that are over within its limit.
    pub(super) fn limit(&mut self) {
        let now_s = self.now_s;
        self.ended.retain(|ended| now_s.saturating_sub(ended.at_s) < ID_REST_S);
        let over = self.alerts.iter().filter(|kept| !kept.is_active(now_s));
        let mut over: Vec<Arc<KeptAlert>> = over.map(Arc::clone).collect();
        over.sort_by_key(|kept| Reverse(kept.alert.ends_s));
        over.iter().skip(OVER_MAX).for_each(|kept| self.remove(&kept.alert.id));
    }

    /// Removes an alert that is over.
    pub(super) fn remove(&mut self, id: &str) {
        let now_s = self.now_s;
        let is_gone = |kept: &Arc<KeptAlert>| kept.alert.id == id && !kept.is_active(now_s);
        for kept in self.alerts.extract_if(.., |kept| is_gone(kept)) {
            self.ended.push(EndedId { id: kept.alert.id.clone(), at_s: kept.alert.ends_s });
        }
    }

    /// Adds an alert under an id of its own.
    pub(super) fn add(&mut self, alert: LocalAlert) -> Result<Arc<KeptAlert>, LocalAlertError> {
        let active = self.alerts.iter().filter(|kept| kept.is_active(self.now_s)).count();
        if active >= LOCAL_ALERTS_MAX {
            return Err(LocalAlertError::TooMany(active));
        }
        let is_taken = |id: &str| self.has(id) || self.has_ended(id);
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
        let extended = LocalAlert { ends_s, is_end_given: true, ..before.alert.clone() };
        let after = Arc::new(KeptAlert::new(extended));
        self.alerts[at] = Arc::clone(&after);
        Ok([before, after])
    }

    pub(super) fn end(&mut self, id: &str) -> Result<Arc<KeptAlert>, LocalAlertError> {
        let at = self.position(id)?;
        let kept = self.alerts.remove(at);
        self.ended.push(EndedId { id: kept.alert.id.clone(), at_s: self.now_s });
        Ok(kept)
    }

    /// Adds the alerts of a file, as they are. What memory has or has ended is newer.
    pub(super) fn take_over(&mut self, alerts: Vec<LocalAlert>) {
        for alert in alerts {
            if !self.has(&alert.id) && !self.has_ended(&alert.id) {
                self.alerts.push(Arc::new(KeptAlert::new(alert)));
            }
        }
        self.alerts.truncate(LOCAL_ALERTS_MAX + OVER_MAX);
    }

    fn has(&self, id: &str) -> bool {
        self.alerts.iter().any(|kept| kept.alert.id == id)
    }

    fn has_ended(&self, id: &str) -> bool {
        self.ended.iter().any(|ended| ended.id == id)
    }

    fn position(&self, id: &str) -> Result<usize, LocalAlertError> {
        let id = id.trim().to_ascii_lowercase();
        let is_it = |kept: &Arc<KeptAlert>| kept.alert.id == id && kept.is_active(self.now_s);
        let at = self.alerts.iter().position(is_it);
        at.ok_or_else(|| LocalAlertError::UnknownId(id.chars().take(32).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::alert::LocalScope;
    use super::*;

    fn alert(ends_s: u64) -> LocalAlert {
        LocalAlert {
            id: String::new(),
            text: "Queda".to_owned(),
            scope: LocalScope { everyone: true, ..LocalScope::default() },
            added_s: 1,
            ends_s,
            is_end_given: true,
            rule: None,
            by: "ana".to_owned(),
            from: "127.0.0.1".to_owned(),
        }
    }

    #[test]
    fn alerts_that_are_over_take_nobodys_place_and_are_limited() {
        let mut ended = Vec::new();
        let mut book = Book { alerts: Vec::new(), ended: &mut ended, now_s: 0 };
        for hour in 1..=4 {
            for _ in 0..LOCAL_ALERTS_MAX {
                book.add(alert(hour * 3_600)).expect("a free place");
            }
            assert!(matches!(book.add(alert(hour * 3_600)), Err(LocalAlertError::TooMany(_))));
            book.now_s = hour * 3_600;
            book.limit();
            assert_eq!(book.alerts.len(), OVER_MAX);
        }
        assert!(book.alerts.iter().all(|kept| kept.alert.ends_s == 4 * 3_600), "the latest");
        assert_eq!(book.ended.len(), 3 * LOCAL_ALERTS_MAX);
    }

    #[test]
    fn a_file_brings_back_nothing_that_has_ended_or_was_changed_since() {
        let mut ended = Vec::new();
        let mut book = Book { alerts: Vec::new(), ended: &mut ended, now_s: 0 };
        let added = [book.add(alert(60)).expect("added"), book.add(alert(60)).expect("added")];
        let file: Vec<_> = added.iter().map(|kept| kept.alert.clone()).collect();
        book.end(&file[0].id).expect("ended");
        book.extend(&file[1].id, 90).expect("extended");
        book.take_over(file);
        let ends: Vec<_> = book.alerts.iter().map(|kept| kept.alert.ends_s).collect();
        assert_eq!(ends, [90]);
    }
}
