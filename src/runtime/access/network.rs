//! Reads networks like 192.0.2.0/24, and says which of them an address belongs to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// All addresses that begin alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    /// How many bits of it count.
    length: u32,
}

/// Why a text is no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    #[error("lets everybody in: leave the list out, or name the PBX's network")]
    Everybody,
    /// Several networks, each of which is none of the above.
    #[error("let everybody in together: name the PBX's network only")]
    Together,
    #[error("is no network: write it like \"192.0.2.0/24\", or \"192.0.2.7\" for one address")]
    Malformed,
    #[error("names one address and a whole network: write {0}, or the address without a slash")]
    Overlong(Network),
}

impl Network {
    /// The network with the first `length` bits of `address`.
    pub const fn new(address: IpAddr, length: u32) -> Self {
        Self { address, length }
    }

    /// Tells whether `address` is one of it. An IPv4 client of an IPv6 socket is the same client.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (own, width) = bits(self.address);
        let (other, other_width) = bits(address.to_canonical());
        width == other_width && begin(own, self.length) == begin(other, self.length)
    }

    /// The same without the bits that do not count.
    fn beginning(self) -> Self {
        let beginning = begin(bits(self.address).0, self.length);
        let address = match self.address {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from_bits((beginning >> 96) as u32)),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from_bits(beginning)),
        };
        Self { address, ..self }
    }
}

/// The bits of an address, from the left, and how many there are.
fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()) << 96, 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

/// The first `length` bits; the others are 0.
fn begin(bits: u128, length: u32) -> u128 {
    bits & !u128::MAX.checked_shr(length).unwrap_or(0)
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

impl FromStr for Network {
    type Err = Unfit;

    fn from_str(text: &str) -> Result<Self, Unfit> {
        let (address, length) = text.split_once('/').map_or((text, None), |(a, l)| (a, Some(l)));
        let address: IpAddr = address.parse().map_err(|_| Unfit::Malformed)?;
        let width = bits(address).1;
        let is_number = |length: &str| length.bytes().all(|byte| byte.is_ascii_digit());
        let length = match length {
            Some(length) if is_number(length) => length.parse().map_err(|_| Unfit::Malformed)?,
            Some(_) => return Err(Unfit::Malformed),
            None => width,
        };
        if length > width {
            return Err(Unfit::Malformed);
        }
        // ::ffff:192.0.2.0/120 is 192.0.2.0/24.
        let canonical = address.to_canonical();
        let mapped = canonical.is_ipv4() && address.is_ipv6() && length >= 96;
        let network =
            if mapped { Self::new(canonical, length - 96) } else { Self::new(address, length) };
        match network.beginning() {
            Self { length: 0, .. } => Err(Unfit::Everybody),
            beginning if beginning == network => Ok(network),
            beginning => Err(Unfit::Overlong(beginning)),
        }
    }
}

/// Whether somebody is left whom none of `networks` lets in. What is looked at are the addresses that
/// are one machine's and routed: all of IPv4 below 224.0.0.0, and 2000::/3 of IPv6.
pub fn leave_somebody_out(networks: &[Network]) -> Result<(), Unfit> {
    let v4 = |first, length| Network::new(Ipv4Addr::new(first, 0, 0, 0).into(), length);
    let v6 = Network::new(Ipv6Addr::from_bits(0b001 << 125).into(), 3);
    let covered = |part: &Network| cover(networks, *part, 0);
    let all_v4 = [v4(0, 1), v4(128, 2), v4(192, 3)].iter().all(covered);
    if all_v4 || covered(&v6) { Err(Unfit::Together) } else { Ok(()) }
}

/// Tells whether every address of `part` is in one of `networks`.
fn cover(networks: &[Network], part: Network, depth: u32) -> bool {
    let (own, width) = bits(part.address);
    let within = |network: &&Network| {
        let (other, other_width) = bits(network.address);
        let shorter = network.length.min(part.length);
        width == other_width && begin(own, shorter) == begin(other, shorter)
    };
    let within: Vec<Network> = networks.iter().filter(within).copied().collect();
    if within.iter().any(|network| network.length <= part.length) {
        return true;
    }
    // 64 networks are too few to fill more halves than that.
    if within.is_empty() || part.length >= width || depth > 64 {
        return false;
    }
    let upper = own | 1_u128 << (127 - part.length);
    let half = |bits: u128| {
        let address = match part.address {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from_bits((bits >> 96) as u32)),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from_bits(bits)),
        };
        Network::new(address, part.length + 1)
    };
    cover(&within, half(own), depth + 1) && cover(&within, half(upper), depth + 1)
}

/// The networks whose addresses may come in.
#[derive(Clone, Debug)]
pub struct Networks {
    /// Addresses that only this machine has. Tests choose fewer, to have neighbours on loopback.
    pub own: Vec<Network>,
    /// Empty when everybody may come in, as far as networks are concerned.
    pub allowed: Vec<Network>,
}

