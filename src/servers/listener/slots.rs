//! Limits the connections of each address and group, so that the PBX always has slots.
//!
//! ```text
//! addresses in listen.pbx   1,024 together, 960 each
//! unknown addresses           256 together, 64 each (an IPv6 network of 64 bits is one address)
//! this machine, to itself      64, so that the watchdog's check is always accepted
//! ```
//! Groups do not share slots. With fewer descriptors, each limit is reduced in proportion.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use foldhash::fast::RandomState;
use parking_lot::Mutex;

use crate::runtime::access::limited;

/// Connections of all groups together. Each takes 12 kB, and a PBX rarely has 1,000 calls at the same
/// moment.
const ALL_MAX: usize = 1_344;
/// The same for the metrics listener, which needs fewer connections.
const METRICS_MAX: usize = 168;
/// Connections to the console from PBXs, from other addresses, and from this machine: a browser has six.
const CONSOLE_MAX: usize = 64;
/// The metrics listener has an eighth of the available descriptors, the PBX's listeners have the
/// others.
const METRICS_SHARE: usize = 8;

/// The parts of `ALL_MAX`: 16 for the PBX, four for unknown addresses, and one for this machine
/// itself.
const PARTS: usize = 21;
const UNKNOWN_PARTS: usize = 4;
/// The limit of one unknown address is a quarter of that of all.
const UNKNOWN_ADDRESSES: usize = 4;
/// Each address of the PBX leaves a sixteenth to the others.
const PBX_OTHERS: usize = 16;

/// The slots of a listener, and those in use.
pub(super) struct Slots {
    pbx: Vec<IpAddr>,
    limits: [Limit; 3],
    taken: Mutex<TakenSlots>,
}

/// The addresses that share a limit; its value is the index in `Slots::limits`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Group {
    Pbx,
    Unknown,
    /// Connections of this machine to one of its own addresses.
    Own,
}

/// The limits of a group and of each of its addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Limit {
    together: usize,
    each: usize,
}

/// The slots in use. Addresses without a connection are removed, so their number is bounded.
#[derive(Default)]
struct TakenSlots {
    together: [usize; 3],
    by_address: HashMap<(Group, IpAddr), usize, RandomState>,
}

/// A connection's slot; dropping it, also in a panic, frees it.
pub(super) struct Slot {
    slots: Arc<Slots>,
    holder: (Group, IpAddr),
}

/// Why there is no slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// The address has reached its limit.
    Address { max: usize },
    /// The PBX's addresses together, or this machine itself, have reached their limit.
    Known { max: usize },
    /// Unknown addresses together have reached their limit.
    Unknown { max: usize },
}

impl Slots {
    /// The slots of the PBX's listeners, with `available` descriptors.
    pub(super) fn new(pbx: &[IpAddr], available: usize) -> Arc<Self> {
        Self::divided(pbx, (available - available / METRICS_SHARE).min(ALL_MAX))
    }

    /// The slots of the metrics listener.
    pub(super) fn of_metrics(pbx: &[IpAddr], available: usize) -> Arc<Self> {
        Self::divided(pbx, (available / METRICS_SHARE).min(METRICS_MAX))
    }

    /// Slots of the console, whose pages each keep one open.
    pub(super) fn of_console(pbx: &[IpAddr], available: usize) -> Arc<Self> {
        let each = CONSOLE_MAX.min(available / METRICS_SHARE).max(1);
        let limits = [Limit { together: each, each }; 3];
        let pbx = pbx.iter().map(IpAddr::to_canonical).collect();
        Arc::new(Self { pbx, limits, taken: Mutex::default() })
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

    /// Takes a slot for a connection from `address`, if there is one. `is_own` returns whether it
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
        // Never true for a new address: every limit is at least 1.
        if *own >= limit.each {
            return Err(Full::Address { max: limit.each });
        }
        *own += 1;
        taken.together[group as usize] += 1;
        drop(taken);
        Ok(Slot { slots: Arc::clone(self), holder })
    }

