//! A HubSoft with several addresses, most of which are broken, is reached within one connection.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Instant;

use bina::simulator::{ListenerMode, Sim, customer};
use bina::sources::reasons;
use tokio::time::{Duration, sleep};

use super::{Blackhole, DnsAnswer, HERE, PHONE, Stub, pass, query};

/// What a call must not wait longer for, if all but one address are broken.
const SOON: Duration = Duration::from_secs(1);

/// Addresses of this machine without a listener on the simulator's port.
fn closed(count: u8) -> Vec<IpAddr> {
    (0..count).map(|last| Ipv4Addr::new(127, 21, 1, last + 1).into()).collect()
}

/// IPv6 that leads nowhere.
fn broken(count: u16) -> Vec<IpAddr> {
    (0..count).map(|last| Ipv6Addr::new(0, 0, 0, 0, 0, 0, 0, last + 1).into()).collect()
}

/// Addresses that swallow connections to `port`.
async fn swallowing(count: u8, port: u16) -> (Vec<IpAddr>, Vec<Blackhole>) {
    let (mut addresses, mut holes) = (Vec::new(), Vec::new());
    for last in 0..count {
        let address = Ipv4Addr::new(127, 21, 2, last + 1);
        addresses.push(address.into());
        holes.push(Blackhole::open((address, port).into()).await);
    }
    (addresses, holes)
}

#[tokio::test]
async fn one_good_address_among_broken_ones_is_found_within_a_second() {
    let sim = Sim::start(vec![customer(1, "ANA", PHONE)]).await.expect("loopback");
    let (swallowing, _holes) = swallowing(3, sim.addr().port()).await;
    for (name, bad) in [
        ("broken IPv6", broken(1)),
        ("three broken IPv6", broken(3)),
        ("4 of 5 refuse", closed(4)),
        ("3 of 4 swallow", swallowing.clone()),
        ("3 swallow, 3 refuse, 1 broken IPv6", [swallowing, closed(3), broken(1)].concat()),
    ] {
        let dns = Stub::default();
        dns.answer_with(DnsAnswer::Addresses([bad, vec![HERE.into()]].concat()));
        let client = dns.client(&sim, "");
        let start = Instant::now();
        let found = query(&client).await;
        let took = start.elapsed();
        println!("break 11: required <= 1 s, measured {took:?} ({name})");
        assert!(found.is_ok() && took < SOON, "{name}: {found:?} after {took:?}");
        let start = Instant::now();
        query(&client).await.expect("found");
        assert!(start.elapsed() < SOON / 2, "{name}: the good address is known by then");
    }
}

#[tokio::test]
async fn no_call_is_lost_when_the_addresses_around_the_good_one_change() {
    let sim = Sim::start(vec![customer(1, "ANA", PHONE)]).await.expect("loopback");
    // Each request needs a connection of its own.
    sim.set_keep_alive(Duration::ZERO);
    let (swallowing, _holes) = swallowing(3, sim.addr().port()).await;
    let dns = Stub::default();
    dns.answer_with(DnsAnswer::Addresses(vec![HERE.into()]));
    let client = dns.client(&sim, "[limiter]\nrate = 1000\nburst = 1000\n");
    for around in [swallowing.clone(), closed(3), broken(2), vec![], swallowing, closed(1)] {
        dns.answer_with(DnsAnswer::Addresses([around, vec![HERE.into()]].concat()));
        for _ in 0..12 {
            query(&client).await.expect("found");
            pass(Duration::from_secs(3)).await;
        }
    }
    assert!(dns.requested() >= 6, "{}", dns.requested());
}

#[tokio::test]
async fn addresses_that_all_drop_packets_hold_the_call_no_longer_than_one() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    let (swallowing, _holes) = swallowing(4, sim.addr().port()).await;
    let dns = Stub::default();
    dns.answer_with(DnsAnswer::Addresses(swallowing));
    let client = dns.client(&sim, "");
    let start = Instant::now();
    assert_eq!(query(&client).await, Err(reasons::CONNECT.failure()));
    let took = start.elapsed();
    println!("row 12: required <= 250 ms + slack with four addresses, measured {took:?}");
    assert!(took < Duration::from_millis(250) + super::SLACK, "{took:?}");
}

#[tokio::test]
async fn a_hubsoft_that_is_down_for_a_moment_costs_calls_a_second() {
    let sim = Sim::start(vec![customer(1, "ANA", PHONE)]).await.expect("loopback");
    let client = super::app::client(&sim, "");
    sim.set_listener(ListenerMode::Refuse).await.expect("the listener switches");
    let start = Instant::now();
    assert_eq!(query(&client).await, Err(reasons::CONNECT.failure()));
    assert_eq!(query(&client).await, Err(reasons::NO_TOKEN.failure()));
    sleep(Duration::from_millis(300)).await;
    sim.set_listener(ListenerMode::Open).await.expect("the listener switches");
    while query(&client).await.is_err() {
        sleep(Duration::from_millis(10)).await;
    }
    let took = start.elapsed();
    println!("row 16: required one token request per 1 s while none connects, measured {took:?}");
    assert!((SOON..SOON * 3 / 2).contains(&took), "{took:?}");
}
