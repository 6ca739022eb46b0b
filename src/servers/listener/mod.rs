//! Accepts connections and hands each to a task of its own; no accept error ends it.

mod descriptors;
mod metrics;
mod places;
mod settings;

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::OwnedFd;
use std::pin::pin;
use std::sync::{Arc, Once};
use std::task::Poll;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};
use tracing::{Level, warn};

use crate::runtime::access::Networks;
use crate::runtime::current::Active;
use crate::runtime::logging::Sparing;
use crate::runtime::metrics::Gauge;

use self::metrics::{Counted, Shed};
use self::places::{Full, Places, Slot};

pub use self::metrics::ListenerMetrics;
pub use self::settings::{AGI_DEFAULT, HTTP_DEFAULT, Listen, METRICS_DEFAULT, Settings};

/// Connections the kernel holds until they are accepted. tokio's own 1,024 would drop calls in
/// the first second of a mass outage, and a dropped SYN is sent again only after a second.
const BACKLOG: u32 = 4_096;
/// What the kernel holds of an answer that is not taken yet. It wakes whoever writes when a third of
/// it is free, so that of its own megabytes a slow line would take a minute without a sign of life.
/// At a round trip of 100 ms it still lets 300 kB a second through, twenty times what is heard.
const SEND_BUFFER: u32 = 32 * 1024;
/// Pause after an accept error. Without one, running out of descriptors would spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How long connections are still accepted once the service is told to stop: the kernel may have
/// answered for us already, and closing the listener would break those calls.
const LAST_CALLS: Duration = Duration::from_millis(50);
/// How long a connection goes on as if nothing were, once the service is told to stop: longer
/// than `LAST_CALLS`, so that whoever was accepted last can say what it wants.
pub const LINGER: Duration = Duration::from_millis(100);
/// Shortest time accepted calls have to be answered, whatever the deadline: a body may take so long.
const DRAIN_LEAST: Duration = Duration::from_secs(1);
/// What they have beyond that, as a loaded machine is a slow one. With the default deadline the
/// service ends within 1,650 ms of being told to.
const DRAIN_MARGIN: Duration = Duration::from_millis(500);

/// Room for fewer connections than this deserves a warning: a mass outage may need them.
const ROOM_LOW: usize = 512;

/// Connections accepted before those that were let in get their turn. Without it a call waits
/// behind up to 128 connections of a flood, which doubled its p99.
const TURN: u32 = 16;

/// Whether few descriptors were warned of: once is enough for all listeners.
static WORRIED: Once = Once::new();

static SHED_ADDRESS: Sparing = Sparing::new(Level::WARN, "connection closed at once");
static SHED_NETWORK: Sparing = Sparing::new(Level::WARN, "connection closed at once");
static SHED_ALL: Sparing = Sparing::new(Level::WARN, "connection closed at once");
static SHED_UNKNOWN: Sparing = Sparing::new(Level::WARN, "connection closed at once");
static ACCEPT_ERRORS: Sparing = Sparing::new(Level::WARN, "cannot accept a connection");

/// An open listener. Connections inherit from it that small pieces are sent at once: waiting to fill
/// a packet would add 40 ms to an answer, and saying so for each would cost a call of the system.
/// They inherit the size of the send buffer, too.
pub struct Listener {
    socket: TcpListener,
    settings: Settings,
    places: Arc<Places>,
    networks: Active<Networks>,
    metrics: ListenerMetrics,
    /// What it is called in metrics.
    name: &'static str,
}

/// Opens the listener `name` at `address`, which may have been in use until a moment ago.
pub fn open(name: &'static str, address: SocketAddr) -> io::Result<Listener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.set_nodelay(true)?;
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    Ok(Listener::new(name, socket.listen(BACKLOG)?))
}

/// Takes a listener that systemd has opened; connections that wait at it already are served, too.
/// One that is bound only is made to listen, as nobody else would.
pub fn adopt(name: &'static str, socket: std::net::TcpListener) -> io::Result<Listener> {
    socket.set_nonblocking(true)?;
    let socket = TcpSocket::from_std_stream(OwnedFd::from(socket).into());
    socket.set_nodelay(true)?;
    socket.set_send_buffer_size(SEND_BUFFER)?;
    Ok(Listener::new(name, socket.listen(BACKLOG)?))
}

