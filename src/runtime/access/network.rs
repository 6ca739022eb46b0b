//! Reads networks like 192.0.2.0/24, and says which of them an address belongs to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::IpNet;

/// All addresses that begin alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

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
    const fn new(address: IpAddr, length: u8) -> Self {
        Self(IpNet::new_assert(address, length))
    }

    /// Tells whether `address` is one of it. An IPv4 client of an IPv6 socket is the same client.
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
    type Err = Unfit;

    /// The address is read by std: ipnet's parser takes 010.0.0.0 for 10.0.0.0.
    fn from_str(text: &str) -> Result<Self, Unfit> {
        let (address, length) = text.split_once('/').map_or((text, None), |(a, l)| (a, Some(l)));
        let address: IpAddr = address.parse().map_err(|_| Unfit::Malformed)?;
        let network = match length {
            Some(length) if length.bytes().all(|byte| byte.is_ascii_digit()) => {
                let length = length.parse().map_err(|_| Unfit::Malformed)?;
                IpNet::new(address, length).map_err(|_| Unfit::Malformed)?
            }
            Some(_) => return Err(Unfit::Malformed),
            None => address.into(),
        };
        let network = unmapped(network);
        match network.trunc() {
            beginning if beginning.prefix_len() == 0 => Err(Unfit::Everybody),
            beginning if beginning == network => Ok(Self(network)),
            beginning => Err(Unfit::Overlong(Self(beginning))),
        }
    }
}

/// ::ffff:192.0.2.0/120 is 192.0.2.0/24.
fn unmapped(network: IpNet) -> IpNet {
    match (network.addr().to_canonical(), network.prefix_len().checked_sub(96)) {
        (IpAddr::V4(address), Some(length)) if network.addr().is_ipv6() => {
            Network::new(address.into(), length).0
        }
        _ => network,
    }
}

/// Whether somebody is left whom none of `networks` lets in. What is looked at are the addresses that
/// are one machine's and routed: all of IPv4 below 224.0.0.0, and 2000::/3 of IPv6.
pub fn leave_somebody_out(networks: &[Network]) -> Result<(), Unfit> {
    let v4 = |first, length| Network::new(Ipv4Addr::new(first, 0, 0, 0).into(), length);
    let v6 = Network::new(Ipv6Addr::from_bits(0b001 << 125).into(), 3);
    let together = IpNet::aggregate(&networks.iter().map(|network| network.0).collect());
    let covered = |part: &Network| together.iter().any(|network| network.contains(&part.0));
    let all_v4 = [v4(0, 1), v4(128, 2), v4(192, 3)].iter().all(covered);
    if all_v4 || covered(&v6) { Err(Unfit::Together) } else { Ok(()) }
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
        for odd in ["010.0.0.0/8", "10.0.0.0/256", "10.0.0.0/4294967304"] {
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
