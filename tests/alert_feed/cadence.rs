//! How often the list is requested.

use bina::sources::alerts::AlertBoard as _;
use bina::sources::alerts::Settings;
use bina::sources::reasons;

use crate::bench::{Bench, Mood, alert, settings};

#[tokio::test(start_paused = true)]
async fn the_list_is_read_every_five_seconds_and_every_two_while_an_alert_is_active() {
    let bench = Bench::start().await;
    let calm = bench.requests_in(600.0).await;
    assert!((109..=120).contains(&calm), "{calm}");
    bench.show(&[alert(7, "Queda")]).await;
    let active = bench.requests_in(600.0).await;
    assert!((272..=300).contains(&active), "{active}");
}

#[tokio::test(start_paused = true)]
async fn no_span_has_more_than_half_a_request_per_second() {
    let bench = Bench::start().await;
    let many: Vec<_> = (1..=12).map(|id| alert(id, "Queda")).collect();
    bench.show(&many).await;
    let requests = bench.requests_in(600.0).await;
    assert!((270..=306).contains(&requests), "{requests}");
}

#[tokio::test(start_paused = true)]
async fn a_surge_of_calls_has_the_list_read_faster_at_once() {
    let slow = Settings { poll: std::time::Duration::from_secs(60), ..settings() };
    let bench = Bench::with(slow, None).await;
    assert!(bench.requests_in(300.0).await <= 5);
    (0..50).for_each(|_| bench.alerts.note_call());
    assert!(bench.requests_in(5.0).await >= 2);
    assert_eq!(bench.alerts.status().poll_s, 2);
    bench.pass(60.0).await;
    assert!(bench.requests_in(300.0).await <= 5, "it has ended");
}

#[tokio::test(start_paused = true)]
async fn a_failing_list_is_requested_less_often_but_every_ten_seconds_for_an_active_alert() {
    let bench = Bench::start().await;
    bench.mood(Mood::Failing(reasons::of_status(500)));
    bench.pass(100.0).await;
    let calm = bench.requests_in(600.0).await;
    assert!((18..=21).contains(&calm), "{calm}");
    bench.mood(Mood::Good);
    bench.pass(31.0).await;
    bench.show(&[alert(7, "Queda")]).await;
    bench.mood(Mood::Failing(reasons::of_status(500)));
    bench.pass(100.0).await;
    let active = bench.requests_in(600.0).await;
    assert!((58..=61).contains(&active), "{active}");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_not_allowed_is_requested_hourly_and_used_once_it_is() {
    let refused = Mood::Failing(reasons::of_status(403));
    let bench = Bench::of(settings(), None, refused).await;
    bench.pass(60.0).await;
    let day = bench.requests_in(24.0 * 3_600.0).await;
    assert!((21..=24).contains(&day), "{day}");
    let status = bench.alerts.status();
    assert!(status.problem.is_some_and(|problem| problem.contains("permission to list alerts")));
    assert!(!status.is_current && bench.board().alerts.is_empty());
    bench.mood(Mood::Good);
    *bench.list.alerts.lock() = vec![alert(7, "Queda")];
    bench.pass(4_000.0).await;
    assert_eq!((bench.active(), bench.alerts.status().problem), (vec![7], None));
}

/// Somebody changes the rights of the user, or a firewall answers for HubSoft.
#[tokio::test(start_paused = true)]
async fn a_permission_that_was_there_is_looked_for_each_minute_and_sooner_with_an_alert() {
    let bench = Bench::start().await;
    bench.mood(Mood::Failing(reasons::of_status(403)));
    bench.pass(60.0).await;
    let hour = bench.requests_in(3_600.0).await;
    assert!((50..=61).contains(&hour), "{hour}");
    bench.mood(Mood::Good);
    bench.pass(70.0).await;
    bench.show(&[alert(7, "Queda")]).await;
    bench.mood(Mood::Failing(reasons::of_status(403)));
    bench.pass(60.0).await;
    bench.list.alerts.lock().clear();
    bench.mood(Mood::Good);
    bench.pass(12.0).await;
    assert_eq!(bench.active(), Vec::<u64>::new(), "its end is noticed");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_hangs_is_given_up_after_ten_seconds() {
    let bench = Bench::start().await;
    bench.mood(Mood::Hanging);
    bench.pass(60.0).await;
    assert!(bench.alerts.status().problem.is_some());
    bench.mood(Mood::Good);
    bench.pass(45.0).await;
    assert!(bench.board().is_current);
}
