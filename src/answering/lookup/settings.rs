//! Times and bounds of the lookup: `[lookup]`.

use std::fmt::Display;
use std::num::NonZeroUsize;
use std::time::Duration;

use crate::runtime::language::{Message, Text};
use crate::runtime::settings::Section;
use crate::sources::cache::Retention;

use super::freshness::Ages;
use super::texts;

/// Default maximum time that a call waits.
pub const DEADLINE_DEFAULT: Duration = Duration::from_millis(800);

/// How long the shipped dialplan waits beyond the deadline.
const SNIPPET_MARGIN: Duration = Duration::from_millis(400);
/// Bytes of a record with an alert, measured with 100,000 of them.
const RECORD_BYTES: usize = 560;
/// Maximum bytes of all records.
const RECORDS_BYTES_MAX: usize = 160 << 20;
/// Records are cached for a day at most.
const DAY_S: u64 = 24 * 60 * 60;

/// Times and bounds of the lookup.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Maximum time that a call waits; also the time budget of a shared request.
    pub deadline: Duration,
    /// How long a call waits for a newer record (`patience_ms`) if the stale one is young, or recent
    /// lookups took longer than the call has.
    pub stale_wait: Duration,
    pub fresh: Duration,
    pub not_found: Duration,
    pub stale: Duration,
    pub stale_on_error: Duration,
    /// Maximum age of a record for its alert to be played.
    pub alert: Duration,
    pub records_max: NonZeroUsize,
    /// Maximum requests under way (`flights_max`).
    pub requests_max: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            deadline: DEADLINE_DEFAULT,
            stale_wait: Duration::from_millis(150),
            fresh: Duration::from_secs(60),
            not_found: Duration::from_secs(30),
            stale: Duration::from_secs(10 * 60),
            stale_on_error: Duration::from_secs(24 * 60 * 60),
            alert: Duration::from_secs(30 * 60),
            records_max: NonZeroUsize::new(100_000).expect("not zero"),
            requests_max: 20,
        }
    }
}

impl Settings {
    /// Reads `[lookup]`.
    pub fn read(section: &mut Section<'_>) -> Self {
        let default = Self::default();
        let settings = Self {
            deadline: section.millis("deadline_ms", 100..=3_000, default.deadline),
            stale_wait: section.millis("patience_ms", 0..=3_000, default.stale_wait),
            fresh: section.seconds("fresh_s", 0..=DAY_S, default.fresh),
            not_found: section.seconds("nobody_s", 0..=DAY_S, default.not_found),
            stale: section.seconds("stale_s", 0..=DAY_S, default.stale),
            stale_on_error: section.seconds("stale_on_error_s", 0..=DAY_S, default.stale_on_error),
            alert: section.seconds("alert_s", 0..=DAY_S, default.alert),
            records_max: records_max(section, default.records_max),
            requests_max: section.number("flights_max", 1..=1_000, default.requests_max),
        };
        for warning in settings.warnings() {
            section.warn(warning);
        }
        settings
    }

    /// Values that are valid alone and inconsistent together.
    fn warnings(&self) -> Vec<Message> {
        [self.age_warnings(), self.wait_warnings(), self.memory_warnings()].concat()
    }

    pub(super) fn ages(&self) -> Ages {
        Ages {
            fresh: self.fresh,
            not_found: self.not_found,
            stale: self.stale,
            stale_on_error: self.stale_on_error,
        }
    }

    pub(super) fn retention(&self) -> Retention {
        Retention {
            records_max: self.records_max,
            found: self.stale_on_error,
            not_found: self.not_found,
        }
    }

    fn age_warnings(&self) -> Vec<Message> {
        let mut messages = Vec::new();
        if self.alert.is_zero() {
            messages.push(texts::ALERT_OFF.into());
        } else if self.alert < self.fresh {
            messages.push(below(
                ("lookup.alert_s", self.alert),
                ("lookup.fresh_s", self.fresh),
                texts::ALERTS_EXPIRE,
            ));
        }
        if self.stale < self.fresh {
            messages.push(below(
                ("lookup.stale_s", self.stale),
                ("lookup.fresh_s", self.fresh),
                texts::NOT_WHILE_SLOW,
            ));
        }
        if self.stale_on_error < self.stale {
            messages.push(below(
                ("lookup.stale_on_error_s", self.stale_on_error),
                ("lookup.stale_s", self.stale),
                texts::FAILING_LESS,
            ));
        }
        messages
    }

    fn wait_warnings(&self) -> Vec<Message> {
        let deadline = self.deadline.as_millis();
        let mut messages = Vec::new();
        if self.deadline > DEADLINE_DEFAULT {
            let timeout = (self.deadline + SNIPPET_MARGIN).as_secs_f64();
            let timeout = format!("{timeout:.1}");
            let parts: [(&str, &dyn Display); 2] = [("deadline", &deadline), ("timeout", &timeout)];
            messages.push(texts::DEADLINE.message(&parts));
        }
        if self.stale_wait > self.deadline {
            let stale_wait = self.stale_wait.as_millis();
            let parts: [(&str, &dyn Display); 2] = [("wait", &stale_wait), ("deadline", &deadline)];
            messages.push(texts::PATIENCE.message(&parts));
        }
        messages
    }

    fn memory_warnings(&self) -> Vec<Message> {
        let records = self.records_max.get().saturating_mul(RECORD_BYTES);
        if records <= RECORDS_BYTES_MAX {
            return Vec::new();
        }
        vec![texts::RECORDS.message(&[("mib", &(records >> 20))])]
    }
}

fn records_max(section: &mut Section<'_>, default: NonZeroUsize) -> NonZeroUsize {
    let records_max = section.number("records_max", 1..=10_000_000, default.get());
    NonZeroUsize::new(records_max).unwrap_or(default)
}

fn below(low: (&str, Duration), high: (&str, Duration), effect: Text) -> Message {
    let (low_name, low_s) = (low.0, low.1.as_secs());
    let (high_name, high_s) = (high.0, high.1.as_secs());
    texts::BELOW.message(&[
        ("low", &low_name),
        ("low_s", &low_s),
        ("high", &high_name),
        ("high_s", &high_s),
        ("effect", &effect),
    ])
}
