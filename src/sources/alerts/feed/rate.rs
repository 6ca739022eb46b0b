//! Detects that calls surge: more come than usually, as when an outage begins.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Calls of this time are compared with the usual rate.
const WINDOW: Duration = Duration::from_secs(10);
/// Fewer calls in the window are no surge: one each second.
const CALLS_MIN: u64 = 10;
/// A surge has more than so many times the usual calls.
const FACTOR: f64 = 3.0;
/// A surge has ended after this time without one, so that a short lull does not end it.
const LULL: Duration = Duration::from_secs(30);
/// The usual rate follows the present one in this time.
const USUAL_WITHIN: Duration = Duration::from_secs(10 * 60);
/// What lasts longer is usual.
const SURGE_MAX: Duration = Duration::from_secs(15 * 60);

/// The rate of calls.
#[derive(Debug, Default)]
pub(in crate::sources::alerts) struct CallRate {
    /// How many calls there had been, at times within the window.
    samples: VecDeque<(Instant, u64)>,
    /// Calls per second.
    usual: f64,
    surge: Option<Surge>,
}

#[derive(Clone, Copy, Debug)]
struct Surge {
    began: Instant,
    /// When calls surged last.
    last: Instant,
}

impl CallRate {
    /// Takes the number of calls up to now, and returns whether they surge.
    pub(in crate::sources::alerts) fn sample(&mut self, calls: u64, now: Instant) -> bool {
        let before = self.samples.back().map_or(now, |(at, _)| *at);
        self.samples.push_back((now, calls));
        while self.samples.get(1).is_some_and(|(at, _)| now.duration_since(*at) >= WINDOW) {
            self.samples.pop_front();
        }
        let first = self.samples.front().map_or(calls, |(_, calls)| *calls);
        let recent = calls.saturating_sub(first);
        let rate = recent as f64 / WINDOW.as_secs_f64();
        let is_more = recent >= CALLS_MIN && rate > FACTOR * self.usual;
        self.surge = match self.surge {
            Some(surge) if is_more => Some(Surge { last: now, ..surge }),
            Some(surge) if now.duration_since(surge.last) < LULL => Some(surge),
            _ => is_more.then_some(Surge { began: now, last: now }),
        };
        // What is special is not learnt as usual.
        if self.surge.is_none_or(|surge| now.duration_since(surge.began) > SURGE_MAX) {
            let share = (now - before).as_secs_f64() / USUAL_WITHIN.as_secs_f64();
            self.usual += (rate - self.usual) * share.min(1.0);
        }
        self.surge.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Samples once a second with `per_s` calls each, and returns after how many seconds calls surge
    /// first, if they do.
    fn run(rate: &mut CallRate, at: &mut (Instant, f64), seconds: u32, per_s: f64) -> Option<u32> {
        let mut first = None;
        for second in 1..=seconds {
            at.0 += Duration::from_secs(1);
            at.1 += per_s;
            if rate.sample(at.1 as u64, at.0) && first.is_none() {
                first = Some(second);
            }
        }
        first
    }

    #[test]
    fn many_more_calls_than_usually_are_a_surge_within_seconds() {
        let (mut rate, mut at) = (CallRate::default(), (Instant::now(), 0.0));
        assert_eq!(run(&mut rate, &mut at, 3_600, 0.33), None, "a calm hour");
        assert_eq!(run(&mut rate, &mut at, 60, 0.9), None, "fewer than one a second");
        assert_eq!(run(&mut rate, &mut at, 60, 80.0), Some(1), "an outage");
        assert_eq!(run(&mut rate, &mut at, 9, 0.33), Some(1), "it goes on for a while");
        run(&mut rate, &mut at, 60, 0.33);
        assert_eq!(run(&mut rate, &mut at, 600, 0.33), None, "it has ended");
    }

    #[test]
    fn what_lasts_becomes_usual() {
        let (mut rate, mut at) = (CallRate::default(), (Instant::now(), 0.0));
        assert!(run(&mut rate, &mut at, 3_600, 5.0).is_some(), "after a start nothing is usual");
        assert_eq!(run(&mut rate, &mut at, 3_600, 5.0), None);
        assert_eq!(run(&mut rate, &mut at, 60, 12.0), None, "twice as many are no surge");
        assert!(run(&mut rate, &mut at, 60, 20.0).is_some());
    }

    #[test]
    fn a_program_that_slept_does_not_see_a_surge() {
        let (mut rate, mut at) = (CallRate::default(), (Instant::now(), 0.0));
        rate.sample(0, at.0);
        at.0 += Duration::from_secs(3_600);
        assert!(!rate.sample(9, at.0));
    }
}
