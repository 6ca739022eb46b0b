//! Files that cannot be read or written, and clocks that are wrong: no alert is lost by them.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bina::runtime::wall_clock;
use bina::sources::alerts::{LocalAlerts, LocalSource};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::kept::{HOUR_S, Kept, NOW_S, add, at, everyone, ids};

/// 2038-01-19 03:14:07, UTC.
const FAR_S: u64 = 2_147_483_647;
/// Two minutes after a start without a clock.
const UNSET_S: u64 = 120;

#[test]
fn a_file_that_is_none_is_kept_aside_and_the_next_alert_is_saved() {
    type Spoil = fn(&Kept);
    let spoils: [(&str, Spoil); 3] = [
        ("large", |kept| {
            let file = File::options().write(true).open(kept.file()).expect("a file");
            file.set_len((64 << 20) + 1).expect("a sparse file");
        }),
        ("link", |kept| {
            let other = kept.0.join("other");
            fs::rename(kept.file(), &other)
                .and_then(|()| symlink(other, kept.file()))
                .expect("a link");
        }),
        ("folder", |kept| {
            fs::remove_file(kept.file())
                .and_then(|()| fs::create_dir(kept.file()))
                .expect("a folder");
        }),
    ];
    for (name, spoil) in spoils {
        let kept = Kept::new(name);
        drop(add(&kept.open(NOW_S), NOW_S));
        spoil(&kept);
        let before = fs::symlink_metadata(kept.file()).expect(name);
        let alerts = kept.open(NOW_S);
        let change = alerts.add(&everyone(60), &at(NOW_S)).expect("added");
        let aside = fs::symlink_metadata(kept.aside()).expect(name);
        assert_eq!((aside.len(), aside.file_type()), (before.len(), before.file_type()), "{name}");
        assert!(change.warnings[0].contains("local_alerts.damaged"), "{name}: {change:?}");
        let problem = alerts.list(NOW_S, None).problem.expect("it is there");
        assert!(problem.contains("local_alerts.damaged"), "{problem}");
        drop(alerts);
        assert_eq!(ids(&kept.open(NOW_S), NOW_S), [change.alert.id], "{name}");
    }
}

#[test]
fn damaged_lines_are_kept_aside_until_somebody_removes_them() {
    let kept = Kept::new("lines");
    let alerts = kept.open(NOW_S);
    let lost = [add(&alerts, NOW_S), add(&alerts, NOW_S)];
    drop(alerts);
    let text = fs::read_to_string(kept.file()).expect("a file");
    let damaged = text.replacen(&lost[0], "x9x9", 1);
    fs::write(kept.file(), &damaged).expect("written");
    let problem = |alerts: &LocalAlerts| alerts.list(NOW_S, None).problem;
    assert!(problem(&kept.open(NOW_S)).is_some_and(|text| text.contains("local_alerts.damaged")));
    assert_eq!(fs::read_to_string(kept.aside()).expect("a copy"), damaged);
    let alerts = kept.open(NOW_S);
    assert_eq!(ids(&alerts, NOW_S), lost[1..]);
    assert!(problem(&alerts).is_some(), "also after a restart");
    fs::remove_file(kept.aside()).expect("it is there");
    assert_eq!(problem(&alerts), None);
}

#[test]
fn a_second_damaged_file_within_a_day_overwrites_neither() {
    let kept = Kept::new("twice");
    fs::create_dir(&kept.0).expect("a folder");
    fs::write(kept.aside(), "the first").expect("written");
    fs::write(kept.file(), "the second").expect("written");
    // The time of the files, by which a day is counted.
    let now_s = wall_clock::now_s();
    let alerts = kept.open(now_s);
    let change = alerts.add(&everyone(60), &at(now_s)).expect("added");
    assert!(change.warnings[0].contains("look at it, and remove it"), "{change:?}");
    let texts = [kept.aside(), kept.file()].map(|path| fs::read_to_string(path).expect("a file"));
    assert_eq!(texts, ["the first", "the second"]);
    fs::remove_file(kept.aside()).expect("it is there");
    drop(add(&alerts, now_s));
    assert_eq!(fs::read_to_string(kept.aside()).expect("a file"), "the second");
    assert_eq!(ids(&kept.open(now_s), now_s).len(), 2);
}

#[test]
fn a_start_without_a_clock_changes_no_end() {
    let kept = Kept::new("unset");
    let alerts = kept.open(NOW_S);
    let id = add(&alerts, NOW_S);
    drop(alerts);
    let alerts = kept.open(UNSET_S);
    assert_eq!(alerts.active(UNSET_S, None).len(), 1, "the outage may go on");
    let other = alerts.add(&everyone(60), &at(UNSET_S)).expect("added");
    assert!(other.warnings[0].contains("the clock of this machine is not set"), "{other:?}");
    alerts.end(&other.alert.id, "ana", &at(UNSET_S)).expect("ended");
    let end = |alerts: &LocalAlerts| {
        alerts
            .list(NOW_S, None)
            .alerts
            .iter()
            .map(|alert| (alert.id.clone(), alert.until_s))
            .collect::<Vec<_>>()
    };
    let expected = vec![(id, Some(NOW_S + HOUR_S))];
    assert_eq!(end(&alerts), expected);
    drop(alerts);
    assert_eq!(end(&kept.open(NOW_S)), expected);
}

