//! The rate limit and the speed of the simulated HubSoft, and the counts that show what a client has sent.

use std::time::{Duration, Instant};

use bina::simulator::{SimEndpoint, SimLatency, SimRateLimit, burst_needed};

use crate::client::{by_phone, page};
use crate::noc::Noc;

const ALL: [SimEndpoint; 6] = [
    SimEndpoint::Alerts,
    SimEndpoint::List,
    SimEndpoint::Lookup,
    SimEndpoint::Other,
    SimEndpoint::Tables,
    SimEndpoint::Token,
];

#[tokio::test]
async fn all_endpoints_share_the_rate_and_the_rest_receives_a_429() {
    let mut noc = Noc::start().await;
    noc.sim.set_rate_limit(Some(SimRateLimit { per_second: 0.001, burst: 3.0 }));
    let requests = [
        by_phone(&noc.token),
        page(&noc.token, 0, 1, ""),
        by_phone(&noc.token),
        by_phone(&noc.token),
    ];
    let mut statuses = Vec::new();
    for request in requests {
        statuses.push(noc.client.exchange(&request).await.status);
    }
    assert_eq!(statuses, [200, 200, 200, 429]);
    let reply = noc.list(100, "ativo=sim").await;
    assert_eq!((reply.status, reply.header("Retry-After")), (429, Some("1")));
    assert_eq!(noc.sim.throttled(), 2);
    noc.sim.set_rate_limit(None);
    assert_eq!(noc.list(100, "ativo=sim").await.status, 200);
}

#[tokio::test]
async fn the_requests_of_each_endpoint_are_counted_with_their_times() {
    let mut noc = Noc::start().await;
    let start = Instant::now();
    for _ in 0..5 {
        noc.list(100, "ativo=sim").await;
        noc.client.exchange(&by_phone(&noc.token)).await;
    }
    assert_eq!(noc.sim.requests_of(SimEndpoint::Alerts), 5);
    assert_eq!((noc.sim.lookups(), noc.sim.token_requests()), (5, 1));
    let times = noc.sim.request_times(&[SimEndpoint::Alerts, SimEndpoint::Lookup]);
    assert_eq!(times.len(), 10);
    assert!(times.is_sorted() && times[0] >= start);
    assert_eq!(noc.sim.request_times(&ALL).len(), 11);
    assert!((9.0..=10.0).contains(&burst_needed(&times, 0.1)));
    noc.sim.clear_requests();
    assert_eq!(noc.sim.requests_of(SimEndpoint::Alerts), 0);
}

#[tokio::test]
async fn every_answer_takes_its_time() {
    let mut noc = Noc::start().await;
    noc.sim.set_latency(Some(SimLatency { median_ms: 50.0, sigma: 0.0, seed: 7 }));
    for request in [by_phone(&noc.token), page(&noc.token, 0, 1, "")] {
        let start = Instant::now();
        assert_eq!(noc.client.exchange(&request).await.status, 200);
        assert!(start.elapsed() >= Duration::from_millis(50));
    }
}
