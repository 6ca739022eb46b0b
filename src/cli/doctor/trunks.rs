//! Asks the running service how many callers of each trunk are nobody: then its numbers may be read wrongly.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::Duration;

use tokio::time::timeout_at;

use crate::app::config::Config;
use crate::domain::answer::AnswerStatus;
use crate::runtime::language::Text;
use crate::runtime::metrics::OTHER;

use super::super::operation::Operation;
use super::report::CheckReport;
use super::texts;

const WHAT: Text = texts::WHAT_TRUNKS;
/// Longest wait for an answer of the service.
const ANSWER_MAX: Duration = Duration::from_secs(2);
/// Fewer calls say nothing.
const CALLS_MIN: u64 = 50;
/// From this percentage on, callers who are nobody are a sign of numbers that are read wrongly.
const NOBODY_MIN: u64 = 80;

/// The calls of one trunk since the service has started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct TrunkCalls {
    all: u64,
    no_number: u64,
    not_found: u64,
}

/// Asks the service that `config` describes. Without one there is nothing to judge, which its own line says.
pub(super) async fn examine(config: &Config, report: &mut CheckReport) {
    if config.metrics.is_none() {
        return;
    }
    let service = Operation::probed(config);
    let metrics = timeout_at(report.deadline(ANSWER_MAX), service.get("/metrics")).await;
    if let Ok(Ok(metrics)) = metrics {
        let trunks = calls(&metrics);
        trunks.iter().for_each(|(trunk, calls)| judge(trunk, *calls, report));
    }
}

/// Counts of each trunk in `metrics`; all calls as one, if no trunk is configured.
fn calls(metrics: &str) -> BTreeMap<&str, TrunkCalls> {
    let by_trunk = counted(metrics, "bina_trunk_calls_total{", "trunk=\"");
    if by_trunk.is_empty() { counted(metrics, "bina_calls_total{", "") } else { by_trunk }
}

/// Counts in the lines of `metrics` that begin with `family`, by the label that begins with `key`, if any.
fn counted<'a>(metrics: &'a str, family: &str, key: &str) -> BTreeMap<&'a str, TrunkCalls> {
    let mut trunks = BTreeMap::new();
    for line in metrics.lines().filter_map(|line| line.strip_prefix(family)) {
        let Some((labels, count)) = line.rsplit_once("} ") else { continue };
        let (Some(status), Ok(count)) = (value(labels, "status=\""), count.parse::<u64>()) else {
            continue;
        };
        let trunk = if key.is_empty() { Some(OTHER) } else { value(labels, key) };
        let is_check = value(labels, "door=\"") == Some("watchdog");
        let Some(trunk) = trunk.filter(|_| !is_check) else { continue };
        let calls: &mut TrunkCalls = trunks.entry(trunk).or_default();
        calls.all += count;
        if status == AnswerStatus::NoNumber.word() {
            calls.no_number += count;
        } else if status == AnswerStatus::NotFound.word() {
            calls.not_found += count;
        }
    }
    trunks
}

/// The value of the label that begins with `key`.
fn value<'a>(labels: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = labels.split_once(key)?;
    rest.split_once('"').map(|(value, _)| value)
}

fn judge(trunk: &str, calls: TrunkCalls, report: &mut CheckReport) {
    let TrunkCalls { all, no_number, not_found } = calls;
    if all < CALLS_MIN {
        return;
    }
    let percent = (no_number + not_found) * 100 / all;
    let parts: [(&str, &dyn Display); 5] = [
        ("trunk", &trunk),
        ("all", &all),
        ("no_number", &no_number),
        ("not_found", &not_found),
        ("percent", &percent),
    ];
    let message = match (percent >= NOBODY_MIN, trunk == OTHER) {
        (true, true) => texts::TRUNK_NONE_NOBODY,
        (true, false) => texts::TRUNK_NOBODY,
        // Of calls without a trunk there is nothing good to say.
        (false, true) => return,
        (false, false) => return report.ok(WHAT, texts::TRUNK_GOOD.message(&parts)),
    };
    report.warning(WHAT, message.message(&parts));
}

#[cfg(test)]
mod tests {
    use super::*;

    const METRICS: &str = "# TYPE bina_calls_total counter\n\
        bina_calls_total{door=\"/asterisk\",status=\"not_found\"} 40\n\
        bina_calls_total{door=\"/asterisk\",status=\"found\"} 2\n\
        bina_calls_total{door=\"watchdog\",status=\"no_number\"} 900\n\
        bina_calls_total{door=\"agi\",status=\"no_number\"} 10\n";

    #[test]
    fn calls_are_counted_by_trunk_or_else_together() {
        let together = calls(METRICS);
        let expected = TrunkCalls { all: 52, no_number: 10, not_found: 40 };
        assert_eq!(together, BTreeMap::from([(OTHER, expected)]));
        let trunks = format!(
            "{METRICS}bina_trunk_calls_total{{trunk=\"e1\",status=\"found\"}} 7\n\
             bina_trunk_calls_total{{trunk=\"e1\",status=\"no_number\"}} 3\n\
             bina_trunk_calls_total{{trunk=\"other\",status=\"unavailable\"}} 1\n\
             bina_trunk_calls_total{{trunk=\"e1\",status=\"found\"}} broken\n"
        );
        let own = TrunkCalls { all: 10, no_number: 3, not_found: 0 };
        let other = TrunkCalls { all: 1, ..TrunkCalls::default() };
        assert_eq!(calls(&trunks), BTreeMap::from([("e1", own), (OTHER, other)]));
        assert!(calls("").is_empty());
    }
}
