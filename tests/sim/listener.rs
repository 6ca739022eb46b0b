//! What happens to new connections: accepted, refused, or unanswered.

use std::io;
use std::time::{Duration, Instant};

use bina::simulator::{ListenerMode, Sim};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::client::{Client, SILENCE, by_phone, start, token};

async fn connect(sim: &Sim) -> io::Result<TcpStream> {
    TcpStream::connect(sim.addr()).await
}

#[tokio::test]
async fn a_refusing_listener_refuses_at_once_and_leaves_open_connections_alone() {
    let sim = start().await;
    let (request, mut early) = (by_phone(&token(&sim).await), Client::to(&sim).await);
    sim.set_listener(ListenerMode::Refuse).await.unwrap();
    let begun = Instant::now();
    for _ in 0..20 {
        assert_eq!(connect(&sim).await.unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
    }
    assert!(begun.elapsed() < SILENCE);
    assert_eq!(early.exchange(&request).await.ids(), [1]);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn behind_a_blackhole_nothing_answers_and_open_connections_go_on() {
    let sim = start().await;
    let (request, mut early) = (by_phone(&token(&sim).await), Client::to(&sim).await);
    sim.set_listener(ListenerMode::Blackhole).await.unwrap();
    let attempts: Vec<_> = (0..20)
        .map(|_| {
            let connecting = TcpStream::connect(sim.addr());
            tokio::spawn(async move { timeout(SILENCE, connecting).await })
        })
        .collect();
    assert_eq!(early.exchange(&request).await.ids(), [1]);
    for attempt in attempts {
        attempt.await.unwrap().expect_err("neither refused nor accepted");
    }
    assert_eq!(sim.connections(), 2, "of the token and the early one");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_connection_waiting_at_a_blackhole_is_accepted_when_the_listener_opens() {
    let sim = start().await;
    let request = by_phone(&token(&sim).await);
    sim.set_listener(ListenerMode::Blackhole).await.unwrap();
    let waiting = tokio::spawn(TcpStream::connect(sim.addr()));
    timeout(SILENCE, connect(&sim)).await.unwrap_err();
    sim.set_listener(ListenerMode::Open).await.unwrap();
    assert_eq!(Client::to(&sim).await.exchange(&request).await.ids(), [1]);
    // The kernel tries again one second after the first time.
    let late = timeout(Duration::from_secs(5), waiting).await.unwrap().unwrap().unwrap();
    assert_eq!(Client::over(late).exchange(&request).await.ids(), [1]);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_listener_switches_from_any_mode_to_any_other() {
    use ListenerMode::{Blackhole, Open, Refuse};
    let sim = start().await;
    let way =
        [Refuse, Blackhole, Refuse, Refuse, Open, Blackhole, Blackhole, Open, Open, Blackhole];
    for mode in way {
        sim.set_listener(mode).await.unwrap();
        match (mode, timeout(SILENCE, connect(&sim)).await) {
            (Open, met) => drop(met.unwrap().unwrap()),
            (Refuse, met) => {
                assert_eq!(met.unwrap().unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
            }
            (Blackhole, met) => drop(met.unwrap_err()),
        }
    }
    let addr = sim.addr();
    drop(sim);
    let again = Sim::start_at(addr, Vec::new()).await.unwrap();
    connect(&again).await.unwrap();
}

#[tokio::test]
async fn connections_that_had_arrived_are_served_though_the_listener_closes() {
    let sim = start().await;
    let request = by_phone(&token(&sim).await);
    for _ in 0..20 {
        let mut arrived = Client::to(&sim).await;
        sim.set_listener(ListenerMode::Refuse).await.unwrap();
        assert_eq!(arrived.exchange(&request).await.ids(), [1]);
        sim.set_listener(ListenerMode::Open).await.unwrap();
    }
}

#[tokio::test]
async fn every_open_connection_can_be_closed_at_once() {
    let sim = start().await;
    let request = by_phone(&token(&sim).await);
    let mut clients = Vec::new();
    for _ in 0..50 {
        let mut client = Client::to(&sim).await;
        assert_eq!(client.exchange(&request).await.status, 200);
        clients.push(client);
    }
    sim.close_connections().await;
    for client in &mut clients {
        assert_eq!(client.rest().await.1.unwrap(), 0);
    }
    assert_eq!(Client::to(&sim).await.exchange(&request).await.status, 200);
}
