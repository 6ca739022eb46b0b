//! The faults a PBX, or another client of the listener, may bring: rows 1-8, 27, 29, 33 and 34.
//!
//! `cargo test --test faults_pbx -- --nocapture` prints what was required and what was measured.
//! The tests run one after the other, so that none of them measures the load of another.

mod app;
#[path = "faults_pbx/bytes.rs"]
mod bytes;
#[path = "faults_pbx/crowd.rs"]
mod crowd;
#[path = "faults_pbx/end.rs"]
mod end;
#[path = "faults_pbx/program.rs"]
mod program;
#[path = "faults_pbx/unknown.rs"]
mod unknown;

use std::fmt::Display;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use app::{Reply, TestApp, field, pairs};
use bina::app::config::Config;
use bina::simulator::{Sim, customer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, MutexGuard};

const KNOWN: &str = "37999990001";

/// An unoptimised build needs three times the processor for the same. Where that is what counts
/// (rows 6 and 33) it has three times the limit, and only an optimised one must show what is
/// required: `cargo test --release --test faults_pbx -- --nocapture`.
const BUILD: u32 = if cfg!(debug_assertions) { 3 } else { 1 };

static ALONE: Mutex<()> = Mutex::const_new(());

/// Waits until no other test of this file runs.
async fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().await
}

fn report(row: u8, required: &str, measured: impl Display) {
    let build = if BUILD > 1 { " (unoptimised build)" } else { "" };
    println!("row {row}: required {required}, measured{build} {measured}");
}

fn ms(time: Duration) -> f64 {
    (time.as_secs_f64() * 10_000.0).round() / 10.0
}

/// The time that `share` of the times do not exceed; 0.5 is the median.
fn quantile(times: &mut [Duration], share: f64) -> Duration {
    times.sort();
    let position = (times.len() as f64 * share).ceil() as usize;
    times[position.clamp(1, times.len()) - 1]
}

async fn known_customer() -> Sim {
    Sim::start(vec![customer(1, "JOANA", KNOWN)]).await.expect("loopback")
}

/// bina in front of one customer, who is in its cache.
async fn app() -> (Sim, TestApp) {
    let sim = known_customer().await;
    let app = TestApp::start(&sim).await;
    assert_eq!(field(&app.asterisk(KNOWN).await, "status"), "found");
    (sim, app)
}

async fn connect(app: &TestApp) -> TcpStream {
    TcpStream::connect(app.address).await.expect("the listener is open")
}

/// Sends what can be sent, and reads up to the end of the connection. Both may break off when the
/// other side has received enough.
async fn exchange(app: &TestApp, request: &[u8]) -> Reply {
    let mut stream = connect(app).await;
    let _ = stream.write_all(request).await;
    Reply::read(&rest(&mut stream).await)
}

async fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).expect("answers are UTF-8")
}

/// Half of the times in which `request` is answered with `status` and an empty body.
async fn refused_in(app: &TestApp, request: impl AsRef<[u8]>, status: u16) -> Duration {
    let request = request.as_ref();
    let mut times = Vec::new();
    for _ in 0..15 {
        let start = Instant::now();
        let reply = exchange(app, request).await;
        times.push(start.elapsed());
        let shown = String::from_utf8_lossy(&request[..request.len().min(60)]);
        assert_eq!((reply.status, reply.body.as_str()), (status, ""), "{shown:?}");
    }
    quantile(&mut times, 0.5)
}

async fn still_answers(app: &TestApp) {
    assert_eq!(field(&app.asterisk(KNOWN).await, "status"), "found");
}

