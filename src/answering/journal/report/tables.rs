//! Writes a report as CSV: who heard an alert, or a line for each sum.

use std::fmt::Write;

use crate::domain::zone::Zone;

use super::text::time;
use super::{HeardLine, Report};

pub(super) fn csv(report: &Report, zone: Zone) -> String {
    match &report.heard {
        Some(heard) => heard_table(heard, zone),
        None => sums(report, zone),
    }
}

fn heard_table(heard: &[HeardLine], zone: Zone) -> String {
    let mut text = String::from("time,customer,caller,rule,prompt,district,again\n");
    for line in heard {
        let HeardLine { code, caller, rule, prompt, district, again, .. } = line;
        let (time, again) = (time(line.at_s, zone), u8::from(*again));
        let cells = [code, caller, rule, prompt, district].map(|cell| quoted(cell));
        let _ = writeln!(text, "{time},{},{again}", cells.join(","));
    }
    text
}

fn sums(report: &Report, zone: Zone) -> String {
    let mut text = String::from("kind,name,calls,callers,told,deflected,first,last\n");
    let shown = |at_s: Option<u64>| at_s.map(|at_s| time(at_s, zone)).unwrap_or_default();
    let (first, last) = (shown(report.first_s), shown(report.last_s));
    let Report { calls, callers, told, deflected, .. } = report;
    let _ = writeln!(text, "total,,{calls},{callers},{told},{deflected},{first},{last}");
    for line in &report.alerts {
        let (first, last) = (time(line.first_s, zone), time(line.last_s, zone));
        let (name, calls, deflected) = (quoted(&line.alert), line.calls, line.deflected);
        let callers = line.callers;
        let _ = writeln!(text, "alert,{name},{calls},{callers},{calls},{deflected},{first},{last}");
    }
    for line in &report.districts {
        let (name, told) = (quoted(&line.district), line.told);
        let _ = writeln!(text, "district,{name},{},{},{told},,,", line.calls, line.callers);
    }
    for line in &report.intervals {
        let (at, end) = (time(line.at_s, zone), time(line.at_s + report.interval_s, zone));
        let _ = writeln!(text, "interval,{at},{},,{},,{at},{end}", line.calls, line.told);
    }
    text
}

/// A cell. One that a spreadsheet would take for a formula begins with an apostrophe.
fn quoted(cell: &str) -> String {
    if cell.is_empty() {
        return String::new();
    }
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_or_breaks_its_line() {
        assert_eq!(quoted("a,b \"c\""), "\"a,b \"\"c\"\"\"");
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
        assert_eq!(quoted(""), "");
    }
}
