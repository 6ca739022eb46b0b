//! Parses networks like 192.0.2.0/24, and matches addresses against them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::IpNet;

use crate::runtime::language::Message;

use super::texts;

/// A network: all addresses with the same prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

/// Why a text is not a valid network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnfitNetwork {
    AllAddresses,
    /// Several networks that together cover every address.
    Together,
    Malformed,
    /// It has bits outside its prefix; the network that it is in.
    Overlong(Network),
}

impl UnfitNetwork {
    /// Why it is none, after its name.
    pub fn message(&self) -> Message {
        match self {
            Self::AllAddresses => texts::NETWORK_ALL.into(),
            Self::Together => texts::NETWORK_TOGETHER.into(),
            Self::Malformed => texts::NETWORK_MALFORMED.into(),
            Self::Overlong(network) => texts::NETWORK_BITS.message(&[("network", network)]),
        }
    }
}

impl Network {
    /// The network with the first `length` bits of `address`.
    const fn new(address: IpAddr, length: u8) -> Self {
        Self(IpNet::new_assert(address, length))
    }

    /// Whether it contains `address`. IPv4-mapped IPv6 addresses count as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Network {
    type Err = UnfitNetwork;

    /// std parses the address, because ipnet's parser accepts 010.0.0.0 as 10.0.0.0.
    fn from_str(text: &str) -> Result<Self, UnfitNetwork> {
        let (address, length) = text.split_once('/').map_or((text, None), |(a, l)| (a, Some(l)));
        let address: IpAddr = address.parse().map_err(|_| UnfitNetwork::Malformed)?;
        let network = match length {
            Some(length) if length.bytes().all(|byte| byte.is_ascii_digit()) => {
                let length = length.parse().map_err(|_| UnfitNetwork::Malformed)?;
                IpNet::new(address, length).map_err(|_| UnfitNetwork::Malformed)?
            }
            Some(_) => return Err(UnfitNetwork::Malformed),
            None => address.into(),
        };
        let network = unmapped(network);
        match network.trunc() {
            beginning if beginning.prefix_len() == 0 => Err(UnfitNetwork::AllAddresses),
            beginning if beginning == network => Ok(Self(network)),
            beginning => Err(UnfitNetwork::Overlong(Self(beginning))),
        }
    }
}

/// Converts an IPv4-mapped network: ::ffff:192.0.2.0/120 is 192.0.2.0/24.
fn unmapped(network: IpNet) -> IpNet {
    match (network.addr().to_canonical(), network.prefix_len().checked_sub(96)) {
        (IpAddr::V4(address), Some(length)) if network.addr().is_ipv6() => {
            Network::new(address.into(), length).0
        }
        _ => network,
    }
}

/// Fails when `networks` together cover every unicast address that is routed: IPv4 below 224.0.0.0,
/// or 2000::/3 of IPv6.
pub fn require_partial_coverage(networks: &[Network]) -> Result<(), UnfitNetwork> {
    let v4 = |first, length| Network::new(Ipv4Addr::new(first, 0, 0, 0).into(), length);
    let v6 = Network::new(Ipv6Addr::from_bits(0b001 << 125).into(), 3);
    let together = IpNet::aggregate(&networks.iter().map(|network| network.0).collect());
    let covered = |part: &Network| together.iter().any(|network| network.contains(&part.0));
    let all_v4 = [v4(0, 1), v4(128, 2), v4(192, 3)].iter().all(covered);
    if all_v4 || covered(&v6) { Err(UnfitNetwork::Together) } else { Ok(()) }
}

/// The networks whose addresses may connect.
#[derive(Clone, Debug)]
pub struct Networks {
    /// Addresses of this machine only. Tests restrict them, to simulate other machines on loopback.
    pub own: Vec<Network>,
    /// Empty when every address may connect.
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
    /// Whether a connection from `peer` to our own address `local` comes from this machine. The
    /// kernel drops packets from a network whose source is one of our addresses.
    pub fn is_own(&self, peer: IpAddr, local: impl FnOnce() -> Option<IpAddr>) -> bool {
        let peer = peer.to_canonical();
        self.own.iter().any(|network| network.contains(peer))
            || local().is_some_and(|local| local.to_canonical() == peer)
    }

    /// Whether a connection from `peer` is accepted; this machine's always are.
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
        text.parse().unwrap_or_else(|unfit| panic!("{text} {unfit:?}"))
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_network_contains_the_addresses_with_its_prefix() {
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
    fn an_invalid_network_has_a_reason() {
        for odd in ["", "/", "x", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+8"] {
            assert_eq!(odd.parse::<Network>(), Err(UnfitNetwork::Malformed), "{odd}");
        }
        for odd in ["010.0.0.0/8", "10.0.0.0/256", "10.0.0.0/4294967304"] {
            assert_eq!(odd.parse::<Network>(), Err(UnfitNetwork::Malformed), "{odd}");
        }
        for odd in ["::/129", "192.0.2/24", "192.0.2.0/24/1", "pbx.example.com", "10.0.0.0/8 "] {
            assert_eq!(odd.parse::<Network>(), Err(UnfitNetwork::Malformed), "{odd}");
        }
        for all in ["0.0.0.0/0", "::/0", "::ffff:0.0.0.0/96", "192.0.2.7/0"] {
            assert_eq!(all.parse::<Network>(), Err(UnfitNetwork::AllAddresses), "{all}");
        }
        let overlong = "192.0.2.7/24".parse::<Network>().expect_err("both").message().english;
        assert!(overlong.contains("write 192.0.2.0/24"), "{overlong}");
        let overlong = "2001:db8::7/64".parse::<Network>().expect_err("both").message().english;
        assert!(overlong.contains("write 2001:db8::/64"), "{overlong}");
    }

    #[test]
    fn networks_that_together_cover_everything_are_rejected() {
        let left = |texts: &[&str]| {
            let networks: Vec<_> = texts.iter().map(|text| network(text)).collect();
            require_partial_coverage(&networks)
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
            assert_eq!(left(all), Err(UnfitNetwork::Together), "{all:?}");
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
    fn this_machine_is_always_admitted() {
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
