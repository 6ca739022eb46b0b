//! Decides when the next walk begins, and whether it reads everybody or only changes. Pure.

use serde::{Deserialize, Serialize};

use crate::domain::zone::{TimeOfDay, Zone};

use super::completeness::Shortfall;
use super::filter::FilterTrust;
use super::outcome::{WalkEnd, WalkFault};

const HOUR_S: u64 = 3_600;
const DAY_S: u64 = 24 * HOUR_S;
/// Walks of tenants on one HubSoft begin at different times within this.
const JITTER_S: u64 = HOUR_S / 2;
/// First and longest pause after a walk that failed.
const RETRY_MIN_S: u64 = HOUR_S / 2;
const RETRY_MAX_S: u64 = 6 * HOUR_S;
/// Every seventh day everybody is read, because the filter does not list who has gone. Nights are a
/// little more or less than a day apart.
const WHOLE_EVERY_S: u64 = 7 * DAY_S - DAY_S / 2;
/// Sizes of whole walks that are kept: as many as may show that fewer customers are the truth.
const SIZES_MAX: usize = 3;

/// When walks begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    pub zone: Zone,
    pub walk_at: TimeOfDay,
    /// Differs from tenant to tenant, and is the same after a restart.
    pub seed: u64,
}

/// What a walk reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WalkKind {
    /// What has changed since a day, inclusive.
    Changes {
        first_day: String,
    },
    Whole,
}

