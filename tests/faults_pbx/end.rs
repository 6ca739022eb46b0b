//! A log that is not read, the end of the service, and a bug of its own (rows 27, 29 and 34).

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream as Blocking};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use bina::runtime::logging;
use bina::servers::listener;
use bina::simulator::Fault;
use tokio::sync::watch;
use tracing::level_filters::LevelFilter;

use super::program::{Program, with_full_log};
use super::*;

/// A connection that has sent `request`.
fn sending(address: SocketAddr, request: &str) -> Blocking {
    let mut stream = Blocking::connect(address).expect("the listener is open");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
    stream.write_all(request.as_bytes()).expect("it reads");
    stream
}

fn get(caller: &str) -> String {
    format!("GET /asterisk?caller={caller} HTTP/1.1\r\nHost: x\r\n\r\n")
}

/// Reads one answer.
fn answer(stream: &mut Blocking) -> String {
    let (mut answer, mut piece) = (String::new(), [0; 1024]);
    while !answer.ends_with("&end=1") {
        match stream.read(&mut piece) {
            Ok(length) if length > 0 => answer += &String::from_utf8_lossy(&piece[..length]),
            ended => panic!("{ended:?} after {answer}"),
        }
    }
    answer
}

/// Sends `count` requests on each of ten connections, and returns how long each answer took.
fn calls(address: SocketAddr, count: usize) -> Vec<Duration> {
    let line = |_| {
        thread::spawn(move || {
            let mut stream = sending(address, "");
            let query = |_| {
                let start = Instant::now();
                stream.write_all(get(KNOWN).as_bytes()).expect("it reads");
                assert!(answer(&mut stream).contains("status=found"));
                start.elapsed()
            };
            (0..count).map(query).collect::<Vec<_>>()
        })
    };
    let lines: Vec<JoinHandle<_>> = (0..10).map(line).collect();
    lines.into_iter().flat_map(|line| line.join().expect("no panic")).collect()
}

#[tokio::test]
async fn a_log_that_is_not_read_delays_no_call_and_not_the_shutdown() {
    let _alone = alone().await;
    let sim = known_customer().await;
    let mut stalled = Program::start("stalled", &sim, "");
    let mut times = calls(stalled.address, 1_000);
    let late = times.iter().filter(|time| **time > Duration::from_millis(820)).count();
    let p99 = quantile(&mut times, 0.99);
    // Read a little: it reports what is missing, and then the pipe fills up again.
    let dropped = stalled.logged("log lines dropped");
    let dropped = dropped.split(' ').nth(1).and_then(|count| count.parse::<u32>().ok());
    let dropped = dropped.expect("it reports how many lines were dropped");
    calls(stalled.address, 100);
    let reported = Instant::now();
    stalled.terminate();
    let code = stalled.end(Duration::from_secs(5));
    let ended = reported.elapsed();
    assert_eq!((times.len(), late), (10_000, 0));
    assert_eq!(code, Some(0));
    assert!(ended <= Duration::from_secs(2), "{ended:?}");

    let mut closed = Program::start("closed", &sim, "");
    closed.close_log();
    assert_eq!(calls(closed.address, 50).len(), 500, "a log that is closed ends nothing");
    closed.terminate();
    assert_eq!(closed.end(Duration::from_secs(5)), Some(0));
    let (code, took) = with_full_log("serve -c /nowhere/bina.toml");
    assert_eq!(code, Some(2));
    assert!(took <= Duration::from_secs(2), "{took:?}");
    report(
        27,
        "0 of 10,000 answers late, dropped lines counted",
        format_args!(
            "{late} late, p99 {} ms, {dropped} lines dropped, exit 0 after {} ms; log closed: 500 \
             of 500 answered; wrong configuration with a full log: exit 2 after {} ms",
            ms(p99),
            ms(ended),
            ms(took)
        ),
    );
}

/// Waits for the end of each connection; returns what each received, and when the last ended.
fn ends(streams: Vec<Blocking>) -> (Vec<String>, Instant) {
    let answers = streams.into_iter().map(|mut stream| {
        let mut answers = Vec::new();
        let _ = stream.read_to_end(&mut answers);
        String::from_utf8_lossy(&answers).into_owned()
    });
    (answers.collect(), Instant::now())
}

