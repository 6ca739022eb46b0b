//! Suspends requests to a failing source, and probes it with one request at a time until it recovers.
//!
//! Only failures of HubSoft itself count, and each key counts once: a customer with a broken record who
//! redials is not evidence of an outage.
//!
//! ```text
//!   5 numbers fail in a row, or under half of at least 20 results within 10 s are successes
//! closed ----------------------------------------------------------------> open
//!    ^                                                                     |  1 s, doubling to 30 s
//!    +---------- the probe succeeds ---------- half-open <-----------------+
//!                                              |     ^
//!                                              +-----+ the probe fails: open again, twice as long
//! ```
//! "Closed" means that requests pass.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tracing::{info, warn};

use crate::domain::failure::{Failure, FailureKind};
use crate::runtime::jitter::jittered;
use crate::runtime::metrics::{Gauge, Registry};
use crate::sources::reasons;
use crate::sources::shared_request::Partial;
use crate::sources::source::{Budget, Fetch, Key, Sighting, Source};

/// Number of keys failing in a row that opens it.
const IN_A_ROW: usize = 5;
/// The window over which successes are counted, and the minimum results in it.
const WINDOW: Duration = Duration::from_secs(10);
const WINDOW_RESULTS_MIN: usize = 20;
/// Maximum results kept; more than the limiter admits in a window.
const WINDOW_RESULTS_MAX: usize = 1_000;
/// Minimum and maximum time for which it stays open.
const OPEN_MIN: Duration = Duration::from_secs(1);
const OPEN_MAX: Duration = Duration::from_secs(30);

/// A source behind a breaker.
pub struct Breaker {
    source: Arc<dyn Source>,
    circuit: Arc<Mutex<Circuit>>,
    metrics: BreakerMetrics,
}

/// What a breaker measures.
#[derive(Clone, Debug, Default)]
pub struct BreakerMetrics {
    state: Gauge,
}

impl BreakerMetrics {
    pub fn register(&self, registry: &mut Registry) {
        let help = "Circuit breaker: 0 closed (HubSoft is queried), 1 half-open, 2 open";
        registry.register("breaker_state", help, &self.state);
    }
}

/// The state for those who monitor the service; the values are the metric's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    Closed = 0,
    HalfOpen = 1,
    Open = 2,
}

/// The state of the breaker; the caller passes the time.
struct Circuit {
    state: CircuitState,
    /// Keys that failed since the last success.
    in_a_row: Vec<Key>,
    results: VecDeque<RequestOutcome>,
    /// How long it stays open next time.
    open_for: Duration,
    /// Number of state changes.
    changes: u64,
}

/// The result of a request, and its time.
struct RequestOutcome {
    at: Instant,
    /// The key, if it failed.
    failed: Option<Key>,
}

/// The number of state changes when a request was admitted. The result of an older pass is ignored,
/// because it predates a change.
type Pass = u64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CircuitState {
    Closed,
    HalfOpen,
    Open { until: Instant },
}

impl CircuitState {
    fn reported(self) -> BreakerState {
        match self {
            Self::Closed => BreakerState::Closed,
            Self::HalfOpen => BreakerState::HalfOpen,
            Self::Open { .. } => BreakerState::Open,
        }
    }
}

impl Breaker {
    /// Puts a closed breaker before `source`.
    pub fn new(source: Arc<dyn Source>, metrics: BreakerMetrics) -> Self {
        Self { source, circuit: Arc::new(Mutex::new(Circuit::new())), metrics }
    }

    /// Sets the gauge of its state.
    pub fn measure(&self) {
        self.metrics.state.set(self.state() as i64);
    }

    /// Its state, for those who monitor the service.
    pub fn state(&self) -> BreakerState {
        self.circuit.lock().state.reported()
    }

    /// The same breaker in front of another client of the same HubSoft.
    pub fn renewed(&self, source: Arc<dyn Source>) -> Self {
        Self { source, circuit: Arc::clone(&self.circuit), metrics: self.metrics.clone() }
    }
}

