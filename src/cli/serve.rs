//! `bina serve`: answers calls until it is told to stop.

use std::path::Path;
use std::sync::Arc;

use tracing::warn;

use crate::app::config::Config;
use crate::app::{self, App, Listeners, Service, Signals};

use super::{Failed, logging};

/// Runs the service that `config` describes, as it was read from the file at `path`.
pub(super) async fn run(path: &Path, config: Config) -> Result<(), Failed> {
    logging::adjust(&config.log);
    for warning in &config.warnings {
        warn!("{warning}");
    }
    let app = App::build(&config, None)?;
    let hubsoft = app.hubsoft().cloned();
    // All files are read by now: a signal ends the program until here, and is received from here on.
    let signals = Signals::new()?;
    let listeners = Listeners::open(&config)?;
    // The first token comes before the first call, and says early if the credentials are wrong.
    tokio::spawn(async move {
        if let Some(hubsoft) = hubsoft {
            let _ = hubsoft.warm().await;
        }
    });
    listeners.announce()?;
    let service = Arc::new(Service::new(app));
    Ok(app::run(service, listeners, Some(path), signals).await?)
}
