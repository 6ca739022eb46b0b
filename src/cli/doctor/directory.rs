//! Reports the directory of the running service: its content, its age, and the names that join nothing.

use std::time::Duration;

use tokio::time::timeout_at;

use crate::app::config::Config;
use crate::domain::zone::Zone;
use crate::sources::directory::{DirectoryStatus, KindStatus};

use super::super::directory::{lines, status};
use super::super::operation::Operation;
use super::report::CheckReport;

const WHAT: &str = "directory";
/// Maximum time for the answer of the service.
const ANSWER_MAX: Duration = Duration::from_secs(2);
/// Age beyond which a nightly walk has been missed.
const AGE_MAX_S: u64 = 36 * 60 * 60;
/// Below this percentage, an alert of that kind misses customers.
const JOINED_MIN: f64 = 90.0;

/// Requests the status from the service that `config` describes.
pub(super) async fn examine(config: &Config, report: &mut CheckReport) {
    if config.directory.enabled == Some(false) {
        return report.skipped(WHAT, "it is off (directory.enabled = false)");
    }
    let Ok(service) = Operation::of(config, "") else {
        return report.skipped(WHAT, "set listen.metrics, where the service reports it");
    };
    let deadline = report.deadline(ANSWER_MAX);
    match timeout_at(deadline, status(&service)).await {
        Ok(Ok(status)) => judge(&status, config.hubsoft.timezone, report),
        Ok(Err(_)) | Err(_) => {
            report.skipped(WHAT, "start the service: it reads the directory and reports it here");
        }
    }
}

fn judge(status: &DirectoryStatus, zone: Zone, report: &mut CheckReport) {
    let described = lines(status, zone);
    let content = described[0].trim_start_matches("directory: ");
    let is_current = status.generation.as_ref().is_some_and(|it| it.age_s <= AGE_MAX_S);
    match (&status.last_walk, is_current) {
        (Some(last), _) => report.warning(WHAT, format_args!("{content}; last walk: {last}")),
        (None, true) => report.ok(WHAT, content),
        (None, false) => {
            report.warning(WHAT, format_args!("{content}; see `bina directory status`"));
        }
    }
    if let Some(problem) = &status.file_problem {
        report.warning(WHAT, problem);
    }
    let is_poor = |kind: &&KindStatus| kind.is_forbidden || kind.percent < JOINED_MIN;
    for kind in status.joins.iter().filter(is_poor) {
        report.warning(WHAT, unjoined(kind));
    }
}

fn unjoined(kind: &KindStatus) -> String {
    let KindStatus { kind, percent, unjoined, is_forbidden } = kind;
    if *is_forbidden {
        return format!(
            "HubSoft does not let its API user read the table of the kind `{kind}`, so alerts of that kind \
             may miss customers: give hubsoft.username the permission for it"
        );
    }
    if *percent == 0.0 {
        return format!(
            "no name of the kind `{kind}` joins HubSoft's table: see `bina directory status`"
        );
    }
    let names = unjoined.iter().map(|(name, count)| format!("{name} ({count})"));
    format!(
        "only {percent:.1} % of the names of the kind `{kind}` join HubSoft's table; correct the commonest \
         there: {}",
        names.collect::<Vec<_>>().join(", ")
    )
}
