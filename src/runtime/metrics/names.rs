//! Every metric by name, with the words its labels can be.

use std::fs;
use std::hash::Hash;
use std::sync::atomic::AtomicU64;

use parking_lot::Mutex;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};

use crate::domain::phone::NoNumber;

use super::COMMIT;

/// Upper ends in seconds: memory answers in well under a millisecond, HubSoft in 50 to 800 of them.
pub(super) const SECONDS: [f64; 12] =
    [0.000_1, 0.000_5, 0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.2, 3.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct CallLabels {
    pub(super) door: &'static str,
    pub(super) status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Door {
    pub(super) door: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Outcome {
    pub(super) result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Reason {
    pub(super) reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Source {
    pub(super) source: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Build {
    pub(super) version: &'static str,
    pub(super) commit: &'static str,
}

/// Words that labels can be. A series that begins with its first event hides that event from
/// `increase()`, so each begins at zero.
pub(super) const AGI_ERRORS: [&str; 7] =
    ["broken", "closed", "hangup", "hostile", "late", "refused", "script"];
pub(super) const SOURCES: [&str; 4] = ["cache", "hubsoft", "none", "stale"];
pub(super) const DOORS: [&str; 9] = [
    "/asterisk",
    "/cid",
    "/freeswitch/dialplan",
    "/freeswitch/httapi",
    "/freeswitch/vars",
    "/match",
    "/route",
    "/v1/lookup",
    "agi",
];
pub(super) const HTTP_REFUSED: [&str; 16] = [
    "body_broken",
    "body_late",
    "body_long",
    "caller_missing",
    "head_long",
    "method",
    "no_http",
    "number_missing",
    "path",
    "percent",
    "plain",
    "rate",
    "recording",
    "tls",
    "tls_late",
    "unauthorized",
];
pub(super) const LOOKED: [&str; 4] = ["fresh", "miss", "old", "stale"];
pub(super) const SHED: [&str; 4] = ["address", "all", "network", "unknown"];
pub(super) const STATUSES: [&str; 4] = ["found", "no_number", "not_found", "unavailable"];

/// Lets a family begin with each of `words` at zero.
pub(super) fn begin<L: EncodeLabelSet + Clone + Eq + Hash>(
    counts: &Counts<L>,
    words: &[&'static str],
    label: impl Fn(&'static str) -> L,
) {
    for word in words {
        let _ = counts.get_or_create(&label(word));
    }
}

/// Makes the histograms of a family.
#[derive(Clone, Default)]
pub(super) struct Buckets;

impl MetricConstructor<Histogram> for Buckets {
    fn new_metric(&self) -> Histogram {
        Histogram::new(SECONDS)
    }
}

pub(super) type Counts<L> = Family<L, Counter>;

/// The metrics of a family by their word, for what each call counts: a family hashes its labels.
pub(super) struct Ready<M> {
    words: &'static [&'static str],
    metrics: Vec<M>,
}

impl<M> Ready<M> {
    fn new(words: &'static [&'static str], metric: impl Fn(&'static str) -> M) -> Self {
        Self { words, metrics: words.iter().map(|word| metric(word)).collect() }
    }

    /// The metric of `word`; none for one that the table does not have.
    pub(super) fn of(&self, word: &str) -> Option<&M> {
        self.words.iter().zip(&self.metrics).find(|(known, _)| **known == word).map(|(_, m)| m)
    }
}

/// A gauge that may be a fraction.
pub(super) type Level = Gauge<f64, AtomicU64>;

pub(super) struct Metrics {
    pub(super) registry: Registry,
    pub(super) calls: Calls,
    pub(super) doors: Doors,
    pub(super) memory: Memory,
    pub(super) own: Own,
    pub(super) upstream: Upstream,
}

/// What became of calls.
pub(super) struct Calls {
    pub(super) ambiguous: Counter,
    pub(super) answered: Counts<CallLabels>,
    pub(super) answered_at: Ready<Ready<Counter>>,
    pub(super) duration: Family<Source, Histogram, Buckets>,
    pub(super) duration_from: Ready<Histogram>,
    pub(super) skipped: Counts<Reason>,
    pub(super) unavailable: Counts<Reason>,
}

/// What comes in.
pub(super) struct Doors {
    pub(super) accept_errors: Counter,
    pub(super) agi_errors: Counts<Reason>,
    pub(super) connections: Family<Door, Gauge>,
    pub(super) http_refused: Counts<Reason>,
    pub(super) misses_alarms: Counter,
    pub(super) shed: Counts<Reason>,
}

/// What is remembered, and what is being found out.
pub(super) struct Memory {
    pub(super) bytes: Gauge,
    pub(super) flights: Gauge,
    pub(super) flights_joined: Counter,
    pub(super) lookups: Ready<Counter>,
    pub(super) records: Gauge,
}

/// The program itself.
pub(super) struct Own {
    pub(super) config_last_reload_success: Gauge,
    pub(super) config_reloads: Counts<Outcome>,
    pub(super) log_lines_dropped: Counter,
    pub(super) max_fds: Gauge,
    pub(super) open_fds: Gauge,
    pub(super) panics: Counter,
    pub(super) resident: Gauge,
    pub(super) started: Gauge,
}

/// HubSoft, and what spares it.
pub(super) struct Upstream {
    pub(super) alert_texts_cut: Counter,
    pub(super) breaker_state: Gauge,
    pub(super) dns: Counts<Outcome>,
    pub(super) duration: Histogram,
    pub(super) limiter_rate: Level,
    pub(super) requests: Counts<Outcome>,
    pub(super) retries: Counter,
    pub(super) unverified: Counter,
    pub(super) token: Mutex<&'static str>,
    pub(super) tokens: Counts<Outcome>,
}

/// Registers metrics under names that begin with `bina_`.
#[derive(Default)]
pub(super) struct Names(Registry);

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
    pub(super) fn new(names: &mut Names) -> Self {
        let answered: Counts<_> = names.plain("calls", "Calls answered, by door and status");
        let duration = names.of(
            "call_duration_seconds",
            "Time from a call to its answer, by where the answer comes from",
            Family::<_, Histogram, _>::new_with_constructor(Buckets),
        );
        let at = |door, status| answered.get_or_create_owned(&CallLabels { door, status });
        let calls = Self {
            ambiguous: names.plain("calls_ambiguous", "Calls from a number of several customers"),
            answered_at: Ready::new(&DOORS, |door| {
                Ready::new(&STATUSES, |status| at(door, status))
            }),
            duration_from: Ready::new(&SOURCES, |source| {
                duration.get_or_create_owned(&Source { source })
            }),
            answered,
            duration,
            skipped: names.plain("calls_skipped", "Calls without a number to look up, by reason"),
            unavailable: names
                .plain("calls_unavailable", "Calls answered as unavailable, by reason"),
        };
        begin(&calls.skipped, &NoNumber::LABELS, |reason| Reason { reason });
        calls
    }
}

impl Doors {
    pub(super) fn new(names: &mut Names) -> Self {
        let doors = Self {
            accept_errors: names.plain("accept_errors", "Connections that could not be accepted"),
            agi_errors: names
                .plain("agi_errors", "FastAGI conversations that went wrong, by reason"),
            connections: names.plain("connections", "Connections open, by door"),
            http_refused: names.plain("http_refused", "HTTP requests refused, by reason"),
            misses_alarms: names
                .plain("misses_alarms", "Minutes in which somebody seemed to try out numbers"),
            shed: names.plain("connections_shed", "Connections closed at once, by whose limit"),
        };
        begin(&doors.agi_errors, &AGI_ERRORS, |reason| Reason { reason });
        begin(&doors.http_refused, &HTTP_REFUSED, |reason| Reason { reason });
        begin(&doors.shed, &SHED, |reason| Reason { reason });
        doors
    }
}

impl Memory {
    pub(super) fn new(names: &mut Names) -> Self {
        let lookups: Counts<_> =
            names.plain("cache_lookups", "Looks into the memory: fresh, stale, old or miss");
        Self {
            bytes: names.plain("cache_bytes", "Bytes remembered, roughly"),
            flights: names.plain("flights", "Lookups under way"),
            flights_joined: names
                .plain("flights_joined", "Calls that waited for a lookup another one had begun"),
            lookups: Ready::new(&LOOKED, |result| lookups.get_or_create_owned(&Outcome { result })),
            records: names.plain("cache_records", "Numbers remembered"),
        }
    }
}

impl Own {
    pub(super) fn new(names: &mut Names) -> Self {
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
            started: names.process("start_time_seconds", "Start of the process since 1970"),
        };
        begin(&own.config_reloads, &["broken", "good"], |result| Outcome { result });
        // Until it is read again, it is as it was read.
        own.config_last_reload_success.set(1);
        own
    }

    /// Reads what the system knows of the process, where it tells.
    pub(super) fn look_at_process(&self) {
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
        // Since the machine's own start, in hundredths of a second, behind the name in brackets.
        let stat = told("stat");
        let since = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(19));
        let since = since.and_then(|ticks| ticks.parse::<i64>().ok());
        let booted = number(&fs::read_to_string("/proc/stat").unwrap_or_default(), "btime");
        if let Some((booted, since)) = booted.zip(since) {
            self.started.set(booted + since / 100);
        }
        if let Ok(open) = fs::read_dir("/proc/self/fd") {
            self.open_fds.set(i64::try_from(open.count()).unwrap_or(i64::MAX));
        }
    }
}

impl Upstream {
    pub(super) fn new(names: &mut Names) -> Self {
        let upstream = Self {
            alert_texts_cut: names
                .plain("alert_texts_cut", "Alert texts cut or left out, over 16 KiB for a number"),
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
            unverified: names.plain(
                "lookups_unverified",
                "Lookups for which HubSoft returned customers, none of whom has the number",
            ),
        };
        begin(&upstream.dns, &["failed", "ok"], |result| Outcome { result });
        upstream
    }
}