impl Listener {
    fn new(name: &'static str, socket: TcpListener) -> Self {
        let settings = Settings::default();
        let places = Places::new(&settings.pbx, descriptors::room());
        let networks = Active::always(Networks::default());
        let metrics = ListenerMetrics::default();
        Self { socket, settings, places, networks, metrics, name }
    }

    /// The same listener with other settings than the defaults.
    pub fn with(self, settings: Settings) -> Self {
        let places = Places::new(&settings.pbx, descriptors::room());
        Self { settings, places, ..self }
    }

    /// The same listener with few places of its own, for those who monitor the service.
    pub fn with_few_places(self, settings: Settings) -> Self {
        let places = Places::of_metrics(&settings.pbx, descriptors::room());
        Self { settings, places, ..self }
    }

    /// The same listener with the settings of another one, whose places it shares: the limits are for
    /// both together.
    pub fn beside(self, other: &Self) -> Self {
        Self { settings: other.settings.clone(), places: Arc::clone(&other.places), ..self }
    }

    /// The same listener for those whom `networks` lets in, which may change.
    pub fn admitting(self, networks: Active<Networks>) -> Self {
        Self { networks, ..self }
    }

    /// The same listener with the application's `metrics`.
    pub fn counting(self, metrics: ListenerMetrics) -> Self {
        // Its series begins now, and not with its task.
        drop(metrics.connections.of([self.name]));
        Self { metrics, ..self }
    }

    /// Where the listener is, also when the system chose the port.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }
}

/// Serves every connection until `stop` says so, then lets those that are open end.
pub async fn run<F, C>(listener: Listener, mut stop: watch::Receiver<bool>, serve: F)
where
    F: Fn(TcpStream, IpAddr) -> C,
    C: Future<Output = ()> + Send + 'static,
{
    let Listener { socket, settings, places, networks, metrics, name } = listener;
    WORRIED.call_once(|| {
        let room = descriptors::room();
        // An ordinary shell allows 1,024 files, which is nearly all of them and no reason to worry.
        if room < ROOM_LOW {
            warn!("only {room} connections fit the limit of open files: raise LimitNOFILE to 2048");
        }
    });
    // Each connection holds an end of it; once all have let go, there is nothing more to receive.
    let (open, mut drained) = mpsc::channel(1);
    let connections = metrics.connections.of([name]);
    let acceptor = Acceptor {
        socket: &socket,
        networks: &networks,
        places: &places,
        metrics: &metrics,
        connections,
        open,
    };
    tokio::select! {
        never = accept(&acceptor, &serve) => match never {},
        () = stopped(&mut stop) => {}
    }
    let _ = timeout(LAST_CALLS, accept(&acceptor, &serve)).await;
    drop(acceptor);
    drop(socket);
    let drain = LINGER + settings.call_max.max(DRAIN_LEAST) + DRAIN_MARGIN;
    if timeout(drain, drained.recv()).await.is_err() {
        warn!("some connections did not end within {drain:?}; they are cut");
    }
}

/// Waits until the service is told to stop, and a moment longer: what the client has sent by then
/// may not have been read yet.
pub async fn lingered(stop: &mut watch::Receiver<bool>) {
    let news = stop.clone();
    let mut told = pin!(async {
        stopped(stop).await;
        sleep(LINGER).await;
    });
    let mut waits = false;
    // Once it waits, looking at a flag is enough: a connection asks at each of its turns.
    poll_fn(|context| {
        if waits && matches!(news.has_changed(), Ok(false)) {
            return Poll::Pending;
        }
        waits = true;
        told.as_mut().poll(context)
    })
    .await;
}

/// Waits until the service is told to stop.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // When the one who could say so is gone, that is as good as having been told.
    drop(stop.wait_for(|stop| *stop).await);
}

/// What decides about a connection.
struct Acceptor<'a> {
    socket: &'a TcpListener,
    networks: &'a Active<Networks>,
    places: &'a Arc<Places>,
    metrics: &'a ListenerMetrics,
    /// Those that are open at this listener.
    connections: Gauge,
    open: mpsc::Sender<Infallible>,
}

