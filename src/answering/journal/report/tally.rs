//! Counts the calls of a report.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::answering::journal::JournalEntry;

use super::query::ReportSpan;
use super::{DistrictLine, HeardLine, IntervalLine, Report, ReportedAlert};

/// Lengths of an interval of the chart …
const INTERVALS_S: [u64; 10] = [60, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400];
/// … of which the shortest is chosen that gives no more lines than this.
const INTERVALS_MAX: u64 = 24;
/// Maximum lines of those who heard one alert.
const HEARD_MAX: usize = 100_000;
/// Maximum districts and alerts; a report with more is read by nobody.
const LINES_MAX: usize = 1_000;

/// What is known of one caller.
#[derive(Default)]
struct CallerTally {
    calls: u32,
    /// The alerts that the caller has heard.
    heard: Vec<HeardOnce>,
}

/// One alert, as a caller has heard it first.
struct HeardOnce {
    alert: usize,
    first_s: u64,
    /// Whether the caller has called again.
    is_back: bool,
}

#[derive(Default)]
struct DistrictTally {
    calls: u64,
    told: u64,
    callers: HashSet<u64>,
}

/// The calls so far.
pub(super) struct ReportTally {
    report: Report,
    wanted: Option<String>,
    callers: HashMap<u64, CallerTally>,
    alerts: HashMap<String, usize>,
    districts: BTreeMap<String, DistrictTally>,
}

impl ReportTally {
    pub(super) fn new(span: &ReportSpan, told_s: u64) -> Self {
        let length_s = span.until_s - span.since_s;
        let is_long = |step: &u64| length_s.div_ceil(*step) <= INTERVALS_MAX;
        let interval_s = INTERVALS_S.into_iter().find(is_long);
        // Whole days, so that a year has no more lines.
        let days = length_s.div_ceil(INTERVALS_MAX).div_ceil(86_400);
        let interval_s = interval_s.unwrap_or(days * 86_400);
        let count = length_s.div_ceil(interval_s);
        let at = |number| span.since_s + number * interval_s;
        let intervals = (0..count).map(|one| IntervalLine { at_s: at(one), ..Default::default() });
        let report = Report {
            since_s: span.since_s,
            until_s: span.until_s,
            told_s,
            interval_s,
            intervals: intervals.collect(),
            heard: span.alert.is_some().then(Vec::new),
            ..Report::default()
        };
        let wanted = span.alert.clone();
        let (callers, alerts) = (HashMap::new(), HashMap::new());
        Self { report, wanted, callers, alerts, districts: BTreeMap::new() }
    }

    pub(super) fn calls(&self) -> usize {
        self.report.calls as usize
    }

    /// Counts a call. Calls come in the order of their times.
    pub(super) fn add(&mut self, entry: &JournalEntry<'_>) {
        let is_told = !entry.alert.is_empty();
        let report = &mut self.report;
        report.calls += 1;
        report.told += u64::from(is_told);
        report.first_s = Some(report.first_s.map_or(entry.at_s, |first| first.min(entry.at_s)));
        report.last_s = report.last_s.max(Some(entry.at_s));
        let interval = (entry.at_s - report.since_s) / report.interval_s;
        if let Some(line) = report.intervals.get_mut(interval as usize) {
            line.calls += 1;
            line.told += u64::from(is_told);
        }
        self.add_district(entry, is_told);
        let alert = is_told.then(|| self.add_alert(entry)).flatten();
        self.add_caller(entry, alert);
        if self.is_wanted(&entry.alert) {
            self.add_heard(entry);
        }
    }

    fn add_district(&mut self, entry: &JournalEntry<'_>, is_told: bool) {
        let is_known = self.districts.contains_key(&*entry.district);
        if !is_known && self.districts.len() >= LINES_MAX {
            return;
        }
        let district = self.districts.entry(entry.district.to_string()).or_default();
        district.calls += 1;
        district.told += u64::from(is_told);
        district.callers.extend(entry.caller);
    }

