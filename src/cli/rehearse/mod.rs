//! `bina rehearse`: simulates a mass outage against a simulated HubSoft and reports the results.
//!
//! Callers, bina and HubSoft run in one process, but they use real connections: one for each call,
//! as with Asterisk. Calls start on schedule even when earlier ones are not answered, and an answer's
//! time counts from its call's due time. So a slow service cannot hide its delays by slowing down its
//! callers (coordinated omission).

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
use tokio::time::{Instant, interval, sleep, sleep_until};

use crate::app::config::Config;
use crate::app::{App, Listeners, Service, Serving};
use crate::simulator::{Fault, Sim};
use crate::sources::directory::Directory;
use crate::sources::hubsoft::{HubSoft, PhoneMatch};
use crate::sources::limiter;

use self::caller::{CallOutcome, Caller, Received};
use self::report::{MemoryUsage, RehearsalReport, UpstreamLoad};
use self::watch::RecordingSource;
use super::{Failed, client, print_line, stage};

pub(super) use self::span::{callers, deadline, over, rate, share, upstream};

/// The hardest case: HubSoft enforces its limit in every second, without a burst.
const BURST: u32 = 1;
/// Concurrent calls that fill the cache before the rehearsal starts.
const FILLING_MAX: usize = 10;
/// Maximum time to fill the directory.
const FILLING_TIME_MAX: Duration = Duration::from_secs(10 * 60);
/// Interval of progress lines on a terminal; in a log, every tenth is written.
const PROGRESS: Duration = Duration::from_secs(1);
const PROGRESS_LOGGED: u64 = 10;

/// The parameters of a rehearsal.
#[derive(Clone, Debug)]
pub(super) struct RehearsalPlan {
    /// Number of different customers, one call each.
    pub(super) callers: u32,
    /// Time span over which the calls are spread evenly.
    pub(super) over: Duration,
    /// HubSoft's response time.
    pub(super) upstream: Duration,
    /// Limit of requests to HubSoft per second.
    pub(super) rate: u32,
    /// Share of the callers that are cached beforehand, 0 to 1.
    pub(super) cached: f64,
    pub(super) deadline: Duration,
    /// Whether the directory is filled beforehand.
    pub(super) directory: bool,
    /// Whether HubSoft stops answering before the first call.
    pub(super) upstream_dead: bool,
}

impl RehearsalPlan {
    /// Number of callers that are cached beforehand.
    fn cached_callers(&self) -> u32 {
        (f64::from(self.callers) * self.cached).round() as u32
    }

    /// Whether caller `index` is cached beforehand; the cached ones are spread evenly.
    fn is_cached(&self, index: u32) -> bool {
        let cached = u64::from(self.cached_callers());
        let callers = u64::from(self.callers);
        let before = |calls: u64| calls * cached / callers;
        before(u64::from(index) + 1) > before(u64::from(index))
    }

    /// HubSoft's behaviour, as a sentence.
    fn upstream(&self) -> String {
        if self.upstream_dead {
            return "HubSoft is dead: it accepts connections and never answers.".to_owned();
        }
        let Self { upstream, rate, .. } = self;
        format!("HubSoft responds in {upstream:?} and permits {rate} requests a second.")
    }

    /// Due time of the call of caller `index`, from the start.
    fn due(&self, index: u32) -> Duration {
        self.over.mul_f64(f64::from(index) / f64::from(self.callers))
    }
}

/// Runs `plan` and prints the report; fails when a call was not answered in time.
pub(super) async fn run(plan: RehearsalPlan) -> Result<(), Failed> {
    let stage = Stage::build(&plan).await?;
    stage.fill_directory(&plan).await?;
    stage.fill_cache(&plan).await?;
    // Requests that filled the cache are not part of the rehearsal.
    let requests_before = stage.sim.requests().len();
    stage.sim.set_fault(if plan.upstream_dead {
        Fault::Silent
    } else {
        Fault::Slow { first_byte: plan.upstream }
    });
    let memory_before = memory::resident();
    let outcomes = stage.place_calls(&plan).await?;
    let memory =
        MemoryUsage { before: memory_before, after: memory::resident(), peak: memory::peak() };
    let requests = stage.sim.requests();
    let load = UpstreamLoad::count(&requests[requests_before..], plan.rate + BURST);
    let report = RehearsalReport { plan: &plan, outcomes: &outcomes, load, memory };
    print_line(report.text());
    report.verdict().map(print_line).map_err(|broken| Failed::Runtime(anyhow!(broken)))
}

