//! The evidence on one stratum of an alert: its verdict, and which answers it needs next.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::sources::alerts::verdict::Verdict;
use crate::sources::directory::RowIndex;

use super::Testimony;
use super::earlier::StratumLike;
use super::sample::Random;
use super::tally::{ALERT_MIN, MIXED_ALERT_MIN, Tally};

/// Answers without which nothing is decided, unless earlier alerts count or the stratum is smaller.
const ANSWERS_MIN: f64 = 10.0;
/// Answers of an undecided stratum; no more are asked for.
const ANSWERS_MAX: f64 = 40.0;
/// Fresh answers that have to agree before earlier alerts decide that there is an alert.
const FRESH_MIN: f64 = 3.0;
/// Earlier alerts do not count if fresh answers differ by more than this share: a third, rounded up.
const DIFFERENCE_MAX: f64 = 0.334;
/// Customers chosen at a time.
const CANDIDATES: usize = 64;
/// Live answers that can revoke an alert, and the share of them that must confirm it.
const LIVE_MIN: f64 = 10.0;
const LIVE_SHARE_MIN: f64 = 0.85;
/// Live answers that confirm the alert where there should be none, and the share of them, from which on the
/// stratum is undecided again.
const SURPRISES_MIN: f64 = 3.0;
const SURPRISES_SHARE: f64 = 0.25;
/// From so many live answers on, earlier ones count half: a repair in parts shows soon.
const RECENT_MAX: f64 = 64.0;
/// Live answers may have a stratum probed again so often; what they contradict once more stays undecided.
const REVOCATIONS_MAX: u8 = 2;
/// A decided stratum is checked so often, because the scope may be edited where the list does not show it.
const CHECK_EVERY: Duration = Duration::from_secs(10 * 60);
/// Answers of a check, and those of them that contradict the verdict, from which on it is revoked.
const CHECK_ANSWERS: f64 = 5.0;
const CHECK_CONTRADICTIONS: f64 = 2.0;

/// The evidence on one stratum.
pub(super) struct StratumTrial {
    pub(super) like: StratumLike,
    pub(super) customers: usize,
    /// Customers to be asked, the last one first.
    candidates: Vec<RowIndex>,
    /// All who have been candidates in this state of the directory.
    drawn: BTreeSet<RowIndex>,
    in_flight: u32,
    /// Customers of whom no answer says anything.
    silent: u32,
    pub(super) probes: Tally,
    /// All live answers.
    pub(super) live: Tally,
    /// The recent ones among them.
    recent: Tally,
    pub(super) prior: Option<Tally>,
    /// The answers of the check that is under way.
    check: Option<Tally>,
    /// When the last check began.
    checked: Instant,
    pub(super) revocations: u8,
}

impl StratumTrial {
    pub(super) fn new(like: StratumLike, prior: Option<Tally>, seen: Instant) -> Self {
        Self {
            like,
            customers: 0,
            candidates: Vec::new(),
            drawn: BTreeSet::new(),
            in_flight: 0,
            silent: 0,
            probes: Tally::default(),
            live: Tally::default(),
            recent: Tally::default(),
            prior,
            check: None,
            checked: seen,
            revocations: 0,
        }
    }

    /// Takes over the number of customers in another state of the directory, whose rows are others.
    pub(super) fn rescanned(&mut self, customers: usize) {
        self.customers = customers;
        self.candidates.clear();
        self.drawn.clear();
        self.silent = 0;
    }

    /// The share of the customers from which on all count as having the alert.
    fn alert_min(&self) -> f64 {
        if self.like.has_unknown_kinds { MIXED_ALERT_MIN } else { ALERT_MIN }
    }

    pub(super) fn verdict(&self) -> Verdict {
        let (answers, alert_min) = (self.probes.answers, self.alert_min());
        if self.revocations > REVOCATIONS_MAX {
            return Verdict::Unknown;
        }
        // Most of a small stratum has to answer: some customers cannot be asked.
        let is_whole = answers + f64::from(self.silent) >= self.customers as f64;
        if is_whole && answers >= f64::from(self.silent) {
            return self.probes.verdict_of_all(answers as usize, alert_min);
        }
        let of_few = self.probes.verdict_of_all(self.customers, alert_min);
        if of_few != Verdict::Unknown {
            return of_few;
        }
        match self.prior {
            Some(prior) => self.agreed(self.probes.with(prior).verdict(alert_min)),
            None if answers < ANSWERS_MIN => Verdict::Unknown,
            None => self.probes.verdict(alert_min),
        }
    }

    /// A verdict that rests on earlier alerts, if the fresh answers agree with it.
    fn agreed(&self, verdict: Verdict) -> Verdict {
        let is_confirmed = self.probes.answers >= FRESH_MIN;
        let answers = self.probes.answers as usize;
        let fresh = self.probes.verdict_of_all(answers, self.alert_min());
        match verdict {
            Verdict::Alert if is_confirmed && fresh == Verdict::Alert => Verdict::Alert,
            Verdict::NoAlert if !is_confirmed || fresh == Verdict::NoAlert => Verdict::NoAlert,
            _ => Verdict::Unknown,
        }
    }

