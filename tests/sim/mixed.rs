//! Misbehaviour mixed in, as the chaos test wants it.

use std::time::Duration;

use bina::simulator::{Fault, Sim};
use tokio::time::{sleep, timeout};

use crate::client::{Client, by_phone, start, token};

/// Sends `count` lookups, one after the other, each on a connection of its own and without waiting
/// for the answer, and returns the statuses decided upon.
async fn statuses(sim: &Sim, request: &str, count: usize) -> Vec<Option<u16>> {
    sim.clear_requests();
    for requested in 1..=count {
        let mut client = Client::to(sim).await;
        client.say(request).await;
        let read = async {
            while sim.lookups() < requested {
                sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(Duration::from_secs(5), read).await.unwrap();
    }
    sim.requests().iter().map(|request| request.status).collect()
}

#[tokio::test]
async fn a_seed_reproduces_the_same_faults() {
    let sim = start().await;
    let request = by_phone(&token(&sim).await);
    let mut met = Vec::new();
    for seed in [7, 7, 8] {
        sim.mix_faults(seed, 0.5);
        met.push(statuses(&sim, &request, 60).await);
    }
    assert_eq!(met[0], met[1]);
    assert_ne!(met[0], met[2]);
    for status in [None, Some(200), Some(401), Some(429), Some(503)] {
        assert!(met.concat().contains(&status), "{status:?}");
    }
}

#[tokio::test]
async fn with_a_share_of_zero_everything_is_right() {
    let sim = start().await;
    sim.mix_faults(7, 0.0);
    let request = by_phone(&token(&sim).await);
    let mut client = Client::to(&sim).await;
    for _ in 0..100 {
        assert_eq!(client.exchange(&request).await.ids(), [1]);
    }
}

#[tokio::test]
async fn the_token_route_can_be_excluded() {
    let sim = start().await;
    sim.set_token_fault(Fault::Normal);
    sim.mix_faults(7, 1.0);
    for _ in 0..30 {
        token(&sim).await;
    }
}
