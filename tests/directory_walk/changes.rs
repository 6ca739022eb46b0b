//! Walks that read only what has changed, and the probes of the filter that they need.

use std::ops::Range;

use bina::sources::directory::{Shortfall, WalkEnd, WalkFault, WalkOutcome};
use bina::sources::reasons;

use crate::bench::{Bench, Ids};
use crate::server::{Mistake, Server};

fn server(customers: Vec<u64>, services: Vec<u64>) -> Server {
    Server { changed: [customers, services], ..Server::new(10_000) }
}

async fn changes(bench: &Bench) -> (WalkOutcome, Ids) {
    let mut ids = Ids::default();
    let changes = bench.with(async |walker| walker.changes(&mut ids, "2026-11-29", 10_000).await);
    (changes.await, ids)
}

#[tokio::test(start_paused = true)]
async fn changes_of_customers_and_of_services_are_read() {
    for (customers, services, count, requests) in [
        (vec![], vec![], 0, 2),
        (vec![5, 6], vec![6, 7], 3, 2),
        ((1..=450).collect(), (401..=650).collect(), 650, 5),
    ] {
        let bench = Bench::new(server(customers, services));
        let (outcome, ids) = changes(&bench).await;
        assert_eq!((outcome.end, ids.ids.len()), (WalkEnd::Changes, count));
        assert_eq!(
            (outcome.progress.customers, outcome.progress.requests),
            (count as u64, requests)
        );
        assert_eq!(bench.server.requests() as u64, requests);
    }
}

#[tokio::test(start_paused = true)]
async fn changes_that_lack_rows_or_fail_are_not_complete() {
    let walk = async |mistake: Mistake, at: Range<usize>| {
        let server = server((1..=450).collect(), vec![7]).wrong(at, mistake);
        changes(&Bench::new(server)).await.0.end
    };
    let lacking = WalkEnd::Partial(Shortfall::Mismatch { read: 447, total: 450 });
    assert_eq!(walk(Mistake::Lack(1), 0..3).await, lacking);
    let failure = reasons::TIMEOUT.failure();
    let failed = WalkEnd::Failed(WalkFault::Page(failure.clone()));
    assert_eq!(walk(Mistake::Fail(failure), 3..11).await, failed);
    let refused = reasons::of_status(403);
    let no_permission = WalkEnd::NoPermission(refused.clone());
    assert_eq!(walk(Mistake::Fail(refused), 1..3).await, no_permission);
}

#[tokio::test(start_paused = true)]
async fn a_filter_that_lists_everybody_is_detected_on_the_first_page() {
    let bench = Bench::new(server((1..=10_000).collect(), vec![]));
    let (outcome, _) = changes(&bench).await;
    assert_eq!(outcome.end, WalkEnd::Failed(WalkFault::FilterIgnored));
    assert_eq!(bench.server.requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_filter_is_probed_with_three_small_requests() {
    let probe = async |server: Server, day: &str| {
        let bench = Bench::new(server);
        let trust = bench.with(async |walker| walker.probe(day).await).await;
        let rows = bench.server.received.lock().iter().map(|one| one.request.rows).max();
        assert_eq!((bench.server.requests(), rows), (3, Some(10)));
        trust.expect("answers").is_trusted()
    };
    assert!(probe(server(vec![1], vec![1]), "2026-12-02").await);
    // This server takes such a day for one in the past.
    assert!(!probe(server(vec![1], vec![1]), "2026-12-01").await);
    assert!(!probe(Server::new(0), "2026-12-02").await, "an empty list proves nothing");
}
