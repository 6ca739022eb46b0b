//! FastAGI over real sockets: whole conversations, valid and broken, and how long each may take.
//!
//! `tests/wire/agi/` holds what Asterisk sends in each, replies included, byte for byte.

mod app;
mod formats;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use app::{TestApp, exchange};
use bina::answering::render::Format;
use bina::domain::answer::FIELDS;
use bina::simulator::{Fault, Sim, printed_example};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn wire(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/wire/agi");
    fs::read(folder.join(format!("{name}.agi"))).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// bina in front of the two customers of the printed example, with a token in hand.
async fn started() -> (Sim, TestApp) {
    let sim = Sim::start(printed_example()).await.expect("loopback");
    sim.set_token_fault(Fault::Normal);
    let app = TestApp::start(&sim).await;
    (sim, app)
}

/// The variables that are set when all of `reported` is sent at once.
async fn set(app: &TestApp, reported: &[u8]) -> Vec<(String, String)> {
    let commands = exchange(app.agi, reported).await;
    let fields = formats::fields_of(Format::Agi, &commands);
    let keys: Vec<_> = fields.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, FIELDS.map(|field| field.key), "{commands}");
    fields
}

async fn status(app: &TestApp, reported: &[u8]) -> String {
    app::field(&set(app, reported).await, "status").to_owned()
}

#[tokio::test]
async fn every_variable_is_set_in_one_go_and_the_connection_half_closed() {
    let (_sim, app) = started().await;
    let mut stream = TcpStream::connect(app.agi).await.expect("the listener is open");
    stream.write_all(&wire("no_replies")).await.expect("it reads");
    let mut commands = String::new();
    // The end is there although nothing was replied and our side is open.
    stream.read_to_string(&mut commands).await.expect("UTF-8");
    let expected = include_str!("golden/found_alert.agi");
    let off = ["CONECTADO", "MENSAGEM", "AVISADO", "PREVISAO"];
    let own = |line: &&str| !off.iter().any(|key| line.contains(key));
    let (reported, golden) = (commands.lines().filter(own), expected.lines().filter(own));
    assert_eq!(reported.collect::<Vec<_>>(), golden.collect::<Vec<_>>());
    // It still listens to the replies.
    stream.write_all(b"200 result=1\n").await.expect("the other half is open");
}

#[tokio::test]
async fn each_conversation_is_answered_as_what_it_is() {
    let (_sim, app) = started().await;
    for (name, expected) in [
        ("asterisk_22", "found"),
        ("no_replies", "found"),
        ("e164", "found"),
        ("arguments", "found"),
        ("no_script", "found"),
        ("short", "found"),
        ("no_presentation", "found"),
        ("refused_commands", "found"),
        ("nothing_known", "no_number"),
        ("unknown_caller", "no_number"),
        ("withheld", "no_number"),
        ("blank_caller", "no_number"),
        ("anonymous", "no_number"),
        ("second_caller", "no_number"),
        ("second_caller_in_the_name", "no_number"),
        ("second_presentation", "no_number"),
        ("environment_cut_by_the_number", "no_number"),
        ("environment_cut_and_completed", "no_number"),
        ("command_in_the_name", "no_number"),
        ("command_behind", "no_number"),
        ("garbage_behind", "no_number"),
        ("carriage_return", "no_number"),
        ("another_script", "unavailable"),
        ("hung_up", "unavailable"),
    ] {
        assert_eq!(status(&app, &wire(name)).await, expected, "{name}");
    }
}

#[tokio::test]
async fn a_line_after_the_environment_is_noticed_in_time() {
    let (sim, app) = started().await;
    let (whole, cut) = (wire("no_replies"), wire("environment_cut_by_the_number"));
    // Asterisk writes line by line; here each piece is a packet of its own.
    for reported in [[&whole[..], b"agi_callerid: 37999450812\n"].concat(), cut] {
        sim.set_fault(Fault::Silent);
        let mut stream = TcpStream::connect(app.agi).await.expect("the listener is open");
        stream.set_nodelay(true).expect("a socket");
        for line in reported.split_inclusive(|byte| *byte == b'\n') {
            stream.write_all(line).await.expect("it reads");
        }
        let mut commands = String::new();
        stream.read_to_string(&mut commands).await.expect("UTF-8");
        assert!(commands.starts_with("SET VARIABLE BINA_STATUS \"no_number\""), "{commands}");
    }
}

#[tokio::test]
async fn a_conversation_truncated_at_any_byte_ends_cleanly() {
    let (_sim, app) = started().await;
    let whole = wire("asterisk_22");
    let end = whole.windows(2).position(|two| two == b"\n\n").expect("an environment") + 2;
    for cut in (0..whole.len()).step_by(7).chain([end - 1, end, end + 1]) {
        let mut stream = TcpStream::connect(app.agi).await.expect("the listener is open");
        stream.write_all(&whole[..cut]).await.expect("it reads");
        // As `nc` does, and Asterisk when the channel is gone.
        stream.shutdown().await.expect("half-closed");
        let mut commands = String::new();
        let _ = stream.read_to_string(&mut commands).await;
        let expected = if cut < end { 0 } else { FIELDS.len() };
        assert_eq!(commands.lines().count(), expected, "cut at {cut}: {commands}");
    }
}

