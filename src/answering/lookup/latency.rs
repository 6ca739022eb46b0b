//! Measures how long recent lookups took, to tell whether another one is worth waiting for; it is
//! told the time.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::sources::source::Key;

/// Numbers whose lookups count, the last of each.
const LOOKUPS_MAX: usize = 32;
/// With fewer, one number for which HubSoft hangs would speak for all.
const LOOKUPS_MIN: usize = 5;
/// How long one counts. What HubSoft was like before says nothing about now.
const WINDOW: Duration = Duration::from_secs(60);

/// How long the last lookups took.
#[derive(Default)]
pub(super) struct LatencyWindow(VecDeque<Timed>);

/// How long the last lookup of a number took.
struct Timed {
    key: Key,
    at: Instant,
    took: Duration,
}

impl LatencyWindow {
    /// A lookup of `key` ended at `now`, after it `took` so long.
    pub(super) fn learn(&mut self, key: Key, took: Duration, now: Instant) {
        self.0.retain(|timed| timed.key != key);
        if self.0.len() >= LOOKUPS_MAX {
            self.0.pop_front();
        }
        self.0.push_back(Timed { key, at: now, took });
    }

    /// The time within which nine of ten recent lookups ended; `None` when there were too few.
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

    fn learn(
        latency: &mut LatencyWindow,
        numbers: std::ops::Range<u32>,
        took: Duration,
        now: Instant,
    ) {
        for index in numbers {
            let phone = Phone::parse(&format!("3798{index:07}"), None).expect("a mobile").into();
            latency.learn(phone, took, now);
        }
    }

    #[test]
    fn one_slow_number_does_not_speak_for_all() {
        let (mut latency, now) = (LatencyWindow::default(), Instant::now());
        learn(&mut latency, 0..4, 3_000 * MS, now);
        assert_eq!(latency.p90(now), None, "too few");
        let mut latency = LatencyWindow::default();
        learn(&mut latency, 0..4, 100 * MS, now);
        (0..9).for_each(|_| learn(&mut latency, 4..5, 3_000 * MS, now));
        assert_eq!(latency.p90(now), Some(100 * MS));
        learn(&mut latency, 5..7, 3_000 * MS, now);
        assert_eq!(latency.p90(now), Some(3_000 * MS));
    }

    #[test]
    fn only_the_last_minute_and_the_last_lookups_count() {
        let (mut latency, start) = (LatencyWindow::default(), Instant::now());
        learn(&mut latency, 0..1_000, 3_000 * MS, start);
        assert_eq!(latency.0.len(), LOOKUPS_MAX);
        learn(&mut latency, 2_000..2_032, 50 * MS, start);
        assert_eq!(latency.p90(start), Some(50 * MS));
        assert_eq!(latency.p90(start + WINDOW), None);
    }
}
