//! The evidence on one alert: what probes and live answers have shown of each stratum.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use crate::sources::alerts::verdict::{Verdict, Verdicts};
use crate::sources::directory::{RowIndex, Strata, Stratum};

use super::earlier::{EarlierAlerts, StratumLike};
use super::sample::Random;
use super::tally::Tally;
use super::{StratumStatus, Testimony};

/// Probes of a stratum; none is sent once it is decided.
const PROBES_MAX: u32 = 40;
/// Customers chosen ahead: some cannot be asked.
const CANDIDATES: usize = 64;
/// Fresh answers without which earlier alerts do not decide that there is an alert.
const FRESH_MIN: f64 = 3.0;
/// Earlier alerts do not count if fresh answers differ by more than this share.
const DIFFERENCE_MAX: f64 = 1.0 / 3.0;
/// Live answers that can revoke an alert, and the share of them that must confirm it.
const LIVE_MIN: f64 = 10.0;
const LIVE_SHARE_MIN: f64 = 0.85;
/// Live answers that confirm the alert where there should be none, and their share, from which on the
/// stratum is probed again.
const SURPRISES_MIN: f64 = 6.0;
const SURPRISES_SHARE: f64 = 0.25;
/// A stratum is probed again at most so often.
const AGAIN_MAX: u8 = 2;

/// The evidence on one alert.
pub(super) struct Trial {
    /// The id of the alert.
    pub(super) alert: u64,
    seen: Instant,
    pub(super) verdicts: Arc<Verdicts>,
    strata: BTreeMap<Stratum, Share>,
    /// Hashes of the codes of customers who have been asked.
    asked: HashSet<u64>,
}

/// The evidence on one stratum.
struct Share {
    like: StratumLike,
    customers: usize,
    candidates: Vec<RowIndex>,
    in_flight: u32,
    sent: u32,
    probes: Tally,
    live: Tally,
    prior: Option<Tally>,
    is_revoked: bool,
    again: u8,
}

impl Trial {
    pub(super) fn new(
        alert: u64,
        seen: Instant,
        strata: &Strata,
        earlier: &EarlierAlerts,
        now_s: u64,
    ) -> Self {
        let mut trial = Self {
            alert,
            seen,
            verdicts: Arc::default(),
            strata: BTreeMap::new(),
            asked: HashSet::new(),
        };
        trial.scanned(strata, &mut Random::default(), |like| earlier.prior(like, alert, now_s));
        trial
    }

    /// Takes over the strata of another state of the directory. What is known of them stays.
    pub(super) fn scanned(
        &mut self,
        scan: &Strata,
        random: &mut Random,
        prior: impl Fn(StratumLike) -> Option<Tally>,
    ) {
        for share in self.strata.values_mut() {
            share.customers = 0;
            share.candidates.clear();
        }
        for (stratum, customers) in scan.counts() {
            let Stratum::Fits(fits) = stratum else { continue };
            let like = StratumLike {
                present: scan.kinds(),
                has_unknown_kinds: scan.has_unknown_kinds(),
                fits,
            };
            let share = self.strata.entry(stratum).or_insert_with(|| Share::new(like, prior(like)));
            share.customers = customers;
            share.candidates = random.choose(scan.rows(stratum), CANDIDATES);
            self.verdicts.set(stratum, share.verdict());
        }
    }

    /// The undecided stratum with most kinds that can be probed, and its number of kinds.
    pub(super) fn most_urgent(&self) -> Option<(u32, Stratum)> {
        let open = self.strata.iter().filter(|(_, share)| share.can_be_probed());
        let kinds = |stratum: &Stratum| match stratum {
            Stratum::Fits(kinds) => kinds.len(),
            Stratum::CannotSay => 0,
        };
        open.map(|(stratum, _)| (kinds(stratum), *stratum)).max()
    }

    /// Takes a customer of `stratum` to be asked.
    pub(super) fn candidate(&mut self, stratum: Stratum) -> Option<RowIndex> {
        let share = self.strata.get_mut(&stratum)?;
        let row = share.candidates.pop()?;
        share.in_flight += 1;
        Some(row)
    }

