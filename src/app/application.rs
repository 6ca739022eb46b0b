//! The application as a value: everything that answers calls, built from one configuration.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use crate::answering::lookup::Lookup;
use crate::answering::responder::Responder;
use crate::runtime::access::{Networks, Rates};
use crate::runtime::secret::Secret;
use crate::runtime::tasks::Tasks;
use crate::servers::endpoints::{Endpoints, Http};
use crate::servers::http::Guard;
use crate::sources::alerts::LocalAlerts;
use crate::sources::directory::CustomerList;
use crate::sources::directory::Directory;
use crate::sources::hubsoft::HubSoft;
use crate::sources::source::{SightingStore, Source};

use super::config::Config;
use super::directory::KeptDirectory;
use super::error::AppError;
use super::local_alerts;
use super::metrics::AppMetrics;
use super::upstream::GuardedSource;

/// Everything that answers calls. A reload builds a new one and replaces this one as a whole; calls
/// in progress end with the one they started with.
pub struct App {
    config: Config,
    upstream: GuardedSource,
    directory: Option<Arc<KeptDirectory>>,
    local_alerts: Arc<LocalAlerts>,
    tasks: Tasks,
    metrics: AppMetrics,
    /// The HTTP server's endpoints and access control.
    pub http: Arc<Http>,
    /// The addresses that may connect.
    pub networks: Arc<Networks>,
    /// Answers calls.
    pub responder: Arc<Responder>,
}

/// What a reload hands on or renews.
struct Modules {
    upstream: GuardedSource,
    directory: Option<Arc<KeptDirectory>>,
    local_alerts: Arc<LocalAlerts>,
    tasks: Tasks,
    metrics: AppMetrics,
}

impl App {
    /// Builds the application that `config` describes. It takes over from the `previous` one: rates
    /// and tasks; with the same HubSoft also cache, token, pauses and breaker.
    ///
    /// Requires tokio's runtime, and reads the system's CA certificates, which may block.
    pub fn build(config: &Config, previous: Option<&Self>) -> Result<Self, AppError> {
        let Some(previous) = previous else {
            let metrics = AppMetrics::default();
            let tasks = Tasks::new(metrics.tasks.clone());
            let settings = config.hubsoft.clone();
            let hubsoft = HubSoft::supervised(settings, &tasks, metrics.hubsoft.clone())?;
            let hubsoft = Arc::new(hubsoft);
            let list = Arc::clone(&hubsoft) as Arc<dyn CustomerList>;
            let directory = KeptDirectory::start(config, list, None, &tasks, &metrics)?;
            let local_alerts = local_alerts::opened(config);
            let upstream = GuardedSource::hubsoft(hubsoft, metrics.breaker.clone());
            let modules = Modules { upstream, directory, local_alerts, tasks, metrics };
            return Ok(Self::first(config, modules));
        };
        let lookup = previous.responder.lookup();
        let (upstream, lookup) = previous.upstream.renewed(
            &previous.config,
            config,
            lookup,
            &previous.tasks,
            &previous.metrics,
        )?;
        let directory = match upstream.client() {
            Some(hubsoft) => previous.renewed_directory(config, Arc::clone(hubsoft) as Arc<_>)?,
            None => previous.directory.clone(),
        };
        let lookup = lookup.beside(store(directory.as_ref()));
        let responder =
            previous.responder.renewed(lookup, config.rules.clone(), config.numbers.clone());
        let before = &previous.http.guard;
        // The listeners' connection slots keep the addresses of the PBXs until a restart, and so do
        // the rates.
        let guard = guard(config, Arc::clone(&before.rates), before.pbx.clone());
        let (tasks, metrics) = (previous.tasks.clone(), previous.metrics.clone());
        let local_alerts = local_alerts::renewed(&previous.local_alerts, config);
        let modules = Modules { upstream, directory, local_alerts, tasks, metrics };
        Ok(Self::assembled(config, modules, responder, guard))
    }

    /// Builds the application in front of a source other than HubSoft.
    pub fn in_front_of(source: Arc<dyn Source>, config: &Config) -> Self {
        let metrics = AppMetrics::default();
        let tasks = Tasks::new(metrics.tasks.clone());
        let upstream = GuardedSource::new(source, metrics.breaker.clone());
        let local_alerts = local_alerts::in_memory(config);
        Self::first(config, Modules { upstream, directory: None, local_alerts, tasks, metrics })
    }

