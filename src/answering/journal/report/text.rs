//! Writes a report as text, with a chart, in 80 columns.

use std::fmt::Write;

use crate::domain::zone::Zone;
use crate::sources::directory::PlaceKind;

use super::{HeardLine, IntervalLine, Report, ReportedAlert};

/// Lines of a table; the CSV has all.
const ROWS_MAX: usize = 20;
/// Characters of the longest bar.
const BAR_MAX: u64 = 50;
/// Lines of those who heard an alert; the CSV has all.
const HEARD_ROWS_MAX: usize = 1_000;

pub(super) fn text(report: &Report, zone: Zone) -> String {
    let mut text = String::new();
    summary(report, zone, &mut text);
    if let Some(heard) = &report.heard {
        heard_lines(heard, zone, &mut text);
    }
    alerts(&report.alerts, zone, &mut text);
    districts(report, &mut text);
    suspicions(report, zone, &mut text);
    chart(report, zone, &mut text);
    for problem in &report.problems {
        let _ = writeln!(text, "\nwarning: {problem}");
    }
    text
}

/// `2026-11-30 18:30:12` by the clock of the zone.
pub(super) fn time(at_s: u64, zone: Zone) -> String {
    // Beyond the calendar of four digits there is nothing to show.
    zone.local_time(at_s.min(253_402_300_799)).to_string()
}

fn minute(at_s: u64, zone: Zone) -> String {
    time(at_s, zone).chars().take("2026-11-30 18:30".len()).collect()
}

fn summary(report: &Report, zone: Zone, text: &mut String) {
    let (since, until) = (minute(report.since_s, zone), minute(report.until_s, zone));
    let _ = writeln!(text, "Calls from {since} to {until}\n");
    let Report { calls, callers, told, told_callers, deflected, .. } = *report;
    let _ = writeln!(
        text,
        "  calls           {calls:>8}   from {callers} numbers, {} without a number",
        report.without_number
    );
    let _ = writeln!(text, "  repeat callers  {:>8}", report.repeat_callers);
    let _ = writeln!(text, "  told            {told:>8}   {told_callers} numbers");
    if let Some(percent) = (100 * deflected).checked_div(told_callers) {
        let within = span(report.told_s);
        let _ = writeln!(
            text,
            "  deflected       {deflected:>8}   {percent} % of the told numbers: no call within {within}"
        );
    }
    if let (Some(first), Some(last)) = (report.first_s, report.last_s) {
        let (first, last) = (time(first, zone), time(last, zone));
        let _ = writeln!(text, "  first call      {first}\n  last call       {last}");
    }
}

/// `3 h` or `90 min`.
fn span(seconds: u64) -> String {
    match seconds {
        s if s > 0 && s % 3_600 == 0 => format!("{} h", s / 3_600),
        s if s > 0 && s % 60 == 0 => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}

fn heard_lines(heard: &[HeardLine], zone: Zone, text: &mut String) {
    if heard.is_empty() {
        text.push_str("\nWho heard it: no call (is the id right? see the alerts above)\n");
        return;
    }
    let _ = writeln!(text, "\nWho heard it: {} calls", heard.len());
    let _ = writeln!(text, "  {:<19}  {:<20}  {:<20}", "time", "customer", "rule");
    for line in heard.iter().take(HEARD_ROWS_MAX) {
        let who = match (line.code.as_str(), line.caller.as_str()) {
            ("", "") => "no number".to_owned(),
            ("", caller) => format!("#{caller}"),
            (code, _) => code.to_owned(),
        };
        let again = if line.again { "  again" } else { "" };
        let (time, rule) = (time(line.at_s, zone), cut(&line.rule, 20));
        let _ = writeln!(text, "{}", format!("  {time}  {who:<20}  {rule:<20}{again}").trim_end());
    }
    more(heard.len(), HEARD_ROWS_MAX, text);
}

fn alerts(alerts: &[ReportedAlert], zone: Zone, text: &mut String) {
    if alerts.is_empty() {
        return;
    }
    let (alert, rule) = ("alert", "rule");
    let _ = writeln!(
        text,
        "\n  {alert:<21}  {rule:<14}  {:>6} {:>7} {:>9}  first - last",
        "calls", "numbers", "deflected"
    );
    for line in alerts.iter().take(ROWS_MAX) {
        let of_day = |at_s| time(at_s, zone).chars().skip("2026-11-30 ".len()).take(5).collect();
        let (first, last): (String, String) = (of_day(line.first_s), of_day(line.last_s));
        let (alert, rule) = (cut(&line.alert, 21), cut(&line.rule, 14));
        let ReportedAlert { calls, callers, deflected, .. } = line;
        let _ = writeln!(
            text,
            "  {alert:<21}  {rule:<14}  {calls:>6} {callers:>7} {deflected:>9}  {first}-{last}"
        );
    }
    more(alerts.len(), ROWS_MAX, text);
}

fn districts(report: &Report, text: &mut String) {
    if report.districts.iter().all(|line| line.district.is_empty()) {
        return;
    }
    let _ = writeln!(text, "\n  {:<44}  {:>6} {:>7} {:>6}", "district", "calls", "numbers", "told");
    for line in report.districts.iter().take(ROWS_MAX) {
        let name = if line.district.is_empty() { "not known" } else { &line.district };
        let (name, told) = (cut(name, 44), line.told);
        let _ = writeln!(text, "  {name:<44}  {:>6} {:>7} {told:>6}", line.calls, line.callers);
    }
    more(report.districts.len(), ROWS_MAX, text);
}

fn suspicions(report: &Report, zone: Zone, text: &mut String) {
    if report.suspicions.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nOutage suspected now:");
    for suspicion in report.suspicions.iter().take(ROWS_MAX) {
        let kind = match suspicion.kind {
            PlaceKind::Box => "box",
            PlaceKind::Interface => "interface",
            _ => "district",
        };
        let (since, place) = (minute(suspicion.since_s, zone), cut(&suspicion.place, 36));
        let callers = suspicion.callers;
        let _ = writeln!(text, "  {kind:<9} {place:<36} {callers:>4} callers, {since}");
    }
    more(report.suspicions.len(), ROWS_MAX, text);
}

fn chart(report: &Report, zone: Zone, text: &mut String) {
    let highest = report.intervals.iter().map(|line| line.calls).max().unwrap_or_default();
    if highest == 0 {
        return;
    }
    let step = span(report.interval_s);
    let _ = writeln!(text, "\nCalls each {step} (# told of an alert, - others)");
    for line in &report.intervals {
        let IntervalLine { at_s, calls, told } = *line;
        let scaled = |count: u64| (count * BAR_MAX).div_ceil(highest) as usize;
        let (all, marks) = (scaled(calls), scaled(told));
        let bar = "#".repeat(marks) + &"-".repeat(all - marks);
        let at = minute(at_s, zone);
        let _ = writeln!(text, "{}", format!("  {at} {calls:>7} {bar}").trim_end());
    }
}

fn more(lines: usize, shown: usize, text: &mut String) {
    if lines > shown {
        let _ = writeln!(text, "  … {} more: see --format csv", lines - shown);
    }
}

/// Names come from HubSoft, so what a terminal would obey is left out.
fn cut(name: &str, max: usize) -> String {
    let plain: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match plain.chars().count() {
        count if count <= max => plain,
        _ => plain.chars().take(max - 1).chain(['…']).collect(),
    }
}
