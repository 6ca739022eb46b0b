//! Records what a completed request has brought: in the stores, in the measures of latency, and on the board.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::time::Instant;
use tracing::Level;

use crate::domain::failure::{Failure, FailureKind};
use crate::runtime::logging::RateLimitedLog;
use crate::sources::alerts::AlertBoard;
use crate::sources::reasons;
use crate::sources::source::{Key, Sighting, SightingStore};

use super::pending::Pending;

static FAILED: RateLimitedLog = RateLimitedLog::new(Level::WARN, "lookup failed");

/// The result of the request `id` for a key, started at `start`.
pub(super) struct Completed<'a> {
    pub(super) key: Key,
    pub(super) id: u64,
    pub(super) start: Instant,
    pub(super) result: &'a Result<Sighting, Failure>,
}

impl Completed<'_> {
    /// Reports the answer to the board, as evidence of who has an alert.
    pub(super) fn report(&self, alerts: Option<&dyn AlertBoard>) {
        if let (Some(alerts), Key::Phone(phone), Ok(sighting)) = (alerts, &self.key, self.result) {
            alerts.observe(phone, &sighting.record, self.start.into_std());
        }
    }
}

/// Stores the result of a request, and returns whether it counts.
pub(super) fn complete(
    pending: &Mutex<Pending>,
    stores: &[Arc<dyn SightingStore>],
    completed: &Completed<'_>,
) -> bool {
    let Completed { key, id, start, result } = completed;
    if let Err(failure) = result
        && failure.kind() != FailureKind::NotQueried
    {
        FAILED.log(format_args!("{key}: {failure}"));
    }
    let now = Instant::now();
    let mut pending = pending.lock();
    if is_measure(result) {
        pending.took(*key, now - *start, now);
    }
    if !pending.complete(key, *id) {
        return false;
    }
    match result {
        // The record is as of the request: an alert may have begun while it was under way.
        Ok(sighting) => {
            stores.iter().for_each(|store| store.learn(key, sighting, start.into_std()));
        }
        Err(failure) => pending.failed(*key, failure, now),
    }
    true
}

/// Returns whether a result measures the latency of HubSoft: it answered, or the request timed out.
fn is_measure(result: &Result<Sighting, Failure>) -> bool {
    match result {
        Ok(_) => true,
        Err(failure) => {
            failure.is(&reasons::TIMEOUT) || failure.kind() == FailureKind::AboutThisKey
        }
    }
}
