//! Stops asking a source that fails, and finds out with one request at a time when it is back.
//!
//! Only failures of HubSoft itself count, and those of one number count once: a customer whose record
//! is broken there, and who redials, says nothing about everybody else.
//!
//! ```text
//!   5 numbers fail in a row, or under half of at least 20 results within 10 s are successes
//! closed ----------------------------------------------------------------> open
//!    ^                                                                     |  1 s, doubling to 30 s
//!    +---------- the probe succeeds ---------- half-open <-----------------+
//!                                              |     ^
//!                                              +-----+ the probe fails: open again, twice as long
//! ```
//! Closed means that requests pass.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tracing::{info, warn};

use crate::domain::failure::{Failure, FailureKind};
use crate::runtime::jitter::jittered;
use crate::runtime::metrics::{self, BreakerState};
use crate::sources::reasons;
use crate::sources::shared_request::Partial;
use crate::sources::source::{Budget, Fetch, Key, Sighting, Source};

/// Numbers that fail in a row and open it.
const IN_A_ROW: usize = 5;
/// The window over which successes are counted, and how many results it needs to say anything.
const WINDOW: Duration = Duration::from_secs(10);
const WINDOW_RESULTS_MIN: usize = 20;
/// Results kept at most; more than the limiter lets pass in a window.
const WINDOW_RESULTS_MAX: usize = 1_000;
/// How long it stays open, first and at most.
const OPEN_MIN: Duration = Duration::from_secs(1);
const OPEN_MAX: Duration = Duration::from_secs(30);

/// A source behind a breaker.
pub struct Breaker {
    source: Arc<dyn Source>,
    circuit: Arc<Mutex<Circuit>>,
}

/// The state, which is told the time.
struct Circuit {
    state: CircuitState,
    /// Numbers that failed since the last success.
    in_a_row: Vec<Key>,
    results: VecDeque<RequestOutcome>,
    /// How long it stays open next time.
    open_for: Duration,
    /// How often it changed between closed and open.
    changes: u64,
}

/// What came of a request, and when.
struct RequestOutcome {
    at: Instant,
    /// The number, if it failed.
    failed: Option<Key>,
}

/// What lets a request through: the state's number at that moment. What comes back with an older
/// one comes from before a change, and says nothing about now.
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
    pub fn new(source: Arc<dyn Source>) -> Self {
        Self { source, circuit: Arc::new(Mutex::new(Circuit::new())) }
    }

    /// Its state, for whoever monitors the service.
    pub fn state(&self) -> BreakerState {
        self.circuit.lock().state.reported()
    }

    /// The same breaker in front of another client of the same HubSoft.
    pub fn renewed(&self, source: Arc<dyn Source>) -> Self {
        Self { source, circuit: Arc::clone(&self.circuit) }
    }
}

impl Source for Breaker {
    fn fetch<'a>(&'a self, key: &'a Key, budget: Budget, partial: Partial<Sighting>) -> Fetch<'a> {
        Box::pin(async move {
            let Some(pass) = self.circuit.lock().admits(now()) else {
                return Err(reasons::BREAKER_OPEN.failure());
            };
            let verdict_of_a_panic = Some(HealthSignal::Failure);
            let mut admitted =
                Admitted { circuit: &self.circuit, key, pass, verdict: verdict_of_a_panic };
            let result = self.source.fetch(key, budget, partial).await;
            admitted.verdict = verdict(&result);
            result
        })
    }
}

/// What a result says about the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HealthSignal {
    /// It answered, though not what can be used.
    Alive,
    Failure,
    Success,
    /// Stop at once: it asked us to, without saying for how long.
    Trip,
}

fn verdict(result: &Result<Sighting, Failure>) -> Option<HealthSignal> {
    let Err(failure) = result else { return Some(HealthSignal::Success) };
    if failure.is(&reasons::THROTTLED) {
        // A source that said itself when to come back is left to its pause.
        return failure.requested_pause().is_none().then_some(HealthSignal::Trip);
    }
    match failure.kind() {
        FailureKind::NotQueried => None,
        FailureKind::AboutThisKey => Some(HealthSignal::Alive),
        FailureKind::Bug | FailureKind::Upstream => Some(HealthSignal::Failure),
    }
}

/// A request that was let through. A panic drops it with the verdict it began with: failure.
struct Admitted<'a> {
    circuit: &'a Mutex<Circuit>,
    key: &'a Key,
    pass: Pass,
    verdict: Option<HealthSignal>,
}

