//! Counts what happens, for Prometheus; every name and label is in this one file.
//!
//! Rooms tell what happened by a function each; nobody reads a number back to decide anything.
//! Label values are words of the program: nothing a caller, a customer or HubSoft wrote is one.

use std::fmt;
use std::fs;
use std::sync::atomic::AtomicU64;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, prometheus_text, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};

/// Upper ends in seconds: memory answers in well under a millisecond, HubSoft in 50 to 800 of them.
const SECONDS: [f64; 12] =
    [0.000_1, 0.000_5, 0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.2, 3.0];

static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::default);

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    door: &'static str,
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Door {
    door: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Source {
    source: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Build {
    version: &'static str,
    commit: &'static str,
}

/// Makes the histograms of a family.
#[derive(Clone, Default)]
struct Buckets;

impl MetricConstructor<Histogram> for Buckets {
    fn new_metric(&self) -> Histogram {
        Histogram::new(SECONDS)
    }
}

type Counts<L> = Family<L, Counter>;
/// A gauge that may be a fraction.
type Level = Gauge<f64, AtomicU64>;

struct Metrics {
    registry: Registry,
    calls: Calls,
    doors: Doors,
    memory: Memory,
    own: Own,
    upstream: Upstream,
}

/// What became of calls.
struct Calls {
    ambiguous: Counter,
    answered: Counts<CallLabels>,
    duration: Family<Source, Histogram, Buckets>,
    skipped: Counts<Reason>,
    unavailable: Counts<Reason>,
}

/// What comes in.
struct Doors {
    accept_errors: Counter,
    agi_errors: Counts<Reason>,
    connections: Family<Door, Gauge>,
    http_refused: Counts<Reason>,
    misses_alarms: Counter,
    shed: Counts<Reason>,
}

/// What is remembered, and what is being found out.
struct Memory {
    bytes: Gauge,
    flights: Gauge,
    flights_joined: Counter,
    lookups: Counts<Outcome>,
    records: Gauge,
}

/// The program itself.
struct Own {
    config_last_reload_success: Gauge,
    config_reloads: Counts<Outcome>,
    log_lines_dropped: Counter,
    max_fds: Gauge,
    open_fds: Gauge,
    panics: Counter,
    resident: Gauge,
}

/// HubSoft, and what spares it.
struct Upstream {
    breaker_state: Gauge,
    dns: Counts<Outcome>,
    duration: Histogram,
    limiter_rate: Level,
    requests: Counts<Outcome>,
    retries: Counter,
    token: Mutex<&'static str>,
    tokens: Counts<Outcome>,
}

/// Registers metrics under names that begin with `bina_`.
#[derive(Default)]
struct Names(Registry);

impl Names {
    fn of<M: Metric + Clone>(&mut self, name: &str, help: &str, metric: M) -> M {
        self.0.register(format!("bina_{name}"), help, metric.clone());
        metric
    }

    fn plain<M: Metric + Clone + Default>(&mut self, name: &str, help: &str) -> M {
        self.of(name, help, M::default())
    }

    /// A number about the process, under the name every program gives it.
    fn process(&mut self, name: &str, help: &str) -> Gauge {
        let gauge = Gauge::default();
        self.0.register(format!("process_{name}"), help, gauge.clone());
        gauge
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut names = Names::default();
        let build: Family<Build, Gauge> = names
            .plain("build_info", "Always 1, with the version and the commit it was built from");
        let labels = Build { version: env!("CARGO_PKG_VERSION"), commit: COMMIT };
        build.get_or_create(&labels).set(1);
        Self {
            calls: Calls::new(&mut names),
            doors: Doors::new(&mut names),
            memory: Memory::new(&mut names),
            own: Own::new(&mut names),
            upstream: Upstream::new(&mut names),
            registry: names.0,
        }
    }
}

impl Calls {
    fn new(names: &mut Names) -> Self {
        Self {
            ambiguous: names.plain("calls_ambiguous", "Calls from a number of several customers"),
            answered: names.plain("calls", "Calls answered, by door and status"),
            duration: names.of(
                "call_duration_seconds",
                "Time from a call to its answer, by where the answer comes from",
                Family::new_with_constructor(Buckets),
            ),
            skipped: names.plain("calls_skipped", "Calls without a number to look up, by reason"),
            unavailable: names
                .plain("calls_unavailable", "Calls answered as unavailable, by reason"),
        }
    }
}

impl Doors {
    fn new(names: &mut Names) -> Self {
        Self {
            accept_errors: names.plain("accept_errors", "Connections that could not be accepted"),
            agi_errors: names
                .plain("agi_errors", "FastAGI conversations that went wrong, by reason"),
            connections: names.plain("connections", "Connections open, by door"),
            http_refused: names.plain("http_refused", "HTTP requests refused, by reason"),
            misses_alarms: names
                .plain("misses_alarms", "Minutes in which somebody seemed to try out numbers"),
            shed: names.plain("connections_shed", "Connections closed at once, by whose limit"),
        }
    }
}

impl Memory {
    fn new(names: &mut Names) -> Self {
        Self {
            bytes: names.plain("cache_bytes", "Bytes remembered, roughly"),
            flights: names.plain("flights", "Lookups under way"),
            flights_joined: names
                .plain("flights_joined", "Calls that waited for a lookup another one had begun"),
            lookups: names
                .plain("cache_lookups", "Looks into the memory: fresh, stale, old or miss"),
            records: names.plain("cache_records", "Numbers remembered"),
        }
    }
}

impl Own {
    fn new(names: &mut Names) -> Self {
        let success = names.plain(
            "config_last_reload_success",
            "1 when the configuration in the file is in force, 0 when it is broken",
        );
        let own = Self {
            config_last_reload_success: success,
            config_reloads: names.plain("config_reloads", "Times the configuration was read again"),
            log_lines_dropped: names
                .plain("log_lines_dropped", "Log lines dropped because nobody read them"),
            max_fds: names.process("max_fds", "Descriptors the process may have open"),
            open_fds: names.process("open_fds", "Descriptors open"),
            panics: names.plain("panics", "Bugs that cost one connection or lookup each"),
            resident: names.process("resident_memory_bytes", "Resident memory in bytes"),
        };
        // Until it is read again, it is as it was read.
        own.config_last_reload_success.set(1);
        own
    }
}

impl Upstream {
    fn new(names: &mut Names) -> Self {
        Self {
            breaker_state: names
                .plain("breaker_state", "0 closed (HubSoft is asked), 1 half-open, 2 open"),
            dns: names.plain("dns_lookups", "Lookups of HubSoft's name, by result"),
            duration: names.of(
                "upstream_duration_seconds",
                "Time of a request to HubSoft",
                Histogram::new(SECONDS),
            ),
            limiter_rate: names
                .plain("limiter_rate", "Requests a second that HubSoft may be asked at present"),
            requests: names.plain("upstream_requests", "Requests to HubSoft, by result"),
            retries: names.plain("upstream_retries", "Requests tried again on a new connection"),
            token: Mutex::new("not asked for yet"),
            tokens: names.plain("token_requests", "Requests for a token, by result"),
        }
    }
}

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

impl Own {
    /// Reads what the system knows of the process, where it tells.
    fn look_at_process(&self) {
        let told =
            |file: &str| fs::read_to_string(format!("/proc/self/{file}")).unwrap_or_default();
        let number = |text: &str, name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<i64>().ok()
        };
        if let Some(kilobytes) = number(&told("status"), "VmRSS:") {
            self.resident.set(kilobytes * 1024);
        }
        if let Some(most) = number(&told("limits"), "Max open files") {
            self.max_fds.set(most);
        }
        if let Ok(open) = fs::read_dir("/proc/self/fd") {
            self.open_fds.set(i64::try_from(open.count()).unwrap_or(i64::MAX));
        }
    }
}

fn count<L: EncodeLabelSet + Clone + Eq + std::hash::Hash>(counts: &Counts<L>, labels: &L) {
    counts.get_or_create(labels).inc();
}

fn size(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// A call was answered.
pub fn call_answered(
    door: &'static str,
    status: &'static str,
    source: &'static str,
    took: Duration,
) {
    count(&METRICS.calls.answered, &CallLabels { door, status });
    METRICS.calls.duration.get_or_create(&Source { source }).observe(took.as_secs_f64());
}

/// Several customers have the caller's number.
pub fn call_ambiguous() {
    METRICS.calls.ambiguous.inc();
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

/// Counts a connection of `door` for as long as it is held.
pub struct Connection(Gauge);

impl Connection {
    pub fn opened(door: &'static str) -> Self {
        let gauge = METRICS.doors.connections.get_or_create(&Door { door }).clone();
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// The memory was looked into.
pub fn cache_looked(result: &'static str) {
    count(&METRICS.memory.lookups, &Outcome { result });
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
    let token = *METRICS.upstream.token.lock().unwrap_or_else(PoisonError::into_inner);
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

/// A token was asked for.
pub fn token_requested(result: &'static str) {
    count(&METRICS.upstream.tokens, &Outcome { result });
    let token = match result {
        "ok" => "usable",
        "token" => "refused",
        other => other,
    };
    *METRICS.upstream.token.lock().unwrap_or_else(PoisonError::into_inner) = token;
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

/// A log line was dropped.
pub fn log_line_dropped() {
    METRICS.own.log_lines_dropped.inc();
}

/// A bug was caught.
pub fn panicked() {
    METRICS.own.panics.inc();
}