#[test]
fn a_clock_that_is_far_ahead_for_a_moment_costs_no_alert() {
    let kept = Kept::new("ahead");
    let alerts = kept.open(NOW_S);
    let id = add(&alerts, NOW_S);
    assert!(alerts.active(FAR_S, None).is_empty());
    let other = add(&alerts, FAR_S);
    alerts.end(&other, "ana", &at(FAR_S)).expect("ended");
    assert_eq!(ids(&alerts, NOW_S), [id.as_str()]);
    drop(alerts);
    assert_eq!(ids(&kept.open(FAR_S), NOW_S), [id.as_str()]);
    assert_eq!(ids(&kept.open(NOW_S), NOW_S), [id.as_str()]);
}

/// Keeps alerts by a clock that runs with tokio's, unless it is set.
fn kept_by(alerts: &Arc<LocalAlerts>) -> (JoinHandle<()>, Arc<AtomicU64>) {
    let (start, set_s) = (tokio::time::Instant::now(), Arc::new(AtomicU64::new(NOW_S)));
    let clock = Arc::clone(&set_s);
    let now_s = move || clock.load(Ordering::Relaxed) + start.elapsed().as_secs();
    (tokio::spawn(Arc::clone(alerts).keep(Arc::new(now_s))), set_s)
}

async fn pass(seconds: u64) {
    sleep(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_saved_is_saved_later_without_another_change() {
    let kept = Kept::new("later");
    let alerts = Arc::new(kept.open(NOW_S));
    let id = add(&alerts, NOW_S);
    let (task, _) = kept_by(&alerts);
    fs::create_dir(kept.unfinished()).expect("a folder in the way");
    let change = alerts.end(&id, "ana", &at(NOW_S)).expect("ended in memory");
    assert!(change.warnings[0].contains("a restart loses the latest changes"), "{change:?}");
    pass(600).await;
    assert!(alerts.list(NOW_S, None).problem.is_some() && ids(&kept.open(NOW_S), NOW_S) == [id]);
    fs::remove_dir(kept.unfinished()).expect("out of the way");
    pass(61).await;
    assert_eq!(alerts.list(NOW_S, None).problem, None);
    assert!(ids(&kept.open(NOW_S), NOW_S).is_empty(), "it does not come back");
    task.abort();
}

#[tokio::test]
async fn what_could_not_be_saved_is_saved_at_the_end() {
    let kept = Kept::new("end");
    let alerts = Arc::new(kept.open(NOW_S));
    let id = add(&alerts, NOW_S);
    fs::create_dir(kept.unfinished()).expect("a folder in the way");
    alerts.end(&id, "ana", &at(NOW_S)).expect("ended in memory");
    fs::remove_dir(kept.unfinished()).expect("out of the way");
    alerts.flush(NOW_S).await;
    assert!(ids(&kept.open(NOW_S), NOW_S).is_empty(), "it does not come back");
}

#[tokio::test(start_paused = true)]
async fn alerts_of_a_file_that_was_unreadable_for_a_while_are_active_later() {
    let kept = Kept::new("unreadable");
    let id = add(&kept.open(NOW_S), NOW_S);
    let aside = kept.0.with_extension("moved");
    fs::rename(&kept.0, &aside).and_then(|()| fs::write(&kept.0, "")).expect("a file instead");
    let alerts = Arc::new(kept.open(NOW_S));
    let changes = alerts.changes();
    let (task, _) = kept_by(&alerts);
    pass(30).await;
    assert!(alerts.active(NOW_S, None).is_empty());
    fs::remove_file(&kept.0).and_then(|()| fs::rename(&aside, &kept.0)).expect("back again");
    pass(61).await;
    assert_eq!(ids(&alerts, NOW_S), [id]);
    assert!(changes.has_changed().expect("it is there"), "calls hear of it");
    task.abort();
}

#[tokio::test(start_paused = true)]
async fn an_alert_that_is_over_leaves_the_file_after_an_hour() {
    let kept = Kept::new("over");
    let alerts = Arc::new(kept.open(NOW_S));
    let id = add(&alerts, NOW_S);
    let (task, clock) = kept_by(&alerts);
    let has_it = || fs::read_to_string(kept.file()).expect("a file").contains("Falha geral");
    clock.store(FAR_S, Ordering::Relaxed);
    pass(3_000).await;
    clock.store(NOW_S, Ordering::Relaxed);
    pass(500).await;
    assert_eq!(ids(&alerts, NOW_S + 3_500), [id.as_str()], "the clock was ahead for less");
    pass(3_600).await;
    assert!(ids(&alerts, NOW_S + 7_100).is_empty() && has_it());
    pass(200).await;
    assert!(!has_it(), "it is over since 3600 s");
    assert_eq!(alerts.list(NOW_S, None).alerts, [], "whatever the clock says");
    task.abort();
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_stays_behind_keeps_no_alert_for_more_than_a_day() {
    let kept = Kept::new("behind");
    drop(add(&kept.open(NOW_S), NOW_S));
    let alerts = kept.open(UNSET_S);
    pass(24 * HOUR_S - 1).await;
    assert_eq!(alerts.active(UNSET_S, None).len(), 1);
    pass(1).await;
    assert!(alerts.active(UNSET_S, None).is_empty());
}
