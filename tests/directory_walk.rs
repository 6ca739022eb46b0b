//! The walk through the list of customers, in paused time, against lists with the mistakes of real ones.

#[path = "directory_walk/bench.rs"]
mod bench;
#[path = "directory_walk/changes.rs"]
mod changes;
#[path = "directory_walk/pauses.rs"]
mod pauses;
#[path = "directory_walk/resumed.rs"]
mod resumed;
#[path = "directory_walk/server.rs"]
mod server;
#[path = "directory_walk/truth.rs"]
mod truth;

use std::time::Duration;

use bina::domain::failure::Failure;
use bina::sources::directory::{Shortfall, WalkEnd, WalkFault, WalkPhase};
use bina::sources::reasons;

use bench::Bench;
use server::{Counting, Mistake, Server};

const SECOND: Duration = Duration::from_secs(1);

/// Walks once, and returns the end, whether everybody was read, and the requests.
async fn walked(server: Server) -> (WalkEnd, bool, usize) {
    let bench = Bench::new(server);
    let (outcome, ids) = bench.walk().await;
    let requests = bench.server.requests();
    assert_eq!(outcome.progress.requests, requests as u64);
    assert_eq!(bench.status.borrow().phase, WalkPhase::Idle);
    (outcome.end, bench.has_all(&ids), requests)
}

fn truncated() -> Failure {
    reasons::INVALID_ANSWER.because("truncated")
}

#[tokio::test(start_paused = true)]
async fn a_list_is_read_from_page_0_to_the_last_page() {
    for (customers, requests) in [(1, 1), (199, 1), (200, 1), (201, 2), (1_000, 5), (1_001, 6)] {
        let walk = walked(Server::new(customers)).await;
        assert_eq!(walk, (WalkEnd::Whole, true, requests), "{customers}");
    }
}

#[tokio::test(start_paused = true)]
async fn large_lists_are_read_in_large_pages() {
    let (end, has_all, requests) = walked(Server::new(300_000)).await;
    assert_eq!((end, has_all), (WalkEnd::Whole, true));
    assert!(requests < 625, "{requests}");
}

#[tokio::test(start_paused = true)]
async fn an_empty_list_is_never_whole() {
    let walk = walked(Server::new(0)).await;
    assert_eq!(walk, (WalkEnd::Partial(Shortfall::Empty), true, 1));
}

