//! The running service: what it logs and reloads, its own watchdog requests, and purges.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use bina::simulator::Sim;
use rustls::version::TLS13;

use crate::app::Reply;
use crate::certificates::Authority;
use crate::client::{Client, OWN, tls};
use crate::folder::{Folder, NEXT_TOKEN, PAIR, TOKEN};
use crate::served::{File, Manager, Served};
use crate::{CALLER, TARGET, sim};

const TOKENS: &str = "[access]\ntoken_files = \"token\"\n";
const TLS: &str = "[tls]\ncert_file = \"cert.pem\"\nkey_file = \"key.pem\"\n";

/// The configuration in `folder`, for the harness of another test.
fn file(folder: &Folder, sim: &Sim, settings: &str) -> File {
    File(folder.configure(sim, settings))
}

/// The same, with the listener `name` at `address`.
fn file_with(folder: &Folder, sim: &Sim, settings: &str, name: &str, address: &str) -> File {
    let file = file(folder, sim, settings);
    let text = std::fs::read_to_string(&file.0).expect("it is there");
    let changed =
        text.replacen(&format!("{name} = \"127.0.0.1:0\""), &format!("{name} = \"{address}\""), 1);
    folder.write("bina.toml", &changed);
    file
}

fn bearer(token: &str) -> Client {
    Client::from(OWN).showing(&format!("Authorization: Bearer {token}\r\n"))
}

fn loopback(address: SocketAddr) -> SocketAddr {
    (OWN, address.port()).into()
}

async fn sample(served: &Served, shown: &Client, name: &str) -> Option<f64> {
    let page = shown.get(served.metrics, "/metrics").await.body;
    let line = page.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|value| value.trim().parse().ok())
}

