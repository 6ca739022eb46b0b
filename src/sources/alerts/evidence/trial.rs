//! The evidence on one alert: what probes and live answers have shown of each stratum.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use crate::sources::alerts::verdict::{Verdict, Verdicts};
use crate::sources::directory::{RowIndex, Strata, Stratum};

use super::earlier::StratumLike;
use super::sample::Random;
use super::stratum::StratumTrial;
use super::tally::Tally;
use super::{Probe, StratumStatus, Testimony};

/// The evidence on one alert.
pub(super) struct Trial {
    /// The id of the alert.
    pub(super) alert: u64,
    seen: Instant,
    pub(super) verdicts: Arc<Verdicts>,
    scan: Arc<Strata>,
    strata: BTreeMap<Stratum, StratumTrial>,
    /// Hashes of the codes of customers who have been asked.
    asked: HashSet<u64>,
}

/// What an answer has changed of a stratum.
pub(super) enum TrialChange {
    /// The answers are enough for a verdict.
    Decided(StratumLike, Tally),
    /// The verdict was wrong.
    Revoked(StratumLike),
}

impl Trial {
    /// Begins with what `prior` returns of each stratum.
    pub(super) fn new(
        alert: u64,
        seen: Instant,
        scan: &Arc<Strata>,
        prior: impl Fn(StratumLike) -> Option<Tally>,
    ) -> Self {
        let mut trial = Self {
            alert,
            seen,
            verdicts: Arc::default(),
            scan: Arc::clone(scan),
            strata: BTreeMap::new(),
            asked: HashSet::new(),
        };
        trial.scanned(scan, prior);
        trial
    }

    /// Takes over the strata of another state of the directory. What is known of them stays.
    pub(super) fn scanned(
        &mut self,
        scan: &Arc<Strata>,
        prior: impl Fn(StratumLike) -> Option<Tally>,
    ) {
        self.scan = Arc::clone(scan);
        self.strata.values_mut().for_each(|trial| trial.rescanned(0));
        for (stratum, customers) in scan.counts() {
            let Stratum::Fits(fits) = stratum else { continue };
            let (present, has_unknown_kinds) = (scan.kinds(), scan.has_unknown_kinds());
            let like = StratumLike { present, has_unknown_kinds, fits };
            let new = || StratumTrial::new(like, prior(like), self.seen);
            let trial = self.strata.entry(stratum).or_insert_with(new);
            trial.rescanned(customers);
            self.verdicts.set(stratum, trial.verdict());
        }
    }

    /// The undecided stratum with most kinds that can be probed, and its number of kinds.
    pub(super) fn most_urgent(&self) -> Option<(u32, Stratum)> {
        self.first(StratumTrial::is_open)
    }

    /// The same of those whose verdict has to be checked.
    pub(super) fn most_dated(&self, now: Instant) -> Option<(u32, Stratum)> {
        self.first(|trial| trial.needs_check(now))
    }

    fn first(&self, needs: impl Fn(&StratumTrial) -> bool) -> Option<(u32, Stratum)> {
        let needy = self.strata.iter().filter(|(_, trial)| needs(trial));
        let kinds = |stratum: &Stratum| match stratum {
            Stratum::Fits(kinds) => kinds.len(),
            Stratum::CannotSay => 0,
        };
        needy.map(|(stratum, _)| (kinds(stratum), *stratum)).max()
    }

    /// Takes a customer of `stratum` to be asked.
    pub(super) fn take(&mut self, stratum: Stratum, random: &mut Random) -> Option<RowIndex> {
        self.strata.get_mut(&stratum)?.take(self.scan.rows(stratum), random)
    }

    /// The same for a check, which begins if it is due.
    pub(super) fn take_to_check(
        &mut self,
        stratum: Stratum,
        random: &mut Random,
        now: Instant,
    ) -> Option<RowIndex> {
        self.strata.get_mut(&stratum)?.begin_check(now);
        self.take(stratum, random)
    }

    /// Records that the customer whose code has this hash is asked; `false` if he has been asked before.
    pub(super) fn ask(&mut self, code: u64) -> bool {
        self.asked.insert(code)
    }

    /// Takes back a probe that was not answered, with the hash of the code if it was sent.
    pub(super) fn put_back(&mut self, probe: &Probe, code: Option<u64>) {
        if let Some(code) = code {
            self.asked.remove(&code);
        }
        if let Some(trial) = self.strata.get_mut(&probe.stratum) {
            trial.put_back(probe.row);
        }
    }

    /// Takes back a probe of a customer who has been asked before.
    pub(super) fn skip(&mut self, stratum: Stratum) {
        if let Some(trial) = self.strata.get_mut(&stratum) {
            trial.skip();
        }
    }

    /// Records the answer to a probe; `None` if it says nothing.
    pub(super) fn probed(
        &mut self,
        stratum: Stratum,
        testimony: Option<Testimony>,
    ) -> Option<TrialChange> {
        let trial = self.strata.get_mut(&stratum)?;
        let is_revoked = trial.probed(testimony);
        let verdict = trial.verdict();
        self.verdicts.set(stratum, verdict);
        if is_revoked {
            return Some(TrialChange::Revoked(trial.like));
        }
        let is_decided = verdict != Verdict::Unknown && testimony.is_some();
        is_decided.then_some(TrialChange::Decided(trial.like, trial.probes))
    }

    /// Records what the answer to a call shows that was requested at `asked`.
    pub(super) fn observed(
        &mut self,
        stratum: Stratum,
        testimony: Testimony,
        asked: Instant,
    ) -> Option<TrialChange> {
        if asked < self.seen {
            return None;
        }
        let trial = self.strata.get_mut(&stratum)?;
        let is_revoked = trial.observed(testimony);
        self.verdicts.set(stratum, trial.verdict());
        is_revoked.then_some(TrialChange::Revoked(trial.like))
    }

    pub(super) fn status(&self) -> Vec<StratumStatus> {
        let statuses = self.strata.iter().map(|(stratum, trial)| StratumStatus {
            stratum: *stratum,
            customers: trial.customers,
            verdict: trial.verdict(),
            confirmed: trial.probes.confirmed as u32,
            answers: trial.probes.answers as u32,
            live_confirmed: trial.live.confirmed as u32,
            live_answers: trial.live.answers as u32,
            rests_on_earlier: trial.prior.is_some(),
            is_revoked: trial.revocations > 0,
        });
        statuses.collect()
    }
}
