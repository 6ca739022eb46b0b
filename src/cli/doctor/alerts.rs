//! Reads HubSoft's list of active alerts once: whether it may be read, what it has, and whose clock it has.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::timeout_at;

use crate::app::config::Config;
use crate::domain::local_time::LocalTime;
use crate::domain::zone::Zone;
use crate::runtime::wall_clock;
use crate::sources::alerts::{AlertList, AlertPage, ListedAlert};
use crate::sources::directory::{AlertScope, CustomerList, ScopeTables};
use crate::sources::hubsoft::HubSoft;

use super::report::CheckReport;
use super::trouble::{REQUEST_MAX, in_time};

const WHAT: &str = "alerts";
const ZONE: &str = "timezone";
/// Maximum time for the tables of names, of which there are six.
const TABLES_MAX: Duration = Duration::from_secs(8);
/// An alert that was made later than this after now was made by another clock.
const AHEAD_MAX_S: i64 = 20 * 60;
/// Hours to the end of the zones that are suggested.
const HOURS_MAX: i64 = 14;

/// Reads the first page of the list.
pub(super) async fn examine(config: &Config, hubsoft: &HubSoft, report: &mut CheckReport) {
    if config.alerts.enabled == Some(false) {
        return report.skipped(WHAT, "they are off (alerts.enabled = false)");
    }
    let deadline = report.deadline(REQUEST_MAX);
    let page = match in_time(timeout_at(deadline, hubsoft.alerts(1, deadline)).await) {
        Ok(page) => page,
        Err(trouble) => {
            let meanwhile = "without the list, HubSoft is asked about alerts in each call";
            return report.warning(WHAT, format_args!("{trouble} ({meanwhile})"));
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
            Err(trouble) => report.warning(WHAT, format_args!("no tables of names: {trouble}")),
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
    let of_all = pages.map_or_else(String::new, |last| format!(" on the first of {last} pages"));
    let scopes = match (kinds.is_empty(), active.is_empty()) {
        (_, true) => String::new(),
        (true, false) => ", without a scope that bina can place".to_owned(),
        (false, false) => format!(", with scopes of the kinds {}", words(&kinds)),
    };
    report.ok(
        WHAT,
        format_args!("HubSoft's list can be read: {} active{of_all}{scopes}", active.len()),
    );
    if !hidden.is_empty() {
        let text =
            "some have scopes that bina cannot place, so HubSoft is asked about more callers";
        report.warning(WHAT, format_args!("{text}: {}", words(&hidden)));
    }
    if page.unreadable > 0 {
        let text = "alerts cannot be read, so that none is taken for ended by the list: report it";
        report.warning(WHAT, format_args!("{} {text} to bina's developers", page.unreadable));
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
        report.ok(WHAT, "HubSoft's tables name every place of their scopes");
    }
}

fn unnamed(kind: &str, lacking: usize, all: usize, tables: &ScopeTables) -> String {
    let remedy = match tables.forbidden.iter().any(|other| other == kind) {
        true => "give hubsoft.username the permission to read it",
        false => "correct the alert in HubSoft, or see `bina directory status`",
    };
    format!("HubSoft's table of the kind `{kind}` lacks {lacking} of {all} ids of scopes: {remedy}")
}

/// Whether the list was written by the clock of `hubsoft.timezone`.
fn compare_clocks(page: &AlertPage, zone: Zone, now_s: u64, report: &mut CheckReport) {
    let Some(newest) = page.newest else {
        return report.skipped(ZONE, "HubSoft lists no alert whose time could be compared");
    };
    let ahead_s = |zone: Zone| newest.seconds() - zone.local_time(now_s).seconds();
    if ahead_s(zone) <= AHEAD_MAX_S {
        return report.ok(ZONE, format_args!("the newest alert is not of the future ({zone})"));
    }
    let text = format!(
        "the newest alert was made {} min from now by hubsoft.timezone ({zone})",
        ahead_s(zone) / 60
    );
    let mut zones = (1..=HOURS_MAX).map(|hours| zone.ahead(hours));
    match zones.find(|other| ahead_s(*other) <= AHEAD_MAX_S) {
        Some(other) => report.warning(
            ZONE,
            format_args!(
                "{text}, so alerts begin and end late: set hubsoft.timezone = \"{other}\""
            ),
        ),
        None => report.warning(ZONE, format_args!("{text}: compare the clocks of both machines")),
    }
}
