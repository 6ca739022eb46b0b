//! `bina rehearse`: plays a mass outage against the small HubSoft and says how it went.
//!
//! Callers, bina and HubSoft are one process, but between them are real connections: one for
//! each call, as Asterisk makes them. The calls come on schedule whatever becomes of those
//! before, and an answer's time counts from when its call was due. So a service that stumbles
//! cannot hide it by slowing its callers down.

mod caller;
mod memory;
mod report;
mod span;
mod watch;

use std::io::{IsTerminal, Write, stderr};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, interval, sleep_until};

use crate::app::config::Config;
use crate::app::{App, Listeners, Service, Serving};
use crate::simulator::{Fault, Sim};
use crate::sources::hubsoft::{HubSoft, PhoneMatch};
use crate::sources::limiter;

use self::caller::{Caller, Outcome, Told};
use self::report::{Asked, Memory, Report};
use self::watch::Watched;
use super::{Failed, client, say, stage};

pub(super) use self::span::{callers, deadline, over, rate, share, upstream};

/// The hardest case: HubSoft counts every second, and forgives nothing.
const BURST: u32 = 1;
/// Calls made at once to fill the memory before the clock starts.
const FILLING_MAX: usize = 10;
/// How often progress is told to a terminal, and to a log.
const PROGRESS: Duration = Duration::from_secs(1);
const PROGRESS_LOGGED: u64 = 10;

/// What is played.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// How many different customers call, one call each.
    pub(super) callers: u32,
    /// Over which time, evenly.
    pub(super) over: Duration,
    /// How long HubSoft takes for an answer.
    pub(super) upstream: Duration,
    /// How many requests a second it may be asked.
    pub(super) rate: u32,
    /// The share of callers already in the memory, 0 to 1.
    pub(super) known: f64,
    pub(super) deadline: Duration,
}

impl Plan {
    /// How many callers are already in the memory.
    fn remembered(&self) -> u32 {
        (f64::from(self.callers) * self.known).round() as u32
    }

    /// Tells whether caller `index` is in the memory: they are spread evenly.
    fn remembers(&self, index: u32) -> bool {
        let (known, callers) = (u64::from(self.remembered()), u64::from(self.callers));
        let before = |calls: u64| calls * known / callers;
        before(u64::from(index) + 1) > before(u64::from(index))
    }

    /// When the call of caller `index` is due, from the start.
    fn due(&self, index: u32) -> Duration {
        self.over.mul_f64(f64::from(index) / f64::from(self.callers))
    }
}

/// Rehearses `plan` and prints how it went; fails when a call was not answered in time.
pub(super) async fn run(plan: Plan) -> Result<(), Failed> {
    let stage = Stage::set(&plan).await?;
    stage.fill(&plan).await?;
    // What the filling asked is no part of the rehearsal.
    let asked_before = stage.sim.requests().len();
    stage.sim.set_fault(Fault::Slow { first_byte: plan.upstream });
    let memory_before = memory::resident();
    let outcomes = stage.play(&plan).await?;
    let memory = Memory { before: memory_before, after: memory::resident(), peak: memory::peak() };
    let requests = stage.sim.requests();
    let asked = Asked::count(&requests[asked_before..], plan.rate + BURST);
    let report = Report { plan: &plan, outcomes: &outcomes, asked, memory };
    say(report.text());
    report.verdict().map(say).map_err(|broken| Failed::Runtime(anyhow!(broken)))
}

/// The small HubSoft and bina in front of it, ready to be called.
struct Stage {
    sim: Sim,
    address: SocketAddr,
    watched: Arc<Watched>,
    /// The client as the service would have it, with its limits.
    hubsoft: Arc<HubSoft>,
    /// Calls are answered for as long as it is held.
    _serving: Serving,
}

impl Stage {
    async fn set(plan: &Plan) -> Result<Self, Failed> {
        let customers = (0..plan.callers).map(|index| Caller::new(index).customer()).collect();
        let sim = Sim::start(customers)
            .await
            .map_err(|error| Failed::Runtime(anyhow!("cannot start the small HubSoft: {error}")))?;
        let config = config(&sim, plan)?;
        let hubsoft = Arc::new(client(&config)?);
        let watched = Arc::new(Watched::new(Arc::clone(&hubsoft), config.lookup.requests_max));
        let listeners = Listeners::open(&config)?;
        let address = listeners.http_address()?;
        let app = App::in_front_of(Arc::clone(&watched) as Arc<_>, &config);
        let serving = Service::new(app).serve(listeners)?;
        Ok(Self { sim, address, watched, hubsoft, _serving: serving })
    }

    /// Puts the known callers into the memory by asking for them, past the limiter.
    async fn fill(&self, plan: &Plan) -> Result<(), Failed> {
        let config = config(&self.sim, plan)?;
        let limiter = limiter::Settings { rate: 1e6, burst: u32::MAX };
        // One search is enough: none of the callers is registered twice.
        let phone_match = PhoneMatch::Suffix;
        let settings = crate::sources::hubsoft::Settings { limiter, phone_match, ..config.hubsoft };
        let unlimited = HubSoft::new(settings).map_err(|error| Failed::Runtime(error.into()))?;
        self.watched.ask(Arc::new(unlimited));
        let mut known = (0..plan.callers).filter(|index| plan.remembers(*index));
        let mut calls = JoinSet::new();
        loop {
            while calls.len() < FILLING_MAX
                && let Some(index) = known.next()
            {
                let call = Caller::new(index).call(self.address, Instant::now(), caller::PATIENCE);
                calls.spawn(call);
            }
            let Some(filled) = calls.join_next().await else { break };
            if !filled.is_ok_and(|outcome| matches!(outcome.told, Told::Personalised { .. })) {
                return Err(Failed::Runtime(anyhow!("the memory could not be filled beforehand")));
            }
        }
        self.watched.ask(Arc::clone(&self.hubsoft));
        // A service has its token before the day gets bad.
        self.hubsoft.warm().await.map_err(|failure| Failed::Runtime(failure.into()))
    }

