//! When the callers of an outage call: few at first, most after a fifth of the time, then less and less.
//!
//! The times are of a gamma distribution (k = 2), cut at the end of the span.

use std::time::Duration;

use crate::simulator::dice;

/// When the most callers call, as a share of the span.
const PEAK: f64 = 0.2;

/// The due times of so many calls, in order; the same seed brings the same ones.
pub(super) fn due_times(calls: usize, over: Duration, seed: u64) -> Vec<Duration> {
    let mut nth = 0;
    let mut drawn = || {
        nth += 1;
        // The upper 53 bits, which is what an f64 holds, as a number above 0 and up to 1.
        ((dice(seed, nth) >> 11) + 1) as f64 / (1_u64 << 53) as f64
    };
    let mut times = Vec::with_capacity(calls);
    while times.len() < calls {
        let share = -PEAK * (drawn().ln() + drawn().ln());
        if share < 1.0 {
            times.push(over.mul_f64(share));
        }
    }
    times.sort_unstable();
    times
}

/// Which of so many calls are those of `chosen` callers of one kind, in random order.
pub(super) fn mixed(calls: usize, chosen: usize, seed: u64) -> Vec<bool> {
    let mut kinds: Vec<_> = (0..calls).map(|call| call < chosen).collect();
    for last in (1..calls).rev() {
        kinds.swap(last, (dice(!seed, last as u64) % (last as u64 + 1)) as usize);
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_calls_come_around_the_peak_and_none_after_the_end() {
        let minute = Duration::from_secs(60);
        let times = due_times(5_000, minute, 7);
        assert!(times.is_sorted() && times[4_999] < minute);
        let before = |seconds| times.iter().filter(|time| time.as_secs() < seconds).count();
        // Of the distribution: 27 % before the peak, 62 % before twice as much.
        assert!((1_250..1_500).contains(&before(12)), "{}", before(12));
        assert!((2_950..3_250).contains(&before(24)), "{}", before(24));
        assert_eq!(times, due_times(5_000, minute, 7));
        assert_ne!(times, due_times(5_000, minute, 8));
    }

    #[test]
    fn both_kinds_of_callers_are_mixed() {
        let kinds = mixed(5_600, 5_000, 7);
        let count = |part: &[bool]| part.iter().filter(|kind| **kind).count();
        assert_eq!(count(&kinds), 5_000);
        assert!((2_420..2_580).contains(&count(&kinds[..2_800])));
    }
}
