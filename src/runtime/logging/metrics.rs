//! Counts dropped lines and panics, for the process: there is one log.

use std::sync::LazyLock;

use crate::runtime::metrics::{Counter, Registry};

#[derive(Default)]
pub(super) struct LogMetrics {
    pub(super) lines_dropped: Counter,
    pub(super) panics: Counter,
}

pub(super) static METRICS: LazyLock<LogMetrics> = LazyLock::new(LogMetrics::default);

/// Registers them in the registry of an application; each one shows those of the process.
pub fn register(registry: &mut Registry) {
    let help = "Log lines dropped because nothing read the log";
    registry.register("log_lines_dropped", help, &METRICS.lines_dropped);
    registry.register("panics", "Panics; each cost one connection or lookup", &METRICS.panics);
}
