//! When the service noticed the alert, and when its evidence had judged whom the alert concerns.

use std::time::Duration;

use tokio::time::Instant;

use crate::sources::alerts::{AlertsStatus, StratumLine};

const UNDECIDED: &str = "unknown";

/// What the service has shown of the alert; times count from its publication.
#[derive(Clone, Debug, Default)]
pub(super) struct AlertProgress {
    /// When the feed had it.
    pub(super) noticed: Option<Duration>,
    /// When every kind of customers was judged.
    pub(super) judged: Option<Duration>,
    /// When the feed had it no more.
    pub(super) gone: Option<Duration>,
    /// The kinds of customers, as last seen.
    pub(super) strata: Vec<StratumLine>,
}

impl AlertProgress {
    /// Takes note of the state at `now`, of an alert that was published at `published`.
    pub(super) fn observe(&mut self, status: &AlertsStatus, published: Option<Instant>) {
        let Some(since) = published.map(|published| published.elapsed()) else { return };
        let Some(alert) = status.alerts.first() else {
            if self.noticed.is_some() {
                self.gone.get_or_insert(since);
            }
            return;
        };
        self.noticed.get_or_insert(since);
        self.strata.clone_from(&alert.strata);
        if is_judged(&self.strata) {
            self.judged.get_or_insert(since);
        }
    }
}

/// Whether every kind of customers is judged.
pub(super) fn is_judged(strata: &[StratumLine]) -> bool {
    let mut populated = strata.iter().filter(|stratum| stratum.customers > 0).peekable();
    populated.peek().is_some() && populated.all(|stratum| stratum.verdict != UNDECIDED)
}

/// The kinds of customers that are not judged.
pub(super) fn undecided(strata: &[StratumLine]) -> impl Iterator<Item = &StratumLine> {
    strata.iter().filter(|stratum| stratum.customers > 0 && stratum.verdict == UNDECIDED)
}
