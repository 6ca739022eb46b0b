//! Many unknown addresses at once, which must not take the slots of the PBX at any listener.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream as Blocking};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::net::TcpSocket;
use tokio::task::JoinSet;

use super::program::{Program, own_files_max};
use super::*;

/// Each address may hold so many connections.
const EACH: usize = 64;

/// Unknown addresses that hold as many connections as they get, with half a head sent on each, and
/// open another one as soon as one is closed.
struct Crowd {
    over: Arc<AtomicBool>,
    opened: Arc<AtomicUsize>,
    tasks: JoinSet<()>,
}

impl Crowd {
    fn of(addresses: u8, at: &[SocketAddr]) -> Self {
        let (over, opened) = (Arc::default(), Arc::default());
        let mut tasks = JoinSet::new();
        for last in 2..2 + addresses {
            for connection in 0..EACH {
                let target = at[connection % at.len()];
                tasks.spawn(crowd(last, target, Arc::clone(&over), Arc::clone(&opened)));
            }
        }
        Self { over, opened, tasks }
    }

    async fn end(self) -> usize {
        self.over.store(true, Ordering::Relaxed);
        let opened = self.opened.load(Ordering::Relaxed);
        let mut tasks = self.tasks;
        tasks.shutdown().await;
        opened
    }
}

async fn crowd(last: u8, at: SocketAddr, over: Arc<AtomicBool>, opened: Arc<AtomicUsize>) {
    while !over.load(Ordering::Relaxed) {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(([127, 0, 0, last], 0).into()).expect("an address of loopback");
        if let Ok(mut stream) = socket.connect(at).await {
            opened.fetch_add(1, Ordering::Relaxed);
            let _ = stream.write_all(b"GET /asterisk?caller=1 HTTP/1.1\r\nHo").await;
            let _ = stream.read(&mut [0; 64]).await;
        }
        // The crowd is of this machine, too, and must not be what the calls wait for.
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Places a call on its own connection and returns whether it was answered.
fn is_answered(address: SocketAddr, request: &str, answer: &str) -> bool {
    let requested = || {
        let mut stream = Blocking::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(request.as_bytes())?;
        let mut piece = [0; 4_096];
        let mut reported = String::new();
        while !reported.contains(answer) {
            let length = stream.read(&mut piece)?;
            if length == 0 {
                break;
            }
            reported += &String::from_utf8_lossy(&piece[..length]);
        }
        std::io::Result::Ok(reported.contains(answer))
    };
    requested().unwrap_or(false)
}

/// Calls for two seconds at both listeners; returns how many calls there were and how many failed.
fn call(program: (SocketAddr, SocketAddr)) -> (usize, usize) {
    let (http, agi) = program;
    let get = format!("GET /asterisk?caller={KNOWN} HTTP/1.0\r\n\r\n");
    let environment = format!("agi_network: yes\nagi_callerid: {KNOWN}\n\n");
    let start = Instant::now();
    let (mut placed, mut refused) = (0, 0);
    while start.elapsed() < Duration::from_secs(2) {
        refused += usize::from(!is_answered(http, &get, "status=found"));
        refused += usize::from(!is_answered(agi, &environment, "SET VARIABLE"));
        placed += 2;
        std::thread::sleep(Duration::from_millis(20));
    }
    (placed, refused)
}

async fn crowded(program: &Program, addresses: u8, at: &[SocketAddr]) {
    let crowd = Crowd::of(addresses, at);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let both = (program.address, program.agi);
    let (placed, refused) =
        tokio::task::spawn_blocking(move || call(both)).await.expect("no panic");
    let opened = crowd.end().await;
    println!("{addresses} addresses, {opened} connections: {refused} of {placed} calls refused");
    assert!(placed >= 20, "{placed} calls only");
    assert_eq!(refused, 0, "of {placed} with {addresses} addresses");
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_addresses_together_take_no_slot_of_the_pbx() {
    let _alone = alone().await;
    let sim = known_customer().await;
    let mut program = Program::start("unknown", &sim, "");
    program.keep_reading();
    for addresses in [16, 17, 64_u8] {
        if own_files_max() < usize::from(addresses) * EACH + 500 {
            println!("!!! {addresses} ADDRESSES ARE NOT TRIED: raise `ulimit -n` to 5000");
            continue;
        }
        crowded(&program, addresses, &[program.address, program.agi]).await;
    }
    crowded(&program, 16, &[program.address]).await;
    crowded(&program, 16, &[program.agi]).await;
    assert!(program.has_logged("limit of 256 for addresses outside listen.pbx reached"));
}

#[tokio::test(flavor = "multi_thread")]
async fn with_few_descriptors_unknown_addresses_take_no_slot_of_the_pbx_either() {
    let _alone = alone().await;
    let sim = known_customer().await;
    let mut program = Program::limited("unknown-few", &sim, "", Some(80));
    program.keep_reading();
    crowded(&program, 16, &[program.address, program.agi]).await;
    assert!(!program.has_logged("cannot accept"), "places ran out before descriptors did");
}
