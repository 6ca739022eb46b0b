//! Counts for each alert how many callers were told of it.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::domain::alert::TextKey;
use crate::domain::answer::Told;

/// Alerts that are counted: more than a day has.
const ALERTS_MAX: usize = 512;

/// How many callers were told of an alert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AlertFigures {
    /// Calls that were told.
    pub calls: u64,
    /// Those from numbers that had not heard it before.
    pub callers: u64,
}

#[derive(Default)]
struct CountedAlert {
    figures: AlertFigures,
    last_minute: u64,
}

/// The counts by alert.
#[derive(Default)]
pub(super) struct AlertCounts(HashMap<TextKey, CountedAlert, RandomState>);

impl AlertCounts {
    pub(super) fn count(&mut self, alert: TextKey, told: Told, minute: u64) {
        if self.0.len() >= ALERTS_MAX && !self.0.contains_key(&alert) {
            self.drop_oldest();
        }
        let counted = self.0.entry(alert).or_default();
        counted.last_minute = minute;
        counted.figures.calls += 1;
        counted.figures.callers += u64::from(told == Told::NotYet);
    }

    fn drop_oldest(&mut self) {
        let oldest = self.0.iter().min_by_key(|(_, counted)| counted.last_minute);
        if let Some(key) = oldest.map(|(key, _)| *key) {
            self.0.remove(&key);
        }
    }

    pub(super) fn of(&self, alert: TextKey) -> AlertFigures {
        self.0.get(&alert).map(|counted| counted.figures).unwrap_or_default()
    }
}
