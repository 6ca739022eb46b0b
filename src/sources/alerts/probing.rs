//! Asks single customers whether an alert concerns them, until the evidence is enough.

use std::convert::Infallible;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{Instant, sleep, sleep_until};
use tracing::{debug, warn};

use crate::domain::alert::{Alert, AlertKey, Scope};
use crate::domain::failure::{Failure, FailureKind};
use crate::domain::reported::ReportedCustomer;
use crate::runtime::wall_clock;
use crate::sources::directory::DirectoryView;

use super::board::{ActiveAlert, AlertBoard, Board, Reach};
use super::evidence::{Evidence, Probe, Testimony};
use super::list::AlertList;

/// Probes under way at a time.
const IN_FLIGHT_MAX: usize = 4;
/// Longest wait for one probe, slot included.
const PROBE_MAX: Duration = Duration::from_secs(10);
/// Wait after a probe that failed; it doubles while the source fails.
const REST: Duration = Duration::from_millis(250);
const REST_MAX: Duration = Duration::from_secs(30);
/// Time between two probes that only check a verdict.
const CHECK_EVERY: Duration = Duration::from_secs(1);
/// How often the record of earlier alerts is written at most.
const SAVE_EVERY: Duration = Duration::from_secs(1);
/// The same after a failure.
const SAVE_AGAIN: Duration = Duration::from_secs(60);

/// What probing needs.
#[derive(Clone)]
pub struct Prober {
    pub evidence: Arc<Evidence>,
    pub board: Arc<dyn AlertBoard>,
    pub list: Arc<dyn AlertList>,
}

/// What the source has done for a probe.
enum ProbeEnd {
    /// Nothing was requested, or it answered.
    Done,
    /// It failed, or this program.
    Failed,
    /// It was not queried: its slots are needed for calls, or it is to be left alone.
    NotQueried,
}

impl Prober {
    /// Probes until it is dropped.
    pub async fn keep(self) {
        // Neither waits for the other: a disk may be slow.
        let _: (Infallible, Infallible) = tokio::join!(self.probe(), self.save());
    }

    async fn probe(&self) -> Infallible {
        let mut under_way = JoinSet::new();
        let mut pace = ProbePace::new(Instant::now());
        loop {
            let now = Instant::now();
            while under_way.len() < pace.in_flight_max(now)
                && let Some(probe) = self.next(&mut pace, now)
            {
                under_way.spawn(self.clone().ask(probe));
            }
            tokio::select! {
                // A panic is logged where it happens.
                Some(ended) = under_way.join_next() => {
                    pace.ended(&ended.unwrap_or(ProbeEnd::Failed), Instant::now());
                }
                () = self.evidence.changed() => {}
                () = sleep_until(pace.wakes_at(now)) => {}
            }
        }
    }

    fn next(&self, pace: &mut ProbePace, now: Instant) -> Option<Probe> {
        let urgent = self.evidence.next_probe();
        if urgent.is_some() || now < pace.check_at {
            return urgent;
        }
        let check = self.evidence.next_check(now.into_std())?;
        pace.check_at = now + CHECK_EVERY;
        Some(check)
    }

    /// Asks one customer.
    async fn ask(self, probe: Probe) -> ProbeEnd {
        let mut pending =
            PendingProbe { evidence: &self.evidence, probe, code: None, is_open: true };
        let board = self.board.board();
        // A trial begins, or takes over another directory, a moment before the board has it.
        let Some((active, directory)) = placed(&board, &probe) else { return ProbeEnd::NotQueried };
        let code = directory.customer(probe.row).map(|customer| customer.code());
        let Some(code) = code.filter(|code| !code.is_empty()) else {
            pending.answered(None);
            return ProbeEnd::Done;
        };
        let alert = active.alert.as_deref().map(Alert::key);
        if !pending.ask(&code) {
            return ProbeEnd::Done;
        }
        let deadline = Instant::now() + PROBE_MAX;
        match self.list.customer(&code, probe.urgency, deadline).await {
            Ok(customer) => {
                pending.answered(customer.map(|customer| testimony(alert, customer)));
                ProbeEnd::Done
            }
            Err(failure) => pending.failed(&failure),
        }
    }

