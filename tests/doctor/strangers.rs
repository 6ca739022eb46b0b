//! What the doctor says of a certificate of one's own, and of what answers in HubSoft's place.

use std::io::{Read, Write};
use std::net::TcpListener;

use bina::simulator::{Mood, Sim};

use super::certificates::{Authority, SelfSigned};
use super::{Patient, customers, sim};

#[tokio::test]
async fn a_pinned_certificate_is_shown_with_its_fingerprint() {
    let own = SelfSigned::local();
    let sim = Sim::start_tls(customers(), own.config()).await.expect("tls");
    let patient = Patient::of(&sim, "ca_file = \"own.pem\"\nconnect_ms = 5000\n");
    patient.put("own.pem", own.pem(), 0o644);
    let findings = patient.examined(&[]);
    findings.have(0, "ok", "TLS", "pinned by hubsoft.ca_file (SHA-256 ");
    findings.have(0, "ok", "TLS", ") and ends on 01 Jan 2100");
    findings.have(0, "ok", "lookup", "answered");
    let line = findings.printed.lines().find(|line| line.contains("SHA-256")).expect("just seen");
    let sum = line.split("SHA-256 ").nth(1).and_then(|rest| rest.split(')').next());
    assert_eq!(sum.expect("a fingerprint").split(':').count(), 32);
    patient.put("own.pem", SelfSigned::local().pem(), 0o644);
    patient.examined(&[]).have(1, "failed", "TLS", "put exactly this one into hubsoft.ca_file");
    let renamed = SelfSigned::new(&["outro.example.com"], |_| {});
    patient.put("own.pem", renamed.pem(), 0o644);
    sim.set_tls(renamed.config());
    patient.examined(&[]).have(1, "failed", "TLS", "with that host as subjectAltName");
}

#[tokio::test]
async fn a_firewalls_page_is_told_on_the_line_it_concerns() {
    let html = || Mood::Answer {
        status: 403,
        headers: vec![("Content-Type".to_owned(), "text/html".to_owned())],
        body: b"<html><title>Attention Required! | Cloudflare</title></html>".to_vec(),
    };
    const PART: &str = "a firewall or web server answered instead of HubSoft (HTTP 403)";
    let sim = sim().await;
    sim.set_lookup_mood(html());
    Patient::of(&sim, "").examined(&[]).have(1, "failed", "lookup", PART);
    sim.set_token_mood(html());
    let findings = Patient::of(&sim, "").examined(&[]);
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
async fn an_old_server_and_a_port_without_tls_are_no_matter_of_certificates() {
    let sim = sim().await;
    for (bytes, part) in [
        (&[0x15, 3, 1, 0, 2, 2, 70][..], "the server is too old (it does not support TLS 1.2"),
        (&[0x15, 3, 1, 0, 2, 2, 40], "the server is too old (no cipher"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "the port does not speak TLS"),
        (b"", "closed the connection during the handshake"),
    ] {
        let text = super::app::connection(&sim).replace(&sim.base_url(), &port(bytes));
        let findings = Patient::new(&text).examined(&[]);
        findings.have(1, "failed", "TLS", part);
        findings.lack("ca_file");
    }
}

#[tokio::test]
async fn tls_on_a_port_meant_for_plain_http_is_found_out() {
    let sim = Sim::start_tls(customers(), Authority::new().good("localhost")).await.expect("tls");
    let plain = sim.base_url().replace("https:", "http:");
    let text = super::app::connection(&sim).replace(&sim.base_url(), &plain);
    let findings = Patient::new(&text).examined(&[]);
    findings.have(1, "failed", "TLS", "speaks TLS, but hubsoft.base_url says http: write https");
    findings.have(1, "-", "token, lookup", "mend that first");
}
