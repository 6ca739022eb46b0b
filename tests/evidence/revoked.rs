//! Live answers and later checks revoke a verdict; they never make one.

use std::time::Duration;

use bina::sources::alerts::{Evidence, Verdict};

use crate::bench::{BOTH, NEITHER, Trialled, scan, scope, testimony};

const SIZES: [usize; 4] = [400, 0, 0, 600];
const TEN_MINUTES: Duration = Duration::from_secs(600);

fn judged() -> Trialled {
    let mut trialled = Trialled::new(SIZES, 5);
    trialled.judge(|row| row.0 < 400);
    assert_eq!(trialled.verdict(BOTH), Verdict::Alert);
    assert_eq!(trialled.verdict(NEITHER), Verdict::NoAlert);
    trialled
}

#[test]
fn live_answers_never_confirm() {
    let trialled = Trialled::new(SIZES, 5);
    trialled.live(BOTH, &[true; 200]);
    trialled.live(NEITHER, &[false; 200]);
    assert_eq!(trialled.verdict(BOTH), Verdict::Unknown);
    assert_eq!(trialled.verdict(NEITHER), Verdict::Unknown);
    assert_eq!(trialled.status(BOTH).live_answers, 200);
}

#[test]
fn ten_live_answers_of_which_less_than_85_percent_confirm_revoke_an_alert() {
    let trialled = judged();
    trialled.live(BOTH, &[false; 9]);
    assert_eq!(trialled.verdict(BOTH), Verdict::Alert, "too few");
    trialled.live(BOTH, &[true]);
    assert_eq!(trialled.verdict(BOTH), Verdict::Unknown);
    let trialled = judged();
    trialled.live(BOTH, &[&[true; 17][..], &[false; 3]].concat());
    assert_eq!(trialled.verdict(BOTH), Verdict::Alert, "85 of 100");
    trialled.live(BOTH, &[false]);
    assert!(trialled.verdict(BOTH) == Verdict::Unknown && trialled.status(BOTH).is_revoked);
}

#[test]
fn what_is_revoked_is_probed_again_and_stays_undecided_at_the_third_time() {
    let mut trialled = judged();
    for time in 1..=3 {
        trialled.live(BOTH, &[false; 10]);
        assert_eq!(trialled.verdict(BOTH), Verdict::Unknown);
        let before = trialled.asked.len();
        trialled.judge(|row| row.0 < 400);
        let (asked, verdict) = if time < 3 { (10, Verdict::Alert) } else { (0, Verdict::Unknown) };
        assert_eq!((trialled.asked.len() - before, trialled.verdict(BOTH)), (asked, verdict));
    }
    let mut rows: Vec<_> = trialled.asked.iter().map(|probe| probe.row).collect();
    rows.sort_unstable();
    rows.dedup();
    assert_eq!(rows.len(), trialled.asked.len(), "nobody is asked twice");
}

#[test]
fn a_repair_shows_after_any_number_of_live_answers() {
    let trialled = judged();
    trialled.live(BOTH, &[true; 5_000]);
    trialled.live(BOTH, &[false; 11]);
    assert_eq!(trialled.verdict(BOTH), Verdict::Unknown);
    assert_eq!(trialled.status(BOTH).live_confirmed, 5_000);
}

#[test]
fn callers_with_the_alert_where_there_should_be_none_open_the_stratum_again() {
    let mut trialled = judged();
    trialled.live(NEITHER, &[&[false; 9][..], &[true; 3]].concat());
    assert_eq!(trialled.verdict(NEITHER), Verdict::NoAlert, "no more than a quarter");
    trialled.live(NEITHER, &[true]);
    assert_eq!(trialled.verdict(NEITHER), Verdict::Unknown);
    trialled.judge(|_| true);
    assert_eq!(trialled.verdict(NEITHER), Verdict::Alert);
}

#[test]
fn an_answer_that_was_requested_before_the_alert_was_seen_says_nothing() {
    let trialled = judged();
    let before = trialled.start.checked_sub(Duration::from_millis(1)).expect("after boot");
    for _ in 0..100 {
        let (epoch, stratum) = (trialled.epoch, crate::bench::stratum(BOTH));
        trialled.evidence.observed(epoch, stratum, testimony(false), before);
    }
    assert_eq!(trialled.verdict(BOTH), Verdict::Alert);
    assert_eq!(trialled.status(BOTH).live_answers, 0);
}

#[test]
fn a_verdict_is_checked_every_ten_minutes_by_five_answers() {
    let mut trialled = judged();
    let at = |minutes: u32| TEN_MINUTES * minutes / 10;
    let start = trialled.start;
    assert_eq!(trialled.check(start + at(9), |row| row.0 < 400), 0);
    assert_eq!(trialled.check(start + at(10), |row| row.0 < 400), 10, "two strata");
    assert_eq!(trialled.check(start + at(19), |row| row.0 < 400), 0);
    assert_eq!(trialled.check(start + at(20), |row| row.0 < 400), 10);
    assert_eq!(trialled.verdict(BOTH), Verdict::Alert);
    assert_eq!(trialled.check(start + at(30), |_| false), 7, "two contradict an alert");
    assert_eq!(trialled.verdict(BOTH), Verdict::Unknown);
    trialled.judge(|_| false);
    assert_eq!(trialled.verdict(BOTH), Verdict::NoAlert);
}

#[test]
fn checks_of_a_long_alert_never_run_out_of_customers() {
    let mut trialled = judged();
    for round in 1..=60 {
        let now = trialled.start + TEN_MINUTES * round;
        let asked = trialled.check(now, |row| row.0 < 400);
        assert_eq!(asked, 10, "round {round}");
    }
}

#[test]
fn another_directory_keeps_what_is_known() {
    let trialled = judged();
    trialled.evidence.scanned(trialled.epoch, &scan([300, 50, 0, 700], &scope()), 0);
    assert_eq!(trialled.verdict(BOTH), Verdict::Alert);
    assert_eq!(trialled.status(BOTH).customers, 300);
    let next = trialled.evidence.next_probe().expect("a new stratum");
    assert_eq!(next.stratum, crate::bench::stratum(crate::bench::IN_BOX));
}

#[test]
fn customers_who_cannot_be_asked_leave_a_small_stratum_to_the_others() {
    let trialled = Trialled::new([5, 0, 0, 0], 5);
    for at in 0..5 {
        let probe = trialled.evidence.next_probe().expect("a customer");
        let answer = (at < 3).then_some(testimony(true));
        trialled.evidence.probed(&probe, answer, 0);
    }
    assert_eq!(trialled.verdict(BOTH), Verdict::Alert);
    assert!(trialled.evidence.next_probe().is_none());
}

#[test]
fn what_has_ended_is_judged_no_more() {
    let trialled = judged();
    trialled.evidence.end(trialled.epoch);
    let evidence: &Evidence = &trialled.evidence;
    assert!(evidence.next_probe().is_none() && evidence.status(trialled.epoch).is_empty());
}