#[tokio::test]
async fn input_that_is_not_an_agi_environment_is_closed_without_an_answer() {
    let (_sim, app) = started().await;
    let line = vec![b'x'; 3_000];
    let many = "agi_x: y\n".repeat(65).into_bytes();
    let endless = "agi_x: y\n".repeat(100_000).into_bytes();
    for (name, reported) in [("a long line", line), ("many lines", many), ("endless", endless)] {
        let start = Instant::now();
        let mut stream = TcpStream::connect(app.agi).await.expect("the listener is open");
        let _ = stream.write_all(&reported).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.is_empty(), "{name}");
        assert!(start.elapsed() < Duration::from_millis(500), "{name}: {:?}", start.elapsed());
    }
}

#[tokio::test]
async fn a_connection_without_an_environment_is_closed_after_two_seconds() {
    let (_sim, app) = started().await;
    let whole = wire("asterisk_22");
    let reported: [&[u8]; 5] = [
        b"",
        b"agi_network: yes\nagi_caller",
        &whole[..200],
        b"GET /asterisk?caller=37988242968 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ];
    let closed = reported.map(|reported| {
        let reported = reported.to_owned();
        tokio::spawn(async move {
            let start = Instant::now();
            assert_eq!(exchange(app.agi, &reported).await, "");
            start.elapsed()
        })
    });
    for closed in closed {
        let waited = closed.await.expect("nothing was sent");
        assert!((1_800..2_300).contains(&waited.as_millis()), "{waited:?}");
    }
}

#[tokio::test]
async fn a_slow_hubsoft_does_not_hold_the_call_beyond_its_deadline() {
    let (sim, app) = started().await;
    sim.set_fault(Fault::Silent);
    let start = Instant::now();
    assert_eq!(status(&app, &wire("no_replies")).await, "unavailable");
    let waited = start.elapsed().as_millis();
    assert!((790..1_000).contains(&waited), "{waited} ms");
    let brief = String::from_utf8(wire("no_replies")).expect("ASCII");
    let brief = brief.replace("?did=3732221234\n", "?did=3732221234&deadline_ms=200\n");
    let start = Instant::now();
    assert_eq!(status(&app, brief.as_bytes()).await, "unavailable");
    let waited = start.elapsed().as_millis();
    assert!((190..400).contains(&waited), "{waited} ms");
}

/// Row 10 of the faults.
#[tokio::test]
async fn a_caller_who_hangs_up_during_the_lookup_ends_it_at_once() {
    let (sim, app) = started().await;
    sim.set_fault(Fault::Silent);
    let mut stream = TcpStream::connect(app.agi).await.expect("the listener is open");
    stream.write_all(&wire("no_replies")).await.expect("it reads");
    tokio::time::sleep(Duration::from_millis(100)).await;
    let start = Instant::now();
    stream.write_all(b"HANGUP\n").await.expect("it reads");
    let mut commands = String::new();
    stream.read_to_string(&mut commands).await.expect("UTF-8");
    let took = start.elapsed();
    assert!(commands.starts_with("SET VARIABLE BINA_STATUS \"unavailable\""), "{commands}");
    assert!(took < Duration::from_millis(50), "{took:?}");
}

#[tokio::test]
async fn a_connection_the_peer_keeps_open_is_closed_a_second_after_the_answer() {
    let (_sim, app) = started().await;
    let mut stream = TcpStream::connect(app.agi).await.expect("the listener is open");
    stream.write_all(&wire("no_replies")).await.expect("it reads");
    let mut commands = String::new();
    stream.read_to_string(&mut commands).await.expect("UTF-8");
    let start = Instant::now();
    // Once it has closed, a write is answered with a reset and the next one fails.
    while stream.write_all(b"200 result=1\n").await.is_ok() {
        assert!(start.elapsed() < Duration::from_secs(2), "it is still there");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(start.elapsed() > Duration::from_millis(800), "{:?}", start.elapsed());
}

#[tokio::test]
async fn http_and_fastagi_share_one_cache() {
    let (sim, app) = started().await;
    assert_eq!(app::field(&set(&app, &wire("asterisk_22")).await, "source"), "hubsoft");
    assert_eq!(app::field(&app.asterisk("37988242968").await, "source"), "cache");
    assert_eq!(sim.lookups(), 2, "one for each form");
}

#[tokio::test]
async fn accepted_calls_are_answered_when_the_service_stops() {
    let (sim, app) = started().await;
    sim.set_fault(Fault::Silent);
    let mut stream = TcpStream::connect(app.agi).await.expect("the listener is open");
    stream.write_all(&wire("no_replies")).await.expect("it reads");
    app.stop();
    let mut commands = String::new();
    stream.read_to_string(&mut commands).await.expect("UTF-8");
    assert!(commands.ends_with("SET VARIABLE BINA_END \"1\"\n"), "{commands}");
}
