//! Removes the days that are older than the journal is kept, and no day because of a clock that is wrong.
//!
//! ```text
//! today before 2026       the clock is wrong: nothing is removed
//! old                     removed
//! old, and behind a gap   removed once the clock has run evenly for an hour: the service was off, or the
//!                         clock is far ahead
//! not come yet            removed once the clock has run evenly for a day: it was or is wrong
//! without a day           removed
//! ```
//! A gap is longer than the journal is kept.

use std::time::{Duration, Instant};

use tracing::warn;

use crate::runtime::metrics::size;
use crate::runtime::state_folder::{StateError, StateFolder};

use super::days::{self, DAY_S, DayFile, JournalLimits};
use super::metrics::{DropReason, JournalMetrics};

/// 2026-01-01. No journal was written before.
const FIRST_DAY: u64 = 20_454;
/// A clock that a server of time corrects is corrected within this time.
const EVEN_FOR_OLD: Duration = Duration::from_secs(60 * 60);
/// Longer, because what has not come yet delays nothing.
const EVEN_FOR_COMING: Duration = Duration::from_secs(24 * 60 * 60);
/// More than a clock that is slewed strays in a day.
const STRAYED_MAX_S: u64 = 60;

/// The time by both clocks, and how long days are kept.
#[derive(Clone, Copy)]
pub(super) struct CleaningTime {
    pub(super) now: Instant,
    pub(super) now_s: u64,
    pub(super) kept_days: u64,
}

/// What becomes of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DayFate {
    Kept,
    Removed,
    /// Removed once the clock has run evenly for so long.
    Waits(Duration),
}

/// When days were removed last, and whether the clock can be trusted.
#[derive(Default)]
pub(super) struct DayCleaning {
    /// The day on which that was.
    done: Option<u64>,
    /// Days wait until the clock has run evenly for so long.
    waits: Option<Duration>,
    /// Since when both clocks have agreed.
    even_since: Option<(Instant, u64)>,
}

impl DayCleaning {
    /// Has the old days removed with the next writing.
    pub(super) fn repeat(&mut self) {
        self.done = None;
    }

    /// Removes what is due, once a day, and the oldest days beyond the limit of all files.
    pub(super) fn clean(
        &mut self,
        folder: &StateFolder,
        time: CleaningTime,
        limits: JournalLimits,
        metrics: &JournalMetrics,
    ) -> Result<(), StateError> {
        let even = self.even(time);
        let today = time.now_s / DAY_S;
        let is_due = self.waits.is_some_and(|wait| even >= wait);
        if self.done == Some(today) && !is_due {
            return Ok(());
        }
        // What cannot be opened is no file of ours, or is reported when it is written or searched.
        let files: Vec<_> = days::files(folder).into_iter().filter_map(Result::ok).collect();
        let fates = fates(&files, today, time.kept_days);
        let mut kept = Vec::new();
        let mut waits: Option<Duration> = None;
        for (at, fate) in files.iter().zip(fates) {
            match fate {
                DayFate::Waits(wait) if even < wait => {
                    waits = Some(waits.map_or(wait, |other| other.min(wait)));
                    kept.push(*at);
                }
                DayFate::Kept => kept.push(*at),
                DayFate::Removed | DayFate::Waits(_) => folder.remove(&at.file)?,
            }
        }
        make_space(folder, kept, limits, metrics)?;
        self.note_wait(waits);
        self.done = Some(today);
        Ok(())
    }

    /// How long the clock has gone on as time does.
    fn even(&mut self, time: CleaningTime) -> Duration {
        let (since, since_s) = *self.even_since.get_or_insert((time.now, time.now_s));
        let passed = time.now.saturating_duration_since(since);
        if time.now_s.abs_diff(since_s + passed.as_secs()) <= STRAYED_MAX_S {
            return passed;
        }
        self.even_since = Some((time.now, time.now_s));
        Duration::ZERO
    }

    fn note_wait(&mut self, waits: Option<Duration>) {
        if waits.is_some() && self.waits.is_none() {
            warn!(
                "days of the journal are not removed yet: the service was off for long, or the clock of \
                 this machine is or was wrong"
            );
        }
        self.waits = waits;
    }
}

