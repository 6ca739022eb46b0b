//! Remembers records for a short while, bounded in number and in bytes; it is told the time.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use lru::LruCache;

use crate::domain::finding::Record;
use crate::domain::phone::Phone;

use crate::sources::source::Fetched;

use super::alerts::SharedAlerts;

/// Bytes all records may hold together, so that long alert texts cannot fill the machine. 100,000
/// customers with two alert texts each need 41 MiB, with which the whole program was measured at
/// 54. Texts of very different lengths leave the allocator with more holes, up to a quarter.
const BYTES_MAX: usize = 44 * 1024 * 1024;

/// What one entry costs besides its record's words: key, record, time and list links are one
/// allocation of 96 bytes, and a hash slot takes 19 to 39, as the table doubles when it is full.
const ENTRY_BYTES: usize = 136;

/// How long a record that is not complete is taken as it is; the next call then completes it.
const INCOMPLETE: Duration = Duration::from_secs(5);

/// How long what is remembered may be used.
#[derive(Clone, Debug)]
pub(super) struct Ages {
    /// Found, answered without asking.
    pub(super) fresh: Duration,
    /// Nobody, answered without asking; afterwards it is forgotten.
    pub(super) nobody: Duration,
    /// Found, answered when the refresh is slow.
    pub(super) stale: Duration,
    /// Found, answered when the refresh fails.
    pub(super) stale_on_error: Duration,
}

/// How far what is remembered can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    /// Take it as it is.
    Fresh,
    /// Take it if it cannot be completed at once: the source did not look everywhere.
    Incomplete,
    /// Take it if a refresh takes longer than a moment.
    Stale,
    /// Take it only if a refresh fails or the deadline passes.
    OnError,
}

impl Age {
    /// The word for it in metrics.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Fresh | Self::Incomplete => "fresh",
            Self::Stale => "stale",
            Self::OnError => "old",
        }
    }
}

/// A remembered record, how old it is and what that means.
#[derive(Clone, Debug)]
pub(super) struct Remembered {
    pub(super) record: Record,
    pub(super) age: Age,
    pub(super) elapsed: Duration,
}

struct Entry {
    record: Record,
    stamp: Stamp,
}

/// When a record came, and whether it is complete, in half the bytes of an `Instant`.
#[derive(Clone, Copy)]
struct Stamp(u64);

impl Stamp {
    /// `at_ms` are milliseconds since the cache's first record.
    fn new(at_ms: u64, complete: bool) -> Self {
        Self(at_ms << 1 | u64::from(complete))
    }

    fn at_ms(self) -> u64 {
        self.0 >> 1
    }

    fn is_complete(self) -> bool {
        self.0 & 1 == 1
    }
}

/// The memory of recent lookups. Failures are never put in.
pub(super) struct Cache {
    entries: LruCache<Phone, Entry>,
    ages: Ages,
    /// When the first record came.
    start: Option<Instant>,
    alerts: SharedAlerts,
    /// Bytes of all records, without their alerts.
    bytes: usize,
    bytes_max: usize,
}

impl Cache {
    pub(super) fn new(records_max: NonZeroUsize, ages: Ages) -> Self {
        // `LruCache::new` would reserve room for `records_max` at once.
        let mut entries = LruCache::unbounded();
        entries.resize(records_max);
        let alerts = SharedAlerts::new();
        Self { entries, ages, start: None, alerts, bytes: 0, bytes_max: BYTES_MAX }
    }

    /// What is remembered of `phone` at `now`, if it is still of use.
    pub(super) fn get(&mut self, phone: &Phone, now: Instant) -> Option<Remembered> {
        let now_ms = self.ms(now);
        let entry = self.entries.get(phone)?;
        // A clock that seems to run backwards makes an entry young, never invalid.
        let elapsed = Duration::from_millis(now_ms.saturating_sub(entry.stamp.at_ms()));
        match self.ages.judge(entry, elapsed) {
            Some(age) => Some(Remembered { record: entry.record.clone(), age, elapsed }),
            None => {
                self.forget(phone);
                None
            }
        }
    }

    /// Caches what was fetched at `now`; the least recently used make room.
    pub(super) fn put(&mut self, phone: Phone, fetched: Fetched, now: Instant) {
        let Fetched { record, complete } = fetched;
        let record = self.alerts.share(record);
        self.bytes += weight(&record);
        let stamp = Stamp::new(self.ms(now), complete);
        if let Some((_, old)) = self.entries.push(phone, Entry { record, stamp }) {
            self.release(&old.record);
        }
        while self.bytes() > self.bytes_max
            && let Some((_, oldest)) = self.entries.pop_lru()
        {
            self.release(&oldest.record);
        }
    }

    /// Forgets `phone`, and says whether anything was remembered of it.
    pub(super) fn forget(&mut self, phone: &Phone) -> bool {
        let entry = self.entries.pop(phone);
        if let Some(entry) = &entry {
            self.release(&entry.record);
        }
        entry.is_some()
    }

    /// Goes on with other bounds; the least recently used leave if they are narrower.
    pub(super) fn adjust(&mut self, records_max: NonZeroUsize, ages: Ages) {
        self.ages = ages;
        while self.entries.len() > records_max.get()
            && let Some((_, oldest)) = self.entries.pop_lru()
        {
            self.release(&oldest.record);
        }
        self.entries.resize(records_max);
    }

