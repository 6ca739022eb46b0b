//! Trust in HubSoft's certificate: invalid ones, a provider's own CA, and no CA at all.

mod app;
#[path = "tls/causes.rs"]
mod causes;
#[path = "sim/certificates.rs"]
mod certificates;
#[path = "tls/pinned.rs"]
mod pinned;

use std::fs;
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use app::{TestApp, field, key, soon};
use bina::app::config::Config;
use bina::domain::failure::Failure;
use bina::domain::finding::Record;
use bina::simulator::{Fault, Sim, customer};
use bina::sources::hubsoft::HubSoft;
use bina::sources::reasons;
use bina::sources::shared_request::Partial;
use bina::sources::source::Source;
use certificates::Authority;

const PHONE: &str = "37999990001";
const AT_ONCE: Duration = Duration::from_millis(50);
/// What a busy machine may add to any time.
const SLACK: Duration = Duration::from_millis(100);
/// A machine without CA certificates.
const NO_STORE: [(&str, &str); 2] =
    [("SSL_CERT_FILE", "/nonexistent"), ("SSL_CERT_DIR", "/nonexistent")];

/// The configuration for `sim`, at `https://localhost:PORT` or `http://127.0.0.1:PORT`.
fn settings(sim: &Sim, more: &str) -> String {
    let https = sim.base_url().starts_with("https:");
    let text = app::connection(sim) + more;
    if https { text.replace("insecure_http = true\n", "") } else { text }
}

/// A configuration that trusts `authority` besides the system's CAs.
fn trusting(sim: &Sim, authority: &Authority) -> Config {
    let mut config = app::config(&settings(sim, ""));
    config.hubsoft.ca_pem = Some(authority.pem().as_bytes().to_owned());
    config
}

async fn query(client: &HubSoft) -> Result<Record, Failure> {
    client.fetch(&key(PHONE), soon(), Partial::ignored()).await.map(|fetched| fetched.record)
}

/// A file of this test's own, removed at its end.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("bina-{}-{name}", std::process::id()));
        fs::write(&path, text).expect("a temporary file");
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("UTF-8")
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn bina(arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bina"));
    command.env("LC_ALL", "C.UTF-8");
    command.args(arguments).envs(environment.iter().copied()).stdin(Stdio::null());
    command
}