/// The simulated HubSoft, and bina in front of it.
struct Stage {
    sim: Sim,
    address: SocketAddr,
    recorder: Arc<RecordingSource>,
    /// The client with the service's limits.
    hubsoft: Arc<HubSoft>,
    directory: Option<Arc<Directory>>,
    /// Keeps the listeners open.
    _serving: Serving,
}

impl Stage {
    async fn build(plan: &RehearsalPlan) -> Result<Self, Failed> {
        let customers = (0..plan.callers).map(|index| Caller::new(index).customer()).collect();
        let sim = Sim::start(customers).await.map_err(|error| {
            Failed::Runtime(anyhow!("cannot start the simulated HubSoft: {error}"))
        })?;
        let config = config(&sim, plan)?;
        let hubsoft = Arc::new(client(&config)?);
        let recorder =
            Arc::new(RecordingSource::new(Arc::clone(&hubsoft), config.lookup.requests_max));
        let listeners = Listeners::open(&config)?;
        let address = listeners.http_address()?;
        let source = Arc::clone(&recorder) as Arc<_>;
        let app = App::with_lists(source, &hubsoft, &config)?;
        let directory = app.directory().cloned();
        let serving = Service::new(app).serve(listeners)?;
        Ok(Self { sim, address, recorder, hubsoft, directory, _serving: serving })
    }

