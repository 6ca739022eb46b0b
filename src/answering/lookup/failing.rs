//! Suspends a key for some seconds after HubSoft could not answer for it; the caller passes the time.

use std::num::NonZeroUsize;
use std::time::Instant;

use lru::LruCache;

use crate::domain::failure::Failure;
use crate::sources::source::Key;
use crate::sources::stored_key::StoredKey;

/// Maximum keys; more than can fail in that time.
const KEYS_MAX: NonZeroUsize = NonZeroUsize::new(1_024).expect("not zero");

/// The keys that failed recently, and why.
pub(super) struct Failing(LruCache<StoredKey, (Instant, Failure)>);

impl Default for Failing {
    fn default() -> Self {
        Self::new()
    }
}

impl Failing {
    fn new() -> Self {
        // `LruCache::new` would allocate the full capacity at once.
        let mut keys = LruCache::unbounded();
        keys.resize(KEYS_MAX);
        Self(keys)
    }

    /// Records that `key` failed, if the key may be the reason.
    pub(super) fn note(&mut self, key: Key, failure: &Failure, now: Instant) {
        if !failure.rest().is_zero() {
            self.0.push(StoredKey::from(&key), (now, failure.clone()));
        }
    }

    /// Returns the failure because of which `key` must not be queried at `now`.
    pub(super) fn get(&mut self, key: &Key, now: Instant) -> Option<Failure> {
        let (at, failure) = self.0.peek(&StoredKey::from(key))?;
        if now.saturating_duration_since(*at) < failure.rest() {
            return Some(failure.clone());
        }
        self.0.pop(&StoredKey::from(key));
        None
    }

    pub(super) fn purge(&mut self, key: &Key) {
        self.0.pop(&StoredKey::from(key));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::sources::reasons;

    use super::*;
    use crate::domain::phone::Phone;

    fn phone(last: usize) -> Key {
        Phone::parse(&format!("379{last:08}"), None).expect("a mobile").into()
    }

    #[test]
    fn a_key_that_failed_is_suspended_for_three_seconds() {
        let (mut failing, now) = (Failing::default(), Instant::now());
        failing.note(phone(1), &reasons::of_status(500), now);
        let almost = now + Duration::from_millis(2_999);
        assert_eq!(failing.get(&phone(1), almost), Some(reasons::of_status(500)));
        assert_eq!(failing.get(&phone(2), almost), None);
        assert_eq!(failing.get(&phone(1), now + Duration::from_secs(3)), None);
    }

    #[test]
    fn failures_of_the_connection_suspend_no_key() {
        let (mut failing, now) = (Failing::default(), Instant::now());
        for failure in [
            reasons::CONNECT.failure(),
            reasons::TIMEOUT.failure(),
            reasons::SHED.failure(),
            reasons::NO_TOKEN.failure(),
        ] {
            failing.note(phone(1), &failure, now);
            assert_eq!(failing.get(&phone(1), now), None, "{failure}");
        }
    }

    #[test]
    fn the_number_of_suspended_keys_is_bounded() {
        let (mut failing, now) = (Failing::default(), Instant::now());
        let keys = KEYS_MAX.get() + 10;
        (0..keys).for_each(|last| failing.note(phone(last), &reasons::REFUSED.failure(), now));
        assert_eq!(failing.0.len(), KEYS_MAX.get());
        assert_eq!(failing.get(&phone(0), now), None);
    }
}
