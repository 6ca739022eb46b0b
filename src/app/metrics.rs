//! Gathers the metrics of all modules in the registry of one application. A reload hands them on.

use std::sync::Arc;

use crate::answering::figures::Figures;
use crate::answering::identify::IdentifyMetrics;
use crate::answering::journal::JournalMetrics;
use crate::answering::lookup::LookupMetrics;
use crate::answering::metrics::CallMetrics;
use crate::answering::screen_pop::ScreenPopMetrics;
use crate::answering::speech::SpeechMetrics;
use crate::answering::suspicion::SuspicionMetrics;
use crate::runtime::access::MissesMetrics;
use crate::runtime::logging;
use crate::runtime::metrics::{ByLabel, ByWords, Gauge, Label, Registry};
use crate::runtime::tasks::TaskMetrics;
use crate::servers::endpoints;
use crate::servers::fastagi::{self, FastagiMetrics};
use crate::servers::http::HttpMetrics;
use crate::servers::listener::ListenerMetrics;
use crate::sources::alerts::AlertMetrics;
use crate::sources::breaker::BreakerMetrics;
use crate::sources::directory::DirectoryMetrics;
use crate::sources::hubsoft::HubsoftMetrics;

/// The commit the program was built from, where the build found it out.
pub const COMMIT: &str = match option_env!("BINA_COMMIT") {
    Some(commit) => commit,
    None => "unknown",
};

/// What came of a reload.
#[derive(Clone, Copy, Debug)]
enum Reloaded {
    Broken,
    Good,
}

impl Label for Reloaded {
    const NAME: &'static str = "result";
    const WORDS: &'static [(Self, &'static str)] =
        &[(Self::Broken, "broken"), (Self::Good, "good")];

    fn index(self) -> usize {
        self as usize
    }
}

/// What the service counts of its configuration.
#[derive(Clone, Debug)]
pub(super) struct ReloadMetrics {
    last_success: Gauge,
    reloads: ByLabel<Reloaded>,
}

impl Default for ReloadMetrics {
    fn default() -> Self {
        let last_success = Gauge::default();
        // Until it is reloaded, the configuration is as it was read.
        last_success.set(1);
        Self { last_success, reloads: ByLabel::default() }
    }
}

impl ReloadMetrics {
    fn register(&self, registry: &mut Registry) {
        let help = "1 when the configuration in the file is active, 0 when the file has errors";
        registry.register("config_last_reload_success", help, &self.last_success);
        let help = "Reloads of the configuration, by result";
        registry.register("config_reloads", help, &self.reloads);
    }

    /// Counts a reload.
    pub(super) fn count<E>(&self, result: &Result<(), E>) {
        self.last_success.set(i64::from(result.is_ok()));
        self.reloads.count(if result.is_ok() { Reloaded::Good } else { Reloaded::Broken });
    }
}

/// The metrics of each module, and the registry that writes them.
#[derive(Clone)]
pub(super) struct AppMetrics {
    pub(super) alerts: AlertMetrics,
    pub(super) breaker: BreakerMetrics,
    pub(super) calls: CallMetrics,
    pub(super) directory: DirectoryMetrics,
    pub(super) fastagi: FastagiMetrics,
    /// What an operator sees of the calls; its metrics are among the others.
    pub(super) figures: Arc<Figures>,
    pub(super) http: HttpMetrics,
    pub(super) hubsoft: HubsoftMetrics,
    pub(super) identify: IdentifyMetrics,
    pub(super) journal: JournalMetrics,
    pub(super) screen_pops: ScreenPopMetrics,
    pub(super) listener: ListenerMetrics,
    pub(super) lookup: LookupMetrics,
    pub(super) misses: MissesMetrics,
    pub(super) registry: Arc<Registry>,
    pub(super) reloads: ReloadMetrics,
    pub(super) speech: SpeechMetrics,
    pub(super) suspicions: SuspicionMetrics,
    pub(super) tasks: TaskMetrics,
}

impl Default for AppMetrics {
    fn default() -> Self {
        let doors = endpoints::paths_of_calls().chain([fastagi::DOOR]);
        let mut metrics = Self {
            alerts: AlertMetrics::default(),
            breaker: BreakerMetrics::default(),
            calls: CallMetrics::of(doors),
            directory: DirectoryMetrics::default(),
            fastagi: FastagiMetrics::default(),
            figures: Arc::default(),
            http: HttpMetrics::of(&endpoints::REJECTIONS),
            hubsoft: HubsoftMetrics::default(),
            identify: IdentifyMetrics::default(),
            screen_pops: ScreenPopMetrics::default(),
            journal: JournalMetrics::default(),
            listener: ListenerMetrics::default(),
            lookup: LookupMetrics::default(),
            misses: MissesMetrics::default(),
            registry: Arc::default(),
            reloads: ReloadMetrics::default(),
            speech: SpeechMetrics::default(),
            suspicions: SuspicionMetrics::default(),
            tasks: TaskMetrics::default(),
        };
        metrics.registry = Arc::new(metrics.registered());
        metrics
    }
}

impl AppMetrics {
    fn registered(&self) -> Registry {
        let mut registry = Registry::default();
        self.alerts.register(&mut registry);
        self.breaker.register(&mut registry);
        self.calls.register(&mut registry);
        self.directory.register(&mut registry);
        self.fastagi.register(&mut registry);
        self.figures.metrics().register(&mut registry);
        self.http.register(&mut registry);
        self.hubsoft.register(&mut registry);
        self.identify.register(&mut registry);
        self.screen_pops.register(&mut registry);
        self.journal.register(&mut registry);
        self.listener.register(&mut registry);
        self.lookup.register(&mut registry);
        self.misses.register(&mut registry);
        self.reloads.register(&mut registry);
        self.speech.register(&mut registry);
        self.suspicions.register(&mut registry);
        self.tasks.register(&mut registry);
        logging::register(&mut registry);
        let build: ByWords<2, Gauge> = ByWords::new(["version", "commit"]);
        build.of([env!("CARGO_PKG_VERSION"), COMMIT]).set(1);
        let help = "Always 1, with the version and the commit it was built from";
        registry.register("build_info", help, &build);
        registry
    }
}
