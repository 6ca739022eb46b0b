//! Keeps HubSoft's addresses in the order in which they are tried; it is told the time.

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::Instant;
use tracing::{info, warn};

/// How long addresses are used while DNS fails.
const STALE_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// Addresses tried for one connection, and so the most sockets that are open for it at once.
pub(super) const TRIED_MAX: usize = 8;
/// How long a change of the order is left to show its effect: the requests that failed together
/// all met the same address.
const TURN_REST: Duration = Duration::from_secs(1);

/// What is known.
#[derive(Default)]
pub(super) struct KnownAddresses {
    addresses: Vec<SocketAddr>,
    /// The address that was connected to last.
    good: Option<SocketAddr>,
    answered_at: Option<Instant>,
    /// DNS has answered or failed at least once: nobody waits for it any more.
    pub(super) settled: bool,
    failing: bool,
    turned_at: Option<Instant>,
}

impl KnownAddresses {
    /// Takes an answer or a failure; tells whether HubSoft has moved.
    pub(super) fn learn(&mut self, answer: io::Result<Vec<SocketAddr>>, now: Instant) -> bool {
        self.settled = true;
        let failed_before = std::mem::replace(&mut self.failing, answer.is_err());
        match answer {
            Err(error) if !failed_before => {
                warn!("DNS fails ({error}): check it; known addresses are used for 24 h");
                false
            }
            Err(_) => false,
            Ok(addresses) => {
                if failed_before {
                    info!("DNS answers again");
                }
                self.answered_at = Some(now);
                self.replace(addresses)
            }
        }
    }

    fn replace(&mut self, addresses: Vec<SocketAddr>) -> bool {
        // DNS servers like to shuffle. The order in use is the one that works.
        if as_set(&addresses) == as_set(&self.addresses) {
            return false;
        }
        let before = std::mem::replace(&mut self.addresses, alternating(addresses));
        if let Some(good) = self.good {
            self.put_first(good);
        }
        !before.is_empty()
    }

    /// The addresses in order, or none when they are too old.
    pub(super) fn usable(&self, now: Instant) -> Option<Vec<SocketAddr>> {
        let answered_at = self.answered_at?;
        let usable = now.saturating_duration_since(answered_at) < STALE_MAX;
        usable.then(|| self.addresses.iter().copied().take(TRIED_MAX).collect())
    }

    /// Notes which address could be connected to: it is the first from now on.
    pub(super) fn connected(&mut self, address: SocketAddr, now: Instant) {
        self.good = Some(address);
        if self.addresses.first() != Some(&address) && self.put_first(address) {
            self.turned_at = Some(now);
        }
    }

    /// Notes that none of those tried could be connected to: if there are more, they come next.
    pub(super) fn unreachable(&mut self) {
        self.good = None;
        if self.addresses.len() > TRIED_MAX {
            self.addresses.rotate_left(TRIED_MAX);
        }
    }

    /// Puts the next address first, as the first one takes connections and then breaks them.
    pub(super) fn turn(&mut self, now: Instant) {
        if self.addresses.len() > 1 && self.turned_at.is_none_or(|at| now >= at + TURN_REST) {
            self.addresses.rotate_left(1);
            self.good = None;
            self.turned_at = Some(now);
        }
    }

    fn put_first(&mut self, address: SocketAddr) -> bool {
        let at = self.addresses.iter().position(|known| *known == address);
        at.inspect(|at| self.addresses[..=*at].rotate_right(1)).is_some()
    }
}

/// Alternates between IPv6 and IPv4, so that a broken one of them costs one try (RFC 8305, 4). The
/// system's resolver has put first what suits this machine: IPv6 where there is any.
fn alternating(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let mut seen = BTreeSet::new();
    let first = addresses.first().map(SocketAddr::is_ipv6);
    let (mut ordered, mut others) = (Vec::new(), Vec::new());
    for address in addresses.into_iter().filter(|address| seen.insert(*address)) {
        if Some(address.is_ipv6()) == first {
            ordered.push(address);
        } else {
            others.push(address);
        }
    }
    for (at, other) in others.into_iter().enumerate() {
        let at = (2 * at + 1).min(ordered.len());
        ordered.insert(at, other);
    }
    ordered
}

fn as_set(addresses: &[SocketAddr]) -> BTreeSet<SocketAddr> {
    addresses.iter().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(addresses: &[&str]) -> Vec<SocketAddr> {
        addresses.iter().map(|address| format!("{address}:0").parse().expect("it is")).collect()
    }

    fn known(addresses: &[&str]) -> KnownAddresses {
        let mut known = KnownAddresses::default();
        known.learn(Ok(parsed(addresses)), Instant::now());
        known
    }

    fn order(known: &KnownAddresses) -> Vec<SocketAddr> {
        known.usable(Instant::now()).expect("young")
    }

    #[tokio::test(start_paused = true)]
    async fn families_alternate_beginning_with_what_the_system_puts_first() {
        for (told, tried) in [
            (
                &["[::1]", "[::2]", "[::3]", "1.1.1.1"][..],
                &["[::1]", "1.1.1.1", "[::2]", "[::3]"][..],
            ),
            (&["1.1.1.1", "1.1.1.2", "[::1]"], &["1.1.1.1", "[::1]", "1.1.1.2"]),
            (
                &["[::1]", "1.1.1.1", "1.1.1.2", "1.1.1.3"],
                &["[::1]", "1.1.1.1", "1.1.1.2", "1.1.1.3"],
            ),
            (&["1.1.1.1", "1.1.1.1"], &["1.1.1.1"]),
        ] {
            assert_eq!(order(&known(told)), parsed(tried));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_good_address_keeps_its_place_when_the_others_change() {
        let now = Instant::now();
        let mut known = known(&["[::1]", "1.1.1.1"]);
        known.connected(parsed(&["1.1.1.1"])[0], now);
        assert_eq!(order(&known), parsed(&["1.1.1.1", "[::1]"]));
        assert!(known.learn(Ok(parsed(&["[::2]", "[::3]", "1.1.1.1"])), now), "it is told");
        assert_eq!(order(&known), parsed(&["1.1.1.1", "[::2]", "[::3]"]));
        known.learn(Ok(parsed(&["[::2]", "[::3]"])), now);
        assert_eq!(order(&known), parsed(&["[::2]", "[::3]"]));
        known.learn(Ok(parsed(&["[::3]", "1.1.1.1"])), now);
        assert_eq!(order(&known), parsed(&["1.1.1.1", "[::3]"]), "it is back");
    }

    #[tokio::test(start_paused = true)]
    async fn what_lies_beyond_those_tried_gets_its_turn() {
        let names: Vec<_> = (0..=TRIED_MAX).map(|last| format!("1.1.1.{last}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let mut known = known(&names);
        assert_eq!(order(&known).len(), TRIED_MAX);
        known.unreachable();
        assert_eq!(order(&known)[0], parsed(&names)[TRIED_MAX]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_just_found_is_not_turned_away_by_what_failed_before() {
        let now = Instant::now();
        let mut known = known(&["1.1.1.1", "1.1.1.2"]);
        known.connected(parsed(&["1.1.1.2"])[0], now);
        known.turn(now);
        assert_eq!(order(&known), parsed(&["1.1.1.2", "1.1.1.1"]));
        known.turn(now + TURN_REST);
        assert_eq!(order(&known), parsed(&["1.1.1.1", "1.1.1.2"]));
    }
}
