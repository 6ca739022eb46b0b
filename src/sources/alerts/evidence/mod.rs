//! Judges which strata of an alert have it, by asking some of their customers individually.
//!
//! ```text
//! alert begins -> undecided --- 10 to 40 random customers ---> Alert, NoAlert, or undecided for good
//!                  ^   ^                                          |
//!                  |   '------- a check after ten minutes --------|
//!                  '----------- live answers that contradict -----'
//! ```
//! By Wilson's bounds, one-sided 95 %, an alert needs three quarters of a stratum, and none at most a quarter;
//! of fewer than ten customers all are asked. Where the scope has a kind that the directory cannot show, an alert
//! needs nine tenths: 25 answers, all of which confirm it. Callers' own answers never confirm anything. What two earlier
//! alerts of the same kinds have shown counts at once, but an alert needs three fresh answers that agree.
//! HubSoft documents no rule for combining the kinds of a scope, so that none is assumed. Nothing here waits;
//! the caller passes the time.

mod earlier;
mod sample;
mod stratum;
mod tally;
mod trial;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::domain::alert::{Alert, AlertKey};
use crate::runtime::metrics::Counter;
use crate::runtime::state_folder::StateError;
use crate::sources::alerts::board::AlertEpoch;
use crate::sources::alerts::metrics::AlertMetrics;
use crate::sources::alerts::verdict::{Verdict, Verdicts};
use crate::sources::directory::{RowIndex, Strata, Stratum};
use crate::sources::limiter::Urgency;

use self::sample::Random;
use self::trial::{Trial, TrialChange};

pub use self::earlier::EarlierAlerts;

/// What an answer about one customer says of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Testimony {
    Confirms,
    Contradicts,
}

