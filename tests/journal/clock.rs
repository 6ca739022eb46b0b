//! Old days are removed, and no day because of a clock that is wrong.

use std::time::Duration;

use tokio::time::advance;

use crate::bench::{Bench, NOW_S};

const DAY_S: u64 = 86_400;
const HOUR_S: u64 = 3_600;

/// A call on each of some days.
async fn called(bench: &Bench, days: u64) {
    for _ in 0..days {
        bench.call(Some(1), None);
        bench.flush().await;
        bench.later(DAY_S);
    }
}

/// Both clocks go on.
async fn pass(bench: &Bench, seconds: u64) {
    for _ in 0..seconds / 600 {
        bench.later(600);
        advance(Duration::from_secs(600)).await;
        bench.flush().await;
    }
}

async fn calls(bench: &Bench) -> u64 {
    bench.json("").await["calls"].as_u64().expect("a number")
}

#[tokio::test(start_paused = true)]
async fn a_clock_of_1970_removes_nothing_however_long_it_runs() {
    let bench = Bench::new("epoch");
    called(&bench, 3).await;
    let bench = bench.restarted();
    bench.set_clock(1_000);
    bench.call(Some(2), None);
    bench.flush().await;
    pass(&bench, 30 * HOUR_S).await;
    bench.set_clock(NOW_S + 3 * DAY_S);
    bench.call(Some(2), None);
    assert_eq!(calls(&bench).await, 4);
    assert_eq!(bench.days().len(), 5);
    pass(&bench, 70 * 60).await;
    assert_eq!((calls(&bench).await, bench.days().len()), (4, 4), "the day of 1970 is old now");
}

#[tokio::test(start_paused = true)]
async fn a_clock_far_ahead_that_is_set_within_the_hour_removes_nothing() {
    let bench = Bench::new("ahead");
    called(&bench, 3).await;
    let bench = bench.restarted();
    bench.set_clock(NOW_S + 14 * 365 * DAY_S);
    bench.call(Some(2), None);
    bench.flush().await;
    pass(&bench, 50 * 60).await;
    bench.set_clock(NOW_S + 3 * DAY_S);
    bench.call(Some(2), None);
    pass(&bench, 20 * HOUR_S).await;
    assert_eq!(calls(&bench).await, 4);
    assert_eq!(bench.days().len(), 5, "and one that has not come");
    pass(&bench, 5 * HOUR_S).await;
    assert_eq!((calls(&bench).await, bench.days().len()), (4, 4));
}

#[tokio::test(start_paused = true)]
async fn a_service_that_was_off_for_months_removes_its_old_days_within_the_hour() {
    let bench = Bench::new("months");
    called(&bench, 3).await;
    bench.later(200 * DAY_S);
    let bench = bench.restarted();
    pass(&bench, 50 * 60).await;
    assert_eq!(bench.days().len(), 3, "the clock may be wrong");
    pass(&bench, 20 * 60).await;
    assert_eq!(bench.days().len(), 0);
}

#[tokio::test]
async fn where_some_days_are_kept_the_others_go_at_once() {
    let bench = Bench::new("some");
    called(&bench, 3).await;
    bench.later(28 * DAY_S);
    let bench = bench.restarted();
    bench.flush().await;
    assert_eq!(bench.days().len(), 2);
}

/// The days of 1970 share their files' names with others.
#[tokio::test]
async fn a_wrong_clock_writes_over_no_other_day() {
    let bench = Bench::new("over");
    bench.later(13 * DAY_S);
    bench.call(Some(1), None);
    bench.flush().await;
    assert!(bench.days()[0].ends_with("journal.000"));
    let bench = bench.restarted();
    bench.set_clock(1_000);
    bench.call(Some(2), None);
    bench.flush().await;
    assert_eq!(bench.counted("bina_journal_dropped_total{reason=\"disk\"}"), 1);
    assert!(bench.journal.problem().is_some_and(|text| text.contains("clock")));
    bench.set_clock(NOW_S + 13 * DAY_S);
    bench.call(Some(2), None);
    assert_eq!(calls(&bench).await, 2);
    assert_eq!(bench.journal.problem(), None);
}
