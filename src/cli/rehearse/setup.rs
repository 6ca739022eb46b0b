//! The simulated HubSoft with its customers, bina in front of it, and what bina has read beforehand.

use std::fmt::Display;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::app::config::Config;
use crate::app::{App, Listeners, Service, Serving};
use crate::cli::stage::{self, StageListeners};
use crate::cli::{Failed, client};
use crate::runtime::language::Language;
use crate::simulator::{PopulationUpdate, Sim, SimAlert, SimLatency, SimRateLimit};
use crate::sources::alerts::Alerts;
use crate::sources::directory::Directory;
use crate::sources::hubsoft::{HubSoft, PhoneMatch};
use crate::sources::limiter;

use super::arrivals;
use super::caller::{self, DayCaller, Received};
use super::judged::is_judged;
use super::plan::RehearsalPlan;
use super::progress::ProgressLine;
use super::texts;
use super::watch::RecordingSource;

/// bina sends requests evenly, without a burst.
pub(super) const BURST: u32 = 1;
/// Concurrent calls that fill the cache before the rehearsal starts.
const FILLING_MAX: usize = 10;
/// Maximum time to fill the directory.
const FILLING_TIME_MAX: Duration = Duration::from_secs(10 * 60);
/// Maximum time to judge an earlier alert.
const JUDGING_TIME_MAX: Duration = Duration::from_secs(30);
const CHECK_EVERY: Duration = Duration::from_millis(50);
/// How much HubSoft's response times vary: one in six takes 1.6 times the median, one in 44 2.7 times.
const SIGMA: f64 = 0.5;

/// The simulated HubSoft, bina in front of it, and who will call.
pub(super) struct Stage {
    pub(super) sim: Sim,
    pub(super) address: SocketAddr,
    pub(super) recorder: Arc<RecordingSource>,
    pub(super) callers: Vec<DayCaller>,
    pub(super) alerts: Arc<Alerts>,
    /// The client with the service's limits.
    hubsoft: Arc<HubSoft>,
    directory: Option<Arc<Directory>>,
    /// Keeps the listeners open.
    _serving: Serving,
}

impl Stage {
    /// Everything as it is before the outage.
    pub(super) async fn prepare(plan: &RehearsalPlan, language: Language) -> Result<Self, Failed> {
        let stage = Self::build(plan, language).await?;
        stage.fill_directory(language).await?;
        for nth in 0..plan.earlier {
            stage.judge_earlier(plan.earlier_alert(nth), language).await?;
        }
        stage.fill_cache(plan, language).await?;
        let median_ms = plan.median.as_secs_f64() * 1_000.0;
        stage.sim.set_latency(Some(SimLatency { median_ms, sigma: SIGMA, seed: plan.seed }));
        // Up to twice the rate in one second is only noticed; more is refused.
        let rate = f64::from(plan.rate);
        stage.sim.set_rate_limit(Some(SimRateLimit { per_second: rate, burst: rate.max(2.0) }));
        Ok(stage)
    }

    async fn build(plan: &RehearsalPlan, language: Language) -> Result<Self, Failed> {
        let sim = Sim::start_generated(plan.population()).await.map_err(|error| {
            let text = texts::FAILED_SIMULATOR.filled(language, &[("error", &error)]);
            Failed::Runtime(anyhow!(text))
        })?;
        sim.update_population(&PopulationUpdate::Shares(plan.shares()));
        let callers = callers(&sim, plan, language)?;
        let config = config(&sim, plan)?;
        let hubsoft = Arc::new(client(&config)?);
        // The list of customers is read at night, when nothing else needs the rate.
        let unlimited = Arc::new(unlimited(&config)?);
        let recorder =
            Arc::new(RecordingSource::new(Arc::clone(&hubsoft), config.lookup.requests_max));
        let listeners = Listeners::open(&config)?;
        let address = listeners.http_address()?;
        let lists = (unlimited as Arc<_>, Arc::clone(&hubsoft) as Arc<_>);
        let app = App::with_lists(Arc::clone(&recorder) as Arc<_>, lists, &config)?;
        let (directory, alerts) = (app.directory().cloned(), Arc::clone(app.alerts()));
        let _serving = Service::new(app).serve(listeners)?;
        Ok(Self { sim, address, recorder, callers, alerts, hubsoft, directory, _serving })
    }

    /// Has the directory read the list of customers, as a service does at night.
    async fn fill_directory(&self, language: Language) -> Result<(), Failed> {
        let Some(directory) = &self.directory else { return Ok(()) };
        let mut progress = ProgressLine::new();
        let start = Instant::now();
        loop {
            let status = directory.status();
            if status.generation.as_ref().is_some_and(|content| content.is_whole) {
                return Ok(());
            }
            if start.elapsed() > FILLING_TIME_MAX {
                let state = status.last_walk;
                let state = state.as_deref().unwrap_or_else(|| texts::FAILED_NO_WALK.of(language));
                let text = texts::FAILED_DIRECTORY.filled(language, &[("state", &state)]);
                return Err(Failed::Runtime(anyhow!(text)));
            }
            progress.show(|| {
                let walk = status.walk.unwrap_or_default();
                let total = walk.rows_total.unwrap_or_default();
                let parts: [(&str, &dyn Display); 2] =
                    [("done", &walk.rows_done), ("total", &total)];
                texts::FILLING_DIRECTORY.filled(language, &parts)
            });
            sleep(CHECK_EVERY).await;
        }
    }

