//! Detects the enumeration of numbers: many different unknown numbers within a minute.

use std::collections::VecDeque;
use std::hash::{BuildHasher, Hash, RandomState};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::runtime::metrics::{Counter, Registry};

/// Different unknown numbers within a minute that do not raise an alarm.
pub const MISSES_MAX: usize = 100;
const MINUTE: Duration = Duration::from_secs(60);

/// The unknown numbers of the last minute, as hashes with a random seed.
pub struct Misses {
    /// More than so many within a minute raise an alarm.
    most: usize,
    seed: RandomState,
    state: Mutex<MissLog>,
    metrics: MissesMetrics,
}

/// What misses count.
#[derive(Clone, Debug, Default)]
pub struct MissesMetrics {
    alarms: Counter,
}

impl MissesMetrics {
    pub fn register(&self, registry: &mut Registry) {
        let help = "Minutes with so many numbers not found that somebody may be trying them out";
        registry.register("misses_alarms", help, &self.alarms);
    }
}

#[derive(Default)]
struct MissLog {
    /// Oldest first, each once, and no more than are no alarm.
    recent: VecDeque<(Instant, u64)>,
    alarmed_at: Option<Instant>,
}

impl Default for Misses {
    fn default() -> Self {
        Self::beyond(MISSES_MAX)
    }
}

impl Misses {
    /// Has seen none yet, and counts in `metrics`.
    pub fn new(metrics: MissesMetrics) -> Self {
        Self { metrics, ..Self::beyond(MISSES_MAX) }
    }

    /// Raises an alarm for more than `most` within a minute.
    pub fn beyond(most: usize) -> Self {
        Self {
            most,
            seed: RandomState::default(),
            state: Mutex::default(),
            metrics: MissesMetrics::default(),
        }
    }

    /// Records one; returns whether to raise an alarm, at most once a minute.
    pub fn note(&self, number: &impl Hash, now: Instant) -> bool {
        let hash = self.seed.hash_one(number);
        let alarms = self.state.lock().note(hash, self.most, now);
        if alarms {
            self.metrics.alarms.inc();
        }
        alarms
    }
}

impl MissLog {
    fn note(&mut self, hash: u64, most: usize, now: Instant) -> bool {
        let is_old = |time: Instant| now.saturating_duration_since(time) >= MINUTE;
        while self.recent.front().is_some_and(|(time, _)| is_old(*time)) {
            self.recent.pop_front();
        }
        self.recent.retain(|(_, known)| *known != hash);
        self.recent.push_back((now, hash));
        if self.recent.len() <= most {
            return false;
        }
        self.recent.pop_front();
        let alarms = self.alarmed_at.is_none_or(is_old);
        if alarms {
            self.alarmed_at = Some(now);
        }
        alarms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEVER: [u64; 0] = [];

    /// Records `numbers`, one every `pace` milliseconds, and returns the times of the alarms.
    fn alarms(
        misses: &Misses,
        start: Instant,
        pace: u64,
        numbers: impl Iterator<Item = u32>,
    ) -> Vec<u64> {
        let times = (0..).map(|count| count * pace);
        let noted = numbers.zip(times);
        noted
            .filter(|(number, ms)| misses.note(number, start + Duration::from_millis(*ms)))
            .map(|(_, ms)| ms)
            .collect()
    }

    #[test]
    fn the_101st_number_within_a_minute_raises_an_alarm() {
        let start = Instant::now();
        assert_eq!(alarms(&Misses::default(), start, 1, 0..100), NEVER);
        assert_eq!(alarms(&Misses::default(), start, 1, 0..101), [100]);
        assert_eq!(alarms(&Misses::default(), start, 599, 0..101), [59_900]);
        assert_eq!(
            alarms(&Misses::default(), start, 600, 0..1_000),
            NEVER,
            "100 a minute are none"
        );
    }

    #[test]
    fn the_alarm_repeats_every_minute_while_it_lasts() {
        let times = alarms(&Misses::default(), Instant::now(), 10, 0..20_000);
        assert_eq!(times, [1_000, 61_000, 121_000, 181_000]);
    }

    #[test]
    fn repeated_numbers_raise_no_alarm() {
        let numbers = (0..100).cycle().take(10_000);
        assert_eq!(alarms(&Misses::default(), Instant::now(), 1, numbers), NEVER);
    }

    #[test]
    fn the_number_of_hashes_is_bounded() {
        let misses = Misses::default();
        alarms(&misses, Instant::now(), 0, 0..5_000);
        assert_eq!(misses.state.lock().recent.len(), MISSES_MAX);
        let other = Misses::default();
        assert_ne!(misses.seed.hash_one(7), other.seed.hash_one(7));
    }
}
