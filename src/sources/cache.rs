//! The cache of recent lookups, bounded in number and in bytes; the caller passes the time.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use lru::LruCache;
use parking_lot::Mutex;

use crate::domain::finding::Record;
use crate::runtime::metrics::{Gauge, Registry, size};

use super::shared_alerts::SharedAlerts;
use super::source::{Key, Origin, Sighting, SightingStore};
use super::stored_key::StoredKey;

/// Maximum bytes of all records, so that long alert texts cannot exhaust the memory. 100,000
/// customers who share ten texts need 22 MiB, with which the whole program was measured at 39. Of
/// customers with one text that nobody else has, 100,000 fit, and the program takes 55; of those with
/// two, some 82,000 fit, and it takes 57. Texts of very different lengths leave the allocator with
/// more holes, up to a quarter.
const BYTES_MAX: usize = 43 * 1024 * 1024;

/// Bytes of one entry without the words of its record: key, record, time and list links are one
/// allocation of 96 bytes, and a hash slot takes 19 to 39, because the table doubles when it is full.
const ENTRY_BYTES: usize = 136;

/// How long a customer is cached who was identified by a document or a code: for the next steps of the call.
const IDENTIFIED: Duration = Duration::from_secs(5 * 60);

/// The limits of the cache in number and time.
#[derive(Clone, Debug)]
pub struct Retention {
    pub records_max: NonZeroUsize,
    /// How long a found customer is cached.
    pub found: Duration,
    /// How long "not found" is cached.
    pub not_found: Duration,
}

struct Entry {
    record: Record,
    stamp: Stamp,
}

/// The time of a record, its origin, and whether it is complete, in half the bytes of an `Instant`.
#[derive(Clone, Copy)]
struct Stamp(i64);

impl Stamp {
    const COMPLETE: i64 = 1;
    const LISTED: i64 = 2;
    const FLAG_BITS: u32 = 2;

    /// `at_ms` is in milliseconds since the first record of the cache; a record may be older than that.
    fn new(at_ms: i64, sighting: &Sighting) -> Self {
        let complete = if sighting.is_complete { Self::COMPLETE } else { 0 };
        let listed = match sighting.origin {
            Origin::Directory => Self::LISTED,
            Origin::Hubsoft => 0,
        };
        Self(at_ms << Self::FLAG_BITS | listed | complete)
    }

    fn at_ms(self) -> i64 {
        self.0 >> Self::FLAG_BITS
    }

    fn origin(self) -> Origin {
        if self.0 & Self::LISTED == 0 { Origin::Hubsoft } else { Origin::Directory }
    }

    fn is_complete(self) -> bool {
        self.0 & Self::COMPLETE != 0
    }
}

/// The metrics of a cache.
#[derive(Clone, Debug, Default)]
pub struct CacheMetrics {
    pub bytes: Gauge,
    pub records: Gauge,
}

impl CacheMetrics {
    pub fn register(&self, registry: &mut Registry) {
        registry.register("cache_bytes", "Bytes cached, approximately", &self.bytes);
        registry.register("cache_records", "Numbers cached", &self.records);
    }
}

/// The cache of recent lookups. Failures are never cached.
pub struct Cache(Mutex<Entries>);

struct Entries {
    entries: LruCache<StoredKey, Entry>,
    retention: Retention,
    /// The time of the first record.
    start: Option<Instant>,
    alerts: SharedAlerts,
    /// Bytes of all records, without their alerts.
    bytes: usize,
    bytes_max: usize,
}

impl Cache {
    /// An empty cache.
    pub fn new(retention: Retention) -> Self {
        Self(Mutex::new(Entries::new(retention)))
    }

    /// Applies other limits; the least recently used records are evicted if they are lower.
    pub fn adjust(&self, retention: Retention) {
        self.0.lock().adjust(retention);
    }

    /// Sets the gauges of its size.
    pub fn measure(&self, metrics: &CacheMetrics) {
        let entries = self.0.lock();
        metrics.bytes.set(size(entries.bytes()));
        metrics.records.set(size(entries.entries.len()));
    }
}

impl SightingStore for Cache {
    fn recall(&self, key: &Key, now: Instant) -> Option<Sighting> {
        self.0.lock().recall(key, now)
    }

