//! Receives the signals that reload or stop the service.

use std::process;
use std::thread;
use std::time::Duration;

use tokio::signal::unix::{self, SignalKind, signal};
use tokio::time;

use super::error::AppError;

/// The request of a signal.
pub(super) enum Signal {
    Reload,
    Stop,
}

/// Signals whose default action would end the program: SIGUSR1, SIGUSR2, SIGALRM, and SIGXFSZ, which
/// arrives when the log is a file that has reached its limit.
const IGNORED: [i32; 4] = [10, 12, 14, 25];

/// Receivers of signals. A signal before their creation ends the program, so they are created before
/// the first listener opens: a supervisor that sees the port may send one.
pub struct Signals {
    hangup: unix::Signal,
    interrupt: unix::Signal,
    terminate: unix::Signal,
}

impl Signals {
    pub fn new() -> Result<Self, AppError> {
        // A handler that was registered once replaces the default action for good.
        for kind in IGNORED {
            drop(signal(SignalKind::from_raw(kind))?);
        }
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for `pause`, or until a signal stops the program.
    pub async fn pause(&mut self, pause: Duration) {
        let stop = async { while !matches!(self.next().await, Signal::Stop) {} };
        let _ = time::timeout(pause, stop).await;
    }

    pub(super) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.hangup.recv() => Signal::Reload,
            _ = self.interrupt.recv() => Signal::Stop,
            _ = self.terminate.recv() => Signal::Stop,
        }
    }
}

/// Exits after a timeout if the shutdown hangs: on a task that does not yield, or on a terminal that
/// does not accept the last line.
#[expect(clippy::disallowed_methods, clippy::exit, reason = "the thread exists for that")]
pub(super) fn exit_after_timeout() {
    /// Above the longest drain, which a `deadline_ms` of 3,000 makes 3,650 ms.
    const END_MAX: Duration = Duration::from_secs(5);
    let end = || {
        thread::sleep(END_MAX);
        process::exit(1);
    };
    // Without this thread, systemd ends the service at its own timeout.
    let _ = thread::Builder::new().name("end".to_owned()).spawn(end);
}