/// Runs `bina COMMAND -c FILE` and returns its exit code and all it printed.
fn run(command: &[&str], file: &File, environment: &[(&str, &str)]) -> (Option<i32>, String) {
    let arguments = [command, &["-c", file.path()]].concat();
    let Output { status, stdout, stderr } =
        bina(&arguments, environment).output().expect("it starts");
    (status.code(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}

#[tokio::test]
async fn a_bad_certificate_is_refused_at_once_with_cause_and_remedy() {
    let (known, unknown) = (Authority::new(), Authority::new());
    for (certificate, cause) in [
        (known.expired("localhost"), "has expired: have it renewed"),
        (known.not_yet_valid("localhost"), "is not valid yet: correct the clock"),
        (known.wrong_name(), "for another host: check hubsoft.base_url"),
        (unknown.good("localhost"), "its issuer is unknown"),
    ] {
        let sim = Sim::start_tls(vec![customer(1, "ANA", PHONE)], certificate).await.expect("tls");
        let config = trusting(&sim, &known);
        let client = HubSoft::new(config.hubsoft.clone()).expect("a client");
        let failure = query(&client).await.expect_err("not trusted");
        let text = failure.to_string();
        assert!(failure.is(&reasons::TLS) && text.contains(cause), "{text}");
        let secrets = [PHONE, "http", "localhost", "(UNIX)"];
        assert!(secrets.iter().all(|secret| !text.contains(secret)), "{text}");

        let client = HubSoft::new(config.hubsoft.clone()).expect("a client");
        let app = TestApp::serve(&config, Arc::new(client));
        let start = Instant::now();
        let answer = app.asterisk(PHONE).await;
        let took = start.elapsed();
        println!("row 20: required unavailable <= 50 ms, measured {took:?} ({cause})");
        assert_eq!(field(&answer, "status"), "unavailable");
        assert!(took <= AT_ONCE + SLACK);
        assert!(sim.requests().is_empty(), "nothing was sent to it");
    }
}

#[tokio::test]
async fn a_providers_own_ca_is_trusted_and_a_renewed_certificate_ends_the_failures() {
    let authority = Authority::new();
    let sim = Sim::start_tls(vec![customer(1, "ANA", PHONE)], authority.expired("localhost"));
    let sim = sim.await.expect("tls");
    let client = HubSoft::new(trusting(&sim, &authority).hubsoft).expect("a client");
    assert!(query(&client).await.is_err_and(|failure| failure.is(&reasons::TLS)));
    sim.set_tls(authority.good("localhost"));
    // Over the pause after a token request that failed.
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(7)).await;
    tokio::time::resume();
    let record = query(&client).await.expect("found");
    println!("row 20: required ca_file makes a private CA work, measured found");
    assert_eq!(record.customers().len(), 1);
}

#[tokio::test]
async fn a_port_without_tls_is_reported_as_such() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    // As nginx does, and unlike the simulator, which waits for the rest of the request.
    let plain = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let url = format!("https://{}", plain.local_addr().expect("an address"));
    std::thread::spawn(move || {
        let (mut stream, _) = plain.accept().expect("a client");
        let _ = stream.read(&mut [0; 1_024]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let config = app::config(&settings(&sim, "").replace(&sim.base_url(), &url));
    let failure = query(&HubSoft::new(config.hubsoft).expect("a client")).await;
    let text = failure.expect_err("no TLS").to_string();
    assert!(text.ends_with("the port does not speak TLS: check hubsoft.base_url"), "{text}");
}

#[tokio::test]
async fn broken_connections_lose_no_lookup_with_tls_either() {
    let authority = Authority::new();
    let sim = Sim::start_tls(vec![customer(1, "ANA", PHONE)], authority.good("localhost"));
    let sim = sim.await.expect("tls");
    sim.set_token_fault(Fault::Normal);
    let faults = |turn| if turn % 6 == 5 { Fault::HangUp } else { Fault::Normal };
    sim.script((0..60).map(faults).collect());
    let client = HubSoft::new(trusting(&sim, &authority).hubsoft).expect("a client");
    let mut lost = 0;
    for _ in 0..40 {
        lost += u32::from(query(&client).await.is_err());
    }
    let tries = client.second_tries();
    println!("row 15: required 0 lost with TLS, measured {lost} of 40, {tries} second tries");
    assert!(lost == 0 && tries >= 7);
}

/// `bina serve` with `environment`, ended with the test.
struct Running {
    program: Child,
    log: Lines<BufReader<ChildStderr>>,
    read: Vec<String>,
}

impl Running {
    fn start(file: &File, environment: &[(&str, &str)]) -> Self {
        let mut command = bina(&["serve", "-c", file.path()], environment);
        let mut program = command.stderr(Stdio::piped()).spawn().expect("it starts");
        let log = BufReader::new(program.stderr.take().expect("piped")).lines();
        Self { program, log, read: Vec::new() }
    }

    /// The first line of standard error with `part`, read already or to come.
    fn logged(&mut self, part: &str) -> String {
        while !self.read.iter().any(|line| line.contains(part)) {
            self.read.push(self.log.next().expect(part).expect("UTF-8"));
        }
        self.read.iter().find(|line| line.contains(part)).expect("just read").clone()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

#[tokio::test]
async fn without_ca_certificates_the_service_starts_answers_and_reports_what_is_missing() {
    let sim = Sim::start_tls(vec![], Authority::new().good("localhost")).await.expect("tls");
    let file = File::new("no-store.toml", &settings(&sim, ""));
    let mut program = Running::start(&file, &NO_STORE);
    let line = program.logged("bina answers calls");
    let address = line.split("http=").nth(1).expect("where").trim().parse().expect("an address");
    let request = format!("GET /asterisk?caller={PHONE} HTTP/1.0\r\n\r\n");
    let start = Instant::now();
    let answer = app::exchange(address, request.as_bytes()).await;
    let took = start.elapsed();
    println!("row 20: required a start and unavailable <= 50 ms, measured {took:?} (no CA store)");
    assert!(answer.contains("status=unavailable") && took <= AT_ONCE + SLACK, "{answer}");
    let line = program.logged("lookup failed");
    assert!(line.contains("install ca-certificates"), "{line}");
    assert!(line.contains("No CA certificates") && line.contains("hubsoft.ca_file"), "{line}");
    program.logged("reason=tls");

    let (code, printed) = run(&["check"], &file, &NO_STORE);
    assert_eq!(code, Some(0), "{printed}");
    assert!(printed.contains("warning") && printed.contains("install ca-certificates"));
    assert_eq!(sim.connections(), 0, "no insecure try");
}

#[tokio::test]
async fn plain_http_and_a_ca_file_need_no_ca_certificates_of_the_system() {
    let authority = Authority::new();
    let customers = || vec![customer(1, "ANA", PHONE)];
    let plain = Sim::start(customers()).await.expect("loopback");
    let own = Sim::start_tls(customers(), authority.good("localhost")).await.expect("tls");
    let pem = File::new("own.pem", authority.pem());
    let ca_file = format!("ca_file = {:?}\n", pem.path());
    let proxy = Sim::start(vec![]).await.expect("loopback");
    let url = proxy.base_url();
    let names = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
    let environment = [&NO_STORE[..], &names.map(|name| (name, url.as_str()))].concat();
    for (name, text) in [("plain", settings(&plain, "")), ("own", settings(&own, &ca_file))] {
        let file = File::new(&format!("{name}.toml"), &text);
        let (_, printed) = run(&["lookup", PHONE], &file, &environment);
        assert!(printed.starts_with("status=found"), "{name}: {printed}");
    }
    println!(
        "row 20: required ca_file and plain http without a CA store, measured both found; \
         row 22: {} connections to the proxy of the environment",
        proxy.connections()
    );
    assert_eq!(proxy.connections(), 0);
}

#[tokio::test]
async fn a_wrong_ca_file_is_a_configuration_error() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    let odd = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (name, pem) in [("empty", ""), ("text", "no PEM"), ("odd", odd)] {
        let pem = File::new(&format!("{name}.pem"), pem);
        let text = settings(&sim, &format!("ca_file = {:?}\n", pem.path()));
        let file = File::new(&format!("{name}-pem.toml"), &text);
        for command in ["check", "serve"] {
            let (code, printed) = run(&[command], &file, &[]);
            assert_eq!(code, Some(2), "{name}: {printed}");
            assert!(printed.contains("hubsoft.ca_file holds no readable PEM certificate"));
        }
    }
}