    fn learn(&self, key: &Key, sighting: &Sighting, now: Instant) {
        self.0.lock().learn(key, sighting, now);
    }

    fn purge(&self, key: &Key) -> bool {
        self.0.lock().purge(key)
    }
}

impl Entries {
    fn new(retention: Retention) -> Self {
        // `LruCache::new` would reserve space for `records_max` at once.
        let mut entries = LruCache::unbounded();
        entries.resize(retention.records_max);
        let alerts = SharedAlerts::new();
        Self { entries, retention, start: None, alerts, bytes: 0, bytes_max: BYTES_MAX }
    }

    fn bytes(&self) -> usize {
        self.bytes + self.alerts.bytes()
    }

    /// Updates the bytes and the shared alerts for a record that was removed.
    fn release(&mut self, record: &Record) {
        self.bytes -= weight(record);
        self.alerts.release(record);
    }

    fn recall(&mut self, key: &Key, now: Instant) -> Option<Sighting> {
        let now_ms = self.ms(now);
        let stored = StoredKey::from(key);
        let entry = self.entries.get(&stored)?;
        let age = entry.age(now_ms);
        if age >= self.retention.of(&stored, &entry.record) {
            self.purge(key);
            return None;
        }
        Some(Sighting {
            record: entry.record.clone(),
            origin: entry.stamp.origin(),
            age,
            is_complete: entry.stamp.is_complete(),
            places: None,
        })
    }

    fn learn(&mut self, key: &Key, sighting: &Sighting, now: Instant) {
        let at_ms = self.ms(now) - milliseconds(sighting.age);
        let key = StoredKey::from(key);
        if self.entries.peek(&key).is_some_and(|held| held.stamp.at_ms() > at_ms) {
            return;
        }
        let record = self.alerts.share(sighting.record.clone());
        self.bytes += weight(&record);
        let stamp = Stamp::new(at_ms, sighting);
        let entry = Entry { record, stamp };
        if let Some((_, old)) = self.entries.push(key, entry) {
            self.release(&old.record);
        }
        while self.bytes() > self.bytes_max
            && let Some((_, oldest)) = self.entries.pop_lru()
        {
            self.release(&oldest.record);
        }
    }

    fn purge(&mut self, key: &Key) -> bool {
        let entry = self.entries.pop(&StoredKey::from(key));
        if let Some(entry) = &entry {
            self.release(&entry.record);
        }
        entry.is_some()
    }

    fn adjust(&mut self, retention: Retention) {
        while self.entries.len() > retention.records_max.get()
            && let Some((_, oldest)) = self.entries.pop_lru()
        {
            self.release(&oldest.record);
        }
        self.entries.resize(retention.records_max);
        self.retention = retention;
    }

    /// Returns the milliseconds since the first record.
    fn ms(&mut self, now: Instant) -> i64 {
        let start = *self.start.get_or_insert(now);
        milliseconds(now.saturating_duration_since(start))
    }
}

impl Entry {
    /// A clock that runs backwards makes an entry young, never invalid.
    fn age(&self, now_ms: i64) -> Duration {
        Duration::from_millis(u64::try_from(now_ms - self.stamp.at_ms()).unwrap_or_default())
    }
}

impl Retention {
    fn of(&self, key: &StoredKey, record: &Record) -> Duration {
        let longest = if record.is_not_found() { self.not_found } else { self.found };
        if key.is_hash() { longest.min(IDENTIFIED) } else { longest }
    }
}

/// A year of milliseconds takes 35 bits.
fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX >> 2)
}

