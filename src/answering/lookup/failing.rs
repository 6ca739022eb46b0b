//! Leaves a number alone for some seconds after HubSoft could not answer for it; it is told the time.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use lru::LruCache;

use crate::domain::finding::{Failure, Kind};
use crate::domain::phone::Phone;

/// How long a number is left alone: longer than a redial takes, shorter than a caller's patience.
const LEFT_ALONE: Duration = Duration::from_secs(3);
/// The same for one with which every token is refused: each try costs a new one.
const REFUSED: Duration = Duration::from_secs(30);
/// Numbers that are noted at most; more than can fail in that time.
const NUMBERS_MAX: NonZeroUsize = NonZeroUsize::new(1_024).expect("not zero");

/// The numbers HubSoft could not answer for a moment ago, and why.
pub(super) struct Failing(LruCache<Phone, (Instant, Failure)>);

impl Failing {
    pub(super) fn new() -> Self {
        // `LruCache::new` would reserve all of it at once.
        let mut numbers = LruCache::unbounded();
        numbers.resize(NUMBERS_MAX);
        Self(numbers)
    }

    /// Notes that `phone` failed, if that may be because of the number.
    pub(super) fn note(&mut self, phone: Phone, failure: &Failure, now: Instant) {
        let may_be_the_number = match failure.kind() {
            Kind::AboutThisKey => true,
            Kind::Upstream => matches!(failure, Failure::Server(_) | Failure::Unauthorized),
            Kind::Bug | Kind::NotAsked => false,
        };
        if may_be_the_number {
            self.0.push(phone, (now, failure.clone()));
        }
    }

    /// Why `phone` is not to be asked for at `now`, if it is not.
    pub(super) fn get(&mut self, phone: &Phone, now: Instant) -> Option<Failure> {
        let (at, failure) = self.0.peek(phone)?;
        let rest = if *failure == Failure::Unauthorized { REFUSED } else { LEFT_ALONE };
        if now.saturating_duration_since(*at) < rest {
            return Some(failure.clone());
        }
        self.0.pop(phone);
        None
    }

    pub(super) fn forget(&mut self, phone: &Phone) {
        self.0.pop(phone);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone(last: usize) -> Phone {
        Phone::parse(&format!("379{last:08}"), None).expect("a mobile")
    }

    #[test]
    fn a_number_that_failed_is_left_alone_for_three_seconds() {
        let (mut failing, now) = (Failing::new(), Instant::now());
        failing.note(phone(1), &Failure::Server(500), now);
        let almost = now + LEFT_ALONE - Duration::from_millis(1);
        assert_eq!(failing.get(&phone(1), almost), Some(Failure::Server(500)));
        assert_eq!(failing.get(&phone(2), almost), None);
        assert_eq!(failing.get(&phone(1), now + LEFT_ALONE), None);
    }

    #[test]
    fn failures_of_the_way_to_hubsoft_are_not_the_numbers() {
        let (mut failing, now) = (Failing::new(), Instant::now());
        for failure in [Failure::Connect, Failure::Timeout, Failure::Shed, Failure::NoToken] {
            failing.note(phone(1), &failure, now);
            assert_eq!(failing.get(&phone(1), now), None, "{failure}");
        }
    }

    #[test]
    fn the_numbers_noted_are_bounded() {
        let (mut failing, now) = (Failing::new(), Instant::now());
        let numbers = NUMBERS_MAX.get() + 10;
        (0..numbers).for_each(|last| failing.note(phone(last), &Failure::Refused, now));
        assert_eq!(failing.0.len(), NUMBERS_MAX.get());
        assert_eq!(failing.get(&phone(0), now), None);
    }
}
