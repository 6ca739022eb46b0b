//! Reads HubSoft's list of active alerts once: whether it may be read, what it has, and whose clock it has.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::time::Duration;

use tokio::time::timeout_at;

use crate::app::config::Config;
use crate::domain::local_time::LocalTime;
use crate::domain::zone::Zone;
use crate::runtime::language::{Message, Text};
use crate::runtime::wall_clock;
use crate::sources::alerts::{AlertList, AlertPage, ListedAlert};
use crate::sources::directory::{AlertScope, CustomerList, ScopeTables};
use crate::sources::hubsoft::HubSoft;

use super::report::CheckReport;
use super::texts;
use super::trouble::{REQUEST_MAX, in_time};

const WHAT: Text = texts::WHAT_ALERTS;
const ZONE: Text = texts::WHAT_ZONE;
/// Maximum time for the tables of names, of which there are six.
const TABLES_MAX: Duration = Duration::from_secs(8);
/// An alert that was made later than this after now was made by another clock.
const AHEAD_MAX_S: i64 = 20 * 60;
/// Hours to the end of the zones that are suggested.
const HOURS_MAX: i64 = 14;

/// Reads the first page of the list.
pub(in crate::cli) async fn examine(config: &Config, hubsoft: &HubSoft, report: &mut CheckReport) {
    if config.alerts.enabled == Some(false) {
        return report.skipped(WHAT, texts::ALERTS_OFF);
    }
    let deadline = report.deadline(REQUEST_MAX);
    let page = match in_time(timeout_at(deadline, hubsoft.alerts(1, deadline)).await) {
        Ok(page) => page,
        Err(trouble) => {
            let message = texts::ALERTS_MEANWHILE.message(&[("trouble", &trouble)]);
            return report.warning(WHAT, message);
        }
    };
    let now_s = wall_clock::now_s();
    let zone = config.hubsoft.timezone;
    let active: Vec<_> =
        page.alerts.iter().filter(|alert| is_active(alert, zone.local_time(now_s))).collect();
    count(&page, &active, report);
    compare_clocks(&page, zone, now_s, report);
    let scopes: Vec<_> = active.iter().map(|alert| &alert.scope).collect();
    if scopes.iter().any(|scope| !scope.kinds().is_empty()) {
        let deadline = report.deadline(TABLES_MAX);
        match in_time(timeout_at(deadline, hubsoft.tables(deadline)).await) {
            Ok(tables) => join(&scopes, &tables, report),
            Err(trouble) => {
                report.warning(WHAT, texts::ALERTS_NO_TABLES.message(&[("trouble", &trouble)]));
            }
        }
    }
}

/// Whether calls may show it now.
fn is_active(alert: &ListedAlert, now: LocalTime) -> bool {
    let has_begun = alert.starts.is_none_or(|starts| starts <= now);
    alert.is_published && has_begun && alert.may_last_until().is_none_or(|ends| now < ends)
}

fn count(page: &AlertPage, active: &[&ListedAlert], report: &mut CheckReport) {
    let words = |kinds: &BTreeSet<String>| kinds.iter().cloned().collect::<Vec<_>>().join(", ");
    let kinds = active.iter().flat_map(|alert| alert.scope.kinds().iter());
    let kinds: BTreeSet<_> = kinds.map(|kind| kind.word().to_owned()).collect();
    let hidden = active.iter().flat_map(|alert| alert.scope.unknown_kinds.iter().cloned());
    let hidden: BTreeSet<_> = hidden.collect();
    let pages = page.last.filter(|last| *last > 1);
    let of_all = pages.map(|last| texts::ALERTS_PAGES.message(&[("last", &last)]));
    let scopes = match (kinds.is_empty(), active.is_empty()) {
        (_, true) => Message::default(),
        (true, false) => texts::ALERTS_WITHOUT_SCOPE.into(),
        (false, false) => texts::ALERTS_SCOPES.message(&[("kinds", &words(&kinds))]),
    };
    let message = texts::ALERTS_READ.message(&[
        ("count", &active.len()),
        ("pages", &of_all.unwrap_or_default()),
        ("scopes", &scopes),
    ]);
    report.ok(WHAT, message);
    if !hidden.is_empty() {
        report.warning(WHAT, texts::ALERTS_HIDDEN.message(&[("kinds", &words(&hidden))]));
    }
    if page.unreadable > 0 {
        let message = texts::ALERTS_UNREADABLE.message(&[("count", &page.unreadable)]);
        report.warning(WHAT, message);
    }
}

