//! The sockets: accepts connections, reads requests, and carries plans out to the letter.
//!
//! It runs on a thread and a runtime of its own. So dropping the simulator closes every socket
//! before it returns, which lets a test start the next one on the same port, and a test that
//! pauses its clock does not pause the simulator's.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{sleep, timeout};

use super::desk::Desk;
use super::plan::{Plan, Step};
use super::question::{Reading, read};
use super::reply::Reply;

/// More than any client of ours opens; a leak ends here and not at the file limit.
const CONNECTIONS_MAX: usize = 4_096;
/// Room for a burst of connections: past a full backlog, the kernel makes them wait a second.
const BACKLOG: u32 = 1_024;
/// How long the accept loop rests after an error, such as too many open files.
const ACCEPT_REST: Duration = Duration::from_millis(50);
/// How long a refused client gets to read why; closing at once would reset the answer away.
const REFUSAL_LINGER: Duration = Duration::from_secs(1);
const READ_PIECE: usize = 16 * 1024;

/// What the server and the handle share.
pub(super) struct Shared {
    desk: Mutex<Desk>,
    keep_alive: Mutex<Duration>,
}

impl Shared {
    pub(super) fn new(desk: Desk, keep_alive: Duration) -> Self {
        Self { desk: Mutex::new(desk), keep_alive: Mutex::new(keep_alive) }
    }

    /// A panic elsewhere leaves nothing half done here, so poison is ignored.
    pub(super) fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_keep_alive(&self, limit: Duration) {
        *self.keep_alive.lock().unwrap_or_else(PoisonError::into_inner) = limit;
    }

    fn keep_alive(&self) -> Duration {
        *self.keep_alive.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running server; dropping it closes the listener and every connection before it returns.
pub(super) struct Server {
    pub(super) addr: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Binds `addr`, which must be loopback, and serves.
    pub(super) async fn start(addr: SocketAddr, shared: Arc<Shared>) -> io::Result<Self> {
        if !addr.ip().is_loopback() {
            let problem = format!("the simulator listens on loopback only, not on {addr}");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
        }
        let (stop, stopped) = oneshot::channel();
        let (bound, binding) = oneshot::channel();
        let runtime = Builder::new_current_thread().enable_all().build();
        let run = move || match runtime {
            Ok(runtime) => runtime.block_on(run(addr, shared, bound, stopped)),
            Err(problem) => drop(bound.send(Err(problem))),
        };
        let thread = std::thread::Builder::new().name("sim".to_owned()).spawn(run)?;
        let addr = binding.await.map_err(|_| io::Error::other("the simulator's thread died"))??;
        Ok(Self { addr, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Whoever holds the other end may have gone already, by panic.
        let _ = self.stop.take().map(|stop| stop.send(()));
        // Never long: the thread waits in nothing but its runtime, which drops all tasks.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

async fn run(
    addr: SocketAddr,
    shared: Arc<Shared>,
    bound: oneshot::Sender<io::Result<SocketAddr>>,
    stopped: oneshot::Receiver<()>,
) {
    let listening = listen(addr).and_then(|listener| Ok((listener.local_addr()?, listener)));
    match listening {
        Err(problem) => drop(bound.send(Err(problem))),
        Ok((addr, listener)) => {
            let _ = bound.send(Ok(addr));
            tokio::select! {
                _ = stopped => {}
                () = accept(listener, shared) => {}
            }
        }
    }
}

fn listen(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = if addr.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // The connections of the simulator before, on the same port, may be in TIME_WAIT.
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    socket.listen(BACKLOG)
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(ACCEPT_REST).await;
            continue;
        };
        // Without a place the stream is dropped, which closes it.
        if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
            let shared = Arc::clone(&shared);
            tokio::spawn(async move {
                let _place = place;
                // An error here is a client that went away, which is its right.
                let _ = serve(&stream, &shared).await;
            });
        }
    }
}

/// Answers one request after the other, until a plan or the client ends it.
async fn serve(stream: &TcpStream, shared: &Shared) -> io::Result<()> {
    // A dripped byte must not wait for the next one.
    stream.set_nodelay(true)?;
    let number = {
        let mut desk = shared.desk();
        desk.connections += 1;
        desk.connections
    };
    let mut received = Vec::new();
    loop {
        match read(&received) {
            Reading::Bad(status) => {
                let reply = Reply::html(status, "").with("Connection", "close");
                send(stream, &reply.bytes()).await?;
                let _ = timeout(REFUSAL_LINGER, hold(stream)).await;
                return Ok(());
            }
            Reading::Partial => {
                if receive(stream, &mut received, shared.keep_alive()).await? == 0 {
                    return Ok(());
                }
            }
            Reading::Whole(question, taken) => {
                received.drain(..taken);
                let plan = shared.desk().decide(&question, number, Instant::now());
                if carry_out(stream, plan).await?.is_none() {
                    return Ok(());
                }
            }
        }
    }
}

/// Does what is planned; none means that the connection is over.
async fn carry_out(stream: &TcpStream, plan: Plan) -> io::Result<Option<()>> {
    for step in plan.steps {
        match step {
            Step::Close => return Ok(None),
            Step::Drip { bytes, every } => {
                for byte in bytes {
                    sleep(every).await;
                    send(stream, &[byte]).await?;
                }
            }
            Step::Hold => {
                hold(stream).await;
                return Ok(None);
            }
            Step::Repeat { bytes, times } => {
                for _ in 0..times {
                    send(stream, &bytes).await?;
                }
            }
            Step::Reset => {
                // Closing a socket with a linger of zero sends a reset instead of an end.
                stream.set_zero_linger()?;
                return Ok(None);
            }
            Step::Send(bytes) => send(stream, &bytes).await?,
            Step::Wait(time) => sleep(time).await,
        }
    }
    Ok(Some(()))
}

/// Adds what arrives to `received`; 0 if the client has gone or said nothing for `limit`.
async fn receive(stream: &TcpStream, received: &mut Vec<u8>, limit: Duration) -> io::Result<usize> {
    let mut piece = [0; READ_PIECE];
    match timeout(limit, receive_piece(stream, &mut piece)).await {
        Err(_) => Ok(0),
        Ok(count) => {
            let count = count?;
            received.extend_from_slice(&piece[..count]);
            Ok(count)
        }
    }
}

/// Reads and forgets until the client goes away.
async fn hold(stream: &TcpStream) {
    let mut piece = [0; READ_PIECE];
    while receive_piece(stream, &mut piece).await.is_ok_and(|count| count > 0) {}
}

async fn receive_piece(stream: &TcpStream, piece: &mut [u8]) -> io::Result<usize> {
    loop {
        stream.readable().await?;
        match stream.try_read(piece) {
            Err(problem) if problem.kind() == io::ErrorKind::WouldBlock => {}
            done => return done,
        }
    }
}

async fn send(stream: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        stream.writable().await?;
        match stream.try_write(bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(problem) if problem.kind() == io::ErrorKind::WouldBlock => {}
            Err(problem) => return Err(problem),
        }
    }
    Ok(())
}