impl Acceptor<'_> {
    /// Tells whether `stream` comes from where connections are accepted from.
    fn admits(&self, stream: &TcpStream, peer: IpAddr) -> bool {
        let local = || stream.local_addr().ok().map(|address| address.ip());
        self.networks.now().admits(peer, local)
    }

    /// Takes a place for `stream`, which comes from `peer`.
    fn place(&self, stream: &TcpStream, peer: IpAddr) -> Result<Slot, Full> {
        let is_own = || {
            let local = stream.local_addr();
            local.is_ok_and(|local| local.ip().to_canonical() == peer.to_canonical())
        };
        self.places.take(peer, is_own)
    }
}

/// Accepts connections for ever. Those from outside the networks and those without a place are closed
/// before a byte is read or written, which costs the least.
async fn accept<F, C>(acceptor: &Acceptor<'_>, serve: &F) -> Infallible
where
    F: Fn(TcpStream, IpAddr) -> C,
    C: Future<Output = ()> + Send + 'static,
{
    let mut turn = 0;
    loop {
        turn = (turn + 1) % TURN;
        if turn == 0 {
            yield_now().await;
        }
        let (stream, peer) = match acceptor.socket.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                acceptor.metrics.accept_errors.inc();
                ACCEPT_ERRORS.say(format_args!("{error}; raise LimitNOFILE if this lasts"));
                sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        if !acceptor.admits(&stream, peer.ip()) {
            acceptor.metrics.shed.count(Shed::Network);
            SHED_NETWORK.say(format_args!(
                "{} is in none of access.networks; if it is a PBX, add it there",
                peer.ip()
            ));
            continue;
        }
        match acceptor.place(&stream, peer.ip()) {
            Ok(place) => {
                let held = (place, Counted::new(&acceptor.connections), acceptor.open.clone());
                // In a box, because a task is copied as a whole, several times.
                let serving = Box::pin(serve(stream, peer.ip()));
                // A panic is logged where it happens; it costs this connection only.
                tokio::spawn(async move {
                    let _held = held;
                    serving.await;
                });
            }
            Err(full) => {
                acceptor.metrics.shed.count(full.label());
                tell_full(full, peer.ip());
            }
        }
    }
}

impl Full {
    fn label(self) -> Shed {
        match self {
            Self::Address { .. } => Shed::Address,
            Self::Known { .. } => Shed::All,
            Self::Unknown { .. } => Shed::Unknown,
        }
    }
}

/// Logs a connection that was closed because there is no place for it.
fn tell_full(full: Full, peer: IpAddr) {
    match full {
        Full::Known { max } => {
            SHED_ALL.say(format_args!("there are {max} already"));
        }
        Full::Unknown { max } => {
            SHED_UNKNOWN.say(format_args!(
                "addresses that are not in listen.pbx have {max} already; if {peer} is a PBX, name \
                 it there"
            ));
        }
        Full::Address { max } => {
            SHED_ADDRESS.say(format_args!(
                "{peer} has {max} already; if it is a PBX, name it in listen.pbx"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_connection_sends_small_pieces_at_once_whoever_has_opened_the_listener() {
        let own = open("own", ([127, 0, 0, 1], 0).into()).expect("a free port");
        let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let adopted = adopt("adopted", socket).expect("a socket");
        for listener in [own, adopted] {
            let address = listener.local_addr().expect("an address");
            let (_client, accepted) =
                tokio::join!(TcpStream::connect(address), listener.socket.accept());
            let (stream, _) = accepted.expect("a connection");
            assert!(stream.nodelay().expect("an option"), "{}", listener.name);
        }
    }

    #[tokio::test]
    async fn a_socket_that_is_bound_only_is_made_to_listen() {
        use std::os::fd::AsFd;
        let bound = TcpSocket::new_v4().expect("a socket");
        bound.bind(([127, 0, 0, 1], 0).into()).expect("a free port");
        let handed = bound.as_fd().try_clone_to_owned().expect("a descriptor");
        let listener = adopt("bound", handed.into()).expect("it listens now");
        let address = listener.local_addr().expect("an address");
        let (client, accepted) =
            tokio::join!(TcpStream::connect(address), listener.socket.accept());
        assert!(client.is_ok() && accepted.is_ok());
        let connected = client.expect("a connection").into_std().expect("a socket");
        let handed = OwnedFd::from(connected).into();
        assert!(adopt("connected", handed).is_err(), "a connection is no listener");
    }
}
