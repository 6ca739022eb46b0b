//! Keeps one copy of each alert, however many cached records carry it, and counts the bytes.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use lru::LruCache;

use crate::domain::alert::Alert;
use crate::domain::finding::Record;

/// Maximum alerts of a single record that are indexed by their text, for the next record with the
/// same one.
const SINGLES_MAX: NonZeroUsize = NonZeroUsize::new(4_096).expect("not zero");
/// Bytes of an entry of `shared`, which doubles when it is full.
const INDEX_BYTES: usize = 48;

/// The alerts that cached records carry.
pub(super) struct SharedAlerts {
    /// Recent alerts of a single record.
    singles: LruCache<Arc<Alert>, ()>,
    /// The number of records of each alert that several have had. There are fewer than records.
    shared: HashMap<Arc<Alert>, usize>,
    /// Bytes of all alerts, each counted once, and of `shared`.
    bytes: usize,
}

impl SharedAlerts {
    pub(super) fn new() -> Self {
        // `LruCache::new` would reserve all of it at once.
        let mut singles = LruCache::unbounded();
        singles.resize(SINGLES_MAX);
        Self { singles, shared: HashMap::new(), bytes: 0 }
    }

    /// Returns the record with the alerts that other records share.
    pub(super) fn share(&mut self, record: Record) -> Record {
        record.map_alerts(|alert| self.shared(alert))
    }

    fn shared(&mut self, alert: &Arc<Alert>) -> Arc<Alert> {
        if let Some(times) = self.shared.get_mut(alert) {
            *times += 1;
            let known = self.shared.get_key_value(alert);
            return Arc::clone(known.map_or(alert, |(known, _)| known));
        }
        if let Some((single, ())) = self.singles.pop_entry(alert) {
            self.bytes += INDEX_BYTES;
            self.shared.insert(Arc::clone(&single), 2);
            return single;
        }
        let own = alert.copy();
        self.bytes += own.weight();
        self.singles.push(Arc::clone(&own), ());
        own
    }

    /// Releases the alerts of a record that was removed.
    pub(super) fn release(&mut self, record: &Record) {
        for alert in record.alerts() {
            if self.is_carried_on(alert) {
                continue;
            }
            let single = self.singles.get_key_value(alert);
            if single.is_some_and(|(single, ())| Arc::ptr_eq(single, alert)) {
                self.singles.pop(alert);
            }
            self.bytes -= alert.weight();
        }
    }

    /// Takes a record off a shared alert, and returns whether others carry it still.
    fn is_carried_on(&mut self, alert: &Arc<Alert>) -> bool {
        let known = self.shared.get_key_value(alert);
        if !known.is_some_and(|(known, _)| Arc::ptr_eq(known, alert)) {
            return false;
        }
        let Some(times) = self.shared.get_mut(alert) else { return false };
        *times -= 1;
        if *times > 0 {
            return true;
        }
        self.shared.remove(alert);
        self.bytes -= INDEX_BYTES;
        false
    }

    /// Allocated bytes of all alerts, each counted once.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alert_text::AlertText;
    use crate::domain::reported::ReportedCustomer;

    fn record(texts: &[&str]) -> Record {
        let alert = Some(texts.iter().filter_map(|text| AlertText::new(text)).collect());
        Record::new(vec![ReportedCustomer { alert, ..ReportedCustomer::default() }])
    }

    fn weight(text: &str) -> usize {
        record(&[text]).alerts().map(|alert| alert.weight()).sum()
    }

    #[test]
    fn a_text_is_stored_and_counted_once() {
        let mut alerts = SharedAlerts::new();
        let records: Vec<_> =
            (0..3).map(|_| alerts.share(record(&["Rompimento", "Equipe a caminho"]))).collect();
        let first: Vec<_> = records[0].alerts().collect();
        for record in &records {
            assert!(record.alerts().zip(&first).all(|(one, other)| Arc::ptr_eq(one, other)));
        }
        assert_eq!(
            alerts.bytes(),
            weight("Rompimento") + weight("Equipe a caminho") + 2 * INDEX_BYTES
        );
    }

    #[test]
    fn a_text_without_records_is_released() {
        let mut alerts = SharedAlerts::new();
        let one = alerts.share(record(&["Rompimento", "Rompimento"]));
        let other = alerts.share(record(&["Rompimento", "Queda"]));
        let kept = one.alerts().next().map(Arc::downgrade).expect("a text");
        alerts.release(&one);
        drop(one);
        assert_eq!(alerts.bytes(), weight("Rompimento") + weight("Queda") + INDEX_BYTES);
        assert!(kept.upgrade().is_some(), "another record carries it");
        alerts.release(&other);
        drop(other);
        assert_eq!((alerts.bytes(), alerts.singles.len(), alerts.shared.len()), (0, 0, 0));
        assert!(kept.upgrade().is_none());
    }

    #[test]
    fn texts_of_single_customers_never_displace_shared_ones() {
        let mut alerts = SharedAlerts::new();
        let mut records = Vec::new();
        let singles = 2 * SINGLES_MAX.get();
        for at in 0..singles {
            records.push(alerts.share(record(&[&format!("texto {at}")])));
            records.push(alerts.share(record(&["Rompimento"])));
        }
        assert_eq!((alerts.singles.len(), alerts.shared.len()), (SINGLES_MAX.get(), 1));
        let single: usize = (0..singles).map(|at| weight(&format!("texto {at}"))).sum();
        assert_eq!(alerts.bytes(), single + weight("Rompimento") + INDEX_BYTES);
        records.iter().for_each(|record| alerts.release(record));
        assert_eq!((alerts.bytes(), alerts.singles.len(), alerts.shared.len()), (0, 0, 0));
    }

    #[test]
    fn a_new_text_is_stored_once_whatever_is_shared_already() {
        let mut alerts = SharedAlerts::new();
        let mut records = Vec::new();
        for at in 0..=SINGLES_MAX.get() {
            let text = format!("texto {at}");
            records.extend([alerts.share(record(&[&text])), alerts.share(record(&[&text]))]);
        }
        let before = alerts.bytes();
        records.extend((0..1_000).map(|_| alerts.share(record(&["Rompimento"]))));
        assert_eq!(alerts.bytes() - before, weight("Rompimento") + INDEX_BYTES);
        records.iter().for_each(|record| alerts.release(record));
        assert_eq!((alerts.bytes(), alerts.singles.len(), alerts.shared.len()), (0, 0, 0));
    }
}
