//! Finds who has a number, within the caller's deadline: from memory, or by asking the source.
//!
//! ```text
//!            fresh ------------------------------------------> answer
//! memory --- stale --- join or start a flight, wait a moment -> its record, else the stale one
//!            older --- join or start a flight, wait -----------> its record, else the old one
//!            none  --- join or start a flight, wait -----------> its record, else unavailable
//! ```
//! A flight is one request for one number, whatever the number of callers. It outlives them,
//! lands in memory even when nobody waits any more, and survives a panic of the source.

mod cache;

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tracing::Level;

use crate::finding::{Failure, Finding, Origin, Record};
use crate::flight::Flight;
use crate::logging::Sparing;
use crate::metrics;
use crate::phone::Phone;

use self::cache::{Age, Ages, Cache, Remembered};

static FAILED: Sparing = Sparing::new(Level::WARN, "lookup failed");

/// Longest time a call waits unless the configuration says otherwise.
pub const DEADLINE_DEFAULT: Duration = Duration::from_millis(800);

/// What a source answers, some time.
pub type Fetch<'a> = Pin<Box<dyn Future<Output = Result<Record, Failure>> + Send + 'a>>;

/// Somebody who knows who has a number. Sources stand one behind the other.
pub trait Source: Send + Sync {
    /// Asks for the verified customers of `phone`. It must end by itself, as flights outlive
    /// calls; `deadline` is that of the call it is asked for, after which it came too late.
    fn fetch<'a>(&'a self, phone: &'a Phone, deadline: Instant) -> Fetch<'a>;
}

/// Times and bounds of the lookup.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Longest time a call waits; also what a flight's first request may count on.
    pub deadline: Duration,
    /// How long a caller with a stale record in hand waits for a newer one.
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

/// The memory of recent lookups and the flights under way.
pub struct Lookup {
    source: Arc<dyn Source>,
    settings: Settings,
    state: Arc<Mutex<State>>,
}

struct State {
    cache: Cache,
    flights: HashMap<Phone, Flight<Record>>,
}

impl State {
    fn tell(&self) {
        let (records, bytes) = self.cache.holds();
        metrics::cache_holds(records, bytes);
        metrics::flights(self.flights.len());
    }
}

impl Lookup {
    /// Puts a memory in front of `source`.
    pub fn new(source: Arc<dyn Source>, settings: Settings) -> Self {
        let cache = Cache::new(settings.records_max, settings.ages());
        let state = Arc::new(Mutex::new(State { cache, flights: HashMap::new() }));
        Self { source, settings, state }
    }

    /// The same memory with other settings, in front of another source. Flights that are under way
    /// still land in it.
    pub fn renewed(&self, source: Arc<dyn Source>, settings: Settings) -> Self {
        let mut state = lock(&self.state);
        state.cache.adjust(settings.records_max, settings.ages());
        state.tell();
        Self { source, settings, state: Arc::clone(&self.state) }
    }

    /// Forgets what is remembered of `phone`, and says whether there was anything. A flight that is
    /// under way would bring it back; whoever must be forgotten is forgotten again when it lands.
    pub fn forget(&self, phone: &Phone) -> bool {
        let mut state = lock(&self.state);
        let known = state.cache.forget(phone);
        state.tell();
        known
    }

    /// Longest time a call waits for an answer.
    pub fn deadline(&self) -> Duration {
        self.settings.deadline
    }

    /// Finds who has `phone`; answers by `deadline`, whatever the source does.
    pub async fn find(&self, phone: &Phone, deadline: Instant) -> Finding {
        let now = Instant::now();
        // Memory is read and the flight joined under one lock, so that no record can land
        // between the two and be asked for again.
        let (remembered, flight) = {
            let mut state = lock(&self.state);
            let known = state.cache.get(phone, now.into_std());
            metrics::cache_looked(known.as_ref().map_or("miss", |known| known.age.word()));
            match known {
                Some(known) if known.age == Age::Fresh => {
                    return self.remembered(known, Origin::Cache);
                }
                known => (known, self.board(&mut state, phone, now)),
            }
        };
        let until = match &remembered {
            Some(known) if known.age == Age::Stale => deadline.min(now + self.settings.patience),
            _ => deadline,
        };
        match (landing(flight, until).await, remembered) {
            (Ok(record), _) => fetched(record),
            (Err(_), Some(known)) => self.remembered(known, Origin::Stale),
            (Err(failure), None) => Finding::Unavailable(failure),
        }
    }

    /// Joins the flight for `phone`, or starts one unless too many are under way.
    fn board(
        &self,
        state: &mut State,
        phone: &Phone,
        now: Instant,
    ) -> Result<Flight<Record>, Failure> {
        if let Some(flight) = state.flights.get(phone) {
            metrics::flight_joined();
            return Ok(flight.clone());
        }
        if state.flights.len() >= self.settings.flights_max {
            return Err(Failure::Busy);
        }
        // Not the caller's own deadline: others with more time may join the flight.
        let deadline = now + self.settings.deadline;
        let (source, shared, phone) = (Arc::clone(&self.source), Arc::clone(&self.state), *phone);
        let fetch = async move { source.fetch(&phone, deadline).await };
        let flight = Flight::start(fetch, move |result| land(&shared, phone, result));
        state.flights.insert(phone, flight.clone());
        metrics::flights(state.flights.len());
        Ok(flight)
    }

    fn remembered(&self, known: Remembered, origin: Origin) -> Finding {
        if known.record.is_nobody() {
            return Finding::Nobody(origin);
        }
        let alert_expired = known.elapsed >= self.settings.alert;
        Finding::Found { record: known.record, origin, alert_expired }
    }
}

/// Remembers what a flight brought, and lets the next call start another one.
fn land(state: &Mutex<State>, phone: Phone, result: &Result<Record, Failure>) {
    if let Err(failure) = result
        && !failure.asked_nobody()
    {
        FAILED.say(format_args!("{phone}: {failure}"));
    }
    let mut state = lock(state);
    if let Ok(record) = result {
        state.cache.put(phone, record.clone(), Instant::now().into_std());
    }
    state.flights.remove(&phone);
    state.tell();
}

/// Waits for a flight to land, but not beyond `until`.
async fn landing(
    flight: Result<Flight<Record>, Failure>,
    until: Instant,
) -> Result<Record, Failure> {
    timeout_at(until, flight?.landed()).await.unwrap_or(Err(Failure::Deadline))
}

fn fetched(record: Record) -> Finding {
    if record.is_nobody() {
        return Finding::Nobody(Origin::Hubsoft);
    }
    Finding::Found { record, origin: Origin::Hubsoft, alert_expired: false }
}

/// A panic elsewhere leaves nothing half-done behind this lock, so its poison is no news.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