/// What becomes of each day, in the order of `files`.
fn fates(files: &[DayFile], today: u64, kept_days: u64) -> Vec<DayFate> {
    let mut days: Vec<_> = files.iter().filter_map(|at| at.day).collect();
    days.sort_unstable_by(|one, other| other.cmp(one));
    // The oldest day that a chain of days without a gap reaches from today on.
    let mut reached = today;
    for day in days {
        if day < reached && reached - day <= kept_days {
            reached = day;
        }
    }
    let fate = |at: &DayFile| match at.day {
        None => DayFate::Removed,
        Some(_) if today < FIRST_DAY => DayFate::Kept,
        Some(day) if day > today + 1 => DayFate::Waits(EVEN_FOR_COMING),
        Some(day) if day + kept_days >= today => DayFate::Kept,
        Some(day) if day >= reached => DayFate::Removed,
        Some(_) => DayFate::Waits(EVEN_FOR_OLD),
    };
    files.iter().map(fate).collect()
}

/// Removes the oldest days until the others leave space for the day that begins.
fn make_space(
    folder: &StateFolder,
    mut kept: Vec<DayFile>,
    limits: JournalLimits,
    metrics: &JournalMetrics,
) -> Result<(), StateError> {
    kept.sort_by_key(|at| at.day);
    let mut bytes: u64 = kept.iter().map(|at| at.bytes).sum();
    let mut oldest = 0;
    while bytes > limits.all - limits.day {
        let at = kept[oldest];
        // A file that is too long is not read.
        let lines = folder.read(&at.file).ok().flatten().unwrap_or_default();
        let lines = lines.iter().filter(|byte| **byte == b'\n').count() as u64 / 2;
        folder.remove(&at.file)?;
        warn!("a day of the journal was removed: all days together exceed their limit");
        metrics.dropped.of(DropReason::Space).inc_by(lines.saturating_sub(days::HEAD_LINES));
        bytes -= at.bytes;
        oldest += 1;
    }
    metrics.bytes.set(size(bytes as usize));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-30.
    const TODAY: u64 = 20_787;
    const OLD: DayFate = DayFate::Waits(EVEN_FOR_OLD);
    const COMING: DayFate = DayFate::Waits(EVEN_FOR_COMING);

    fn fates_of(days: &[u64], today: u64) -> Vec<DayFate> {
        let files = days.iter().map(|day| DayFile {
            day: (*day > 0).then_some(*day),
            file: days::file_of(*day),
            bytes: 100,
        });
        fates(&files.collect::<Vec<_>>(), today, 30)
    }

    #[test]
    fn a_day_is_removed_for_its_age_and_waits_where_the_clock_may_be_wrong() {
        use DayFate::{Kept, Removed};
        assert_eq!(fates_of(&[TODAY - 30, TODAY, TODAY + 1], TODAY), [Kept; 3]);
        assert_eq!(fates_of(&[TODAY - 31, TODAY - 1], TODAY), [Removed, Kept]);
        assert_eq!(fates_of(&[TODAY - 60, TODAY - 31, TODAY - 1], TODAY), [Removed, Removed, Kept]);
        assert_eq!(fates_of(&[TODAY - 62, TODAY - 31, TODAY - 1], TODAY), [OLD, Removed, Kept]);
        assert_eq!(fates_of(&[TODAY - 32, TODAY - 31], TODAY), [OLD; 2], "all would go");
        let ahead = TODAY + 5_000;
        assert_eq!(fates_of(&[TODAY - 1, TODAY, ahead, ahead - 1], ahead), [OLD, OLD, Kept, Kept]);
        assert_eq!(fates_of(&[TODAY - 1, ahead], TODAY), [Kept, COMING]);
        assert_eq!(fates_of(&[TODAY, 0], 0), [Kept, Removed], "what states no day is no day");
        assert_eq!(fates_of(&[TODAY, FIRST_DAY], FIRST_DAY - 1), [Kept; 2]);
    }

    #[test]
    fn a_clock_runs_even_until_it_is_set() {
        let mut cleaning = DayCleaning::default();
        let start = Instant::now();
        let mut even = |passed_s: u64, now_s: u64| {
            let now = start + Duration::from_secs(passed_s);
            cleaning.even(CleaningTime { now, now_s, kept_days: 30 }).as_secs()
        };
        assert_eq!([even(0, 1_000), even(600, 1_600), even(1_200, 2_240)], [0, 600, 1_200]);
        assert_eq!([even(1_300, 9_000), even(1_400, 9_100), even(1_500, 9_100)], [0, 100, 0]);
    }
}
