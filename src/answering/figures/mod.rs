//! What an operator sees of the last day's calls: counts by minute, and the latest calls one by one.
//!
//! ```text
//! call --> ring of the last 1,000 (number masked)
//!     \--> the minute's counts: status x time taken, source
//!      \-> the hour's counts: rule, prompt, interface;  the alert's counts
//! ```
//! A call writes to memory only, in some tens of nanoseconds. Metrics are apart, because a histogram of
//! Prometheus has no day.

mod alerts;
mod call;
mod day;
mod metrics;
mod minutes;
mod named;
mod ring;
mod times;

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::domain::alert::TextKey;

use self::alerts::AlertCounts;
use self::minutes::Minutes;
use self::named::NamedCounts;
use self::ring::Ring;

pub use self::alerts::AlertFigures;
pub use self::call::{FiguredCall, PromptKind, RecentCall};
pub use self::day::{DayFigures, MinuteFigures, NamedFigure};
pub use self::metrics::FigureMetrics;

/// The minutes of a day.
pub const MINUTES: usize = 24 * 60;
const MINUTE: Duration = Duration::from_secs(60);

/// The figures of one service; a reload keeps them.
pub struct Figures {
    started: Instant,
    counts: Mutex<CallCounts>,
    metrics: FigureMetrics,
}

/// What is counted. One lock, because a call that takes it once pays least.
struct CallCounts {
    ring: Ring,
    minutes: Minutes,
    rules: NamedCounts,
    prompts: NamedCounts,
    interfaces: NamedCounts,
    alerts: AlertCounts,
}

impl Default for Figures {
    fn default() -> Self {
        Self::counting(FigureMetrics::default())
    }
}

impl Figures {
    /// Figures without a call, which count the rules and prompts in `metrics` as well.
    pub fn counting(metrics: FigureMetrics) -> Self {
        let counts = CallCounts {
            ring: Ring::default(),
            minutes: Minutes::default(),
            rules: NamedCounts::counting(metrics.rules()),
            prompts: NamedCounts::counting(metrics.prompts()),
            interfaces: NamedCounts::default(),
            alerts: AlertCounts::default(),
        };
        Self {
            started: tokio::time::Instant::now().into_std(),
            counts: Mutex::new(counts),
            metrics,
        }
    }

    /// CallCounts a call that has been answered.
    pub fn note(&self, call: FiguredCall) {
        let minute = self.minute(call.accepted + call.took);
        let mut counts = self.counts.lock();
        counts.minutes.count(minute, &call);
        let hour = minute / 60;
        counts.interfaces.count_word(hour, call.interface);
        if let Some(rule) = &call.rule {
            counts.rules.count_rule(hour, rule);
        }
        if let Some(prompt) = &call.prompt {
            counts.prompts.count_prompt(hour, prompt, call.kind);
        }
        if let Some(alert) = call.alert {
            counts.alerts.count(alert, call.told, minute);
        }
        counts.ring.push(call);
    }

    /// The figures of the last 24 hours.
    pub fn day(&self) -> DayFigures {
        let now = self.minute(tokio::time::Instant::now().into_std());
        let counts = self.counts.lock();
        let (minutes, sources) = counts.minutes.last_day(now);
        let hour = now / 60;
        let rules = counts.rules.last_day(hour);
        let prompts = counts.prompts.last_day(hour);
        let interfaces = counts.interfaces.last_day(hour);
        drop(counts);
        DayFigures { minutes, sources, rules, prompts, interfaces }
    }

    /// The calls after the one with `number`, the latest first, `limit` at most; and how many calls there were
    /// in all.
    pub fn calls_after(&self, number: u64, limit: usize) -> (Vec<RecentCall>, u64) {
        let now = tokio::time::Instant::now().into_std();
        let counts = self.counts.lock();
        (counts.ring.after(number, limit, now), counts.ring.noted())
    }

    /// How many callers were told of the alert.
    pub fn alert(&self, key: TextKey) -> AlertFigures {
        self.counts.lock().alerts.of(key)
    }

    /// What it counts for Prometheus.
    pub fn metrics(&self) -> &FigureMetrics {
        &self.metrics
    }

    /// The minutes from the start of the program to `at`.
    fn minute(&self, at: Instant) -> u64 {
        at.saturating_duration_since(self.started).as_secs() / MINUTE.as_secs()
    }
}

#[cfg(test)]
mod tests;
