//! Alerts begin and end by the clock here, whatever HubSoft does.

use std::sync::Arc;

use bina::domain::alert_text::AlertText;
use bina::domain::finding::Record;
use bina::domain::phone::Phone;
use bina::domain::reported::ReportedCustomer;
use bina::sources::alerts::{
    ActiveAlert, AlertBoard, AlertEpoch, AlertOrigin, ListedAlert, LocalReach, Reach,
};
use bina::sources::reasons;
use tokio::time::Instant;

use crate::bench::{Bench, Mood, START_S, after, alert, settings};

fn planned(starts_s: u64, ends_s: u64) -> ListedAlert {
    ListedAlert { starts: after(starts_s), ends: after(ends_s), ..alert(7, "Manutenção") }
}

/// Reads the board every tenth of a second until `until_s`, and returns when the alert was active.
async fn active_span(bench: &Bench, until_s: u64) -> Option<(u64, u64)> {
    let mut span: Option<(u64, u64)> = None;
    while bench.elapsed_s() < until_s {
        if !bench.active().is_empty() {
            let now_s = bench.elapsed_s();
            span = Some((span.map_or(now_s, |(first, _)| first), now_s));
        }
        bench.pass(0.1).await;
    }
    span
}

#[tokio::test(start_paused = true)]
async fn a_planned_alert_begins_and_ends_by_the_clock_with_hubsoft_dead() {
    for mood in [Mood::Failing(reasons::CONNECT.failure()), Mood::Hanging] {
        let bench = Bench::start().await;
        bench.show(&[planned(600, 1_200)]).await;
        assert!(bench.active().is_empty());
        bench.mood(mood);
        let span = active_span(&bench, 1_300).await;
        assert!(span == Some((600, 1_199)) || span == Some((600, 1_200)), "{span:?}");
        assert_eq!(bench.ended(), 1, "without a poll");
    }
}

#[tokio::test(start_paused = true)]
async fn an_ambiguous_end_is_held_until_it_is_certain_and_is_no_forecast() {
    let bench = Bench::start().await;
    let ambiguous = ListedAlert { may_last: after(1_200), ..planned(0, 600) };
    bench.show(&[ambiguous]).await;
    bench.mood(Mood::Hanging);
    let state = || {
        let board = bench.board();
        let state: Vec<_> =
            board.alerts.iter().map(|active| (active.is_held, active.ends_at_s)).collect();
        (state, bench.ended())
    };
    assert_eq!(state(), (vec![(false, None)], 0));
    bench.pass(599.0 - bench.elapsed_s() as f64 - 1.0).await;
    assert_eq!(state(), (vec![(false, None)], 0));
    bench.pass(3.0).await;
    assert_eq!(state(), (vec![(true, None)], 0), "asked about, neither told nor ended");
    bench.pass(1_198.0 - bench.elapsed_s() as f64).await;
    assert_eq!(state(), (vec![(true, None)], 0));
    bench.pass(3.0).await;
    assert_eq!(state(), (vec![], 1));
}

#[tokio::test(start_paused = true)]
async fn an_alert_ends_within_two_tenths_of_a_second() {
    let bench = Bench::start().await;
    bench.show(&[planned(0, 30)]).await;
    bench.mood(Mood::Hanging);
    bench.pass(29.9 - 7.5).await;
    assert_eq!(bench.active(), [7]);
    bench.pass(0.3).await;
    assert_eq!((bench.active(), bench.elapsed_s()), (vec![], 30));
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_counts_within_a_second() {
    let bench = Bench::start().await;
    bench.show(&[planned(600, 1_200)]).await;
    for (forward_s, active) in
        [(600, vec![7]), (600, vec![]), (-600, vec![7]), (-600, vec![]), (600, vec![7])]
    {
        bench.set_clock(forward_s);
        bench.pass(1.1).await;
        assert_eq!(bench.active(), active);
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_answers_that_count_are_those_after_the_begin() {
    let bench = Bench::start().await;
    bench.show(&[planned(60, 600)]).await;
    bench.pass(60.0).await;
    let board = bench.board();
    let age = Instant::now().into_std() - board.alerts[0].seen;
    assert!((7.0..8.0).contains(&age.as_secs_f64()), "{age:?}");
    assert_eq!(board.changed, Some(board.alerts[0].seen));
}

fn local(ends_at_s: u64) -> ActiveAlert {
    ActiveAlert {
        origin: AlertOrigin::Local("a1".into()),
        epoch: AlertEpoch(1),
        alert: None,
        rule: None,
        ends_at_s: Some(ends_at_s),
        is_end_default: false,
        seen: Instant::now().into_std(),
        absent_at: None,
        is_held: false,
        reach: Reach::Local(LocalReach {
            rows: Arc::default(),
            dids: Vec::new(),
            is_everyone: true,
        }),
    }
}

#[tokio::test(start_paused = true)]
async fn local_alerts_begin_at_once_and_end_by_the_clock_without_a_feed() {
    let off = bina::sources::alerts::Settings { enabled: Some(false), ..settings() };
    let bench = Bench::with(off, None).await;
    bench.locals.set(vec![local(START_S + 60)]);
    bench.pass(0.1).await;
    assert_eq!((bench.board().alerts.len(), bench.board().changed), (1, None));
    bench.pass(60.0).await;
    assert_eq!(bench.board().alerts.len(), 0);
    assert_eq!(bench.list.requests.lock().len(), 0);
}

/// Some set a window to a day, which may mean all of it.
#[tokio::test(start_paused = true)]
async fn a_text_that_customers_still_have_has_not_ended() {
    let bench = Bench::start().await;
    bench.show(&[planned(0, 30)]).await;
    bench.pass(30.0).await;
    assert_eq!(bench.ended(), 1);
    let texts = AlertText::new("Manutenção").into_iter().collect();
    let reported = ReportedCustomer { alert: Some(texts), ..ReportedCustomer::default() };
    let record = Record::new(vec![reported]);
    let phone = Phone::parse("37999990000", None).expect("a number");
    bench.alerts.observe(&phone, &record, Instant::now().into_std());
    assert_eq!(bench.ended(), 1, "HubSoft may not have noticed");
    bench.pass(90.0).await;
    bench.alerts.observe(&phone, &record, Instant::now().into_std());
    assert_eq!(bench.ended(), 0);
}
