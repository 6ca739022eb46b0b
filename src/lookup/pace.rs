//! Measures how long recent lookups took, to tell whether another one is worth waiting for; it is
//! told the time.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Lookups that count: a HubSoft that becomes slow is noticed after four of them.
const LOOKUPS_MAX: usize = 32;
/// How long one counts. What HubSoft was like before says nothing about now.
const WINDOW: Duration = Duration::from_secs(60);

/// How long the last lookups took.
#[derive(Default)]
pub(super) struct Pace(VecDeque<(Instant, Duration)>);

impl Pace {
    /// A lookup ended at `now`, after it took `time`.
    pub(super) fn learn(&mut self, time: Duration, now: Instant) {
        if self.0.len() >= LOOKUPS_MAX {
            self.0.pop_front();
        }
        self.0.push_back((now, time));
    }

    /// The time within which nine of ten recent lookups ended; `None` when there were none.
    pub(super) fn p90(&self, now: Instant) -> Option<Duration> {
        let recent = |(at, _): &&(Instant, Duration)| now.saturating_duration_since(*at) < WINDOW;
        let mut times: Vec<_> = self.0.iter().filter(recent).map(|(_, time)| *time).collect();
        times.sort_unstable();
        times.get(times.len() * 9 / 10).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn one_slow_lookup_of_ten_does_not_count_and_two_do() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        assert_eq!(pace.p90(now), None);
        (0..18).for_each(|_| pace.learn(100 * MS, now));
        pace.learn(3_000 * MS, now);
        assert_eq!(pace.p90(now), Some(100 * MS));
        (0..2).for_each(|_| pace.learn(3_000 * MS, now));
        assert_eq!(pace.p90(now), Some(3_000 * MS));
    }

    #[test]
    fn only_the_last_minute_and_the_last_lookups_count() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        (0..1_000).for_each(|_| pace.learn(3_000 * MS, start));
        assert_eq!(pace.0.len(), LOOKUPS_MAX);
        (0..LOOKUPS_MAX).for_each(|_| pace.learn(50 * MS, start));
        assert_eq!(pace.p90(start), Some(50 * MS));
        assert_eq!(pace.p90(start + WINDOW), None);
    }
}
