//! How HubSoft is reached over real sockets: its name, its addresses and the connections there.

mod app;
#[path = "dns/several.rs"]
mod several;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use app::{TestApp, field, key, soon};
use bina::domain::failure::Failure;
use bina::domain::finding::Record;
use bina::simulator::{Fault, Sim, customer};
use bina::sources::hubsoft::{Dns, HubSoft};
use bina::sources::reasons;
use bina::sources::shared_request::Partial;
use bina::sources::source::Source;
use parking_lot::Mutex;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::{Duration, sleep, timeout};

/// A number with one form, so that one request is made for it.
const PHONE: &str = "3733330001";
/// Where the simulator of these tests is, and where it moves to: an address of its own.
const HERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 1);
const THERE: Ipv4Addr = Ipv4Addr::new(127, 21, 0, 2);
/// What a busy machine may add to any time.
const SLACK: Duration = Duration::from_millis(100);

/// A DNS with scripted answers that counts its queries.
#[derive(Clone, Default)]
struct Stub {
    dns_answer: Arc<Mutex<DnsAnswer>>,
    requested: Arc<AtomicUsize>,
}

#[derive(Clone, Default)]
enum DnsAnswer {
    Addresses(Vec<IpAddr>),
    Fails,
    #[default]
    Nothing,
}

impl Stub {
    fn answer_with(&self, dns_answer: DnsAnswer) {
        *self.dns_answer.lock() = dns_answer;
    }

    fn requested(&self) -> usize {
        self.requested.load(Ordering::Relaxed)
    }

    fn dns(&self) -> Dns {
        let stub = self.clone();
        Arc::new(move |_| {
            stub.requested.fetch_add(1, Ordering::Relaxed);
            let dns_answer = stub.dns_answer.lock().clone();
            Box::pin(async move {
                match dns_answer {
                    DnsAnswer::Addresses(ips) => {
                        Ok(ips.into_iter().map(|ip| (ip, 0).into()).collect())
                    }
                    DnsAnswer::Fails => Err(io::Error::other("a stub's failure")),
                    DnsAnswer::Nothing => std::future::pending().await,
                }
            })
        })
    }

    /// A client of `sim` by name.
    fn client(&self, sim: &Sim, settings: &str) -> Arc<HubSoft> {
        let named = format!("http://hub.test:{}", sim.addr().port());
        let text = app::connection(sim).replace(&sim.base_url(), &named) + settings;
        let client = HubSoft::with_dns(app::config(&text).hubsoft, self.dns());
        Arc::new(client.expect("a client"))
    }
}

/// A simulator here and one there, on the same port.
async fn twins() -> (Sim, Sim) {
    let customers = || vec![customer(1, "ANA", PHONE)];
    let here = Sim::start(customers()).await.expect("loopback");
    let there = (THERE, here.addr().port()).into();
    (here, Sim::start_at(there, customers()).await.expect("loopback"))
}

async fn query(client: &HubSoft) -> Result<Record, Failure> {
    client.fetch(&key(PHONE), soon(), Partial::ignored()).await.map(|fetched| fetched.record)
}

/// Lets time pass for the client, but not for the sockets.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

/// A port that leaves connections unanswered: its queue is full and never emptied.
struct Blackhole {
    address: SocketAddr,
    _listener: TcpListener,
    _waiting: Vec<TcpStream>,
}

impl Blackhole {
    async fn open(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_reuseaddr(true).expect("an option");
        socket.bind(address).expect("a free port");
        let listener = socket.listen(1).expect("it listens");
        let address = listener.local_addr().expect("an address");
        let mut waiting = Vec::new();
        while let Ok(stream) = timeout(SLACK, TcpStream::connect(address)).await {
            waiting.push(stream.expect("the queue takes it"));
        }
        Self { address, _listener: listener, _waiting: waiting }
    }
}

