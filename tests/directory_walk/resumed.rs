//! Walks that are interrupted and continued: at every request, and with another list.

use std::time::Duration;

use bina::sources::directory::{Progress, WalkEnd, WalkFault};
use tokio::time::{sleep, timeout};

use crate::bench::{Bench, Ids};
use crate::server::{Counting, Mistake, Server};
use crate::{SECOND, truncated};

/// Walks until `stop`, and then from what was saved to the end.
async fn interrupted(bench: &Bench, stop: Duration) -> (WalkEnd, Ids) {
    let mut ids = Ids::default();
    let ended = timeout(stop, bench.whole(&mut ids, None)).await;
    assert!(ended.is_err(), "it is interrupted");
    let (mut ids, progress) = ids.restored();
    let outcome = bench.whole(&mut ids, progress).await;
    (outcome.end, ids)
}

#[tokio::test(start_paused = true)]
async fn a_walk_is_continued_wherever_it_was_interrupted() {
    for first in [0, 1] {
        let counting = Counting { first, ..Counting::default() };
        for stop_ms in (250..30_000).step_by(500) {
            let server = Server { counting, rows_good: 100, ..Server::new(3_007) };
            let bench = Bench::new(server.wrong([7, 8, 30], Mistake::Fail(truncated())));
            let (end, ids) = interrupted(&bench, Duration::from_millis(stop_ms)).await;
            assert_eq!((end, bench.has_all(&ids)), (WalkEnd::Whole, true), "{stop_ms} ms");
            let requests = bench.server.requests();
            assert!(requests <= 80, "{requests} requests with a stop at {stop_ms} ms");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_progress_is_saved_every_twenty_pages_or_every_minute() {
    let (_, ids) = Bench::new(Server { rows_good: 100, ..Server::new(10_000) }).walk().await;
    assert_eq!(ids.saves, 4);
    let times = (20 * SECOND, Duration::ZERO);
    let (_, ids) = Bench::new(Server { times, ..Server::new(2_000) }).walk().await;
    assert_eq!(ids.saves, 4, "ten pages of 40 s each, and none after the last");
}

/// A walk that failed after five pages.
async fn failed(bench: &Bench) -> Ids {
    let (outcome, ids) = bench.walk().await;
    assert_eq!(outcome.end, WalkEnd::Failed(WalkFault::Page(truncated())));
    ids
}

fn failing_server() -> Server {
    Server::new(4_000).wrong(5..13, Mistake::Fail(truncated()))
}

#[tokio::test(start_paused = true)]
async fn a_failed_walk_is_continued_where_it_failed() {
    let bench = Bench::new(failing_server());
    let (mut ids, progress) = failed(&bench).await.restored();
    let outcome = bench.whole(&mut ids, progress).await;
    assert_eq!((outcome.end, bench.has_all(&ids)), (WalkEnd::Whole, true));
    let first = bench.server.received.lock()[13].request.clone();
    let begins = first.number * first.rows;
    assert!((901..=1_000).contains(&begins), "{first:?}");
    assert_eq!(outcome.progress.requests as usize, bench.server.requests());
}

#[tokio::test(start_paused = true)]
async fn another_total_begins_again_from_nothing() {
    let bench = Bench::new(failing_server());
    let (mut ids, progress) = failed(&bench).await.restored();
    *bench.server.ids.lock() = (500..4_000).collect();
    let outcome = bench.whole(&mut ids, progress).await;
    assert_eq!((outcome.end, bench.has_all(&ids)), (WalkEnd::Whole, true));
}

#[tokio::test(start_paused = true)]
async fn an_old_progress_or_that_of_another_collector_is_not_continued() {
    for (wait_s, loses_one) in [(86_400, false), (60, true)] {
        let bench = Bench::new(failing_server());
        let (mut ids, progress) = failed(&bench).await.restored();
        sleep(SECOND * wait_s).await;
        if loses_one {
            ids.ids.pop_first();
        }
        let outcome = bench.whole(&mut ids, progress).await;
        assert_eq!((outcome.end, bench.has_all(&ids)), (WalkEnd::Whole, true));
        assert_eq!(bench.server.received.lock()[13].request.number, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn the_status_shows_how_far_a_walk_is() {
    let bench = Bench::new(Server::new(1_000));
    let mut ids = Ids::default();
    let ended = timeout(SECOND * 11 / 4, bench.whole(&mut ids, None)).await;
    assert!(ended.is_err(), "it is interrupted");
    let status = bench.status.borrow().clone();
    assert_eq!((status.pages_done, status.pages), (3, Some(5)));
    assert_eq!((status.customers, status.total, ids.expected), (600, Some(1_000), 1_000));
    assert_eq!(Progress::from_json("{}"), None);
}
