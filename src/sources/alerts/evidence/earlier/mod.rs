//! What earlier alerts have shown of strata of the same kinds, kept over restarts.
//!
//! It has no personal data: kinds, counts, days, and the ids of alerts.

mod lines;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::runtime::state_folder::{StateError, StateFile, StateFolder};
use crate::sources::directory::ScopeKinds;

use super::tally::Tally;

use self::lines::{RecordFile, write_outcome};

/// Alerts of so many days count.
const DAYS_MAX: u64 = 90;
/// So many different alerts have to agree before they count.
const ALERTS_MIN: usize = 2;
/// Maximum weight of all earlier answers.
const WEIGHT_MAX: f64 = 20.0;
/// Maximum outcomes kept; the oldest are dropped.
const OUTCOMES_MAX: usize = 500;
const DAY_S: u64 = 24 * 60 * 60;
/// Four times what the longest lines of so many take.
const FILE: StateFile = StateFile { name: "alert_evidence", bytes_max: 512 << 10 };

/// Strata of different alerts that are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct StratumLike {
    /// The kinds of the alert's scope.
    pub(super) present: ScopeKinds,
    /// Whether the scope has kinds that the directory cannot show.
    pub(super) has_unknown_kinds: bool,
    /// The kinds that the customers fit.
    pub(super) fits: ScopeKinds,
}

/// What one alert has shown of a stratum.
#[derive(Clone, Debug, PartialEq)]
struct Outcome {
    alert: u64,
    /// Days since 1970, UTC.
    day: u64,
    like: StratumLike,
    confirmed: u32,
    answers: u32,
}

/// The outcomes of earlier alerts.
#[derive(Default)]
pub struct EarlierAlerts {
    /// The oldest first.
    outcomes: Vec<Outcome>,
    folder: Option<Arc<StateFolder>>,
    has_changed: bool,
}

impl EarlierAlerts {
    /// Reads the record in `folder`; without one, it is kept in memory only. What is lost is reported by
    /// the text.
    pub fn open(folder: Option<Arc<StateFolder>>) -> (Self, Option<String>) {
        let read = folder.as_ref().map_or(Ok(None), |folder| folder.read(&FILE));
        let (file, problem) = match read {
            Ok(bytes) => {
                let file = RecordFile::read(&bytes.unwrap_or_default());
                let problem = damage(folder.as_deref(), &file);
                (file, problem)
            }
            Err(error) => (RecordFile::default(), Some(error.to_string())),
        };
        let RecordFile { mut outcomes, damaged } = file;
        let surplus = outcomes.len().saturating_sub(OUTCOMES_MAX);
        outcomes.drain(..surplus);
        // Damaged lines are reported once: the next file is without them.
        (Self { outcomes, folder, has_changed: damaged > 0 }, problem)
    }

    /// What earlier alerts say of a stratum, as answers. `alert` is the present one, which does not count.
    /// Of a scope with a kind that the directory cannot show they say nothing: that one has other entries now.
    pub(super) fn prior(&self, like: StratumLike, alert: u64, now_s: u64) -> Option<Tally> {
        if like.has_unknown_kinds {
            return None;
        }
        let today = now_s / DAY_S;
        // A day in the future is that of a clock which was wrong.
        let is_recent = |day: u64| day <= today + 1 && today.saturating_sub(day) <= DAYS_MAX;
        let counted = self.outcomes.iter().filter(|outcome| {
            outcome.alert != alert && outcome.like == like && is_recent(outcome.day)
        });
        let alerts: BTreeSet<u64> = counted.clone().map(|outcome| outcome.alert).collect();
        if alerts.len() < ALERTS_MIN {
            return None;
        }
        let sum = counted.fold(Tally::default(), |sum, outcome| sum.with(outcome.tally()));
        let weight = sum.answers.min(WEIGHT_MAX);
        Some(Tally { confirmed: sum.share() * weight, answers: weight })
    }

    /// Records what `alert` has shown of a stratum so far.
    pub(super) fn record(&mut self, like: StratumLike, alert: u64, tally: Tally, now_s: u64) {
        self.retract(like, alert);
        let (confirmed, answers) = (tally.confirmed as u32, tally.answers as u32);
        self.outcomes.push(Outcome { alert, day: now_s / DAY_S, like, confirmed, answers });
        let surplus = self.outcomes.len().saturating_sub(OUTCOMES_MAX);
        self.outcomes.drain(..surplus);
        self.has_changed = true;
    }

