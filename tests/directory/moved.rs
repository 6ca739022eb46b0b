//! A customer who has moved: what HubSoft answers for a call corrects the place.

use std::time::Instant;

use bina::simulator::{CANARIES, Sim, customer};
use bina::sources::shared_request::Partial;
use bina::sources::source::{Sighting, SightingStore, Source};
use serde_json::json;

use crate::app::{client, key, soon};
use crate::bench::{Bench, phone};

/// HubSoft's answer about the customer 1, who is at another box now.
async fn answer() -> Sighting {
    let mut moved = customer(1, "ANA INVENTADA", &phone(1));
    moved["codigo_cliente"] = json!(1);
    let service = &mut moved["servicos"][0];
    service["porta_atendimento"]["equipamento"] = json!("CTO 99");
    service["interface"]["nome"] = json!("PON 99");
    let sim = Sim::start(vec![moved]).await.expect("loopback");
    let found = client(&sim, "").fetch(&key(&phone(1)), soon(), Partial::ignored()).await;
    found.expect("an answer")
}

fn named(names: &[(&str, u64)]) -> Vec<(String, u64)> {
    names.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

#[tokio::test]
async fn a_customer_who_moved_is_at_the_new_place_after_an_answer() {
    let answer = answer().await;
    let shown = format!("{:?}", answer.places);
    assert!(shown.contains("CTO 99"), "{shown}");
    assert!(CANARIES.iter().all(|canary| !shown.contains(canary)), "{shown}");
    tokio::time::pause();
    let bench = Bench::start(30);
    bench.walked().await;
    assert_eq!(bench.names("box"), named(&[("cto 1", 30)]));
    for _ in 0..2 {
        bench.directory.learn(&key(&phone(1)), &answer, Instant::now());
        bench.pass(61).await;
        assert_eq!(bench.names("box"), named(&[("cto 1", 29), ("cto 99", 1)]));
        assert_eq!(bench.names("interface"), named(&[("olt luz 192.0.2.10 pon 99", 1)]));
        assert_eq!(bench.names("district"), named(&[("centro cidade ficticia", 1)]));
        assert_eq!(bench.names("group"), named(&[("[7]", 30)]), "the answer states none");
    }
    let generation = bench.directory.status().generation.expect("one");
    assert_eq!((generation.customers, generation.services), (30, 30));
}
