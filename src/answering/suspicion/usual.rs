//! How many calls are usual, and whether more of them came from a place than chance explains.

use std::collections::VecDeque;
use std::time::Instant;

use super::WINDOW;

/// Spans of calls that make up what is usual: an hour.
const SPANS: usize = 12;
/// The chance of so many callers by accident, below which they are none: with 70 districts and 1,000
/// interfaces, an accident a year.
const ACCIDENT_MAX: f64 = 2e-9;

/// Terms of the distribution's tail.
const TERMS: usize = 300;

/// Calls from customers whose places are known, by spans of the window's length.
#[derive(Default)]
pub(super) struct UsualCalls {
    began: Option<Instant>,
    calls: u32,
    past: VecDeque<u32>,
}

impl UsualCalls {
    pub(super) fn note(&mut self, now: Instant) {
        self.close_spans(now);
        self.calls = self.calls.saturating_add(1);
    }

    fn close_spans(&mut self, now: Instant) {
        let mut began = *self.began.get_or_insert(now);
        if now.saturating_duration_since(began) > WINDOW * (SPANS as u32 + 1) {
            // Nobody has called for so long.
            *self = Self { began: Some(now), ..Self::default() };
            return;
        }
        while now.saturating_duration_since(began) >= WINDOW {
            if self.past.len() == SPANS {
                self.past.pop_front();
            }
            self.past.push_back(std::mem::take(&mut self.calls));
            began += WINDOW;
        }
        self.began = Some(began);
    }

    /// The mean number of calls of a window in the last hour; none before the first one has passed.
    pub(super) fn mean(&self) -> Option<f64> {
        let total: f64 = self.past.iter().map(|calls| f64::from(*calls)).sum();
        (!self.past.is_empty()).then(|| total / self.past.len() as f64)
    }
}

/// Whether `callers` are too many for chance, where `expected` are usual. Calls that have nothing to do
/// with each other are distributed by Poisson.
pub(super) fn is_unusual(callers: usize, expected: f64) -> bool {
    if callers as f64 <= expected {
        return false;
    }
    // By logarithms, because the first terms of many expected calls are too small for a number. The terms
    // from `callers` on fall, so that a few hundred are the tail.
    let first = (1..=callers).fold(-expected, |log, count| log + (expected / count as f64).ln());
    let (mut term, mut tail) = (first.exp(), 0.0);
    for count in callers..callers + TERMS {
        tail += term;
        term *= expected / (count + 1) as f64;
    }
    tail <= ACCIDENT_MAX
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn more_callers_than_chance_explains_are_unusual() {
        for (callers, expected, is) in [
            (5, 0.0, true),
            (5, 0.005, true),
            (5, 0.095, false),
            (6, 0.095, true),
            (8, 0.02, true),
            (8, 1.43, false),
            (13, 1.43, false),
            (14, 1.43, true),
            (100, 80.0, false),
            (200, 80.0, true),
        ] {
            assert_eq!(is_unusual(callers, expected), is, "{callers} of {expected}");
        }
    }

    #[test]
    fn what_is_usual_is_the_mean_of_the_last_hour() {
        let (start, mut usual) = (Instant::now(), UsualCalls::default());
        assert_eq!(usual.mean(), None);
        for second in 0..2 * 3_600 {
            // Three times as many in the second hour.
            let calls = if second < 3_600 { 1 } else { 3 };
            (0..calls).for_each(|_| usual.note(start + Duration::from_secs(second)));
            if second == 3_599 {
                assert_eq!(usual.mean(), Some(300.0));
            }
        }
        usual.note(start + Duration::from_secs(2 * 3_600));
        assert_eq!(usual.mean(), Some(900.0));
        usual.note(start + Duration::from_secs(5 * 3_600));
        assert_eq!(usual.mean(), None, "a night without calls");
    }
}