    /// Makes the calls, each when it is due, and waits for the last answer; Ctrl-C ends the
    /// calls early.
    async fn play(&self, plan: &Plan) -> Result<Vec<Outcome>, Failed> {
        let mut progress = Progress::new(plan, self.sim.lookups());
        let start = Instant::now();
        let (mut made, mut planned) = (0, plan.callers);
        let mut calls = JoinSet::new();
        let mut outcomes = Vec::with_capacity(plan.callers as usize);
        let interrupt = signal(SignalKind::interrupt());
        let mut interrupt = interrupt.map_err(|error| Failed::Runtime(error.into()))?;
        let mut ticks = interval(PROGRESS);
        while made < planned || !calls.is_empty() {
            let due = start + plan.due(made);
            tokio::select! {
                () = sleep_until(due), if made < planned => {
                    calls.spawn(self.call(made, due, plan.deadline + caller::PATIENCE));
                    made += 1;
                }
                Some(ended) = calls.join_next() => outcomes.push(told(ended)),
                _ = ticks.tick() => progress.tell(start.elapsed(), &outcomes, self.sim.lookups()),
                _ = interrupt.recv(), if planned > made => planned = made,
            }
        }
        progress.end();
        Ok(outcomes)
    }

    fn call(
        &self,
        index: u32,
        due: Instant,
        patience: Duration,
    ) -> impl Future<Output = Outcome> + use<> {
        let (watched, address) = (Arc::clone(&self.watched), self.address);
        async move {
            let caller = Caller::new(index);
            let mut outcome = caller.call(address, due, patience).await;
            if let (Told::Unavailable(reason), Some(phone)) = (&mut outcome.told, caller.phone()) {
                *reason = Some(watched.reason(&phone));
            }
            outcome
        }
    }
}

/// A call that panicked was not answered.
fn told(ended: Result<Outcome, JoinError>) -> Outcome {
    ended.unwrap_or(Outcome { took: Duration::MAX, told: Told::Nothing })
}

/// The product's own settings, but for what is rehearsed.
fn config(sim: &Sim, plan: &Plan) -> Result<Config, Failed> {
    let settings = format!(
        r#"
        [limiter]
        rate = {}
        burst = {BURST}
        [lookup]
        deadline_ms = {}
        [prompts]
        rompimento = "rompimento-fibra"
        [[rule]]
        name = "rompimento"
        text = "rompimento"
        play = "rompimento"
        "#,
        plan.rate,
        plan.deadline.as_millis(),
    );
    stage::config(sim, (Ipv4Addr::LOCALHOST, 0).into(), &settings)
}

/// One line on standard error, rewritten each second; where nobody watches, a line now and then.
struct Progress<'p> {
    plan: &'p Plan,
    watched: bool,
    ticks: u64,
    /// Lookups that filled the memory.
    filled: usize,
}

impl<'p> Progress<'p> {
    fn new(plan: &'p Plan, filled: usize) -> Self {
        Self { plan, watched: stderr().is_terminal(), ticks: 0, filled }
    }

    fn tell(&mut self, elapsed: Duration, outcomes: &[Outcome], lookups: usize) {
        let due = self.watched || self.ticks.is_multiple_of(PROGRESS_LOGGED);
        self.ticks += 1;
        if !due {
            return;
        }
        let personalised = outcomes.iter().filter(|outcome| outcome.is_personalised()).count();
        let line = format!(
            "{:>3} of {} s   answered {} of {}   personalised {personalised}   asked of HubSoft {}",
            elapsed.as_secs(),
            self.plan.over.as_secs(),
            outcomes.len(),
            self.plan.callers,
            lookups - self.filled,
        );
        // Back to the start of the line, and empty it.
        let line = if self.watched { format!("\r\x1b[K{line}") } else { format!("{line}\n") };
        let _ = stderr().write_all(line.as_bytes());
    }

    fn end(&self) {
        if self.watched {
            let _ = stderr().write_all(b"\r\x1b[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(callers: u32, known: f64) -> Plan {
        let second = Duration::from_secs(1);
        let upstream = second / 5;
        Plan { callers, over: 60 * second, upstream, rate: 10, known, deadline: second }
    }

    #[test]
    fn the_known_callers_are_as_many_as_asked_for_and_spread_over_the_time() {
        for (callers, known, expected) in
            [(2_000, 0.0, 0), (2_000, 0.9, 1_800), (7, 0.5, 4), (3, 1.0, 3)]
        {
            let plan = plan(callers, known);
            let count = |range: std::ops::Range<u32>| range.filter(|i| plan.remembers(*i)).count();
            assert_eq!(count(0..callers), expected);
            assert!(count(0..callers / 2).abs_diff(expected / 2) <= 1);
        }
    }

    #[test]
    fn the_calls_are_spread_evenly() {
        let plan = plan(2_000, 0.0);
        assert_eq!(plan.due(0), Duration::ZERO);
        assert_eq!(plan.due(1_000), Duration::from_secs(30));
        assert!(plan.due(1_999) < plan.over);
    }
}
