//! The service: the application that is active, its listeners, and the reload that replaces it.

use std::net::SocketAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::warn;

use crate::runtime::current::Current;
use crate::runtime::logging;
use crate::runtime::secret::Secret;
use crate::servers::listener::{self, Listener};
use crate::servers::{endpoints, fastagi, http};

use super::application::{App, protected};
use super::config::Config;
use super::error::AppError;
use super::listeners::Listeners;

/// The application behind the one pointer that a reload replaces.
pub struct Service {
    current: Arc<Current<App>>,
    /// Where the listeners are that stay open, by name. It is held during a reload, so that there is
    /// one at a time.
    open: Mutex<Vec<(&'static str, SocketAddr)>>,
}

/// The listeners at work; they close when it is dropped.
pub struct Serving {
    listeners: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Serving {
    /// Closes the listeners; calls that are accepted already are answered first.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits for the end of a listener; `None` when all have ended.
    pub(super) async fn ended(&mut self) -> Option<Result<(), AppError>> {
        self.listeners.join_next().await.map(|ended| ended.map_err(AppError::from))
    }
}

impl Service {
    /// Makes `app` the active one.
    pub fn new(app: App) -> Self {
        Self { current: Arc::new(Current::new(app)), open: Mutex::default() }
    }

    /// The application that is active now.
    pub fn app(&self) -> Arc<App> {
        self.current.now()
    }

    /// What the service sends to itself as a header `Authorization`.
    pub(super) fn own_authorization(&self) -> Option<Secret> {
        self.app().own_authorization()
    }

    /// Answers calls at `listeners`.
    pub fn serve(&self, listeners: Listeners) -> Result<Serving, AppError> {
        *self.open.lock() = listeners.addresses()?;
        let stop = watch::Sender::new(false);
        let mut serving = Serving { listeners: JoinSet::new(), stop };
        let networks = self.current.part(|app| &app.networks);
        let app = self.app();
        let metrics = app.metrics();
        let admitting = |listener: Listener| {
            listener.admitting(networks.clone()).counting(metrics.listener.clone())
        };
        if let Some(agi) = listeners.agi.map(admitting) {
            let responder = self.current.part(|app| &app.responder);
            let stopping = serving.stop.subscribe();
            let metrics = metrics.fastagi.clone();
            let serve = move |stream, _| {
                fastagi::serve(stream, responder.clone(), metrics.clone(), stopping.clone())
            };
            serving.listeners.spawn(listener::run(agi, serving.stop.subscribe(), serve));
        }
        let http = [
            (Some(listeners.http), &endpoints::PHONES),
            (listeners.metrics, &endpoints::OPERATION),
        ];
        for (listener, table) in http {
            let Some(listener) = listener.map(admitting) else { continue };
            let server = self.current.part(|app| &app.http);
            let stopping = serving.stop.subscribe();
            let serve = move |stream, peer| {
                http::serve(stream, peer, table, server.clone(), stopping.clone())
            };
            serving.listeners.spawn(listener::run(listener, serving.stop.subscribe(), serve));
        }
        Ok(serving)
    }

    /// Activates the application that a configuration describes, once it was read. When that failed,
    /// everything stays as it is.
    pub(super) fn reload(&self, read: Result<Config, AppError>) -> Result<(), AppError> {
        let reloaded = read.and_then(|config| self.activate(&config));
        self.app().metrics().reloads.count(&reloaded);
        reloaded
    }

    fn activate(&self, new: &Config) -> Result<(), AppError> {
        let open = self.open.lock();
        protected(new, &open)?;
        let old = self.app();
        let app = App::build(new, Some(&old))?;
        for warning in new.warnings.iter().chain(&needs_restart(old.config(), new)) {
            warn!("{warning}");
        }
        logging::adjust(&new.log);
        self.current.replace(app);
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