impl Testimony {
    /// Compares the texts of an answer with that of an alert. An alert without a text is confirmed by a
    /// flag without one, or with nothing but signatures.
    pub fn of<'a>(
        alert: Option<AlertKey>,
        is_alerted: bool,
        mut texts: impl Iterator<Item = &'a Alert>,
    ) -> Self {
        let confirms = match alert {
            Some(key) => is_alerted && texts.any(|text| text.key() == key),
            None => is_alerted && texts.all(Alert::is_signature),
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
    pub urgency: Urgency,
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
    /// Whether live answers have contradicted a verdict.
    pub is_revoked: bool,
}

/// The evidence on all active alerts.
#[derive(Default)]
pub struct Evidence {
    state: Mutex<EvidenceState>,
    /// Notified when there may be something to probe.
    changed: Notify,
    /// Counts verdicts that answers have contradicted.
    revoked: Counter,
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
        Self::with(earlier, Random::default())
    }

    /// The same, with customers chosen by `seed`, so that the choice can be repeated.
    pub fn seeded(earlier: EarlierAlerts, seed: u64) -> Self {
        Self::with(earlier, Random::seeded(seed))
    }

    fn with(earlier: EarlierAlerts, random: Random) -> Self {
        let state = EvidenceState { trials: BTreeMap::new(), earlier, random };
        Self { state: Mutex::new(state), changed: Notify::new(), revoked: Counter::default() }
    }

    /// The same with the application's metrics.
    pub fn counting(self, metrics: &AlertMetrics) -> Self {
        Self { revoked: metrics.revoked.clone(), ..self }
    }

    /// Begins to judge the alert with this id, which a list showed first that was read at `seen`.
    pub fn begin(
        &self,
        epoch: AlertEpoch,
        alert: u64,
        seen: Instant,
        strata: &Arc<Strata>,
        now_s: u64,
    ) -> Arc<Verdicts> {
        let mut state = self.state.lock();
        let EvidenceState { trials, earlier, .. } = &mut *state;
        let begin = || Trial::new(alert, seen, strata, |like| earlier.prior(like, alert, now_s));
        let verdicts = Arc::clone(&trials.entry(epoch).or_insert_with(begin).verdicts);
        drop(state);
        self.changed.notify_one();
        verdicts
    }

    /// Takes over the strata of another state of the directory.
    pub fn scanned(&self, epoch: AlertEpoch, strata: &Arc<Strata>, now_s: u64) {
        let mut state = self.state.lock();
        let EvidenceState { trials, earlier, .. } = &mut *state;
        if let Some(trial) = trials.get_mut(&epoch) {
            let alert = trial.alert;
            trial.scanned(strata, |like| earlier.prior(like, alert, now_s));
        }
        drop(state);
        self.changed.notify_one();
    }

    /// Ends the judgement of an alert that has changed or ended. What it has shown is recorded already.
    pub fn end(&self, epoch: AlertEpoch) {
        self.state.lock().trials.remove(&epoch);
    }

    /// The next customer to be asked: of the undecided stratum with most kinds.
    pub fn next_probe(&self) -> Option<Probe> {
        let mut state = self.state.lock();
        let (stratum, epoch) = state.first(Trial::most_urgent)?;
        let EvidenceState { trials, random, .. } = &mut *state;
        let row = trials.get_mut(&epoch)?.take(stratum, random)?;
        Some(Probe { epoch, stratum, row, urgency: Urgency::UndecidedProbe })
    }

    /// The next customer to be asked so that a verdict is checked.
    pub fn next_check(&self, now: Instant) -> Option<Probe> {
        let mut state = self.state.lock();
        let (stratum, epoch) = state.first(|trial| trial.most_dated(now))?;
        let EvidenceState { trials, random, .. } = &mut *state;
        let row = trials.get_mut(&epoch)?.take_to_check(stratum, random, now)?;
        Some(Probe { epoch, stratum, row, urgency: Urgency::Probe })
    }

    /// Records that a customer is asked, by the hash of the code; `false` if he has been asked already.
    pub fn ask(&self, epoch: AlertEpoch, code: u64) -> bool {
        self.state.lock().trials.get_mut(&epoch).is_some_and(|trial| trial.ask(code))
    }

    /// Takes back a probe that was not answered, so that it is sent later; with the hash of the code if
    /// `ask` has recorded it.
    pub fn put_back(&self, probe: &Probe, code: Option<u64>) {
        if let Some(trial) = self.state.lock().trials.get_mut(&probe.epoch) {
            trial.put_back(probe, code);
        }
    }

    /// Takes back a probe of a customer who has been asked already.
    pub fn skip(&self, probe: &Probe) {
        if let Some(trial) = self.state.lock().trials.get_mut(&probe.epoch) {
            trial.skip(probe.stratum);
        }
    }

    /// Records the answer to a probe; `None` if it says nothing.
    pub fn probed(&self, probe: &Probe, testimony: Option<Testimony>, now_s: u64) {
        let mut state = self.state.lock();
        let EvidenceState { trials, earlier, .. } = &mut *state;
        let Some(trial) = trials.get_mut(&probe.epoch) else { return };
        let alert = trial.alert;
        match trial.probed(probe.stratum, testimony) {
            Some(TrialChange::Decided(like, tally)) => earlier.record(like, alert, tally, now_s),
            Some(TrialChange::Revoked(like)) => {
                self.revoked.inc();
                earlier.retract(like, alert);
            }
            None => {}
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
        let EvidenceState { trials, earlier, .. } = &mut *state;
        let Some(trial) = trials.get_mut(&epoch) else { return };
        let alert = trial.alert;
        if let Some(TrialChange::Revoked(like)) = trial.observed(stratum, testimony, asked) {
            self.revoked.inc();
            earlier.retract(like, alert);
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

    /// Writes the record of earlier alerts if it has changed; this blocks.
    pub fn save_now(&self) -> Result<(), StateError> {
        // The guard has to end before the disk is waited for.
        let unsaved = self.state.lock().earlier.unsaved();
        let Some(unsaved) = unsaved else { return Ok(()) };
        unsaved.save().inspect_err(|_| self.state.lock().earlier.keep_unsaved())
    }

    /// The evidence on an alert.
    pub fn status(&self, epoch: AlertEpoch) -> Vec<StratumStatus> {
        self.state.lock().trials.get(&epoch).map_or_else(Vec::new, Trial::status)
    }
}

impl EvidenceState {
    /// The stratum with most kinds, over all alerts, of those that `needs` returns with their number.
    fn first(
        &self,
        needs: impl Fn(&Trial) -> Option<(u32, Stratum)>,
    ) -> Option<(Stratum, AlertEpoch)> {
        let needy = self.trials.iter().filter_map(|(epoch, trial)| {
            let (kinds, stratum) = needs(trial)?;
            Some((kinds, stratum, *epoch))
        });
        needy.max().map(|(_, stratum, epoch)| (stratum, epoch))
    }
}
