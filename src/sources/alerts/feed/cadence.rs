//! Decides when the list of alerts is requested next.

use std::time::{Duration, Instant};

/// Time between two readings while an alert is active or calls surge: half a request per second.
const FAST: Duration = Duration::from_secs(2);
/// Longest pause after a failure.
const PAUSE_MAX: Duration = Duration::from_secs(30);
/// The same while an alert is active: its end has to reach callers.
const ACTIVE_PAUSE_MAX: Duration = Duration::from_secs(10);
/// So many refusals in a row are no mistake.
const REFUSALS_MAX: u32 = 3;
/// Pause once the list is not allowed, so that a permission that is given is noticed.
const REFUSED_PAUSE: Duration = Duration::from_secs(60 * 60);

/// The same where the list has been read before: whoever took the permission away may give it back.
const LOST_PAUSE: Duration = Duration::from_secs(60);

/// How soon changes matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sources::alerts) enum Pace {
    /// An alert is active.
    Active,
    Calm,
    /// Calls surge.
    Surge,
}

/// The readings so far, as far as they decide when the next one begins.
#[derive(Debug, Default)]
pub(in crate::sources::alerts) struct Cadence {
    last: Option<LastRound>,
    /// Readings in a row that failed.
    failures: u32,
    /// Readings in a row that were refused.
    refusals: u32,
    /// Whether the list was ever read.
    was_read: bool,
}

#[derive(Debug)]
struct LastRound {
    started: Instant,
    ended: Instant,
    pages: u32,
    /// Lengthens the pause at random, so that several instances do not request in step: 1.0 to 1.1.
    spread: f64,
    /// The pause that the source requested.
    requested: Duration,
}

impl Cadence {
    /// Records a reading that began at `started`, requested `pages` and was read.
    pub(in crate::sources::alerts) fn read(
        &mut self,
        started: Instant,
        ended: Instant,
        pages: u32,
        spread: f64,
    ) {
        self.last = Some(LastRound { started, ended, pages, spread, requested: Duration::ZERO });
        (self.failures, self.refusals) = (0, 0);
        self.was_read = true;
    }

    /// Records a reading that failed.
    pub(in crate::sources::alerts) fn failed(
        &mut self,
        ended: Instant,
        spread: f64,
        requested: Option<Duration>,
    ) {
        let requested = requested.unwrap_or_default();
        self.last = Some(LastRound { started: ended, ended, pages: 1, spread, requested });
        self.failures += 1;
        self.refusals = 0;
    }

    /// Records a reading that HubSoft did not allow.
    pub(in crate::sources::alerts) fn refused(&mut self, ended: Instant, spread: f64) {
        let refusals = self.refusals;
        self.failed(ended, spread, None);
        self.refusals = refusals + 1;
    }

    /// Time between two readings.
    pub(in crate::sources::alerts) fn interval(poll: Duration, pace: Pace) -> Duration {
        if pace == Pace::Calm { poll } else { poll.min(FAST) }
    }

    /// When the next reading begins; `None` if at once.
    pub(in crate::sources::alerts) fn next_at(
        &self,
        poll: Duration,
        pace: Pace,
    ) -> Option<Instant> {
        let last = self.last.as_ref()?;
        let interval = Self::interval(poll, pace);
        if self.refusals >= REFUSALS_MAX {
            let pause = match pace {
                _ if !self.was_read => REFUSED_PAUSE,
                Pace::Active => ACTIVE_PAUSE_MAX,
                Pace::Calm | Pace::Surge => LOST_PAUSE,
            };
            return Some(last.ended + pause.mul_f64(last.spread));
        }
        if self.failures > 0 {
            let pause_max = if pace == Pace::Active { ACTIVE_PAUSE_MAX } else { PAUSE_MAX };
            let doubled = interval * 2_u32.pow((self.failures - 1).min(6));
            let pause = doubled.max(last.requested).min(pause_max.max(interval));
            return Some(last.ended + pause);
        }
        // A list of several pages is as many requests.
        let period = interval.max(poll.min(FAST) * last.pages);
        let due_at = last.started + period.mul_f64(last.spread);
        // A slow HubSoft has some time for others.
        Some(due_at.max(last.ended + interval / 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// The waits in milliseconds: in a calm time, a surge, and while an alert is active.
    fn waits(cadence: &Cadence, since: Instant, poll_s: u32) -> [u128; 3] {
        [Pace::Calm, Pace::Surge, Pace::Active].map(|pace| {
            let at = cadence.next_at(poll_s * SECOND, pace).expect("there was a reading");
            (at - since).as_millis()
        })
    }

    #[test]
    fn the_list_is_read_faster_while_an_alert_is_active_or_calls_surge() {
        let now = Instant::now();
        let mut cadence = Cadence::default();
        assert_eq!(cadence.next_at(SECOND, Pace::Calm), None, "the first one at once");
        for (poll_s, pages, took_s, expected) in [
            (5, 1, 0, [5_000, 2_000, 2_000]),
            (1, 1, 0, [1_000, 1_000, 1_000]),
            (60, 1, 0, [60_000, 2_000, 2_000]),
            (5, 2, 0, [5_000, 4_000, 4_000]),
            (5, 10, 0, [20_000, 20_000, 20_000]),
            (5, 1, 9, [11_500, 10_000, 10_000]),
        ] {
            cadence.read(now, now + took_s * SECOND, pages, 1.0);
            assert_eq!(waits(&cadence, now, poll_s), expected, "{poll_s} {pages} {took_s}");
        }
    }

    #[test]
    fn failures_double_the_pause_and_an_active_alert_bounds_it() {
        let now = Instant::now();
        let mut cadence = Cadence::default();
        for expected in [
            [5_000, 2_000, 2_000],
            [10_000, 4_000, 4_000],
            [20_000, 8_000, 8_000],
            [30_000, 16_000, 10_000],
        ] {
            cadence.failed(now, 1.0, None);
            assert_eq!(waits(&cadence, now, 5), expected);
        }
        cadence.failed(now, 1.0, Some(60 * SECOND));
        assert_eq!(waits(&cadence, now, 5), [30_000, 30_000, 10_000]);
        assert_eq!(waits(&cadence, now, 60), [60_000, 30_000, 10_000]);
        cadence.read(now, now, 1, 1.0);
        assert_eq!(waits(&cadence, now, 5), [5_000, 2_000, 2_000]);
    }

    #[test]
    fn three_refusals_in_a_row_are_followed_by_an_hour() {
        let now = Instant::now();
        let mut cadence = Cadence::default();
        cadence.refused(now, 1.0);
        cadence.refused(now, 1.0);
        assert_eq!(waits(&cadence, now, 5)[0], 10_000);
        cadence.failed(now, 1.0, None);
        cadence.refused(now, 1.0);
        assert_eq!(waits(&cadence, now, 5)[0], 30_000, "another failure lay between");
        cadence.refused(now, 1.0);
        cadence.refused(now, 1.0);
        assert_eq!(waits(&cadence, now, 5), [3_600_000; 3]);
    }

    #[test]
    fn a_list_that_was_read_before_is_requested_soon_after_refusals() {
        let now = Instant::now();
        let mut cadence = Cadence::default();
        cadence.read(now, now, 1, 1.0);
        (0..3).for_each(|_| cadence.refused(now, 1.0));
        assert_eq!(waits(&cadence, now, 5), [60_000, 60_000, 10_000]);
    }
}
