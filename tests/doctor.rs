//! `bina doctor`: which line reports which failure, and the exit code.

#[path = "doctor/alerts.rs"]
mod alerts;
mod app;
#[path = "sim/certificates.rs"]
mod certificates;
#[path = "doctor/other_servers.rs"]
mod other_servers;
#[path = "doctor/portuguese.rs"]
mod portuguese;
#[path = "doctor/service.rs"]
mod service;
#[path = "doctor/unit.rs"]
mod unit;

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use bina::simulator::{
    CANARIES, Fault, ListenerMode, Matching, RetryAfter, Sim, customer, with_alert,
};
use certificates::Authority;

const PHONE: &str = "37988242968";
const NAME: &str = "JOANA CANARIO DA SILVA";
/// Ends like `PHONE` and is another customer's.
const OTHER: &str = "11988242968";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/dialplan/sounds/pt_BR");
/// Whatever may appear in no line.
const SECRETS: [&str; 7] =
    [PHONE, "3788242968", "88242968", "JOANA", OTHER, "Rompimento de fibra", "termo"];

fn customers() -> Vec<serde_json::Value> {
    let alerted = with_alert(customer(1, NAME, PHONE), &["Rompimento de fibra"]);
    vec![alerted, customer(2, "JOANA OUTRA", OTHER)]
}

async fn sim() -> Sim {
    Sim::start(customers()).await.expect("loopback")
}

/// A folder with a configuration only its owner can read, removed at its end.
struct Setup {
    folder: PathBuf,
}

/// What the doctor printed and how it ended.
struct Findings {
    code: Option<i32>,
    printed: String,
    took: Duration,
}

impl Setup {
    fn new(configuration: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("bina-{}-doctor-{count}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let setup = Self { folder };
        setup.put("bina.toml", configuration, 0o600);
        setup
    }

    /// For `sim`, with `settings` of its section and behind it.
    fn of(sim: &Sim, settings: &str) -> Self {
        let text = app::connection(sim) + settings;
        let https = sim.base_url().starts_with("https:");
        Self::new(&if https { text.replace("insecure_http = true\n", "") } else { text })
    }

    /// For `sim`, whose certificates `authority` vouches for.
    fn trusting(sim: &Sim, authority: &Authority) -> Self {
        let setup = Self::of(sim, "ca_file = \"ca.pem\"\nconnect_ms = 5000\n");
        setup.put("ca.pem", authority.pem(), 0o644);
        setup
    }

    fn put(&self, name: &str, text: &str, mode: u32) {
        let path = self.folder.join(name);
        fs::write(&path, text).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("our own");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bina"));
        command.env("LC_ALL", "C.UTF-8");
        command.args(arguments).arg("-c").arg(self.folder.join("bina.toml"));
        command.env_remove("CREDENTIALS_DIRECTORY").stdin(Stdio::null());
        command
    }

    /// Has it examined, and sees to it that nothing private is printed.
    fn examined(&self, arguments: &[&str]) -> Findings {
        let start = Instant::now();
        let output = self.command(&[&["doctor"], arguments].concat()).output().expect("it starts");
        let took = start.elapsed();
        let printed = [output.stdout, output.stderr].concat();
        let printed = String::from_utf8(printed).expect("UTF-8");
        for secret in SECRETS.iter().chain(&CANARIES) {
            assert!(!printed.contains(secret), "{secret} in\n{printed}");
        }
        Findings { code: output.status.code(), printed, took }
    }
}

impl Drop for Setup {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Findings {
    /// Asserts a line of `verdict` about `what` that contains `part`, and the program's `code`.
    fn have(&self, code: i32, verdict: &str, what: &str, part: &str) {
        let found = self.printed.lines().any(|line| {
            let rest = line.strip_prefix(verdict).map(str::trim_start);
            rest.is_some_and(|rest| rest.starts_with(what) && rest.contains(part))
        });
        assert!(found, "no `{verdict} {what} … {part}` in\n{}", self.printed);
        assert_eq!(self.code, Some(code), "{}", self.printed);
    }

