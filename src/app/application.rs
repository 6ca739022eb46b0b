//! The application as a value: everything that answers calls, built from one configuration.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use crate::answering::identify::Identify;
use crate::answering::journal::Journal;
use crate::answering::lookup::Lookup;
use crate::answering::outage::Announcer;
use crate::answering::responder::Responder;
use crate::answering::speech::Speech;
use crate::runtime::access::{Networks, Rates};
use crate::runtime::language::Message;
use crate::runtime::secret::Secret;
use crate::runtime::tasks::Tasks;
use crate::servers::console::{ConsoleHttp, Live};
use crate::servers::endpoints::{Endpoints, Http, Readiness};
use crate::servers::http::Guard;
use crate::sources::alerts::{AlertBoard, AlertList, Alerts, LocalAlerts};
use crate::sources::directory::CustomerList;
use crate::sources::directory::Directory;
use crate::sources::hubsoft::HubSoft;
use crate::sources::source::{SightingStore, Source};

use super::alerts::{AlertSources, KeptAlerts, NoAlertList};
use super::config::Config;
use super::console;
use super::directory::KeptDirectory;
use super::error::AppError;
use super::journal::{JournalSources, KeptJournal};
use super::local_alerts::KeptLocalAlerts;
use super::metrics::AppMetrics;
use super::screen_pop::KeptScreenPops;
use super::speech::KeptSpeech;
use super::upstream::GuardedSource;

/// Everything that answers calls. A reload builds a new one and replaces this one as a whole; calls
/// in progress end with the one they started with.
pub struct App {
    config: Config,
    upstream: GuardedSource,
    directory: Option<Arc<KeptDirectory>>,
    local_alerts: Arc<KeptLocalAlerts>,
    alerts: Arc<KeptAlerts>,
    journal: Arc<KeptJournal>,
    speech: Arc<KeptSpeech>,
    screen_pops: Arc<KeptScreenPops>,
    live: Arc<Live>,
    tasks: Tasks,
    metrics: AppMetrics,
    /// The HTTP server's endpoints and access control.
    pub http: Arc<Http>,
    /// The console's pages and sessions.
    pub console: Arc<ConsoleHttp>,
    /// The addresses that may connect.
    pub networks: Arc<Networks>,
    /// Answers calls.
    pub responder: Arc<Responder>,
}

/// What a reload hands on or renews.
struct Modules {
    upstream: GuardedSource,
    directory: Option<Arc<KeptDirectory>>,
    local_alerts: Arc<KeptLocalAlerts>,
    alerts: Arc<KeptAlerts>,
    journal: Arc<KeptJournal>,
    speech: Arc<KeptSpeech>,
    screen_pops: Arc<KeptScreenPops>,
    live: Arc<Live>,
    tasks: Tasks,
    metrics: AppMetrics,
}

/// The modules that the others rest on.
struct FirstModules {
    upstream: GuardedSource,
    directory: Option<Arc<KeptDirectory>>,
    local_alerts: Arc<KeptLocalAlerts>,
    alerts: Arc<KeptAlerts>,
}