#[tokio::test(flavor = "multi_thread")]
async fn both_listeners_require_credentials_and_no_log_contains_them() {
    let (sim, folder) = (sim().await, Folder::new());
    let served = Served::start(&file(
        &folder,
        &sim,
        "[access]\ntoken_files = \"token\"\nbasic_files = \"pair\"\n",
    ));
    let (good, none) = (bearer(TOKEN), Client::from(OWN));
    let wrong = bearer("um-token-que-alguem-inventou");
    for (address, path) in [
        (served.http, TARGET),
        (served.http, "/readyz"),
        (served.metrics, "/metrics"),
        (served.metrics, "/readyz"),
    ] {
        assert_eq!(good.get(address, path).await.status, 200, "{path}");
        for bad in [&none, &wrong] {
            assert_eq!(bad.get(address, path).await.status, 401, "{path}");
        }
        assert_eq!(none.get(address, "/healthz").await.status, 200);
    }
    for (client, status) in [(&none, 401), (&wrong, 401), (&good, 200)] {
        let reported = client.post(served.metrics, "/v1/forget", &format!("number={CALLER}")).await;
        assert_eq!(reported.status, status);
    }
    let refused = "bina_http_refused_total{reason=\"unauthorized\"}";
    assert_eq!(sample(&served, &good, refused).await, Some(10.0));
    assert!(
        served.has_logged("401, 127.0.0.1 sent no credential, or a wrong one"),
        "{}",
        served.log()
    );
    let page = good.get(served.metrics, "/metrics").await.body;
    let password = PAIR.split(':').nth(1).expect("a pair");
    for secret in [TOKEN, password, "alguem-inventou", CALLER] {
        assert!(!served.log().contains(secret) && !page.contains(secret), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_watchdogs_own_request_is_accepted() {
    let (sim, (folder, authority)) = (sim().await, (Folder::new(), Authority::new()));
    folder.certify(&authority.good_pem("localhost"));
    folder.write("ca.pem", authority.pem());
    let clients = format!("{TLS}client_ca_file = \"ca.pem\"\n");
    let networks = "[access]\nnetworks = \"192.0.2.0/24\"\n";
    let pair = format!("[access]\nbasic_files = \"pair\"\n{TLS}");
    for (name, settings) in
        [("token", TOKENS), ("pair", &pair), ("clients", &clients), ("networks", networks)]
    {
        for address in ["127.0.0.1:0", "0.0.0.0:0", "[::]:0"] {
            let file = file_with(&folder, &sim, settings, "http", address);
            let manager = Manager::new(&format!("access-{name}"));
            let served = Served::with(&file, |command| {
                command.env("NOTIFY_SOCKET", manager.as_ref()).env("WATCHDOG_USEC", "300000")
            });
            assert_eq!(manager.reported().0.trim(), "READY=1");
            for _ in 0..2 {
                assert_eq!(manager.reported().0.trim(), "WATCHDOG=1", "{name}: {}", served.log());
            }
            assert!(!served.log().contains("watchdog check failed"), "{}", served.log());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purge_requires_a_credential() {
    let (sim, folder) = (sim().await, Folder::new());
    folder.certify(&Authority::new().good_pem("localhost"));
    let file = file_with(&folder, &sim, &format!("{TOKENS}{TLS}"), "metrics", "0.0.0.0:0");
    let served = Served::start(&file);
    assert_eq!(bearer(TOKEN).get(served.http, TARGET).await.status, 200);
    // The command uses the file's address; here the system has chosen the port.
    let text = std::fs::read_to_string(&file.0).expect("it is there");
    folder.write("bina.toml", &text.replace("0.0.0.0:0", &served.metrics.to_string()));
    let forget = |option: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bina"));
        command.env("LC_ALL", "C.UTF-8").args(["forget", CALLER, "-c"]).arg(&file.0);
        let output = command.args(option).output().expect("it starts");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    assert_eq!(forget(&[]), (Some(0), "forgotten".to_owned()));
    let verified = forget(&["--verify", "--lang", "pt"]);
    assert!(verified.0 == Some(0) && verified.1.contains("cache: nada"), "{verified:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_and_networks_are_reloaded() {
    let (sim, folder) = (sim().await, Folder::new());
    let file = file(&folder, &sim, TOKENS);
    let served = Served::start(&file);
    let reload = |settings: &str, part: &str| {
        folder.configure(&sim, settings);
        served.signal("HUP");
        assert!(served.has_logged(part), "{}", served.log());
    };
    let status = async |token| bearer(token).get(served.http, TARGET).await.status;
    assert_eq!((status(TOKEN).await, status(NEXT_TOKEN).await), (200, 401));
    reload("[access]\ntoken_files = [\"token\", \"next\"]\n", "configuration reloaded");
    until(async || status(NEXT_TOKEN).await == 200).await;
    assert_eq!(status(TOKEN).await, 200, "both are good while they are changed");
    reload("[access]\ntoken_files = \"next\"\n", "configuration reloaded");
    until(async || status(TOKEN).await == 401).await;
    reload("[access]\ntoken_files = \"nada\"\n", "stays active: ");
    assert_eq!((status(TOKEN).await, status(NEXT_TOKEN).await), (401, 200));
    reload("[access]\nnetworks = \"192.0.2.0/24\"\n", "configuration reloaded");
    until(async || status(TOKEN).await == 200).await;
}

/// Waits until `holds` returns true, for five seconds.
async fn until(holds: impl AsyncFn() -> bool) {
    let start = std::time::Instant::now();
    while !holds().await {
        assert!(start.elapsed() < Duration::from_secs(5), "it takes too long");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_is_presented_and_a_broken_one_is_not() {
    let (sim, folder) = (sim().await, Folder::new());
    let (first, second) = (Authority::new(), Authority::new());
    folder.certify(&first.good_pem("localhost"));
    let file = file(&folder, &sim, TLS);
    let served = Served::start(&file);
    let shows = async |authority: &Authority| {
        let config = tls(authority, &[&TLS13], None);
        Client::from(OWN).get_tls(served.http, config, TARGET).await.is_ok()
    };
    assert!(shows(&first).await && !shows(&second).await);
    folder.write("cert.pem", "half a certificate");
    served.signal("HUP");
    assert!(served.has_logged("stays active"), "{}", served.log());
    assert!(served.has_logged("cert.pem contains no valid PEM certificate"), "{}", served.log());
    let success = sample(&served, &Client::from(OWN), "bina_config_last_reload_success ").await;
    assert_eq!(success, Some(0.0));
    assert!(shows(&first).await, "the old one goes on");
    folder.certify(&second.good_pem("localhost"));
    served.signal("HUP");
    assert!(served.has_logged("configuration reloaded"), "{}", served.log());
    until(async || shows(&second).await && !shows(&first).await).await;
    folder.certify(&second.expired_pem());
    served.signal("HUP");
    assert!(served.has_logged("cert.pem has expired, so PBXs reject it"), "{}", served.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_that_stays_open_keeps_its_protection() {
    let (sim, folder) = (sim().await, Folder::new());
    let file_open = file_with(&folder, &sim, TOKENS, "http", "0.0.0.0:0");
    let served = Served::start(&file_open);
    assert!(served.has_logged("plain text"), "{}", served.log());
    let address = loopback(served.http);
    assert_eq!(Client::from(OWN).get(address, TARGET).await.status, 401);
    // Valid for a listener on loopback, but this one needs a restart.
    folder.configure(&sim, "");
    served.signal("HUP");
    assert!(served.has_logged("stays active: listen.http: `0.0.0.0:"), "{}", served.log());
    assert_eq!(Client::from(OWN).get(address, TARGET).await.status, 401);
    assert_eq!(bearer(TOKEN).get(address, TARGET).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn number_enumeration_is_logged_once_a_minute_without_numbers() {
    let (sim, folder) = (sim().await, Folder::new());
    let settings = "[limiter]\nrate = 1000\nburst = 10000\n[lookup]\ndeadline_ms = 3000\n";
    let file = file(&folder, &sim, settings);
    let served = Served::start(&file);
    let query = async |number: u64| {
        let reply: Reply =
            Client::from(OWN).get(served.http, &format!("/asterisk?caller={number}")).await;
        assert!(reply.body.starts_with("status=not_found"), "{}", reply.body);
    };
    let first = 37_911_110_000;
    for turn in 0..100 {
        query(first + turn).await;
        query(first).await;
    }
    let alarms = "bina_misses_alarms_total ";
    assert_eq!(sample(&served, &Client::from(OWN), alarms).await, Some(0.0));
    for turn in 100..130 {
        query(first + turn).await;
    }
    assert_eq!(sample(&served, &Client::from(OWN), alarms).await, Some(1.0));
    assert!(
        served.has_logged("more than 100 different numbers were not found"),
        "{}",
        served.log()
    );
    let log = served.log();
    let reported: Vec<_> =
        log.lines().filter(|line| line.contains("were not found within")).collect();
    assert_eq!(reported.len(), 1);
    assert!(reported[0].contains("access.networks") && !log.contains("3791111"), "{}", reported[0]);
}
