//! Looks up a key within the deadline of the call: in the stores, or by a request to the source.
//!
//! ```text
//!            fresh ------------------------------------------> answer
//! stores --- stale --- join or start a request, wait ---------> its record, else the stale one
//!            old ----- join or start a request, wait ---------> its record, else the old one
//!            none ---- join or start a request, wait ---------> its record, else the directory's,
//!                                                               else unavailable
//! ```
//! The alerts that are active now, and those that have ended, revise what a store has (`foresight`): a
//! customer of the directory who has an alert by the evidence is answered without a request.
//!
//! A call waits until its deadline, but only for the stale wait if the stale record is younger than
//! two minutes, or if recent lookups took longer than the call has.
//!
//! All callers of one key share a request (single-flight). It outlives them, fills the stores even
//! when no caller waits any more, and survives a panic of the source.

mod completion;
mod failing;
mod foresight;
mod freshness;
mod latency;
mod metrics;
mod outlook;
mod pending;
mod settings;
mod texts;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::{Instant, timeout_at};

use crate::domain::failure::{Failure, FailureKind};
use crate::domain::finding::{AlertCertainty, AnswerSource, Finding, Record};
use crate::runtime::metrics::size;
use crate::sources::alerts::{AlertBoard, Board};
use crate::sources::cache::Cache;
use crate::sources::limiter::Urgency;
use crate::sources::reasons;
use crate::sources::shared_request::SharedRequest;
use crate::sources::source::{Budget, Key, Origin, Sighting, SightingStore, Source};

use self::completion::{Completed, complete};
use self::foresight::{Foresight, Inquiry, foresee};
use self::freshness::Freshness;
use self::metrics::Recollection;
use self::pending::Pending;

pub use self::metrics::LookupMetrics;
pub use self::outlook::{Outlook, OutlookClass, OutlookWay, StoredAge, StoredRecord};
pub use self::settings::{DEADLINE_DEFAULT, Settings};

/// Maximum age of a stale record that answers after the stale wait: staff need longer than that to
/// enter or end an alert.
const YOUNG: Duration = Duration::from_secs(2 * 60);

/// Of so many callers who are answered by the evidence, one is queried in HubSoft anyway.
const CHECKED: u32 = 33;

/// The stores, the source behind them, and the requests under way.
pub struct Lookup {
    source: Arc<dyn Source>,
    settings: Settings,
    cache: Arc<Cache>,
    /// All stores, the cache included. Every call reads each of them, so none may block.
    stores: Vec<Arc<dyn SightingStore>>,
    pending: Arc<Mutex<Pending>>,
    alerts: Option<Arc<dyn AlertBoard>>,
    /// Counts the answers by the evidence.
    judged: AtomicU32,
    metrics: LookupMetrics,
}

/// The sighting of a store, and how fresh it is.
struct Recalled {
    sighting: Sighting,
    freshness: Freshness,
}

/// What a call may be answered from: the cached record, or a request that it awaits until `until`.
struct Prospect {
    recalled: Option<Recalled>,
    request: Result<SharedRequest<Sighting>, Failure>,
    until: Instant,
    /// Of the alerts of the recalled record.
    certainty: AlertCertainty,
}

impl Lookup {
    /// Puts a cache in front of `source`.
    pub fn new(source: Arc<dyn Source>, settings: Settings) -> Self {
        let cache = Arc::new(Cache::new(settings.retention()));
        let stores = vec![Arc::clone(&cache) as Arc<dyn SightingStore>];
        Self {
            source,
            settings,
            cache,
            stores,
            pending: Arc::default(),
            alerts: None,
            judged: AtomicU32::default(),
            metrics: LookupMetrics::default(),
        }
    }

    /// The same with the application's `metrics`.
    pub fn counting(self, metrics: LookupMetrics) -> Self {
        Self { metrics, ..self }
    }

    /// The same with `store` as the only one beside the cache, if there is one.
    pub fn beside(mut self, store: Option<Arc<dyn SightingStore>>) -> Self {
        self.stores.truncate(1);
        self.stores.extend(store);
        self
    }

    /// The same with a board of the active alerts, if there is one.
    pub fn watching(self, alerts: Option<Arc<dyn AlertBoard>>) -> Self {
        Self { alerts, ..self }
    }

    /// The same stores with other settings, in front of another client of the same source. Requests
    /// under way still fill them.
    pub fn renewed(&self, source: Arc<dyn Source>, settings: Settings) -> Self {
        self.cache.adjust(settings.retention());
        Self {
            source,
            settings,
            cache: Arc::clone(&self.cache),
            stores: self.stores.clone(),
            pending: Arc::clone(&self.pending),
            alerts: self.alerts.clone(),
            judged: AtomicU32::default(),
            metrics: self.metrics.clone(),
        }
    }

