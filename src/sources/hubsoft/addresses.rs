//! The addresses of HubSoft, in the order in which they are tried; the caller passes the time.

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::Instant;
use tracing::{info, warn};

/// How long addresses are used while DNS fails.
const STALE_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// Maximum addresses tried for one connection, and thus sockets open for it at once.
pub(super) const TRIED_MAX: usize = 8;
/// Minimum time between two changes of the order: requests that fail together used the same address.
const ROTATION_REST: Duration = Duration::from_secs(1);

/// The addresses, and the results of DNS lookups and connections.
#[derive(Default)]
pub(super) struct KnownAddresses {
    addresses: Vec<SocketAddr>,
    /// The address that was connected to last.
    good: Option<SocketAddr>,
    answered_at: Option<Instant>,
    /// DNS has answered or failed at least once, so no request waits for it.
    pub(super) settled: bool,
    failing: bool,
    rotated_at: Option<Instant>,
}

impl KnownAddresses {
    /// Records a DNS answer or failure; returns whether HubSoft has moved.
    pub(super) fn record(&mut self, answer: io::Result<Vec<SocketAddr>>, now: Instant) -> bool {
        self.settled = true;
        let failed_before = std::mem::replace(&mut self.failing, answer.is_err());
        match answer {
            Err(error) if !failed_before => {
                warn!(
                    "DNS lookup failed: {error} (check the resolver; cached addresses are used for up to \
                     24 h)"
                );
                false
            }
            Err(_) => false,
            Ok(addresses) => {
                if failed_before {
                    info!("DNS lookup succeeded again");
                }
                self.answered_at = Some(now);
                self.replace(addresses)
            }
        }
    }

    fn replace(&mut self, addresses: Vec<SocketAddr>) -> bool {
        // DNS servers shuffle the addresses. The current order works, so it is kept.
        if as_set(&addresses) == as_set(&self.addresses) {
            return false;
        }
        let before = std::mem::replace(&mut self.addresses, alternating(addresses));
        if let Some(good) = self.good {
            self.put_first(good);
        }
        !before.is_empty()
    }

    /// Returns the addresses in order, or `None` if they are too old.
    pub(super) fn usable(&self, now: Instant) -> Option<Vec<SocketAddr>> {
        let answered_at = self.answered_at?;
        let is_usable = now.saturating_duration_since(answered_at) < STALE_MAX;
        is_usable.then(|| self.addresses.iter().copied().take(TRIED_MAX).collect())
    }

    /// Moves an address that accepted a connection to the front.
    pub(super) fn connected(&mut self, address: SocketAddr, now: Instant) {
        self.good = Some(address);
        if self.addresses.first() != Some(&address) && self.put_first(address) {
            self.rotated_at = Some(now);
        }
    }

    /// Handles that no tried address accepted a connection: any others are tried next.
    pub(super) fn unreachable(&mut self) {
        self.good = None;
        if self.addresses.len() > TRIED_MAX {
            self.addresses.rotate_left(TRIED_MAX);
        }
    }

    /// Rotates to the next address, because the first one accepts connections and then breaks them.
    pub(super) fn rotate(&mut self, now: Instant) {
        if self.addresses.len() > 1 && self.rotated_at.is_none_or(|at| now >= at + ROTATION_REST) {
            self.addresses.rotate_left(1);
            self.good = None;
            self.rotated_at = Some(now);
        }
    }

    fn put_first(&mut self, address: SocketAddr) -> bool {
        let at = self.addresses.iter().position(|other| *other == address);
        at.inspect(|at| self.addresses[..=*at].rotate_right(1)).is_some()
    }
}

/// Alternates between IPv6 and IPv4, so that a broken family costs one attempt (RFC 8305, 4). The
/// system resolver has put the preferred family first.
fn alternating(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let mut seen = BTreeSet::new();
    let first = addresses.first().map(SocketAddr::is_ipv6);
    let mut ordered = Vec::new();
    let mut others = Vec::new();
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
        known.record(Ok(parsed(addresses)), Instant::now());
        known
    }

    fn order(known: &KnownAddresses) -> Vec<SocketAddr> {
        known.usable(Instant::now()).expect("young")
    }

    #[tokio::test(start_paused = true)]
    async fn families_alternate_starting_with_the_preferred_one() {
        for (resolved, tried) in [
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
            assert_eq!(order(&known(resolved)), parsed(tried));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_good_address_stays_first_when_the_others_change() {
        let now = Instant::now();
        let mut known = known(&["[::1]", "1.1.1.1"]);
        known.connected(parsed(&["1.1.1.1"])[0], now);
        assert_eq!(order(&known), parsed(&["1.1.1.1", "[::1]"]));
        assert!(known.record(Ok(parsed(&["[::2]", "[::3]", "1.1.1.1"])), now), "HubSoft has moved");
        assert_eq!(order(&known), parsed(&["1.1.1.1", "[::2]", "[::3]"]));
        known.record(Ok(parsed(&["[::2]", "[::3]"])), now);
        assert_eq!(order(&known), parsed(&["[::2]", "[::3]"]));
        known.record(Ok(parsed(&["[::3]", "1.1.1.1"])), now);
        assert_eq!(order(&known), parsed(&["1.1.1.1", "[::3]"]), "the address is back");
    }

    #[tokio::test(start_paused = true)]
    async fn untried_addresses_are_tried_next() {
        let names: Vec<_> = (0..=TRIED_MAX).map(|last| format!("1.1.1.{last}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let mut known = known(&names);
        assert_eq!(order(&known).len(), TRIED_MAX);
        known.unreachable();
        assert_eq!(order(&known)[0], parsed(&names)[TRIED_MAX]);
    }

    #[tokio::test(start_paused = true)]
    async fn earlier_failures_do_not_displace_a_new_good_address() {
        let now = Instant::now();
        let mut known = known(&["1.1.1.1", "1.1.1.2"]);
        known.connected(parsed(&["1.1.1.2"])[0], now);
        known.rotate(now);
        assert_eq!(order(&known), parsed(&["1.1.1.2", "1.1.1.1"]));
        known.rotate(now + ROTATION_REST);
        assert_eq!(order(&known), parsed(&["1.1.1.1", "1.1.1.2"]));
    }
}
