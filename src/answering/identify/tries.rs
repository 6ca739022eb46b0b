//! How often callers and PBXs have tried to identify somebody, bounded in memory; the caller passes the time.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use lru::LruCache;

/// The time within which tries are counted.
const SPAN: Duration = Duration::from_secs(10 * 60);
/// Callers and PBXs that are remembered; more than can try anything in that time.
const REMEMBERED_MAX: NonZeroUsize = NonZeroUsize::new(20_000).expect("not zero");

/// The recent tries of each caller and PBX, by hashes.
pub(super) struct Tries(LruCache<u64, RecentTries>);

/// The tries of one of them.
struct RecentTries {
    /// When all tries are available again.
    full_at: Instant,
    /// What was tried last, which may be tried again.
    last: u64,
}

impl Default for Tries {
    fn default() -> Self {
        // `LruCache::new` would allocate the full capacity at once.
        let mut recent = LruCache::unbounded();
        recent.resize(REMEMBERED_MAX);
        Self(recent)
    }
}

impl Tries {
    /// Whether `who`, with so many tries, may try `tried` at `now`; if so, it counts. What was tried last costs
    /// no other try.
    pub(super) fn admits(&mut self, (who, most): (u64, u32), tried: u64, now: Instant) -> bool {
        let known = self.0.get(&who);
        if known.is_some_and(|recent| recent.last == tried && recent.full_at > now) {
            return true;
        }
        let step = SPAN / most.max(1);
        let begun = known.map_or(now, |recent| recent.full_at.max(now));
        let full_at = begun + step;
        if full_at > now + SPAN {
            return false;
        }
        self.0.push(who, RecentTries { full_at, last: tried });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn tries_come_back_one_by_one() {
        let (mut tries, start) = (Tries::default(), Instant::now());
        let mut admitted = |tried, at| tries.admits((7, 6), tried, start + at * SECOND);
        assert!((1..=6).all(|tried| admitted(tried, 0)));
        assert!(!admitted(7, 0) && !admitted(8, 99));
        assert!(admitted(9, 100) && !admitted(10, 150));
        assert!(admitted(9, 150), "what was tried last costs nothing");
        assert!((11..=16).all(|tried| admitted(tried, 2_000)) && !admitted(17, 2_000));
    }

    #[test]
    fn others_are_not_affected_and_memory_is_bounded() {
        let (mut tries, now) = (Tries::default(), Instant::now());
        assert_eq!((0..100).filter(|tried| tries.admits((7, 3), *tried, now)).count(), 3);
        assert!(!tries.admits((7, 3), 200, now) && tries.admits((8, 3), 200, now));
        for who in 0..50_000 {
            assert!(tries.admits((who + 1_000, 3), 1, now));
        }
        assert_eq!(tries.0.len(), REMEMBERED_MAX.get());
    }
}