    /// Has the directory read the list of customers, as a service does at night.
    async fn fill_directory(&self, plan: &RehearsalPlan) -> Result<(), Failed> {
        let Some(directory) = &self.directory else { return Ok(()) };
        let start = Instant::now();
        loop {
            let status = directory.status();
            let customers = status.generation.as_ref().map_or(0, |content| content.customers);
            if customers >= u64::from(plan.callers) {
                return Ok(());
            }
            if start.elapsed() > FILLING_TIME_MAX {
                let state = status.last_walk.unwrap_or_else(|| "no walk has ended".to_owned());
                return Err(Failed::Runtime(anyhow!("the directory could not be filled: {state}")));
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// Fills the cache with lookups that bypass the limiter.
    async fn fill_cache(&self, plan: &RehearsalPlan) -> Result<(), Failed> {
        let config = config(&self.sim, plan)?;
        let limiter = limiter::Settings { rate: 1e6, burst: u32::MAX };
        // One search suffices, because no caller is registered twice.
        let phone_match = PhoneMatch::Suffix;
        let settings = crate::sources::hubsoft::Settings { limiter, phone_match, ..config.hubsoft };
        let unlimited = HubSoft::new(settings).map_err(|error| Failed::Runtime(error.into()))?;
        self.recorder.forward_to(Arc::new(unlimited));
        let mut callers = (0..plan.callers).filter(|index| plan.is_cached(*index));
        let mut calls = JoinSet::new();
        loop {
            while calls.len() < FILLING_MAX
                && let Some(index) = callers.next()
            {
                let call =
                    Caller::new(index).call(self.address, Instant::now(), caller::EXTRA_WAIT);
                calls.spawn(call);
            }
            let Some(filled) = calls.join_next().await else { break };
            if !filled
                .is_ok_and(|outcome| matches!(outcome.received, Received::Personalised { .. }))
            {
                return Err(Failed::Runtime(anyhow!(
                    "the cache could not be filled before the rehearsal"
                )));
            }
        }
        self.recorder.forward_to(Arc::clone(&self.hubsoft));
        // A running service has its token before an outage starts.
        self.hubsoft.warm().await.map_err(|failure| Failed::Runtime(failure.into()))
    }

    /// Places each call at its due time, and waits for the last answer. Ctrl-C stops further calls.
    async fn place_calls(&self, plan: &RehearsalPlan) -> Result<Vec<CallOutcome>, Failed> {
        let mut progress = ProgressLine::new(plan, self.sim.lookups());
        let start = Instant::now();
        let mut made = 0;
        let mut planned = plan.callers;
        let mut calls = JoinSet::new();
        let mut outcomes = Vec::with_capacity(plan.callers as usize);
        let interrupt = signal(SignalKind::interrupt());
        let mut interrupt = interrupt.map_err(|error| Failed::Runtime(error.into()))?;
        let mut ticks = interval(PROGRESS);
        while made < planned || !calls.is_empty() {
            let due = start + plan.due(made);
            tokio::select! {
                () = sleep_until(due), if made < planned => {
                    calls.spawn(self.call(made, due, plan.deadline + caller::EXTRA_WAIT));
                    made += 1;
                }
                Some(ended) = calls.join_next() => outcomes.push(outcome(ended)),
                _ = ticks.tick() => progress.report(start.elapsed(), &outcomes, self.sim.lookups()),
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
        wait: Duration,
    ) -> impl Future<Output = CallOutcome> + use<> {
        let recorder = Arc::clone(&self.recorder);
        let address = self.address;
        async move {
            let caller = Caller::new(index);
            let mut outcome = caller.call(address, due, wait).await;
            if let (Received::Unavailable(reason), Some(phone)) =
                (&mut outcome.received, caller.phone())
            {
                *reason = Some(recorder.reason(&phone));
            }
            outcome
        }
    }
}

/// The outcome of a finished call; one that panicked was not answered.
fn outcome(ended: Result<CallOutcome, JoinError>) -> CallOutcome {
    ended.unwrap_or(CallOutcome { took: Duration::MAX, received: Received::Nothing })
}

/// The default settings, except for those of the rehearsal.
fn config(sim: &Sim, plan: &RehearsalPlan) -> Result<Config, Failed> {
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
        [directory]
        enabled = {}
        duty_percent = 100
        "#,
        plan.rate,
        plan.deadline.as_millis(),
        plan.directory,
    );
    stage::config(sim, (Ipv4Addr::LOCALHOST, 0).into(), &settings)
}

/// A progress line on standard error, rewritten each second on a terminal.
struct ProgressLine<'p> {
    plan: &'p RehearsalPlan,
    is_terminal: bool,
    ticks: u64,
    /// Lookups that filled the cache.
    filled: usize,
}

impl<'p> ProgressLine<'p> {
    fn new(plan: &'p RehearsalPlan, filled: usize) -> Self {
        Self { plan, is_terminal: stderr().is_terminal(), ticks: 0, filled }
    }

    fn report(&mut self, elapsed: Duration, outcomes: &[CallOutcome], lookups: usize) {
        let due = self.is_terminal || self.ticks.is_multiple_of(PROGRESS_LOGGED);
        self.ticks += 1;
        if !due {
            return;
        }
        let personalised = outcomes.iter().filter(|outcome| outcome.is_personalised()).count();
        let line = format!(
            "{:>3} of {} s   answered {} of {}   personalised {personalised}   HubSoft requests {}",
            elapsed.as_secs(),
            self.plan.over.as_secs(),
            outcomes.len(),
            self.plan.callers,
            lookups - self.filled,
        );
        // Return to the start of the line and clear it.
        let line = if self.is_terminal { format!("\r\x1b[K{line}") } else { format!("{line}\n") };
        let _ = stderr().write_all(line.as_bytes());
    }

    fn end(&self) {
        if self.is_terminal {
            let _ = stderr().write_all(b"\r\x1b[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(callers: u32, cached: f64) -> RehearsalPlan {
        let second = Duration::from_secs(1);
        let upstream = second / 5;
        RehearsalPlan {
            callers,
            over: 60 * second,
            upstream,
            rate: 10,
            cached,
            deadline: second,
            directory: false,
            upstream_dead: false,
        }
    }

    #[test]
    fn the_cached_callers_have_the_requested_share_and_are_spread_evenly() {
        for (callers, cached, expected) in
            [(2_000, 0.0, 0), (2_000, 0.9, 1_800), (7, 0.5, 4), (3, 1.0, 3)]
        {
            let plan = plan(callers, cached);
            let count = |range: std::ops::Range<u32>| range.filter(|i| plan.is_cached(*i)).count();
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
