//! The sockets: accepts connections, and executes plans and commands.
//!
//! It runs on a thread and a runtime of its own. So dropping the simulator closes every socket
//! before it returns, which lets a test start the next one on the same port, and a test that
//! pauses its clock does not pause the simulator's.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::sleep;

use super::alert_control;
use super::connection::ClientConnection;
use super::control::{self, ControlCommand, ControlError};
use super::listener::{ListenerMode, SwitchedListener, accept};
use super::plan::{ReplyPlan, ReplyStep};
use super::shared::{ListenerCommand, SharedSimulator};
use super::state::Arrival;
use super::{time_of_day, tls};

/// More than any client of ours opens; a leak ends here and not at the file limit.
const CONNECTIONS_MAX: usize = 4_096;
/// A token request is about 200 bytes; whatever is larger is a mistake of the client.
const BODY_MAX: usize = 64 * 1024;
/// Some scripts and a person; beyond it, connections are closed.
const CONTROLLERS_MAX: usize = 32;
/// Five thousand customers with every field.
const CONTROL_BODY_MAX: usize = 16 * 1024 * 1024;
/// A controller that sends nothing for this long has gone.
const CONTROL_IDLE: Duration = Duration::from_secs(75);

/// A running server; dropping it closes the listeners and every connection before it returns.
pub(super) struct Server {
    pub(super) addr: SocketAddr,
    pub(super) control_addr: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The listener for clients, and the one for controllers.
struct Ports {
    listener: SwitchedListener,
    control: TcpListener,
}

impl Server {
    /// Binds `addr`, which must be loopback, and a free port beside it for the control path, and
    /// serves. `listener_commands` are those that `shared` sends.
    pub(super) async fn start(
        addr: SocketAddr,
        shared: Arc<SharedSimulator>,
        listener_commands: mpsc::Receiver<ListenerCommand>,
    ) -> io::Result<Self> {
        if !addr.ip().is_loopback() {
            let problem = format!("the simulator listens on loopback only, not on {addr}");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
        }
        let (stop, stopped) = oneshot::channel();
        let (bound, binding) = oneshot::channel();
        let runtime = Builder::new_current_thread().enable_all().build();
        let run = move || match runtime {
            Ok(runtime) => runtime.block_on(run(addr, shared, listener_commands, bound, stopped)),
            Err(problem) => drop(bound.send(Err(problem))),
        };
        let thread = std::thread::Builder::new().name("sim".to_owned()).spawn(run)?;
        let died = |_| io::Error::other("the simulator's thread died");
        let (addr, control_addr) = binding.await.map_err(died)??;
        Ok(Self { addr, control_addr, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The other end may be gone already, by panic.
        let _ = self.stop.take().map(|stop| stop.send(()));
        // Never long: the thread waits in nothing but its runtime, which drops all tasks.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

async fn run(
    addr: SocketAddr,
    shared: Arc<SharedSimulator>,
    listener_commands: mpsc::Receiver<ListenerCommand>,
    bound: oneshot::Sender<io::Result<(SocketAddr, SocketAddr)>>,
    stopped: oneshot::Receiver<()>,
) {
    let ports = Ports::open(addr).await;
    let addresses = ports.and_then(|ports| Ok((ports.addresses()?, ports)));
    match addresses {
        Err(problem) => drop(bound.send(Err(problem))),
        Ok((addresses, ports)) => {
            let _ = bound.send(Ok(addresses));
            tokio::select! {
                _ = stopped => {}
                () = accept_connections(ports.listener, listener_commands, &shared) => {}
                () = accept_controllers(ports.control, &shared) => {}
            }
        }
    }
}

impl Ports {
    async fn open(addr: SocketAddr) -> io::Result<Self> {
        let control = TcpListener::bind(SocketAddr::new(addr.ip(), 0)).await?;
        Ok(Self { listener: SwitchedListener::open(addr)?, control })
    }

    fn addresses(&self) -> io::Result<(SocketAddr, SocketAddr)> {
        Ok((self.listener.addr, self.control.local_addr()?))
    }
}

/// Accepts connections, and switches the listener on command.
async fn accept_connections(
    mut listener: SwitchedListener,
    mut listener_commands: mpsc::Receiver<ListenerCommand>,
    shared: &Arc<SharedSimulator>,
) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        tokio::select! {
            stream = listener.accept() => spawn_connection(stream, &slots, shared),
            Some((mode, done)) = listener_commands.recv() => {
                let switched = switch_listener(&mut listener, mode, &slots, shared).await;
                // The sender of the command may no longer wait for it.
                let _ = done.send(switched);
            }
        }
    }
}

/// Switches the listener if its mode changes, and serves the connections accepted before.
async fn switch_listener(
    listener: &mut SwitchedListener,
    mode: ListenerMode,
    slots: &Arc<Semaphore>,
    shared: &Arc<SharedSimulator>,
) -> io::Result<()> {
    if listener.mode() == mode {
        return Ok(());
    }
    for stream in listener.refuse() {
        spawn_connection(stream, slots, shared);
    }
    let switched = listener.set(mode).await;
    shared.settings().listener = listener.mode();
    switched
}

/// Serves a connection on a task of its own. Without a free slot it is dropped, which closes it.
fn spawn_connection(stream: TcpStream, slots: &Arc<Semaphore>, shared: &Arc<SharedSimulator>) {
    if let Ok(slot) = Arc::clone(slots).try_acquire_owned() {
        let shared = Arc::clone(shared);
        let mut closing = shared.closing();
        tokio::spawn(async move {
            let _place = slot;
            tokio::select! {
                // An error here is a client that closed the connection.
                _ = serve(stream, &shared) => {}
                _ = closing.changed() => {}
            }
        });
    }
}

/// Answers one request after the other, until a plan or the client closes the connection.
async fn serve(stream: TcpStream, shared: &SharedSimulator) -> io::Result<()> {
    let number = {
        let mut state = shared.state();
        state.connections += 1;
        state.connections
    };
    let tls = shared.settings().tls.clone();
    let mut connection = ClientConnection::open(stream, tls).await?;
    let mut arrival = Arrival { connection: number, reused: false };
    loop {
        let idle = shared.settings().keep_alive;
        let Some(request) = connection.request(idle, BODY_MAX).await? else {
            return connection.close().await;
        };
        let plan = shared.state().decide(&request, arrival, Instant::now());
        match execute(connection, plan).await? {
            None => return Ok(()),
            Some(open) => connection = open,
        }
        arrival.reused = true;
    }
}

/// Executes a plan; none means that the connection is closed.
async fn execute(
    mut connection: ClientConnection,
    plan: ReplyPlan,
) -> io::Result<Option<ClientConnection>> {
    for step in plan.steps {
        match step {
            ReplyStep::Close => {
                connection.close().await?;
                return Ok(None);
            }
            ReplyStep::Drip { bytes, every } => {
                for byte in bytes {
                    sleep(every).await;
                    connection.send(&[byte]).await?;
                }
            }
            ReplyStep::Hold => {
                connection.hold().await;
                return Ok(None);
            }
            ReplyStep::Repeat { bytes, times } => {
                for _ in 0..times {
                    connection.send(&bytes).await?;
                }
            }
            ReplyStep::Reset => {
                connection.reset()?;
                return Ok(None);
            }
            ReplyStep::Send(bytes) => connection.send(&bytes).await?,
            ReplyStep::Wait(time) => sleep(time).await,
        }
    }
    Ok(Some(connection))
}

/// Accepts controllers, independently of the listener's mode and the faults.
async fn accept_controllers(listener: TcpListener, shared: &Arc<SharedSimulator>) {
    let slots = Arc::new(Semaphore::new(CONTROLLERS_MAX));
    loop {
        let stream = accept(&listener).await;
        if let Ok(slot) = Arc::clone(&slots).try_acquire_owned() {
            let shared = Arc::clone(shared);
            tokio::spawn(async move {
                let _place = slot;
                // As above.
                let _ = serve_controller(stream, &shared).await;
            });
        }
    }
}

async fn serve_controller(stream: TcpStream, shared: &SharedSimulator) -> io::Result<()> {
    let mut connection = ClientConnection::open(stream, None).await?;
    while let Some(request) = connection.request(CONTROL_IDLE, CONTROL_BODY_MAX).await? {
        let done = match control::read(&request) {
            Ok(command) => execute_command(command, shared).await,
            Err(error) => Err(error),
        };
        connection.send(&control::reply(done).bytes()).await?;
        if request.closes {
            break;
        }
    }
    connection.close().await
}

/// Executes a command, and returns the state after it.
async fn execute_command(
    command: ControlCommand,
    shared: &SharedSimulator,
) -> Result<Value, ControlError> {
    match command {
        ControlCommand::Alerts(command) => {
            let hub = &mut shared.state().hub;
            let done = alert_control::execute(hub, command, time_of_day::unix_s());
            return done.map_err(ControlError::Wrong);
        }
        ControlCommand::Certificate(pem) => {
            let tls = tls::read(&pem).map_err(ControlError::Wrong)?;
            shared.settings().tls = Some(tls);
        }
        ControlCommand::CloseConnections => shared.close_connections().await,
        ControlCommand::State(command) => {
            return Ok(control::execute(&mut shared.state(), command, Instant::now()));
        }
        ControlCommand::Listener(mode) => {
            let switched = shared.set_listener(mode).await;
            switched.map_err(|problem| ControlError::Wrong(problem.to_string()))?;
        }
        ControlCommand::ShowListener => {}
    }
    Ok(control::listener_json(shared.settings().listener))
}
