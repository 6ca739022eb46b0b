//! The callers of an outage, and how many of them hear what HubSoft would say.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::bench::{Bench, Heard, call};
use crate::dice::Dice;
use crate::outages::Outage;
use crate::population::{CUSTOMERS, Population};

/// Who calls, and in which time.
#[derive(Clone, Copy)]
pub(crate) struct Surge {
    pub(crate) affected: usize,
    pub(crate) unaffected: usize,
    pub(crate) span: Duration,
    pub(crate) seed: u64,
}

/// The surge that the figures are of.
pub(crate) fn surge(seed: u64) -> Surge {
    Surge { affected: 5_000, unaffected: 600, span: Duration::from_secs(60), seed }
}

/// Callers, with whether the outage concerns them and when they call.
pub(crate) type Callers = Vec<(u32, bool, Duration)>;

impl Surge {
    /// Chooses the callers. Half of the unaffected ones meet a part of the scope, where there are any.
    pub(crate) fn callers(&self, population: &Population, outage: &Outage) -> Callers {
        let mut dice = Dice::new(self.seed ^ 0x5EED);
        let mut all: Vec<u32> = (0..CUSTOMERS).collect();
        dice.shuffle(&mut all);
        let (affected, others): (Vec<u32>, Vec<u32>) =
            all.into_iter().partition(|index| outage.concerns(population, *index));
        assert!(affected.len() >= self.affected, "only {} are affected", affected.len());
        let (near, far): (Vec<u32>, Vec<u32>) =
            others.into_iter().partition(|index| outage.is_near(population, *index));
        let near = near.into_iter().take(self.unaffected / 2).collect::<Vec<_>>();
        let far = far.into_iter().take(self.unaffected - near.len());
        let unaffected = near.iter().copied().chain(far).map(|index| (index, false));
        let affected = affected.into_iter().take(self.affected).map(|index| (index, true));
        let mut callers: Callers = affected
            .chain(unaffected)
            .map(|(index, is_affected)| (index, is_affected, dice.arrival(self.span)))
            .collect();
        callers.sort_by_key(|caller| caller.2);
        let first = callers[0].2;
        callers.iter_mut().for_each(|caller| caller.2 -= first);
        callers
    }

    /// Lets them call from now on, and reports what they hear.
    pub(crate) async fn run(&self, bench: &Bench, outage: &Outage, text: &str) -> Report {
        let callers = self.callers(&bench.hubsoft.population, outage);
        let before = bench.hubsoft.requests.lock().len();
        let mut report = Report::default();
        for (heard, is_affected) in answers(bench, callers).await {
            report.add(&heard, is_affected.then_some(text), &bench.hubsoft.population);
        }
        report.requests = bench.hubsoft.requests.lock().len() - before;
        report
    }
}

/// What the callers hear, who call from now on.
pub(crate) async fn answers(bench: &Bench, callers: Callers) -> Vec<(Heard, bool)> {
    let start = Instant::now();
    let mut calls = JoinSet::new();
    for (index, is_affected, at) in callers {
        let responder = Arc::clone(&bench.responder);
        let population = Arc::clone(&bench.hubsoft.population);
        calls.spawn(async move {
            sleep_until(start + at).await;
            let heard = call(&responder, &population, index).await;
            (Heard { at, ..heard }, is_affected)
        });
    }
    calls.join_all().await
}

/// What the callers of a surge have heard.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    pub(crate) calls: u32,
    pub(crate) right: u32,
    /// Unaffected callers who were right to hear nothing though nothing was known of them.
    pub(crate) silent: u32,
    pub(crate) unaffected: u32,
    /// Unaffected callers who heard of the outage.
    pub(crate) told_wrongly: u32,
    /// Callers whom the directory can place.
    pub(crate) placeable: u32,
    pub(crate) wrong_placeable: u32,
    /// The same without those who have moved.
    pub(crate) wrong_unmoved: u32,
    /// The same who call a quarter of a minute after the first one or later.
    pub(crate) wrong_late: u32,
    pub(crate) requests: usize,
    pub(crate) longest: Duration,
}

impl Report {
    /// Counts what a caller has heard who should hear `expected`.
    pub(crate) fn add(&mut self, heard: &Heard, expected: Option<&str>, population: &Population) {
        let customer = population.customer(heard.index);
        let is_placeable = customer.is_placeable();
        let is_unmoved = is_placeable && !customer.has_moved();
        let is_right = heard.text.as_deref() == expected;
        let is_late = heard.at >= Duration::from_secs(15);
        self.calls += 1;
        self.right += u32::from(is_right);
        self.placeable += u32::from(is_placeable);
        self.wrong_placeable += u32::from(is_placeable && !is_right);
        self.wrong_unmoved += u32::from(is_unmoved && !is_right);
        self.wrong_late += u32::from(is_unmoved && !is_right && is_late);
        self.longest = self.longest.max(heard.took);
        if expected.is_none() {
            self.unaffected += 1;
            self.silent += u32::from(is_right && heard.status == "unavailable");
            self.told_wrongly += u32::from(!is_right);
        }
    }

    pub(crate) fn with(&self, other: &Self) -> Self {
        Self {
            calls: self.calls + other.calls,
            right: self.right + other.right,
            silent: self.silent + other.silent,
            unaffected: self.unaffected + other.unaffected,
            told_wrongly: self.told_wrongly + other.told_wrongly,
            placeable: self.placeable + other.placeable,
            wrong_placeable: self.wrong_placeable + other.wrong_placeable,
            wrong_unmoved: self.wrong_unmoved + other.wrong_unmoved,
            wrong_late: self.wrong_late + other.wrong_late,
            requests: self.requests + other.requests,
            longest: self.longest.max(other.longest),
        }
    }

    /// Per cent of all callers.
    pub(crate) fn right_percent(&self) -> f64 {
        percent(self.right, self.calls)
    }

    pub(crate) fn silent_percent(&self) -> f64 {
        percent(self.silent, self.calls)
    }

    /// Per cent of the callers whom the directory can place.
    pub(crate) fn placeable_right_percent(&self) -> f64 {
        100.0 - percent(self.wrong_placeable, self.placeable)
    }

    /// Per cent of the unaffected callers.
    pub(crate) fn false_percent(&self) -> f64 {
        percent(self.told_wrongly, self.unaffected)
    }
}

fn percent(part: u32, all: u32) -> f64 {
    100.0 * f64::from(part) / f64::from(all.max(1))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (right, silent) = (self.right_percent(), self.silent_percent());
        let (wrong, requests) = (self.false_percent(), self.requests);
        let longest = self.longest.as_millis();
        write!(
            f,
            "right {right:5.1} % ({silent:.1} % silence)  false {wrong:.2} %  {requests} requests  \
             longest {longest} ms  placeable {:.2} %, wrong unmoved {} late {}",
            self.placeable_right_percent(),
            self.wrong_unmoved,
            self.wrong_late
        )
    }
}
