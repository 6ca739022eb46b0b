//! Everything that answers calls, put together from a configuration that may be read again.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::anyhow;
use parking_lot::Mutex;
use tracing::warn;

use crate::answering::responder::Responder;
use crate::app::config::Config;
use crate::runtime::access::{Networks, Rates};
use crate::runtime::current::Current;
use crate::runtime::metrics;
use crate::runtime::secret::Secret;
use crate::servers::endpoints::{Endpoints, Http, Readiness};
use crate::servers::http::Guard;
use crate::servers::recordings::Recordings;

use super::source::Upstream;
use super::{Failed, logging};

/// What answers, and how it is told to answer otherwise. Calls that are under way end as they
/// began; what is remembered survives.
pub(super) struct Service {
    pub(super) http: Arc<Current<Http>>,
    pub(super) responder: Arc<Current<Responder>>,
    /// Whose connections are accepted.
    pub(super) networks: Arc<Current<Networks>>,
    in_force: Mutex<InForce>,
}

/// What a reload reads, so that nothing is waited for once it comes into force.
pub(super) struct Files {
    config: Config,
    recordings: Recordings,
}

impl Files {
    /// Reads the configuration at `path` and what it names.
    pub(super) fn read(path: &Path) -> Result<Self, Failed> {
        let config = Config::load(path)?;
        let recordings = recordings(&config);
        Ok(Self { config, recordings })
    }
}

/// What was put together last.
struct InForce {
    config: Config,
    upstream: Upstream,
    /// Where the open listeners are, by name.
    open: Vec<(&'static str, SocketAddr)>,
}

impl Service {
    /// Puts everything together, with `upstream` at its end.
    pub(super) fn new(config: &Config, upstream: Upstream) -> Self {
        let lookup = upstream.lookup(config);
        let (rules, numbers) = (config.rules.clone(), config.numbers.clone());
        let responder = Arc::new(Responder::new(lookup, rules, numbers));
        let recordings = recordings(config);
        let readiness = upstream.readiness();
        let application = endpoints(config, recordings, Arc::clone(&responder), readiness);
        let http = Http { application, guard: guard(config, Arc::default()) };
        Self {
            http: Arc::new(Current::new(Arc::new(http))),
            responder: Arc::new(Current::new(responder)),
            networks: Arc::new(Current::new(Arc::new(config.access.networks.clone()))),
            in_force: Mutex::new(InForce { config: config.clone(), upstream, open: Vec::new() }),
        }
    }

    /// Sets where its listeners are; no configuration becomes active that leaves one of them
    /// without protection.
    pub(super) fn stand_at(&self, open: Vec<(&'static str, SocketAddr)>) {
        self.in_force.lock().open = open;
    }

    /// What the service shows to itself, as a header `Authorization`.
    pub(super) fn authorization(&self) -> Option<Secret> {
        self.in_force.lock().config.access.credentials.own().cloned()
    }

    /// Puts in force what was read. When that failed, everything stays as it is.
    pub(super) fn reload(&self, read: Result<Files, Failed>) -> Result<(), Failed> {
        let reloaded = read.and_then(|files| self.change(files.config, files.recordings));
        metrics::config_reloaded(reloaded.is_ok());
        reloaded
    }

    fn change(&self, new: Config, recordings: Recordings) -> Result<(), Failed> {
        let mut in_force = self.in_force.lock();
        protected(&new, &in_force.open)?;
        let old = self.responder.now();
        let (upstream, lookup) = in_force.upstream.renewed(&in_force.config, &new, old.lookup())?;
        for warning in new.warnings.iter().chain(&needs_restart(&in_force.config, &new)) {
            warn!("{warning}");
        }
        logging::adjust(&new.log);
        let (rules, numbers) = (new.rules.clone(), new.numbers.clone());
        let responder = Arc::new(old.renewed(lookup, rules, numbers));
        let readiness = upstream.readiness();
        let application = endpoints(&new, recordings, Arc::clone(&responder), readiness);
        let rates = Arc::clone(&self.http.now().guard.rates);
        self.networks.replace(Arc::new(new.access.networks.clone()));
        let http = Http { application, guard: guard(&new, rates) };
        self.http.replace(Arc::new(http));
        self.responder.replace(responder);
        (in_force.config, in_force.upstream) = (new, upstream);
        Ok(())
    }
}

/// Listeners stay open where they are: closing one would lose the calls that are about to come in. The
/// threads are there before anything else is.
fn needs_restart(old: &Config, new: &Config) -> Vec<String> {
    let changed = [
        ("listen.http", old.http != new.http),
        ("listen.agi", old.agi != new.agi),
        ("listen.metrics", old.metrics != new.metrics),
        ("listen.pbx", old.listener.pbx != new.listener.pbx),
        ("service.worker_threads", old.worker_threads != new.worker_threads),
    ];
    let changed = changed.into_iter().filter(|(_, changed)| *changed);
    changed.map(|(name, _)| format!("{name} has changed: it counts after a restart")).collect()
}

/// Refuses listeners that others can reach where they really are, and that nothing protects.
pub(super) fn protected(config: &Config, open: &[(&str, SocketAddr)]) -> Result<(), Failed> {
    let exposed = open.iter().filter_map(|(name, address)| config.exposed(name, *address));
    let exposed: Vec<_> = exposed.collect();
    if exposed.is_empty() {
        return Ok(());
    }
    Err(Failed::Configuration(anyhow!("{}", exposed.join("\n"))))
}

fn endpoints(
    config: &Config,
    recordings: Recordings,
    responder: Arc<Responder>,
    readiness: Readiness,
) -> Endpoints {
    Endpoints { responder, freeswitch: config.freeswitch.clone(), recordings, readiness }
}

fn guard(config: &Config, rates: Arc<Rates>) -> Guard {
    Guard {
        credentials: config.access.credentials.clone(),
        networks: config.access.networks.clone(),
        pbx: config.listener.pbx.clone(),
        rates,
        tls: config.tls.clone(),
    }
}

/// Reads the recordings that are to be served. One that cannot be is no reason not to answer calls.
fn recordings(config: &Config) -> Recordings {
    let Some(folder) = &config.prompts_folder else { return Recordings::default() };
    let sounds = config.sounds.values().map(String::as_str);
    let (recordings, problems) = Recordings::read(folder, sounds);
    for problem in problems {
        warn!("a recording is not served: {problem}");
    }
    recordings
}
