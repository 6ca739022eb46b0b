//! Many connections: more than there are slots, more than descriptors, or gone at once (rows 6, 7
//! and 33).

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream as Blocking};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use bina::simulator::Fault;
use tokio::net::TcpSocket;
use tokio::task::JoinSet;

use super::program::{Program, own_files_max};
use super::*;

/// Sends one request on its own connection, and returns the answer and how long it took.
fn call(address: SocketAddr, caller: &str) -> (Duration, String) {
    let start = Instant::now();
    let mut answer = String::new();
    let requested = Blocking::connect(address).and_then(|mut stream| {
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(stream, "GET /asterisk?caller={caller} HTTP/1.0\r\n\r\n")?;
        stream.read_to_string(&mut answer)
    });
    match requested {
        Ok(_) => (start.elapsed(), answer),
        Err(error) => (start.elapsed(), error.to_string()),
    }
}

/// A PBX that sends requests all the time, on four lines.
struct Pbx {
    hung_up: Arc<AtomicBool>,
    lines: Vec<JoinHandle<Vec<(Duration, String)>>>,
}

impl Pbx {
    fn calls(address: SocketAddr) -> Self {
        let hung_up = Arc::new(AtomicBool::new(false));
        let line = |_| {
            let hung_up = Arc::clone(&hung_up);
            thread::spawn(move || {
                let mut calls = Vec::new();
                while !hung_up.load(Ordering::Relaxed) {
                    calls.push(call(address, KNOWN));
                    thread::sleep(Duration::from_millis(1));
                }
                calls
            })
        };
        Self { lines: (0..4).map(line).collect(), hung_up }
    }

    /// Ends, and returns how long each call took; each was answered right.
    fn hang_up(self) -> Vec<Duration> {
        self.hung_up.store(true, Ordering::Relaxed);
        let calls = self.lines.into_iter().flat_map(|line| line.join().expect("no panic"));
        calls
            .map(|(time, answer)| {
                assert!(answer.contains("status=found"), "{time:?}: {answer}");
                time
            })
            .collect()
    }
}

/// Opens connections from 127.0.0.`last`, all at once.
async fn connections(count: usize, last: u8, address: SocketAddr) -> Vec<Blocking> {
    let mut connecting = JoinSet::new();
    for _ in 0..count {
        connecting.spawn(async move {
            let socket = TcpSocket::new_v4()?;
            socket.bind(([127, 0, 0, last], 0).into())?;
            socket.connect(address).await?.into_std()
        });
    }
    let all = connecting.join_all().await;
    all.into_iter().map(|stream: std::io::Result<_>| stream.expect("the kernel accepts")).collect()
}

/// How many of them are open, and that none received a byte.
fn still_open(streams: &mut [Blocking]) -> usize {
    let open = |stream: &mut Blocking| match stream.read(&mut [0; 64]) {
        Err(error) => error.kind() == ErrorKind::WouldBlock,
        Ok(length) => {
            assert_eq!(length, 0, "closed without a byte");
            false
        }
    };
    streams.iter_mut().map(open).filter(|open| *open).count()
}

/// Waits up to two seconds until `settled`.
fn settles(mut settled: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(2) {
        if settled() {
            return true;
        }
        thread::sleep(Duration::from_millis(10));
    }
    false
}

/// Longest time of 99 in 100 calls while others flood the listener.
const P99_MAX: Duration = Duration::from_millis(20);

/// What a PBX noticed of a crowd.
#[derive(Debug)]
struct Round {
    number: u8,
    calls: usize,
    p99: Duration,
    /// Its p99 just before, without the flood.
    usual: Duration,
}

impl Round {
    async fn play(number: u8, program: &Program, count: usize) -> Self {
        let pbx = Pbx::calls(program.address);
        thread::sleep(Duration::from_millis(300));
        let usual = quantile(&mut pbx.hang_up(), 0.99);
        let pbx = Pbx::calls(program.address);
        let mut crowd = connections(count, 2, program.address).await;
        let mut times = pbx.hang_up();
        assert!(settles(|| still_open(&mut crowd) <= 64), "{} are open", still_open(&mut crowd));
        Self { number, calls: times.len(), p99: quantile(&mut times, 0.99), usual }
    }

