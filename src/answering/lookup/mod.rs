//! Finds who has a number, within the caller's deadline: from memory, or by asking the source.
//!
//! ```text
//!            fresh ------------------------------------------> answer
//! memory --- stale --- join or start a flight, wait -----------> its record, else the stale one
//!            older --- join or start a flight, wait -----------> its record, else the old one
//!            none  --- join or start a flight, wait -----------> its record, else unavailable
//! ```
//! A call waits until its deadline, but only a moment for a stale record that is younger than two
//! minutes, or when recent lookups took longer than the call has.
//!
//! A flight is one request for one number, whatever the number of callers. It outlives them,
//! lands in memory even when nobody waits any more, and survives a panic of the source.

mod alerts;
mod cache;
mod failing;
mod pace;

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tracing::Level;

use crate::domain::finding::{Failure, Finding, Kind, Origin, Record};
use crate::domain::phone::Phone;
use crate::runtime::logging::Sparing;
use crate::runtime::metrics;
use crate::sources::flight::Flight;
use crate::sources::source::{Fetched, Source};

use self::cache::{Age, Ages, Cache, Remembered};
use self::failing::Failing;
use self::pace::Pace;

static FAILED: Sparing = Sparing::new(Level::WARN, "lookup failed");

/// Longest time a call waits unless the configuration says otherwise.
pub const DEADLINE_DEFAULT: Duration = Duration::from_millis(800);

/// How old a stale record may be and still answer after a moment: staff need longer than that to
/// enter or end an alert.
const YOUNG: Duration = Duration::from_secs(2 * 60);

/// Times and bounds of the lookup.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Longest time a call waits; also what a flight's first request may count on.
    pub deadline: Duration,
    /// How long a call waits for a newer record when the stale one is young, or HubSoft is known to
    /// be slower than the call's deadline.
    pub patience: Duration,
    pub fresh: Duration,
    pub nobody: Duration,
    pub stale: Duration,
    pub stale_on_error: Duration,
    /// How old a record may be for its alert still to be played.
    pub alert: Duration,
    pub records_max: NonZeroUsize,
    /// How many requests may be under way at once.
    pub flights_max: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            deadline: DEADLINE_DEFAULT,
            patience: Duration::from_millis(150),
            fresh: Duration::from_secs(60),
            nobody: Duration::from_secs(30),
            stale: Duration::from_secs(10 * 60),
            stale_on_error: Duration::from_secs(24 * 60 * 60),
            alert: Duration::from_secs(30 * 60),
            records_max: NonZeroUsize::new(100_000).expect("not zero"),
            flights_max: 20,
        }
    }
}

impl Settings {
    fn ages(&self) -> Ages {
        Ages {
            fresh: self.fresh,
            nobody: self.nobody,
            stale: self.stale,
            stale_on_error: self.stale_on_error,
        }
    }
}

/// The cache of recent lookups and the requests under way.
pub struct Lookup {
    source: Arc<dyn Source>,
    settings: Settings,
    state: Arc<Mutex<State>>,
}

struct State {
    cache: Cache,
    failing: Failing,
    pace: Pace,
    flights: HashMap<Phone, UnderWay>,
    /// Requests under way, those for numbers that were purged since included.
    under_way: usize,
    /// How many requests were started.
    started: u64,
}

/// A shared request and its number among all that were started.
struct UnderWay {
    flight: Flight<Fetched>,
    id: u64,
}

/// What a call has to go by: what is cached, what is under way, and how long that is waited for.
struct Prospect {
    cached: Option<Remembered>,
    flight: Result<Flight<Fetched>, Failure>,
    until: Instant,
}

impl State {
    fn new(settings: &Settings) -> Self {
        Self {
            cache: Cache::new(settings.records_max, settings.ages()),
            failing: Failing::new(),
            pace: Pace::default(),
            flights: HashMap::new(),
            under_way: 0,
            started: 0,
        }
    }

    fn tell(&self) {
        let (records, bytes) = self.cache.holds();
        metrics::cache_holds(records, bytes);
        metrics::flights(self.under_way);
    }

    /// Takes what a request brought, and lets the next call start another one. A request for a
    /// number that was purged since, or asked for again, changes nothing.
    fn complete(&mut self, phone: Phone, id: u64, result: &Result<Fetched, Failure>, now: Instant) {
        self.under_way -= 1;
        if self.flights.get(&phone).is_some_and(|under_way| under_way.id == id) {
            self.flights.remove(&phone);
            match result {
                Ok(fetched) => self.cache.put(phone, fetched.clone(), now.into_std()),
                Err(failure) => self.failing.note(phone, failure, now.into_std()),
            }
        }
        self.tell();
    }
}

impl Lookup {
    /// Puts a cache in front of `source`.
    pub fn new(source: Arc<dyn Source>, settings: Settings) -> Self {
        let state = State::new(&settings);
        state.tell();
        Self { source, settings, state: Arc::new(Mutex::new(state)) }
    }

    /// The same cache with other settings, in front of another client of the same HubSoft.
    /// Requests that are under way still complete in it.
    pub fn renewed(&self, source: Arc<dyn Source>, settings: Settings) -> Self {
        let mut state = lock(&self.state);
        state.cache.adjust(settings.records_max, settings.ages());
        state.tell();
        Self { source, settings, state: Arc::clone(&self.state) }
    }

    /// Purges what is cached of `phone`, and says whether there was anything. A request that is
    /// under way for it does not bring it back.
    pub fn forget(&self, phone: &Phone) -> bool {
        let mut state = lock(&self.state);
        let was_cached = state.cache.forget(phone);
        let was_under_way = state.flights.remove(phone).is_some();
        state.failing.forget(phone);
        state.tell();
        was_cached || was_under_way
    }

