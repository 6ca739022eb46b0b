//! What a list adds, changes and removes; and what it does not when it is broken.

use std::sync::Arc;
use std::time::Duration;

use bina::domain::alert::Alert;
use bina::sources::alerts::{AlertEpoch, AlertPage, Board};
use bina::sources::reasons;

use crate::bench::{AGE_MAX_S, Bench, Distortion, Mood, alert};

fn epoch(board: &Board, at: usize) -> AlertEpoch {
    board.alerts[at].epoch
}

fn text(board: &Board, at: usize) -> Arc<Alert> {
    board.alerts[at].alert.clone().expect("a text")
}

#[tokio::test(start_paused = true)]
async fn a_broken_list_adds_alerts_and_removes_none() {
    let distortions: [(&str, Distortion); 8] = [
        ("a row is unreadable", |page| AlertPage { unreadable: 1, ..page }),
        ("no total", |page| AlertPage { total: None, ..page }),
        ("no last page", |page| AlertPage { last: None, ..page }),
        ("no page number", |page| AlertPage { number: None, ..page }),
        ("another total", |page| AlertPage { total: Some(9), ..page }),
        ("always page 1", |page| AlertPage { number: Some(1), last: Some(2), ..page }),
        ("without an end", |page| AlertPage { last: Some(9_999), total: Some(9_999), ..page }),
        ("each alert twice", |mut page| {
            page.alerts.extend_from_within(..);
            AlertPage { total: Some(page.alerts.len() as u64), ..page }
        }),
    ];
    for (what, distortion) in distortions {
        let bench = Bench::start().await;
        bench.show(&[alert(7, "Queda no Centro")]).await;
        bench.mood(Mood::Distorted(distortion));
        bench.show(&[alert(8, "Queda no Norte")]).await;
        bench.pass(300.0).await;
        assert_eq!((bench.active(), bench.ended()), (vec![7, 8], 0), "{what}");
        bench.mood(Mood::Good);
        // After a hundred pages the list rests as long as they were worth.
        bench.pass(300.0).await;
        assert_eq!((bench.active(), bench.ended()), (vec![8], 1), "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_never_an_empty_list() {
    for failure in [
        reasons::of_status(500),
        reasons::of_status(403),
        reasons::UNAUTHORIZED.failure(),
        reasons::TIMEOUT.failure(),
        reasons::INVALID_ANSWER.because("truncated"),
        reasons::SHED.failure(),
    ] {
        let bench = Bench::start().await;
        bench.show(&[alert(7, "Queda no Centro")]).await;
        bench.mood(Mood::Failing(failure.clone()));
        bench.pass(300.0).await;
        assert_eq!((bench.active(), bench.ended()), (vec![7], 0), "{failure}");
        assert!(!bench.board().is_current, "{failure}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_edit_is_another_epoch_and_its_old_text_has_ended() {
    let bench = Bench::start().await;
    bench.show(&[alert(7, "Queda no Centro")]).await;
    let before = bench.board();
    bench.show(&[alert(7, "Queda no Centro, equipe a caminho")]).await;
    let board = bench.board();
    assert_ne!(epoch(&board, 0), epoch(&before, 0));
    assert!(board.alerts[0].seen > before.alerts[0].seen);
    assert_eq!(board.changed, Some(board.alerts[0].seen));
    assert!(board.has_ended(&text(&before, 0), before.alerts[0].seen));
    bench.show(&[alert(7, "Queda no Centro")]).await;
    let back = bench.board();
    assert_eq!(epoch(&back, 0), epoch(&before, 0), "the same fingerprint");
    assert!(back.alerts[0].seen > board.alerts[0].seen, "seen anew");
    assert!(!back.has_ended(&text(&before, 0), before.alerts[0].seen), "it is back");
    assert!(back.has_ended(&text(&board, 0), board.alerts[0].seen));
}

#[tokio::test(start_paused = true)]
async fn a_text_that_another_alert_has_is_not_ended() {
    let bench = Bench::start().await;
    let signed = alert(8, "QUEDA NO CENTRO\n\n21/08/2023 15:49 - Maria\n");
    bench.show(&[alert(7, "Queda no Centro"), signed.clone()]).await;
    let before = bench.board();
    let (text, since) = (text(&before, 0), before.alerts[0].seen);
    assert!(!before.is_reduced(&text, since));
    bench.show(std::slice::from_ref(&signed)).await;
    assert_eq!((bench.active(), bench.ended()), (vec![8], 0));
    assert!(bench.board().is_reduced(&text, since), "one of two has ended");
    assert!(!bench.board().is_reduced(&text, bench.board().changed.unwrap()));
    bench.show(&[]).await;
    assert!(bench.board().has_ended(&text, since) && !bench.board().is_reduced(&text, since));
    assert_eq!((bench.active(), bench.ended()), (vec![], 1));
}

#[tokio::test(start_paused = true)]
async fn what_stays_as_it_is_keeps_its_epoch_and_its_text() {
    let bench = Bench::start().await;
    bench.show(&[alert(7, "Queda"), alert(8, "Queda"), alert(9, "Norte")]).await;
    let before = bench.board();
    assert!(Arc::ptr_eq(&text(&before, 0), &text(&before, 1)), "one text, one alert");
    bench.pass(60.0).await;
    let board = bench.board();
    assert_eq!((board.changed, epoch(&board, 2)), (before.changed, epoch(&before, 2)));
    assert!(Arc::ptr_eq(&text(&before, 0), &text(&board, 0)));
    assert_eq!(board.alerts[0].seen, before.alerts[0].seen);
}

#[tokio::test(start_paused = true)]
async fn an_unpublished_alert_is_not_active() {
    let bench = Bench::start().await;
    bench.show(&[alert(7, "Queda")]).await;
    let hidden = bina::sources::alerts::ListedAlert { is_published: false, ..alert(7, "Queda") };
    bench.show(&[hidden]).await;
    assert_eq!((bench.active(), bench.ended()), (vec![], 1));
}

#[tokio::test(start_paused = true)]
async fn an_open_alert_is_held_and_then_dropped_without_having_ended() {
    let bench = Bench::start().await;
    bench.show(&[alert(7, "Queda")]).await;
    bench.mood(Mood::Failing(reasons::of_status(500)));
    bench.pass(AGE_MAX_S as f64 - 10.0).await;
    assert!(!bench.board().alerts[0].is_held);
    bench.pass(20.0).await;
    assert!(bench.board().alerts[0].is_held);
    bench.pass(23.0 * 3_600.0).await;
    assert_eq!(bench.active(), [7]);
    bench.pass(3_600.0).await;
    assert_eq!((bench.active(), bench.ended()), (vec![], 0));
}

#[tokio::test(start_paused = true)]
async fn a_day_after_the_last_change_nothing_is_remembered() {
    let bench = Bench::start().await;
    bench.show(&[alert(7, "Queda")]).await;
    bench.show(&[]).await;
    assert!(!bench.board().is_quiet());
    bench.pass(Duration::from_secs(26 * 3_600).as_secs_f64()).await;
    assert!(bench.board().is_quiet() && bench.ended() == 0);
}

#[tokio::test(start_paused = true)]
async fn the_last_list_that_lacked_an_alert_is_known() {
    let bench = Bench::start().await;
    let absent = |board: &Board, at: usize| board.alerts[at].absent_at;
    bench.show(&[alert(7, "Queda")]).await;
    let at_start = bench.board();
    bench.show(&[alert(7, "Queda"), alert(8, "Queda")]).await;
    let both = bench.board();
    assert_eq!(absent(&both, 0), absent(&at_start, 0));
    let lacked = absent(&both, 1).expect("a list lacked it");
    assert!(at_start.alerts[0].seen <= lacked && lacked < both.alerts[1].seen);
    bench.show(&[alert(7, "Queda"), alert(8, "Queda no Norte")]).await;
    assert_eq!(absent(&bench.board(), 1), Some(lacked), "an edit is no beginning");
    bench.show(&[alert(7, "Queda")]).await;
    bench.show(&[alert(7, "Queda"), alert(8, "Queda")]).await;
    assert!(absent(&bench.board(), 1) > Some(lacked), "it has begun again");
}
