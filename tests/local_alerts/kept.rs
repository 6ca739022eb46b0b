//! Alerts in a file: ends by the clock, restarts, damage, and folders that cannot be used.

use std::fs;
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use bina::sources::alerts::{
    AlertRequest, ExtendRequest, LOCAL_ALERTS_MAX, LocalAlertError, LocalAlertInputs, LocalAlerts,
    LocalSource, RequestContext,
};
use proptest::prelude::*;

/// 2026-11-30 18:00 in São Paulo.
pub(crate) const NOW_S: u64 = 1_796_072_400;
pub(crate) const HOUR_S: u64 = 3_600;

/// A state folder that is removed at its end.
pub(crate) struct Kept(pub(crate) PathBuf);

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Kept {
    pub(crate) fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("bina-local-{name}-{}", std::process::id())))
    }

    pub(crate) fn open(&self, now_s: u64) -> LocalAlerts {
        LocalAlerts::open(inputs(Some(self.0.clone())), now_s)
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("local_alerts")
    }

    /// Where the file is written; a folder there is in the way.
    pub(crate) fn unfinished(&self) -> PathBuf {
        self.0.join("local_alerts.new")
    }

    pub(crate) fn aside(&self) -> PathBuf {
        self.0.join("local_alerts.damaged")
    }
}

pub(crate) fn inputs(folder: Option<PathBuf>) -> LocalAlertInputs {
    LocalAlertInputs { rules: vec!["rompimento".into()], folder, ..LocalAlertInputs::default() }
}

pub(crate) fn at(now_s: u64) -> RequestContext {
    RequestContext { now_s, from: Ipv4Addr::LOCALHOST.into(), view: None }
}

pub(crate) fn everyone(minutes: u64) -> AlertRequest {
    let (text, by) = ("Falha geral na rede".to_owned(), "ana".to_owned());
    AlertRequest { text, by, everyone: true, minutes: Some(minutes), ..AlertRequest::default() }
}

pub(crate) fn add(alerts: &LocalAlerts, now_s: u64) -> String {
    alerts.add(&everyone(60), &at(now_s)).expect("added").alert.id
}

pub(crate) fn ids(alerts: &LocalAlerts, now_s: u64) -> Vec<String> {
    alerts.list(now_s, None).alerts.into_iter().map(|alert| alert.id).collect()
}

#[test]
fn a_restart_keeps_alerts_and_their_file_is_the_services_alone() {
    let kept = Kept::new("restart");
    let alerts = kept.open(NOW_S);
    let request = AlertRequest { rule: Some("rompimento".to_owned()), ..everyone(90) };
    let change = alerts.add(&request, &at(NOW_S)).expect("added");
    assert_eq!(change.warnings, Vec::<String>::new());
    let mode = fs::metadata(kept.file()).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let listed = alerts.list(NOW_S, None);
    drop(alerts);
    assert_eq!(kept.open(NOW_S + 5).list(NOW_S, None), listed);
    assert_eq!(listed.alerts[0].until.as_deref(), Some("2026-11-30 19:30"));
}

#[test]
fn an_alert_ends_by_the_clock_and_is_extended_from_now() {
    let alerts = LocalAlerts::open(inputs(None), NOW_S);
    let id = add(&alerts, NOW_S);
    assert_eq!(alerts.active(NOW_S + HOUR_S - 1, None).len(), 1);
    assert!(alerts.active(NOW_S + HOUR_S, None).is_empty());
    let extend = |minutes| ExtendRequest {
        id: id.to_uppercase(),
        minutes: Some(minutes),
        ..ExtendRequest::default()
    };
    alerts.extend(&extend(24 * 60), &at(NOW_S + 60)).expect("extended");
    assert_eq!(alerts.active(NOW_S + 24 * HOUR_S, None).len(), 1);
    let late = alerts.extend(&extend(24 * 60 + 1), &at(NOW_S + 60));
    assert!(matches!(late, Err(LocalAlertError::End(_))), "{late:?}");
    let none = ExtendRequest { id: id.clone(), ..ExtendRequest::default() };
    assert_eq!(alerts.extend(&none, &at(NOW_S)).err(), Some(LocalAlertError::EndMissing));
    let after = alerts.extend(&extend(5), &at(NOW_S + 24 * HOUR_S + 60));
    assert_eq!(after.err(), Some(LocalAlertError::UnknownId(id)));
}

#[test]
fn an_alert_without_an_end_has_one_of_four_hours() {
    let alerts = LocalAlerts::open(inputs(None), NOW_S);
    let request = AlertRequest { minutes: None, ..everyone(0) };
    let change = alerts.add(&request, &at(NOW_S)).expect("added");
    assert_eq!(change.alert.until_s, Some(NOW_S + 4 * HOUR_S));
    assert!(change.message.contains("every caller hears it until 2026-11-30 22:00"), "{change:?}");
    assert!(change.warnings[0].contains("lost at a restart"), "{change:?}");
}