    /// Longest time a call waits for an answer.
    pub fn deadline(&self) -> Duration {
        self.settings.deadline
    }

    /// Finds who has `phone`; answers by `deadline`, whatever the source does.
    pub async fn find(&self, phone: &Phone, deadline: Instant) -> Finding {
        let now = Instant::now();
        // The cache is read and the request joined under one lock, so that no record can arrive
        // between the two and be asked for again.
        let Prospect { cached, flight, until } = {
            let mut state = lock(&self.state);
            let cached = state.cache.get(phone, now.into_std());
            metrics::cache_looked(cached.as_ref().map_or("miss", |cached| cached.age.word()));
            match cached {
                Some(cached) if cached.age == Age::Fresh => {
                    return self.remembered(cached, Origin::Cache);
                }
                cached => self.prospect(&mut state, cached, phone, now, deadline),
            }
        };
        match (landing(flight, until).await, cached) {
            (Ok(fetched), _) => found(fetched.record),
            (Err(_), Some(cached)) => self.remembered(cached, Origin::Stale),
            (Err(failure), None) => Finding::Unavailable(failure),
        }
    }

    fn prospect(
        &self,
        state: &mut State,
        cached: Option<Remembered>,
        phone: &Phone,
        now: Instant,
        deadline: Instant,
    ) -> Prospect {
        let until = match &cached {
            Some(cached) if self.is_good_enough(state, cached, now, deadline) => {
                deadline.min(now + self.settings.patience)
            }
            _ => deadline,
        };
        let is_incomplete = cached.as_ref().is_some_and(|cached| cached.age == Age::Incomplete);
        // Not the caller's own deadline: others with more time may join the request. One that only
        // completes a record takes no slot that another call could use.
        let last = if is_incomplete { now } else { now + self.settings.deadline };
        let flight = match state.failing.get(phone, now.into_std()) {
            Some(failure) => Err(failure),
            None => self.board(state, phone, now, last),
        };
        Prospect { cached, flight, until }
    }

    /// Tells whether a stale record may answer after a moment: it is young, or recent lookups took
    /// longer than this call has. Any other one would play an alert that has ended, or hide one
    /// that has begun, with time left to learn better.
    fn is_good_enough(
        &self,
        state: &State,
        cached: &Remembered,
        now: Instant,
        deadline: Instant,
    ) -> bool {
        let is_slow = |p90: Duration| now + p90 >= deadline;
        cached.age == Age::Stale
            && (cached.elapsed < YOUNG || state.pace.p90(now.into_std()).is_some_and(is_slow))
    }

    /// Joins the request for `phone`, or starts one for a call that ends at `deadline`, unless too many
    /// are under way.
    fn board(
        &self,
        state: &mut State,
        phone: &Phone,
        start: Instant,
        deadline: Instant,
    ) -> Result<Flight<Fetched>, Failure> {
        if let Some(under_way) = state.flights.get(phone) {
            metrics::flight_joined();
            return Ok(under_way.flight.clone());
        }
        if state.under_way >= self.settings.flights_max {
            return Err(Failure::Busy);
        }
        let (source, shared, phone) = (Arc::clone(&self.source), Arc::clone(&self.state), *phone);
        state.started += 1;
        state.under_way += 1;
        let id = state.started;
        let fetch = |partial| async move { source.fetch(&phone, deadline, partial).await };
        let flight = Flight::reporting(fetch, move |result| {
            land(&shared, phone, id, start, result);
        });
        state.flights.insert(phone, UnderWay { flight: flight.clone(), id });
        metrics::flights(state.under_way);
        Ok(flight)
    }

    fn remembered(&self, cached: Remembered, origin: Origin) -> Finding {
        if cached.record.is_nobody() {
            return Finding::Nobody(origin);
        }
        let alert_expired = cached.elapsed >= self.settings.alert;
        Finding::Found { record: cached.record, origin, alert_expired }
    }
}

/// Takes what the request that was started at `start` brought.
fn land(
    state: &Mutex<State>,
    phone: Phone,
    id: u64,
    start: Instant,
    result: &Result<Fetched, Failure>,
) {
    if let Err(failure) = result
        && failure.kind() != Kind::NotAsked
    {
        FAILED.say(format_args!("{phone}: {failure}"));
    }
    let now = Instant::now();
    let mut state = lock(state);
    if is_telling(result) {
        state.pace.learn(phone, now - start, now.into_std());
    }
    state.complete(phone, id, result, now);
}

/// Tells whether a result says how long HubSoft takes: it answered, or was waited for in vain.
fn is_telling(result: &Result<Fetched, Failure>) -> bool {
    match result {
        Ok(_) | Err(Failure::Timeout) => true,
        Err(failure) => failure.kind() == Kind::AboutThisKey,
    }
}

/// Waits for a request to complete, but not beyond `until`: then what it knows so far has to do.
async fn landing(
    flight: Result<Flight<Fetched>, Failure>,
    until: Instant,
) -> Result<Fetched, Failure> {
    let flight = flight?;
    let landed = timeout_at(until, flight.clone().landed()).await;
    landed.unwrap_or_else(|_| flight.so_far().ok_or(Failure::Deadline))
}

fn found(record: Record) -> Finding {
    if record.is_nobody() {
        return Finding::Nobody(Origin::Hubsoft);
    }
    Finding::Found { record, origin: Origin::Hubsoft, alert_expired: false }
}

/// State is consistent between operations, so a panic elsewhere can be ignored.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
