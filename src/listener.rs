//! Accepts connections and hands each to a task of its own; no accept error ends it.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tracing::warn;

/// Connections the kernel holds until they are accepted. tokio's own 1,024 would drop calls in
/// the first second of a mass outage, and a dropped SYN is sent again only after a second.
const BACKLOG: u32 = 4_096;
/// Pause after an accept error. Without one, running out of descriptors would spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How long accepted calls have to be answered once the service is told to stop.
const DRAIN_MAX: Duration = Duration::from_secs(2);

/// Opens the door at `address`, which may have been in use until a moment ago.
pub fn open(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves every connection until `stop` says so, then lets those that are open end.
pub async fn run<F, C>(listener: TcpListener, mut stop: watch::Receiver<bool>, serve: F)
where
    F: Fn(TcpStream) -> C,
    C: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            () = stopped(&mut stop) => break,
        };
        match accepted {
            Ok((stream, _)) => {
                connections.spawn(serve(stream));
            }
            Err(error) => {
                warn!(%error, "cannot accept a connection; raise LimitNOFILE if this lasts");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    let drained = async { while connections.join_next().await.is_some() {} };
    if timeout(DRAIN_MAX, drained).await.is_err() {
        warn!("some connections did not end within {DRAIN_MAX:?}; they are cut");
    }
}

/// Waits until the service is told to stop.
pub async fn stopped(stop: &mut watch::Receiver<bool>) {
    // When the one who could say so is gone, that is as good as having been told.
    drop(stop.wait_for(|stop| *stop).await);
}