impl Drop for Admitted<'_> {
    fn drop(&mut self) {
        self.circuit.lock().learn(self.key, self.pass, self.verdict, now());
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

    /// Lets a request pass, or not. The first one after the wait becomes the probe.
    fn admits(&mut self, now: Instant) -> Option<Pass> {
        match self.state {
            CircuitState::Closed => {}
            CircuitState::Open { until } if now >= until => self.enter(CircuitState::HalfOpen),
            CircuitState::HalfOpen | CircuitState::Open { .. } => return None,
        }
        Some(self.changes)
    }

    fn learn(&mut self, key: &Key, pass: Pass, verdict: Option<HealthSignal>, now: Instant) {
        if pass != self.changes {
            return;
        }
        match (self.state, verdict) {
            // A probe that told nothing leaves the question open to the next request.
            (CircuitState::HalfOpen, None) => self.enter(CircuitState::Open { until: now }),
            (CircuitState::HalfOpen, Some(HealthSignal::Alive | HealthSignal::Success)) => {
                self.close()
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
        metrics::breaker(state.reported());
        self.state = state;
        self.changes += 1;
    }

    /// Counts a success, or a number that failed.
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
        let known = failed.is_some() && self.results.iter().any(|other| other.failed == failed);
        if !known {
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
        warn!(seconds = wait.as_secs_f32(), "HubSoft fails: breaker open, it is not asked");
        self.enter(CircuitState::Open { until: now + wait });
        self.open_for = (self.open_for * 2).min(OPEN_MAX);
        self.in_a_row.clear();
        self.results.clear();
    }

    fn close(&mut self) {
        info!("HubSoft answers again: breaker closed");
        self.enter(CircuitState::Closed);
        self.open_for = OPEN_MIN;
    }
}

/// The clock, which tests can pause.
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

    /// A number of its own for each `index`.
    fn phone(index: u32) -> Key {
        Phone::parse(&format!("3798{index:07}"), None).expect("a mobile").into()
    }

    /// Learns the verdict of a request that passed in the present state, for another number each time.
    fn learn(circuit: &mut Circuit, verdict: Option<HealthSignal>, now: Instant) {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let phone = phone(NEXT.fetch_add(1, Ordering::Relaxed));
        circuit.learn(&phone, circuit.changes, verdict, now);
    }

    fn fail(circuit: &mut Circuit, times: u32, now: Instant) {
        (0..times).for_each(|_| learn(circuit, Some(HealthSignal::Failure), now));
    }

    /// A circuit that has just opened, and how long it stays so.
    fn opened(now: Instant) -> (Circuit, Duration) {
        let mut circuit = Circuit::new();
        fail(&mut circuit, 5, now);
        let CircuitState::Open { until } = circuit.state else { panic!("open") };
        (circuit, until - now)
    }

    #[test]
    fn five_failures_in_a_row_open_it_and_a_success_between_does_not() {
        let now = Instant::now();
        let mut circuit = Circuit::new();
        fail(&mut circuit, 4, now);
        learn(&mut circuit, Some(HealthSignal::Success), now);
        fail(&mut circuit, 4, now);
        assert!(circuit.admits(now).is_some());
        fail(&mut circuit, 1, now);
        assert!(circuit.admits(now).is_none());
    }

    #[test]
    fn one_number_that_fails_again_and_again_does_not_open_it() {
        let (mut circuit, start) = (Circuit::new(), Instant::now());
        for turn in 0..100 {
            let now = start + turn * SECOND / 4;
            circuit.learn(&phone(1), circuit.changes, Some(HealthSignal::Failure), now);
            if turn % 4 == 0 {
                learn(&mut circuit, Some(HealthSignal::Success), now);
            }
            assert!(!is_open(&circuit), "after {turn}");
        }
    }

    #[test]
    fn answers_about_one_number_say_nothing_about_hubsoft() {
        for failure in [
            reasons::INVALID_ANSWER.because("no list of customers"),
            reasons::LIST_FULL.failure(),
            reasons::REFUSED.failure(),
            reasons::of_status(400),
            reasons::of_status(404),
            reasons::of_status(422),
            reasons::TOO_LARGE.failure(),
        ] {
            assert_eq!(verdict(&Err(failure.clone())), Some(HealthSignal::Alive), "{failure}");
        }
        for status in [408, 500, 502, 504, 520] {
            assert_eq!(
                verdict(&Err(reasons::of_status(status))),
                Some(HealthSignal::Failure),
                "{status}"
            );
        }
    }

    #[test]
    fn under_half_of_twenty_within_ten_seconds_opens_it() {
        let start = Instant::now();
        let mut circuit = Circuit::new();
        for turn in 0..19_u32 {
            let verdict = if turn % 5 < 2 { HealthSignal::Success } else { HealthSignal::Failure };
            learn(&mut circuit, Some(verdict), start + turn * SECOND / 4);
            assert!(!is_open(&circuit), "after {turn}");
        }
        learn(&mut circuit, Some(HealthSignal::Failure), start + 5 * SECOND);
        assert!(is_open(&circuit));
    }

    #[test]
    fn results_older_than_the_window_do_not_count() {
        let start = Instant::now();
        let mut circuit = Circuit::new();
        for turn in 0..60_u32 {
            let verdict = if turn % 5 < 2 { HealthSignal::Success } else { HealthSignal::Failure };
            learn(&mut circuit, Some(verdict), start + turn * SECOND);
        }
        assert!(!is_open(&circuit), "never twenty within ten seconds");
    }

    #[test]
    fn it_stays_open_a_second_and_then_lets_one_probe_pass() {
        let now = Instant::now();
        let (mut circuit, wait) = opened(now);
        assert!((900..=1_100).contains(&wait.as_millis()), "{wait:?}");
        assert!(circuit.admits(now + wait - Duration::from_millis(1)).is_none());
        assert!(circuit.admits(now + wait).is_some());
        assert!(circuit.admits(now + wait).is_none(), "one probe at a time");
        learn(&mut circuit, Some(HealthSignal::Success), now + wait);
        assert!(circuit.admits(now + wait).is_some() && circuit.admits(now + wait).is_some());
    }

    #[test]
    fn each_failed_probe_doubles_the_wait_up_to_thirty_seconds() {
        let mut now = Instant::now();
        let (mut circuit, mut wait) = opened(now);
        for expected in [2, 4, 8, 16, 30, 30] {
            now += wait;
            assert!(circuit.admits(now).is_some());
            learn(&mut circuit, Some(HealthSignal::Failure), now);
            let CircuitState::Open { until } = circuit.state else { panic!("open") };
            wait = until - now;
            let seconds = wait.as_secs_f64() / f64::from(expected);
            assert!((0.9..=1.1).contains(&seconds), "{wait:?} for {expected} s");
        }
    }

    #[test]
    fn an_answer_about_one_number_closes_it_and_ends_a_row_of_failures() {
        let now = Instant::now();
        let (mut circuit, wait) = opened(now);
        assert!(circuit.admits(now + wait).is_some());
        learn(&mut circuit, Some(HealthSignal::Alive), now + wait);
        assert_eq!(circuit.state, CircuitState::Closed);
        for _ in 0..3 {
            fail(&mut circuit, 4, now + wait);
            learn(&mut circuit, Some(HealthSignal::Alive), now + wait);
        }
        assert_eq!(circuit.state, CircuitState::Closed);
    }

    #[test]
    fn a_probe_that_tells_nothing_lets_the_next_one_ask() {
        let now = Instant::now();
        let (mut circuit, wait) = opened(now);
        assert!(circuit.admits(now + wait).is_some());
        learn(&mut circuit, None, now + wait);
        assert!(circuit.admits(now + wait).is_some());
    }

    #[test]
    fn answers_from_before_it_opened_change_nothing() {
        let now = Instant::now();
        let mut circuit = Circuit::new();
        let old = circuit.admits(now).expect("closed");
        fail(&mut circuit, 5, now);
        let wait = Duration::from_millis(1_100);
        for verdict in [HealthSignal::Success, HealthSignal::Failure] {
            circuit.learn(&phone(0), old, Some(verdict), now);
        }
        assert!(circuit.admits(now + wait / 2).is_none());
        assert!(circuit.admits(now + wait).is_some());
    }

    #[test]
    fn being_told_to_stop_opens_it_at_once_and_being_told_until_when_does_not() {
        let throttled = |retry_after| verdict(&Err(reasons::THROTTLED.retry_after(retry_after)));
        assert_eq!(throttled(None), Some(HealthSignal::Trip));
        assert_eq!(throttled(Some(SECOND)), None);
        assert_eq!(verdict(&Err(reasons::SHED.failure())), None);
        let mut circuit = Circuit::new();
        learn(&mut circuit, Some(HealthSignal::Trip), Instant::now());
        assert!(is_open(&circuit));
    }

    #[test]
    fn only_the_probe_decides_while_it_is_out() {
        let now = Instant::now();
        let mut circuit = Circuit::new();
        let old = circuit.admits(now).expect("closed");
        fail(&mut circuit, 5, now);
        let later = now + 2 * SECOND;
        let probe = circuit.admits(later).expect("the probe");
        circuit.learn(&phone(0), old, Some(HealthSignal::Failure), later);
        circuit.learn(&phone(0), old, Some(HealthSignal::Success), later);
        assert!(circuit.admits(later).is_none(), "the probe is still out");
        circuit.learn(&phone(0), probe, Some(HealthSignal::Success), later);
        assert!(circuit.admits(later).is_some());
    }
}