impl Modules {
    /// Starts the others.
    fn start(config: &Config, first: FirstModules, tasks: Tasks, metrics: AppMetrics) -> Self {
        let FirstModules { upstream, directory, local_alerts, alerts } = first;
        let sources = journal_sources(config.state_folder.clone(), directory.as_ref(), &alerts);
        let journal = KeptJournal::start(config, sources, &tasks, &metrics);
        let speech = KeptSpeech::start(config, board(&alerts), &tasks, &metrics);
        let screen_pops = KeptScreenPops::start(upstream.client(), &tasks, &metrics);
        let live = Live::start(Arc::clone(&metrics.figures), &tasks);
        Self {
            upstream,
            directory,
            local_alerts,
            alerts,
            journal,
            speech,
            screen_pops,
            live,
            tasks,
            metrics,
        }
    }
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
            let lists = Lists::of(&hubsoft);
            let upstream = GuardedSource::hubsoft(hubsoft, metrics.breaker.clone());
            return Self::first(config, upstream, lists, (tasks, metrics));
        };
        let (old, tasks, metrics) = (&previous.config, &previous.tasks, &previous.metrics);
        let lookup = previous.responder.lookup();
        let (upstream, lookup) = previous.upstream.renewed(old, config, lookup, tasks, metrics)?;
        let local_alerts = previous.local_alerts.renewed(config);
        let (directory, alerts) = match upstream.client().map(Lists::of) {
            Some(Lists { customers, alerts: list }) => {
                let directory = previous.renewed_directory(config, customers)?;
                let sources = alert_sources(list, directory.as_ref(), &local_alerts);
                let alerts = previous.alerts.renewed((old, config), sources, tasks, metrics);
                (directory, alerts)
            }
            None => (previous.directory.clone(), Arc::clone(&previous.alerts)),
        };
        let lookup = lookup.beside(store(directory.as_ref())).watching(Some(board(&alerts)));
        let folder = config.state_folder.clone();
        let sources = journal_sources(folder, directory.as_ref(), &alerts);
        let journal = previous.journal.renewed(config, sources);
        let speech = previous.speech.renewed(config, board(&alerts));
        let screen_pops = previous.screen_pops.renewed(upstream.client());
        let announcer = announcer(config, &alerts, &journal, &speech);
        let responder = previous.responder.renewed(
            lookup,
            announcer,
            config.numbers.clone(),
            config.identify.clone(),
        );
        let before = &previous.http.guard;
        // The listeners' connection slots keep the addresses of the PBXs until a restart, and so do
        // the rates.
        let guard = guard(config, Arc::clone(&before.rates), before.pbx.clone());
        let (tasks, metrics) = (tasks.clone(), metrics.clone());
        let live = Arc::clone(&previous.live);
        let modules = Modules {
            upstream,
            directory,
            local_alerts,
            alerts,
            journal,
            speech,
            screen_pops,
            live,
            tasks,
            metrics,
        };
        Ok(Self::assembled(config, modules, responder, guard))
    }

    /// Builds the application in front of a source other than HubSoft. It leaves the state folder alone,
    /// which may be a running service's.
    pub fn in_front_of(source: Arc<dyn Source>, config: &Config) -> Self {
        let metrics = AppMetrics::default();
        let tasks = Tasks::new(metrics.tasks.clone());
        let upstream = GuardedSource::new(source, metrics.breaker.clone());
        let local_alerts = KeptLocalAlerts::start_in_memory(config, &tasks);
        let alone = Config { state_folder: None, ..config.clone() };
        let sources = alert_sources(Arc::new(NoAlertList), None, &local_alerts);
        let alerts = KeptAlerts::start(&alone, sources, &tasks, &metrics);
        let first = FirstModules { upstream, directory: None, local_alerts, alerts };
        let modules = Modules::start(&alone, first, tasks, metrics);
        Self::started(config, modules)
    }

    /// Like `in_front_of`, with lists of customers and of alerts.
    pub fn with_lists(
        source: Arc<dyn Source>,
        (customers, alerts): (Arc<dyn CustomerList>, Arc<dyn AlertList>),
        config: &Config,
    ) -> Result<Self, AppError> {
        let metrics = AppMetrics::default();
        let tasks = Tasks::new(metrics.tasks.clone());
        let upstream = GuardedSource::new(source, metrics.breaker.clone());
        Self::first(config, upstream, Lists { customers, alerts }, (tasks, metrics))
    }

    fn first(
        config: &Config,
        upstream: GuardedSource,
        lists: Lists,
        (tasks, metrics): (Tasks, AppMetrics),
    ) -> Result<Self, AppError> {
        let directory = KeptDirectory::start(config, lists.customers, None, &tasks, &metrics)?;
        let local_alerts = KeptLocalAlerts::start(config, &tasks);
        let sources = alert_sources(lists.alerts, directory.as_ref(), &local_alerts);
        let alerts = KeptAlerts::start(config, sources, &tasks, &metrics);
        let first = FirstModules { upstream, directory, local_alerts, alerts };
        let modules = Modules::start(config, first, tasks, metrics);
        Ok(Self::started(config, modules))
    }

    fn started(config: &Config, modules: Modules) -> Self {
        let Modules { upstream, directory, alerts, journal, speech, metrics, .. } = &modules;
        let lookup = Lookup::new(upstream.source(), config.lookup.clone())
            .counting(metrics.lookup.clone())
            .beside(store(directory.as_ref()))
            .watching(Some(board(alerts)));
        let announcer = announcer(config, alerts, journal, speech);
        let responder = Responder::new(lookup, announcer, config.numbers.clone())
            .counting(metrics.calls.clone(), metrics.misses.clone())
            .identifying(Identify::new(config.identify.clone(), metrics.identify.clone()))
            .figuring(Arc::clone(&metrics.figures))
            .noting(Arc::clone(&journal.journal));
        let guard = guard(config, Arc::default(), config.listener.pbx.clone());
        Self::assembled(config, modules, responder, guard)
    }

    fn assembled(config: &Config, modules: Modules, responder: Responder, guard: Guard) -> Self {
        let Modules {
            upstream,
            directory,
            local_alerts,
            alerts,
            journal,
            speech,
            screen_pops,
            live,
            tasks,
            metrics,
        } = modules;
        let rules = config.rules.list().iter().map(|rule| &*rule.name);
        metrics.figures.metrics().begin(rules);
        let responder = Arc::new(responder);
        let application = Endpoints {
            responder: Arc::clone(&responder),
            freeswitch: config.freeswitch.clone(),
            recordings: config.recordings.clone(),
            readiness: upstream.readiness(),
            directory: directory.as_ref().map(|kept| Arc::clone(&kept.directory)),
            state_folder: config.state_folder.clone(),
            local_alerts: Arc::clone(&local_alerts.alerts),
            alerts: Arc::clone(&alerts.alerts),
            journal: Arc::clone(&journal.journal),
            speech: Arc::clone(&speech.speech),
            screen_pops: Arc::clone(&screen_pops.pops),
            metrics: Arc::clone(&metrics.registry),
        };
        let console = console::http(config, &application, &guard, (&metrics, &live));
        Self {
            config: config.clone(),
            console: Arc::new(console),
            upstream,
            directory,
            local_alerts,
            alerts,
            journal,
            speech,
            screen_pops,
            live,
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

    /// The states of HubSoft's modules.
    pub(super) fn readiness(&self) -> Readiness {
        self.upstream.readiness()
    }

    /// The client of HubSoft, where HubSoft is the source.
    pub fn hubsoft(&self) -> Option<&Arc<HubSoft>> {
        self.upstream.client()
    }

    /// Ends the streams of the console, which nothing else ends.
    pub(super) fn close_console(&self) {
        self.console.application.close();
    }

    /// The directory, if it is on.
    pub fn directory(&self) -> Option<&Arc<Directory>> {
        self.directory.as_ref().map(|kept| &kept.directory)
    }

    /// The active alerts.
    pub fn alerts(&self) -> &Arc<Alerts> {
        &self.alerts.alerts
    }

    /// The journal of calls.
    pub fn journal(&self) -> &Arc<Journal> {
        &self.journal.journal
    }

    /// The spoken alerts.
    pub fn speech(&self) -> &Arc<Speech> {
        &self.speech.speech
    }

    /// The administrator's own alerts.
    pub fn local_alerts(&self) -> &Arc<LocalAlerts> {
        &self.local_alerts.alerts
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

/// What is read ahead of the calls.
struct Lists {
    customers: Arc<dyn CustomerList>,
    alerts: Arc<dyn AlertList>,
}

impl Lists {
    fn of(hubsoft: &Arc<HubSoft>) -> Self {
        Self { customers: Arc::clone(hubsoft) as _, alerts: Arc::clone(hubsoft) as _ }
    }
}

fn alert_sources(
    list: Arc<dyn AlertList>,
    directory: Option<&Arc<KeptDirectory>>,
    local: &KeptLocalAlerts,
) -> AlertSources {
    let directory = directory.map(|kept| Arc::clone(&kept.directory));
    AlertSources { list, directory, local: Arc::clone(&local.alerts) }
}

/// The alerts as calls read them.
fn board(alerts: &Arc<KeptAlerts>) -> Arc<dyn AlertBoard> {
    Arc::clone(&alerts.alerts) as Arc<dyn AlertBoard>
}

fn journal_sources(
    folder: Option<PathBuf>,
    directory: Option<&Arc<KeptDirectory>>,
    alerts: &Arc<KeptAlerts>,
) -> JournalSources {
    let directory = directory.map(|kept| Arc::clone(&kept.directory));
    JournalSources { folder, directory, board: board(alerts) }
}

fn announcer(
    config: &Config,
    alerts: &Arc<KeptAlerts>,
    journal: &KeptJournal,
    speech: &KeptSpeech,
) -> Announcer {
    Announcer {
        rules: config.rules.clone(),
        settings: config.outage.clone(),
        zone: config.hubsoft.timezone,
        alerts: Some(board(alerts)),
        suspicions: Some(Arc::clone(journal.journal.suspicions())),
        speech: Some(Arc::clone(&speech.speech)),
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
    Err(AppError::Configuration(Message::lines(&exposed)))
}
