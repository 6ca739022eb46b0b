//! Counts the requests of each stranger, and refuses those beyond so many a second.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Requests a stranger has within any second. A PBX, which may need more, is named in `listen.pbx`.
pub const RATE_MAX: usize = 50;
/// Strangers that are known at a time: as many as there are connections. Each costs 800 bytes.
const STRANGERS_MAX: usize = 1_024;
const SECOND: Duration = Duration::from_secs(1);

/// What strangers have asked within the last second.
#[derive(Default)]
pub struct Rates(Mutex<HashMap<IpAddr, Box<Recent>>>);

/// When the last requests of one stranger came, the oldest one at `next`.
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
    /// Tells whether a request of `address` is answered. Those that are not do not count.
    pub fn allow(&self, address: IpAddr, now: Instant) -> bool {
        let address = super::limited(address);
        let mut strangers = self.0.lock();
        if let Some(recent) = strangers.get_mut(&address) {
            return recent.allow(now);
        }
        if strangers.len() >= STRANGERS_MAX {
            strangers.retain(|_, recent| !recent.is_over(now));
        }
        // Whoever sends more strangers than that at once is one attacker.
        if strangers.len() >= STRANGERS_MAX {
            return false;
        }
        let mut recent = Box::new(Recent { times: [None; RATE_MAX], next: 0 });
        recent.allow(now);
        strangers.insert(address, recent);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stranger(index: u16) -> IpAddr {
        let [high, low] = index.to_be_bytes();
        [192, 0, high, low].into()
    }

    #[test]
    fn no_second_has_more_than_fifty_requests_of_one_stranger() {
        let (rates, start) = (Rates::default(), Instant::now());
        let at = |ms| start + Duration::from_millis(ms);
        let allowed: Vec<u64> = (0..3_000).filter(|ms| rates.allow(stranger(1), at(*ms))).collect();
        assert_eq!(allowed.len(), 150);
        for window in allowed.windows(RATE_MAX + 1) {
            assert!(window[RATE_MAX] - window[0] >= 1_000, "{window:?}");
        }
        assert!(rates.allow(stranger(2), at(0)), "each stranger has its own");
    }

    #[test]
    fn who_asks_slowly_is_never_refused() {
        let (rates, start) = (Rates::default(), Instant::now());
        let slowly = |turn: u64| start + Duration::from_millis(20 * turn);
        assert!((0..500).all(|turn| rates.allow(stranger(1), slowly(turn))));
    }

    #[test]
    fn an_address_is_one_stranger_however_it_is_written() {
        let (rates, now) = (Rates::default(), Instant::now());
        let all = |addresses: &[&str]| {
            let turns = addresses.iter().cycle().take(200);
            let address = |text: &&str| text.parse().expect("an address");
            turns.filter(|text| rates.allow(address(text), now)).count()
        };
        assert_eq!(all(&["192.0.2.1", "::ffff:192.0.2.1"]), RATE_MAX);
        assert_eq!(all(&["2001:db8::1", "2001:db8::2", "2001:db8::ffff:0:0:1"]), RATE_MAX);
        assert_eq!(all(&["2001:db8:0:1::1"]), RATE_MAX, "another network");
    }

    #[test]
    fn the_table_is_bounded_and_forgets_who_has_gone() {
        let (rates, start) = (Rates::default(), Instant::now());
        let asked = (0..2_000).filter(|index| rates.allow(stranger(*index), start)).count();
        assert_eq!(asked, STRANGERS_MAX);
        assert!(rates.allow(stranger(1), start), "who is known is still answered");
        let later = start + SECOND;
        assert!(rates.allow(stranger(1_999), later));
        assert_eq!(rates.0.lock().len(), 1);
    }
}
