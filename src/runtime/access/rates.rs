//! Limits the request rate of each unknown address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Requests of an unknown address within any second. A PBX may need more, and is named in
/// `listen.pbx`.
pub const RATE_MAX: usize = 50;
/// Addresses tracked at a time: as many as there are connections. Each takes 800 bytes.
const ADDRESSES_MAX: usize = 1_024;
const SECOND: Duration = Duration::from_secs(1);

/// The requests of unknown addresses within the last second.
#[derive(Default)]
pub struct Rates(Mutex<HashMap<IpAddr, Box<Recent>>>);

/// Times of the last requests of one address; the oldest is at `next`.
struct Recent {
    times: [Option<Instant>; RATE_MAX],
    next: usize,
}

impl Recent {
    fn is_within_a_second(time: Option<Instant>, now: Instant) -> bool {
        time.is_some_and(|time| now.duration_since(time) < SECOND)
    }

    fn allow(&mut self, now: Instant) -> bool {
        if Self::is_within_a_second(self.times[self.next], now) {
            return false;
        }
        self.times[self.next] = Some(now);
        self.next = (self.next + 1) % RATE_MAX;
        true
    }

    fn is_over(&self, now: Instant) -> bool {
        let newest = self.times[(self.next + RATE_MAX - 1) % RATE_MAX];
        !Self::is_within_a_second(newest, now)
    }
}

impl Rates {
    /// Whether a request of `address` is answered. Rejected requests do not count.
    pub fn allow(&self, address: IpAddr, now: Instant) -> bool {
        let address = super::limited(address);
        let mut addresses = self.0.lock();
        if let Some(recent) = addresses.get_mut(&address) {
            return recent.allow(now);
        }
        if addresses.len() >= ADDRESSES_MAX {
            addresses.retain(|_, recent| !recent.is_over(now));
        }
        // More addresses than that at the same time are an attack.
        if addresses.len() >= ADDRESSES_MAX {
            return false;
        }
        let mut recent = Box::new(Recent { times: [None; RATE_MAX], next: 0 });
        recent.allow(now);
        addresses.insert(address, recent);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(index: u16) -> IpAddr {
        let [high, low] = index.to_be_bytes();
        [192, 0, high, low].into()
    }

    #[test]
    fn no_second_has_more_than_fifty_requests_of_one_address() {
        let rates = Rates::default();
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let allowed: Vec<u64> = (0..3_000).filter(|ms| rates.allow(address(1), at(*ms))).collect();
        assert_eq!(allowed.len(), 150);
        for window in allowed.windows(RATE_MAX + 1) {
            assert!(window[RATE_MAX] - window[0] >= 1_000, "{window:?}");
        }
        assert!(rates.allow(address(2), at(0)), "each address has its own limit");
    }

    #[test]
    fn a_slow_client_is_never_rejected() {
        let rates = Rates::default();
        let start = Instant::now();
        let slowly = |count: u64| start + Duration::from_millis(20 * count);
        assert!((0..500).all(|count| rates.allow(address(1), slowly(count))));
    }

    #[test]
    fn an_address_is_the_same_in_every_notation() {
        let rates = Rates::default();
        let now = Instant::now();
        let all = |addresses: &[&str]| {
            let requests = addresses.iter().cycle().take(200);
            let parsed = |text: &&str| text.parse().expect("an address");
            requests.filter(|text| rates.allow(parsed(text), now)).count()
        };
        assert_eq!(all(&["192.0.2.1", "::ffff:192.0.2.1"]), RATE_MAX);
        assert_eq!(all(&["2001:db8::1", "2001:db8::2", "2001:db8::ffff:0:0:1"]), RATE_MAX);
        assert_eq!(all(&["2001:db8:0:1::1"]), RATE_MAX, "another network");
    }

    #[test]
    fn the_table_is_bounded_and_drops_idle_addresses() {
        let rates = Rates::default();
        let start = Instant::now();
        let allowed = (0..2_000).filter(|index| rates.allow(address(*index), start)).count();
        assert_eq!(allowed, ADDRESSES_MAX);
        assert!(rates.allow(address(1), start), "a tracked address is still answered");
        let later = start + SECOND;
        assert!(rates.allow(address(1_999), later));
        assert_eq!(rates.0.lock().len(), 1);
    }
}
