//! What earlier alerts have shown of strata of the same kinds, kept over restarts.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::runtime::state_folder::{StateError, StateFile, StateFolder};
use crate::sources::directory::{ScopeKind, ScopeKinds};

use super::tally::Tally;

/// Alerts of so many days count.
const DAYS_MAX: u64 = 90;
/// So many different alerts have to agree before they count.
const ALERTS_MIN: usize = 2;
/// Maximum weight of all earlier answers.
const WEIGHT_MAX: f64 = 20.0;
/// Maximum outcomes kept; the oldest are dropped.
const OUTCOMES_MAX: usize = 500;
const DAY_S: u64 = 24 * 60 * 60;
const FILE: StateFile = StateFile { name: "alert_evidence", bytes_max: 1 << 20 };

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
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
struct Outcome {
    alert: u64,
    /// Days since 1970, UTC.
    day: u64,
    present: Vec<String>,
    has_unknown_kinds: bool,
    fits: Vec<String>,
    confirmed: u32,
    answers: u32,
}

/// The outcomes of earlier alerts.
#[derive(Default)]
pub struct EarlierAlerts {
    outcomes: Vec<Outcome>,
    folder: Option<Arc<StateFolder>>,
    is_saved: bool,
}

impl EarlierAlerts {
    /// Reads the record in `folder`. A file that cannot be used is reported by the text, and replaced when
    /// the next alert has been judged.
    pub fn open(folder: Option<Arc<StateFolder>>) -> (Self, Option<String>) {
        let read = folder.as_ref().map_or(Ok(None), |folder| folder.read(&FILE));
        let parsed = match read {
            Ok(None) => Ok(Vec::new()),
            Ok(Some(bytes)) => serde_json::from_slice(&bytes).map_err(|_| {
                let path = folder.as_ref().map(|folder| folder.path_of(&FILE));
                let path = path.unwrap_or_default();
                format!("`{}` is damaged (earlier alerts count no more)", path.display())
            }),
            Err(error) => Err(error.to_string()),
        };
        let problem = parsed.as_ref().err().cloned();
        let mut outcomes: Vec<Outcome> = parsed.unwrap_or_default();
        outcomes.truncate(OUTCOMES_MAX);
        (Self { outcomes, folder, is_saved: true }, problem)
    }

    /// What earlier alerts say of a stratum, as answers. `alert` is the present one, which does not count.
    pub(super) fn prior(&self, like: StratumLike, alert: u64, now_s: u64) -> Option<Tally> {
        let today = now_s / DAY_S;
        let counts = |outcome: &&Outcome| {
            outcome.alert != alert
                && today.saturating_sub(outcome.day) <= DAYS_MAX
                && outcome.is_like(like)
        };
        let counted: Vec<_> = self.outcomes.iter().filter(counts).collect();
        let alerts: BTreeSet<u64> = counted.iter().map(|outcome| outcome.alert).collect();
        if alerts.len() < ALERTS_MIN {
            return None;
        }
        let sum = counted.iter().fold(Tally::default(), |sum, outcome| sum.with(outcome.tally()));
        let weight = sum.answers.min(WEIGHT_MAX);
        Some(Tally { confirmed: sum.share() * weight, answers: weight })
    }

    /// Records what `alert` has shown of a stratum so far.
    pub(super) fn record(&mut self, like: StratumLike, alert: u64, tally: Tally, now_s: u64) {
        self.outcomes.retain(|outcome| outcome.alert != alert || !outcome.is_like(like));
        self.outcomes.push(Outcome {
            alert,
            day: now_s / DAY_S,
            present: words(like.present),
            has_unknown_kinds: like.has_unknown_kinds,
            fits: words(like.fits),
            confirmed: tally.confirmed as u32,
            answers: tally.answers as u32,
        });
        let surplus = self.outcomes.len().saturating_sub(OUTCOMES_MAX);
        self.outcomes.drain(..surplus);
        self.is_saved = false;
    }

    /// Leaves the folder: nothing more is written.
    pub(super) fn detach(&mut self) {
        self.folder = None;
    }

    /// What has to be written, if anything has changed since the last time.
    pub(super) fn unsaved(&mut self) -> Option<UnsavedRecord> {
        let folder = self.folder.clone().filter(|_| !self.is_saved)?;
        self.is_saved = true;
        let json = serde_json::to_vec(&self.outcomes).ok()?;
        Some(UnsavedRecord { folder, json })
    }
}

/// A record to be written.
pub(in super::super) struct UnsavedRecord {
    folder: Arc<StateFolder>,
    json: Vec<u8>,
}

impl UnsavedRecord {
    /// Writes it; this blocks.
    pub(in super::super) fn save(&self) -> Result<(), StateError> {
        let write = |to: &mut dyn io::Write| to.write_all(&self.json);
        self.folder.replace(&FILE, write)
    }
}

impl Outcome {
    fn tally(&self) -> Tally {
        let answers = self.answers.max(1);
        Tally { confirmed: self.confirmed.min(answers).into(), answers: answers.into() }
    }

    fn is_like(&self, like: StratumLike) -> bool {
        self.has_unknown_kinds == like.has_unknown_kinds
            && kinds(&self.present) == Some(like.present)
            && kinds(&self.fits) == Some(like.fits)
    }
}

fn words(kinds: ScopeKinds) -> Vec<String> {
    kinds.iter().map(|kind| kind.word().to_owned()).collect()
}

/// The kinds of the words; `None` if one is of another version.
fn kinds(words: &[String]) -> Option<ScopeKinds> {
    let known: BTreeMap<&str, ScopeKind> =
        ScopeKind::ALL.into_iter().map(|kind| (kind.word(), kind)).collect();
    words.iter().try_fold(ScopeKinds::default(), |kinds, word| {
        known.get(word.as_str()).map(|kind| kinds.with(*kind))
    })
}

#[cfg(test)]
mod tests {
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
        let other = StratumLike { has_unknown_kinds: true, ..like() };
        assert_eq!(earlier.prior(other, 3, NOW_S), None);
    }

    #[test]
    fn the_weight_of_many_alerts_is_bounded_and_so_is_their_number() {
        let mut earlier = EarlierAlerts::default();
        for alert in 0..600 {
            earlier.record(like(), alert, tally(5, 10), NOW_S);
        }
        assert_eq!(earlier.outcomes.len(), OUTCOMES_MAX);
        assert_eq!(earlier.prior(like(), 1_000, NOW_S), Some(tally(10, 20)));
    }
}