    /// Sets the gauges of its state.
    pub fn measure(&self) {
        self.cache.measure(&self.metrics.cache);
        self.metrics.flights.set(size(self.pending.lock().under_way()));
    }

    /// Purges what is remembered of `key`, and returns whether there was anything. A request that
    /// is under way for it does not bring it back.
    pub fn purge(&self, key: &Key) -> bool {
        let mut pending = self.pending.lock();
        let mut was_cached = pending.purge(key);
        for store in &self.stores {
            was_cached |= store.purge(key);
        }
        was_cached
    }

    /// Returns whether the cache has a record of `key`, or a request for it is under way.
    pub fn remembers(&self, key: &Key) -> bool {
        let is_under_way = self.pending.lock().request(key).is_some();
        is_under_way || self.cache.recall(key, Instant::now().into_std()).is_some()
    }

    /// Maximum time that a call waits for an answer.
    pub fn deadline(&self) -> Duration {
        self.settings.deadline
    }

    /// Finds the customers of `key`; returns by `deadline`, whatever the source does.
    pub async fn find(&self, key: &Key, deadline: Instant) -> Finding {
        let now = Instant::now();
        match self.foresee(key, now) {
            Foresight::Cached(sighting) => return self.cached(sighting),
            Foresight::Judged(record) => return self.judged(record, key, now),
            Foresight::Query(_) => {}
        }
        let prospect = {
            let mut pending = self.pending.lock();
            // Again, because a request may have completed before the lock was taken.
            match self.foresee(key, now) {
                Foresight::Cached(sighting) => return self.cached(sighting),
                Foresight::Judged(record) => return by_evidence(record),
                Foresight::Query(query) => self.prospect(&mut pending, query, key, now, deadline),
            }
        };
        let Prospect { recalled, request, until, certainty } = prospect;
        match (completed(request, until).await, recalled) {
            (Ok(sighting), _) => self.fetched(sighting),
            (Err(failure), Some(recalled)) => {
                self.instead_of(failure, recalled.sighting, certainty)
            }
            (Err(failure), None) => Finding::Unavailable(failure),
        }
    }

    /// What `key` can be answered from at `now`.
    fn foresee(&self, key: &Key, now: Instant) -> Foresight {
        let recalled = self.recall(key, now);
        match &self.alerts {
            Some(alerts) => foresee(&alerts.board(), key, recalled, now.into_std()),
            None => foresee(&Board::default(), key, recalled, now.into_std()),
        }
    }

    /// The answer from a fresh record.
    fn cached(&self, sighting: Sighting) -> Finding {
        self.metrics.recollections.count(Recollection::Fresh);
        self.finding(sighting, AnswerSource::Cache)
    }

    /// The answer by the evidence. Some callers are queried in HubSoft as well, to check it; this call does
    /// not wait for it.
    fn judged(&self, record: Record, key: &Key, now: Instant) -> Finding {
        self.metrics.recollections.count(Recollection::Judged);
        if self.judged.fetch_add(1, Ordering::Relaxed).is_multiple_of(CHECKED) {
            let deadline = now + self.settings.deadline;
            let budget = Budget { deadline, urgency: Urgency::ExpectedCall };
            let mut pending = self.pending.lock();
            // Whether it can be queried does not matter to this call.
            let _ = self.join(&mut pending, key, now, budget);
        }
        by_evidence(record)
    }

    /// Returns the freshest record of `key` in the stores, and among equally fresh ones the youngest.
    fn recall(&self, key: &Key, now: Instant) -> Option<Recalled> {
        let ages = self.settings.ages();
        let mut best: Option<Recalled> = None;
        for store in &self.stores {
            let Some(sighting) = store.recall(key, now.into_std()) else { continue };
            let Some(freshness) = ages.freshness_of(&sighting) else { continue };
            let recalled = Recalled { sighting, freshness };
            if best.as_ref().is_none_or(|best| recalled.rank() < best.rank()) {
                best = Some(recalled);
            }
            if best.as_ref().is_some_and(Recalled::is_fresh) {
                break;
            }
        }
        best
    }

