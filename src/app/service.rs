//! The service: the application that is active, its listeners, and the reload that replaces it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::warn;

use crate::runtime::current::Current;
use crate::runtime::logging;
use crate::runtime::secret::Secret;
use crate::servers::listener::{self, Listener};
use crate::servers::{console, endpoints, fastagi, http};

use super::application::{App, require_protection};
use super::config::Config;
use super::error::AppError;
use super::listeners::Listeners;

/// The application behind the pointer that a reload replaces.
pub struct Service {
    current: Arc<Current<App>>,
    /// The settings it was started with that only a restart changes.
    started: RestartSettings,
    /// The addresses of the open listeners, by name. The lock is held during a reload, which
    /// serialises reloads.
    open: Mutex<Vec<(&'static str, SocketAddr)>>,
}

/// The running listeners; dropping it closes them.
pub struct Serving {
    listeners: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Serving {
    /// Closes the listeners; calls already accepted are answered first.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Serves each connection of a listener that is open, until the service stops.
    fn run<C>(
        &mut self,
        listener: Option<Listener>,
        serve: impl Fn(TcpStream, IpAddr, watch::Receiver<bool>) -> C + Send + Sync + 'static,
    ) where
        C: Future<Output = ()> + Send + 'static,
    {
        let Some(listener) = listener else { return };
        let stop = self.stop.subscribe();
        let serve = move |stream, peer| serve(stream, peer, stop.clone());
        self.listeners.spawn(listener::run(listener, self.stop.subscribe(), serve));
    }

    /// Waits for the end of a listener; `None` when all have ended.
    pub(super) async fn ended(&mut self) -> Option<Result<(), AppError>> {
        self.listeners.join_next().await.map(|ended| ended.map_err(AppError::from))
    }
}

impl Service {
    /// Makes `app` the active one.
    pub fn new(app: App) -> Self {
        let started = restart_settings(app.config());
        Self { current: Arc::new(Current::new(app)), started, open: Mutex::default() }
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
        let responder = self.current.part(|app| &app.responder);
        let fastagi = metrics.fastagi.clone();
        serving.run(listeners.agi.map(admitting), move |stream, _, stop| {
            fastagi::serve(stream, responder.clone(), fastagi.clone(), stop)
        });
        let http = [
            (Some(listeners.http), &endpoints::PHONES),
            (listeners.metrics, &endpoints::OPERATION),
        ];
        for (listener, table) in http {
            let server = self.current.part(|app| &app.http);
            serving.run(listener.map(admitting), move |stream, peer, stop| {
                http::serve(stream, peer, table, server.clone(), stop)
            });
        }
        let server = self.current.part(|app| &app.console);
        serving.run(listeners.console.map(admitting), move |stream, peer, stop| {
            http::serve(stream, peer, &console::PAGES, server.clone(), stop)
        });
        Ok(serving)
    }

    /// Activates the application of the configuration that was read. On an error, the present one
    /// stays active.
    pub(super) fn reload(&self, read: Result<Config, AppError>) -> Result<(), AppError> {
        let reloaded = read.and_then(|config| self.activate(&config));
        self.app().metrics().reloads.count(&reloaded);
        reloaded
    }

    fn activate(&self, new: &Config) -> Result<(), AppError> {
        let open = self.open.lock();
        require_protection(new, &open)?;
        let old = self.app();
        let app = App::build(new, Some(&old))?;
        for warning in &new.warnings {
            warn!("{warning}");
        }
        for warning in needs_restart(&self.started, new) {
            warn!("{warning}");
        }
        logging::adjust(&new.log);
        self.current.replace(app);
        // Its sessions are over, and so are their streams.
        old.close_console();
        Ok(())
    }
}

/// Settings by name, with their values as text: the whole configuration would keep secrets and
/// recordings in memory that a reload has replaced.
type RestartSettings = [(&'static str, String); 6];

/// The settings that a reload does not apply. Listeners stay open, because closing one would lose
/// calls; the worker threads exist before the configuration is applied.
fn restart_settings(config: &Config) -> RestartSettings {
    [
        ("listen.http", config.http.to_string()),
        ("listen.agi", format!("{:?}", config.agi)),
        ("listen.metrics", format!("{:?}", config.metrics)),
        ("listen.console", format!("{:?}", config.console_address)),
        ("listen.pbx", format!("{:?}", config.listener.pbx)),
        ("service.worker_threads", format!("{:?}", config.worker_threads)),
    ]
}

/// Warnings about the settings of `new` that differ from those it was started with.
fn needs_restart(started: &RestartSettings, new: &Config) -> Vec<String> {
    let pairs = started.iter().zip(restart_settings(new));
    let changed = pairs.filter(|(started, new)| *started != new);
    changed.map(|((name, _), _)| format!("{name} has changed: restart bina to apply it")).collect()
}
