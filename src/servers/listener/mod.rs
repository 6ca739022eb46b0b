//! Accepts connections and serves each in its own task; accept errors never end it.

mod descriptors;
mod metrics;
mod settings;
mod slots;
mod texts;

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
use crate::runtime::logging::RateLimitedLog;
use crate::runtime::metrics::Gauge;

use self::metrics::{Counted, Shed};
use self::slots::{Full, Slot, Slots};

pub use self::metrics::ListenerMetrics;
pub use self::settings::{
    AGI_DEFAULT, CONSOLE_DEFAULT, HTTP_DEFAULT, Listen, METRICS_DEFAULT, Settings,
};

/// Connections the kernel holds until they are accepted. tokio's own 1,024 would drop calls in
/// the first second of a mass outage, and a dropped SYN is sent again only after a second.
const BACKLOG: u32 = 4_096;
/// Size of the kernel's send buffer. The kernel wakes a writer when a third of it is free, so with
/// its default of megabytes a slow line would show no progress for a minute. At a round trip of 100
/// ms this size still permits 300 kB a second, twenty times the rate of playback.
const SEND_BUFFER: u32 = 32 * 1024;
/// Pause after an accept error. Without one, running out of descriptors would spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How long connections are still accepted after a stop: the kernel may have accepted them already,
/// and closing the listener would reset them.
const LAST_CALLS: Duration = Duration::from_millis(50);
/// How long a connection continues normally after a stop: longer than `LAST_CALLS`, so that the
/// client that was accepted last can send its request.
pub const LINGER: Duration = Duration::from_millis(100);
/// Shortest time for accepted calls, whatever the deadline: a request body may take this long.
const DRAIN_LEAST: Duration = Duration::from_secs(1);
/// Additional time on a loaded machine. With the default deadline the service ends within 1,650 ms of
/// the stop.
const DRAIN_MARGIN: Duration = Duration::from_millis(500);

/// Below this number of connections a warning is logged: a mass outage may need them.
const CONNECTIONS_LOW: usize = 512;

/// Connections accepted before the task yields to those already accepted. Without it a call waits
/// behind up to 128 connections of a flood, which doubled its p99.
const ACCEPTS_BEFORE_YIELD: u32 = 16;

/// Warns of few descriptors once for all listeners.
static LOW_LIMIT_WARNING: Once = Once::new();

static SHED_ADDRESS: RateLimitedLog = RateLimitedLog::new(Level::WARN, "connection rejected");
static SHED_NETWORK: RateLimitedLog = RateLimitedLog::new(Level::WARN, "connection rejected");
static SHED_ALL: RateLimitedLog = RateLimitedLog::new(Level::WARN, "connection rejected");
static SHED_UNKNOWN: RateLimitedLog = RateLimitedLog::new(Level::WARN, "connection rejected");
static ACCEPT_ERRORS: RateLimitedLog =
    RateLimitedLog::new(Level::WARN, "cannot accept a connection");

/// An open listener. Connections inherit its TCP_NODELAY, without which an answer could take 40 ms
/// more, and its send buffer size; setting them per connection would need system calls.
pub struct Listener {
    socket: TcpListener,
    settings: Settings,
    slots: Arc<Slots>,
    networks: Active<Networks>,
    metrics: ListenerMetrics,
    /// Its name in metrics.
    name: &'static str,
}

/// Opens the listener `name` at `address`, even if the address was in use until recently.
pub fn open(name: &'static str, address: SocketAddr) -> io::Result<Listener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.set_nodelay(true)?;
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    Ok(Listener::new(name, socket.listen(BACKLOG)?))
}

/// Takes over a socket that systemd has opened, with its waiting connections. A socket that is only
/// bound starts listening.
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
        let slots = Slots::new(&settings.pbx, descriptors::available());
        let networks = Active::always(Networks::default());
        let metrics = ListenerMetrics::default();
        Self { socket, settings, slots, networks, metrics, name }
    }

    /// The same listener with other settings than the defaults.
    pub fn with(self, settings: Settings) -> Self {
        let slots = Slots::new(&settings.pbx, descriptors::available());
        Self { settings, slots, ..self }
    }

    /// The same listener with a few slots of its own, for monitoring.
    pub fn with_few_slots(self, settings: Settings) -> Self {
        let slots = Slots::of_metrics(&settings.pbx, descriptors::available());
        Self { settings, slots, ..self }
    }

    /// The same listener with slots of its own, for the console.
    pub fn with_console_slots(self, settings: Settings) -> Self {
        let slots = Slots::of_console(&settings.pbx, descriptors::available());
        Self { settings, slots, ..self }
    }

    /// The same listener with the settings and slots of another one: the limits apply to both
    /// together.
    pub fn beside(self, other: &Self) -> Self {
        Self { settings: other.settings.clone(), slots: Arc::clone(&other.slots), ..self }
    }

    /// The same listener, restricted to `networks`, which a reload may change.
    pub fn admitting(self, networks: Active<Networks>) -> Self {
        Self { networks, ..self }
    }

    /// The same listener with the application's `metrics`.
    pub fn counting(self, metrics: ListenerMetrics) -> Self {
        // Its series begins now, and not with its task.
        drop(metrics.connections.of([self.name]));
        Self { metrics, ..self }
    }

    /// Where the listener is, also when actual address of the listener.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }
}

