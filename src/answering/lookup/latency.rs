//! Tracks the latency of recent lookups, to decide whether another one is worth waiting for; the
//! caller passes the time.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::sources::source::Key;
use crate::sources::stored_key::StoredKey;

/// Maximum keys; only the last lookup of each counts.
const LOOKUPS_MAX: usize = 32;
/// Minimum keys: one key for which HubSoft hangs must not dominate.
const LOOKUPS_MIN: usize = 5;
/// How long a lookup counts.
const WINDOW: Duration = Duration::from_secs(60);

/// The latencies of recent lookups.
#[derive(Default)]
pub(super) struct LatencyWindow(VecDeque<Timed>);

/// The latency of the last lookup of a key.
struct Timed {
    key: StoredKey,
    at: Instant,
    took: Duration,
}

impl LatencyWindow {
    /// Records that a lookup of `key` ended at `now`.
    pub(super) fn record(&mut self, key: Key, took: Duration, now: Instant) {
        let key = StoredKey::from(&key);
        self.0.retain(|timed| timed.key != key);
        if self.0.len() >= LOOKUPS_MAX {
            self.0.pop_front();
        }
        self.0.push_back(Timed { key, at: now, took });
    }

    /// The 90th percentile; `None` if there are too few lookups.
    pub(super) fn p90(&self, now: Instant) -> Option<Duration> {
        let recent = |timed: &&Timed| now.saturating_duration_since(timed.at) < WINDOW;
        let mut times: Vec<_> = self.0.iter().filter(recent).map(|timed| timed.took).collect();
        if times.len() < LOOKUPS_MIN {
            return None;
        }
        times.sort_unstable();
        times.get((times.len() - 1) * 9 / 10).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::phone::Phone;

    const MS: Duration = Duration::from_millis(1);

    fn record(
        latency: &mut LatencyWindow,
        numbers: std::ops::Range<u32>,
        took: Duration,
        now: Instant,
    ) {
        for index in numbers {
            let phone = Phone::parse(&format!("3798{index:07}"), None).expect("a mobile").into();
            latency.record(phone, took, now);
        }
    }

    #[test]
    fn one_slow_key_does_not_dominate() {
        let mut latency = LatencyWindow::default();
        let now = Instant::now();
        record(&mut latency, 0..4, 3_000 * MS, now);
        assert_eq!(latency.p90(now), None, "too few");
        let mut latency = LatencyWindow::default();
        record(&mut latency, 0..4, 100 * MS, now);
        (0..9).for_each(|_| record(&mut latency, 4..5, 3_000 * MS, now));
        assert_eq!(latency.p90(now), Some(100 * MS));
        record(&mut latency, 5..7, 3_000 * MS, now);
        assert_eq!(latency.p90(now), Some(3_000 * MS));
    }

    #[test]
    fn only_recent_lookups_within_a_minute_count() {
        let mut latency = LatencyWindow::default();
        let start = Instant::now();
        record(&mut latency, 0..1_000, 3_000 * MS, start);
        assert_eq!(latency.0.len(), LOOKUPS_MAX);
        record(&mut latency, 2_000..2_032, 50 * MS, start);
        assert_eq!(latency.p90(start), Some(50 * MS));
        assert_eq!(latency.p90(start + WINDOW), None);
    }
}
