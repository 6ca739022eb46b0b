//! Holds the metrics of an application by name, and writes them for Prometheus.
//!
//! Modules own their metrics: each has a struct that counts, registered or not, and names what it
//! counts in `register`. Gauges of a state are set when the metrics are requested, from the modules
//! that are active then. No number is read back to decide anything.
//! Label values are words of the program: no text of a caller, a customer or HubSoft is one.

mod families;
mod named;
mod process;
mod seconds;

use std::fmt;

use prometheus_client::encoding::{prometheus_text, text};
use prometheus_client::registry;

use self::process::ProcessMetrics;

pub use prometheus_client::metrics::counter::Counter;
pub use prometheus_client::metrics::gauge::Gauge;
pub use prometheus_client::registry::Metric;

pub use self::families::{ByLabel, ByName, ByWords, Label, OTHER};
pub use self::named::ByNameAndLabel;
pub use self::seconds::Seconds;

/// A gauge that may be a fraction.
pub type Level = Gauge<f64, std::sync::atomic::AtomicU64>;

/// Which text format is requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposition {
    OpenMetrics,
    Prometheus,
}

impl Exposition {
    /// The format that an `Accept` header requests.
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

/// The metrics of one application by name, and those of the process.
#[derive(Debug)]
pub struct Registry {
    named: registry::Registry,
    process: ProcessMetrics,
}

impl Default for Registry {
    fn default() -> Self {
        let mut named = registry::Registry::default();
        let process = ProcessMetrics::default();
        process.register(&mut named);
        Self { named, process }
    }
}

impl Registry {
    /// Registers `metric` as `bina_` with `name`. A clone of it counts on.
    pub fn register(&mut self, name: &str, help: &str, metric: &(impl Metric + Clone)) {
        self.named.register(format!("bina_{name}"), help, metric.clone());
    }

    /// Writes every metric.
    pub fn written(&self, exposition: Exposition) -> String {
        self.process.measure();
        let mut text = String::with_capacity(16 * 1024);
        let written: fmt::Result = match exposition {
            Exposition::OpenMetrics => text::encode(&mut text, &self.named),
            Exposition::Prometheus => prometheus_text::encode(&mut text, &self.named),
        };
        written.expect("writing to a string cannot fail");
        text
    }
}

/// A number of things as the value of a gauge.
pub fn size(things: usize) -> i64 {
    i64::try_from(things).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_count_together_and_registries_apart() {
        let counter: Counter = Counter::default();
        let [mut one, other] = [Registry::default(), Registry::default()];
        one.register("things", "Things", &counter);
        counter.inc();
        let line = "\nbina_things_total 1\n";
        assert!(one.written(Exposition::Prometheus).contains(line));
        assert!(!other.written(Exposition::Prometheus).contains("bina_things"));
    }
}
