//! The requests under way, the keys that failed recently, and the latency of recent lookups.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::failure::Failure;
use crate::sources::shared_request::SharedRequest;
use crate::sources::source::{Key, Sighting};

use super::failing::Failing;
use super::latency::LatencyWindow;

/// The requests under way, and the results of recent ones.
#[derive(Default)]
pub(super) struct Pending {
    failing: Failing,
    latency: LatencyWindow,
    requests: HashMap<Key, UnderWay>,
    /// Requests under way, including those for keys that were purged since.
    under_way: usize,
    /// Requests started so far.
    started: u64,
}

/// A shared request and its sequence number.
struct UnderWay {
    request: SharedRequest<Sighting>,
    id: u64,
}

impl Pending {
    pub(super) fn under_way(&self) -> usize {
        self.under_way
    }

    /// The request for `key`, if one is under way.
    pub(super) fn request(&self, key: &Key) -> Option<SharedRequest<Sighting>> {
        self.requests.get(key).map(|under_way| under_way.request.clone())
    }

    /// Returns the sequence number of the next request.
    pub(super) fn next_id(&mut self) -> u64 {
        self.started += 1;
        self.started
    }

    /// Adds the request `id`, which has just been started.
    pub(super) fn start(&mut self, key: Key, id: u64, request: SharedRequest<Sighting>) {
        self.under_way += 1;
        self.requests.insert(key, UnderWay { request, id });
    }

    /// Removes the request `id` for `key`, and returns whether its result counts: it does not if the
    /// key was purged or queried again since.
    pub(super) fn complete(&mut self, key: &Key, id: u64) -> bool {
        self.under_way -= 1;
        let counts = self.requests.get(key).is_some_and(|under_way| under_way.id == id);
        if counts {
            self.requests.remove(key);
        }
        counts
    }

    /// Drops the request for `key` and its failure, and returns whether a request was under way.
    pub(super) fn purge(&mut self, key: &Key) -> bool {
        self.failing.purge(key);
        self.requests.remove(key).is_some()
    }

    /// Records that the request for `key` failed.
    pub(super) fn failed(&mut self, key: Key, failure: &Failure, now: Instant) {
        self.failing.note(key, failure, now.into_std());
    }

    /// Returns the recent failure because of which `key` must not be queried at `now`.
    pub(super) fn failing(&mut self, key: &Key, now: Instant) -> Option<Failure> {
        self.failing.get(key, now.into_std())
    }

    /// Records the latency of a request for `key`.
    pub(super) fn took(&mut self, key: Key, took: Duration, now: Instant) {
        self.latency.record(key, took, now.into_std());
    }

    /// The 90th percentile of recent latencies.
    pub(super) fn p90(&self, now: Instant) -> Option<Duration> {
        self.latency.p90(now.into_std())
    }
}
