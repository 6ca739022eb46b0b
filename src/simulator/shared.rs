//! What the handle, the sockets and the controllers share.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use rustls::ServerConfig;
use tokio::sync::{mpsc, oneshot, watch};

use super::listener::ListenerMode;
use super::state::SimulatorState;

/// As nginx keeps an idle connection by default.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How many commands to the listener may wait.
const LISTENER_COMMANDS_MAX: usize = 16;

/// A mode to set, and where to report the result.
pub(super) type ListenerCommand = (ListenerMode, oneshot::Sender<io::Result<()>>);

/// The state is consistent between operations, so poisoning can be ignored.
pub(super) struct SharedSimulator {
    state: Mutex<SimulatorState>,
    settings: Mutex<ConnectionSettings>,
    /// Every connection receives from it, and closes when it sends.
    closing: Mutex<watch::Sender<()>>,
    listener_commands: mpsc::Sender<ListenerCommand>,
}

/// What applies to a connection before its first request.
pub(super) struct ConnectionSettings {
    /// As it is, for reading; `set_listener` changes it.
    pub(super) listener: ListenerMode,
    /// How long a connection may be idle.
    pub(super) keep_alive: Duration,
    /// Presented to new connections; without it they use plain HTTP.
    pub(super) tls: Option<Arc<ServerConfig>>,
}

impl SharedSimulator {
    /// With an open listener, and the receiver of its commands.
    pub(super) fn new(state: SimulatorState) -> (Self, mpsc::Receiver<ListenerCommand>) {
        let (listener_commands, receiver) = mpsc::channel(LISTENER_COMMANDS_MAX);
        let settings =
            ConnectionSettings { listener: ListenerMode::Open, keep_alive: KEEP_ALIVE, tls: None };
        let closing = Mutex::new(watch::channel(()).0);
        let (state, settings) = (Mutex::new(state), Mutex::new(settings));
        (Self { state, settings, closing, listener_commands }, receiver)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, SimulatorState> {
        self.state.lock()
    }

    pub(super) fn settings(&self) -> MutexGuard<'_, ConnectionSettings> {
        self.settings.lock()
    }

    /// Sends once when the connection that holds it has to close.
    pub(super) fn closing(&self) -> watch::Receiver<()> {
        self.closing.lock().subscribe()
    }

    /// Ends every open connection, and returns when the last one is closed.
    pub(super) async fn close_connections(&self) {
        let old = {
            let mut closing = self.closing.lock();
            std::mem::replace(&mut *closing, watch::channel(()).0)
        };
        old.send_replace(());
        old.closed().await;
    }

    /// Switches the listener, and returns when it has switched.
    pub(super) async fn set_listener(&self, mode: ListenerMode) -> io::Result<()> {
        let gone = || io::Error::other("the simulator has stopped");
        let (done, doing) = oneshot::channel();
        self.listener_commands.send((mode, done)).await.map_err(|_| gone())?;
        doing.await.map_err(|_| gone())?
    }
}