    /// Has an alert judged that ends before the outage begins.
    async fn judge_earlier(&self, alert: SimAlert, language: Language) -> Result<(), Failed> {
        let bug = |problem: String| bug(&problem, language);
        let published = self.sim.publish_alerts(vec![alert]).map_err(bug)?;
        let mut progress = ProgressLine::new();
        let start = Instant::now();
        let mut has_ended = false;
        loop {
            let active = self.alerts.status().alerts;
            if has_ended && active.is_empty() {
                return Ok(());
            }
            let is_over = start.elapsed() > JUDGING_TIME_MAX;
            if !has_ended && (is_over || active.first().is_some_and(|one| is_judged(&one.strata))) {
                published.iter().try_for_each(|id| self.sim.end_alert(*id)).map_err(bug)?;
                has_ended = true;
            }
            progress.show(|| texts::FILLING_EARLIER.of(language).to_owned());
            sleep(CHECK_EVERY).await;
        }
    }

    /// Fills the cache with lookups that bypass the limiter.
    async fn fill_cache(&self, plan: &RehearsalPlan, language: Language) -> Result<(), Failed> {
        let config = config(&self.sim, plan)?;
        self.recorder.forward_to(Arc::new(unlimited(&config)?));
        let cached = self.callers.iter().enumerate().filter(|(index, _)| plan.is_cached(*index));
        let mut callers = cached.map(|(_, caller)| caller.clone());
        let mut progress = ProgressLine::new();
        let mut calls = JoinSet::new();
        let mut filled = 0;
        loop {
            while calls.len() < FILLING_MAX
                && let Some(caller) = callers.next()
            {
                let address = self.address;
                let call =
                    async move { caller.call(address, Instant::now(), caller::EXTRA_WAIT).await };
                calls.spawn(call);
            }
            let Some(outcome) = calls.join_next().await else { break };
            if !outcome.is_ok_and(|outcome| matches!(outcome.received, Received::Found { .. })) {
                return Err(Failed::Runtime(anyhow!(texts::FAILED_CACHE.of(language))));
            }
            filled += 1;
            progress.show(|| texts::FILLING_CACHE.filled(language, &[("filled", &filled)]));
        }
        self.recorder.forward_to(Arc::clone(&self.hubsoft));
        // A running service has its token before an outage starts.
        self.hubsoft.warm().await.map_err(|failure| Failed::Runtime(failure.into()))
    }
}

/// Who calls when.
fn callers(sim: &Sim, plan: &RehearsalPlan, language: Language) -> Result<Vec<DayCaller>, Failed> {
    let published = sim.publish_alerts(vec![plan.alert()]);
    let alerts = published.map_err(|problem| bug(&problem, language))?;
    let id = alerts.first().copied().unwrap_or_default();
    let mut affected = sim.affected_callers(id, plan.affected as usize, plan.seed).into_iter();
    let others = sim.unaffected_callers(&alerts, plan.unaffected as usize, plan.seed);
    sim.clear_alerts();
    for (text, wanted, found) in [
        (texts::FAILED_CALLERS_AFFECTED, plan.affected, affected.len()),
        (texts::FAILED_CALLERS_OTHERS, plan.unaffected, others.len()),
    ] {
        if found < wanted as usize {
            let text = text.filled(language, &[("found", &found), ("wanted", &wanted)]);
            return Err(Failed::Configuration(anyhow!(text)));
        }
    }
    let mut others = others.into_iter();
    let due = arrivals::due_times(plan.callers(), plan.over, plan.seed);
    let kinds = arrivals::mixed(plan.callers(), plan.affected as usize, plan.seed);
    let called = due.into_iter().zip(kinds).filter_map(|(due, is_affected)| {
        let caller = if is_affected { affected.next() } else { others.next() };
        caller.map(|caller| DayCaller::new(&caller, is_affected, due))
    });
    let mut callers: Vec<_> = called.collect();
    // The first call begins the outage.
    let first = callers.first().map_or(Duration::ZERO, |caller| caller.due);
    callers.iter_mut().for_each(|caller| caller.due -= first);
    Ok(callers)
}

/// The scopes of the rehearsal name what the population has.
pub(super) fn bug(problem: &str, language: Language) -> Failed {
    Failed::Runtime(anyhow!(texts::BUG.filled(language, &[("problem", &problem)])))
}

/// A client that no limit holds up.
fn unlimited(config: &Config) -> Result<HubSoft, Failed> {
    let limiter = limiter::Settings { rate: 1e6, burst: u32::MAX };
    // One search suffices, because no caller is registered twice.
    let phone_match = PhoneMatch::Suffix;
    let hubsoft = config.hubsoft.clone();
    let settings = crate::sources::hubsoft::Settings { limiter, phone_match, ..hubsoft };
    HubSoft::new(settings).map_err(|error| Failed::Runtime(error.into()))
}

/// The default settings, except for those of the rehearsal.
fn config(sim: &Sim, plan: &RehearsalPlan) -> Result<Config, Failed> {
    let settings = format!(
        r#"
        [limiter]
        rate = {rate}
        burst = {BURST}
        [lookup]
        deadline_ms = {deadline_ms}
        [prompts]
        rompimento = "{recording}"
        [[rule]]
        name = "rompimento"
        text = "rompimento"
        play = "rompimento"
        [directory]
        enabled = {has_directory}
        duty_percent = 100
        page_rows = 500
        [alerts]
        enabled = {has_directory}
        poll_s = {poll_s}
        "#,
        rate = plan.rate,
        deadline_ms = plan.deadline.as_millis(),
        recording = caller::OWN_PROMPT,
        has_directory = plan.has_directory,
        poll_s = plan.poll_s,
    );
    let http = (Ipv4Addr::LOCALHOST, 0).into();
    stage::config(sim, &StageListeners { http, metrics: "off", console: "off" }, &settings)
}
