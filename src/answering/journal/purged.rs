//! What was purged just now, so that a call in flight does not bring it back.

use std::collections::{HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Much longer than a call: no deadline exceeds 3 s (`lookup.deadline_ms`).
const KEPT: Duration = Duration::from_secs(60);
/// Maximum purges within that time of which each is known by itself.
const PURGES_MAX: usize = 256;

/// One purge.
pub(super) struct RecentPurge {
    pub(super) at: Instant,
    /// The hash of the number for this process alone.
    pub(super) caller: u64,
    /// The codes of the customers who have the number.
    pub(super) codes: HashSet<String>,
}

/// The purges of the last minute. A call that was accepted before one of them leaves nothing that is of it;
/// what the number does later is new.
#[derive(Default)]
pub(super) struct RecentPurges {
    has_any: AtomicBool,
    list: Mutex<PurgeList>,
}

#[derive(Default)]
struct PurgeList {
    purges: VecDeque<RecentPurge>,
    /// Beyond the limit it is not known any more whose calls up to here were purged, so none counts.
    all_until: Option<Instant>,
}

impl RecentPurges {
    pub(super) fn insert(&self, purge: RecentPurge) {
        let mut list = self.list.lock();
        list.purges.push_back(purge);
        if list.purges.len() > PURGES_MAX {
            list.all_until = list.purges.pop_front().map(|oldest| oldest.at);
        }
        self.has_any.store(true, Ordering::Release);
    }

    /// Whether what a call that was accepted at `at` leaves was purged; `caller` returns the hash of its
    /// number.
    pub(super) fn have(
        &self,
        at: Instant,
        caller: impl FnOnce() -> Option<u64>,
        code: &str,
    ) -> bool {
        if !self.has_any.load(Ordering::Acquire) {
            return false;
        }
        let caller = caller();
        let list = self.list.lock();
        let mut purges = list.purges.iter().filter(|purge| at <= purge.at);
        list.all_until.is_some_and(|until| at <= until)
            || purges.any(|purge| Some(purge.caller) == caller || purge.codes.contains(code))
    }

    /// Drops what no call can be older than.
    pub(super) fn expire(&self, now: Instant) {
        if !self.has_any.load(Ordering::Acquire) {
            return;
        }
        let mut list = self.list.lock();
        let is_recent = |at: Instant| now.saturating_duration_since(at) < KEPT;
        list.purges.retain(|purge| is_recent(purge.at));
        list.all_until = list.all_until.filter(|until| is_recent(*until));
        let has_any = !list.purges.is_empty() || list.all_until.is_some();
        self.has_any.store(has_any, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn purge(at: Instant, caller: u64) -> RecentPurge {
        RecentPurge { at, caller, codes: HashSet::from(["500".to_owned()]) }
    }

    #[test]
    fn a_purge_counts_for_calls_before_it_and_for_a_minute() {
        let (purges, now) = (RecentPurges::default(), Instant::now());
        assert!(!purges.have(now, || Some(1), "500"));
        purges.insert(purge(now + SECOND, 1));
        assert!(purges.have(now, || Some(1), "") && purges.have(now, || Some(2), "500"));
        assert!(!purges.have(now, || Some(2), "501") && !purges.have(now, || None, ""));
        assert!(!purges.have(now + 2 * SECOND, || Some(1), "500"), "it is new");
        purges.expire(now + 60 * SECOND);
        assert!(purges.have(now, || Some(1), ""));
        purges.expire(now + 61 * SECOND);
        assert!(!purges.have(now, || Some(1), "500"));
    }

    #[test]
    fn beyond_the_limit_no_call_before_the_oldest_purges_counts() {
        let (purges, now) = (RecentPurges::default(), Instant::now());
        for number in 0..=PURGES_MAX as u64 {
            purges.insert(purge(now + number as u32 * SECOND / 1_000, number));
        }
        assert!(purges.have(now, || Some(0), "") && purges.have(now, || None, ""));
        assert!(!purges.have(now + SECOND / 1_000, || Some(0), ""));
        assert_eq!(purges.list.lock().purges.len(), PURGES_MAX);
        purges.expire(now + 120 * SECOND);
        assert!(!purges.have(now, || Some(0), ""));
    }
}
