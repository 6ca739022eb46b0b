//! Finds who has a key, within the caller's deadline: from a memory, or by a request to the source.
//!
//! ```text
//!            fresh ------------------------------------------> answer
//! memory --- stale --- join or start a request, wait ---------> its record, else the stale one
//!            old ----- join or start a request, wait ---------> its record, else the old one
//!            none ---- join or start a request, wait ---------> its record, else unavailable
//! ```
//! A call waits until its deadline, but only a moment for a stale record that is younger than two
//! minutes, or when recent lookups took longer than the call has.
//!
//! A request for one key is shared by all callers who wait for it (single-flight). It outlives
//! them, feeds the memories even when nobody waits any more, and survives a panic of the source.

mod failing;
mod freshness;
mod pace;
mod pending;
mod settings;

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::{Instant, timeout_at};
use tracing::Level;

use crate::domain::failure::{Failure, FailureKind};
use crate::domain::finding::{AnswerSource, Finding};
use crate::runtime::logging::Sparing;
use crate::runtime::metrics;
use crate::sources::cache::Cache;
use crate::sources::reasons;
use crate::sources::shared_request::SharedRequest;
use crate::sources::source::{Budget, Key, Memory, Origin, Sighting, Source};

use self::freshness::Freshness;
use self::pending::Pending;

pub use self::settings::{DEADLINE_DEFAULT, Settings};

static FAILED: Sparing = Sparing::new(Level::WARN, "lookup failed");

/// How old a stale record may be and still answer after a moment: staff need longer than that to
/// enter or end an alert.
const YOUNG: Duration = Duration::from_secs(2 * 60);

/// The memories, the source behind them, and the requests under way.
pub struct Lookup {
    source: Arc<dyn Source>,
    settings: Settings,
    cache: Arc<Cache>,
    /// All of them, the cache among them. Each is read for every call, so none may wait.
    memories: Vec<Arc<dyn Memory>>,
    pending: Arc<Mutex<Pending>>,
}

/// What a memory holds, and how far that can be trusted.
struct Recalled {
    sighting: Sighting,
    freshness: Freshness,
}

/// What a call has to go by: what is remembered, what is under way, and how long that is waited
/// for.
struct Prospect {
    recalled: Option<Recalled>,
    request: Result<SharedRequest<Sighting>, Failure>,
    until: Instant,
}

impl Lookup {
    /// Puts a cache in front of `source`.
    pub fn new(source: Arc<dyn Source>, settings: Settings) -> Self {
        metrics::begin_with(&reasons::labels());
        let cache = Arc::new(Cache::new(settings.retention()));
        let memories = vec![Arc::clone(&cache) as Arc<dyn Memory>];
        let pending = Pending::default();
        pending.count();
        Self { source, settings, cache, memories, pending: Arc::new(Mutex::new(pending)) }
    }

    /// The same with another memory beside the cache.
    pub fn with_memory(mut self, memory: Arc<dyn Memory>) -> Self {
        self.memories.push(memory);
        self
    }

    /// The same memories with other settings, in front of another client of the same source.
    /// Requests that are under way still complete in them.
    pub fn renewed(&self, source: Arc<dyn Source>, settings: Settings) -> Self {
        self.cache.adjust(settings.retention());
        Self {
            source,
            settings,
            cache: Arc::clone(&self.cache),
            memories: self.memories.clone(),
            pending: Arc::clone(&self.pending),
        }
    }

    /// Purges what is remembered of `key`, and returns whether there was anything. A request that
    /// is under way for it does not bring it back.
    pub fn forget(&self, key: &Key) -> bool {
        let mut pending = self.pending.lock();
        let mut was_known = pending.forget(key);
        for memory in &self.memories {
            was_known |= memory.forget(key);
        }
        was_known
    }

    /// Longest time a call waits for an answer.
    pub fn deadline(&self) -> Duration {
        self.settings.deadline
    }

    /// Finds who has `key`; answers by `deadline`, whatever the source does.
    pub async fn find(&self, key: &Key, deadline: Instant) -> Finding {
        let now = Instant::now();
        if let Some(recalled) = self.recall(key, now).filter(Recalled::is_fresh) {
            metrics::cache_looked(Freshness::Fresh.word());
            return self.remembered(recalled.sighting, AnswerSource::Cache);
        }
        let Prospect { recalled, request, until } = {
            let mut pending = self.pending.lock();
            // Once more, as a request may have completed in between; from here on none can.
            let recalled = self.recall(key, now);
            let word = recalled.as_ref().map_or("miss", |recalled| recalled.freshness.word());
            metrics::cache_looked(word);
            match recalled {
                Some(recalled) if recalled.is_fresh() => {
                    return self.remembered(recalled.sighting, AnswerSource::Cache);
                }
                recalled => self.prospect(&mut pending, recalled, key, now, deadline),
            }
        };
        match (completed(request, until).await, recalled) {
            (Ok(sighting), _) => self.found(sighting),
            (Err(_), Some(recalled)) => self.remembered(recalled.sighting, AnswerSource::Stale),
            (Err(failure), None) => Finding::Unavailable(failure),
        }
    }

