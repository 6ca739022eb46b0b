//! The task that asks customers, in paused time.

use std::time::Duration;

use bina::sources::alerts::{EarlierAlerts, Verdict};
use bina::sources::limiter::Urgency;
use bina::sources::reasons;
use tokio::time::{Instant, sleep};

use crate::bench::{BOTH, IN_BOX, NEITHER};
use crate::recorded::Folder;
use crate::watched::{Act, Watched, failing, truth};

const SECOND: Duration = Duration::from_secs(1);
/// The first 100 fit both kinds, the next 100 the box only.
const SIZES: [usize; 4] = [100, 100, 0, 100];

async fn watched(act: Act) -> Watched {
    Watched::new(SIZES, act, EarlierAlerts::default()).await
}

#[tokio::test(start_paused = true)]
async fn ten_of_each_stratum_are_asked_four_at_a_time_and_then_nobody() {
    let watched = watched(truth(|id| id <= 100)).await;
    sleep(10 * SECOND).await;
    let verdicts = [BOTH, IN_BOX, NEITHER].map(|at| watched.verdict(at));
    assert_eq!(verdicts, [Verdict::Alert, Verdict::NoAlert, Verdict::NoAlert]);
    let ids = watched.list.ids();
    assert_eq!((ids.len(), watched.list.in_flight_max()), (30, 4));
    assert!(ids[..10].iter().all(|id| *id <= 100), "most kinds first: {ids:?}");
    let received = watched.list.received.lock();
    assert!(received.iter().all(|one| one.urgency == Urgency::UndecidedProbe));
    let last = received.last().expect("the last").at;
    assert!(last - watched.start < 2 * SECOND, "{:?}", last - watched.start);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_asked_twice_and_an_undecided_stratum_forty_times() {
    let watched = watched(truth(|id| id % 2 == 0)).await;
    sleep(60 * SECOND).await;
    let mut ids = watched.list.ids();
    assert_eq!(ids.len(), 120);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 120);
    assert_eq!(watched.verdict(BOTH), Verdict::Unknown);
}

#[tokio::test(start_paused = true)]
async fn a_dead_hubsoft_is_asked_less_and_less_and_loses_no_customer() {
    let watched = watched(failing(reasons::CONNECT.failure())).await;
    sleep(1_200 * SECOND).await;
    assert!((4..=14).contains(&watched.received(0, 60)), "{}", watched.received(0, 60));
    assert!((18..=21).contains(&watched.received(600, 1_200)), "{}", watched.received(600, 1_200));
    *watched.list.act.lock() = truth(|id| id <= 100);
    sleep(40 * SECOND).await;
    assert_eq!(watched.verdict(BOTH), Verdict::Alert);
    assert_eq!(watched.verdict(NEITHER), Verdict::NoAlert);
}

#[tokio::test(start_paused = true)]
async fn probes_that_get_no_slot_are_sent_a_moment_later() {
    let watched = watched(failing(reasons::SHED.failure())).await;
    sleep(120 * SECOND).await;
    assert!((200..=300).contains(&watched.received(0, 120)), "{}", watched.received(0, 120));
    *watched.list.act.lock() = truth(|id| id <= 100);
    sleep(4 * SECOND).await;
    assert_eq!(watched.verdict(BOTH), Verdict::Alert);
}

#[tokio::test(start_paused = true)]
async fn a_customer_whose_answer_cannot_be_used_says_nothing() {
    let watched = watched(Box::new(|id| match id % 3 {
        0 => Err(reasons::INVALID_ANSWER.because("truncated")),
        _ => Ok((id <= 100).then(|| vec!["Rompimento no Centro"])),
    }));
    let watched = watched.await;
    sleep(10 * SECOND).await;
    assert_eq!(watched.verdict(BOTH), Verdict::Alert);
    let mut ids = watched.list.ids();
    ids.sort_unstable();
    let all = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), all, "nobody is asked twice");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_before_the_board_has_the_alert_and_after_its_end() {
    let watched = watched(truth(|_| true)).await;
    watched.withdraw();
    sleep(5 * SECOND).await;
    assert_eq!(watched.list.ids().len(), 0);
    watched.publish();
    sleep(SECOND).await;
    watched.evidence.end(bina::sources::alerts::AlertEpoch(1));
    let before = watched.list.ids().len();
    assert!((4..30).contains(&before), "{before}");
    sleep(60 * SECOND).await;
    assert_eq!(watched.list.ids().len(), before);
}

#[tokio::test(start_paused = true)]
async fn verdicts_are_checked_later_one_probe_at_a_time() {
    let watched = watched(truth(|id| id <= 100)).await;
    sleep(595 * SECOND).await;
    assert_eq!(watched.list.ids().len(), 30);
    sleep(60 * SECOND).await;
    let received = watched.list.received.lock();
    let checks = &received[30..];
    assert_eq!(checks.len(), 15, "five of each stratum");
    assert!(checks.iter().all(|one| one.urgency == Urgency::Probe));
    let spaced = |pair: &[crate::watched::Received]| pair[1].at - pair[0].at >= SECOND;
    assert!(checks.windows(2).all(spaced));
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_stopped_leaves_its_customers_to_the_next() {
    let watched = watched(truth(|id| id <= 100)).await;
    sleep(SECOND / 10).await;
    watched.task.abort();
    sleep(SECOND).await;
    assert_eq!(watched.list.ids().len(), 4);
    let again = (0..10).map_while(|_| watched.evidence.next_probe());
    assert_eq!(again.filter(|probe| probe.urgency == Urgency::UndecidedProbe).count(), 10);
}

#[tokio::test(start_paused = true)]
async fn what_is_decided_is_saved_within_a_moment() {
    let folder = Folder::new();
    let (earlier, _) = folder.open();
    let start = Instant::now();
    let watched = Watched::new(SIZES, truth(|id| id <= 100), earlier).await;
    sleep(4 * SECOND).await;
    assert!(start.elapsed() < 60 * SECOND);
    drop(watched);
    let text = std::fs::read_to_string(folder.file()).expect("a file");
    assert_eq!(text.matches("outcome ").count(), 3, "{text}");
}
