//! Places the calls when they are due, and plays what happens meanwhile to the alert and to HubSoft.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, interval, sleep_until};

use crate::cli::Failed;
use crate::runtime::language::Language;
use crate::simulator::Fault;
use crate::sources::alerts::{AlertBoard as _, Standing};

use super::caller::{CallOutcome, EXTRA_WAIT, Received};
use super::judged::AlertProgress;
use super::plan::RehearsalPlan;
use super::progress::ProgressLine;
use super::setup::{Stage, bug};
use super::tally::Day;
use super::texts;

/// How often the state of the alert is observed.
const OBSERVED_EVERY: Duration = Duration::from_millis(50);

/// What happens during the rehearsal.
#[derive(Clone, Copy)]
enum Incident {
    Dies,
    Ends,
    Publishes,
}

/// What has happened so far.
struct Course<'s> {
    stage: &'s Stage,
    plan: &'s RehearsalPlan,
    language: Language,
    /// When the first call is due.
    start: Instant,
    /// In order.
    incidents: Vec<(Instant, Incident)>,
    alert: Option<u64>,
    published: Option<Instant>,
    ended: Option<Instant>,
    progress: AlertProgress,
}

/// Places each call at its due time, and waits for the last answer. Ctrl-C stops further calls.
pub(super) async fn place_calls(
    stage: &Stage,
    plan: &RehearsalPlan,
    language: Language,
) -> Result<Day, Failed> {
    let mut course = Course::new(stage, plan, language);
    let start = course.start;
    let mut line = ProgressLine::new();
    let (mut made, mut planned) = (0, stage.callers.len());
    let mut calls = JoinSet::new();
    let mut outcomes: Vec<CallOutcome> = Vec::with_capacity(planned);
    let interrupt = signal(SignalKind::interrupt());
    let mut interrupt = interrupt.map_err(|error| Failed::Runtime(error.into()))?;
    let mut observed = interval(OBSERVED_EVERY);
    while made < planned || !calls.is_empty() {
        let due = start + stage.callers.get(made).map_or(plan.over, |caller| caller.due);
        tokio::select! {
            biased;
            () = sleep_until(course.next_at()), if course.has_next() => course.play_next()?,
            () = sleep_until(due), if made < planned => {
                calls.spawn(call(stage, made, due, plan.deadline + EXTRA_WAIT));
                made += 1;
            }
            Some(ended) = calls.join_next() => outcomes.push(outcome(ended)),
            _ = observed.tick() => {
                course.observe();
                line.show(|| words(start, plan, &outcomes, stage.callers.len(), language));
            }
            _ = interrupt.recv(), if planned > made => planned = made,
        }
    }
    Ok(course.day(outcomes))
}

impl<'s> Course<'s> {
    fn new(stage: &'s Stage, plan: &'s RehearsalPlan, language: Language) -> Self {
        let now = Instant::now();
        let start = now + plan.lead;
        let publishes = plan.late.map_or(now, |late| start + late);
        let mut incidents = vec![(publishes, Incident::Publishes)];
        incidents.extend(plan.dies_after.map(|dies| (start + dies, Incident::Dies)));
        incidents.extend(plan.ends_after.map(|ends| (start + ends, Incident::Ends)));
        incidents.sort_by_key(|(at, _)| *at);
        let progress = AlertProgress::default();
        let (alert, published, ended) = (None, None, None);
        Self { stage, plan, language, start, incidents, alert, published, ended, progress }
    }

    fn has_next(&self) -> bool {
        !self.incidents.is_empty()
    }

    fn next_at(&self) -> Instant {
        self.incidents.first().map_or(self.start, |(at, _)| *at)
    }

    fn play_next(&mut self) -> Result<(), Failed> {
        let sim = &self.stage.sim;
        let done = match self.incidents.remove(0).1 {
            Incident::Dies => {
                sim.set_fault(Fault::Silent);
                Ok(())
            }
            Incident::Ends => {
                self.ended = Some(Instant::now());
                self.alert.map_or(Ok(()), |alert| sim.end_alert(alert))
            }
            Incident::Publishes => {
                self.published = Some(Instant::now());
                sim.publish_alerts(vec![self.plan.alert()]).map(|ids| {
                    self.alert = ids.first().copied();
                })
            }
        };
        done.map_err(|problem| bug(&problem, self.language))
    }

    fn observe(&mut self) {
        if self.plan.has_directory {
            self.progress.observe(&self.stage.alerts.status(), self.published);
        }
    }

    fn day(self, outcomes: Vec<CallOutcome>) -> Day {
        let start = self.start;
        let since = |at: Instant| at.saturating_duration_since(start);
        Day {
            outcomes,
            // Unless it is late, no call is before it.
            published: self
                .published
                .map(|at| self.plan.late.map_or(Duration::ZERO, |_| since(at))),
            ended: self.ended.map(since),
            progress: self.progress,
        }
    }
}

fn call(
    stage: &Stage,
    index: usize,
    due: Instant,
    wait: Duration,
) -> impl Future<Output = CallOutcome> + use<> {
    let recorder = Arc::clone(&stage.recorder);
    let alerts = Arc::clone(&stage.alerts);
    let (address, caller) = (stage.address, stage.callers[index].clone());
    async move {
        let mut outcome = caller.call(address, due, wait).await;
        let Some(phone) = caller.phone() else { return outcome };
        if let Received::Unavailable(reason) = &mut outcome.received {
            *reason = Some(recorder.reason(&phone));
        }
        let board = alerts.board();
        let standing = board.standing(&board.rows(&phone), |_| true);
        outcome.is_placed = standing != Standing::CannotSay;
        outcome
    }
}

/// The outcome of a finished call; one that panicked was not answered.
fn outcome(ended: Result<CallOutcome, JoinError>) -> CallOutcome {
    ended.unwrap_or(CallOutcome {
        is_affected: true,
        due: Duration::ZERO,
        took: Duration::MAX,
        received: Received::Nothing,
        is_placed: false,
    })
}

fn words(
    start: Instant,
    plan: &RehearsalPlan,
    outcomes: &[CallOutcome],
    callers: usize,
    language: Language,
) -> String {
    let now = Instant::now();
    if now < start {
        let left = (start - now).as_secs();
        return texts::PROGRESS_LEAD.filled(language, &[("left", &left)]);
    }
    let found = outcomes.iter().filter(|one| matches!(one.received, Received::Found { .. }));
    let parts: [(&str, &dyn Display); 5] = [
        ("now", &format!("{:>3}", (now - start).as_secs())),
        ("over", &plan.over.as_secs()),
        ("answered", &outcomes.len()),
        ("callers", &callers),
        ("recognised", &found.count()),
    ];
    texts::PROGRESS.filled(language, &parts)
}
