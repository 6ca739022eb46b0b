//! Access from other machines: networks, credentials, limits, TLS.
//!
//! Other addresses of loopback stand for other machines: these tests configure that only 127.0.0.1 is
//! this one.

mod app;
#[path = "sim/certificates.rs"]
mod certificates;
#[path = "access/client.rs"]
mod client;
#[path = "access/encrypted.rs"]
mod encrypted;
#[path = "access/folder.rs"]
mod folder;
#[path = "access/running.rs"]
mod running;
#[allow(dead_code, reason = "the tests of operation use the rest")]
#[path = "operation/served.rs"]
mod served;
#[path = "access/start.rs"]
mod start;

use std::sync::Arc;

use app::TestApp;
use bina::app::config::Config;
use bina::simulator::{Fault, Sim, customer};
use bina::sources::hubsoft::HubSoft;
use client::{Client, NEIGHBOUR, OWN};
use folder::{Folder, NEXT_TOKEN, PAIR_BASE64, TOKEN};

pub(crate) const CALLER: &str = "37999990001";
const TARGET: &str = "/asterisk?caller=37999990001";

pub(crate) async fn sim() -> Sim {
    let sim = Sim::start(vec![customer(1, "ANA", CALLER)]).await.expect("loopback");
    sim.set_token_fault(Fault::Normal);
    sim
}

/// bina with `settings` besides those that name `sim`; only 127.0.0.1 is its own machine.
pub(crate) fn start(folder: &Folder, sim: &Sim, settings: &str) -> TestApp {
    let mut config: Config = folder.config(sim, settings);
    config.access.networks.own = vec!["127.0.0.1".parse().expect("a network")];
    let hubsoft = HubSoft::new(config.hubsoft.clone()).expect("a client");
    TestApp::serve(&config, Arc::new(hubsoft))
}

#[tokio::test]
async fn without_access_settings_every_client_is_answered_on_loopback() {
    let (sim, folder) = (sim().await, Folder::new());
    let app = start(&folder, &sim, "");
    for from in [OWN, NEIGHBOUR] {
        assert_eq!(Client::from(from).get(app.address, TARGET).await.status, 200);
    }
}

#[tokio::test]
async fn a_connection_from_outside_the_networks_is_closed_before_a_byte_is_read() {
    let (sim, folder) = (sim().await, Folder::new());
    let app = start(&folder, &sim, "[access]\nnetworks = [\"127.0.0.4/30\", \"192.0.2.0/24\"]\n");
    for (from, inside) in
        [(OWN, true), (NEIGHBOUR, false), ([127, 0, 0, 5], true), ([127, 0, 0, 8], false)]
    {
        let client = Client::from(from);
        for address in [app.address, app.agi] {
            let before = app.counted("bina_connections_shed_total{reason=\"network\"}");
            // Nothing is sent, so nothing can have been read.
            let silent = client.is_closed_at_once(address).await;
            assert_eq!(silent, !inside, "{from:?} at {address}");
            let shed = app.counted("bina_connections_shed_total{reason=\"network\"}") - before;
            assert!(inside || shed >= 1, "{from:?}");
        }
        let status = client.get(app.address, TARGET).await.status;
        assert_eq!(status, if inside { 200 } else { 0 }, "{from:?}");
    }
    let spoken = Client::from([127, 0, 0, 6]).say(app.agi, "agi_callerid: 37999990001\n\n").await;
    assert!(spoken.contains("BINA_STATUS \"found\""), "{spoken}");
}

#[tokio::test]
async fn a_machines_own_address_is_its_own() {
    let (sim, folder) = (sim().await, Folder::new());
    let settings = "[access]\nnetworks = \"192.0.2.0/24\"\n";
    let text =
        format!("{}{settings}", app::connection(&sim)).replacen("127.0.0.1:0", "127.0.0.3:0", 1);
    folder.write("bina.toml", &text);
    let mut config = folder.load().unwrap_or_else(|invalid| panic!("{invalid}"));
    config.access.networks.own = vec!["127.0.0.1".parse().expect("a network")];
    let hubsoft = HubSoft::new(config.hubsoft.clone()).expect("a client");
    let app = TestApp::serve(&config, Arc::new(hubsoft));
    assert_eq!(Client::from([127, 0, 0, 3]).get(app.address, TARGET).await.status, 200);
    assert_eq!(Client::from(NEIGHBOUR).get(app.address, TARGET).await.status, 0);
}

const BOTH: &str = "[access]\ntoken_files = [\"token\", \"next\"]\nbasic_files = \"pair\"\n";