/// Serves connections until `stop` is set, then waits for the open ones to end.
pub async fn run<F, C>(listener: Listener, mut stop: watch::Receiver<bool>, serve: F)
where
    F: Fn(TcpStream, IpAddr) -> C,
    C: Future<Output = ()> + Send + 'static,
{
    let Listener { socket, settings, slots, networks, metrics, name } = listener;
    LOW_LIMIT_WARNING.call_once(|| {
        let available = descriptors::available();
        // The usual limit of a shell, 1,024 files, is sufficient.
        if available < CONNECTIONS_LOW {
            warn!(
                "few connections possible: the limit of open files permits {available} (raise \
                 LimitNOFILE to 2048)"
            );
        }
    });
    // Each connection holds a sender; when all are dropped, `recv` returns.
    let (open, mut drained) = mpsc::channel(1);
    let connections = metrics.connections.of([name]);
    let acceptor = Acceptor {
        socket: &socket,
        networks: &networks,
        slots: &slots,
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
        warn!("connections aborted: not finished within {drain:?}");
    }
}

/// Waits for a stop and then for `LINGER`: a request that arrived by then may not have been read yet.
pub async fn lingered(stop: &mut watch::Receiver<bool>) {
    let changes = stop.clone();
    let mut lingering = pin!(async {
        stopped(stop).await;
        sleep(LINGER).await;
    });
    let mut is_registered = false;
    // Once registered, a check of the flag is enough: a connection polls this each time it is woken.
    poll_fn(|context| {
        if is_registered && matches!(changes.has_changed(), Ok(false)) {
            return Poll::Pending;
        }
        is_registered = true;
        lingering.as_mut().poll(context)
    })
    .await;
}

/// Waits for a stop.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // A dropped sender counts as a stop.
    drop(stop.wait_for(|stop| *stop).await);
}

/// The state that decides whether a connection is accepted.
struct Acceptor<'a> {
    socket: &'a TcpListener,
    networks: &'a Active<Networks>,
    slots: &'a Arc<Slots>,
    metrics: &'a ListenerMetrics,
    /// Those that are open at this listener.
    connections: Gauge,
    open: mpsc::Sender<Infallible>,
}

impl Acceptor<'_> {
    /// Whether `stream` comes from a permitted network.
    fn admits(&self, stream: &TcpStream, peer: IpAddr) -> bool {
        let local = || stream.local_addr().ok().map(|address| address.ip());
        self.networks.now().admits(peer, local)
    }

    /// Takes a slot for `stream`, which comes from `peer`.
    fn slot(&self, stream: &TcpStream, peer: IpAddr) -> Result<Slot, Full> {
        let is_own = || {
            let local = stream.local_addr();
            local.is_ok_and(|local| local.ip().to_canonical() == peer.to_canonical())
        };
        self.slots.take(peer, is_own)
    }
}

/// Accepts connections forever. Those from outside the networks and those without a slot are closed
/// before a byte is read or written, which is the cheapest rejection.
async fn accept<F, C>(acceptor: &Acceptor<'_>, serve: &F) -> Infallible
where
    F: Fn(TcpStream, IpAddr) -> C,
    C: Future<Output = ()> + Send + 'static,
{
    let mut accepted = 0;
    loop {
        accepted = (accepted + 1) % ACCEPTS_BEFORE_YIELD;
        if accepted == 0 {
            yield_now().await;
        }
        let (stream, peer) = match acceptor.socket.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                acceptor.metrics.accept_errors.inc();
                ACCEPT_ERRORS.log(format_args!("{error} (raise LimitNOFILE if this persists)"));
                sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        if !acceptor.admits(&stream, peer.ip()) {
            acceptor.metrics.shed.count(Shed::Network);
            SHED_NETWORK.log(format_args!(
                "{} is in none of access.networks (if it is a PBX, add it there)",
                peer.ip()
            ));
            continue;
        }
        match acceptor.slot(&stream, peer.ip()) {
            Ok(slot) => {
                let held = (slot, Counted::new(&acceptor.connections), acceptor.open.clone());
                // Boxed, because a task is moved several times.
                let serving = Box::pin(serve(stream, peer.ip()));
                // The panic hook logs a panic; it ends this connection only.
                tokio::spawn(async move {
                    let _held = held;
                    serving.await;
                });
            }
            Err(full) => {
                acceptor.metrics.shed.count(full.label());
                log_full(full, peer.ip());
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

/// Logs a connection that was rejected because there is no slot.
fn log_full(full: Full, peer: IpAddr) {
    match full {
        Full::Known { max } => {
            SHED_ALL.log(format_args!("limit of {max} reached"));
        }
        Full::Unknown { max } => {
            SHED_UNKNOWN.log(format_args!(
                "limit of {max} for addresses outside listen.pbx reached (if {peer} is a PBX, add it \
                 there)"
            ));
        }
        Full::Address { max } => {
            SHED_ADDRESS.log(format_args!(
                "limit of {max} for {peer} reached (if it is a PBX, add it to listen.pbx)"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn connections_have_nodelay_whoever_opened_the_listener() {
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
    async fn a_bound_socket_starts_listening() {
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
