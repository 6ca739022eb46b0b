//! Counts who holds how many connections, so that nobody takes the PBX's place.
//!
//! ```text
//! addresses in listen.pbx   1,024 together, 960 each
//! unknown addresses           256 together, 64 each (an IPv6 network of 64 bits is one address)
//! this machine, to itself      64, so that the watchdog gets in whoever else does not
//! ```
//! No group takes from another one. Where fewer descriptors are left, each has less in proportion.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use foldhash::fast::RandomState;
use parking_lot::Mutex;

use crate::runtime::access::limited;

/// Connections of all groups together. Each costs 12 kB, and a PBX with 1,000 calls at the same
/// moment has other worries.
const ALL_MAX: usize = 1_344;
/// The same for the listener of metrics, which nobody opens a thousand connections to.
const METRICS_MAX: usize = 168;
/// It has an eighth of the descriptors that are left, the listeners of the PBX have the others.
const METRICS_SHARE: usize = 8;

/// `ALL_MAX` consists of so many parts: 16 are for the PBX, four for unknown addresses, and one is
/// for this machine itself.
const PARTS: usize = 21;
const UNKNOWN_PARTS: usize = 4;
/// An unknown address has a quarter of what all of them have.
const UNKNOWN_ADDRESSES: usize = 4;
/// A sixteenth is kept from each address of the PBX, for the others.
const PBX_OTHERS: usize = 16;

/// The places there are, and who has taken them.
pub(super) struct Places {
    pbx: Vec<IpAddr>,
    limits: [Limit; 3],
    taken: Mutex<Taken>,
}

/// Who shares a limit; the position in `Places::limits`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Group {
    Pbx,
    Unknown,
    /// Connections of this machine to one of its own addresses.
    Own,
}

/// How many connections a group and each address of it may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Limit {
    together: usize,
    each: usize,
}

/// Addresses without a connection are not kept, so there are never more than places.
#[derive(Default)]
struct Taken {
    together: [usize; 3],
    by_address: HashMap<(Group, IpAddr), usize, RandomState>,
}

/// A connection's place; dropping it, by a panic too, frees it.
pub(super) struct Slot {
    places: Arc<Places>,
    holder: (Group, IpAddr),
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// The address has as many as one may have.
    Address { max: usize },
    /// The addresses of the PBX, or this machine itself.
    Known { max: usize },
    /// Unknown addresses together have as many as they may have.
    Unknown { max: usize },
}

impl Places {
    /// The places of the listeners that a PBX calls, where there is `room` for so many descriptors.
    pub(super) fn new(pbx: &[IpAddr], room: usize) -> Arc<Self> {
        Self::divided(pbx, (room - room / METRICS_SHARE).min(ALL_MAX))
    }

    /// Those of the listener of metrics.
    pub(super) fn of_metrics(pbx: &[IpAddr], room: usize) -> Arc<Self> {
        Self::divided(pbx, (room / METRICS_SHARE).min(METRICS_MAX))
    }

    fn divided(pbx: &[IpAddr], all: usize) -> Arc<Self> {
        let unknown = (all * UNKNOWN_PARTS / PARTS).max(1);
        let own = (all / PARTS).max(1);
        let known = all.saturating_sub(unknown + own).max(1);
        let limits = [
            Limit { together: known, each: known - known / PBX_OTHERS },
            Limit { together: unknown, each: (unknown / UNKNOWN_ADDRESSES).max(1) },
            Limit { together: own, each: own },
        ];
        let pbx = pbx.iter().map(IpAddr::to_canonical).collect();
        Arc::new(Self { pbx, limits, taken: Mutex::default() })
    }

    /// Takes a place for a connection from `address`, if there is one. `is_own` tells whether it
    /// comes from the address it goes to.
    pub(super) fn take(
        self: &Arc<Self>,
        address: IpAddr,
        is_own: impl FnOnce() -> bool,
    ) -> Result<Slot, Full> {
        let holder = self.holder(address, is_own);
        let (group, _) = holder;
        let limit = self.limits[group as usize];
        let mut taken = self.taken.lock();
        if taken.together[group as usize] >= limit.together {
            let max = limit.together;
            return Err(match group {
                Group::Unknown => Full::Unknown { max },
                Group::Pbx | Group::Own => Full::Known { max },
            });
        }
        let own = taken.by_address.entry(holder).or_default();
        // Never true for an address that was not there before: every limit is at least 1.
        if *own >= limit.each {
            return Err(Full::Address { max: limit.each });
        }
        *own += 1;
        taken.together[group as usize] += 1;
        drop(taken);
        Ok(Slot { places: Arc::clone(self), holder })
    }