    fn holder(&self, address: IpAddr, is_own: impl FnOnce() -> bool) -> (Group, IpAddr) {
        // IPv4-mapped IPv6 addresses count as IPv4.
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
        let mut taken = self.slots.taken.lock();
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

    fn take(slots: &Arc<Slots>, address: IpAddr, count: usize) -> (Vec<Slot>, Option<Full>) {
        take_as(slots, address, count, false)
    }

    fn take_as(
        slots: &Arc<Slots>,
        address: IpAddr,
        count: usize,
        is_own: bool,
    ) -> (Vec<Slot>, Option<Full>) {
        let mut taken = Vec::new();
        for _ in 0..count {
            match slots.take(address, || is_own) {
                Ok(slot) => taken.push(slot),
                Err(full) => return (taken, Some(full)),
            }
        }
        (taken, None)
    }

    #[test]
    fn a_pbx_has_960_slots_and_each_unknown_address_64() {
        let slots = Slots::new(&[PBX], usize::MAX);
        let (calls, full) = take(&slots, PBX, 2_000);
        assert_eq!((calls.len(), full), (960, Some(Full::Address { max: 960 })));
        let (others, full) = take(&slots, other(2), 2_000);
        assert_eq!((others.len(), full), (64, Some(Full::Address { max: 64 })));
        // Another address of loopback is not the PBX's.
        let default = crate::servers::listener::Settings::default().pbx;
        let slots = Slots::new(&default, usize::MAX);
        assert_eq!(take(&slots, other(1), 2_000).0.len(), 960);
        assert_eq!(take(&slots, other(4), 2_000).0.len(), 64);
    }

    #[test]
    fn any_number_of_unknown_addresses_leaves_the_pbx_its_960_slots() {
        for addresses in [4, 16, 64, 200_u8] {
            let slots = Slots::new(&[PBX, other(250)], usize::MAX);
            let crowd: Vec<_> =
                (2..2 + addresses).map(|last| take(&slots, other(last), 64)).collect();
            let held: usize = crowd.iter().map(|(slots, _)| slots.len()).sum();
            assert_eq!(held, 256, "{addresses} addresses");
            assert_eq!(take(&slots, other(249), 1).1, Some(Full::Unknown { max: 256 }));
            let (first, _) = take(&slots, PBX, 2_000);
            assert_eq!(first.len(), 960);
            let (second, full) = take(&slots, other(250), 2_000);
            assert_eq!((second.len(), full), (64, Some(Full::Known { max: 1_024 })));
        }
    }

    #[test]
    fn an_ipv6_network_of_64_bits_is_one_unknown_address() {
        let slots = Slots::new(&[ip("2001:db8::1")], usize::MAX);
        let (_one, _) = take(&slots, ip("2001:db8::2"), 40);
        let (two, full) = take(&slots, ip("2001:db8:0:0:ffff::3"), 40);
        assert_eq!((two.len(), full), (24, Some(Full::Address { max: 64 })));
        assert_eq!(take(&slots, ip("2001:db8:0:1::2"), 64).0.len(), 64, "another network");
        assert_eq!(take(&slots, ip("2001:db8::1"), 2_000).0.len(), 960, "the PBX beside them");
    }

    #[test]
    fn this_machine_always_reaches_itself() {
        let slots = Slots::new(&[ip("192.0.2.1")], usize::MAX);
        let _crowd: Vec<_> = (2..66).map(|last| take(&slots, other(last), 64)).collect();
        assert_eq!(take(&slots, other(1), 1).1, Some(Full::Unknown { max: 256 }));
        assert_eq!(take_as(&slots, other(1), 100, true).0.len(), 64);
    }

    #[test]
    fn with_few_descriptors_the_pbx_has_most_slots() {
        let slots = Slots::new(&[PBX], 981);
        let _crowd: Vec<_> = (2..200).map(|last| take(&slots, other(last), 64)).collect();
        assert_eq!(take(&slots, PBX, 2_000).0.len(), 615);
        let slots = Slots::new(&[PBX], 16);
        let crowd: Vec<_> = (2..66).map(|last| take(&slots, other(last), 64).0).collect();
        assert_eq!(crowd.iter().flatten().count(), 2);
        assert_eq!(take(&slots, PBX, 50).0.len(), 11);
    }

    #[test]
    fn the_listeners_together_stay_within_the_descriptors() {
        for available in [16, 21, 64, 981, 1_500, 16_341] {
            let pools = [Slots::new(&[PBX], available), Slots::of_metrics(&[PBX], available)];
            let limits = pools.iter().flat_map(|slots| slots.limits);
            let all: usize = limits.map(|limit| limit.together).sum();
            // With hardly any descriptors, each group still has one slot; 32 are reserved in
            // addition.
            assert!(all <= available + 2, "{all} of {available}");
            assert!(all <= ALL_MAX + METRICS_MAX);
        }
    }

    #[test]
    fn an_ipv4_mapped_address_counts_as_ipv4() {
        let mapped = ip("::ffff:127.0.0.1");
        let slots = Slots::new(&[mapped], usize::MAX);
        let (_one, _) = take(&slots, PBX, 900);
        let (two, full) = take(&slots, mapped, 100);
        assert_eq!((two.len(), full), (60, Some(Full::Address { max: 960 })));
        assert_eq!(slots.taken.lock().by_address.len(), 1);
        let (_one, _) = take(&slots, ip("::ffff:192.0.2.1"), 60);
        assert_eq!(take(&slots, ip("192.0.2.1"), 60).0.len(), 4);
    }

    #[test]
    fn connections_that_ended_leave_no_entries() {
        let slots = Slots::new(&[PBX], usize::MAX);
        for last in 1..=255 {
            let (taken, _) = take(&slots, other(last), 70);
            assert!(taken.len() >= 64);
        }
        let slot = slots.take(PBX, || true);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
            let _place = slot;
            std::panic::resume_unwind(Box::new("as a bug would"));
        }));
        assert!(panicked.is_err());
        let taken = slots.taken.lock();
        assert_eq!((taken.together, taken.by_address.len()), ([0; 3], 0));
    }
}