/// Whether the tables have the ids of the scopes.
fn join(scopes: &[&AlertScope], tables: &ScopeTables, report: &mut CheckReport) {
    let named = |entries: &[(u64, String)]| entries.iter().map(|(id, _)| *id).collect();
    let cities: BTreeSet<u64> = tables.cities.iter().map(|city| city.id).collect();
    let interfaces = tables.interfaces.iter().map(|interface| interface.id).collect();
    let pops = tables.pops.iter().map(|pop| pop.id).collect();
    let districts = |scope: &&AlertScope| {
        scope.districts.iter().map(|(city, _)| *city).collect::<BTreeSet<_>>()
    };
    let all = |ids: fn(&AlertScope) -> &BTreeSet<u64>| {
        scopes.iter().flat_map(|scope| ids(scope).iter().copied()).collect::<BTreeSet<_>>()
    };
    let kinds: [(&str, BTreeSet<u64>, &BTreeSet<u64>); 7] = [
        ("city", all(|scope| &scope.cities), &cities),
        ("district", scopes.iter().flat_map(districts).collect(), &cities),
        ("interface", all(|scope| &scope.interfaces), &interfaces),
        ("pop", all(|scope| &scope.pops), &pops),
        ("box", all(|scope| &scope.boxes), &named(&tables.boxes)),
        ("status", all(|scope| &scope.statuses), &named(&tables.statuses)),
        ("group", all(|scope| &scope.groups), &named(&tables.groups)),
    ];
    let mut is_whole = true;
    for (kind, ids, table) in kinds {
        let lacking = ids.difference(table).count();
        if lacking > 0 {
            is_whole = false;
            report.warning(WHAT, unnamed(kind, lacking, ids.len(), tables));
        }
    }
    if is_whole {
        report.ok(WHAT, texts::ALERTS_JOINED);
    }
}

fn unnamed(kind: &str, lacking: usize, all: usize, tables: &ScopeTables) -> Message {
    let remedy = match tables.forbidden.iter().any(|other| other == kind) {
        true => texts::ALERTS_FORBIDDEN_TABLE,
        false => texts::ALERTS_UNNAMED_REMEDY,
    };
    texts::ALERTS_UNNAMED.message(&[
        ("kind", &kind),
        ("lacking", &lacking),
        ("all", &all),
        ("remedy", &remedy),
    ])
}

/// Whether the list was written by the clock of `hubsoft.timezone`.
fn compare_clocks(page: &AlertPage, zone: Zone, now_s: u64, report: &mut CheckReport) {
    let Some(newest) = page.newest else {
        return report.skipped(ZONE, texts::ZONE_NO_ALERT);
    };
    let ahead_s = |zone: Zone| newest.seconds() - zone.local_time(now_s).seconds();
    if ahead_s(zone) <= AHEAD_MAX_S {
        return report.ok(ZONE, texts::ZONE_OK.message(&[("zone", &zone)]));
    }
    let minutes = ahead_s(zone) / 60;
    let mut zones = (1..=HOURS_MAX).map(|hours| zone.ahead(hours));
    match zones.find(|other| ahead_s(*other) <= AHEAD_MAX_S) {
        Some(other) => {
            let parts: [(&str, &dyn Display); 3] =
                [("minutes", &minutes), ("zone", &zone), ("other", &other)];
            report.warning(ZONE, texts::ZONE_OTHER.message(&parts));
        }
        None => {
            let parts: [(&str, &dyn Display); 2] = [("minutes", &minutes), ("zone", &zone)];
            report.warning(ZONE, texts::ZONE_AHEAD.message(&parts));
        }
    }
}
