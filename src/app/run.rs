//! Runs the service until a signal stops it.

use std::path::Path;
use std::sync::Arc;

use tracing::info;

use crate::runtime::systemd;
use crate::runtime::wall_clock;

use super::error::AppError;
use super::listeners::Listeners;
use super::reload::Reloads;
use super::service::Service;
use super::signals::{Signal, Signals, exit_after_timeout};
use super::{status_line, watchdog};

/// Answers calls until SIGTERM or Ctrl-C, then finishes those already accepted. SIGHUP reloads the
/// file at `path`.
pub async fn run(
    service: Arc<Service>,
    listeners: Listeners,
    path: Option<&Path>,
    mut signals: Signals,
) -> Result<(), AppError> {
    let own = listeners.http_address()?;
    let mut serving = service.serve(listeners)?;
    systemd::ready();
    let tasks = service.app().tasks().clone();
    let _watchdog = watchdog::start(&tasks, own, &service);
    let status_line = status_line::start(&tasks, &service);
    let mut reloads = Reloads::new(Arc::clone(&service), path);
    loop {
        let signal = tokio::select! {
            signal = signals.next() => signal,
            () = reloads.ended() => continue,
            // Only a bug ends a listener without a stop; systemd should restart such a service.
            Some(Err(error)) = serving.ended() => return Err(error),
        };
        match signal {
            Signal::Reload => reloads.start(),
            Signal::Stop => break,
        }
    }
    // Otherwise it would replace the line of the end.
    drop(status_line);
    systemd::stopping();
    info!("stopping: calls already accepted are answered first");
    exit_after_timeout();
    serving.stop();
    service.app().close_console();
    while let Some(ended) = serving.ended().await {
        ended?;
    }
    tasks.shut_down().await;
    service.app().local_alerts().flush(wall_clock::now_s()).await;
    service.app().journal().flush().await;
    if let Some(directory) = service.app().directory() {
        directory.suspend().await;
    }
    Ok(())
}
