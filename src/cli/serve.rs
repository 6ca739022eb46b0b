//! `bina serve`: answers calls until a signal stops it.

use std::path::Path;
use std::sync::Arc;

use tracing::warn;

use crate::app::config::Config;
use crate::app::{self, App, Listeners, Service, Signals};

use super::{Failed, logging};

/// Runs the service that `config` describes; a reload reads the file at `path`.
pub(super) async fn run(path: &Path, config: Config) -> Result<(), Failed> {
    logging::adjust(&config.log);
    for warning in &config.warnings {
        warn!("{warning}");
    }
    // Until here a signal ends the program; from here on signals are received.
    let signals = Signals::new()?;
    // Before the application, which reads ahead of the calls: a second process must not begin to.
    let listeners = Listeners::open(&config)?;
    let app = App::build(&config, None)?;
    let hubsoft = app.hubsoft().cloned();
    // A token requested now is ready for the first call, and wrong credentials are logged early.
    tokio::spawn(async move {
        if let Some(hubsoft) = hubsoft {
            let _ = hubsoft.warm().await;
        }
    });
    listeners.announce()?;
    let service = Arc::new(Service::new(app));
    Ok(app::run(service, listeners, Some(path), signals).await?)
}