    /// Drops what `alert` has shown of a stratum: it was wrong.
    pub(super) fn retract(&mut self, like: StratumLike, alert: u64) {
        let before = self.outcomes.len();
        self.outcomes.retain(|outcome| outcome.alert != alert || outcome.like != like);
        self.has_changed |= self.outcomes.len() < before;
    }

    /// Leaves the folder: nothing more is written.
    pub(super) fn detach(&mut self) {
        self.folder = None;
    }

    /// What has to be written, if anything has changed since the last time.
    pub(super) fn unsaved(&mut self) -> Option<UnsavedRecord> {
        let folder = self.folder.clone().filter(|_| self.has_changed)?;
        self.has_changed = false;
        let mut text = String::new();
        self.outcomes.iter().for_each(|outcome| write_outcome(outcome, &mut text));
        Some(UnsavedRecord { folder, text })
    }

    /// Has the record written again: the last time has failed.
    pub(super) fn keep_unsaved(&mut self) {
        self.has_changed = true;
    }
}

/// A record to be written.
pub(super) struct UnsavedRecord {
    folder: Arc<StateFolder>,
    text: String,
}

impl UnsavedRecord {
    /// Writes it; this blocks.
    pub(super) fn save(&self) -> Result<(), StateError> {
        self.folder.replace(&FILE, |to| to.write_all(self.text.as_bytes()))
    }
}

impl Outcome {
    fn tally(&self) -> Tally {
        Tally { confirmed: self.confirmed.into(), answers: self.answers.into() }
    }
}

fn damage(folder: Option<&StateFolder>, file: &RecordFile) -> Option<String> {
    let path = folder?.path_of(&FILE);
    let text = format!(
        "{} lines of `{}` are damaged (the earlier alerts in them count no more)",
        file.damaged,
        path.display()
    );
    (file.damaged > 0).then_some(text)
}

#[cfg(test)]
mod tests {
    use crate::sources::directory::ScopeKind;

    use super::*;

    const NOW_S: u64 = 1_796_000_000;

    fn like() -> StratumLike {
        let both = ScopeKinds::default().with(ScopeKind::Interface).with(ScopeKind::Pop);
        let fits = ScopeKinds::default().with(ScopeKind::Pop);
        StratumLike { present: both, has_unknown_kinds: false, fits }
    }

    fn tally(confirmed: u32, answers: u32) -> Tally {
        Tally { confirmed: confirmed.into(), answers: answers.into() }
    }

    #[test]
    fn two_other_alerts_of_the_last_90_days_are_needed() {
        let mut earlier = EarlierAlerts::default();
        earlier.record(like(), 1, tally(9, 9), NOW_S);
        earlier.record(like(), 1, tally(10, 10), NOW_S);
        assert_eq!(earlier.prior(like(), 3, NOW_S), None, "the same alert again");
        earlier.record(like(), 2, tally(8, 10), NOW_S - 80 * DAY_S);
        assert_eq!(earlier.prior(like(), 3, NOW_S), Some(tally(18, 20)));
        assert_eq!(earlier.prior(like(), 2, NOW_S), None, "the present alert does not count");
        assert_eq!(earlier.prior(like(), 3, NOW_S + 20 * DAY_S), None, "one of them is too old");
        assert_eq!(earlier.prior(like(), 3, NOW_S - 9 * DAY_S), None, "one is in the future");
        let other = StratumLike { has_unknown_kinds: true, ..like() };
        earlier.record(other, 1, tally(10, 10), NOW_S);
        earlier.record(other, 2, tally(10, 10), NOW_S);
        assert_eq!(earlier.prior(other, 3, NOW_S), None, "what nobody sees is another now");
        earlier.retract(like(), 2);
        assert_eq!(earlier.prior(like(), 3, NOW_S), None, "one was wrong");
    }

    #[test]
    fn the_weight_of_many_alerts_is_bounded_and_so_is_their_number() {
        let mut earlier = EarlierAlerts::default();
        for alert in 0..600 {
            earlier.record(like(), alert, tally(5, 10), NOW_S);
        }
        assert_eq!(earlier.outcomes.len(), OUTCOMES_MAX);
        assert_eq!(earlier.outcomes[0].alert, 100, "the oldest are dropped");
        assert_eq!(earlier.prior(like(), 1_000, NOW_S), Some(tally(10, 20)));
    }
}
