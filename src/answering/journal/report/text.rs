//! Writes a report as text, with a chart, in 80 columns.

use std::fmt::{Display, Write};

use crate::domain::zone::Zone;
use crate::runtime::language::{Language, Text};
use crate::sources::directory::PlaceKind;
use crate::sources::sentences::in_both;

use super::{HeardLine, IntervalLine, Report, ReportedAlert, texts};

/// Lines of a table; the CSV has all.
const ROWS_MAX: usize = 20;
/// Characters of the longest bar.
const BAR_MAX: u64 = 50;
/// Lines of those who heard an alert; the CSV has all.
const HEARD_ROWS_MAX: usize = 1_000;

pub(super) fn text(report: &Report, zone: Zone, language: Language) -> String {
    let mut text = String::new();
    summary(report, zone, language, &mut text);
    if let Some(heard) = &report.heard {
        heard_lines(heard, zone, language, &mut text);
    }
    alerts(&report.alerts, zone, language, &mut text);
    districts(report, language, &mut text);
    suspicions(report, zone, language, &mut text);
    chart(report, zone, language, &mut text);
    for problem in &report.problems {
        let warning = texts::WARNING.filled(language, &[("problem", &in_both(problem))]);
        let _ = writeln!(text, "\n{warning}");
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

fn summary(report: &Report, zone: Zone, language: Language, text: &mut String) {
    let (since, until) = (minute(report.since_s, zone), minute(report.until_s, zone));
    let heading = texts::HEADING.filled(language, &[("since", &since), ("until", &until)]);
    let _ = writeln!(text, "{heading}\n");
    let mut line = |name: Text, count: u64, more: &str| {
        let name = name.of(language);
        let _ = writeln!(text, "{}", format!("  {name:<15} {count:>8}   {more}").trim_end());
    };
    let Report { calls, callers, told, told_callers, deflected, without_number, .. } = *report;
    let from = [("numbers", &callers as &dyn Display), ("without", &without_number)];
    line(texts::CALLS, calls, &texts::CALLS_FROM.filled(language, &from));
    line(texts::REPEAT_CALLERS, report.repeat_callers, "");
    line(texts::TOLD, told, &texts::TOLD_NUMBERS.filled(language, &[("numbers", &told_callers)]));
    if let Some(percent) = (100 * deflected).checked_div(told_callers) {
        let within = span(report.told_s);
        let share = [("percent", &percent as &dyn Display), ("within", &within)];
        line(texts::DEFLECTED, deflected, &texts::DEFLECTED_SHARE.filled(language, &share));
    }
    if let (Some(first), Some(last)) = (report.first_s, report.last_s) {
        for (name, at_s) in [(texts::FIRST_CALL, first), (texts::LAST_CALL, last)] {
            let _ = writeln!(text, "  {:<15} {}", name.of(language), time(at_s, zone));
        }
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

fn heard_lines(heard: &[HeardLine], zone: Zone, language: Language, text: &mut String) {
    if heard.is_empty() {
        let _ = writeln!(text, "\n{}", texts::HEARD_NONE.of(language));
        return;
    }
    let heading = texts::HEARD.filled(language, &[("count", &heard.len())]);
    let _ = writeln!(text, "\n{heading}");
    let [at, customer, rule] =
        [texts::TIME, texts::CUSTOMER, texts::RULE].map(|name| name.of(language));
    let _ = writeln!(text, "  {at:<19}  {customer:<20}  {rule:<20}");
    for line in heard.iter().take(HEARD_ROWS_MAX) {
        let who = match (line.code.as_str(), line.caller.as_str()) {
            ("", "") => texts::NO_NUMBER.of(language).to_owned(),
            ("", caller) => format!("#{caller}"),
            (code, _) => code.to_owned(),
        };
        let again = if line.again { texts::AGAIN.of(language) } else { "" };
        let (time, rule) = (time(line.at_s, zone), cut(&line.rule, 20));
        let _ = writeln!(text, "{}", format!("  {time}  {who:<20}  {rule:<20}{again}").trim_end());
    }
    more(heard.len(), HEARD_ROWS_MAX, language, text);
}

fn alerts(alerts: &[ReportedAlert], zone: Zone, language: Language, text: &mut String) {
    if alerts.is_empty() {
        return;
    }
    let heading = [texts::ALERT, texts::RULE, texts::CALLS, texts::NUMBERS, texts::DEFLECTED];
    let [alert, rule, calls, numbers, deflected] = heading.map(|name| name.of(language));
    let between = texts::FIRST_LAST.of(language);
    // A column is at least as wide as its name.
    let [calls_width, deflected_width] =
        [(calls, 6), (deflected, 9)].map(|(name, least)| name.chars().count().max(least));
    let _ = writeln!(
        text,
        "\n  {alert:<21}  {rule:<14}  {calls:>6} {numbers:>7} {deflected:>9}  {between}"
    );
    for line in alerts.iter().take(ROWS_MAX) {
        let of_day = |at_s| time(at_s, zone).chars().skip("2026-11-30 ".len()).take(5).collect();
        let (first, last): (String, String) = (of_day(line.first_s), of_day(line.last_s));
        let (alert, rule) = (cut(&line.alert, 21), cut(&line.rule, 14));
        let ReportedAlert { calls, callers, deflected, .. } = line;
        let _ = writeln!(
            text,
            "  {alert:<21}  {rule:<14}  {calls:>calls_width$} {callers:>7} {deflected:>deflected_width$}  {first}-{last}"
        );
    }
    more(alerts.len(), ROWS_MAX, language, text);
}

fn districts(report: &Report, language: Language, text: &mut String) {
    if report.districts.iter().all(|line| line.district.is_empty()) {
        return;
    }
    let heading = [texts::DISTRICT, texts::CALLS, texts::NUMBERS, texts::TOLD];
    let [district, calls, numbers, told] = heading.map(|name| name.of(language));
    let [calls_width, told_width] = [calls, told].map(|name| name.chars().count().max(6));
    let _ = writeln!(text, "\n  {district:<44}  {calls:>6} {numbers:>7} {told:>6}");
    for line in report.districts.iter().take(ROWS_MAX) {
        let name =
            if line.district.is_empty() { texts::NOT_KNOWN.of(language) } else { &line.district };
        let (name, calls, callers, told) = (cut(name, 44), line.calls, line.callers, line.told);
        let _ =
            writeln!(text, "  {name:<44}  {calls:>calls_width$} {callers:>7} {told:>told_width$}");
    }
    more(report.districts.len(), ROWS_MAX, language, text);
}

fn suspicions(report: &Report, zone: Zone, language: Language, text: &mut String) {
    if report.suspicions.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}", texts::SUSPECTED.of(language));
    for suspicion in report.suspicions.iter().take(ROWS_MAX) {
        let kind = match suspicion.kind {
            PlaceKind::Box => texts::BOX,
            PlaceKind::Interface => texts::INTERFACE,
            _ => texts::DISTRICT,
        };
        let kind = kind.of(language);
        let (since, place) = (minute(suspicion.since_s, zone), cut(&suspicion.place, 36));
        let count = format!("{:>4}", suspicion.callers);
        let parts: [(&str, &dyn Display); 2] = [("count", &count), ("since", &since)];
        let callers = texts::SUSPECTED_CALLERS.filled(language, &parts);
        let _ = writeln!(text, "  {kind:<9} {place:<36} {callers}");
    }
    more(report.suspicions.len(), ROWS_MAX, language, text);
}

fn chart(report: &Report, zone: Zone, language: Language, text: &mut String) {
    let highest = report.intervals.iter().map(|line| line.calls).max().unwrap_or_default();
    if highest == 0 {
        return;
    }
    let step = span(report.interval_s);
    let heading = texts::CHART.filled(language, &[("step", &step)]);
    let _ = writeln!(text, "\n{heading}");
    for line in &report.intervals {
        let IntervalLine { at_s, calls, told } = *line;
        let scaled = |count: u64| (count * BAR_MAX).div_ceil(highest) as usize;
        let (all, marks) = (scaled(calls), scaled(told));
        let bar = "#".repeat(marks) + &"-".repeat(all - marks);
        let at = minute(at_s, zone);
        let _ = writeln!(text, "{}", format!("  {at} {calls:>7} {bar}").trim_end());
    }
}

fn more(lines: usize, shown: usize, language: Language, text: &mut String) {
    if lines > shown {
        let more = texts::MORE.filled(language, &[("count", &(lines - shown))]);
        let _ = writeln!(text, "  {more}");
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

#[cfg(test)]
mod tests {
    use super::super::DistrictLine;
    use super::*;

    fn reported() -> Report {
        let alert = ReportedAlert {
            alert: "local:a7k2".to_owned(),
            rule: "fibra".to_owned(),
            calls: 7,
            callers: 5,
            deflected: 4,
            first_s: 1_796_072_400,
            last_s: 1_796_072_460,
        };
        let district = DistrictLine { calls: 7, callers: 5, told: 6, ..DistrictLine::default() };
        let named = DistrictLine { district: "CENTRO".to_owned(), ..district.clone() };
        Report {
            since_s: 1_796_072_400,
            until_s: 1_796_076_000,
            calls: 9,
            callers: 5,
            without_number: 2,
            told: 6,
            told_callers: 5,
            deflected: 4,
            told_s: 7_200,
            repeat_callers: 1,
            first_s: Some(1_796_072_400),
            last_s: Some(1_796_072_460),
            alerts: vec![alert],
            districts: vec![named, district],
            intervals: vec![IntervalLine { at_s: 1_796_072_400, calls: 2, told: 1 }],
            interval_s: 60,
            heard: Some(Vec::new()),
            ..Report::default()
        }
    }

    #[test]
    fn a_report_is_written_in_both_languages() {
        let report = reported();
        let english = text(&report, Zone::default(), Language::English);
        for line in [
            "  calls                  9   from 5 numbers, 2 without a number",
            "  repeat callers         1",
            "  deflected              4   80 % of the told numbers: no call within 2 h",
            "  alert                  rule             calls numbers deflected  first - last",
            "  local:a7k2             fibra                7       5         4  18:00-18:01",
            "Calls each 1 min (# told of an alert, - others)",
        ] {
            assert!(english.lines().any(|it| it == line), "{line}\n{english}");
        }
        let portuguese = text(&report, Zone::default(), Language::Portuguese);
        for line in [
            "Chamadas de 2026-11-30 18:00 a 2026-11-30 19:00",
            "  chamadas               9   5 números, 2 sem número",
            "  ligaram de novo        1",
            "  ouviram                6   5 números",
            "  pararam                4   80 % dos números que ouviram: sem ligar em 2 h",
            "  primeira        2026-11-30 18:00:00",
            "  alerta                 regra           chamadas números   pararam  das - às",
            "  local:a7k2             fibra                  7       5         4  18:00-18:01",
            "  CENTRO                                               7       5       6",
            "  não se sabe                                          7       5       6",
            "Chamadas a cada 1 min (# ouviram um alerta, - as outras)",
        ] {
            assert!(portuguese.lines().any(|it| it == line), "{line}\n{portuguese}");
        }
        assert!(portuguese.contains("Quem ouviu: ninguém"), "{portuguese}");
        let wide = portuguese.lines().find(|line| line.chars().count() > 80);
        assert_eq!(wide, None);
    }
}