    fn is_within(&self, max: Duration) -> bool {
        self.p99 <= max + self.usual
    }
}

impl Display for Round {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (p99, usual) = (ms(self.p99), ms(self.usual));
        write!(
            f,
            "p99 {p99} ms of {} calls ({usual} ms without, round {})",
            self.calls, self.number
        )
    }
}

#[tokio::test]
async fn ten_thousand_connections_do_not_take_the_slots_of_the_pbx() {
    let _alone = alone().await;
    let count = 10_000.min(own_files_max().saturating_sub(2_000));
    if count < 10_000 {
        println!("!!! ROW 6 IS TRIED WITH {count} CONNECTIONS ONLY: raise `ulimit -n` to 12000");
    }
    assert!(count >= 2_000, "`ulimit -n` is too low to try anything");
    let sim = known_customer().await;
    let mut program = Program::start("crowd", &sim, "");
    program.keep_reading();
    let at = program.address;
    for _ in 0..300 {
        assert!(call(at, KNOWN).1.contains("status=found"));
    }
    let before = program.memory_kb();
    let mut best: Option<Round> = None;
    // The machine may be busy with something else: one quiet moment in six is enough.
    for number in 1..=6 {
        let round = Round::play(number, &program, count).await;
        if round.calls >= 100 && best.as_ref().is_none_or(|best| round.p99 < best.p99) {
            best = Some(round);
        }
        if best.as_ref().is_some_and(|best| best.is_within(P99_MAX)) {
            break;
        }
    }
    let best = best.expect("a round with 100 calls");
    assert!(best.is_within(P99_MAX * BUILD), "{best:?}");
    // A connection keeps its slot for two seconds without a byte; so do all those below.
    assert!(settles(|| program.descriptors() < 40), "{} are open", program.descriptors());
    let mut others = connections(200, 2, at).await;
    let mut own = connections(1_200, 1, at).await;
    assert!(settles(|| still_open(&mut own) == 960), "{} are open", still_open(&mut own));
    assert_eq!(still_open(&mut others), 64);
    let grown = program.memory_kb().saturating_sub(before) / 1_024;
    assert!(
        program.has_logged("limit of 64 for 127.0.0.2 reached"),
        "it logs which address it closed"
    );
    assert!(program.has_logged(" similar lines suppressed"), "and how many more");
    let lines = program.read.lock().matches("127.0.0.2 has 64").count();
    assert!(lines <= 150, "{lines} lines about one thing");
    assert!(grown <= 64, "{grown} MB");
    report(
        6,
        "64 places beside 960 for the PBX, its p99 20 ms, RSS +64 MB",
        format_args!(
            "{count} connections: 64 and 960 open, {best}, RSS +{grown} MB, {lines} log lines"
        ),
    );
}