/// Waits until the simulator has received `lookups`.
fn requested(sim: &Sim, lookups: usize) {
    let start = Instant::now();
    while sim.lookups() < lookups && start.elapsed() < Duration::from_secs(5) {
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(sim.lookups(), lookups);
}

#[tokio::test]
async fn a_stopping_service_answers_accepted_calls_and_ends() {
    let _alone = alone().await;
    let number = |last: usize| format!("373333000{last}");
    let customers = (0..6).map(|last| customer(1, "JOANA", &number(last))).collect();
    let sim = Sim::start(customers).await.expect("loopback");
    sim.set_token_fault(Fault::Normal);
    let mut program = Program::start("stop", &sim, "");
    let idle = |_| {
        let mut stream = sending(program.address, &get(&number(5)));
        assert!(answer(&mut stream).contains("status=found"));
        stream
    };
    let mut quiet: Vec<_> = (0..20).map(idle).collect();
    let half = |_| sending(program.address, "GET /asterisk?caller=1 HTTP/1.1\r\nHo");
    quiet.extend((0..10).map(half));
    sim.set_fault(Fault::Slow { first_byte: Duration::from_millis(500) });
    let waiting: Vec<_> =
        (0..50).map(|call| sending(program.address, &get(&number(call % 5)))).collect();
    requested(&sim, 6);
    // This one is not waited for: the service is stopped in the same moment.
    let last = sending(program.address, &get(&number(5)));
    let reported = Instant::now();
    program.terminate();
    let (_, quiet_at) = ends(quiet);
    let (answers, _) = ends(waiting);
    let (last, _) = ends(vec![last]);
    let code = program.end(Duration::from_secs(5));
    let ended = reported.elapsed();
    assert!(last[0].contains("status=found&source=cache"), "{last:?}");
    let answered = answers.iter().filter(|answers| answers.contains("status=found")).count();
    assert_eq!((answered, code), (50, Some(0)), "{answers:?}");
    let quiet_for = quiet_at - reported;
    assert!(quiet_for <= Duration::from_millis(450), "{quiet_for:?}");
    assert!(ended <= Duration::from_secs(2), "{ended:?}");
    assert!(Blocking::connect(program.address).is_err(), "the listener is closed");

    let mut patient = Program::start("patient", &sim, "[lookup]\ndeadline_ms = 3000\n");
    sim.set_fault(Fault::Slow { first_byte: Duration::from_millis(2_400) });
    let waiting = (0..5).map(|last| sending(patient.address, &get(&number(last)))).collect();
    requested(&sim, 11);
    let reported = Instant::now();
    patient.terminate();
    let (answers, _) = ends(waiting);
    assert!(answers.iter().all(|answers| answers.contains("status=found")), "{answers:?}");
    assert_eq!(patient.end(Duration::from_secs(5)), Some(0));
    let late_end = reported.elapsed();
    assert!(late_end <= Duration::from_secs(4), "{late_end:?}");
    report(
        29,
        "all accepted calls answered, exit within 2 s",
        format_args!(
            "50 of 50 and the last one answered, 20 idle and 10 half-read connections closed \
             after {} ms, exit 0 after {} ms; deadline 3 s: 5 of 5, exit 0 after {} ms",
            ms(quiet_for),
            ms(ended),
            ms(late_end)
        ),
    );
}

#[tokio::test]
async fn a_call_in_the_kernels_backlog_is_answered_too() {
    let _alone = alone().await;
    let (_sim, app) = app().await;
    // This runtime has one thread and no task runs in between: bina has seen none of this yet.
    let calls: Vec<_> = (0..20).map(|_| sending(app.address, &get(KNOWN))).collect();
    app.stop();
    let (answers, _) = tokio::task::spawn_blocking(|| ends(calls)).await.expect("no panic");
    assert!(answers.iter().all(|answers| answers.contains("status=found")), "{answers:?}");
    assert!(Blocking::connect(app.address).is_err(), "the listener is closed");
}

#[tokio::test]
#[ignore = "the test below runs it in a process of its own, as it takes over the panic hook"]
async fn connections_that_panic() {
    logging::start(LevelFilter::INFO);
    let count = Arc::new(AtomicU64::new(0));
    let serve = move |mut stream: TcpStream, _| {
        let number = count.fetch_add(1, Ordering::Relaxed);
        async move {
            assert!(number >= 20, "{KNOWN} is what a bug may quote");
            stream.write_all(b"answered").await.expect("the peer reads");
        }
    };
    let listener = listener::open("test", ([127, 0, 0, 1], 0).into()).expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (_stopper, stop) = watch::channel(false);
    tokio::spawn(listener::run(listener, stop, serve));
    for number in 0..40 {
        let mut stream = TcpStream::connect(address).await.expect("the listener is open");
        let expected = if number < 20 { "" } else { "answered" };
        assert_eq!(rest(&mut stream).await, expected, "{number}");
    }
    assert_eq!(logging::panics(), 20);
    // The count of what was left out is logged every second.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    logging::flush();
}

#[tokio::test]
async fn a_panic_costs_one_connection_and_logs_no_personal_data() {
    let _alone = alone().await;
    let mut program = Command::new(std::env::current_exe().expect("this test"));
    program.args(["--exact", "end::connections_that_panic", "--ignored", "--nocapture"]);
    let output = program.stdin(Stdio::null()).output().expect("it starts");
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && out.contains("1 passed"), "{out}{log}");
    assert!(!log.contains(KNOWN) && !log.contains("quote"), "{log}");
    let lines = log.matches("a bug of bina, please report it: panic at tests/").count();
    assert_eq!(lines, 10, "{log}");
    assert!(log.contains("a bug of bina, please report it: 10 similar lines suppressed"), "{log}");
    report(
        34,
        "that connection only, counted, next call answered",
        format_args!(
            "20 panics counted, 20 connections closed, the next 20 answered; {lines} lines with \
             the place and not the message, and the number of those left out"
        ),
    );
}