impl Source for Breaker {
    fn fetch<'a>(&'a self, key: &'a Key, budget: Budget, partial: Partial<Sighting>) -> Fetch<'a> {
        Box::pin(async move {
            let Some(pass) = self.circuit.lock().admit(now()) else {
                return Err(reasons::BREAKER_OPEN.failure());
            };
            let signal_of_a_panic = Some(HealthSignal::Failure);
            let mut admitted =
                Admitted { circuit: &self.circuit, key, pass, signal: signal_of_a_panic };
            let result = self.source.fetch(key, budget, partial).await;
            admitted.signal = signal(&result);
            result
        })
    }
}

/// What a result indicates about the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HealthSignal {
    /// It answered, but the answer is unusable.
    Alive,
    Failure,
    Success,
    /// It requested a stop without a duration, so the breaker opens immediately.
    Trip,
}

fn signal(result: &Result<Sighting, Failure>) -> Option<HealthSignal> {
    let Err(failure) = result else { return Some(HealthSignal::Success) };
    if failure.is(&reasons::THROTTLED) {
        // The limiter applies a pause of known duration.
        return failure.requested_pause().is_none().then_some(HealthSignal::Trip);
    }
    match failure.kind() {
        FailureKind::NotQueried => None,
        FailureKind::AboutThisKey => Some(HealthSignal::Alive),
        FailureKind::Bug | FailureKind::Upstream => Some(HealthSignal::Failure),
    }
}

/// An admitted request. A panic drops it with its initial signal: failure.
struct Admitted<'a> {
    circuit: &'a Mutex<Circuit>,
    key: &'a Key,
    pass: Pass,
    signal: Option<HealthSignal>,
}

impl Drop for Admitted<'_> {
    fn drop(&mut self) {
        self.circuit.lock().record(self.key, self.pass, self.signal, now());
    }
}

impl Circuit {
    fn new() -> Self {
        Self {
            state: CircuitState::Closed,
            in_a_row: Vec::new(),
            results: VecDeque::new(),
            open_for: OPEN_MIN,
            changes: 0,
        }
    }

    /// Returns a pass if a request is admitted. The first one after the wait is the probe.
    fn admit(&mut self, now: Instant) -> Option<Pass> {
        match self.state {
            CircuitState::Closed => {}
            CircuitState::Open { until } if now >= until => self.enter(CircuitState::HalfOpen),
            CircuitState::HalfOpen | CircuitState::Open { .. } => return None,
        }
        Some(self.changes)
    }

    fn record(&mut self, key: &Key, pass: Pass, signal: Option<HealthSignal>, now: Instant) {
        if pass != self.changes {
            return;
        }
        match (self.state, signal) {
            // After an inconclusive probe, the next request is the probe.
            (CircuitState::HalfOpen, None) => self.enter(CircuitState::Open { until: now }),
            (CircuitState::HalfOpen, Some(HealthSignal::Alive | HealthSignal::Success)) => {
                self.close();
            }
            (CircuitState::Closed, Some(HealthSignal::Alive)) => self.in_a_row.clear(),
            (CircuitState::HalfOpen, Some(_))
            | (CircuitState::Closed, Some(HealthSignal::Trip)) => self.open(now),
            (CircuitState::Closed, Some(HealthSignal::Success)) => self.count(None, now),
            (CircuitState::Closed, Some(HealthSignal::Failure)) => self.count(Some(*key), now),
            (CircuitState::Open { .. }, _) | (CircuitState::Closed, None) => {}
        }
    }

    fn enter(&mut self, state: CircuitState) {
        self.state = state;
        self.changes += 1;
    }

    /// Counts a success, or a key that failed.
    fn count(&mut self, failed: Option<Key>, now: Instant) {
        match failed {
            None => self.in_a_row.clear(),
            Some(key) if !self.in_a_row.contains(&key) => self.in_a_row.push(key),
            Some(_) => {}
        }
        let old = |outcome: &RequestOutcome| now.saturating_duration_since(outcome.at) > WINDOW;
        while self.results.len() >= WINDOW_RESULTS_MAX || self.results.front().is_some_and(old) {
            self.results.pop_front();
        }
        let is_counted =
            failed.is_some() && self.results.iter().any(|other| other.failed == failed);
        if !is_counted {
            self.results.push_back(RequestOutcome { at: now, failed });
        }
        let successes = self.results.iter().filter(|outcome| outcome.failed.is_none()).count();
        let mostly_failing =
            self.results.len() >= WINDOW_RESULTS_MIN && successes * 2 < self.results.len();
        if self.in_a_row.len() >= IN_A_ROW || mostly_failing {
            self.open(now);
        }
    }