    fn prospect(
        &self,
        pending: &mut Pending,
        query: Inquiry,
        key: &Key,
        now: Instant,
        deadline: Instant,
    ) -> Prospect {
        let Inquiry { urgency, recalled, certainty } = query;
        let freshness = recalled.as_ref().map(|recalled| recalled.freshness);
        self.metrics.recollections.count(freshness.map_or(Recollection::Miss, Into::into));
        let until = match &recalled {
            Some(recalled) if is_good_enough(pending, recalled, now, deadline) => {
                deadline.min(now + self.settings.stale_wait)
            }
            _ => deadline,
        };
        let is_incomplete = freshness == Some(Freshness::Incomplete);
        // A request does not use the deadline of its caller, because calls with more time may join it.
        // A request that only completes a record takes no slot that another call could use.
        let last = if is_incomplete { now } else { now + self.settings.deadline };
        let request = match pending.failing(key, now) {
            Some(failure) => Err(failure),
            None => self.join(pending, key, now, Budget { deadline: last, urgency }),
        };
        Prospect { recalled, request, until, certainty }
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
            self.metrics.joined.inc();
            return Ok(request);
        }
        if pending.under_way() >= self.settings.requests_max {
            return Err(reasons::BUSY.failure());
        }
        let key = *key;
        let source = Arc::clone(&self.source);
        let fetch = |partial| async move { source.fetch(&key, budget, partial).await };
        let id = pending.next_id();
        let stores = self.stores.clone();
        let shared = Arc::clone(&self.pending);
        let alerts = self.alerts.clone();
        let request = SharedRequest::reporting(fetch, move |result| {
            let completed = Completed { key, id, start, result };
            if complete(&shared, &stores, &completed) {
                completed.report(alerts.as_deref());
            }
        });
        pending.start(key, id, request.clone());
        Ok(request)
    }

    fn finding(&self, sighting: Sighting, source: AnswerSource) -> Finding {
        if sighting.record.is_not_found() {
            return Finding::NotFound(source);
        }
        let is_expired = sighting.age >= self.settings.alert;
        let alerts = if is_expired { AlertCertainty::Expired } else { AlertCertainty::Certain };
        Finding::Found { record: sighting.record, source, alerts }
    }

    /// The answer of a store after the request has failed. That the directory has no such number is no
    /// answer if HubSoft has something about the number that it could not list.
    fn instead_of(
        &self,
        failure: Failure,
        sighting: Sighting,
        certainty: AlertCertainty,
    ) -> Finding {
        let source = match sighting.origin {
            Origin::Directory => AnswerSource::Directory,
            Origin::Hubsoft => AnswerSource::Stale,
        };
        let is_unlisted = source == AnswerSource::Directory && sighting.record.is_not_found();
        if is_unlisted && failure.kind() == FailureKind::AboutThisKey {
            return Finding::Unavailable(failure);
        }
        match self.finding(sighting, source) {
            Finding::Found { record, source, alerts } => {
                let alerts = match certainty {
                    AlertCertainty::Undecided => certainty,
                    AlertCertainty::Unknown if alerts == AlertCertainty::Certain => certainty,
                    _ => alerts,
                };
                Finding::Found { record, source, alerts }
            }
            finding => finding,
        }
    }

    /// Converts the result of a request, which may be older than the request.
    fn fetched(&self, sighting: Sighting) -> Finding {
        let source = match sighting.origin {
            Origin::Directory => AnswerSource::Directory,
            Origin::Hubsoft if sighting.age.is_zero() => AnswerSource::Hubsoft,
            Origin::Hubsoft if sighting.age < self.settings.fresh => AnswerSource::Cache,
            Origin::Hubsoft => AnswerSource::Stale,
        };
        self.finding(sighting, source)
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

/// The answer by the evidence.
fn by_evidence(record: Record) -> Finding {
    let source = AnswerSource::Directory;
    Finding::Found { record, source, alerts: AlertCertainty::Certain }
}

/// Returns whether a stale record may answer after the stale wait: it is young, or recent lookups took
/// longer than this call has. Otherwise waiting avoids an alert that has ended, or one that is missing.
fn is_good_enough(pending: &Pending, recalled: &Recalled, now: Instant, deadline: Instant) -> bool {
    let is_slow = |p90: Duration| now + p90 >= deadline;
    recalled.freshness == Freshness::Stale
        && (recalled.sighting.age < YOUNG || pending.p90(now).is_some_and(is_slow))
}

/// Waits for a request to complete until `until`, then uses its partial result.
async fn completed(
    request: Result<SharedRequest<Sighting>, Failure>,
    until: Instant,
) -> Result<Sighting, Failure> {
    let request = request?;
    let completed = timeout_at(until, request.clone().completed()).await;
    completed.unwrap_or_else(|_| request.so_far().ok_or_else(|| reasons::DEADLINE.failure()))
}
