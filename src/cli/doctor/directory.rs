//! Reports the directory of the running service: its content, its age, and the names that join nothing.

use std::fmt::Display;
use std::time::Duration;

use tokio::time::timeout_at;

use crate::app::config::Config;
use crate::domain::zone::Zone;
use crate::runtime::language::{Message, Text};
use crate::sources::directory::{DirectoryStatus, KindStatus};
use crate::sources::sentences::in_both;

use super::super::directory::{described, status};
use super::super::operation::Operation;
use super::report::CheckReport;
use super::texts;

const WHAT: Text = texts::WHAT_DIRECTORY;
/// Maximum time for the answer of the service.
const ANSWER_MAX: Duration = Duration::from_secs(2);
/// Age beyond which a nightly walk has been missed.
const AGE_MAX_S: u64 = 36 * 60 * 60;
/// Below this percentage, an alert of that kind misses customers.
const JOINED_MIN: f64 = 90.0;

/// Requests the status from the service that `config` describes.
pub(super) async fn examine(config: &Config, report: &mut CheckReport) {
    if config.directory.enabled == Some(false) {
        return report.skipped(WHAT, texts::DIRECTORY_OFF);
    }
    let Ok(service) = Operation::of(config, texts::DIRECTORY_NO_LISTENER) else {
        return report.skipped(WHAT, texts::DIRECTORY_NO_LISTENER);
    };
    let deadline = report.deadline(ANSWER_MAX);
    match timeout_at(deadline, status(&service)).await {
        Ok(Ok(status)) => judge(&status, config.hubsoft.timezone, report),
        Ok(Err(_)) | Err(_) => {
            report.skipped(WHAT, texts::DIRECTORY_START);
        }
    }
}

fn judge(status: &DirectoryStatus, zone: Zone, report: &mut CheckReport) {
    let described = described(status, zone, report.language());
    let content = described[0].split_once(": ").map_or("", |(_, content)| content);
    let is_current = status.generation.as_ref().is_some_and(|it| it.age_s <= AGE_MAX_S);
    match (&status.last_walk, is_current) {
        (Some(last), _) => {
            let parts: [(&str, &dyn Display); 2] =
                [("content", &content), ("last", &in_both(last))];
            report.warning(WHAT, texts::DIRECTORY_LAST_WALK.message(&parts));
        }
        (None, true) => report.ok(WHAT, content),
        (None, false) => {
            report.warning(WHAT, texts::DIRECTORY_OLD.message(&[("content", &content)]));
        }
    }
    if let Some(problem) = &status.file_problem {
        report.warning(WHAT, in_both(problem));
    }
    let is_poor = |kind: &&KindStatus| kind.is_forbidden || kind.percent < JOINED_MIN;
    for kind in status.joins.iter().filter(is_poor) {
        report.warning(WHAT, unjoined(kind));
    }
}

fn unjoined(kind: &KindStatus) -> Message {
    let KindStatus { kind, percent, unjoined, is_forbidden } = kind;
    if *is_forbidden {
        return texts::DIRECTORY_FORBIDDEN.message(&[("kind", kind)]);
    }
    if *percent == 0.0 {
        return texts::DIRECTORY_NONE_JOINS.message(&[("kind", kind)]);
    }
    let names = unjoined.iter().map(|(name, count)| format!("{name} ({count})"));
    let names = names.collect::<Vec<_>>().join(", ");
    let percent = format!("{percent:.1}");
    texts::DIRECTORY_POOR.message(&[("percent", &percent), ("kind", kind), ("names", &names)])
}