    /// Whether answers are needed to decide.
    pub(super) fn is_open(&self) -> bool {
        let answers = self.probes.answers;
        let wanted = match self.verdict() {
            _ if self.revocations > REVOCATIONS_MAX => 0.0,
            _ if self.prior.is_some() && answers < FRESH_MIN => FRESH_MIN,
            Verdict::Unknown if answers < ANSWERS_MIN => ANSWERS_MIN,
            Verdict::Unknown => ANSWERS_MAX,
            Verdict::Alert | Verdict::NoAlert => 0.0,
        };
        self.has_candidates() && answers + f64::from(self.in_flight) < wanted
    }

    /// Whether answers are needed to check what is decided.
    pub(super) fn needs_check(&self, now: Instant) -> bool {
        if self.verdict() == Verdict::Unknown || !self.has_candidates() {
            return false;
        }
        let in_flight = f64::from(self.in_flight);
        // What earlier alerts have decided is backed by a sample of the present one.
        let needs_backing = self.prior.is_some() && self.probes.answers + in_flight < ANSWERS_MIN;
        let is_due = match self.check {
            Some(check) => check.answers + in_flight < CHECK_ANSWERS,
            None => now.saturating_duration_since(self.checked) >= CHECK_EVERY,
        };
        needs_backing || is_due
    }

    /// Begins a check if one is due.
    pub(super) fn begin_check(&mut self, now: Instant) {
        if now.saturating_duration_since(self.checked) >= CHECK_EVERY {
            self.check = Some(Tally::default());
            self.checked = now;
        }
    }

    fn has_candidates(&self) -> bool {
        !self.candidates.is_empty() || self.drawn.len() < self.customers
    }

    /// Takes a customer to be asked. `rows` are those of the stratum, in their order.
    pub(super) fn take(
        &mut self,
        rows: impl Iterator<Item = RowIndex>,
        random: &mut Random,
    ) -> Option<RowIndex> {
        if self.candidates.is_empty() {
            let mut drawn = self.drawn.iter().peekable();
            let fresh = rows.filter(|row| {
                while drawn.next_if(|known| *known < row).is_some() {}
                drawn.peek() != Some(&row)
            });
            self.candidates = random.choose(fresh, CANDIDATES);
            self.drawn.extend(&self.candidates);
        }
        let row = self.candidates.pop()?;
        self.in_flight += 1;
        Some(row)
    }

    /// Takes back a customer who was not asked, or did not answer: the others come first.
    pub(super) fn put_back(&mut self, row: RowIndex) {
        self.skip();
        // After a change of the directory the row is another customer's.
        if self.drawn.contains(&row) {
            self.candidates.insert(0, row);
        }
    }

    /// A customer has been asked before.
    pub(super) fn skip(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// Counts the answer to a probe; `None` if it says nothing. Returns whether that has revoked the verdict.
    pub(super) fn probed(&mut self, testimony: Option<Testimony>) -> bool {
        self.skip();
        let Some(testimony) = testimony else {
            self.silent += 1;
            return false;
        };
        if let Some(check) = &mut self.check {
            check.count(testimony.value());
            return self.end_check();
        }
        self.probes.count(testimony.value());
        self.check_prior();
        false
    }

    /// Ends the check that is under way if its answers are enough.
    fn end_check(&mut self) -> bool {
        let Some(check) = self.check else { return false };
        let contradictions = match self.verdict() {
            Verdict::Alert => check.answers - check.confirmed,
            Verdict::NoAlert => check.confirmed,
            Verdict::Unknown => 0.0,
        };
        if contradictions >= CHECK_CONTRADICTIONS {
            self.start_anew();
            return true;
        }
        if check.answers >= CHECK_ANSWERS {
            self.check = None;
        }
        false
    }

    /// Earlier alerts count no more if the present one is another.
    fn check_prior(&mut self) {
        let Some(prior) = self.prior else { return };
        let difference = (prior.share() - self.probes.share()).abs();
        if self.probes.answers >= FRESH_MIN && difference > DIFFERENCE_MAX {
            self.prior = None;
        }
    }

    /// Counts a live answer. Callers call because they are hit, so that they never confirm an alert, and
    /// only revoke a verdict. Returns whether this one has.
    pub(super) fn observed(&mut self, testimony: Testimony) -> bool {
        self.live.count(testimony.value());
        self.recent.count(testimony.value());
        if self.recent.answers >= RECENT_MAX {
            self.recent = self.recent.halved();
        }
        let Tally { confirmed, answers } = self.recent;
        let is_contradicted = match self.verdict() {
            Verdict::Alert => answers >= LIVE_MIN && self.recent.share() < LIVE_SHARE_MIN,
            Verdict::NoAlert => confirmed >= SURPRISES_MIN && self.recent.share() > SURPRISES_SHARE,
            Verdict::Unknown => false,
        };
        if is_contradicted {
            self.revocations += 1;
            self.start_anew();
        }
        is_contradicted
    }

    /// Drops all that has decided. Who has been asked is not asked again.
    fn start_anew(&mut self) {
        self.prior = None;
        self.check = None;
        self.probes = Tally::default();
        self.recent = Tally::default();
    }
}