/// What a hostile or faulty network presents as caller ID, and what is looked up: nothing, or
/// one number.
const HOSTILE: [(&str, &str); 25] = [
    ("", ""),
    ("anonymous", ""),
    ("Anonymous", ""),
    ("unavailable", ""),
    ("s", ""),
    ("+", ""),
    ("+55", ""),
    ("0000000000", ""),
    ("99999999999999999999", ""),
    ("1000", ""),
    ("+1 415 555 2671", ""),
    ("😀📞", ""),
    ("３７９９９９９０００１", ""),
    ("37999990001' OR '1'='1", ""),
    ("37999990001; DROP TABLE cliente", ""),
    ("${SYSTEM(id)}", ""),
    ("$(id)37999990001", ""),
    ("37999990001\nagi_callerid: 1", ""),
    ("37999990001\0", ""),
    ("../../etc/passwd", ""),
    ("<script>37999990001</script>", ""),
    ("+5537999990001", KNOWN),
    ("sip:+5537999990001@sbc.example;user=phone", KNOWN),
    ("\"JOANA\" <sip:037999990001@10.0.0.1:5060;user=phone>;tag=1", KNOWN),
    ("(37) 99999-0001", KNOWN),
];

#[tokio::test]
async fn hostile_caller_ids_are_read_or_refused_at_once_without_a_request() {
    let _alone = alone().await;
    let (sim, app) = app().await;
    let long = "9".repeat(500);
    let mut times = Vec::new();
    let mut stream = connect(&app).await;
    for (caller, expected) in HOSTILE.into_iter().chain([(&*long, "")]) {
        let encoded: String = caller.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let request = format!("GET /asterisk?caller={encoded} HTTP/1.1\r\nHost: x\r\n\r\n");
        for _ in 0..40 {
            let start = Instant::now();
            stream.write_all(request.as_bytes()).await.expect("it reads");
            let mut answer = vec![0; 4_096];
            let length = stream.read(&mut answer).await.expect("it answers");
            times.push(start.elapsed());
            let reply = Reply::read(&String::from_utf8_lossy(&answer[..length]));
            let reported = pairs(&reply.body);
            let status = if expected.is_empty() { "no_number" } else { "found" };
            assert_eq!((field(&reported, "status"), reply.status), (status, 200), "{caller}");
            assert_eq!(field(&reported, "telefone"), expected, "{caller}");
        }
    }
    assert_eq!(sim.lookups(), 2, "only for the number looked up before, in each form");
    let (half, most) = (quantile(&mut times, 0.5), quantile(&mut times, 0.95));
    assert!(half <= Duration::from_millis(1), "{half:?}");
    report(
        8,
        "normalised or no_number within 1 ms, HubSoft not queried",
        format_args!(
            "{} kinds: {} ms with HTTP (95 %: {} ms), 0 lookups",
            HOSTILE.len() + 1,
            half.as_micros() as f64 / 1_000.0,
            ms(most)
        ),
    );
}

#[test]
fn the_pbx_list_is_this_machine_unless_it_is_named() {
    let text = |listen: &str| {
        format!(
            "[listen]\n{listen}\n[hubsoft]\nbase_url = \"https://x\"\nclient_id = \"1\"\n\
             client_secret = \"x\"\nusername = \"x\"\npassword = \"x\"\n"
        )
    };
    let pbx = |listen: &str| app::config(&text(listen)).listener.pbx;
    let addresses = |list: &[&str]| -> Vec<IpAddr> {
        list.iter().map(|address| address.parse().expect("an address")).collect()
    };
    assert_eq!(pbx(""), addresses(&["127.0.0.1", "::1"]));
    assert_eq!(pbx("pbx = [\"127.0.0.5\"]"), addresses(&["127.0.0.5"]));
    assert_eq!(pbx("pbx = \"::1\""), addresses(&["::1"]));
    for (odd, part) in [
        ("pbx = [\"127.0.0.1\", \"pbx.local\"]", "`pbx.local` is not an IP address (expected e.g."),
        ("pbx = [\"127.0.0.1/8\"]", "`127.0.0.1/8` is not an IP address"),
        ("pbx = []", "is empty: name the PBX's address"),
        ("pbx = [1]", "listen.pbx must be a text in quotes"),
    ] {
        let invalid = Config::parse(&text(odd), "bina.toml".as_ref()).expect_err(odd).to_string();
        assert!(invalid.starts_with("bina.toml:2:1: listen.pbx"), "{invalid}");
        assert!(invalid.contains(part), "{part}: {invalid}");
    }
}