#[tokio::test(start_paused = true)]
async fn a_customer_who_comes_twice_counts_once() {
    let walk = walked(Server::new(1_000).wrong(0..9, Mistake::Double)).await;
    assert_eq!(walk, (WalkEnd::Whole, true, 5));
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_moved_or_unreadable_makes_a_walk_partial() {
    for (mistake, shortfall) in [
        (Mistake::Lack(3), Shortfall::Mismatch { read: 997, total: 1_000 }),
        (Mistake::Insert, Shortfall::Moved),
        (Mistake::Remove, Shortfall::Moved),
        (Mistake::Unreadable, Shortfall::Unreadable(1)),
        (Mistake::NoTotal, Shortfall::NoTotal),
    ] {
        let (end, _, requests) = walked(Server::new(1_000).wrong([2], mistake.clone())).await;
        assert_eq!(end, WalkEnd::Partial(shortfall), "{mistake:?}");
        assert!(requests <= 7, "{mistake:?}: {requests}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_page_is_requested_again_and_is_never_the_end() {
    for mistake in [
        Mistake::Fail(truncated()),
        Mistake::Fail(reasons::REFUSED.failure()),
        Mistake::Fail(reasons::of_status(504)),
        Mistake::Fail(reasons::TIMEOUT.failure()),
        Mistake::Fail(reasons::CONNECT.failure()),
        Mistake::Empty,
        Mistake::Other,
    ] {
        for at in 1..4 {
            let server = Server::new(1_000).wrong(at..at + 2, mistake.clone());
            let (end, has_all, requests) = walked(server).await;
            assert_eq!((end, has_all), (WalkEnd::Whole, true), "{mistake:?} at {at}");
            assert!(requests <= 22, "{mistake:?} at {at}: {requests}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn eight_failures_in_a_row_end_a_walk() {
    let (end, _, requests) =
        walked(Server::new(1_000).wrong(2.., Mistake::Fail(truncated()))).await;
    assert_eq!(end, WalkEnd::Failed(WalkFault::Page(truncated())));
    assert_eq!(requests, 10);
}

#[tokio::test(start_paused = true)]
async fn pages_that_are_too_large_become_smaller_and_stay_so() {
    let server = Server { rows_good: 60, ..Server::new(12_000) };
    let (end, has_all, requests) = walked(server).await;
    assert_eq!((end, has_all), (WalkEnd::Whole, true));
    // Two failures at the beginning, and one attempt in a hundred pages to grow.
    assert!((240..=250).contains(&requests), "{requests}");
}

#[tokio::test(start_paused = true)]
async fn pages_that_take_too_long_become_smaller() {
    let times = (SECOND, SECOND / 2);
    let bench = Bench::new(Server { times, ..Server::new(1_000) });
    let (outcome, ids) = bench.walk().await;
    assert_eq!((outcome.end, bench.has_all(&ids)), (WalkEnd::Whole, true));
    let received = bench.server.received.lock();
    let slow = received.iter().filter(|one| one.request.rows > 100).count();
    assert_eq!((slow, received.len()), (1, 11), "51 s for 100 customers");
}

#[tokio::test(start_paused = true)]
async fn a_server_is_followed_however_it_counts_pages() {
    let choices = [None, Some(0), Some(1)];
    for (first, is_page_0_empty) in [(0, false), (1, false), (1, true)] {
        for (stated_first, last_first) in
            choices.iter().flat_map(|one| choices.map(|two| (*one, two)))
        {
            for (repeats_last, customers) in [false, true]
                .into_iter()
                .flat_map(|one| [1, 199, 200, 201, 999, 1_000].map(|two| (one, two)))
            {
                let counting =
                    Counting { first, is_page_0_empty, stated_first, last_first, repeats_last };
                let (end, has_all, requests) =
                    walked(Server { counting, ..Server::new(customers) }).await;
                assert_eq!((end, has_all), (WalkEnd::Whole, true), "{counting:?} {customers}");
                let most = customers.div_ceil(200) as usize + 3;
                assert!(requests <= most, "{counting:?} {customers}: {requests}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_begins_at_page_1_loses_no_page_when_sizes_change() {
    let counting = Counting { first: 1, stated_first: Some(1), ..Counting::default() };
    for failing in 0..12 {
        let server = Server { counting, ..Server::new(5_003) };
        let server = server.wrong([failing], Mistake::Fail(reasons::of_status(504)));
        let (end, has_all, _) = walked(server).await;
        assert_eq!((end, has_all), (WalkEnd::Whole, true), "{failing}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_with_smaller_pages_than_requested_is_followed() {
    for rows_max in [3, 50, 100, 199] {
        let (end, has_all, _) = walked(Server { rows_max, ..Server::new(1_000) }).await;
        assert_eq!((end, has_all), (WalkEnd::Whole, true), "{rows_max}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_permission_ends_a_walk_after_two_requests() {
    for failure in [reasons::of_status(403), reasons::UNAUTHORIZED.failure()] {
        let walk = walked(Server::new(1_000).wrong(0.., Mistake::Fail(failure.clone()))).await;
        assert_eq!(walk, (WalkEnd::NoPermission(failure), false, 2));
    }
    let firewall = reasons::FIREWALL.with_status(403);
    let (end, ..) = walked(Server::new(1_000).wrong(0.., Mistake::Fail(firewall.clone()))).await;
    assert_eq!(end, WalkEnd::Failed(WalkFault::Page(firewall)));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_refused_from_the_first_page_on_needs_a_permission() {
    let refused = reasons::REFUSED.failure();
    let walk = |from: usize| Server::new(1_000).wrong(from.., Mistake::Fail(refused.clone()));
    assert_eq!(walked(walk(0)).await.0, WalkEnd::NoPermission(refused.clone()));
    assert_eq!(walked(walk(1)).await.0, WalkEnd::Failed(WalkFault::Page(refused.clone())));
}
