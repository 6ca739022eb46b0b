//! Asks the running service for its own state: circuit breaker, token, and HubSoft's list of alerts.
//!
//! It may differ from what the doctor finds out itself: secrets are handed to the service at its start.

use std::time::Duration;

use tokio::time::timeout_at;

use crate::app::config::Config;
use crate::sources::alerts::{AlertListing, FeedEntry};

use super::super::operation::{Operation, read_answer};
use super::super::{Failed, alert};
use super::report::CheckReport;

const WHAT: &str = "service";
/// Longest wait for an answer of the service.
const ANSWER_MAX: Duration = Duration::from_secs(2);
/// What the service says of a token that it has not requested.
const NOT_REQUESTED: &str = "not asked for yet";

/// Asks the service that `config` describes. One that does not run is no failure.
pub(super) async fn examine(config: &Config, report: &mut CheckReport) {
    let service = Operation::probed(config);
    if !matches!(timeout_at(report.deadline(ANSWER_MAX), service.is_reachable()).await, Ok(true)) {
        return report.skipped(WHAT, "bina does not run here: `sudo systemctl start bina`");
    }
    match requested(&service, "/readyz", report).await {
        Ok(body) => judge(&body, report),
        Err(problem) => return report.warning(WHAT, problem),
    }
    if config.metrics.is_none() {
        return report.skipped(WHAT, "set listen.metrics, where it reports the list of alerts");
    }
    let listing = requested(&service, alert::ALERTS, report).await;
    match listing.and_then(|body| read_answer::<AlertListing>(&body).map_err(shown)) {
        Ok(listing) => judge_feed(listing.feed.as_ref(), report),
        Err(problem) => report.warning(WHAT, problem),
    }
}

async fn requested(
    service: &Operation,
    path: &str,
    report: &CheckReport,
) -> Result<String, String> {
    match timeout_at(report.deadline(ANSWER_MAX), service.get(path)).await {
        Ok(answer) => answer.map_err(shown),
        Err(_) => Err(format!(
            "no answer to {path} within {ANSWER_MAX:?}: if it lasts, `sudo systemctl restart bina`"
        )),
    }
}

fn shown(failed: Failed) -> String {
    failed.cause().to_string()
}

/// Judges the lines of `/readyz`.
fn judge(body: &str, report: &mut CheckReport) {
    let value = |name: &str| body.lines().find_map(|line| line.strip_prefix(name));
    let breaker = value("hubsoft breaker ").unwrap_or_default();
    let token = value("hubsoft token ").unwrap_or_default();
    match breaker {
        "closed" => report.ok(WHAT, "circuit breaker closed: HubSoft is queried"),
        "half-open" => report.warning(
            WHAT,
            "circuit breaker half-open: HubSoft did not answer, and is queried once to test it",
        ),
        "open" => report.failed(
            WHAT,
            "circuit breaker open: HubSoft did not answer, so calls are answered without it for now; \
             the lines from DNS to lookup say why",
        ),
        _ => report.warning(WHAT, "its state is not understood: restart it after an upgrade of bina"),
    }
    match token {
        "usable" => report.ok(WHAT, "it has a token"),
        NOT_REQUESTED => report.ok(WHAT, "it has not requested a token yet"),
        "" => {}
        token => report.failed(
            WHAT,
            format_args!(
                "it has no token ({token}): if the line `token` is ok, its secrets are those of its \
                 start: `sudo systemctl restart bina`"
            ),
        ),
    }
}

fn judge_feed(feed: Option<&FeedEntry>, report: &mut CheckReport) {
    let Some(feed) = feed else {
        return report.skipped(WHAT, "it does not read HubSoft's list of alerts (alerts.enabled)");
    };
    let problem = feed.problem.as_ref().map_or_else(String::new, |problem| format!(": {problem}"));
    match feed.age_s {
        Some(age_s) if feed.is_current => {
            report.ok(WHAT, format_args!("HubSoft's list of alerts was read {age_s} s ago"));
        }
        Some(age_s) => report.warning(
            WHAT,
            format_args!("HubSoft's list of alerts was last read {} min ago{problem}", age_s / 60),
        ),
        None => {
            report
                .warning(WHAT, format_args!("HubSoft's list of alerts was not read yet{problem}"));
        }
    }
}
