//! The figures of a day, as they are shown.

use super::times::{BUCKETS, quantile_us};

/// The calls of one minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinuteFigures {
    pub found: u32,
    pub not_found: u32,
    pub invalid: u32,
    pub no_number: u32,
    pub unavailable: u32,
    /// Calls by the time they took.
    pub(super) times: [u32; BUCKETS],
}

/// How many calls a rule, prompt or interface had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFigure {
    pub name: String,
    pub calls: u64,
}

/// The figures of the last 24 hours.
#[derive(Clone, Debug)]
pub struct DayFigures {
    /// In order; the last one is not over. Fewer than a day's if the service has not run so long.
    pub minutes: Vec<MinuteFigures>,
    pub sources: Vec<(&'static str, u64)>,
    pub rules: Vec<NamedFigure>,
    pub prompts: Vec<NamedFigure>,
    pub interfaces: Vec<NamedFigure>,
}

impl MinuteFigures {
    /// All calls of the minute.
    pub fn calls(&self) -> u64 {
        let Self { found, not_found, invalid, no_number, unavailable, .. } = *self;
        [found, not_found, invalid, no_number, unavailable].map(u64::from).iter().sum()
    }
}

impl DayFigures {
    /// All calls.
    pub fn calls(&self) -> u64 {
        self.minutes.iter().map(MinuteFigures::calls).sum()
    }

    /// The calls of one kind.
    pub fn sum(&self, of: impl Fn(&MinuteFigures) -> u32) -> u64 {
        self.minutes.iter().map(|minute| u64::from(of(minute))).sum()
    }

    /// The time within which the given share of the calls of the last `minutes` was answered, in microseconds
    /// and rounded up; none without a call.
    pub fn quantile_us(&self, share: f64, minutes: usize) -> Option<u64> {
        let mut times = [0; BUCKETS];
        for minute in self.minutes.iter().rev().take(minutes) {
            for (sum, count) in times.iter_mut().zip(minute.times) {
                *sum += u64::from(count);
            }
        }
        quantile_us(&times, share)
    }
}
