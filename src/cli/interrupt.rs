//! Ends the work of a command at Ctrl-C or SIGTERM, with what it has started.
//!
//! A speech engine is a process group of its own, which the terminal's Ctrl-C does not reach.

use tokio::signal::unix::{SignalKind, signal};

use super::Failed;
use super::error_texts::INTERRUPTED;

/// Does `work` until it ends or a signal comes.
pub(super) async fn unless_interrupted<T>(work: impl Future<Output = T>) -> Result<T, Failed> {
    let failed = |error: std::io::Error| Failed::Runtime(error.into());
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    tokio::select! {
        done = work => Ok(done),
        _ = interrupt.recv() => Err(Failed::runtime(INTERRUPTED)),
        _ = terminate.recv() => Err(Failed::runtime(INTERRUPTED)),
    }
}