/// What the schedule needs to know about earlier walks. A directory that is cleared begins with a new
/// history, so that the next walk is at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkHistory {
    last: Option<LastWalk>,
    /// Walks in a row that failed.
    failures: u32,
    /// Walks in a row during which the total moved.
    moves: u32,
    /// When the last walk began that read all changes.
    changes_at_s: Option<u64>,
    /// What probes of the filter have shown.
    pub filter: Option<FilterTrust>,
    whole_sizes: Vec<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct LastWalk {
    ended_at_s: u64,
    kind: LastEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum LastEnd {
    Failed,
    NoPermission,
    Read,
}

impl WalkHistory {
    /// Records a walk that began at `started_at_s` and ended now, with `customers`.
    pub fn record(&mut self, end: &WalkEnd, customers: u64, started_at_s: u64, now_s: u64) {
        let kind = match end {
            WalkEnd::Failed(_) => LastEnd::Failed,
            WalkEnd::NoPermission(_) => LastEnd::NoPermission,
            WalkEnd::Changes | WalkEnd::Partial(_) | WalkEnd::Whole => LastEnd::Read,
        };
        self.last = Some(LastWalk { ended_at_s: now_s, kind });
        self.failures = if kind == LastEnd::Failed { self.failures + 1 } else { 0 };
        let has_moved = *end == WalkEnd::Partial(Shortfall::Moved);
        self.moves = if has_moved { self.moves + 1 } else { 0 };
        match end {
            WalkEnd::Changes => self.changes_at_s = Some(started_at_s),
            WalkEnd::Failed(WalkFault::FilterIgnored) => self.distrust(now_s),
            WalkEnd::Whole => self.whole(customers),
            _ => {}
        }
    }

    /// Until the next probe, everybody is read.
    fn distrust(&mut self, now_s: u64) {
        if let Some(filter) = &mut self.filter {
            filter.distrust(now_s);
        }
    }

    fn whole(&mut self, customers: u64) {
        self.whole_sizes.push(customers);
        let excess = self.whole_sizes.len().saturating_sub(SIZES_MAX);
        self.whole_sizes.drain(..excess);
    }

    /// Returns whether `end` is to be logged: a missing permission is, the first time.
    pub fn is_news(&self, end: &WalkEnd) -> bool {
        let was_refused = self.last.is_some_and(|last| last.kind == LastEnd::NoPermission);
        !(was_refused && matches!(end, WalkEnd::NoPermission(_)))
    }

    /// The sizes of the last whole walks, the last one at the end.
    pub fn whole_sizes(&self) -> &[u64] {
        &self.whole_sizes
    }

    /// Whether the total moved during the last walk, but not during the one before.
    fn may_try_again(&self) -> bool {
        self.moves % 2 == 1
    }

    /// The filter, if it is trusted.
    fn trusted(&self) -> Option<FilterTrust> {
        self.filter.filter(FilterTrust::is_trusted)
    }
}

impl Schedule {
    /// Returns when the next walk begins: in seconds since 1970, `now_s` if it is due. `whole_at_s` is
    /// when the walk began that the directory rests on; without a whole directory, `None`.
    pub fn next_at_s(&self, history: &WalkHistory, whole_at_s: Option<u64>, now_s: u64) -> u64 {
        let Some(last) = history.last else {
            return whole_at_s.map_or(now_s, |at_s| self.nightly_after(at_s.min(now_s)).max(now_s));
        };
        // The clock may have been wrong.
        let ended_at_s = last.ended_at_s.min(now_s);
        let at_s = match last.kind {
            LastEnd::Failed => ended_at_s + self.retry_pause_s(history.failures),
            LastEnd::NoPermission => ended_at_s + DAY_S,
            LastEnd::Read if history.may_try_again() => ended_at_s,
            LastEnd::Read => self.nightly_after(ended_at_s),
        };
        at_s.max(now_s)
    }

    /// Returns what a walk at `now_s` reads.
    pub fn kind(&self, history: &WalkHistory, whole_at_s: Option<u64>, now_s: u64) -> WalkKind {
        let Some(whole_at_s) = whole_at_s.filter(|_| history.trusted().is_some()) else {
            return WalkKind::Whole;
        };
        let is_due = now_s.abs_diff(whole_at_s) >= WHOLE_EVERY_S;
        if is_due || history.moves > 0 {
            return WalkKind::Whole;
        }
        let last_at_s = history.changes_at_s.unwrap_or_default().max(whole_at_s);
        let first_day = self.zone.local_day(last_at_s.saturating_sub(DAY_S));
        WalkKind::Changes { first_day }
    }

    /// Returns whether a walk at `now_s` needs the filter, and has to probe it first.
    pub fn has_to_probe(&self, history: &WalkHistory, whole_at_s: Option<u64>, now_s: u64) -> bool {
        let is_old = history.filter.is_none_or(|filter| filter.is_old(now_s));
        let is_due = whole_at_s.is_none_or(|at_s| now_s.abs_diff(at_s) >= WHOLE_EVERY_S);
        is_old && !is_due
    }

    /// The beginning of the next nightly walk after `at_s`.
    fn nightly_after(&self, at_s: u64) -> u64 {
        let jitter_s = spread(self.seed) % (JITTER_S + 1);
        let unjittered_s = (at_s + 1).saturating_sub(jitter_s);
        unjittered_s + self.zone.seconds_until(unjittered_s, self.walk_at) + jitter_s
    }

    fn retry_pause_s(&self, failures: u32) -> u64 {
        let doubled = RETRY_MIN_S << failures.saturating_sub(1).min(8);
        let pause_s = doubled.min(RETRY_MAX_S);
        let jitter_s = spread(self.seed ^ u64::from(failures)) % (pause_s / 10);
        pause_s - jitter_s
    }
}

/// Spreads seeds that are alike (splitmix64).
fn spread(seed: u64) -> u64 {
    let mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::reasons;

    /// 2026-11-30 12:00:00 in Brasília.
    const NOON_S: u64 = 1_796_050_800;
    const THREE_S: u64 = NOON_S + 15 * HOUR_S;

    fn schedule(seed: u64) -> Schedule {
        Schedule { zone: Zone::default(), walk_at: TimeOfDay::THREE, seed }
    }

    fn after(ends: &[WalkEnd]) -> WalkHistory {
        let mut history = WalkHistory::default();
        ends.iter().for_each(|end| history.record(end, 7, NOON_S - HOUR_S, NOON_S));
        history
    }

    fn failed() -> WalkEnd {
        WalkEnd::Failed(WalkFault::Page(reasons::TIMEOUT.failure()))
    }

    fn next(ends: &[WalkEnd]) -> u64 {
        schedule(1).next_at_s(&after(ends), Some(NOON_S), NOON_S)
    }

    fn trusted(now_s: u64) -> Option<FilterTrust> {
        Some(FilterTrust { customer: true, service: true, total: 7, probed_at_s: now_s })
    }

    #[test]
    fn the_first_walk_is_at_once_and_later_ones_are_at_night() {
        let (schedule, fresh) = (schedule(1), WalkHistory::default());
        assert_eq!(schedule.next_at_s(&fresh, None, NOON_S), NOON_S);
        let nightly = schedule.next_at_s(&fresh, Some(NOON_S - HOUR_S), NOON_S);
        assert!((THREE_S..=THREE_S + JITTER_S).contains(&nightly), "{nightly}");
        assert_eq!(next(&[WalkEnd::Whole]), nightly, "the jitter is stable");
        let missed = schedule.next_at_s(&fresh, Some(NOON_S - DAY_S), NOON_S);
        assert_eq!(missed, NOON_S, "a night that was missed is made up for");
    }

    #[test]
    fn each_night_has_one_walk_and_tenants_differ() {
        let mut starts = Vec::new();
        for seed in 0..100 {
            let schedule = schedule(seed);
            let first = schedule.nightly_after(NOON_S);
            assert!((THREE_S..=THREE_S + JITTER_S).contains(&first), "{seed}: {first}");
            assert_eq!(schedule.nightly_after(first - 1), first);
            assert_eq!(schedule.nightly_after(first), first + DAY_S);
            starts.push(first);
        }
        starts.sort_unstable();
        starts.dedup();
        assert!(starts.len() > 80, "{}", starts.len());
    }

    #[test]
    fn failed_walks_are_tried_again_later_each_time() {
        for (failures, most) in
            [(1, 1_800), (2, 3_600), (3, 7_200), (4, 14_400), (5, 21_600), (99, 21_600)]
        {
            let wait = next(&vec![failed(); failures]) - NOON_S;
            assert!(wait <= most && wait >= most * 9 / 10, "{failures}: {wait}");
        }
        assert!(next(&[failed(), WalkEnd::Whole]) >= THREE_S);
    }

    #[test]
    fn a_missing_permission_is_reported_once_and_asked_for_once_a_day() {
        let refused = || WalkEnd::NoPermission(reasons::UNAUTHORIZED.failure());
        assert!(after(&[WalkEnd::Whole]).is_news(&refused()));
        assert!(!after(&[refused()]).is_news(&refused()));
        assert!(after(&[refused()]).is_news(&WalkEnd::Whole));
        assert_eq!(next(&[refused(), refused()]), NOON_S + DAY_S);
    }

    #[test]
    fn a_total_that_moves_costs_one_more_walk_each_night() {
        let moved = || WalkEnd::Partial(Shortfall::Moved);
        assert_eq!(next(&[moved()]), NOON_S);
        assert!(next(&[moved(), moved()]) >= THREE_S);
        assert_eq!(next(&[moved(), moved(), moved()]), NOON_S, "the next night");
        let fewer = WalkEnd::Partial(Shortfall::Mismatch { read: 6, total: 7 });
        assert!(next(&[fewer]) >= THREE_S);
    }

    #[test]
    fn changes_are_read_for_six_nights_and_everybody_on_the_seventh() {
        let (schedule, mut history) = (schedule(1), after(&[WalkEnd::Whole]));
        for (night, is_whole) in (1..=7).map(|night| (night, night == 7)) {
            let now_s = NOON_S + night * DAY_S - 1_000;
            history.filter = trusted(now_s);
            let kind = schedule.kind(&history, Some(NOON_S), now_s);
            assert_eq!(kind == WalkKind::Whole, is_whole, "night {night}");
        }
        history.filter = Some(FilterTrust { service: false, ..trusted(NOON_S).expect("some") });
        assert_eq!(schedule.kind(&history, Some(NOON_S), NOON_S + DAY_S), WalkKind::Whole);
        history.filter = trusted(NOON_S);
        assert_eq!(schedule.kind(&history, None, NOON_S + DAY_S), WalkKind::Whole);
    }

    #[test]
    fn changes_are_read_from_the_day_before_the_last_walk() {
        let (schedule, mut history) = (schedule(1), after(&[WalkEnd::Whole]));
        history.filter = trusted(NOON_S);
        let kind = |history: &WalkHistory| schedule.kind(history, Some(NOON_S), NOON_S + 2 * DAY_S);
        let since = |day: &str| WalkKind::Changes { first_day: day.to_owned() };
        assert_eq!(kind(&history), since("2026-11-29"));
        history.record(&WalkEnd::Changes, 1, NOON_S + DAY_S, NOON_S + DAY_S);
        assert_eq!(kind(&history), since("2026-11-30"));
        history.record(&failed(), 1, NOON_S + 2 * DAY_S, NOON_S + 2 * DAY_S);
        assert_eq!(kind(&history), since("2026-11-30"), "a failed walk has read nothing");
        history.record(&WalkEnd::Failed(WalkFault::FilterIgnored), 1, NOON_S, NOON_S);
        assert_eq!(kind(&history), WalkKind::Whole);
    }

    #[test]
    fn a_clock_that_was_wrong_delays_no_walk_for_long() {
        let history = after(&[WalkEnd::Whole]);
        let now_s = NOON_S - 400 * DAY_S;
        let next = schedule(1).next_at_s(&history, Some(NOON_S), now_s);
        assert!(next <= now_s + DAY_S + JITTER_S, "{next}");
    }

    #[test]
    fn three_sizes_are_kept() {
        let mut history = WalkHistory::default();
        (1..=5).for_each(|size| history.record(&WalkEnd::Whole, size, NOON_S, NOON_S));
        assert_eq!(history.whole_sizes(), [3, 4, 5]);
        let json = serde_json::to_string(&history).expect("JSON");
        assert_eq!(serde_json::from_str::<WalkHistory>(&json).expect("a history"), history);
    }
}
