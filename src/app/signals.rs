//! Receives the signals that reload or stop the service.

use std::process;
use std::thread;
use std::time::Duration;

use tokio::signal::unix::{self, SignalKind, signal};

use super::error::AppError;

/// What a signal asks of the service.
pub(super) enum Signal {
    Reload,
    Stop,
}

/// Signals that would end the program without asking it: SIGUSR1, SIGUSR2, SIGALRM, and SIGXFSZ,
/// which comes when the log is a file that has reached its limit.
const IGNORED: [i32; 4] = [10, 12, 14, 25];

/// The signals that are received. Those that come before they are made end the program, so they are
/// made before the first listener is open: whoever sees the port may send one.
pub struct Signals {
    hangup: unix::Signal,
    interrupt: unix::Signal,
    terminate: unix::Signal,
}

impl Signals {
    pub fn new() -> Result<Self, AppError> {
        // Once one was received, it does not end the program any more, whoever listens.
        for kind in IGNORED {
            drop(signal(SignalKind::from_raw(kind))?);
        }
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    pub(super) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.hangup.recv() => Signal::Reload,
            _ = self.interrupt.recv() => Signal::Stop,
            _ = self.terminate.recv() => Signal::Stop,
        }
    }
}

/// Makes sure that the program ends, should anything hang on its way out: a task that does not
/// yield, or a terminal that does not take the last line.
#[expect(clippy::disallowed_methods, clippy::exit, reason = "the thread exists for that")]
pub(super) fn end_by_force() {
    /// Above the longest drain, which a `deadline_ms` of 3,000 makes 3,650 ms.
    const END_MAX: Duration = Duration::from_secs(5);
    let end = || {
        thread::sleep(END_MAX);
        process::exit(1);
    };
    // Where no thread can be started, systemd ends the service at last.
    let _ = thread::Builder::new().name("end".to_owned()).spawn(end);
}
