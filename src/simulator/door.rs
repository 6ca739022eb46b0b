//! What new connections meet before a byte is exchanged: somebody, a refusal, or nothing at all.

use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

/// Room for a burst of connections: past a full backlog, the kernel makes them wait a second.
const BACKLOG: u32 = 1_024;
/// The smallest that lets anybody in: at 0, Linux answers with SYN cookies.
const BACKLOG_BLACKHOLE: u32 = 1;
/// How many of our own connections may be needed to fill that backlog. Linux needs two, one more
/// than it is told; others round the backlog up.
const FILLERS_MAX: usize = 64;
/// A connection on this machine takes far less, unless the backlog is full.
const FULL_AFTER: Duration = Duration::from_millis(100);
/// How long the accept loop rests after an error, such as too many open files.
const ACCEPT_REST: Duration = Duration::from_millis(50);

/// What happens to new connections; those that are open go on.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// They wait without an answer, as behind a firewall that drops packets. On Linux only.
    Blackhole,
    /// They are accepted.
    #[default]
    Open,
    /// They are refused, as where nobody listens.
    Refuse,
}

/// The place where connections arrive, kept for as long as the simulator runs.
pub(super) struct Entrance {
    pub(super) addr: SocketAddr,
    state: State,
    /// Bound to the address and never listening, so that the system gives the port to nobody while
    /// we refuse. Who asks for this very port and sets SO_REUSEADDR would still get it.
    _keeper: TcpSocket,
}

enum State {
    Blackhole {
        /// Not accepted from, so that its backlog stays full of `fillers`.
        _listener: TcpListener,
        _fillers: Vec<TcpStream>,
    },
    Open(TcpListener),
    Refuse,
}

impl Entrance {
    /// Binds the address and opens the door.
    pub(super) fn open(addr: SocketAddr) -> io::Result<Self> {
        let keeper = bind(addr)?;
        let addr = keeper.local_addr()?;
        let state = State::Open(bind(addr)?.listen(BACKLOG)?);
        Ok(Self { addr, state, _keeper: keeper })
    }

    pub(super) fn door(&self) -> Door {
        match self.state {
            State::Blackhole { .. } => Door::Blackhole,
            State::Open(_) => Door::Open,
            State::Refuse => Door::Refuse,
        }
    }

    /// The next connection; none comes while the door is not open.
    pub(super) async fn accept(&self) -> TcpStream {
        match &self.state {
            State::Open(listener) => accept(listener).await,
            _ => pending().await,
        }
    }

    /// Refuses from now on, and returns the connections that had arrived already; one that cannot
    /// be taken over is closed.
    pub(super) fn refuse(&mut self) -> Vec<TcpStream> {
        let State::Open(listener) = std::mem::replace(&mut self.state, State::Refuse) else {
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

    /// Sets the door, which `refuse` has closed before. If it cannot be set, it refuses.
    pub(super) async fn set(&mut self, door: Door) -> io::Result<()> {
        self.state = match door {
            Door::Blackhole => blackhole(self.addr).await?,
            Door::Open => State::Open(bind(self.addr)?.listen(BACKLOG)?),
            Door::Refuse => State::Refuse,
        };
        Ok(())
    }
}

/// The next connection; errors are rested upon.
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
/// Linux drops every SYN to a listener whose backlog is full. Whoever connects while it is being
/// filled may take the place of a filler, and waits as one.
async fn blackhole(addr: SocketAddr) -> io::Result<State> {
    let listener = bind(addr)?.listen(BACKLOG_BLACKHOLE)?;
    let mut fillers = Vec::new();
    while fillers.len() < FILLERS_MAX {
        match timeout(FULL_AFTER, TcpStream::connect(addr)).await {
            Err(_) => return Ok(State::Blackhole { _listener: listener, _fillers: fillers }),
            Ok(filler) => fillers.push(filler?),
        }
    }
    Err(io::Error::other("this system answers connections that nobody accepts"))
}
