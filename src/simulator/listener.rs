//! What happens to new connections before a byte is exchanged: accepted, refused, or unanswered.

use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

/// Enough for a burst of connections: past a full backlog, the kernel makes them wait a second.
const BACKLOG: u32 = 1_024;
/// The smallest that accepts any connection: at 0, Linux answers with SYN cookies.
const BACKLOG_BLACKHOLE: u32 = 1;
/// How many of our own connections may be needed to fill that backlog. Linux needs two, one more
/// than it was set to; others round the backlog up.
const FILLERS_MAX: usize = 64;
/// A connection on this machine takes far less, unless the backlog is full.
const FULL_AFTER: Duration = Duration::from_millis(100);
/// How long the accept loop rests after an error, such as too many open files.
const ACCEPT_REST: Duration = Duration::from_millis(50);

/// What happens to new connections; those that are open go on.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ListenerMode {
    /// They wait without an answer, as behind a firewall that drops packets. On Linux only.
    Blackhole,
    /// They are accepted.
    #[default]
    Open,
    /// They are refused, as on a port without a listener.
    Refuse,
}

/// The listening socket, kept for as long as the simulator runs.
pub(super) struct SwitchedListener {
    pub(super) addr: SocketAddr,
    socket: BoundSocket,
    /// Bound to the address and never listening, so that the system assigns the port to no other
    /// process while we refuse. One that binds this very port with SO_REUSEADDR still gets it.
    _keeper: TcpSocket,
}

enum BoundSocket {
    Blackhole {
        /// Not accepted from, so that its backlog stays full of `fillers`.
        _listener: TcpListener,
        _fillers: Vec<TcpStream>,
    },
    Open(TcpListener),
    Refuse,
}

impl SwitchedListener {
    /// Binds the address and accepts connections.
    pub(super) fn open(addr: SocketAddr) -> io::Result<Self> {
        let keeper = bind(addr)?;
        let addr = keeper.local_addr()?;
        let socket = BoundSocket::Open(bind(addr)?.listen(BACKLOG)?);
        Ok(Self { addr, socket, _keeper: keeper })
    }

    pub(super) fn mode(&self) -> ListenerMode {
        match self.socket {
            BoundSocket::Blackhole { .. } => ListenerMode::Blackhole,
            BoundSocket::Open(_) => ListenerMode::Open,
            BoundSocket::Refuse => ListenerMode::Refuse,
        }
    }

    /// The next connection; none comes while the mode is not `Open`.
    pub(super) async fn accept(&self) -> TcpStream {
        match &self.socket {
            BoundSocket::Open(listener) => accept(listener).await,
            _ => pending().await,
        }
    }

    /// Refuses from now on, and returns the connections that had arrived already; one that cannot
    /// be taken over is closed.
    pub(super) fn refuse(&mut self) -> Vec<TcpStream> {
        let BoundSocket::Open(listener) = std::mem::replace(&mut self.socket, BoundSocket::Refuse)
        else {
            return Vec::new();
        };
        let Ok(listener) = listener.into_std() else {
            return Vec::new();
        };
        let arrived = std::iter::from_fn(|| listener.accept().ok()).take(BACKLOG as usize);
        arrived
            .filter_map(|(stream, _)| {
                stream.set_nonblocking(true).ok()?;
                TcpStream::from_std(stream).ok()
            })
            .collect()
    }

    /// Sets the mode, after `refuse`. If that fails, connections are refused.
    pub(super) async fn set(&mut self, mode: ListenerMode) -> io::Result<()> {
        self.socket = match mode {
            ListenerMode::Blackhole => blackhole(self.addr).await?,
            ListenerMode::Open => BoundSocket::Open(bind(self.addr)?.listen(BACKLOG)?),
            ListenerMode::Refuse => BoundSocket::Refuse,
        };
        Ok(())
    }
}

/// The next connection; after an error it pauses.
pub(super) async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(_) => sleep(ACCEPT_REST).await,
        }
    }
}

fn bind(addr: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if addr.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // For the keeper, and for the connections of the simulator before, on the same port, which may
    // be in TIME_WAIT.
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    Ok(socket)
}

/// Fills a backlog until a connection of our own gets no answer, which proves that none does:
/// Linux drops every SYN to a listener whose backlog is full. A client that connects while it is
/// being filled may replace a filler, and waits as one.
async fn blackhole(addr: SocketAddr) -> io::Result<BoundSocket> {
    let listener = bind(addr)?.listen(BACKLOG_BLACKHOLE)?;
    let mut fillers = Vec::new();
    while fillers.len() < FILLERS_MAX {
        match timeout(FULL_AFTER, TcpStream::connect(addr)).await {
            Err(_) => return Ok(BoundSocket::Blackhole { _listener: listener, _fillers: fillers }),
            Ok(filler) => fillers.push(filler?),
        }
    }
    Err(io::Error::other("this system answers connections that no process accepts"))
}