    fn open(&mut self, now: Instant) {
        let wait = jittered(self.open_for);
        warn!(
            seconds = wait.as_secs_f32(),
            "circuit breaker open: HubSoft is failing, lookups are suspended"
        );
        self.enter(CircuitState::Open { until: now + wait });
        self.open_for = (self.open_for * 2).min(OPEN_MAX);
        self.in_a_row.clear();
        self.results.clear();
    }

    fn close(&mut self) {
        info!("circuit breaker closed: HubSoft answers again");
        self.enter(CircuitState::Closed);
        self.open_for = OPEN_MIN;
    }
}

/// Returns the time of the clock that tests can pause.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::domain::phone::Phone;

    const SECOND: Duration = Duration::from_secs(1);

    fn is_open(circuit: &Circuit) -> bool {
        matches!(circuit.state, CircuitState::Open { .. })
    }

    /// Returns a distinct key for each `index`.
    fn phone(index: u32) -> Key {
        Phone::parse(&format!("3798{index:07}"), None).expect("a mobile").into()
    }

    /// Records the signal of a request that was admitted in the current state, with a new key each time.
    fn record(circuit: &mut Circuit, signal: Option<HealthSignal>, now: Instant) {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let phone = phone(NEXT.fetch_add(1, Ordering::Relaxed));
        circuit.record(&phone, circuit.changes, signal, now);
    }

    fn fail(circuit: &mut Circuit, times: u32, now: Instant) {
        (0..times).for_each(|_| record(circuit, Some(HealthSignal::Failure), now));
    }

    /// Returns a circuit that has just opened, and how long it stays open.
    fn opened(now: Instant) -> (Circuit, Duration) {
        let mut circuit = Circuit::new();
        fail(&mut circuit, 5, now);
        let CircuitState::Open { until } = circuit.state else { panic!("open") };
        (circuit, until - now)
    }

    #[test]
    fn five_failures_in_a_row_open_it_unless_a_success_intervenes() {
        let now = Instant::now();
        let mut circuit = Circuit::new();
        fail(&mut circuit, 4, now);
        record(&mut circuit, Some(HealthSignal::Success), now);
        fail(&mut circuit, 4, now);
        assert!(circuit.admit(now).is_some());
        fail(&mut circuit, 1, now);
        assert!(circuit.admit(now).is_none());
    }

    #[test]
    fn one_key_that_fails_repeatedly_does_not_open_it() {
        let (mut circuit, start) = (Circuit::new(), Instant::now());
        for step in 0..100 {
            let now = start + step * SECOND / 4;
            circuit.record(&phone(1), circuit.changes, Some(HealthSignal::Failure), now);
            if step % 4 == 0 {
                record(&mut circuit, Some(HealthSignal::Success), now);
            }
            assert!(!is_open(&circuit), "after {step}");
        }
    }

    #[test]
    fn failures_about_one_key_show_that_hubsoft_is_alive() {
        for failure in [
            reasons::INVALID_ANSWER.because("no list of customers"),
            reasons::LIST_FULL.failure(),
            reasons::REFUSED.failure(),
            reasons::of_status(400),
            reasons::of_status(404),
            reasons::of_status(422),
            reasons::TOO_LARGE.failure(),
        ] {
            assert_eq!(signal(&Err(failure.clone())), Some(HealthSignal::Alive), "{failure}");
        }
        for status in [408, 500, 502, 504, 520] {
            assert_eq!(
                signal(&Err(reasons::of_status(status))),
                Some(HealthSignal::Failure),
                "{status}"
            );
        }
    }

    #[test]
    fn a_success_rate_below_half_opens_it() {
        let start = Instant::now();
        let mut circuit = Circuit::new();
        for step in 0..19_u32 {
            let signal = if step % 5 < 2 { HealthSignal::Success } else { HealthSignal::Failure };
            record(&mut circuit, Some(signal), start + step * SECOND / 4);
            assert!(!is_open(&circuit), "after {step}");
        }
        record(&mut circuit, Some(HealthSignal::Failure), start + 5 * SECOND);
        assert!(is_open(&circuit));
    }

    #[test]
    fn results_older_than_the_window_do_not_count() {
        let start = Instant::now();
        let mut circuit = Circuit::new();
        for step in 0..60_u32 {
            let signal = if step % 5 < 2 { HealthSignal::Success } else { HealthSignal::Failure };
            record(&mut circuit, Some(signal), start + step * SECOND);
        }
        assert!(!is_open(&circuit), "never twenty within ten seconds");
    }

    #[test]
    fn it_stays_open_for_a_second_and_then_admits_one_probe() {
        let now = Instant::now();
        let (mut circuit, wait) = opened(now);
        assert!((900..=1_100).contains(&wait.as_millis()), "{wait:?}");
        assert!(circuit.admit(now + wait - Duration::from_millis(1)).is_none());
        assert!(circuit.admit(now + wait).is_some());
        assert!(circuit.admit(now + wait).is_none(), "one probe at a time");
        record(&mut circuit, Some(HealthSignal::Success), now + wait);
        assert!(circuit.admit(now + wait).is_some() && circuit.admit(now + wait).is_some());
    }

    #[test]
    fn each_failed_probe_doubles_the_wait_up_to_thirty_seconds() {
        let mut now = Instant::now();
        let (mut circuit, mut wait) = opened(now);
        for expected in [2, 4, 8, 16, 30, 30] {
            now += wait;
            assert!(circuit.admit(now).is_some());
            record(&mut circuit, Some(HealthSignal::Failure), now);
            let CircuitState::Open { until } = circuit.state else { panic!("open") };
            wait = until - now;
            let seconds = wait.as_secs_f64() / f64::from(expected);
            assert!((0.9..=1.1).contains(&seconds), "{wait:?} for {expected} s");
        }
    }

    #[test]
    fn a_failure_about_one_key_closes_it_and_resets_the_row() {
        let now = Instant::now();
        let (mut circuit, wait) = opened(now);
        assert!(circuit.admit(now + wait).is_some());
        record(&mut circuit, Some(HealthSignal::Alive), now + wait);
        assert_eq!(circuit.state, CircuitState::Closed);
        for _ in 0..3 {
            fail(&mut circuit, 4, now + wait);
            record(&mut circuit, Some(HealthSignal::Alive), now + wait);
        }
        assert_eq!(circuit.state, CircuitState::Closed);
    }

    #[test]
    fn an_inconclusive_probe_admits_the_next_request() {
        let now = Instant::now();
        let (mut circuit, wait) = opened(now);
        assert!(circuit.admit(now + wait).is_some());
        record(&mut circuit, None, now + wait);
        assert!(circuit.admit(now + wait).is_some());
    }

    #[test]
    fn results_from_before_it_opened_are_ignored() {
        let now = Instant::now();
        let mut circuit = Circuit::new();
        let old = circuit.admit(now).expect("closed");
        fail(&mut circuit, 5, now);
        let wait = Duration::from_millis(1_100);
        for signal in [HealthSignal::Success, HealthSignal::Failure] {
            circuit.record(&phone(0), old, Some(signal), now);
        }
        assert!(circuit.admit(now + wait / 2).is_none());
        assert!(circuit.admit(now + wait).is_some());
    }

    #[test]
    fn throttling_opens_it_only_without_a_retry_time() {
        let throttled = |retry_after| signal(&Err(reasons::THROTTLED.retry_after(retry_after)));
        assert_eq!(throttled(None), Some(HealthSignal::Trip));
        assert_eq!(throttled(Some(SECOND)), None);
        assert_eq!(signal(&Err(reasons::SHED.failure())), None);
        let mut circuit = Circuit::new();
        record(&mut circuit, Some(HealthSignal::Trip), Instant::now());
        assert!(is_open(&circuit));
    }

    #[test]
    fn only_the_probe_counts_while_it_is_under_way() {
        let now = Instant::now();
        let mut circuit = Circuit::new();
        let old = circuit.admit(now).expect("closed");
        fail(&mut circuit, 5, now);
        let later = now + 2 * SECOND;
        let probe = circuit.admit(later).expect("the probe");
        circuit.record(&phone(0), old, Some(HealthSignal::Failure), later);
        circuit.record(&phone(0), old, Some(HealthSignal::Success), later);
        assert!(circuit.admit(later).is_none(), "the probe is still under way");
        circuit.record(&phone(0), probe, Some(HealthSignal::Success), later);
        assert!(circuit.admit(later).is_some());
    }
}
