//! Counts what happens, for Prometheus; `metrics/names.rs` has every name and label.
//!
//! Rooms tell what happened by a function each; nobody reads a number back to decide anything.
//! Label values are words of the program: nothing a caller, a customer or HubSoft wrote is one.

mod names;

use std::fmt;
use std::hash::Hash;
use std::sync::LazyLock;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, prometheus_text, text};
use prometheus_client::metrics::gauge::Gauge;

use self::names::{CallLabels, Counts, Door, Metrics, Outcome, Reason, Source, begin};

static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::default);

/// The commit the program was built from, where the build knew it.
pub const COMMIT: &str = match option_env!("BINA_COMMIT") {
    Some(commit) => commit,
    None => "unknown",
};

/// Which text format is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposition {
    OpenMetrics,
    Prometheus,
}

impl Exposition {
    /// What the `Accept` header asks for.
    pub fn accepted(header: &str) -> Self {
        if header.contains("application/openmetrics-text") {
            Self::OpenMetrics
        } else {
            Self::Prometheus
        }
    }

    pub fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Prometheus => prometheus_text::CONTENT_TYPE,
        }
    }
}

/// Writes every metric.
pub fn written(exposition: Exposition) -> String {
    METRICS.own.look_at_process();
    let mut page = String::with_capacity(16 * 1024);
    let written: fmt::Result = match exposition {
        Exposition::OpenMetrics => text::encode(&mut page, &METRICS.registry),
        Exposition::Prometheus => prometheus_text::encode(&mut page, &METRICS.registry),
    };
    written.expect("writing to a string cannot fail");
    page
}

fn count<L: EncodeLabelSet + Clone + Eq + Hash>(counts: &Counts<L>, labels: &L) {
    counts.get_or_create(labels).inc();
}

fn size(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// Lets what counts by reason begin with each of `reasons` at zero.
pub fn begin_with(reasons: &[&'static str]) {
    begin(&METRICS.calls.unavailable, reasons, |reason| Reason { reason });
    let results = [&["ok"], reasons].concat();
    begin(&METRICS.upstream.requests, &results, |result| Outcome { result });
    begin(&METRICS.upstream.tokens, &results, |result| Outcome { result });
}

/// A call was answered.
pub fn call_answered(
    door: &'static str,
    status: &'static str,
    source: &'static str,
    took: Duration,
) {
    let calls = &METRICS.calls;
    match calls.answered_at.of(door).and_then(|door| door.of(status)) {
        Some(answered) => {
            answered.inc();
        }
        None => count(&calls.answered, &CallLabels { door, status }),
    }
    let took = took.as_secs_f64();
    match calls.duration_from.of(source) {
        Some(duration) => duration.observe(took),
        None => calls.duration.get_or_create(&Source { source }).observe(took),
    }
}

/// Several customers have the caller's number.
pub fn call_ambiguous() {
    METRICS.calls.ambiguous.inc();
}

/// HubSoft returned customers for a number, and none of them has it.
pub fn lookup_unverified() {
    METRICS.upstream.unverified.inc();
}

/// There was no number to look up.
pub fn call_skipped(reason: &'static str) {
    count(&METRICS.calls.skipped, &Reason { reason });
}

/// A call could not be told who is calling.
pub fn call_unavailable(reason: &'static str) {
    count(&METRICS.calls.unavailable, &Reason { reason });
}

/// A FastAGI conversation went wrong.
pub fn agi_error(reason: &'static str) {
    count(&METRICS.doors.agi_errors, &Reason { reason });
}

/// An HTTP request was refused.
pub fn http_refused(reason: &'static str) {
    count(&METRICS.doors.http_refused, &Reason { reason });
}

/// Somebody seems to try out numbers.
pub fn misses_alarm() {
    METRICS.doors.misses_alarms.inc();
}

/// A connection could not be accepted.
pub fn accept_error() {
    METRICS.doors.accept_errors.inc();
}

/// A connection was closed at once.
pub fn connection_shed(reason: &'static str) {
    count(&METRICS.doors.shed, &Reason { reason });
}

/// The connections of one door.
pub struct Connections(Gauge);

impl Connections {
    pub fn of(door: &'static str) -> Self {
        Self(METRICS.doors.connections.get_or_create_owned(&Door { door }))
    }

    /// Counts another one.
    pub fn opened(&self) -> Connection {
        self.0.inc();
        Connection(self.0.clone())
    }
}

/// A connection that is counted for as long as it is held.
pub struct Connection(Gauge);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// The memory was looked into.
pub fn cache_looked(result: &'static str) {
    if let Some(looked) = METRICS.memory.lookups.of(result) {
        looked.inc();
    }
}

/// What the memory holds now.
pub fn cache_holds(records: usize, bytes: usize) {
    METRICS.memory.records.set(size(records));
    METRICS.memory.bytes.set(size(bytes));
}

/// How many lookups are under way now.
pub fn flights(under_way: usize) {
    METRICS.memory.flights.set(size(under_way));
}

/// A call waits for a lookup that was under way.
pub fn flight_joined() {
    METRICS.memory.flights_joined.inc();
}

/// How HubSoft stands, for whoever asks `/readyz`; nothing is decided by it.
pub struct Condition {
    pub breaker: &'static str,
    /// `usable`, `refused`, `not asked for yet`, or another reason why there is none.
    pub token: &'static str,
}

/// How HubSoft stands now.
pub fn condition() -> Condition {
    let breaker = match METRICS.upstream.breaker_state.get() {
        0 => "closed",
        1 => "half-open",
        _ => "open",
    };
    let token = *METRICS.upstream.token.lock();
    Condition { breaker, token }
}

/// How the breaker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    Closed = 0,
    HalfOpen = 1,
    Open = 2,
}

/// The breaker has changed.
pub fn breaker(state: BreakerState) {
    METRICS.upstream.breaker_state.set(state as i64);
}

/// How fast HubSoft may be asked now.
pub fn limiter_rate(rate: f64) {
    METRICS.upstream.limiter_rate.set(rate);
}

/// HubSoft was asked, or was to be.
pub fn upstream(result: &'static str, took: Duration) {
    count(&METRICS.upstream.requests, &Outcome { result });
    METRICS.upstream.duration.observe(took.as_secs_f64());
}

/// A request was tried again.
pub fn upstream_retried() {
    METRICS.upstream.retries.inc();
}

/// So many alert texts of a number were not kept whole.
pub fn alert_texts_cut(texts: usize) {
    METRICS.upstream.alert_texts_cut.inc_by(u64::try_from(texts).unwrap_or(u64::MAX));
}

/// A token was asked for.
pub fn token_requested(result: &'static str) {
    count(&METRICS.upstream.tokens, &Outcome { result });
    let token = match result {
        "ok" => "usable",
        "token" => "refused",
        other => other,
    };
    *METRICS.upstream.token.lock() = token;
}

/// HubSoft's name was looked up.
pub fn dns(result: &'static str) {
    count(&METRICS.upstream.dns, &Outcome { result });
}

/// The configuration was read again.
pub fn config_reloaded(good: bool) {
    METRICS.own.config_last_reload_success.set(i64::from(good));
    let result = if good { "good" } else { "broken" };
    count(&METRICS.own.config_reloads, &Outcome { result });
}

/// Log lines were dropped.
pub fn log_lines_dropped(lines: u64) {
    METRICS.own.log_lines_dropped.inc_by(lines);
}

/// A bug was caught.
pub fn panicked() {
    METRICS.own.panics.inc();
}
