//! The record of earlier alerts, in memory and on disk.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bina::runtime::state_folder::StateFolder;
use bina::sources::alerts::{EarlierAlerts, Verdict};
use bina::sources::directory::{AlertScope, RowIndex};

use crate::bench::{BOTH, IN_BOX, NEITHER, Trialled, scan, scope};

const SIZES: [usize; 4] = [400, 300, 0, 600];

fn and(row: RowIndex) -> bool {
    row.0 < 400
}

/// An alert after two others of the same scope, in which both kinds had to fit.
fn third() -> Trialled {
    let mut trialled = Trialled::new(SIZES, 7);
    trialled.judge(and);
    for alert in [2, 3] {
        trialled.next(alert);
        if alert == 2 {
            trialled.judge(and);
        }
    }
    trialled
}

#[test]
fn one_earlier_alert_is_not_enough() {
    let mut trialled = Trialled::new(SIZES, 7);
    trialled.judge(and);
    trialled.next(2);
    assert_eq!(trialled.verdict(NEITHER), Verdict::Unknown);
    trialled.judge(and);
    assert_eq!(trialled.asked.len(), 30);
}

#[test]
fn after_two_alerts_three_answers_decide_that_there_is_one() {
    let mut trialled = third();
    assert_eq!(trialled.verdict(IN_BOX), Verdict::NoAlert, "at once");
    assert_eq!(trialled.verdict(BOTH), Verdict::Unknown);
    assert!(trialled.status(BOTH).rests_on_earlier);
    trialled.answer(2, and);
    assert_eq!(trialled.verdict(BOTH), Verdict::Unknown);
    trialled.answer(1, and);
    assert_eq!(trialled.verdict(BOTH), Verdict::Alert);
    trialled.judge(and);
    assert_eq!(trialled.asked.len(), 9, "three of each stratum");
    assert_eq!(trialled.check(trialled.start, and), 21, "and the others of ten, as checks");
}

#[test]
fn earlier_alerts_that_are_contradicted_count_no_more() {
    let mut trialled = third();
    trialled.judge(|row| !and(row));
    assert_eq!(trialled.verdict(BOTH), Verdict::NoAlert);
    assert_eq!(trialled.verdict(IN_BOX), Verdict::Alert);
    assert!(!trialled.status(BOTH).rests_on_earlier);
    assert_eq!(trialled.asked.len(), 30);
}

#[test]
fn two_of_three_answers_do_not_decide() {
    let mut trialled = third();
    let first = trialled.evidence.next_probe().expect("a customer");
    trialled.evidence.probed(&first, Some(crate::bench::testimony(false)), 0);
    trialled.answer(2, and);
    assert_eq!(trialled.verdict(BOTH), Verdict::Unknown);
    trialled.answer(1, and);
    assert_eq!(trialled.verdict(BOTH), Verdict::Alert, "three of four, and twenty earlier ones");
}

#[test]
fn a_scope_with_a_kind_that_nobody_sees_is_another() {
    let trialled = third();
    let hidden = AlertScope { unknown_kinds: ["zonas".to_owned()].into(), ..scope() };
    let strata = scan(SIZES, &hidden);
    let epoch = bina::sources::alerts::AlertEpoch(9);
    trialled.evidence.begin(epoch, 9, trialled.start, &strata, crate::bench::NOW_S);
    let statuses = trialled.evidence.status(epoch);
    assert!(statuses.iter().all(|status| !status.rests_on_earlier));
}

#[test]
fn what_live_answers_contradict_is_not_recorded() {
    let mut trialled = Trialled::new(SIZES, 7);
    for alert in [1, 2] {
        trialled.judge(and);
        if alert == 1 {
            trialled.live(BOTH, &[false; 10]);
        }
        trialled.next(alert + 1);
    }
    assert!(!trialled.status(BOTH).rests_on_earlier);
    assert!(trialled.status(NEITHER).rests_on_earlier);
}

/// A state folder that is removed at its end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let made = MADE.fetch_add(1, Ordering::Relaxed);
        Self(std::env::temp_dir().join(format!("bina-evidence-{}-{made}", std::process::id())))
    }

    pub(crate) fn open(&self) -> (EarlierAlerts, Option<String>) {
        EarlierAlerts::open(Some(Arc::new(StateFolder::open(&self.0).expect("a folder"))))
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("alert_evidence")
    }

    /// What an alert after those in the file knows of the stratum of both kinds.
    fn has_prior(&self) -> bool {
        let (earlier, problem) = self.open();
        assert_eq!(problem, None);
        let trialled = Trialled::after(earlier, scan(SIZES, &scope()), 99, 1);
        trialled.status(BOTH).rests_on_earlier
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Judges two alerts, and saves what they have shown.
fn saved() -> Folder {
    let folder = Folder::new();
    let (earlier, problem) = folder.open();
    assert_eq!(problem, None);
    let mut trialled = Trialled::after(earlier, scan(SIZES, &scope()), 1, 7);
    trialled.judge(and);
    trialled.next(2);
    trialled.judge(and);
    trialled.evidence.save_now().expect("saved");
    folder
}

#[test]
fn the_record_is_kept_over_restarts_in_a_file_of_its_own() {
    let folder = saved();
    assert!(folder.has_prior());
    let mode = fs::metadata(folder.file()).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = fs::read_to_string(folder.file()).expect("text");
    assert_eq!(text.matches("outcome ").count(), 6, "{text}");
    assert!(text.contains(" box,group box,group 10 10 "), "{text}");
}

#[test]
fn damaged_lines_are_reported_once_and_dropped() {
    let folder = saved();
    let text = fs::read_to_string(folder.file()).expect("text");
    fs::write(folder.file(), text.replacen(" box,group 10 ", " box,group 19 ", 1)).expect("a file");
    let (earlier, problem) = folder.open();
    assert!(problem.expect("reported").starts_with("1 lines of `"));
    let trialled = Trialled::after(earlier, scan(SIZES, &scope()), 99, 1);
    assert!(!trialled.status(BOTH).rests_on_earlier);
    assert!(trialled.status(NEITHER).rests_on_earlier);
    trialled.evidence.save_now().expect("saved");
    drop(trialled);
    assert!(!folder.has_prior());
}

#[test]
fn a_file_of_rubbish_or_a_folder_in_its_place_prevents_nothing() {
    for rubbish in [&b""[..], b"\n\n\n", &[0xff; 5_000], b"[{\"alert\":1}]", &[b'x'; 600 << 10]] {
        let folder = Folder::new();
        drop(folder.open());
        fs::write(folder.file(), rubbish).expect("a file");
        let (earlier, problem) = folder.open();
        assert_eq!(problem.is_some(), rubbish.len() > 3);
        let mut trialled = Trialled::after(earlier, scan(SIZES, &scope()), 1, 7);
        trialled.judge(and);
        trialled.evidence.save_now().expect("saved");
    }
    let folder = Folder::new();
    drop(folder.open());
    fs::create_dir(folder.file()).expect("a folder");
    assert!(folder.open().1.is_some());
}

#[test]
fn a_record_that_was_not_saved_is_saved_later() {
    let folder = Folder::new();
    let (earlier, _) = folder.open();
    let mut trialled = Trialled::after(earlier, scan(SIZES, &scope()), 1, 7);
    trialled.judge(and);
    fs::create_dir(folder.file()).expect("a folder");
    assert!(trialled.evidence.save_now().is_err());
    fs::remove_dir(folder.file()).expect("it is there");
    trialled.evidence.save_now().expect("saved");
    assert!(folder.file().is_file());
}