    /// Records that the customer whose code has this hash is asked; `false` if he has been asked before.
    pub(super) fn ask(&mut self, code: u64) -> bool {
        self.asked.insert(code)
    }

    /// Records the answer to a probe; `None` if it says nothing. Returns what is known of the stratum, if
    /// that has decided it.
    pub(super) fn probed(
        &mut self,
        stratum: Stratum,
        testimony: Option<Testimony>,
    ) -> Option<(StratumLike, Tally)> {
        let share = self.strata.get_mut(&stratum)?;
        share.in_flight = share.in_flight.saturating_sub(1);
        if let Some(testimony) = testimony {
            share.sent += 1;
            share.probes.count(testimony.value());
            share.check_prior();
        }
        let verdict = share.verdict();
        self.verdicts.set(stratum, verdict);
        (verdict != Verdict::Unknown && testimony.is_some()).then_some((share.like, share.probes))
    }

    /// Records what the answer to a call shows that was requested at `asked`. Returns whether the stratum
    /// has to be probed again.
    pub(super) fn observed(
        &mut self,
        stratum: Stratum,
        testimony: Testimony,
        asked: Instant,
    ) -> bool {
        if asked < self.seen {
            return false;
        }
        let Some(share) = self.strata.get_mut(&stratum) else { return false };
        share.live.count(testimony.value());
        let is_open_again = share.reconsider();
        self.verdicts.set(stratum, share.verdict());
        is_open_again
    }

    pub(super) fn status(&self) -> Vec<StratumStatus> {
        let statuses = self.strata.iter().map(|(stratum, share)| StratumStatus {
            stratum: *stratum,
            customers: share.customers,
            verdict: share.verdict(),
            confirmed: share.probes.confirmed as u32,
            answers: share.probes.answers as u32,
            live_confirmed: share.live.confirmed as u32,
            live_answers: share.live.answers as u32,
            rests_on_earlier: share.prior.is_some(),
            is_revoked: share.is_revoked,
        });
        statuses.collect()
    }
}

impl Share {
    fn new(like: StratumLike, prior: Option<Tally>) -> Self {
        Self {
            like,
            customers: 0,
            candidates: Vec::new(),
            in_flight: 0,
            sent: 0,
            probes: Tally::default(),
            live: Tally::default(),
            prior,
            is_revoked: false,
            again: 0,
        }
    }

    fn verdict(&self) -> Verdict {
        if self.is_revoked {
            return Verdict::Unknown;
        }
        let of_all = self.probes.verdict_of_all(self.customers);
        if of_all != Verdict::Unknown {
            return of_all;
        }
        let joint = self.prior.map_or(self.probes, |prior| self.probes.with(prior));
        match joint.verdict() {
            Verdict::Alert if self.probes.answers < FRESH_MIN => Verdict::Unknown,
            verdict => verdict,
        }
    }

    fn can_be_probed(&self) -> bool {
        !self.candidates.is_empty()
            && !self.is_revoked
            && self.sent + self.in_flight < PROBES_MAX
            && self.verdict() == Verdict::Unknown
    }

    /// Earlier alerts count no more if the present one is another.
    fn check_prior(&mut self) {
        let Some(prior) = self.prior else { return };
        let difference = (prior.share() - self.probes.share()).abs();
        if self.probes.answers >= FRESH_MIN && difference > DIFFERENCE_MAX {
            self.prior = None;
        }
    }

    /// Revokes the verdict if live answers contradict it. Callers call because they are hit, so their
    /// answers never confirm it. Returns whether the stratum has to be probed again.
    fn reconsider(&mut self) -> bool {
        match self.verdict() {
            Verdict::Alert => {
                let is_enough = self.live.answers >= LIVE_MIN;
                self.is_revoked = is_enough && self.live.share() < LIVE_SHARE_MIN;
                false
            }
            Verdict::NoAlert => {
                let is_surprise = self.live.confirmed >= SURPRISES_MIN
                    && self.live.share() > SURPRISES_SHARE
                    && self.again < AGAIN_MAX;
                if is_surprise {
                    self.again += 1;
                    self.prior = None;
                    self.probes = Tally::default();
                    self.live = Tally::default();
                    self.sent = 0;
                }
                is_surprise
            }
            Verdict::Unknown => false,
        }
    }
}