impl Default for Networks {
    fn default() -> Self {
        let own = [(Ipv4Addr::LOCALHOST.into(), 8), (Ipv6Addr::LOCALHOST.into(), 128)];
        let own = own.map(|(address, length)| Network::new(address, length));
        Self { own: own.into(), allowed: Vec::new() }
    }
}

impl Networks {
    /// Tells whether a connection from `peer` to our own address `local` comes from this machine.
    /// The kernel drops what comes in by a network with one of our addresses as its sender.
    pub fn is_own(&self, peer: IpAddr, local: impl FnOnce() -> Option<IpAddr>) -> bool {
        let peer = peer.to_canonical();
        self.own.iter().any(|network| network.contains(peer))
            || local().is_some_and(|local| local.to_canonical() == peer)
    }

    /// Tells whether such a connection is accepted; this machine's are in any case.
    pub fn admits(&self, peer: IpAddr, local: impl FnOnce() -> Option<IpAddr>) -> bool {
        self.allowed.is_empty()
            || self.allowed.iter().any(|network| network.contains(peer))
            || self.is_own(peer, local)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap_or_else(|unfit| panic!("{text} {unfit}"))
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_network_contains_the_addresses_that_begin_alike() {
        for (net, inside, outside) in [
            ("192.0.2.0/24", "192.0.2.255", "192.0.3.0"),
            ("192.0.2.0/25", "192.0.2.127", "192.0.2.128"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.6"),
            ("192.0.2.7/32", "192.0.2.7", "192.0.2.8"),
            ("128.0.0.0/1", "255.1.2.3", "127.255.255.255"),
            ("10.0.0.0/8", "::ffff:10.9.8.7", "::ffff:11.0.0.0"),
            ("::ffff:192.0.2.0/120", "192.0.2.1", "192.0.1.255"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
            ("2001:db8::7", "2001:db8::7", "2001:db8::8"),
            ("fe80::/10", "febf::1", "fec0::1"),
            ("c000::/2", "c000::1", "192.0.2.1"),
            ("192.0.0.0/2", "192.0.2.1", "c000::1"),
        ] {
            assert!(network(net).contains(ip(inside)), "{inside} is in {net}");
            assert!(!network(net).contains(ip(outside)), "{outside} is not in {net}");
        }
    }

    #[test]
    fn what_is_no_network_says_why() {
        for odd in ["", "/", "x", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+8"] {
            assert_eq!(odd.parse::<Network>(), Err(Unfit::Malformed), "{odd}");
        }
        for odd in ["::/129", "192.0.2/24", "192.0.2.0/24/1", "pbx.example.com", "10.0.0.0/8 "] {
            assert_eq!(odd.parse::<Network>(), Err(Unfit::Malformed), "{odd}");
        }
        for all in ["0.0.0.0/0", "::/0", "::ffff:0.0.0.0/96", "192.0.2.7/0"] {
            assert_eq!(all.parse::<Network>(), Err(Unfit::Everybody), "{all}");
        }
        let overlong = "192.0.2.7/24".parse::<Network>().expect_err("both").to_string();
        assert!(overlong.contains("write 192.0.2.0/24"), "{overlong}");
        let overlong = "2001:db8::7/64".parse::<Network>().expect_err("both").to_string();
        assert!(overlong.contains("write 2001:db8::/64"), "{overlong}");
    }

    #[test]
    fn networks_that_are_everybody_together_are_found() {
        let left = |texts: &[&str]| {
            let networks: Vec<_> = texts.iter().map(|text| network(text)).collect();
            leave_somebody_out(&networks)
        };
        for all in [
            &["0.0.0.0/1", "128.0.0.0/1"][..],
            &["128.0.0.0/1", "10.0.0.0/8", "0.0.0.0/2", "64.0.0.0/2"],
            &["::/1", "8000::/1"],
            &["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3"],
            &["2000::/3"],
            &["2000::/4", "3000::/4", "192.0.2.0/24"],
            &["::/2"],
        ] {
            assert_eq!(left(all), Err(Unfit::Together), "{all:?}");
        }
        for some in [
            &[][..],
            &["192.0.2.0/24"],
            &["0.0.0.0/1"],
            &["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/4"],
            &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
            &["2001:db8::/32", "192.0.2.1"],
        ] {
            assert_eq!(left(some), Ok(()), "{some:?}");
        }
    }

    #[test]
    fn this_machine_is_always_let_in() {
        let networks = Networks { allowed: vec![network("192.0.2.0/24")], ..Networks::default() };
        let admits = |peer, local| networks.admits(ip(peer), || Some(ip(local)));
        for own in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "198.51.100.5"] {
            assert!(admits(own, "198.51.100.5"), "{own}");
        }
        assert!(admits("::ffff:192.0.2.9", "::ffff:198.51.100.5"));
        assert!(admits("198.51.100.5", "::ffff:198.51.100.5"));
        assert!(!admits("198.51.100.6", "198.51.100.5"));
        assert!(!networks.admits(ip("2001:db8::1"), || None));
        assert!(Networks::default().admits(ip("2001:db8::1"), || None), "there is no list");
        assert!(!Networks::default().is_own(ip("2001:db8::1"), || None));
    }
}