    fn holder(&self, address: IpAddr, is_own: impl FnOnce() -> bool) -> (Group, IpAddr) {
        // An IPv4 client of an IPv6 socket is the same client.
        let address = address.to_canonical();
        if self.pbx.contains(&address) {
            return (Group::Pbx, address);
        }
        let group = if is_own() { Group::Own } else { Group::Unknown };
        (group, limited(address))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let (group, _) = self.holder;
        let mut taken = self.places.taken.lock();
        taken.together[group as usize] -= 1;
        if let Some(own) = taken.by_address.get_mut(&self.holder) {
            *own -= 1;
            if *own == 0 {
                taken.by_address.remove(&self.holder);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PBX: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn other(last: u8) -> IpAddr {
        [127, 0, 0, last].into()
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn take(places: &Arc<Places>, address: IpAddr, count: usize) -> (Vec<Slot>, Option<Full>) {
        take_as(places, address, count, false)
    }

    fn take_as(
        places: &Arc<Places>,
        address: IpAddr,
        count: usize,
        is_own: bool,
    ) -> (Vec<Slot>, Option<Full>) {
        let mut taken = Vec::new();
        for _ in 0..count {
            match places.take(address, || is_own) {
                Ok(place) => taken.push(place),
                Err(full) => return (taken, Some(full)),
            }
        }
        (taken, None)
    }

    #[test]
    fn a_pbx_has_960_places_and_each_unknown_address_64() {
        let places = Places::new(&[PBX], usize::MAX);
        let (calls, full) = take(&places, PBX, 2_000);
        assert_eq!((calls.len(), full), (960, Some(Full::Address { max: 960 })));
        let (others, full) = take(&places, other(2), 2_000);
        assert_eq!((others.len(), full), (64, Some(Full::Address { max: 64 })));
        // Another address of loopback is not the PBX's.
        let default = crate::servers::listener::Settings::default().pbx;
        let places = Places::new(&default, usize::MAX);
        assert_eq!(take(&places, other(1), 2_000).0.len(), 960);
        assert_eq!(take(&places, other(4), 2_000).0.len(), 64);
    }

    #[test]
    fn any_number_of_unknown_addresses_leaves_the_pbx_its_960_places() {
        for addresses in [4, 16, 64, 200_u8] {
            let places = Places::new(&[PBX, other(250)], usize::MAX);
            let crowd: Vec<_> =
                (2..2 + addresses).map(|last| take(&places, other(last), 64)).collect();
            let held: usize = crowd.iter().map(|(places, _)| places.len()).sum();
            assert_eq!(held, 256, "{addresses} addresses");
            assert_eq!(take(&places, other(249), 1).1, Some(Full::Unknown { max: 256 }));
            let (first, _) = take(&places, PBX, 2_000);
            assert_eq!(first.len(), 960);
            let (second, full) = take(&places, other(250), 2_000);
            assert_eq!((second.len(), full), (64, Some(Full::Known { max: 1_024 })));
        }
    }

    #[test]
    fn an_ipv6_network_of_64_bits_is_one_unknown_address() {
        let places = Places::new(&[ip("2001:db8::1")], usize::MAX);
        let (_one, _) = take(&places, ip("2001:db8::2"), 40);
        let (two, full) = take(&places, ip("2001:db8:0:0:ffff::3"), 40);
        assert_eq!((two.len(), full), (24, Some(Full::Address { max: 64 })));
        assert_eq!(take(&places, ip("2001:db8:0:1::2"), 64).0.len(), 64, "another network");
        assert_eq!(take(&places, ip("2001:db8::1"), 2_000).0.len(), 960, "the PBX beside them");
    }

    #[test]
    fn this_machine_reaches_itself_whoever_else_does_not() {
        let places = Places::new(&[ip("192.0.2.1")], usize::MAX);
        let _crowd: Vec<_> = (2..66).map(|last| take(&places, other(last), 64)).collect();
        assert_eq!(take(&places, other(1), 1).1, Some(Full::Unknown { max: 256 }));
        assert_eq!(take_as(&places, other(1), 100, true).0.len(), 64);
    }

    #[test]
    fn few_descriptors_make_few_places_of_which_the_pbx_has_most() {
        let places = Places::new(&[PBX], 981);
        let _crowd: Vec<_> = (2..200).map(|last| take(&places, other(last), 64)).collect();
        assert_eq!(take(&places, PBX, 2_000).0.len(), 615);
        let places = Places::new(&[PBX], 16);
        let crowd: Vec<_> = (2..66).map(|last| take(&places, other(last), 64).0).collect();
        assert_eq!(crowd.iter().flatten().count(), 2);
        assert_eq!(take(&places, PBX, 50).0.len(), 11);
    }

    #[test]
    fn the_listeners_together_keep_within_the_descriptors() {
        for room in [16, 21, 64, 981, 1_500, 16_341] {
            let pools = [Places::new(&[PBX], room), Places::of_metrics(&[PBX], room)];
            let limits = pools.iter().flat_map(|places| places.limits);
            let all: usize = limits.map(|limit| limit.together).sum();
            // Where there is hardly any, each group still has one place; 32 are kept back besides.
            assert!(all <= room + 2, "{all} of {room}");
            assert!(all <= ALL_MAX + METRICS_MAX);
        }
    }

    #[test]
    fn an_address_is_the_same_behind_an_ipv6_socket() {
        let mapped = ip("::ffff:127.0.0.1");
        let places = Places::new(&[mapped], usize::MAX);
        let (_one, _) = take(&places, PBX, 900);
        let (two, full) = take(&places, mapped, 100);
        assert_eq!((two.len(), full), (60, Some(Full::Address { max: 960 })));
        assert_eq!(places.taken.lock().by_address.len(), 1);
        let (_one, _) = take(&places, ip("::ffff:192.0.2.1"), 60);
        assert_eq!(take(&places, ip("192.0.2.1"), 60).0.len(), 4);
    }

    #[test]
    fn nothing_is_kept_of_connections_that_ended() {
        let places = Places::new(&[PBX], usize::MAX);
        for last in 1..=255 {
            let (taken, _) = take(&places, other(last), 70);
            assert!(taken.len() >= 64);
        }
        let place = places.take(PBX, || true);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
            let _place = place;
            std::panic::resume_unwind(Box::new("as a bug would"));
        }));
        assert!(panicked.is_err());
        let taken = places.taken.lock();
        assert_eq!((taken.together, taken.by_address.len()), ([0; 3], 0));
    }
}
