//! TLS at the listeners: who must use it, who must present a certificate, and within what time.

use std::time::{Duration, Instant};

use rustls::version::{TLS12, TLS13};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::certificates::Authority;
use crate::client::{Client, NEIGHBOUR, OWN, tls};
use crate::folder::{Folder, TOKEN};
use crate::{TARGET, app, sim, start};

const TLS: &str = "[tls]\ncert_file = \"cert.pem\"\nkey_file = \"key.pem\"\n";
const CLIENTS: &str = "client_ca_file = \"ca.pem\"\n";
const TOKENS: &str = "[access]\ntoken_files = \"token\"\n";

fn folder() -> (Folder, Authority) {
    let (folder, authority) = (Folder::new(), Authority::new());
    folder.certify(&authority.good_pem("localhost"));
    folder.write("ca.pem", authority.pem());
    (folder, authority)
}

#[tokio::test]
async fn other_machines_are_answered_behind_tls_only() {
    let (sim, (folder, authority)) = (sim().await, folder());
    let app = start(&folder, &sim, TLS);
    let neighbour = Client::from(NEIGHBOUR);
    for version in [&TLS12, &TLS13] {
        let reply = neighbour.get_tls(app.address, tls(&authority, &[version], None), TARGET).await;
        let reply = reply.expect("TLS");
        assert_eq!(reply.status, 200);
        assert!(reply.body.starts_with("status=found") && reply.body.ends_with("&end=1"));
    }
    let before = app.counted("bina_http_refused_total{reason=\"plain\"}");
    assert_eq!(neighbour.say(app.address, &neighbour.request("GET", TARGET)).await, "");
    assert_eq!(neighbour.say(app.address, &neighbour.request("GET", "/healthz")).await, "");
    assert!(app.counted("bina_http_refused_total{reason=\"plain\"}") >= before + 2);
}

#[tokio::test]
async fn loopback_clients_may_use_http_or_tls() {
    let (sim, (folder, authority)) = (sim().await, folder());
    let app = start(&folder, &sim, TLS);
    let own = Client::from(OWN);
    assert_eq!(own.get(app.address, TARGET).await.status, 200);
    let behind = own.get_tls(app.address, tls(&authority, &[&TLS13], None), TARGET).await;
    assert_eq!(behind.expect("TLS").status, 200);
    assert_eq!(own.say(app.address, "\r\n").await, "", "no request is no answer");
}

