//! What the handle, the sockets and the controllers share.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use rustls::ServerConfig;
use tokio::sync::{mpsc, oneshot, watch};

use super::desk::Desk;
use super::door::Door;

/// As nginx keeps an idle connection by default.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How many may wait to move the door.
const DOOR_ORDERS_MAX: usize = 16;

/// A door to be set, and whom to tell.
pub(super) type DoorOrder = (Door, oneshot::Sender<io::Result<()>>);

/// Poison is ignored: a panic elsewhere leaves nothing half done here.
pub(super) struct Shared {
    desk: Mutex<Desk>,
    reception: Mutex<Reception>,
    /// Every connection listens to it, and ends when it speaks.
    cut: Mutex<watch::Sender<()>>,
    door_orders: mpsc::Sender<DoorOrder>,
}

/// What a connection meets before it asks for anything.
pub(super) struct Reception {
    /// As it is, for showing; it is moved by `set_door`.
    pub(super) door: Door,
    /// How long a connection may say nothing.
    pub(super) keep_alive: Duration,
    /// Shown to new connections; without it they speak plain HTTP.
    pub(super) tls: Option<Arc<ServerConfig>>,
}

impl Shared {
    /// With an open door, and what comes out where its orders arrive.
    pub(super) fn new(desk: Desk) -> (Self, mpsc::Receiver<DoorOrder>) {
        let (door_orders, ordered) = mpsc::channel(DOOR_ORDERS_MAX);
        let reception = Reception { door: Door::Open, keep_alive: KEEP_ALIVE, tls: None };
        let cut = Mutex::new(watch::channel(()).0);
        let (desk, reception) = (Mutex::new(desk), Mutex::new(reception));
        (Self { desk, reception, cut, door_orders }, ordered)
    }

    pub(super) fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock()
    }

    pub(super) fn reception(&self) -> MutexGuard<'_, Reception> {
        self.reception.lock()
    }

    /// Speaks once when the connection that holds it is to end.
    pub(super) fn cut(&self) -> watch::Receiver<()> {
        self.cut.lock().subscribe()
    }

    /// Ends every open connection, and returns when the last one is closed.
    pub(super) async fn close_connections(&self) {
        let old = {
            let mut cut = self.cut.lock();
            std::mem::replace(&mut *cut, watch::channel(()).0)
        };
        old.send_replace(());
        old.closed().await;
    }

    /// Moves the door, and returns when it has moved.
    pub(super) async fn set_door(&self, door: Door) -> io::Result<()> {
        let gone = || io::Error::other("the simulator has stopped");
        let (done, doing) = oneshot::channel();
        self.door_orders.send((door, done)).await.map_err(|_| gone())?;
        doing.await.map_err(|_| gone())?
    }
}
