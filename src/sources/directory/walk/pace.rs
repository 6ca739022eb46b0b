//! Decides how long a walk rests after a request, so that HubSoft has time for others. Pure.

use std::time::{Duration, Instant};

/// No rest is longer: a page takes a minute at most, which is nine minutes at ten per cent.
const REST_MAX: Duration = Duration::from_secs(10 * 60);
/// First and longest pause after a failed page.
const PAUSE_MIN: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// A longer pause that HubSoft requested is shortened to this.
const REQUESTED_MAX: Duration = Duration::from_secs(10 * 60);
/// How long no call must have waited before a walk continues.
const QUIET: Duration = Duration::from_millis(500);

/// Returns the rest after a request that took `took`, of which at most `duty_percent` of the time may
/// be busy.
pub(super) fn rest_after(took: Duration, duty_percent: u32) -> Duration {
    let duty = duty_percent.clamp(1, 100);
    (took * (100 - duty) / duty).min(REST_MAX)
}

/// Returns the pause after `failures` failed pages in a row. HubSoft may have requested a longer one.
pub(super) fn pause_after(failures: u32, requested: Option<Duration>) -> Duration {
    let doubled = PAUSE_MIN * 2_u32.pow(failures.saturating_sub(1).min(6));
    let requested = requested.unwrap_or_default().min(REQUESTED_MAX);
    doubled.min(PAUSE_MAX).max(requested)
}

/// Detects that no call has waited for a moment.
#[derive(Debug, Default)]
pub(super) struct Quiet {
    busy_at: Option<Instant>,
}

impl Quiet {
    /// Returns whether a request may be sent at `now`, when a call waits or not.
    pub(super) fn is_quiet(&mut self, is_busy: bool, now: Instant) -> bool {
        if is_busy {
            self.busy_at = Some(now);
        }
        !is_busy && self.busy_at.is_none_or(|at| now >= at + QUIET)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_rest_leaves_the_share_of_the_time_that_is_wanted() {
        for (took, duty, rest) in [(2, 50, 2), (1, 100, 0), (1, 25, 3), (60, 10, 540), (60, 1, 600)]
        {
            assert_eq!(rest_after(took * SECOND, duty), rest * SECOND, "{took} s at {duty} %");
        }
        assert_eq!(rest_after(SECOND, 0), 99 * SECOND);
    }

    #[test]
    fn pauses_double_up_to_a_minute_or_to_what_was_requested() {
        for (failures, requested, pause) in [
            (0, 0, 1),
            (1, 0, 1),
            (2, 0, 2),
            (6, 0, 32),
            (7, 0, 60),
            (99, 0, 60),
            (1, 90, 90),
            (1, 9_999, 600),
        ] {
            let requested = Some(requested * SECOND);
            assert_eq!(pause_after(failures, requested), pause * SECOND, "{failures}");
        }
    }

    #[test]
    fn it_is_quiet_half_a_second_after_the_last_call() {
        let (mut quiet, now) = (Quiet::default(), Instant::now());
        let mut at = |ms, is_busy| quiet.is_quiet(is_busy, now + Duration::from_millis(ms));
        let busy = [(0, false), (100, true), (200, false), (599, false), (600, false)];
        let seen = busy.map(|(ms, is_busy)| at(ms, is_busy));
        assert_eq!(seen, [true, false, false, false, true]);
    }
}
