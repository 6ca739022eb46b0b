//! Which number has heard which alert: in memory, with a bound, and fast enough for the way of a call.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use foldhash::quality::RandomState;
use parking_lot::{Mutex, RwLock};

use crate::domain::alert::TextKey;
use crate::domain::phone::Phone;
use crate::sources::directory::PhoneHash;

/// Parts with a lock each, so that calls seldom meet.
const SHARDS: usize = 16;
/// Maximum entries of each half of a part: 200,000 to 400,000 in all, the latest ones.
const ENTRIES_MAX: usize = 12_500;

type Heard<Caller> = HashMap<(Caller, TextKey), Instant, BuildHasherDefault<HashMixer>>;

/// Mixes numbers that are hashes already, so that they are not hashed again in the way of a call.
#[derive(Default)]
struct HashMixer(u64);

impl Hasher for HashMixer {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = self.0.rotate_left(5) ^ number;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A part: when the younger half is full it becomes the older one, whose entries are lost.
#[derive(Default)]
struct HeardShard {
    young: Heard<u64>,
    old: Heard<u64>,
}

/// Who has heard what, and when.
#[derive(Default)]
pub(super) struct HeardAlerts {
    /// Hashes numbers for this process alone, which takes a small part of the time of the journal's hash.
    hasher: RandomState,
    shards: [Mutex<HeardShard>; SHARDS],
    /// What an earlier process has noted, by the journal's hash.
    restored: RwLock<Heard<PhoneHash>>,
    is_restored: AtomicBool,
}

impl HeardAlerts {
    /// The hash of a number for this process alone.
    pub(super) fn caller(&self, phone: &Phone) -> u64 {
        self.hasher.hash_one(phone)
    }

    /// When the number heard the alert. `journals` returns the journal's hash of the number; it is called
    /// only while there are entries of an earlier process.
    pub(super) fn at(
        &self,
        phone: &Phone,
        key: TextKey,
        journals: impl FnOnce() -> PhoneHash,
    ) -> Option<Instant> {
        let caller = self.caller(phone);
        let shard = self.shard(caller).lock();
        let entry = (caller, key);
        let known = shard.young.get(&entry).or_else(|| shard.old.get(&entry)).copied();
        drop(shard);
        if known.is_some() || !self.is_restored.load(Ordering::Relaxed) {
            return known;
        }
        self.restored.read().get(&(journals(), key)).copied()
    }

    /// Notes that the number hears the alert.
    pub(super) fn insert(&self, phone: &Phone, key: TextKey, at: Instant) {
        let caller = self.caller(phone);
        let mut shard = self.shard(caller).lock();
        if shard.young.len() >= ENTRIES_MAX {
            shard.old = mem::take(&mut shard.young);
        }
        shard.young.insert((caller, key), at);
    }

    /// Adds what an earlier process has noted, the latest ones up to the limit.
    pub(super) fn restore(&self, entries: impl Iterator<Item = (PhoneHash, TextKey, Instant)>) {
        let mut restored = self.restored.write();
        for (caller, key, at) in entries {
            if restored.len() >= SHARDS * ENTRIES_MAX {
                break;
            }
            restored.entry((caller, key)).or_insert(at);
        }
        self.is_restored.store(!restored.is_empty(), Ordering::Relaxed);
    }

    /// Drops what was heard longer ago.
    pub(super) fn expire(&self, now: Instant, told: Duration) {
        let is_young = |at: &Instant| now.saturating_duration_since(*at) < told;
        for shard in &self.shards {
            let mut shard = shard.lock();
            shard.young.retain(|_, at| is_young(at));
            shard.old.retain(|_, at| is_young(at));
        }
        if self.is_restored.load(Ordering::Relaxed) {
            let mut restored = self.restored.write();
            restored.retain(|_, at| is_young(at));
            self.is_restored.store(!restored.is_empty(), Ordering::Relaxed);
        }
    }

    /// Forgets a number; returns whether it was there.
    pub(super) fn forget(&self, phone: &Phone, journals: PhoneHash) -> bool {
        let count = self.count();
        let caller = self.caller(phone);
        {
            let mut shard = self.shard(caller).lock();
            shard.young.retain(|(own, _), _| *own != caller);
            shard.old.retain(|(own, _), _| *own != caller);
        }
        self.restored.write().retain(|(own, _), _| *own != journals);
        self.count() < count
    }

    /// Whether there is anything of a number.
    pub(super) fn has(&self, phone: &Phone, journals: PhoneHash) -> bool {
        let caller = self.caller(phone);
        let shard = self.shard(caller).lock();
        let mut own = shard.young.keys().chain(shard.old.keys());
        own.any(|(own, _)| *own == caller)
            || self.restored.read().keys().any(|(own, _)| *own == journals)
    }

    /// How many entries there are.
    pub(super) fn count(&self) -> usize {
        let shards = self.shards.iter().map(|shard| {
            let shard = shard.lock();
            shard.young.len() + shard.old.len()
        });
        shards.sum::<usize>() + self.restored.read().len()
    }

    fn shard(&self, caller: u64) -> &Mutex<HeardShard> {
        &self.shards[caller as usize % SHARDS]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone(number: usize) -> Phone {
        Phone::parse(&format!("37{:09}", 900_000_000 + number), None).expect("a mobile")
    }

    #[test]
    fn the_latest_are_kept_and_no_more_than_the_limit() {
        let (heard, now) = (HeardAlerts::default(), Instant::now());
        let at = |number| heard.at(&phone(number), TextKey(7), || PhoneHash(0));
        let many = 3 * SHARDS * ENTRIES_MAX;
        (0..many).for_each(|number| heard.insert(&phone(number), TextKey(7), now));
        assert!(heard.count() <= 2 * SHARDS * ENTRIES_MAX);
        assert!((many - 100_000..many).all(|number| at(number) == Some(now)));
        assert_eq!(at(0), None);
        heard.expire(now + Duration::from_secs(60), Duration::from_secs(60));
        assert_eq!(heard.count(), 0);
    }

    #[test]
    fn a_forgotten_number_is_gone_and_no_other_one() {
        let (heard, now) = (HeardAlerts::default(), Instant::now());
        let hash = |number: usize| PhoneHash(number as u64);
        (0..4).for_each(|number| heard.insert(&phone(number), TextKey(7), now));
        let restored = (4..8).map(|number| (hash(number), TextKey(7), now));
        heard.restore(restored);
        for gone in [1, 5] {
            assert!(heard.has(&phone(gone), hash(gone)));
            assert!(heard.forget(&phone(gone), hash(gone)));
            assert!(!heard.has(&phone(gone), hash(gone)));
        }
        let left = |number: &usize| heard.at(&phone(*number), TextKey(7), || hash(*number));
        assert_eq!((0..8).filter(|number| left(number).is_some()).count(), 6);
        assert_eq!(heard.at(&phone(0), TextKey(8), || hash(0)), None, "another alert");
    }
}
