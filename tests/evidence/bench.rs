//! Customers who fit two kinds of a scope or not, and alerts that some rule gives to them.

use std::sync::Arc;
use std::time::Instant;

use bina::domain::place::ServicePlace;
use bina::sources::alerts::{
    AlertEpoch, EarlierAlerts, Evidence, Probe, StratumStatus, Testimony, Verdict, Verdicts,
};
use bina::sources::directory::{
    AlertScope, Builder, Generation, GenerationFacts, Joins, ListedCustomer, Names, PhoneHasher,
    RowIndex, ScopeKind, ScopeKinds, ScopeTables, Strata, Stratum, WalkExtent,
};

pub(crate) const NOW_S: u64 = 1_796_000_000;
pub(crate) const GROUP: u64 = 5;
pub(crate) const BOX: u64 = 20;

/// The stratum of customers who fit both kinds, the box, the group, none.
pub(crate) const BOTH: usize = 0;
pub(crate) const IN_BOX: usize = 1;
pub(crate) const IN_GROUP: usize = 2;
pub(crate) const NEITHER: usize = 3;

pub(crate) fn stratum(at: usize) -> Stratum {
    let kinds = ScopeKinds::default();
    Stratum::Fits(match at {
        BOTH => kinds.with(ScopeKind::Box).with(ScopeKind::Group),
        IN_BOX => kinds.with(ScopeKind::Box),
        IN_GROUP => kinds.with(ScopeKind::Group),
        _ => kinds,
    })
}

pub(crate) fn tables() -> ScopeTables {
    ScopeTables {
        boxes: vec![(BOX, "A1-C3".into()), (BOX + 1, "A1-C4".into())],
        groups: vec![(GROUP, "Residencial".into())],
        ..ScopeTables::default()
    }
}

pub(crate) fn scope() -> AlertScope {
    AlertScope { boxes: [BOX].into(), groups: [GROUP].into(), ..AlertScope::default() }
}

pub(crate) fn customer(id: u64, at: usize) -> ListedCustomer {
    let is_in_box = matches!(at, BOTH | IN_BOX);
    let service = ServicePlace {
        optical_box: Some(if is_in_box { "A1-C3" } else { "A1-C4" }.into()),
        groups: if matches!(at, BOTH | IN_GROUP) { vec![GROUP] } else { Vec::new() },
        ..ServicePlace::default()
    };
    let code = (1_000 + id).to_string();
    ListedCustomer { id, code, services: vec![service], ..ListedCustomer::default() }
}

pub(crate) fn generation(sizes: [usize; 4]) -> Generation {
    let mut builder = Builder::new(PhoneHasher::new(&[7; 32]), Names::Dropped);
    let strata = sizes.into_iter().enumerate();
    let places = strata.flat_map(|(at, size)| std::iter::repeat_n(at, size));
    for (id, at) in (1..).zip(places) {
        builder.add(&customer(id, at));
    }
    let facts = GenerationFacts { number: 1, made_at_s: NOW_S, extent: WalkExtent::Whole };
    builder.finish(facts, None)
}

pub(crate) fn scan(sizes: [usize; 4], scope: &AlertScope) -> Arc<Strata> {
    let generation = generation(sizes);
    Arc::new(generation.scan(&Joins::new(&tables(), &generation), scope))
}

/// One alert that is judged.
pub(crate) struct Trialled {
    pub(crate) evidence: Evidence,
    pub(crate) strata: Arc<Strata>,
    pub(crate) verdicts: Arc<Verdicts>,
    pub(crate) epoch: AlertEpoch,
    pub(crate) start: Instant,
    pub(crate) asked: Vec<Probe>,
}

impl Trialled {
    pub(crate) fn new(sizes: [usize; 4], seed: u64) -> Self {
        Self::after(EarlierAlerts::default(), scan(sizes, &scope()), 1, seed)
    }

    pub(crate) fn after(
        earlier: EarlierAlerts,
        strata: Arc<Strata>,
        alert: u64,
        seed: u64,
    ) -> Self {
        let evidence = Evidence::seeded(earlier, seed);
        let (epoch, start) = (AlertEpoch(alert), Instant::now());
        let verdicts = evidence.begin(epoch, alert, start, &strata, NOW_S);
        Self { evidence, strata, verdicts, epoch, start, asked: Vec::new() }
    }

    /// Begins another alert with the same scope.
    pub(crate) fn next(&mut self, alert: u64) {
        self.evidence.end(self.epoch);
        self.epoch = AlertEpoch(alert);
        self.asked.clear();
        self.verdicts = self.evidence.begin(self.epoch, alert, self.start, &self.strata, NOW_S);
    }

    /// Answers probes until none is left, or `count`.
    pub(crate) fn answer(&mut self, count: usize, truth: impl Fn(RowIndex) -> bool) {
        for _ in 0..count {
            let Some(probe) = self.evidence.next_probe() else { return };
            assert_eq!(self.strata.of(probe.row), probe.stratum);
            self.asked.push(probe);
            self.evidence.probed(&probe, Some(testimony(truth(probe.row))), NOW_S);
        }
    }

    pub(crate) fn judge(&mut self, truth: impl Fn(RowIndex) -> bool) {
        self.answer(usize::MAX, truth);
    }

    /// The same for probes that only check what is decided.
    pub(crate) fn check(&mut self, now: Instant, truth: impl Fn(RowIndex) -> bool) -> usize {
        let mut count = 0;
        while let Some(probe) = self.evidence.next_check(now) {
            count += 1;
            self.evidence.probed(&probe, Some(testimony(truth(probe.row))), NOW_S);
        }
        count
    }

    pub(crate) fn live(&self, at: usize, confirms: &[bool]) {
        for confirms in confirms {
            self.evidence.observed(self.epoch, stratum(at), testimony(*confirms), self.start);
        }
    }

    pub(crate) fn verdict(&self, at: usize) -> Verdict {
        self.verdicts.of(stratum(at))
    }

    pub(crate) fn status(&self, at: usize) -> StratumStatus {
        let all = self.evidence.status(self.epoch);
        all.into_iter().find(|status| status.stratum == stratum(at)).expect("a stratum")
    }
}

pub(crate) fn testimony(confirms: bool) -> Testimony {
    if confirms { Testimony::Confirms } else { Testimony::Contradicts }
}