    /// Like `in_front_of`, with a directory that reads `list`.
    pub fn with_list(
        source: Arc<dyn Source>,
        list: Arc<dyn CustomerList>,
        config: &Config,
    ) -> Result<Self, AppError> {
        let metrics = AppMetrics::default();
        let tasks = Tasks::new(metrics.tasks.clone());
        let upstream = GuardedSource::new(source, metrics.breaker.clone());
        let directory = KeptDirectory::start(config, list, None, &tasks, &metrics)?;
        let local_alerts = local_alerts::opened(config);
        Ok(Self::first(config, Modules { upstream, directory, local_alerts, tasks, metrics }))
    }

    fn first(config: &Config, modules: Modules) -> Self {
        let Modules { upstream, directory, metrics, .. } = &modules;
        let lookup = Lookup::new(upstream.source(), config.lookup.clone());
        let lookup = lookup.counting(metrics.lookup.clone()).beside(store(directory.as_ref()));
        let responder = Responder::new(lookup, config.rules.clone(), config.numbers.clone());
        let responder = responder.counting(metrics.calls.clone(), metrics.misses.clone());
        let guard = guard(config, Arc::default(), config.listener.pbx.clone());
        Self::assembled(config, modules, responder, guard)
    }

    fn assembled(config: &Config, modules: Modules, responder: Responder, guard: Guard) -> Self {
        let Modules { upstream, directory, local_alerts, tasks, metrics } = modules;
        let responder = Arc::new(responder);
        let application = Endpoints {
            responder: Arc::clone(&responder),
            freeswitch: config.freeswitch.clone(),
            recordings: config.recordings.clone(),
            readiness: upstream.readiness(),
            directory: directory.as_ref().map(|kept| Arc::clone(&kept.directory)),
            local_alerts: Arc::clone(&local_alerts),
            metrics: Arc::clone(&metrics.registry),
        };
        Self {
            config: config.clone(),
            upstream,
            directory,
            local_alerts,
            tasks,
            http: Arc::new(Http { application, guard, metrics: metrics.http.clone() }),
            metrics,
            networks: Arc::new(config.access.networks.clone()),
            responder,
        }
    }

    /// The configuration it was built from.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What its modules count.
    pub(super) fn metrics(&self) -> &AppMetrics {
        &self.metrics
    }

    /// Its background tasks.
    pub fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    /// The client of HubSoft, where HubSoft is the source.
    pub fn hubsoft(&self) -> Option<&Arc<HubSoft>> {
        self.upstream.client()
    }

    /// The directory, if it is on.
    pub fn directory(&self) -> Option<&Arc<Directory>> {
        self.directory.as_ref().map(|kept| &kept.directory)
    }

    /// The administrator's own alerts.
    pub fn local_alerts(&self) -> &Arc<LocalAlerts> {
        &self.local_alerts
    }

    fn renewed_directory(
        &self,
        config: &Config,
        list: Arc<dyn CustomerList>,
    ) -> Result<Option<Arc<KeptDirectory>>, AppError> {
        let before = self.directory.as_ref();
        KeptDirectory::renewed(before, (&self.config, config), list, &self.tasks, &self.metrics)
    }

    /// The `Authorization` header of the service's requests to itself.
    pub(super) fn own_authorization(&self) -> Option<Secret> {
        self.config.access.credentials.own().cloned()
    }
}

/// The directory as a store of the lookup.
fn store(directory: Option<&Arc<KeptDirectory>>) -> Option<Arc<dyn SightingStore>> {
    directory.map(|kept| Arc::clone(&kept.directory) as Arc<dyn SightingStore>)
}

/// The access control of HTTP, with the `rates` so far and the addresses of the PBXs.
fn guard(config: &Config, rates: Arc<Rates>, pbx: Vec<IpAddr>) -> Guard {
    Guard {
        credentials: config.access.credentials.clone(),
        networks: config.access.networks.clone(),
        pbx,
        rates,
        tls: config.tls.clone(),
    }
}

/// Fails when an open listener is reachable by other machines and unprotected.
pub(super) fn require_protection(
    config: &Config,
    open: &[(&str, SocketAddr)],
) -> Result<(), AppError> {
    let exposed = open.iter().filter_map(|(name, address)| config.exposed(name, *address));
    let exposed: Vec<_> = exposed.collect();
    if exposed.is_empty() {
        return Ok(());
    }
    Err(AppError::Configuration(exposed.join("\n")))
}
