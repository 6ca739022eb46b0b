//! Holds the requests under way, the keys that fail, and how long recent lookups took.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::failure::Failure;
use crate::runtime::metrics;
use crate::sources::shared_request::SharedRequest;
use crate::sources::source::{Key, Sighting};

use super::failing::Failing;
use super::latency::LatencyWindow;

/// All that is under way, and what is known of requests that are over.
#[derive(Default)]
pub(super) struct Pending {
    failing: Failing,
    latency: LatencyWindow,
    requests: HashMap<Key, UnderWay>,
    /// Requests under way, those for keys that were purged since included.
    under_way: usize,
    /// How many requests were started.
    started: u64,
}

/// A shared request and its number among all that were started.
struct UnderWay {
    request: SharedRequest<Sighting>,
    id: u64,
}

impl Pending {
    pub(super) fn count(&self) {
        metrics::flights(self.under_way);
    }

    pub(super) fn under_way(&self) -> usize {
        self.under_way
    }

    /// The request for `key`, if one is under way.
    pub(super) fn request(&self, key: &Key) -> Option<SharedRequest<Sighting>> {
        self.requests.get(key).map(|under_way| under_way.request.clone())
    }

    /// The number of the next request.
    pub(super) fn next_id(&mut self) -> u64 {
        self.started += 1;
        self.started
    }

    /// Takes the request `id`, which has just been started.
    pub(super) fn start(&mut self, key: Key, id: u64, request: SharedRequest<Sighting>) {
        self.under_way += 1;
        self.requests.insert(key, UnderWay { request, id });
        self.count();
    }

    /// Lets the next call start another request for `key`, and returns whether the result of this
    /// one counts: not if the key was purged since, or queried again.
    pub(super) fn complete(&mut self, key: &Key, id: u64) -> bool {
        self.under_way -= 1;
        let counts = self.requests.get(key).is_some_and(|under_way| under_way.id == id);
        if counts {
            self.requests.remove(key);
        }
        self.count();
        counts
    }

    /// Drops the request for `key` and its failure, and returns whether one was under way.
    pub(super) fn forget(&mut self, key: &Key) -> bool {
        self.failing.forget(key);
        self.requests.remove(key).is_some()
    }

    /// Notes that the request for `key` failed.
    pub(super) fn failed(&mut self, key: Key, failure: &Failure, now: Instant) {
        self.failing.note(key, failure, now.into_std());
    }

    /// Why `key` is not to be queried at `now`, if it is not.
    pub(super) fn failing(&mut self, key: &Key, now: Instant) -> Option<Failure> {
        self.failing.get(key, now.into_std())
    }

    /// Notes how long the request for `key` took.
    pub(super) fn took(&mut self, key: Key, took: Duration, now: Instant) {
        self.latency.learn(key, took, now.into_std());
    }

    /// The time within which nine of ten recent lookups ended.
    pub(super) fn p90(&self, now: Instant) -> Option<Duration> {
        self.latency.p90(now.into_std())
    }
}
