//! Times and bounds of the lookup: `[lookup]`.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::runtime::settings::Section;
use crate::sources::cache::Retention;

use super::freshness::Ages;

/// Longest time a call waits unless the configuration says otherwise.
pub const DEADLINE_DEFAULT: Duration = Duration::from_millis(800);

/// What the shipped dialplan waits beyond the deadline.
const SNIPPET_MARGIN: Duration = Duration::from_millis(400);
/// What a record takes with an alert, measured with 100,000 of them.
const RECORD_BYTES: usize = 560;
/// What all records may take.
const RECORDS_BYTES_MAX: usize = 160 << 20;
/// Nothing is kept for more than a day.
const DAY_S: u64 = 24 * 60 * 60;

/// Times and bounds of the lookup.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Longest time a call waits; also what a flight's first request may count on.
    pub deadline: Duration,
    /// How long a call waits for a newer record when the stale one is young, or HubSoft is known to
    /// be slower than the call's deadline.
    pub stale_wait: Duration,
    pub fresh: Duration,
    pub not_found: Duration,
    pub stale: Duration,
    pub stale_on_error: Duration,
    /// How old a record may be for its alert still to be played.
    pub alert: Duration,
    pub records_max: NonZeroUsize,
    /// How many requests may be under way at once.
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

    /// What can each be read and makes no sense together.
    fn warnings(&self) -> Vec<String> {
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

    fn age_warnings(&self) -> Vec<String> {
        let mut texts = Vec::new();
        if self.alert.is_zero() {
            texts.push(
                "lookup.alert_s is 0: no alert is ever played; leave it out, or write 1800".into(),
            );
        } else if self.alert < self.fresh {
            texts.push(below(
                ("lookup.alert_s", self.alert),
                ("lookup.fresh_s", self.fresh),
                "alerts end before their record is asked for again",
            ));
        }
        if self.stale < self.fresh {
            texts.push(below(
                ("lookup.stale_s", self.stale),
                ("lookup.fresh_s", self.fresh),
                "no answer from memory is used while HubSoft is slow",
            ));
        }
        if self.stale_on_error < self.stale {
            texts.push(below(
                ("lookup.stale_on_error_s", self.stale_on_error),
                ("lookup.stale_s", self.stale),
                "a HubSoft that fails is made up for less than one that is slow",
            ));
        }
        texts
    }

    fn wait_warnings(&self) -> Vec<String> {
        let deadline = self.deadline.as_millis();
        let mut texts = Vec::new();
        if self.deadline > DEADLINE_DEFAULT {
            let timeout = (self.deadline + SNIPPET_MARGIN).as_secs_f64();
            texts.push(format!(
                "lookup.deadline_ms ({deadline}) is above 800, and the shipped dialplan gives up \
                 after 1.2 s (Asterisk) and 2 s (FreeSWITCH): raise its time limits to \
                 {timeout:.1} s, too"
            ));
        }
        if self.stale_wait > self.deadline {
            let stale_wait = self.stale_wait.as_millis();
            texts.push(format!(
                "lookup.patience_ms ({stale_wait}) is above lookup.deadline_ms ({deadline}), which \
                 ends the wait before: lower it"
            ));
        }
        texts
    }

    fn memory_warnings(&self) -> Vec<String> {
        let records = self.records_max.get().saturating_mul(RECORD_BYTES);
        if records <= RECORDS_BYTES_MAX {
            return Vec::new();
        }
        let text = format!(
            "lookup.records_max allows {} MiB of records: lower it, or raise MemoryMax, as \
             bina.service allows 256 MiB (MemoryMax) for everything",
            records >> 20
        );
        vec![text]
    }
}

fn records_max(section: &mut Section<'_>, default: NonZeroUsize) -> NonZeroUsize {
    let records_max = section.number("records_max", 1..=10_000_000, default.get());
    NonZeroUsize::new(records_max).unwrap_or(default)
}

fn below(low: (&str, Duration), high: (&str, Duration), effect: &str) -> String {
    let (low, less) = (low.0, low.1.as_secs());
    let (high, more) = (high.0, high.1.as_secs());
    format!("{low} ({less}) is below {high} ({more}): {effect}; raise {low} or lower {high}")
}