    /// Returns the position of the alert.
    fn add_alert(&mut self, entry: &JournalEntry<'_>) -> Option<usize> {
        let lines = &mut self.report.alerts;
        let at = match self.alerts.get(&*entry.alert) {
            Some(at) => *at,
            None if lines.len() >= LINES_MAX => return None,
            None => {
                let (alert, first_s) = (entry.alert.to_string(), entry.at_s);
                lines.push(ReportedAlert {
                    alert: alert.clone(),
                    first_s,
                    ..ReportedAlert::default()
                });
                self.alerts.insert(alert, lines.len() - 1);
                lines.len() - 1
            }
        };
        let line = &mut lines[at];
        line.calls += 1;
        line.rule.clear();
        line.rule.push_str(&entry.rule);
        line.first_s = line.first_s.min(entry.at_s);
        line.last_s = line.last_s.max(entry.at_s);
        Some(at)
    }

    fn add_caller(&mut self, entry: &JournalEntry<'_>, alert: Option<usize>) {
        let Some(caller) = entry.caller else {
            self.report.without_number += 1;
            return;
        };
        let caller = self.callers.entry(caller).or_default();
        caller.calls += 1;
        for heard in &mut caller.heard {
            heard.is_back |= entry.at_s - heard.first_s.min(entry.at_s) <= self.report.told_s;
        }
        let Some(alert) = alert else { return };
        if !caller.heard.iter().any(|heard| heard.alert == alert) {
            caller.heard.push(HeardOnce { alert, first_s: entry.at_s, is_back: false });
        }
    }

    /// An alert is asked for by its word, or by its id alone.
    fn is_wanted(&self, alert: &str) -> bool {
        let id = alert.split_once(':').map(|(_, id)| id);
        let wanted = self.wanted.as_deref();
        wanted.is_some_and(|wanted| !alert.is_empty() && (wanted == alert || Some(wanted) == id))
    }

    fn add_heard(&mut self, entry: &JournalEntry<'_>) {
        let Some(heard) = self.report.heard.as_mut().filter(|heard| heard.len() < HEARD_MAX) else {
            return;
        };
        heard.push(HeardLine {
            at_s: entry.at_s,
            code: entry.code.to_string(),
            caller: entry.caller.map(|hash| format!("{hash:016x}")).unwrap_or_default(),
            rule: entry.rule.to_string(),
            prompt: entry.prompt.to_string(),
            district: entry.district.to_string(),
            again: entry.again,
        });
    }

    /// The report on all calls.
    pub(super) fn report(self) -> Report {
        let mut report = self.report;
        report.callers = self.callers.len() as u64;
        for caller in self.callers.values() {
            report.repeat_callers += u64::from(caller.calls > 1);
            let Some(first) = caller.heard.iter().min_by_key(|heard| heard.first_s) else {
                continue;
            };
            report.told_callers += 1;
            report.deflected += u64::from(!first.is_back);
            for heard in &caller.heard {
                let line = &mut report.alerts[heard.alert];
                line.callers += 1;
                line.deflected += u64::from(!heard.is_back);
            }
        }
        if report.heard.as_ref().is_some_and(|heard| heard.len() >= HEARD_MAX) {
            let text = format!("only the first {HEARD_MAX} who heard the alert are listed");
            report.problems.push(text);
        }
        report
            .alerts
            .sort_by(|one, other| (other.calls, &one.alert).cmp(&(one.calls, &other.alert)));
        report.districts = districts(self.districts);
        report
    }
}

fn districts(tallies: BTreeMap<String, DistrictTally>) -> Vec<DistrictLine> {
    let line = |(district, tally): (String, DistrictTally)| DistrictLine {
        district,
        calls: tally.calls,
        callers: tally.callers.len() as u64,
        told: tally.told,
    };
    let mut lines: Vec<_> = tallies.into_iter().map(line).collect();
    lines.sort_by(|one, other| (other.calls, &one.district).cmp(&(one.calls, &other.district)));
    lines
}
