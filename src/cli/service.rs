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
use crate::servers::http::{Doors, Guard};
use crate::servers::recordings::Recordings;

use super::source::Upstream;
use super::{Failed, logging};

/// What answers, and how it is told to answer otherwise. Calls that are under way end as they
/// began; what is remembered survives.
pub(super) struct Service {
    pub(super) doors: Arc<Current<Doors>>,
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
    /// Where the doors are that stay open, by name.
    open: Vec<(&'static str, SocketAddr)>,
}

impl Service {
    /// Puts everything together, with `upstream` at its end.
    pub(super) fn new(config: &Config, upstream: Upstream) -> Self {
        let lookup = upstream.lookup(config);
        let (rules, numbers) = (config.rules.clone(), config.numbers.clone());
        let responder = Arc::new(Responder::new(lookup, rules, numbers));
        let recordings = recordings(config);
        let doors = doors(config, recordings, Arc::clone(&responder), Arc::default());
        let doors = Arc::new(doors);
        Self {
            doors: Arc::new(Current::new(doors)),
            responder: Arc::new(Current::new(responder)),
            networks: Arc::new(Current::new(Arc::new(config.access.networks.clone()))),
            in_force: Mutex::new(InForce { config: config.clone(), upstream, open: Vec::new() }),
        }
    }

    /// Tells where its doors are open; no configuration comes into force that leaves one of them
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
        let rates = Arc::clone(&self.doors.now().guard.rates);
        self.networks.replace(Arc::new(new.access.networks.clone()));
        self.doors.replace(Arc::new(doors(&new, recordings, Arc::clone(&responder), rates)));
        self.responder.replace(responder);
        (in_force.config, in_force.upstream) = (new, upstream);
        Ok(())
    }
}

/// Doors stay open where they are: closing one would lose the calls that are about to come in. The
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

/// Refuses doors that others can reach where they really are, and that nothing protects.
pub(super) fn protected(config: &Config, open: &[(&str, SocketAddr)]) -> Result<(), Failed> {
    let exposed = open.iter().filter_map(|(name, address)| config.exposed(name, *address));
    let exposed: Vec<_> = exposed.collect();
    if exposed.is_empty() {
        return Ok(());
    }
    Err(Failed::Configuration(anyhow!("{}", exposed.join("\n"))))
}

fn doors(
    config: &Config,
    recordings: Recordings,
    responder: Arc<Responder>,
    rates: Arc<Rates>,
) -> Doors {
    let guard = Guard {
        credentials: config.access.credentials.clone(),
        networks: config.access.networks.clone(),
        pbx: config.listener.pbx.clone(),
        rates,
        tls: config.tls.clone(),
    };
    let freeswitch = config.freeswitch.clone();
    Doors { responder, freeswitch, recordings, guard }
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
