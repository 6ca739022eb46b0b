//! Counts who holds how many connections, so that nobody takes the PBX's place.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;

/// Connections in all. Each costs 12 kB, and a PBX with 1,000 calls at the same moment has other
/// worries.
const ALL_MAX: usize = 1_024;
/// The share of it that an address has which is no PBX: 64 of 1,024. A PBX has the rest, 960, as
/// it is one address with many calls.
const OTHER_SHARE: usize = 16;

/// The places there are, and who has taken them.
pub(super) struct Places {
    all_max: usize,
    pbx_max: usize,
    other_max: usize,
    pbx: Vec<IpAddr>,
    taken: Mutex<Taken>,
}

/// Addresses without a connection are not kept, so there are never more than places.
#[derive(Default)]
struct Taken {
    all: usize,
    by_address: HashMap<IpAddr, usize, RandomState>,
}

/// A connection's place; dropping it, by a panic too, frees it.
pub(super) struct Place {
    places: Arc<Places>,
    address: IpAddr,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    Address { max: usize },
    All { max: usize },
}

impl Places {
    /// As many places as there is `room` for, up to 1,024.
    pub(super) fn new(pbx: &[IpAddr], room: usize) -> Arc<Self> {
        let all_max = ALL_MAX.min(room);
        let other_max = (all_max / OTHER_SHARE).max(1);
        Arc::new(Self {
            all_max,
            pbx_max: all_max - other_max,
            other_max,
            pbx: pbx.iter().map(IpAddr::to_canonical).collect(),
            taken: Mutex::default(),
        })
    }

    /// Takes a place for a connection from `address`, if there is one.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Result<Place, Full> {
        // An IPv4 client of an IPv6 socket is the same client.
        let address = address.to_canonical();
        let max = if self.pbx.contains(&address) { self.pbx_max } else { self.other_max };
        let mut taken = self.taken();
        if taken.all >= self.all_max {
            return Err(Full::All { max: self.all_max });
        }
        let own = taken.by_address.entry(address).or_default();
        // Never true for an address that was not there before: every limit is at least 1.
        if *own >= max {
            return Err(Full::Address { max });
        }
        *own += 1;
        taken.all += 1;
        drop(taken);
        Ok(Place { places: Arc::clone(self), address })
    }

    /// Nothing is half-done behind this lock, so a panic elsewhere is no news.
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.all -= 1;
        if let Some(own) = taken.by_address.get_mut(&self.address) {
            *own -= 1;
            if *own == 0 {
                taken.by_address.remove(&self.address);
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

    fn take(places: &Arc<Places>, address: IpAddr, count: usize) -> (Vec<Place>, Option<Full>) {
        let mut taken = Vec::new();
        for _ in 0..count {
            match places.take(address) {
                Ok(place) => taken.push(place),
                Err(full) => return (taken, Some(full)),
            }
        }
        (taken, None)
    }

    #[test]
    fn a_pbx_has_960_places_any_other_address_64_and_all_together_1024() {
        let places = Places::new(&[PBX], usize::MAX);
        let (calls, full) = take(&places, PBX, 2_000);
        assert_eq!((calls.len(), full), (960, Some(Full::Address { max: 960 })));
        let (others, full) = take(&places, other(2), 64);
        assert_eq!((others.len(), full), (64, None));
        assert_eq!(take(&places, other(3), 1).1, Some(Full::All { max: 1_024 }));
        drop(calls);
        assert_eq!(take(&places, other(2), 1).1, Some(Full::Address { max: 64 }));
        assert_eq!(take(&places, other(3), 2_000).0.len(), 64);
        // Another address of loopback is not the PBX's.
        let default = crate::listener::Settings::default().pbx;
        let places = Places::new(&default, usize::MAX);
        assert_eq!(take(&places, other(1), 2_000).0.len(), 960);
        assert_eq!(take(&places, other(4), 2_000).0.len(), 64);
    }

    #[test]
    fn few_descriptors_make_few_places_of_which_the_pbx_has_most() {
        let places = Places::new(&[PBX], 21);
        assert_eq!(take(&places, other(2), 50).0.len(), 1);
        assert_eq!(take(&places, PBX, 50).0.len(), 20);
    }

    #[test]
    fn an_address_is_the_same_behind_an_ipv6_socket() {
        let places = Places::new(&["::ffff:127.0.0.1".parse().expect("an address")], 64);
        let (_one, _) = take(&places, PBX, 30);
        let (_two, full) = take(&places, "::ffff:127.0.0.1".parse().expect("an address"), 60);
        assert_eq!(full, Some(Full::Address { max: 60 }));
        assert_eq!(places.taken().by_address.len(), 1);
    }

    #[test]
    fn nothing_is_kept_of_connections_that_ended() {
        let places = Places::new(&[PBX], usize::MAX);
        for last in 1..=255 {
            let (taken, _) = take(&places, other(last), 70);
            assert!(taken.len() >= 64);
        }
        let place = places.take(PBX);
        let panicked = std::panic::catch_unwind(move || {
            let _place = place;
            std::panic::resume_unwind(Box::new("as a bug would"));
        });
        assert!(panicked.is_err());
        let taken = places.taken();
        assert_eq!((taken.all, taken.by_address.len()), (0, 0));
    }
}
