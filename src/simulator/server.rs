//! The sockets: accepts connections, and carries plans and orders out to the letter.
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

use super::control::{self, Order, Refusal};
use super::desk::Way;
use super::door::{Door, Entrance, accept};
use super::line::Line;
use super::plan::{Plan, Step};
use super::shared::{DoorOrder, Shared};
use super::tls;

/// More than any client of ours opens; a leak ends here and not at the file limit.
const CONNECTIONS_MAX: usize = 4_096;
/// A token request is about 200 bytes; whatever is larger is a mistake of the client.
const BODY_MAX: usize = 64 * 1024;
/// Some scripts and a person; beyond it, controllers are hung up on.
const CONTROLLERS_MAX: usize = 32;
/// Five thousand customers in full shape.
const CONTROL_BODY_MAX: usize = 16 * 1024 * 1024;
/// A controller that says nothing for so long has gone.
const CONTROL_IDLE: Duration = Duration::from_secs(75);

/// A running server; dropping it closes the listeners and every connection before it returns.
pub(super) struct Server {
    pub(super) addr: SocketAddr,
    pub(super) control_addr: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Where connections arrive, and where controllers do.
struct Ports {
    entrance: Entrance,
    control: TcpListener,
}

impl Server {
    /// Binds `addr`, which must be loopback, and a free port beside it for the control path, and
    /// serves. `door_orders` are the ones that `shared` sends.
    pub(super) async fn start(
        addr: SocketAddr,
        shared: Arc<Shared>,
        door_orders: mpsc::Receiver<DoorOrder>,
    ) -> io::Result<Self> {
        if !addr.ip().is_loopback() {
            let problem = format!("the simulator listens on loopback only, not on {addr}");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
        }
        let (stop, stopped) = oneshot::channel();
        let (bound, binding) = oneshot::channel();
        let runtime = Builder::new_current_thread().enable_all().build();
        let run = move || match runtime {
            Ok(runtime) => runtime.block_on(run(addr, shared, door_orders, bound, stopped)),
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
        // Whoever holds the other end may have gone already, by panic.
        let _ = self.stop.take().map(|stop| stop.send(()));
        // Never long: the thread waits in nothing but its runtime, which drops all tasks.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

async fn run(
    addr: SocketAddr,
    shared: Arc<Shared>,
    door_orders: mpsc::Receiver<DoorOrder>,
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
                () = receive(ports.entrance, door_orders, &shared) => {}
                () = receive_controllers(ports.control, &shared) => {}
            }
        }
    }
}

impl Ports {
    async fn open(addr: SocketAddr) -> io::Result<Self> {
        let control = TcpListener::bind(SocketAddr::new(addr.ip(), 0)).await?;
        Ok(Self { entrance: Entrance::open(addr)?, control })
    }

    fn addresses(&self) -> io::Result<(SocketAddr, SocketAddr)> {
        Ok((self.entrance.addr, self.control.local_addr()?))
    }
}

/// Accepts connections, and does with the door as it is told.
async fn receive(
    mut entrance: Entrance,
    mut door_orders: mpsc::Receiver<DoorOrder>,
    shared: &Arc<Shared>,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        tokio::select! {
            stream = entrance.accept() => welcome(stream, &places, shared),
            Some((door, done)) = door_orders.recv() => {
                let moved = move_door(&mut entrance, door, &places, shared).await;
                // Whoever gave the order may no longer wait for it.
                let _ = done.send(moved);
            }
        }
    }
}

/// Moves the door, unless it is there already, and serves those who had come in before.
async fn move_door(
    entrance: &mut Entrance,
    door: Door,
    places: &Arc<Semaphore>,
    shared: &Arc<Shared>,
) -> io::Result<()> {
    if entrance.door() == door {
        return Ok(());
    }
    for stream in entrance.refuse() {
        welcome(stream, places, shared);
    }
    let moved = entrance.set(door).await;
    shared.reception().door = entrance.door();
    moved
}

/// Serves a connection on a task of its own. Without a place it is dropped, which closes it.
fn welcome(stream: TcpStream, places: &Arc<Semaphore>, shared: &Arc<Shared>) {
    if let Ok(place) = Arc::clone(places).try_acquire_owned() {
        let shared = Arc::clone(shared);
        let mut cut = shared.cut();
        tokio::spawn(async move {
            let _place = place;
            tokio::select! {
                // An error here is a client that went away, which is its right.
                _ = serve(stream, &shared) => {}
                _ = cut.changed() => {}
            }
        });
    }
}

/// Answers one request after the other, until a plan or the client ends it.
async fn serve(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    let number = {
        let mut desk = shared.desk();
        desk.connections += 1;
        desk.connections
    };
    let tls = shared.reception().tls.clone();
    let mut line = Line::open(stream, tls).await?;
    let mut way = Way { connection: number, reused: false };
    loop {
        let idle = shared.reception().keep_alive;
        let Some(question) = line.question(idle, BODY_MAX).await? else {
            return line.close().await;
        };
        let plan = shared.desk().decide(&question, way, Instant::now());
        match carry_out(line, plan).await? {
            None => return Ok(()),
            Some(open) => line = open,
        }
        way.reused = true;
    }
}

/// Does what is planned; none means that the connection is over.
async fn carry_out(mut line: Line, plan: Plan) -> io::Result<Option<Line>> {
    for step in plan.steps {
        match step {
            Step::Close => {
                line.close().await?;
                return Ok(None);
            }
            Step::Drip { bytes, every } => {
                for byte in bytes {
                    sleep(every).await;
                    line.send(&[byte]).await?;
                }
            }
            Step::Hold => {
                line.hold().await;
                return Ok(None);
            }
            Step::Repeat { bytes, times } => {
                for _ in 0..times {
                    line.send(&bytes).await?;
                }
            }
            Step::Reset => {
                line.reset()?;
                return Ok(None);
            }
            Step::Send(bytes) => line.send(&bytes).await?,
            Step::Wait(time) => sleep(time).await,
        }
    }
    Ok(Some(line))
}

/// Accepts controllers, whatever the door and the moods.
async fn receive_controllers(listener: TcpListener, shared: &Arc<Shared>) {
    let places = Arc::new(Semaphore::new(CONTROLLERS_MAX));
    loop {
        let stream = accept(&listener).await;
        if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
            let shared = Arc::clone(shared);
            tokio::spawn(async move {
                let _place = place;
                // As above.
                let _ = serve_controller(stream, &shared).await;
            });
        }
    }
}

async fn serve_controller(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    let mut line = Line::open(stream, None).await?;
    while let Some(question) = line.question(CONTROL_IDLE, CONTROL_BODY_MAX).await? {
        let done = match control::read(&question) {
            Ok(order) => obey(order, shared).await,
            Err(refusal) => Err(refusal),
        };
        line.send(&control::reply(done).bytes()).await?;
        if question.closes {
            break;
        }
    }
    line.close().await
}

/// Does what a controller wants, and says how things are then.
async fn obey(order: Order, shared: &Shared) -> Result<Value, Refusal> {
    match order {
        Order::Certificate(pem) => {
            let tls = tls::read(&pem).map_err(Refusal::Wrong)?;
            shared.reception().tls = Some(tls);
        }
        Order::CloseConnections => shared.close_connections().await,
        Order::Desk(order) => return Ok(control::obey(&mut shared.desk(), order, Instant::now())),
        Order::Door(door) => {
            let moved = shared.set_door(door).await;
            moved.map_err(|problem| Refusal::Wrong(problem.to_string()))?;
        }
        Order::ShowDoor => {}
    }
    Ok(control::shown_door(shared.reception().door))
}
