//! What the alert feed counts.

use crate::runtime::metrics::{ByLabel, Counter, Gauge, Label, Registry, size};

use super::board::{ActiveAlert, Board};

/// How a reading of the list ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PollResult {
    Complete,
    Failed,
    /// The list was readable, but may lack alerts.
    Incomplete,
    /// The user of the API may not read the list.
    Refused,
}

impl Label for PollResult {
    const NAME: &'static str = "result";
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Complete, "complete"),
        (Self::Failed, "failed"),
        (Self::Incomplete, "incomplete"),
        (Self::Refused, "refused"),
    ];

    fn index(self) -> usize {
        self as usize
    }
}

/// Who has published an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Publisher {
    Hubsoft,
    Local,
}

impl Label for Publisher {
    const NAME: &'static str = "origin";
    const WORDS: &'static [(Self, &'static str)] =
        &[(Self::Hubsoft, "hubsoft"), (Self::Local, "local")];

    fn index(self) -> usize {
        self as usize
    }
}

/// What the alert feed counts.
#[derive(Clone, Debug, Default)]
pub struct AlertMetrics {
    active: ByLabel<Publisher, Gauge>,
    age: Gauge,
    held: Gauge,
    pub(super) polls: ByLabel<PollResult>,
    /// Verdicts on customers who are alike that answers have contradicted.
    pub(super) revoked: Counter,
}

impl AlertMetrics {
    pub fn register(&self, registry: &mut Registry) {
        let help = "Time since the list of alerts was read completely, or since the start";
        registry.register("alert_feed_age_seconds", help, &self.age);
        let help = "Readings of the list of alerts, by result";
        registry.register("alert_polls", help, &self.polls);
        let help = "Verdicts whom an alert concerns that later answers have contradicted";
        registry.register("alert_verdicts_revoked", help, &self.revoked);
        let help = "Active alerts, of HubSoft and of the administrator";
        registry.register("alerts_active", help, &self.active);
        let help = "Active alerts that the list could not confirm for alerts.age_max_s";
        registry.register("alerts_held", help, &self.held);
    }

    /// Sets the gauges.
    pub(super) fn measure(&self, board: &Board, age_s: u64) {
        let count = |counts: fn(&ActiveAlert) -> bool| {
            size(board.alerts.iter().filter(|active| counts(active)).count())
        };
        self.active.of(Publisher::Hubsoft).set(count(ActiveAlert::is_hubsofts));
        self.active.of(Publisher::Local).set(count(|active| !active.is_hubsofts()));
        self.held.set(count(|active| active.is_held));
        self.age.set(i64::try_from(age_s).unwrap_or(i64::MAX));
    }
}