fn weight(record: &Record) -> usize {
    ENTRY_BYTES + record.weight()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::Document;
    use crate::domain::phone::Phone;
    use crate::domain::reported::ReportedCustomer;

    const SECOND: Duration = Duration::from_secs(1);

    fn cache(records_max: usize) -> Entries {
        Entries::new(Retention {
            records_max: NonZeroUsize::new(records_max).expect("not zero"),
            found: 86_400 * SECOND,
            not_found: 30 * SECOND,
        })
    }

    fn phone(last: u32) -> Key {
        Phone::parse(&format!("3798824{last:04}"), None).expect("a mobile").into()
    }

    fn found() -> Sighting {
        let customer = ReportedCustomer { name: "ANA".into(), ..ReportedCustomer::default() };
        Sighting::of_hubsoft(Record::new(vec![customer]))
    }

    fn age_after(sighting: &Sighting, seconds: u32) -> Option<Duration> {
        let mut cache = cache(10);
        let start = Instant::now();
        cache.learn(&phone(1), sighting, start);
        cache.recall(&phone(1), start + seconds * SECOND).map(|sighting| sighting.age)
    }

    #[test]
    fn a_customer_is_kept_for_a_day_and_not_found_for_half_a_minute() {
        assert_eq!(age_after(&found(), 0), Some(Duration::ZERO));
        assert_eq!(age_after(&found(), 86_399), Some(86_399 * SECOND));
        assert_eq!(age_after(&found(), 86_400), None);
        let not_found = Sighting::of_hubsoft(Record::default());
        assert_eq!(age_after(&not_found, 29), Some(29 * SECOND));
        assert_eq!(age_after(&not_found, 30), None);
    }

    #[test]
    fn a_customer_identified_by_a_document_is_kept_for_five_minutes() {
        let mut cache = cache(10);
        let key = Key::from(Document::parse("52998224725").expect("valid"));
        let start = Instant::now();
        cache.learn(&key, &found(), start);
        assert!(cache.recall(&key, start + 299 * SECOND).is_some());
        assert!(cache.recall(&key, start + 300 * SECOND).is_none());
        cache.learn(&key, &Sighting::of_hubsoft(Record::default()), start);
        assert!(cache.recall(&key, start + 30 * SECOND).is_none());
    }

    #[test]
    fn a_record_from_another_source_keeps_its_age() {
        let old = Sighting { age: 36_000 * SECOND, ..found() };
        assert_eq!(age_after(&old, 10), Some(36_010 * SECOND));
        let expired = Sighting { age: 90_000 * SECOND, ..found() };
        assert_eq!(age_after(&expired, 0), None);
    }

    #[test]
    fn an_older_record_does_not_replace_a_younger_one() {
        let mut cache = cache(10);
        let now = Instant::now();
        cache.learn(&phone(1), &found(), now);
        let older = Sighting { age: SECOND, record: Record::default(), ..found() };
        cache.learn(&phone(1), &older, now);
        assert_eq!(cache.recall(&phone(1), now), Some(found()));
        cache.learn(&phone(1), &older, now + 2 * SECOND);
        let recalled = cache.recall(&phone(1), now + 2 * SECOND).expect("cached");
        assert!(recalled.record.is_not_found() && recalled.age == SECOND);
    }

    #[test]
    fn origin_and_completeness_are_kept() {
        let mut cache = cache(10);
        let now = Instant::now();
        let partial = Sighting { is_complete: false, ..found() };
        cache.learn(&phone(1), &partial, now);
        assert_eq!(cache.recall(&phone(1), now), Some(partial));
    }

    #[test]
    fn the_least_recently_used_record_is_evicted_first() {
        let mut cache = cache(2);
        let now = Instant::now();
        cache.learn(&phone(1), &found(), now);
        cache.learn(&phone(2), &found(), now);
        assert!(cache.recall(&phone(1), now).is_some());
        cache.learn(&phone(3), &found(), now);
        assert!(cache.recall(&phone(2), now).is_none());
        assert!(cache.recall(&phone(1), now).is_some());
    }

    #[test]
    fn bytes_are_bounded_and_released() {
        let mut cache = cache(1_000);
        let now = Instant::now();
        cache.bytes_max = 10 * weight(&found().record);
        for last in 0..100 {
            cache.learn(&phone(last), &found(), now);
            cache.learn(&phone(last), &found(), now);
        }
        assert_eq!(cache.entries.len(), 10);
        assert_eq!(cache.bytes, 10 * weight(&found().record));
        for last in 0..100 {
            cache.purge(&phone(last));
        }
        assert_eq!(cache.bytes, 0);
    }

    #[test]
    fn an_entry_has_the_counted_size() {
        // A node has key, entry and two links, plus eight bytes of the allocator.
        let node = size_of::<(StoredKey, Entry)>() + 2 * size_of::<usize>() + 8;
        assert!(node <= ENTRY_BYTES - 40, "{node} bytes");
    }
}
