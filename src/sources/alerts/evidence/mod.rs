//! Judges which strata of an alert have it, by asking some of their customers individually.
//!
//! ```text
//! alert begins -> Trial: strata, earlier alerts -> next_probe -> probed -> verdict
//!                                                  observed (live answers) -> revoked
//! ```
//! HubSoft documents no rule for combining the kinds of a scope, so that none is assumed. Nothing here waits;
//! the caller passes the time.

mod earlier;
mod sample;
mod tally;
mod trial;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::domain::alert::{Alert, AlertKey};
use crate::sources::alerts::board::AlertEpoch;
use crate::sources::alerts::verdict::{Verdict, Verdicts};
use crate::sources::directory::{RowIndex, Strata, Stratum};

use self::earlier::UnsavedRecord;
use self::sample::Random;
use self::trial::Trial;

pub use self::earlier::EarlierAlerts;

/// What an answer about one customer says of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Testimony {
    Confirms,
    Contradicts,
}

impl Testimony {
    /// Compares the texts of an answer with that of an alert. An alert without a text is confirmed by a
    /// flag without one.
    pub fn of<'a>(
        alert: Option<AlertKey>,
        is_alerted: bool,
        mut texts: impl Iterator<Item = &'a Alert>,
    ) -> Self {
        let confirms = match alert {
            Some(key) => is_alerted && texts.any(|text| text.key() == key),
            None => is_alerted && texts.next().is_none(),
        };
        if confirms { Self::Confirms } else { Self::Contradicts }
    }

    fn value(self) -> f64 {
        match self {
            Self::Confirms => 1.0,
            Self::Contradicts => 0.0,
        }
    }
}

/// A customer to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    pub epoch: AlertEpoch,
    pub stratum: Stratum,
    pub row: RowIndex,
}

/// The evidence on one stratum, for operators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StratumStatus {
    pub stratum: Stratum,
    pub customers: usize,
    pub verdict: Verdict,
    pub confirmed: u32,
    pub answers: u32,
    pub live_confirmed: u32,
    pub live_answers: u32,
    /// Whether earlier alerts count.
    pub rests_on_earlier: bool,
    pub is_revoked: bool,
}

/// The evidence on all active alerts.
#[derive(Default)]
pub struct Evidence {
    state: Mutex<EvidenceState>,
    /// Notified when there may be something to probe.
    changed: Notify,
}

#[derive(Default)]
struct EvidenceState {
    trials: BTreeMap<AlertEpoch, Trial>,
    earlier: EarlierAlerts,
    random: Random,
}

impl Evidence {
    /// Starts with what earlier alerts have shown.
    pub fn new(earlier: EarlierAlerts) -> Self {
        let state = EvidenceState { earlier, ..EvidenceState::default() };
        Self { state: Mutex::new(state), changed: Notify::new() }
    }

    /// Begins to judge the alert with this id, which a list showed first that was read at `seen`.
    pub fn begin(
        &self,
        epoch: AlertEpoch,
        alert: u64,
        seen: Instant,
        strata: &Strata,
        now_s: u64,
    ) -> Arc<Verdicts> {
        let mut state = self.state.lock();
        let EvidenceState { trials, earlier, .. } = &mut *state;
        let trial =
            trials.entry(epoch).or_insert_with(|| Trial::new(alert, seen, strata, earlier, now_s));
        let verdicts = Arc::clone(&trial.verdicts);
        drop(state);
        self.changed.notify_one();
        verdicts
    }

    /// Takes over the strata of another state of the directory.
    pub fn scanned(&self, epoch: AlertEpoch, strata: &Strata, now_s: u64) {
        let mut state = self.state.lock();
        let EvidenceState { trials, earlier, random } = &mut *state;
        if let Some(trial) = trials.get_mut(&epoch) {
            let alert = trial.alert;
            trial.scanned(strata, random, |like| earlier.prior(like, alert, now_s));
        }
        drop(state);
        self.changed.notify_one();
    }

    /// Ends the judgement of an alert that has changed or ended.
    pub fn end(&self, epoch: AlertEpoch) {
        self.state.lock().trials.remove(&epoch);
    }

    /// The next customer to be asked: of the undecided stratum with most kinds.
    pub fn next_probe(&self) -> Option<Probe> {
        let mut state = self.state.lock();
        let urgent = state.trials.iter().filter_map(|(epoch, trial)| {
            let (kinds, stratum) = trial.most_urgent()?;
            Some((kinds, stratum, *epoch))
        });
        let (_, stratum, epoch) = urgent.max()?;
        let row = state.trials.get_mut(&epoch)?.candidate(stratum)?;
        Some(Probe { epoch, stratum, row })
    }

    /// Records that a customer is asked, by the hash of the code; `false` if he has been asked already.
    pub fn ask(&self, epoch: AlertEpoch, code: u64) -> bool {
        self.state.lock().trials.get_mut(&epoch).is_some_and(|trial| trial.ask(code))
    }

    /// Records the answer to a probe; `None` if it says nothing.
    pub fn probed(&self, probe: &Probe, testimony: Option<Testimony>, now_s: u64) {
        let mut state = self.state.lock();
        let EvidenceState { trials, earlier, .. } = &mut *state;
        let Some(trial) = trials.get_mut(&probe.epoch) else { return };
        let alert = trial.alert;
        if let Some((like, tally)) = trial.probed(probe.stratum, testimony) {
            earlier.record(like, alert, tally, now_s);
        }
    }

    /// Records what the answer to a call shows that was requested at `asked`.
    pub fn observed(
        &self,
        epoch: AlertEpoch,
        stratum: Stratum,
        testimony: Testimony,
        asked: Instant,
    ) {
        let mut state = self.state.lock();
        let Some(trial) = state.trials.get_mut(&epoch) else { return };
        if trial.observed(stratum, testimony, asked) {
            drop(state);
            self.changed.notify_one();
        }
    }

    /// Waits until there may be something to probe.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Leaves the state folder.
    pub fn detach(&self) {
        self.state.lock().earlier.detach();
    }

    /// What has to be written to disk.
    pub(super) fn unsaved(&self) -> Option<UnsavedRecord> {
        self.state.lock().earlier.unsaved()
    }

    /// The evidence on an alert.
    pub fn status(&self, epoch: AlertEpoch) -> Vec<StratumStatus> {
        self.state.lock().trials.get(&epoch).map_or_else(Vec::new, Trial::status)
    }
}
