//! Leaves a number alone for some seconds after HubSoft could not answer for it; it is told the time.

use std::num::NonZeroUsize;
use std::time::Instant;

use lru::LruCache;

use crate::domain::failure::Failure;
use crate::sources::source::Key;

/// Numbers that are noted at most; more than can fail in that time.
const NUMBERS_MAX: NonZeroUsize = NonZeroUsize::new(1_024).expect("not zero");

/// The numbers HubSoft could not answer for a moment ago, and why.
pub(super) struct Failing(LruCache<Key, (Instant, Failure)>);

impl Default for Failing {
    fn default() -> Self {
        Self::new()
    }
}

impl Failing {
    fn new() -> Self {
        // `LruCache::new` would reserve all of it at once.
        let mut numbers = LruCache::unbounded();
        numbers.resize(NUMBERS_MAX);
        Self(numbers)
    }

    /// Notes that `key` failed, if that may be because of the number.
    pub(super) fn note(&mut self, key: Key, failure: &Failure, now: Instant) {
        if !failure.rest().is_zero() {
            self.0.push(key, (now, failure.clone()));
        }
    }

    /// Why `key` is not to be asked for at `now`, if it is not.
    pub(super) fn get(&mut self, key: &Key, now: Instant) -> Option<Failure> {
        let (at, failure) = self.0.peek(key)?;
        if now.saturating_duration_since(*at) < failure.rest() {
            return Some(failure.clone());
        }
        self.0.pop(key);
        None
    }

    pub(super) fn forget(&mut self, key: &Key) {
        self.0.pop(key);
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
    fn a_number_that_failed_is_left_alone_for_three_seconds() {
        let (mut failing, now) = (Failing::default(), Instant::now());
        failing.note(phone(1), &reasons::of_status(500), now);
        let almost = now + Duration::from_millis(2_999);
        assert_eq!(failing.get(&phone(1), almost), Some(reasons::of_status(500)));
        assert_eq!(failing.get(&phone(2), almost), None);
        assert_eq!(failing.get(&phone(1), now + Duration::from_secs(3)), None);
    }

    #[test]
    fn failures_of_the_way_to_hubsoft_are_not_the_numbers() {
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
    fn the_numbers_noted_are_bounded() {
        let (mut failing, now) = (Failing::default(), Instant::now());
        let numbers = NUMBERS_MAX.get() + 10;
        (0..numbers).for_each(|last| failing.note(phone(last), &reasons::REFUSED.failure(), now));
        assert_eq!(failing.0.len(), NUMBERS_MAX.get());
        assert_eq!(failing.get(&phone(0), now), None);
    }
}
