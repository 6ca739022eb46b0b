//! Keeps one copy of each alert, however many cached records carry it, and counts the bytes.

use std::sync::Arc;

use lru::LruCache;

use crate::domain::alert::Alert;
use crate::domain::finding::Record;

/// Maximum alerts that are indexed by their text. A mass outage has a handful; alerts of single
/// customers are evicted for them.
const SHARED_MAX: usize = 4_096;
/// Maximum alerts of several records that are skipped to find one of a single record.
const SKIPPED_MAX: usize = 8;

/// The alerts that cached records carry.
pub(super) struct SharedAlerts {
    /// The number of records of each alert. An alert that is not here has one record.
    times: LruCache<Arc<Alert>, usize>,
    /// Bytes of all alerts, each counted once.
    bytes: usize,
}

impl SharedAlerts {
    pub(super) fn new() -> Self {
        Self { times: LruCache::unbounded(), bytes: 0 }
    }

    /// Returns the record with the alerts that other records share.
    pub(super) fn share(&mut self, record: Record) -> Record {
        record.map_alerts(|alert| self.shared(alert))
    }

    fn shared(&mut self, alert: &Arc<Alert>) -> Arc<Alert> {
        if let Some((shared, times)) = self.times.get_key_value_mut(alert) {
            *times += 1;
            return Arc::clone(shared);
        }
        let own = alert.copy();
        self.bytes += own.weight();
        if self.make_space() {
            self.times.put(Arc::clone(&own), 1);
        }
        own
    }

    /// Evicts the least recently used alert of a single record from the index, if the index is full. The
    /// record keeps the alert, but others no longer share it.
    fn make_space(&mut self) -> bool {
        for _ in 0..SKIPPED_MAX {
            if self.times.len() < SHARED_MAX {
                return true;
            }
            match self.times.pop_lru() {
                Some((alert, times)) if times > 1 => drop(self.times.put(alert, times)),
                Some(_) | None => {}
            }
        }
        self.times.len() < SHARED_MAX
    }

    /// Releases the alerts of a record that was removed.
    pub(super) fn release(&mut self, record: &Record) {
        for alert in record.alerts() {
            if let Some((shared, times)) = self.times.get_key_value_mut(alert)
                && Arc::ptr_eq(shared, alert)
            {
                *times -= 1;
                if *times > 0 {
                    continue;
                }
                self.times.pop(alert);
            }
            self.bytes -= alert.weight();
        }
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
        assert_eq!(alerts.bytes(), weight("Rompimento") + weight("Equipe a caminho"));
    }

    #[test]
    fn a_text_without_records_is_released() {
        let mut alerts = SharedAlerts::new();
        let one = alerts.share(record(&["Rompimento", "Rompimento"]));
        let other = alerts.share(record(&["Rompimento", "Queda"]));
        let kept = one.alerts().next().map(Arc::downgrade).expect("a text");
        alerts.release(&one);
        drop(one);
        assert_eq!(alerts.bytes(), weight("Rompimento") + weight("Queda"));
        assert!(kept.upgrade().is_some(), "another record carries it");
        alerts.release(&other);
        drop(other);
        assert_eq!((alerts.bytes(), alerts.times.len()), (0, 0));
        assert!(kept.upgrade().is_none());
    }

    #[test]
    fn texts_of_single_customers_are_evicted_before_shared_ones() {
        let mut alerts = SharedAlerts::new();
        let mut records = Vec::new();
        for at in 0..2 * SHARED_MAX {
            records.push(alerts.share(record(&[&format!("texto {at}")])));
            records.push(alerts.share(record(&["Rompimento"])));
        }
        assert_eq!(alerts.times.len(), SHARED_MAX);
        let single: usize = (0..2 * SHARED_MAX).map(|at| weight(&format!("texto {at}"))).sum();
        assert_eq!(alerts.bytes(), single + weight("Rompimento"));
        for record in &records {
            alerts.release(record);
        }
        assert_eq!((alerts.bytes(), alerts.times.len()), (0, 0));
    }

    #[test]
    fn a_text_that_is_not_indexed_belongs_to_its_record() {
        let mut alerts = SharedAlerts::new();
        let twice = |alerts: &mut SharedAlerts, text: &str| {
            [alerts.share(record(&[text])), alerts.share(record(&[text]))]
        };
        let mut records = Vec::new();
        for at in 0..=SHARED_MAX {
            records.extend(twice(&mut alerts, &format!("texto {at}")));
        }
        assert_eq!(alerts.times.len(), SHARED_MAX);
        records.iter().for_each(|record| alerts.release(record));
        assert_eq!((alerts.bytes(), alerts.times.len()), (0, 0));
    }
}