    /// Milliseconds since the first record came.
    fn ms(&mut self, now: Instant) -> u64 {
        let start = *self.start.get_or_insert(now);
        now.saturating_duration_since(start).as_millis() as u64
    }

    /// How many records it holds, and how many bytes.
    pub(super) fn holds(&self) -> (usize, usize) {
        (self.entries.len(), self.bytes())
    }

    fn bytes(&self) -> usize {
        self.bytes + self.alerts.bytes()
    }

    fn release(&mut self, record: &Record) {
        self.bytes -= weight(record);
        self.alerts.release(record);
    }
}

impl Ages {
    fn judge(&self, entry: &Entry, elapsed: Duration) -> Option<Age> {
        let is_complete = entry.stamp.is_complete() || elapsed < INCOMPLETE;
        if entry.record.is_nobody() {
            return (elapsed < self.nobody).then_some(Age::Fresh);
        }
        match elapsed {
            young if young < self.fresh && is_complete => Some(Age::Fresh),
            young if young < self.fresh => Some(Age::Incomplete),
            older if older < self.stale => Some(Age::Stale),
            old if old < self.stale_on_error => Some(Age::OnError),
            _ => None,
        }
    }
}

fn weight(record: &Record) -> usize {
    ENTRY_BYTES + record.weight()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reported::ReportedCustomer;

    const SECOND: Duration = Duration::from_secs(1);

    fn cache(records_max: usize) -> Cache {
        let ages = Ages {
            fresh: 60 * SECOND,
            nobody: 30 * SECOND,
            stale: 600 * SECOND,
            stale_on_error: 86_400 * SECOND,
        };
        Cache::new(NonZeroUsize::new(records_max).expect("not zero"), ages)
    }

    fn phone(last: u32) -> Phone {
        Phone::parse(&format!("3798824{last:04}"), None).expect("a mobile")
    }

    fn found() -> Record {
        Record::new(vec![ReportedCustomer { name: "ANA".into(), ..ReportedCustomer::default() }])
    }

    fn age_after(record: Record, seconds: u32) -> Option<Age> {
        let (mut cache, start) = (cache(10), Instant::now());
        cache.put(phone(1), record.into(), start);
        cache.get(&phone(1), start + seconds * SECOND).map(|remembered| remembered.age)
    }

    #[test]
    fn a_customer_is_fresh_then_stale_then_for_emergencies_then_forgotten() {
        for (seconds, age) in [
            (0, Some(Age::Fresh)),
            (59, Some(Age::Fresh)),
            (60, Some(Age::Stale)),
            (599, Some(Age::Stale)),
            (600, Some(Age::OnError)),
            (86_399, Some(Age::OnError)),
            (86_400, None),
        ] {
            assert_eq!(age_after(found(), seconds), age, "after {seconds} s");
        }
    }

    #[test]
    fn a_record_that_is_not_complete_is_taken_as_it_is_for_five_seconds() {
        let ages = [(4, Age::Fresh), (5, Age::Incomplete), (60, Age::Stale), (600, Age::OnError)];
        for (seconds, age) in ages {
            let (mut cache, start) = (cache(10), Instant::now());
            let fetched = Fetched { record: found(), complete: false };
            cache.put(phone(1), fetched, start);
            let cached = cache.get(&phone(1), start + seconds * SECOND).expect("of use");
            assert_eq!((cached.age, cached.elapsed), (age, seconds * SECOND));
        }
    }

    #[test]
    fn nobody_is_remembered_half_as_long_and_never_stale() {
        assert_eq!(age_after(Record::default(), 29), Some(Age::Fresh));
        assert_eq!(age_after(Record::default(), 30), None);
    }

    #[test]
    fn the_least_recently_used_makes_room() {
        let (mut cache, now) = (cache(2), Instant::now());
        cache.put(phone(1), found().into(), now);
        cache.put(phone(2), found().into(), now);
        assert!(cache.get(&phone(1), now).is_some());
        cache.put(phone(3), found().into(), now);
        assert!(cache.get(&phone(2), now).is_none());
        assert!(cache.get(&phone(1), now).is_some());
    }

    #[test]
    fn bytes_are_bounded_and_counted_down_again() {
        let (mut cache, now) = (cache(1_000), Instant::now());
        cache.bytes_max = 10 * weight(&found());
        for last in 0..100 {
            cache.put(phone(last), found().into(), now);
            cache.put(phone(last), found().into(), now);
        }
        assert_eq!(cache.entries.len(), 10);
        assert_eq!(cache.bytes, 10 * weight(&found()));
        for last in 0..100 {
            cache.forget(&phone(last));
        }
        assert_eq!(cache.bytes, 0);
    }

    #[test]
    fn an_entry_is_as_large_as_is_counted() {
        // The list's two links stand beside key and entry, and the allocator's own eight bytes.
        let node = size_of::<(Phone, Entry)>() + 2 * size_of::<usize>() + 8;
        assert!(node <= ENTRY_BYTES - 40, "{node} bytes");
    }
}