#[tokio::test]
async fn a_changed_address_is_used_within_a_minute_although_connections_are_busy() {
    let (here, there) = twins().await;
    let dns = Stub::default();
    dns.answer_with(DnsAnswer::Addresses(vec![HERE.into()]));
    let client = dns.client(&here, "attempt_ms = 60000\n");
    here.script(vec![Fault::Slow { first_byte: Duration::from_millis(1_500) }]);
    let other = Arc::clone(&client);
    let under_way = tokio::spawn(async move { query(&other).await });
    while here.lookups() == 0 {
        sleep(Duration::from_millis(5)).await;
    }
    dns.answer_with(DnsAnswer::Addresses(vec![THERE.into()]));
    let mut seconds = 0;
    while there.lookups() == 0 {
        assert!(seconds < 60, "still at the old address");
        pass(Duration::from_secs(3)).await;
        seconds += 3;
        query(&client).await.expect("answered at either address");
    }
    println!("row 21: required new address <= 60 s, measured used after {seconds} s");
    assert!(here.connections() <= 2, "the old connections were busy all the time");
    under_way.await.expect("no panic").expect("what was under way is answered");
    query(&client).await.expect("found");
    assert_eq!(there.connections(), 1);
}

#[tokio::test]
async fn hubsoft_is_found_for_a_day_without_dns() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    let dns = Stub::default();
    dns.answer_with(DnsAnswer::Addresses(vec![HERE.into()]));
    let client = dns.client(&sim, "");
    query(&client).await.expect("answered");
    dns.answer_with(DnsAnswer::Fails);
    for _ in 0..23 {
        pass(Duration::from_secs(60 * 60)).await;
        query(&client).await.expect("answered");
    }
    pass(Duration::from_secs(2 * 60 * 60)).await;
    let result = query(&client).await;
    println!("row 21: required stale addresses <= 24 h, measured used at 23 h, not at 25 h");
    assert_eq!(result, Err(reasons::CONNECT.failure()));
}

#[tokio::test]
async fn a_dns_that_never_answers_holds_no_call_and_no_threads() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    let dns = Stub::default();
    let client = dns.client(&sim, "");
    let app = TestApp::serve(&app::config(&app::connection(&sim)), client);
    let mut worst = Duration::ZERO;
    for turn in 0..20 {
        let start = Instant::now();
        let answer = app.asterisk(&format!("379999900{turn:02}")).await;
        worst = worst.max(start.elapsed());
        assert_eq!(field(&answer, "status"), "unavailable");
    }
    println!(
        "row 21: required <= 250 ms + slack, threads <= cores+8, measured {worst:?}, {} lookup",
        dns.requested()
    );
    assert!(worst <= Duration::from_millis(250) + SLACK);
    assert_eq!(dns.requested(), 1);
}

#[tokio::test]
async fn an_address_needs_no_dns() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    let dns = Stub::default();
    let config = app::config(&app::connection(&sim));
    let client = HubSoft::with_dns(config.hubsoft, dns.dns()).expect("a client");
    query(&client).await.expect("answered");
    assert_eq!(dns.requested(), 0);
}

#[tokio::test]
async fn a_hubsoft_that_drops_packets_does_not_hold_the_call() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    let app = TestApp::start(&sim).await;
    assert_eq!(field(&app.asterisk("37999990000").await, "status"), "not_found");
    let address = sim.addr();
    drop(sim);
    let _hole = Blackhole::open(address).await;
    let start = Instant::now();
    let answer = app.asterisk(PHONE).await;
    let took = start.elapsed();
    println!("row 12: required unavailable <= 250 ms + slack, measured {took:?}");
    assert_eq!(field(&answer, "status"), "unavailable");
    assert!((Duration::from_millis(200)..Duration::from_millis(250) + SLACK).contains(&took));
}