#[test]
fn requests_that_make_no_sense_are_refused() {
    let alerts = LocalAlerts::open(inputs(None), NOW_S);
    let refused =
        |request: AlertRequest| alerts.add(&request, &at(NOW_S)).expect_err("refused").to_string();
    let one = |text: &str| vec![text.to_owned()];
    for (request, text) in [
        (AlertRequest { everyone: false, ..everyone(60) }, "the alert has no scope"),
        (AlertRequest { text: " ".to_owned(), ..everyone(60) }, "the alert has no text"),
        (AlertRequest { text: "x ".repeat(1_001), ..everyone(60) }, "longer than 2000 characters"),
        (
            AlertRequest { rule: Some("outra".to_owned()), ..everyone(60) },
            "the configuration has rompimento",
        ),
        (
            AlertRequest { cities: one("Betim"), ..everyone(60) },
            "an alert for called numbers or for everyone",
        ),
        (AlertRequest { dids: one("\u{1b}[2J"), ..everyone(60) }, "is not a called number"),
        (AlertRequest { dids: vec!["1".to_owned(); 51], ..everyone(60) }, "more than 50 names"),
        (everyone(0), "in the past"),
    ] {
        let error = refused(request);
        assert!(error.contains(text), "{error}");
    }
    assert!(alerts.active(NOW_S, None).is_empty());
}

#[test]
fn an_id_rests_for_a_day_also_over_a_restart() {
    let kept = Kept::new("ids");
    let mut used = Vec::new();
    for round in 0..3_u64 {
        let alerts = kept.open(NOW_S + round);
        for _ in 0..150 {
            let id = add(&alerts, NOW_S + round);
            assert!(!used.contains(&id), "{id} again");
            alerts.end(&id, "ana", &at(NOW_S + round)).expect("ended");
            used.push(id);
        }
    }
    let text = fs::read_to_string(kept.file()).expect("a file");
    assert_eq!(text.matches("\"ended\"").count(), used.len());
    add(&kept.open(NOW_S + 25 * HOUR_S), NOW_S + 25 * HOUR_S);
    let text = fs::read_to_string(kept.file()).expect("a file");
    assert_eq!(text.matches("\"ended\"").count(), 0);
}

#[test]
fn there_are_at_most_two_hundred() {
    let alerts = LocalAlerts::open(inputs(None), NOW_S);
    (0..LOCAL_ALERTS_MAX).for_each(|_| drop(add(&alerts, NOW_S)));
    let more = alerts.add(&everyone(60), &at(NOW_S)).err();
    assert_eq!(more, Some(LocalAlertError::TooMany(LOCAL_ALERTS_MAX)));
    add(&alerts, NOW_S + HOUR_S);
}

#[test]
fn changes_are_announced_and_refusals_are_not() {
    let alerts = LocalAlerts::open(inputs(None), NOW_S);
    let changes = alerts.changes();
    let id = add(&alerts, NOW_S);
    assert!(alerts.end("a2a2x", "ana", &at(NOW_S)).is_err());
    alerts.end(&id, "ana", &at(NOW_S)).expect("ended");
    assert_eq!(*changes.borrow(), 2);
}

#[test]
fn a_folder_that_cannot_be_used_is_a_warning_and_is_tried_again() {
    let kept = Kept::new("unusable");
    drop(add(&kept.open(NOW_S), NOW_S));
    let aside = kept.0.with_extension("aside");
    fs::rename(&kept.0, &aside).expect("moved");
    fs::write(&kept.0, "").expect("a file instead of a folder");
    let alerts = kept.open(NOW_S);
    let change = alerts.add(&everyone(60), &at(NOW_S)).expect("added in memory");
    assert!(change.warnings[0].contains("a restart loses the latest changes"), "{change:?}");
    assert_eq!(alerts.active(NOW_S, None).len(), 1);
    fs::remove_file(&kept.0).and_then(|()| fs::rename(&aside, &kept.0)).expect("back again");
    let change = alerts.add(&everyone(60), &at(NOW_S)).expect("added");
    assert_eq!(change.warnings, Vec::<String>::new());
    drop(alerts);
    assert_eq!(kept.open(NOW_S).active(NOW_S, None).len(), 3, "those of the file, too");
}

#[test]
fn another_folder_takes_the_alerts_over_and_frees_the_old_one() {
    let (old, new) = (Kept::new("old"), Kept::new("new"));
    let alerts = old.open(NOW_S);
    let id = add(&alerts, NOW_S);
    let other = add(&new.open(NOW_S), NOW_S);
    alerts.adjust(inputs(Some(new.0.clone())), NOW_S);
    let mut both = ids(&alerts, NOW_S);
    both.sort();
    let mut expected = vec![id, other];
    expected.sort();
    assert_eq!(both, expected);
    drop(alerts);
    assert_eq!(new.open(NOW_S).active(NOW_S, None).len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn damage_costs_at_most_what_it_touches(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let kept = Kept::new("damaged");
        let alerts = kept.open(NOW_S);
        (0..5).for_each(|_| drop(add(&alerts, NOW_S)));
        let before = ids(&alerts, NOW_S);
        drop(alerts);
        let mut bytes = fs::read(kept.file()).expect("a file");
        let at = place.index(bytes.len());
        bytes[at] = byte;
        fs::write(kept.file(), bytes).expect("damaged");
        let alerts = kept.open(NOW_S);
        let after = ids(&alerts, NOW_S);
        prop_assert!(after.len() >= 4 && after.iter().all(|id| before.contains(id)), "{:?}", after);
        drop(alerts);
        prop_assert_eq!(ids(&kept.open(NOW_S), NOW_S), after);
    }
}
