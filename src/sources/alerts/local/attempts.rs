//! When something that failed is tried again: soon, then ever more rarely, as long as it fails.

use std::time::{Duration, Instant};

const PAUSE_MIN: Duration = Duration::from_secs(5);
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// The attempts since the first failure.
#[derive(Default)]
pub(super) struct SaveAttempts {
    next: Option<(Instant, Duration)>,
}

impl SaveAttempts {
    /// Whether an attempt is due; `is_pending` says whether there is anything to try.
    pub(super) fn is_due(&mut self, is_pending: bool, now: Instant) -> bool {
        if !is_pending {
            self.next = None;
            return false;
        }
        let (at, pause) = *self.next.get_or_insert((now + PAUSE_MIN, PAUSE_MIN));
        let is_due = at <= now;
        if is_due {
            let pause = (pause * 2).min(PAUSE_MAX);
            self.next = Some((now + pause, pause));
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_grow_to_a_minute_and_begin_anew_after_a_success() {
        let (mut attempts, start) = (SaveAttempts::default(), Instant::now());
        let due =
            |attempts: &mut SaveAttempts, is_pending, range: std::ops::Range<u64>| -> Vec<u64> {
                let at = |second: &u64| start + Duration::from_secs(*second);
                range.filter(|second| attempts.is_due(is_pending, at(second))).collect()
            };
        assert_eq!(due(&mut attempts, true, 0..200), [5, 15, 35, 75, 135, 195]);
        assert_eq!(due(&mut attempts, false, 200..300), [0; 0]);
        assert_eq!(due(&mut attempts, true, 300..320), [305, 315]);
    }
}
