//! Searches HubSoft once within a limit, and says why nothing came and what helps.

use std::fmt;
use std::time::Duration;

use tokio::time::error::Elapsed;
use tokio::time::timeout_at;

use crate::domain::failure::{Failure, Reason};
use crate::domain::phone::Phone;
use crate::sources::hubsoft::{HubSoft, MatchCounts, Written};
use crate::sources::reasons;

use super::report::Report;

/// Longest time for one request: above the default `attempt_ms`, so that its own limit is met first.
pub(super) const REQUEST_MAX: Duration = Duration::from_secs(4);

/// Searches once.
pub(super) async fn count(
    hubsoft: &HubSoft,
    phone: &Phone,
    written: &Written,
    report: &Report,
) -> Result<MatchCounts, Trouble> {
    let deadline = report.deadline(REQUEST_MAX);
    in_time(timeout_at(deadline, hubsoft.count(phone, written, deadline)).await)
}

pub(super) fn in_time<T>(result: Result<Result<T, Failure>, Elapsed>) -> Result<T, Trouble> {
    result.map_err(|_| Trouble::Late)?.map_err(Trouble::Failure)
}

/// Remedies that a service which goes on by itself does not need.
static PATIENT: [(&Reason, &str); 3] = [
    (&reasons::BROKEN, "look for a proxy or firewall between, or an update of HubSoft"),
    (
        &reasons::THROTTLED,
        "wait a minute; if it comes again, lower limiter.rate or see what else sends requests",
    ),
    (&reasons::UNAVAILABLE, "wait for its end"),
];

/// Why nothing came, with a remedy also where a service that goes on by itself needs none.
pub(super) enum Trouble {
    Failure(Failure),
    /// It took longer than a step may, whatever `attempt_ms` says.
    Late,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failure = match self {
            Self::Failure(failure) => failure,
            Self::Late => return f.write_str("HubSoft does not answer: contact HubSoft's support"),
        };
        write!(f, "{failure}")?;
        if matches!(failure.status(), Some(520..=530)) {
            return f.write_str(" (Cloudflare, in front of HubSoft, cannot reach it)");
        }
        let patient = PATIENT.iter().find(|(reason, _)| failure.is(reason));
        patient.map_or(Ok(()), |(_, remedy)| write!(f, ": {remedy}"))
    }
}