    /// The best that the memories hold of `key`: the most trusted, of two alike the youngest.
    fn recall(&self, key: &Key, now: Instant) -> Option<Recalled> {
        let ages = self.settings.ages();
        let mut best: Option<Recalled> = None;
        for memory in &self.memories {
            let Some(sighting) = memory.recall(key, now.into_std()) else { continue };
            let Some(freshness) = ages.judge(&sighting) else { continue };
            let recalled = Recalled { sighting, freshness };
            if best.as_ref().is_none_or(|best| recalled.rank() < best.rank()) {
                best = Some(recalled);
            }
        }
        best
    }

    fn prospect(
        &self,
        pending: &mut Pending,
        recalled: Option<Recalled>,
        key: &Key,
        now: Instant,
        deadline: Instant,
    ) -> Prospect {
        let until = match &recalled {
            Some(recalled) if is_good_enough(pending, recalled, now, deadline) => {
                deadline.min(now + self.settings.patience)
            }
            _ => deadline,
        };
        let is_incomplete =
            recalled.as_ref().is_some_and(|it| it.freshness == Freshness::Incomplete);
        // Not the caller's own deadline: others with more time may join the request. One that only
        // completes a record takes no slot that another call could use.
        let last = if is_incomplete { now } else { now + self.settings.deadline };
        let request = match pending.failing(key, now) {
            Some(failure) => Err(failure),
            None => self.join(pending, key, now, Budget::of_call(last)),
        };
        Prospect { recalled, request, until }
    }

    /// Joins the request for `key`, or starts one within `budget`, unless too many are under way.
    fn join(
        &self,
        pending: &mut Pending,
        key: &Key,
        start: Instant,
        budget: Budget,
    ) -> Result<SharedRequest<Sighting>, Failure> {
        if let Some(request) = pending.request(key) {
            metrics::flight_joined();
            return Ok(request);
        }
        if pending.under_way() >= self.settings.flights_max {
            return Err(reasons::BUSY.failure());
        }
        let key = *key;
        let source = Arc::clone(&self.source);
        let fetch = |partial| async move { source.fetch(&key, budget, partial).await };
        let id = pending.next_id();
        let memories = self.memories.clone();
        let shared = Arc::clone(&self.pending);
        let request = SharedRequest::reporting(fetch, move |result| {
            complete(&shared, &memories, Completed { key, id, start, result });
        });
        pending.start(key, id, request.clone());
        Ok(request)
    }

    fn remembered(&self, sighting: Sighting, source: AnswerSource) -> Finding {
        if sighting.record.is_nobody() {
            return Finding::Nobody(source);
        }
        let alert_expired = sighting.age >= self.settings.alert;
        Finding::Found { record: sighting.record, source, alert_expired }
    }

    /// What a request brought: just learnt, or as old as its origin says.
    fn found(&self, sighting: Sighting) -> Finding {
        let source = match sighting.origin {
            Origin::Hubsoft if sighting.age.is_zero() => AnswerSource::Hubsoft,
            Origin::Hubsoft if sighting.age < self.settings.fresh => AnswerSource::Cache,
            Origin::Hubsoft => AnswerSource::Stale,
        };
        self.remembered(sighting, source)
    }
}

impl Recalled {
    /// The smaller, the better.
    fn rank(&self) -> (Freshness, Duration) {
        (self.freshness, self.sighting.age)
    }

    fn is_fresh(&self) -> bool {
        self.freshness == Freshness::Fresh
    }
}

/// Tells whether a stale record may answer after a moment: it is young, or recent lookups took
/// longer than this call has. Any other one would play an alert that has ended, or hide one
/// that has begun, with time left to learn better.
fn is_good_enough(pending: &Pending, recalled: &Recalled, now: Instant, deadline: Instant) -> bool {
    let is_slow = |p90: Duration| now + p90 >= deadline;
    recalled.freshness == Freshness::Stale
        && (recalled.sighting.age < YOUNG || pending.p90(now).is_some_and(is_slow))
}

/// What came of the request `id` for a key, which was started at `start`.
struct Completed<'a> {
    key: Key,
    id: u64,
    start: Instant,
    result: &'a Result<Sighting, Failure>,
}

fn complete(pending: &Mutex<Pending>, memories: &[Arc<dyn Memory>], completed: Completed<'_>) {
    let Completed { key, id, start, result } = completed;
    if let Err(failure) = result
        && failure.kind() != FailureKind::NotAsked
    {
        FAILED.say(format_args!("{key}: {failure}"));
    }
    let now = Instant::now();
    let mut pending = pending.lock();
    if is_telling(result) {
        pending.took(key, now - start, now);
    }
    if !pending.complete(&key, id) {
        return;
    }
    match result {
        Ok(sighting) => {
            memories.iter().for_each(|memory| memory.learn(&key, sighting, now.into_std()));
        }
        Err(failure) => pending.failed(key, failure, now),
    }
}

/// Tells whether a result says how long HubSoft takes: it answered, or was waited for in vain.
fn is_telling(result: &Result<Sighting, Failure>) -> bool {
    match result {
        Ok(_) => true,
        Err(failure) => {
            failure.is(&reasons::TIMEOUT) || failure.kind() == FailureKind::AboutThisKey
        }
    }
}

/// Waits for a request to complete, but not beyond `until`: then what it has found so far has to do.
async fn completed(
    request: Result<SharedRequest<Sighting>, Failure>,
    until: Instant,
) -> Result<Sighting, Failure> {
    let request = request?;
    let completed = timeout_at(until, request.clone().completed()).await;
    completed.unwrap_or_else(|_| request.so_far().ok_or_else(|| reasons::DEADLINE.failure()))
}