    /// Saves the record of earlier alerts when it has changed.
    async fn save(&self) -> Infallible {
        let mut has_failed = false;
        loop {
            sleep(if has_failed { SAVE_AGAIN } else { SAVE_EVERY }).await;
            let evidence = Arc::clone(&self.evidence);
            let Ok(Err(error)) = spawn_blocking(move || evidence.save_now()).await else {
                has_failed = false;
                continue;
            };
            if !has_failed {
                warn!("alerts: the record of earlier alerts was not saved: {error}");
            }
            has_failed = true;
        }
    }
}

/// The alert of a probe, and the directory, if the row is in the stratum there.
fn placed<'a>(board: &'a Board, probe: &Probe) -> Option<(&'a ActiveAlert, &'a DirectoryView)> {
    let active = board.alerts.iter().find(|active| active.epoch == probe.epoch)?;
    let is_its = match &active.reach {
        Reach::Strata { strata, .. } => strata.of(probe.row) == probe.stratum,
        Reach::Local(_) | Reach::Unplaced => false,
    };
    Some((active, board.directory.as_ref().filter(|_| is_its)?))
}

/// When probes are sent.
struct ProbePace {
    rest: Duration,
    rests_until: Option<Instant>,
    /// When a verdict may be checked next.
    check_at: Instant,
}

impl ProbePace {
    fn new(now: Instant) -> Self {
        Self { rest: REST, rests_until: None, check_at: now + CHECK_EVERY }
    }

    /// A source that has failed gets one probe at a time.
    fn in_flight_max(&self, now: Instant) -> usize {
        match self.rests_until {
            Some(until) if now < until => 0,
            Some(_) => 1,
            None => IN_FLIGHT_MAX,
        }
    }

    fn wakes_at(&self, now: Instant) -> Instant {
        self.rests_until.filter(|until| *until > now).unwrap_or(now + CHECK_EVERY)
    }

    fn ended(&mut self, end: &ProbeEnd, now: Instant) {
        let is_resting = self.rests_until.is_some_and(|until| now < until);
        match end {
            // A probe that was sent before the failure says nothing of what is after it.
            _ if is_resting => {}
            ProbeEnd::Done => (self.rest, self.rests_until) = (REST, None),
            ProbeEnd::NotQueried => self.rests_until = Some(now + REST),
            ProbeEnd::Failed => {
                self.rests_until = Some(now + self.rest);
                self.rest = (self.rest * 2).min(REST_MAX);
            }
        }
    }
}

/// A probe under way. If it ends without an answer, because of a failure, a panic or a reload, its customer
/// may be asked later.
struct PendingProbe<'a> {
    evidence: &'a Evidence,
    probe: Probe,
    /// The hash of the customer's code once he is asked.
    code: Option<u64>,
    is_open: bool,
}

impl PendingProbe<'_> {
    /// Records that the customer is asked; `false` if he has been asked before.
    fn ask(&mut self, code: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        code.hash(&mut hasher);
        let hash = hasher.finish();
        self.is_open = self.evidence.ask(self.probe.epoch, hash);
        if self.is_open {
            self.code = Some(hash);
        } else {
            self.evidence.skip(&self.probe);
        }
        self.is_open
    }

    fn answered(&mut self, testimony: Option<Testimony>) {
        self.is_open = false;
        self.evidence.probed(&self.probe, testimony, wall_clock::now_s());
    }

    fn failed(&mut self, failure: &Failure) -> ProbeEnd {
        debug!("alerts: a probe failed: {failure}");
        match failure.kind() {
            FailureKind::AboutThisKey => {
                self.answered(None);
                ProbeEnd::Done
            }
            FailureKind::NotQueried => ProbeEnd::NotQueried,
            FailureKind::Bug | FailureKind::Upstream => ProbeEnd::Failed,
        }
    }
}

impl Drop for PendingProbe<'_> {
    fn drop(&mut self) {
        if self.is_open {
            self.evidence.put_back(&self.probe, self.code);
        }
    }
}

fn testimony(alert: Option<AlertKey>, customer: ReportedCustomer) -> Testimony {
    let texts = customer.alert;
    let is_alerted = texts.is_some();
    let alerts: Vec<_> =
        texts.into_iter().flatten().map(|text| Alert::new(text, Scope::Carrier)).collect();
    Testimony::of(alert, is_alerted, alerts.iter())
}