#[tokio::test]
async fn only_the_configured_credentials_are_accepted() {
    let (sim, folder) = (sim().await, Folder::new());
    let app = start(&folder, &sim, BOTH);
    let status = async |header: &str| {
        let client = Client::from(OWN).showing(header);
        client.get(app.address, TARGET).await.status
    };
    for good in [
        format!("Authorization: Bearer {TOKEN}\r\n"),
        format!("authorization: bearer  {NEXT_TOKEN} \r\n"),
        format!("Authorization: Basic {PAIR_BASE64}\r\n"),
    ] {
        assert_eq!(status(&good).await, 200, "{good}");
    }
    for bad in [
        String::new(),
        "Authorization:\r\n".to_owned(),
        "Authorization: Bearer\r\n".to_owned(),
        format!("Authorization: Bearer {TOKEN}x\r\n"),
        format!("Authorization: Bearer {}\r\n", &TOKEN[1..]),
        format!("Authorization: Basic {TOKEN}\r\n"),
        format!("Authorization: Digest {TOKEN}\r\n"),
        format!("Authorization: {TOKEN}\r\n"),
        format!("X-Authorization: Bearer {TOKEN}\r\n"),
        format!("Authorization: Bearer {TOKEN}\r\nAuthorization: Bearer {TOKEN}\r\n"),
        "Authorization: Basic cGJ4Og==\r\n".to_owned(),
        format!("Authorization: Bearer {}\r\n", "\u{e9}".repeat(40)),
    ] {
        assert_eq!(status(&bad).await, 401, "{bad}");
    }
}

#[tokio::test]
async fn a_401_is_empty_names_the_scheme_and_is_counted() {
    let (sim, folder) = (sim().await, Folder::new());
    let app = start(&folder, &sim, BOTH);
    let before = app.counted("bina_http_refused_total{reason=\"unauthorized\"}");
    let reply = Client::from(OWN).get(app.address, TARGET).await;
    assert_eq!((reply.status, reply.body.as_str()), (401, ""));
    for part in
        ["www-authenticate: Bearer realm", "www-authenticate: Basic realm", "content-length: 0"]
    {
        assert!(reply.head.contains(part), "{}", reply.head);
    }
    assert!(!reply.head.to_lowercase().contains("digest"), "{}", reply.head);
    assert!(app.counted("bina_http_refused_total{reason=\"unauthorized\"}") > before);
    assert!(sim.requests().iter().all(|request| !format!("{request:?}").contains(CALLER)));
}

#[tokio::test]
async fn every_path_but_that_of_health_needs_a_credential() {
    let (sim, folder) = (sim().await, Folder::new());
    let app = start(&folder, &sim, BOTH);
    let client = Client::from(OWN);
    let paths = bina::servers::endpoints::paths().chain([
        "/nowhere",
        "/",
        "/healthz/",
        "/healthz2",
        "//asterisk",
    ]);
    for path in paths {
        for method in ["GET", "HEAD", "POST", "DELETE"] {
            let status = client.query(app.address, method, path).await.status;
            let open = path == "/healthz";
            assert_eq!(status == 401, !open, "{method} {path}: {status}");
        }
    }
    assert_eq!(client.get(app.address, "/healthz").await.body, "ok\n");
    assert_eq!(client.get(app.address, "//healthz").await.status, 200);
    let dialplan = "section=dialplan&Hunt-Context=bina&Caller-Caller-ID-Number=37999990001";
    let posted = Client::from(OWN).post(app.address, "/freeswitch/dialplan", dialplan).await;
    assert_eq!((posted.status, posted.body.as_str()), (401, ""));
    let shown = Client::from(OWN).showing(&format!("Authorization: Basic {PAIR_BASE64}\r\n"));
    let posted = shown.post(app.address, "/freeswitch/dialplan", dialplan).await;
    assert!(posted.body.contains("bina_status=found"), "{}", posted.body);
}

#[tokio::test]
async fn unknown_addresses_are_limited_to_fifty_requests_a_second_and_the_pbx_is_not() {
    let (sim, folder) = (sim().await, Folder::new());
    let app = start(&folder, &sim, "");
    let answered = async |from| {
        let (mut answered, mut refused) = (0, 0);
        let target = "/asterisk?caller=";
        for reply in Client::from(from).get_many(app.address, target, 150).await {
            match reply.status {
                200 => answered += 1,
                429 => {
                    refused += 1;
                    assert_eq!(reply.body, "");
                }
                other => panic!("{other}: {}", reply.head),
            }
        }
        (answered, refused)
    };
    let before = app.counted("bina_http_refused_total{reason=\"rate\"}");
    let start_of_flood = std::time::Instant::now();
    let (served, refused) = answered(NEIGHBOUR).await;
    let seconds = 1 + start_of_flood.elapsed().as_secs();
    assert!(served >= 50 && served <= 50 * seconds, "{served} in {seconds} s");
    assert!(refused == 150 - served && (refused > 0 || seconds > 2), "{refused}");
    assert!(app.counted("bina_http_refused_total{reason=\"rate\"}") >= before + refused);
    assert_eq!(answered(OWN).await, (150, 0));
}

#[tokio::test]
async fn a_pbx_on_another_machine_is_not_an_unknown_address() {
    let (sim, folder) = (sim().await, Folder::new());
    let text = app::connection(&sim).replace("[hubsoft]", "pbx = \"127.0.0.2\"\n[hubsoft]");
    folder.write("bina.toml", &text);
    let mut config = folder.load().unwrap_or_else(|invalid| panic!("{invalid}"));
    config.access.networks.own = vec!["127.0.0.1".parse().expect("a network")];
    let hubsoft = HubSoft::new(config.hubsoft.clone()).expect("a client");
    let app = TestApp::serve(&config, Arc::new(hubsoft));
    let replies = Client::from(NEIGHBOUR).get_many(app.address, "/asterisk?caller=", 150).await;
    assert!(replies.iter().all(|reply| reply.status == 200));
}
