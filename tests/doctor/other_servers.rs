//! What the doctor reports of a private certificate, and of other servers in HubSoft's place.

use std::io::{Read, Write};
use std::net::TcpListener;

use bina::simulator::{Fault, Sim};

use super::certificates::{Authority, SelfSigned};
use super::{Setup, customers, sim};

#[tokio::test]
async fn a_pinned_certificate_is_printed_with_its_fingerprint() {
    let own = SelfSigned::local();
    let sim = Sim::start_tls(customers(), own.config()).await.expect("tls");
    let setup = Setup::of(&sim, "ca_file = \"own.pem\"\nconnect_ms = 5000\n");
    setup.put("own.pem", own.pem(), 0o644);
    let findings = setup.examined(&[]);
    findings.have(0, "ok", "TLS", "pinned by hubsoft.ca_file (SHA-256 ");
    findings.have(0, "ok", "TLS", ") and expires on 01 Jan 2100");
    findings.have(0, "ok", "lookup", "answered");
    let line = findings.printed.lines().find(|line| line.contains("SHA-256")).expect("just seen");
    let sum = line.split("SHA-256 ").nth(1).and_then(|rest| rest.split(')').next());
    assert_eq!(sum.expect("a fingerprint").split(':').count(), 32);
    setup.put("own.pem", SelfSigned::local().pem(), 0o644);
    setup.examined(&[]).have(1, "failed", "TLS", "put exactly this one into hubsoft.ca_file");
    let renamed = SelfSigned::new(&["outro.example.com"], |_| {});
    setup.put("own.pem", renamed.pem(), 0o644);
    sim.set_tls(renamed.config());
    setup.examined(&[]).have(1, "failed", "TLS", "with that host as subjectAltName");
}

#[tokio::test]
async fn a_firewalls_page_is_reported_on_its_line() {
    let html = || Fault::Answer {
        status: 403,
        headers: vec![("Content-Type".to_owned(), "text/html".to_owned())],
        body: b"<html><title>Attention Required! | Cloudflare</title></html>".to_vec(),
    };
    const PART: &str = "a firewall or web server answered instead of HubSoft (HTTP 403)";
    let sim = sim().await;
    sim.set_lookup_fault(html());
    Setup::of(&sim, "").examined(&[]).have(1, "failed", "lookup", PART);
    sim.set_token_fault(html());
    let findings = Setup::of(&sim, "").examined(&[]);
    findings.have(1, "failed", "token", PART);
    findings.lack("client_secret");
}

/// A port that answers each hello with `bytes` and hangs up, for as long as the test runs.
fn port(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let url = format!("https://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a client");
            let _ = stream.read(&mut [0; 4_096]);
            let _ = stream.write_all(bytes);
        }
    });
    url
}

#[tokio::test]
async fn an_old_server_and_a_port_without_tls_are_not_certificate_errors() {
    let sim = sim().await;
    for (bytes, part) in [
        (&[0x15, 3, 1, 0, 2, 2, 70][..], "the server is too old (it does not support TLS 1.2"),
        (&[0x15, 3, 1, 0, 2, 2, 40], "the server is too old (no cipher"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "the port does not speak TLS"),
        (b"", "closed the connection during the handshake"),
    ] {
        let text = super::app::connection(&sim).replace(&sim.base_url(), &port(bytes));
        let findings = Setup::new(&text).examined(&[]);
        findings.have(1, "failed", "TLS", part);
        findings.lack("ca_file");
    }
}

#[tokio::test]
async fn tls_on_a_plain_http_port_is_detected() {
    let sim = Sim::start_tls(customers(), Authority::new().good("localhost")).await.expect("tls");
    let plain = sim.base_url().replace("https:", "http:");
    let text = super::app::connection(&sim).replace(&sim.base_url(), &plain);
    let findings = Setup::new(&text).examined(&[]);
    findings.have(1, "failed", "TLS", "speaks TLS, but hubsoft.base_url has http: write https");
    findings.have(1, "-", "token, lookup", "fix that first");
}
