//! Searches HubSoft once within a time limit, and formats failures with a remedy.

use std::fmt;
use std::time::Duration;

use tokio::time::error::Elapsed;
use tokio::time::timeout_at;

use crate::domain::failure::{Failure, Reason};
use crate::domain::phone::Phone;
use crate::sources::hubsoft::{HubSoft, MatchCounts, Written};
use crate::sources::reasons;
use crate::sources::sentences::in_both;

use super::report::CheckReport;

/// Longest time for one request: above the default `attempt_ms`, so that its own limit is met first.
pub(in crate::cli) const REQUEST_MAX: Duration = Duration::from_secs(4);

const LATE: &str = "HubSoft does not answer: contact HubSoft's support";

/// Searches once.
pub(super) async fn count(
    hubsoft: &HubSoft,
    phone: &Phone,
    written: &Written,
    report: &CheckReport,
) -> Result<MatchCounts, Trouble> {
    let deadline = report.deadline(REQUEST_MAX);
    in_time(timeout_at(deadline, hubsoft.count(phone, written, deadline)).await)
}

/// The result of a request that had a time limit.
pub(in crate::cli) fn in_time<T>(
    result: Result<Result<T, Failure>, Elapsed>,
) -> Result<T, Trouble> {
    result.map_err(|_| Trouble::Late)?.map_err(Trouble::Failure)
}

/// Remedies for failures from which a running service recovers by itself.
static RECOVERABLE: [(&Reason, &str); 3] = [
    (&reasons::BROKEN, "check for a proxy or firewall in between, or an update of HubSoft"),
    (
        &reasons::THROTTLED,
        "wait a minute; if it recurs, lower limiter.rate or find out what else sends requests",
    ),
    (&reasons::UNAVAILABLE, "wait until the maintenance ends"),
];

/// A failed search, with a remedy even where a running service recovers by itself.
pub(in crate::cli) enum Trouble {
    Failure(Failure),
    /// The search exceeded the time limit of a check, whatever the value of `attempt_ms`.
    Late,
}

/// `{}` is English, `{:#}` is Portuguese.
impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        in_both(self.english()).fmt(f)
    }
}

impl Trouble {
    fn english(&self) -> String {
        let failure = match self {
            Self::Failure(failure) => failure,
            Self::Late => return LATE.to_owned(),
        };
        if matches!(failure.status(), Some(520..=530)) {
            return format!("{failure} (Cloudflare, in front of HubSoft, cannot reach it)");
        }
        let recoverable = RECOVERABLE.iter().find(|(reason, _)| failure.is(reason));
        recoverable
            .map_or_else(|| failure.to_string(), |(_, remedy)| format!("{failure}: {remedy}"))
    }
}