#[tokio::test]
async fn clients_that_hang_up_leave_nothing_behind_but_the_record() {
    /// The first few fill the pools of the allocator.
    const WARM_UP: usize = 10;
    const WAVES: usize = WARM_UP + 20;
    let _alone = alone().await;
    let number = |wave: usize| format!("3733{wave:06}");
    let customers = (0..WAVES).map(|wave| customer(1, "JOANA", &number(wave))).collect();
    let sim = Sim::start(customers).await.expect("loopback");
    let mut program = Program::start("hang-up", &sim, "");
    program.keep_reading();
    let at = program.address;
    let mut before = (0, 0, 0);
    for wave in 0..WAVES {
        sim.script(vec![Fault::Slow { first_byte: Duration::from_millis(150) }]);
        let mut crowd = connections(500, 1, at).await;
        for stream in &mut crowd {
            write!(stream, "GET /asterisk?caller={} HTTP/1.1\r\nHost: x\r\n\r\n", number(wave))
                .expect("it reads");
        }
        assert!(settles(|| sim.lookups() == wave + 1), "the lookup is under way");
        drop(crowd);
        assert!(settles(|| program.descriptors() < 40), "{} are open", program.descriptors());
        assert!(call(at, &number(wave)).1.contains("status=found&source=cache"), "{wave}");
        if wave < WARM_UP {
            before = (program.memory_kb(), program.descriptors(), program.threads());
        }
    }
    let (memory, descriptors, threads) = before;
    let grown = program.memory_kb().saturating_sub(memory);
    let (descriptors_now, threads_now) = (program.descriptors(), program.threads());
    assert!(grown <= 6 * 1_024, "{grown} kB");
    assert!(descriptors_now <= descriptors + 2, "{descriptors} became {descriptors_now}");
    assert!(threads_now <= threads + 1, "{threads} became {threads_now}");
    // No slot was lost either.
    let mut all = connections(1_000, 1, at).await;
    assert!(settles(|| still_open(&mut all) == 960), "{} places", still_open(&mut all));
    report(
        7,
        "the lookup goes on, nothing leaks after 10,000 hang-ups",
        format_args!(
            "{} hang-ups: RSS +{grown} kB, descriptors {descriptors} -> {descriptors_now}, \
             threads {threads} -> {threads_now}, 960 of 960 places free, {} lookups remembered",
            (WAVES - WARM_UP) * 500,
            sim.lookups()
        ),
    );
}

/// Opens `count` connections, watches the processor for a second and a half, closes them, and
/// returns how much of it was used and after how long a call was answered again.
async fn crowded(program: &Program, count: usize) -> (f64, Duration) {
    let crowd = connections(count, 1, program.address).await;
    thread::sleep(Duration::from_millis(100));
    let (start, used) = (Instant::now(), program.processor_time());
    thread::sleep(Duration::from_millis(1_500));
    let used = program.processor_time() - used;
    let share = used.as_secs_f64() / start.elapsed().as_secs_f64();
    drop(crowd);
    let closed = Instant::now();
    // The first may still find the slots of the flood taken, which has only just left.
    let is_answered = || call(program.address, "anonymous").1.contains("status=no_number");
    assert!(settles(is_answered), "no call is answered any more");
    (100.0 * share, closed.elapsed())
}

#[tokio::test]
async fn running_out_of_descriptors_neither_spins_nor_ends_it() {
    let _alone = alone().await;
    let sim = known_customer().await;
    let mut few = Program::limited("few", &sim, "", Some(64));
    few.keep_reading();
    assert!(few.has_logged("raise LimitNOFILE"), "it reports that there are few");
    let (few_share, few_wait) = crowded(&few, 120).await;
    assert!(call(few.address, KNOWN).1.contains("status=found"), "HubSoft is still reached");
    assert!(!few.has_logged("cannot accept"), "places ran out before descriptors did");
    // Fewer than it keeps back for itself: now accepting fails.
    let limit = few.descriptors() + 8;
    let mut none = Program::limited("none", &sim, "", Some(limit));
    none.keep_reading();
    let (none_share, none_wait) = crowded(&none, 60).await;
    assert!(none.has_logged("cannot accept a connection"), "it was tried for real");
    for (share, wait) in [(few_share, few_wait), (none_share, none_wait)] {
        assert!(share <= 1.0 * f64::from(BUILD), "{share} % of a processor");
        assert!(wait <= Duration::from_secs(1), "{wait:?}");
    }
    report(
        33,
        "below 1 % CPU, back within 1 s",
        format_args!(
            "64 descriptors, 120 sockets: {few_share:.1} %, back in {} ms; {limit} descriptors, 60 \
             sockets: accepting fails, {none_share:.1} %, back in {} ms",
            ms(few_wait),
            ms(none_wait)
        ),
    );
}
