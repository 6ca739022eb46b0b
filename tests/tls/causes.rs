//! A TLS failure is reported with its cause and a remedy, the same in every place.

use std::io::{Read, Write};
use std::net::TcpListener;

use bina::simulator::{Sim, customer};
use bina::sources::hubsoft::HubSoft;
use bina::sources::reasons;

use super::certificates::Authority;
use super::{File, PHONE, Running, query, run, settings, trusting};

/// A fatal alert, as a server sends it before anything is agreed upon.
const fn alert(description: u8) -> [u8; 7] {
    [0x15, 3, 1, 0, 2, 2, description]
}

/// The hello of a server with TLS 1.1.
fn old_hello() -> Vec<u8> {
    let body = [&[3, 2][..], &[7; 32], &[0, 0xC0, 0x13, 0]].concat();
    let handshake = [&[2, 0, 0, body.len() as u8][..], &body].concat();
    [&[0x16, 3, 2, 0, handshake.len() as u8][..], &handshake].concat()
}

/// What a client reports of a port that answers its hello with `bytes` and closes.
async fn reported(bytes: Vec<u8>) -> String {
    let sim = Sim::start(vec![]).await.expect("loopback");
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let url = format!("https://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let _ = stream.read(&mut [0; 4_096]);
        let _ = stream.write_all(&bytes);
    });
    let config = super::app::config(&settings(&sim, "").replace(&sim.base_url(), &url));
    let failure = query(&HubSoft::new(config.hubsoft).expect("a client")).await;
    let failure = failure.expect_err("no TLS");
    assert!(failure.is(&reasons::TLS), "{failure:?}");
    failure.to_string()
}

#[tokio::test]
async fn a_server_that_is_too_old_is_not_a_certificate_error() {
    for (bytes, part) in [
        (alert(70).to_vec(), "does not support TLS 1.2 or newer"),
        (old_hello(), "does not support TLS 1.2 or newer"),
        (alert(40).to_vec(), "no cipher, key exchange or signature in common"),
        (alert(71).to_vec(), "no cipher, key exchange or signature in common"),
    ] {
        let text = reported(bytes).await;
        assert!(text.contains("the server is too old ("), "{text}");
        assert!(text.contains(part) && text.contains("have it updated"), "{text}");
        assert!(!text.contains("ca_file") && !text.contains("clock"), "{text}");
    }
}

#[tokio::test]
async fn a_tls_alert_is_reported_and_a_port_without_tls_gets_one_remedy() {
    for (bytes, part) in [
        (
            alert(112).to_vec(),
            "does not serve this host: check hubsoft.base_url (alert UnrecognisedName",
        ),
        (alert(116).to_vec(), "requires a client certificate"),
        (
            alert(80).to_vec(),
            "aborted the handshake: ask the provider (alert InternalError received)",
        ),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), "the port does not speak TLS"),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n".to_vec(), "the port does not speak TLS"),
        (Vec::new(), "closed the connection during the handshake"),
    ] {
        let text = reported(bytes).await;
        assert!(text.contains(part), "{part}: {text}");
        assert!(!text.contains("ca_file") && !text.contains("clock"), "{text}");
    }
}

#[tokio::test]
async fn a_missing_intermediate_certificate_is_distinguished_from_an_unknown_authority() {
    let (known, unknown) = (Authority::new(), Authority::new());
    for (shown, part) in [
        (
            known.without_the_one_between("localhost").0,
            "does not send the intermediate certificate",
        ),
        (unknown.good("localhost"), "does not send the intermediate certificate"),
        (unknown.whole("localhost"), "its authority is unknown"),
    ] {
        let sim = Sim::start_tls(vec![], shown).await.expect("tls");
        let client = HubSoft::new(trusting(&sim, &known).hubsoft).expect("a client");
        let text = query(&client).await.expect_err("not trusted").to_string();
        assert!(text.contains(part) && text.contains("into hubsoft.ca_file"), "{text}");
        assert!(!text.contains("clock"), "{text}");
    }
}

#[tokio::test]
async fn the_intermediate_certificate_alone_suffices_in_the_ca_file() {
    let authority = Authority::new();
    let (shown, between) = authority.without_the_one_between("localhost");
    let sim = Sim::start_tls(vec![customer(1, "ANA", PHONE)], shown).await.expect("tls");
    let mut config = trusting(&sim, &authority);
    config.hubsoft.ca_pem = Some(between.into_bytes());
    let client = HubSoft::new(config.hubsoft).expect("a client");
    assert_eq!(query(&client).await.expect("found").customers().len(), 1);
}

#[tokio::test]
async fn tls_on_a_plain_http_port_is_reported() {
    let authority = Authority::new();
    let sim = Sim::start_tls(vec![], authority.good("localhost")).await.expect("tls");
    let plain = sim.base_url().replace("https:", "http:");
    let text = super::app::connection(&sim).replace(&sim.base_url(), &plain);
    let client = HubSoft::new(super::app::config(&text).hubsoft).expect("a client");
    let text = client.warm().await.expect_err("no HTTP").to_string();
    assert!(text.contains("not HTTP; if the port speaks TLS, write https"), "{text}");
}

#[tokio::test]
async fn log_lookup_and_doctor_report_the_same() {
    let authority = Authority::new();
    let shown = authority.without_the_one_between("localhost").0;
    let sim = Sim::start_tls(vec![], shown).await.expect("tls");
    let config = trusting(&sim, &authority);
    let cause = query(&HubSoft::new(config.hubsoft).expect("a client")).await;
    let cause = cause.expect_err("not trusted").to_string();
    let pem = File::new("agreed.pem", authority.pem());
    let text = settings(&sim, &format!("ca_file = {:?}\n", pem.path()));
    let file = File::new("agreed.toml", &text);
    for command in [&["lookup", PHONE, "--explain"][..], &["doctor"]] {
        let (_, printed) = run(command, &file, &[]);
        assert!(printed.contains(&cause), "{command:?}: {printed}");
    }
    let line = Running::start(&file, &[]).logged("no HubSoft token");
    assert!(line.contains(&cause), "{line}");
}
