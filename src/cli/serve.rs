//! `bina serve`: answers calls until a signal stops it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tracing::warn;

use crate::app::config::Config;
use crate::app::{self, App, Listeners, Service, Signals};
use crate::runtime::systemd;

use super::{Failed, logging};

/// How long a start that failed is held under systemd, which starts a service again 200 ms after its
/// end: a port that another program uses is not free sooner, and each try is some lines in the journal.
const RETRY_PAUSE: Duration = Duration::from_secs(4);

/// Runs the service that `config` describes; a reload reads the file at `path`.
pub(super) async fn run(path: &Path, config: Config) -> Result<(), Failed> {
    logging::adjust(&config.log);
    for warning in &config.warnings {
        warn!("{warning}");
    }
    // Until here a signal ends the program; from here on signals are received.
    let mut signals = Signals::new()?;
    let (listeners, app) = match open(&config) {
        Err(Failed::Runtime(error)) if systemd::is_notified() => {
            signals.pause(RETRY_PAUSE).await;
            return Err(Failed::Runtime(error));
        }
        opened => opened?,
    };
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

fn open(config: &Config) -> Result<(Listeners, App), Failed> {
    // Before the application, which reads ahead of the calls: a second process must not begin to.
    let listeners = Listeners::open(config)?;
    let app = App::build(config, None)?;
    Ok((listeners, app))
}
