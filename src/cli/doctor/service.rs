//! Asks the running service for its own state: circuit breaker, token, and HubSoft's list of alerts.
//!
//! It may differ from what the doctor finds out itself: secrets are handed to the service at its start.

use std::fmt::Display;
use std::time::Duration;

use tokio::time::timeout_at;

use crate::app::config::Config;
use crate::runtime::language::{Message, Text};
use crate::sources::alerts::{AlertListing, FeedEntry};
use crate::sources::sentences::in_both;

use super::super::operation::{Operation, read_answer};
use super::super::{Failed, alert};
use super::report::CheckReport;
use super::texts;

const WHAT: Text = texts::WHAT_SERVICE;
/// Longest wait for an answer of the service.
const ANSWER_MAX: Duration = Duration::from_secs(2);
/// What the service says of a token that it has not requested.
const NOT_REQUESTED: &str = "not asked for yet";

/// Asks the service that `config` describes. One that does not run is no failure.
pub(super) async fn examine(config: &Config, report: &mut CheckReport) {
    let service = Operation::probed(config);
    if !matches!(timeout_at(report.deadline(ANSWER_MAX), service.is_reachable()).await, Ok(true)) {
        return report.skipped(WHAT, texts::SERVICE_STOPPED);
    }
    match requested(&service, "/readyz", report).await {
        Ok(body) => judge(&body, report),
        Err(problem) => return report.warning(WHAT, problem),
    }
    if config.metrics.is_none() {
        return report.skipped(WHAT, texts::SERVICE_NO_LISTENER);
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
) -> Result<String, Message> {
    match timeout_at(report.deadline(ANSWER_MAX), service.get(path)).await {
        Ok(answer) => answer.map_err(shown),
        Err(_) => {
            let longest = format!("{ANSWER_MAX:?}");
            Err(texts::SERVICE_SILENT.message(&[("path", &path), ("longest", &longest)]))
        }
    }
}

fn shown(failed: Failed) -> Message {
    failed.message()
}

/// Judges the lines of `/readyz`.
fn judge(body: &str, report: &mut CheckReport) {
    let value = |name: &str| body.lines().find_map(|line| line.strip_prefix(name));
    let breaker = value("hubsoft breaker ").unwrap_or_default();
    let token = value("hubsoft token ").unwrap_or_default();
    match breaker {
        "closed" => report.ok(WHAT, texts::SERVICE_BREAKER_CLOSED),
        "half-open" => report.warning(WHAT, texts::SERVICE_BREAKER_HALF_OPEN),
        "open" => report.failed(WHAT, texts::SERVICE_BREAKER_OPEN),
        _ => report.warning(WHAT, texts::SERVICE_BREAKER_UNKNOWN),
    }
    match token {
        "usable" => report.ok(WHAT, texts::SERVICE_TOKEN),
        NOT_REQUESTED => report.ok(WHAT, texts::SERVICE_NO_TOKEN_YET),
        "" => {}
        token => {
            let message = texts::SERVICE_NO_TOKEN.message(&[("why", &in_both(token))]);
            report.failed(WHAT, message);
        }
    }
}

fn judge_feed(feed: Option<&FeedEntry>, report: &mut CheckReport) {
    let Some(feed) = feed else {
        return report.skipped(WHAT, texts::SERVICE_ALERTS_OFF);
    };
    let state: Message = match feed.age_s {
        Some(age_s) if feed.is_current => {
            return report.ok(WHAT, texts::SERVICE_ALERTS_READ.message(&[("age", &age_s)]));
        }
        Some(age_s) => texts::SERVICE_ALERTS_LATE.message(&[("minutes", &(age_s / 60))]),
        None => texts::SERVICE_ALERTS_NEVER.into(),
    };
    match &feed.problem {
        Some(problem) => {
            let parts: [(&str, &dyn Display); 2] =
                [("state", &state), ("problem", &in_both(problem))];
            report.warning(WHAT, texts::SERVICE_ALERTS_PROBLEM.message(&parts));
        }
        None => report.warning(WHAT, state),
    }
}