#[tokio::test]
async fn a_client_that_rejects_the_certificate_is_logged() {
    let (sim, (folder, _)) = (sim().await, folder());
    let app = start(&folder, &sim, TLS);
    let before = app.counted("bina_http_refused_total{reason=\"tls\"}");
    let unknown = tls(&Authority::new(), &[&TLS13], None);
    assert!(Client::from(OWN).meet(app.address, unknown).await.is_err());
    let start = Instant::now();
    while app.counted("bina_http_refused_total{reason=\"tls\"}") == before {
        assert!(start.elapsed() < Duration::from_secs(5), "it is counted");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn credentials_are_required_over_tls_and_plain_http() {
    let (sim, (folder, authority)) = (sim().await, folder());
    let app = start(&folder, &sim, &format!("{TOKENS}{TLS}"));
    let bearer = format!("Authorization: Bearer {TOKEN}\r\n");
    let trusting = || tls(&authority, &[&TLS13], None);
    for (header, status) in [("", 401), (bearer.as_str(), 200)] {
        let neighbour = Client::from(NEIGHBOUR).showing(header);
        let behind = neighbour.get_tls(app.address, trusting(), TARGET).await.expect("TLS");
        assert_eq!(behind.status, status);
        let own = Client::from(OWN).showing(header);
        assert_eq!(own.get(app.address, TARGET).await.status, status);
    }
    let neighbour = Client::from(NEIGHBOUR);
    let health = neighbour.get_tls(app.address, trusting(), "/healthz").await.expect("TLS");
    assert_eq!(health.body, "ok\n");
}

#[tokio::test]
async fn a_certificate_of_the_client_is_required_where_its_authority_is_named() {
    let (sim, (folder, authority)) = (sim().await, folder());
    let app = start(&folder, &sim, &format!("{TLS}{CLIENTS}"));
    let (good, strange) = (authority.good_pem("pbx"), Authority::new().good_pem("pbx"));
    let expired = authority.expired_pem();
    for from in [NEIGHBOUR, OWN] {
        let client = Client::from(from);
        for version in [&TLS12, &TLS13] {
            let query = async |pem: Option<&str>| {
                let config = tls(&authority, &[version], pem);
                client.get_tls(app.address, config, TARGET).await.map(|reply| reply.status)
            };
            assert_eq!(query(Some(&good)).await.expect("a good certificate"), 200);
            for bad in [None, Some(strange.as_str()), Some(expired.as_str())] {
                assert!(query(bad).await.is_err(), "{from:?}");
            }
        }
    }
    assert_eq!(Client::from(OWN).get(app.address, TARGET).await.status, 200, "in plain text");
}

#[tokio::test]
async fn many_requests_share_a_connection_behind_tls() {
    let (sim, (folder, authority)) = (sim().await, folder());
    let app = start(&folder, &sim, TLS);
    let client = Client::from(OWN);
    let mut stream = client.meet(app.address, tls(&authority, &[&TLS13], None)).await.expect("TLS");
    let request = format!("GET {TARGET} HTTP/1.1\r\nHost: x\r\n\r\n");
    for _ in 0..20 {
        stream.write_all(request.as_bytes()).await.expect("it reads");
        let mut answer = String::new();
        while !answer.ends_with("&end=1") {
            let mut bytes = [0; 4_096];
            let length = stream.read(&mut bytes).await.expect("an answer");
            assert!(length > 0, "it ended: {answer}");
            answer += std::str::from_utf8(&bytes[..length]).expect("UTF-8");
        }
    }
}

#[tokio::test]
async fn an_incomplete_tls_handshake_is_closed_after_two_seconds() {
    let (sim, (folder, _)) = (sim().await, folder());
    let app = start(&folder, &sim, TLS);
    let closed_after = async |from, sent: &[u8]| {
        let mut stream = Client::from(from).connect(app.address).await;
        stream.write_all(sent).await.expect("it is open");
        let start = Instant::now();
        let _ = stream.read_to_end(&mut Vec::new()).await;
        start.elapsed()
    };
    // Nothing, the beginning of a handshake, and half of one.
    let half = [&b"\x16\x03\x01\x02\x00\x01\x00"[..], &[0; 100]].concat();
    let took = tokio::join!(
        closed_after(OWN, b""),
        closed_after(NEIGHBOUR, b""),
        closed_after(NEIGHBOUR, b"\x16"),
        closed_after(NEIGHBOUR, &half),
    );
    for took in [took.0, took.1, took.2, took.3] {
        println!("required 2 s, measured {took:?}");
        assert!(took >= Duration::from_millis(1_950) && took < Duration::from_millis(2_500));
    }
}

#[tokio::test]
async fn half_a_handshake_does_not_delay_the_shutdown() {
    let (sim, (folder, authority)) = (sim().await, folder());
    let app = start(&folder, &sim, TLS);
    let client = Client::from(NEIGHBOUR);
    let trusting = tls(&authority, &[&TLS13], None);
    assert!(client.get_tls(app.address, trusting, "/healthz").await.is_ok());
    let mut half = client.connect(app.address).await;
    half.write_all(b"\x16\x03").await.expect("it is open");
    tokio::time::sleep(Duration::from_millis(50)).await;
    let start = Instant::now();
    app.stop();
    let _ = half.read_to_end(&mut Vec::new()).await;
    assert!(start.elapsed() < Duration::from_millis(600), "{:?}", start.elapsed());
}

/// What a call pays for TLS; the numbers are for the README.
#[tokio::test]
async fn a_call_behind_tls_is_answered_in_time() {
    let (sim, (folder, authority)) = (sim().await, folder());
    let app = start(&folder, &sim, &format!("{TOKENS}{TLS}"));
    let bearer = format!("Authorization: Bearer {TOKEN}\r\n");
    let (own, config) = (Client::from(OWN).showing(&bearer), tls(&authority, &[&TLS13], None));
    let mut took = Vec::new();
    for _ in 0..100 {
        let start = Instant::now();
        let reply = own.get_tls(app.address, config.clone(), TARGET).await.expect("TLS");
        took.push(start.elapsed());
        assert_eq!(app::field(&app::pairs(&reply.body), "status"), "found");
    }
    took.sort();
    println!("a call with a new connection behind TLS: p50 {:?}, p99 {:?}", took[50], took[98]);
    assert!(took[98] < Duration::from_millis(800), "{:?}", took[98]);
}
