//! Searches HubSoft once within a limit, and says why nothing came and what helps.

use std::fmt;
use std::time::Duration;

use tokio::time::error::Elapsed;
use tokio::time::timeout_at;

use crate::domain::finding::Failure;
use crate::domain::phone::Phone;
use crate::sources::hubsoft::{Counts, HubSoft, Written};

use super::report::Report;

/// Longest time for one request: above the default `attempt_ms`, so that its own limit is met first.
pub(super) const REQUEST_MAX: Duration = Duration::from_secs(4);

/// Searches once.
pub(super) async fn count(
    hubsoft: &HubSoft,
    phone: &Phone,
    written: &Written,
    report: &Report,
) -> Result<Counts, Trouble> {
    let deadline = report.deadline(REQUEST_MAX);
    in_time(timeout_at(deadline, hubsoft.count(phone, written, deadline)).await)
}

pub(super) fn in_time<T>(result: Result<Result<T, Failure>, Elapsed>) -> Result<T, Trouble> {
    result.map_err(|_| Trouble::Late)?.map_err(Trouble::Failure)
}

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
            Self::Late => return f.write_str("HubSoft does not answer: tell its support"),
        };
        let remedy = match failure {
            Failure::Broken => ": look for a proxy or firewall between, or an update of HubSoft",
            Failure::Server(520..=530) => {
                ": Cloudflare, which stands before HubSoft, cannot reach it; tell HubSoft's support"
            }
            Failure::Throttled { .. } => {
                ": wait a minute; if it comes again, lower limiter.rate or see who else asks"
            }
            Failure::Unavailable { .. } => ": wait for its end",
            _ => "",
        };
        write!(f, "{failure}{remedy}")
    }
}