    fn lack(&self, part: &str) {
        assert!(!self.printed.contains(part), "{part} in\n{}", self.printed);
    }
}

#[tokio::test]
async fn a_healthy_setup_is_ok_from_the_file_to_the_lookup() {
    let authority = Authority::new();
    let sim = Sim::start_tls(customers(), authority.good("localhost")).await.expect("tls");
    let setup = Setup::trusting(&sim, &authority);
    let findings = setup.examined(&["--number", PHONE]);
    for (what, part) in [
        ("configuration", "is valid"),
        ("secret", "only its owner"),
        ("listen.http", "is free"),
        ("listen.agi", "is free"),
        ("listen.metrics", "is free"),
        ("DNS", "localhost is "),
        ("TLS", "trusted and expires on 01 Jan 2100, in"),
        ("token", "received after"),
        ("lookup", "*********68: 2 returned, 1 with this exact number"),
        ("clock", "of HubSoft's"),
    ] {
        findings.have(0, "ok", what, part);
    }
    findings.lack("failed ");
    let quiet = setup.examined(&[]);
    quiet.have(0, "ok", "lookup", "answered for an unassigned number");
    quiet.lack("matching");
}

#[tokio::test]
async fn a_failure_of_hubsoft_is_reported_on_its_line() {
    let throttled = Fault::Throttled { retry_after: RetryAfter::Seconds(60) };
    for (fault, what, part) in [
        (Fault::WrongPassword, "token", "check hubsoft.client_id, client_secret"),
        (Fault::InvalidGrant, "token", "check hubsoft.client_id, client_secret"),
        (Fault::Silent, "token", "did not answer within hubsoft.attempt_ms"),
        (Fault::HangUp, "token", "check for a proxy or firewall"),
        (throttled.clone(), "token", "(HTTP 429): wait a minute"),
        (Fault::Html, "token", "check hubsoft.base_url"),
    ] {
        let sim = sim().await;
        sim.set_fault(fault.clone());
        let findings = Setup::of(&sim, "attempt_ms = 500\n").examined(&["--number", PHONE]);
        findings.have(1, "failed", what, part);
        findings.have(1, "-", "lookup", "fix that first");
        assert_eq!(sim.lookups(), 0);
    }
    for (fault, part) in [
        (Fault::Html, "a firewall or web server answered instead of HubSoft (HTTP 200)"),
        (Fault::Silent, "did not answer within hubsoft.attempt_ms"),
        (Fault::StatusError, "check the integration's permissions"),
        (Fault::Trace, "check the integration's permissions"),
        (Fault::ServerError, "HTTP 500: contact HubSoft's support"),
        (Fault::Unauthorized, "check the permissions of hubsoft.username"),
        (Fault::Unavailable, "(HTTP 503): wait until the maintenance ends"),
        (throttled, "(HTTP 429): wait a minute"),
    ] {
        let sim = sim().await;
        sim.set_lookup_fault(fault);
        let findings = Setup::of(&sim, "attempt_ms = 500\n").examined(&["--number", PHONE]);
        findings.have(1, "failed", "lookup", part);
        findings.have(1, "ok", "token", "received");
    }
}

#[tokio::test]
async fn a_slow_lookup_is_a_warning_as_calls_do_not_wait_for_it() {
    let sim = sim().await;
    sim.set_lookup_fault(Fault::Slow { first_byte: Duration::from_millis(300) });
    let findings = Setup::of(&sim, "[lookup]\ndeadline_ms = 200\n").examined(&[]);
    findings.have(0, "warning", "lookup", "exceeds lookup.deadline_ms (200)");
}

#[tokio::test]
async fn a_hubsoft_that_cannot_be_reached_is_named_with_the_step_that_fails() {
    let sim = sim().await;
    let setup = Setup::of(&sim, "");
    sim.set_listener(ListenerMode::Refuse).await.expect("the listener switches");
    let findings = setup.examined(&[]);
    findings.have(1, "failed", "TCP", "refuses connections: check the port");
    findings.have(1, "-", "token, lookup", "cannot be reached");
    sim.set_listener(ListenerMode::Blackhole).await.expect("the listener switches");
    let findings = setup.examined(&[]);
    findings.have(1, "failed", "TCP", "does not answer: check firewall and route");
    assert!(findings.took < Duration::from_secs(10), "{:?}", findings.took);
    let text = app::connection(&sim).replace("127.0.0.1:0", "127.0.0.1:1");
    let text = text.replace(&sim.base_url(), "http://nobody.invalid").replace(":1\"", ":0\"");
    let findings = Setup::new(&text).examined(&[]);
    findings.have(1, "failed", "DNS", "check hubsoft.base_url and the servers");
    assert!(findings.took < Duration::from_secs(15), "{:?}", findings.took);
}

#[tokio::test]
async fn a_bad_certificate_fails_with_its_cause_and_no_request_is_sent() {
    let (known, unknown) = (Authority::new(), Authority::new());
    for (certificate, part) in [
        (known.expired("localhost"), "has expired: have it renewed"),
        (known.expired("localhost"), "it expired on 01 Jan 2021, and today is"),
        (known.not_yet_valid("localhost"), "is not valid yet: correct the clock"),
        (known.wrong_name(), "for another host: check hubsoft.base_url"),
        (unknown.good("localhost"), "its issuer is unknown"),
        (known.without_the_one_between("localhost").0, "does not send the intermediate"),
    ] {
        let sim = Sim::start_tls(customers(), certificate).await.expect("tls");
        let findings = Setup::trusting(&sim, &known).examined(&["--number", PHONE]);
        findings.have(1, "failed", "TLS", part);
        findings.have(1, "-", "token, lookup", "fix that first");
        assert!(sim.requests().is_empty(), "{part}");
    }
}

#[tokio::test]
async fn a_certificate_that_ends_soon_is_a_warning_also_when_it_is_one_between() {
    let authority = Authority::new();
    let margin = Duration::from_secs(60 * 60);
    for (certificate, verdict, part) in [
        (
            authority.ending("localhost", 20 * DAY + margin),
            "warning",
            "in 20 days: have it renewed",
        ),
        (authority.ending("localhost", 21 * DAY + margin), "ok", "in 21 days"),
        (authority.behind_one_ending("localhost", 3 * DAY + margin), "warning", "in 3 days"),
        (authority.behind_one_ending("localhost", 50_000 * DAY), "ok", "expires on 01 Jan 2100"),
    ] {
        let sim = Sim::start_tls(customers(), certificate).await.expect("tls");
        let findings = Setup::trusting(&sim, &authority).examined(&[]);
        findings.have(0, verdict, "TLS", part);
        findings.have(0, "ok", "lookup", "answered");
    }
}

#[tokio::test]
async fn without_ca_certificates_the_remedy_is_named_and_nothing_is_trusted() {
    let sim = Sim::start_tls(customers(), Authority::new().good("localhost")).await.expect("tls");
    let setup = Setup::of(&sim, "");
    let mut command = setup.command(&["doctor"]);
    command.envs([("SSL_CERT_FILE", "/nonexistent"), ("SSL_CERT_DIR", "/nonexistent")]);
    let output = command.output().expect("it starts");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let findings = Findings { code: output.status.code(), printed, took: Duration::ZERO };
    findings.have(1, "failed", "TLS", "install ca-certificates");
    assert!(sim.requests().is_empty());
}

#[tokio::test]
async fn the_phone_match_is_reported_in_counts_with_at_most_four_lookups() {
    for (matching, number, counts, conclusion) in [
        (
            Matching::Like,
            PHONE,
            "its last 8 digits: 2 returned, 1 with",
            "compares the ends of numbers",
        ),
        (Matching::Exact, PHONE, "its last 8 digits: 0 returned, 0 with", "exact numbers only"),
        (Matching::Exact, "3732221234", "12 digits, with 55 in front: 0", "no customer has this"),
    ] {
        let sim = sim().await;
        sim.set_matching(matching);
        let findings = Setup::of(&sim, "").examined(&["--number", number]);
        findings.have(0, "ok", "matching", counts);
        assert!(findings.printed.contains(conclusion), "{}", findings.printed);
        findings.lack("32221234");
        assert!(sim.lookups() <= 4 && sim.token_requests() == 1, "{}", sim.lookups());
    }
}

#[tokio::test]
async fn a_search_that_is_refused_ends_no_examination_but_one_too_many_does() {
    let sim = sim().await;
    sim.script(vec![Fault::Normal, Fault::Normal, Fault::StatusError]);
    let findings = Setup::of(&sim, "").examined(&["--number", PHONE]);
    findings.have(0, "warning", "matching", "its last 8 digits: HubSoft refused the lookup");
    findings.have(0, "ok", "matching", "the matching method cannot be determined");
    sim.script(vec![Fault::Normal, Fault::Throttled { retry_after: RetryAfter::Never }]);
    sim.clear_requests();
    let findings = Setup::of(&sim, "").examined(&["--number", PHONE]);
    findings.have(1, "failed", "matching", "10 digits, without the 9: HubSoft limits our requests");
    assert_eq!(sim.lookups(), 2, "it is left alone");
}

#[tokio::test]
async fn a_secret_that_others_can_read_is_a_warning_wherever_it_stands() {
    let sim = sim().await;
    let setup = Setup::of(&sim, "");
    let inline = fs::read_to_string(setup.folder.join("bina.toml")).expect("a file");
    setup.put("bina.toml", &inline, 0o644);
    let findings = setup.examined(&[]);
    findings.have(
        0,
        "warning",
        "secret",
        "bina.toml contains a secret that other users can read: run `chmod 600",
    );
    let who = sim.credentials();
    setup.put("word", who.password, 0o640);
    setup.put("client", who.client_secret, 0o600);
    let filed = inline
        .replace(
            &format!("client_secret = \"{}\"", who.client_secret),
            "client_secret_file = \"client\"",
        )
        .replace(&format!("password = \"{}\"", who.password), "password_file = \"word\"");
    setup.put("bina.toml", &filed, 0o644);
    let findings = setup.examined(&[]);
    findings.have(0, "warning", "secret", "word contains a secret that other users can read");
    findings.have(0, "ok", "secret", "client: only its owner");
    findings.lack("bina.toml holds");
    assert_eq!(findings.printed.matches("other users can read").count(), 1, "reported once");
}

#[tokio::test]
async fn prompt_files_that_are_missing_or_cannot_be_played_are_failed() {
    let sim = sim().await;
    let setup = Setup::of(&sim, app::RULES);
    let findings = setup.examined(&["--sounds", SHIPPED]);
    findings.have(0, "ok", "prompt files", "are playable");
    setup.examined(&[]).have(0, "-", "prompt files", "name their folder with --sounds");
    setup.put("aviso-geral.wav", "no wave", 0o644);
    let folder = setup.folder.to_str().expect("UTF-8");
    let findings = setup.examined(&["--sounds", folder]);
    findings.have(1, "failed", "prompt files", "prompt geral:");
    findings.have(1, "failed", "prompt files", "is not a WAV file: convert it with `sox");
    findings.have(1, "failed", "prompt files", "prompt rompimento: there is no");
    findings.have(1, "ok", "lookup", "answered");
    let text = app::connection(&sim) + app::RULES;
    let text = text.replacen("[listen]\n", "[listen]\nprompts_folder = \".\"\n", 1);
    setup.put("bina.toml", &text, 0o600);
    setup.examined(&[]).have(1, "failed", "prompt files", "aviso-geral.wav is not a WAV file");
}

#[tokio::test]
async fn a_port_in_use_fails_and_ss_is_suggested() {
    let sim = sim().await;
    let taken = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = taken.local_addr().expect("an address");
    let text =
        app::connection(&sim).replace("agi = \"127.0.0.1:0\"", &format!("agi = \"{address}\""));
    let findings = Setup::new(&text).examined(&[]);
    let command = format!("`ss -ltnp sport = :{}`", address.port());
    findings.have(1, "failed", "listen.agi", &command);
    findings.have(1, "ok", "listen.http", "is free");
    assert!(findings.took < Duration::from_secs(10), "{:?}", findings.took);
}

/// A program ended with its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn a_running_bina_is_recognised_at_each_listener() {
    let sim = sim().await;
    let setup = Setup::of(&sim, "");
    let _served = service::Served::start(&setup, "answers calls");
    let findings = setup.examined(&[]);
    for listener in ["listen.http", "listen.agi", "listen.metrics"] {
        findings.have(0, "ok", listener, "bina answers at");
    }
}

#[tokio::test]
async fn a_broken_configuration_exits_with_2_before_any_request() {
    let sim = sim().await;
    let setup = Setup::of(&sim, "limit = 1000\nlimitt = 1\n");
    let findings = setup.examined(&[]);
    findings.have(2, "failed", "configuration", "hubsoft.limit");
    findings.have(2, "failed", "configuration", "unknown setting `hubsoft.limitt`");
    let setup = Setup::of(&sim, "");
    let findings = setup.examined(&["--number", "88242968x"]);
    assert_eq!(findings.code, Some(2), "{}", findings.printed);
    assert!(findings.printed.contains("--number cannot be looked up"), "{}", findings.printed);
    assert_eq!(sim.connections(), 0);
}

#[tokio::test]
async fn each_line_is_printed_as_soon_as_it_is_complete() {
    let sim = sim().await;
    sim.set_fault(Fault::Silent);
    let setup = Setup::of(&sim, "attempt_ms = 60000\n");
    let start = Instant::now();
    let mut doctor = setup.command(&["doctor"]);
    let mut program = Running(doctor.stdout(Stdio::piped()).spawn().expect("it starts"));
    let mut lines = BufReader::new(program.0.stdout.take().expect("piped")).lines();
    let mut reported = |part: &str| {
        let line = lines.find_map(|line| line.ok().filter(|line| line.contains(part)));
        assert!(line.is_some(), "{part}");
        start.elapsed()
    };
    let (early, late) = (reported("connected to"), reported("HubSoft does not answer"));
    assert!(early < Duration::from_secs(2), "{early:?}");
    assert!((4..10).contains(&late.as_secs()), "{late:?}");
}