/// Sends 300 requests, each after one of the `pauses` in turn, in milliseconds; returns how many were
/// lost and sent twice.
async fn three_hundred(sim: &Sim, pauses: Range<u64>) -> (u64, u64) {
    let text = app::connection(sim) + "[limiter]\nrate = 1000\nburst = 10000\n";
    let client = HubSoft::new(app::config(&text).hubsoft).expect("a client");
    let mut lost = 0;
    for pause in pauses.cycle().take(300) {
        lost += u64::from(query(&client).await.is_err());
        sleep(Duration::from_millis(pause)).await;
    }
    let tries = client.second_tries();
    println!(
        "row 15: required 0 of 300 lost, second tries <= 20 % + 10, measured {lost} and {tries}"
    );
    (lost, tries)
}

#[tokio::test]
async fn connections_closed_at_the_moment_they_are_used_lose_no_lookup() {
    let sim = Sim::start(vec![customer(1, "ANA", PHONE)]).await.expect("loopback");
    sim.set_keep_alive(Duration::from_millis(10));
    // Of eleven pauses one or two end in the millisecond in which the server closes: fewer races than
    // the retries that are allowed.
    let (lost, tries) = three_hundred(&sim, 7..18).await;
    assert!(lost == 0 && tries <= 70 && sim.connections() > 100);

    // Loopback is too quick for many to race; this is what a race looks like to the client.
    let sim = Sim::start(vec![customer(1, "ANA", PHONE)]).await.expect("loopback");
    sim.set_token_fault(Fault::Normal);
    let faults = |turn| if turn % 6 == 5 { Fault::HangUp } else { Fault::Normal };
    sim.script((0..400).map(faults).collect());
    let (lost, tries) = three_hundred(&sim, 0..3).await;
    assert!(lost == 0 && (50..=70).contains(&tries));
}

/// Runs `bina lookup` with HubSoft at `url`, and the environment `more`.
fn lookup(sim: &Sim, url: &str, more: &[(&str, &str)]) -> Output {
    let file = std::env::temp_dir().join(format!(
        "bina-{}-{}.toml",
        std::process::id(),
        sim.addr().port()
    ));
    let text = app::connection(sim).replace(&sim.base_url(), url);
    std::fs::write(&file, text).expect("a temporary file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_bina"));
    command.env("LC_ALL", "C.UTF-8");
    command.args(["lookup", PHONE, "-c"]).arg(&file).env("BINA_LOG", "trace");
    let output = command.envs(more.iter().copied()).stdin(Stdio::null()).output();
    let _ = std::fs::remove_file(file);
    output.expect("it starts")
}

#[tokio::test]
async fn a_proxy_named_in_the_environment_gets_no_connection() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    let proxy = Sim::start(vec![]).await.expect("loopback");
    let url = proxy.base_url();
    let names =
        ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
    let output = lookup(&sim, &sim.base_url(), &names.map(|name| (name, url.as_str())));
    println!(
        "row 22: required 0 connections to a proxy of the environment, measured {}",
        proxy.connections()
    );
    assert!(output.stdout.starts_with(b"status=not_found"), "{output:?}");
    assert_eq!(proxy.connections(), 0);
}

#[tokio::test]
async fn no_error_of_the_http_client_is_printed() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    let hole = Blackhole::open((HERE, 0).into()).await.address;
    let closed = Sim::start(vec![]).await.expect("loopback").base_url();
    sim.set_fault(Fault::HangUp);
    for url in [sim.base_url(), closed, format!("http://{hole}"), "http://hub.invalid".to_owned()] {
        let output = lookup(&sim, &url, &[]);
        let shown = String::from_utf8_lossy(&output.stderr);
        assert!(output.stdout.starts_with(b"status=unavailable"), "{url}: {output:?}");
        assert!(shown.contains("HubSoft"), "{url}: {shown}");
        let secrets = ["reqwest", "sending request", "http:", PHONE, sim.credentials().password];
        assert!(secrets.iter().all(|secret| !shown.contains(secret)), "{url}: {shown}");
    }
}
