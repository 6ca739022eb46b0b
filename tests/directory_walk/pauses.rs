//! How a walk leaves HubSoft to the calls: rests, pauses, and limits of time.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bina::sources::directory::{WalkEnd, WalkFault, WalkPhase, WalkSettings};
use bina::sources::reasons;
use tokio::time::{Instant, advance, sleep};

use crate::bench::{Bench, Ids};
use crate::server::{Mistake, Server};
use crate::{SECOND, truncated};

const HOUR: Duration = Duration::from_secs(3_600);

#[tokio::test(start_paused = true)]
async fn at_most_the_configured_share_of_the_time_is_busy() {
    for duty_percent in [10, 50, 80] {
        let times = (SECOND / 2, Duration::from_millis(30));
        let mistakes =
            Server { times, ..Server::new(20_000) }.wrong([3, 9], Mistake::Fail(truncated()));
        let settings = WalkSettings { duty_percent, ..WalkSettings::default() };
        let bench = Bench { settings, ..Bench::new(mistakes) };
        let (outcome, _) = bench.walk().await;
        // The rest after the last page is not part of the walk.
        let busy = bench.server.busy() - SECOND * 16;
        let share = busy.as_secs_f64() / outcome.took.as_secs_f64();
        assert_eq!((outcome.end, outcome.busy), (WalkEnd::Whole, bench.server.busy()));
        assert!(share <= f64::from(duty_percent) / 100.0, "{share} of {duty_percent} %");
        assert!(share >= f64::from(duty_percent) / 115.0, "{share} of {duty_percent} %");
    }
}

/// Lets calls wait for `busy` and then not for `quiet`, again and again.
async fn calls(bench: &Bench, quiet: Duration, busy: Duration) {
    loop {
        sleep(quiet).await;
        bench.is_busy.store(true, Ordering::SeqCst);
        sleep(busy).await;
        bench.is_busy.store(false, Ordering::SeqCst);
    }
}

#[tokio::test(start_paused = true)]
async fn no_request_is_sent_while_calls_wait_nor_half_a_second_afterwards() {
    let bench = Bench::new(Server::new(5_000));
    let (quiet, busy) = (3 * SECOND, 7 * SECOND);
    let start = Instant::now();
    let (outcome, ids) = tokio::select! {
        walked = bench.walk() => walked,
        () = calls(&bench, quiet, busy) => unreachable!("it never ends"),
    };
    assert_eq!((outcome.end, bench.has_all(&ids)), (WalkEnd::Whole, true));
    assert!(outcome.paused >= 4 * busy, "{:?}", outcome.paused);
    for one in bench.server.received.lock().iter() {
        let ms = (one.at - start).as_millis();
        let in_period = ms % (quiet + busy).as_millis();
        assert!(in_period <= quiet.as_millis(), "sent after {ms} ms");
        assert!(ms < 10_000 || in_period >= 400, "sent after {ms} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_shown_and_ends_half_a_second_after_the_last_call() {
    let bench = Bench::new(Server::new(100));
    bench.is_busy.store(true, Ordering::SeqCst);
    let start = Instant::now();
    let end_of_calls = async {
        sleep(20 * SECOND).await;
        assert_eq!(bench.status.borrow().phase, WalkPhase::Paused);
        assert_eq!(bench.server.requests(), 0);
        bench.is_busy.store(false, Ordering::SeqCst);
    };
    let ((outcome, _), ()) = tokio::join!(bench.walk(), end_of_calls);
    assert_eq!(outcome.end, WalkEnd::Whole);
    let sent = bench.server.received.lock()[0].at - start;
    assert!(sent >= SECOND * 41 / 2 - SECOND / 10 && sent <= SECOND * 21, "{sent:?}");
}

#[tokio::test(start_paused = true)]
async fn a_pause_counts_in_no_limit_of_time() {
    let bench = Bench::new(Server::new(1_000));
    bench.is_busy.store(true, Ordering::SeqCst);
    let end_of_calls = async {
        sleep(SECOND).await;
        advance(13 * HOUR).await;
        bench.is_busy.store(false, Ordering::SeqCst);
    };
    let ((outcome, ids), ()) = tokio::join!(bench.walk(), end_of_calls);
    assert_eq!((outcome.end, bench.has_all(&ids)), (WalkEnd::Whole, true));
    assert!(outcome.paused >= 13 * HOUR, "{:?}", outcome.paused);
}

#[tokio::test(start_paused = true)]
async fn a_walk_that_takes_twelve_hours_is_continued_later() {
    let times = (50 * SECOND, Duration::ZERO);
    let bench = Bench::new(Server { times, rows_max: 10, ..Server::new(6_000) });
    let (outcome, ids) = bench.walk().await;
    assert_eq!(outcome.end, WalkEnd::Failed(WalkFault::TooLong));
    assert!(outcome.took >= 12 * HOUR && outcome.took < 13 * HOUR, "{:?}", outcome.took);
    let (mut ids, progress) = ids.restored();
    let outcome = bench.whole(&mut ids, progress).await;
    assert_eq!((outcome.end, bench.has_all(&ids)), (WalkEnd::Whole, true));
    assert!(outcome.took < 6 * HOUR, "{:?}", outcome.took);
}

#[tokio::test(start_paused = true)]
async fn pauses_after_failures_grow_to_a_minute_or_to_what_hubsoft_requests() {
    let throttled = reasons::THROTTLED.retry_after(Some(90 * SECOND));
    for (failure, waits_s) in
        [(truncated(), [1, 2, 4, 8, 16, 32, 60]), (throttled, [90, 90, 90, 90, 90, 90, 90])]
    {
        let bench = Bench::new(Server::new(1_000).wrong(0.., Mistake::Fail(failure)));
        bench.walk().await;
        let received = bench.server.received.lock();
        let pairs = received.iter().zip(received.iter().skip(1));
        let waits = pairs.map(|(one, next)| (next.at - one.answered_at).as_secs_f64());
        for (wait, expected) in waits.zip(waits_s.map(f64::from)) {
            assert!((expected * 0.89..=expected * 1.11).contains(&wait), "{wait} for {expected}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn requests_that_no_slot_is_left_for_cost_neither_tries_nor_size() {
    let server = Server { times: (Duration::ZERO, Duration::ZERO), ..Server::new(1_000) };
    let bench = Bench::new(server.wrong(1..31, Mistake::Fail(reasons::SHED.failure())));
    let (outcome, ids) = bench.walk().await;
    assert_eq!((outcome.end, bench.has_all(&ids)), (WalkEnd::Whole, true));
    assert_eq!(outcome.progress.requests, 5, "those that were sent");
    assert!(bench.server.received.lock().iter().all(|one| one.request.rows == 200));
    let down = Server::new(1_000).wrong(0.., Mistake::Fail(reasons::BREAKER_OPEN.failure()));
    let bench = Bench::new(down);
    let mut ids = Ids::default();
    let outcome = bench.whole(&mut ids, None).await;
    assert!(matches!(outcome.end, WalkEnd::Failed(WalkFault::Page(_))));
    assert!(outcome.took < 70 * Duration::from_secs(60), "{:?}", outcome.took);
}
