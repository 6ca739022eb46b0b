//! The simulator behind TLS, with valid certificates and invalid ones.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bina::simulator::{Fault, Sim, customer};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::certificates::Authority;
use crate::client::{Client, PHONE, SILENCE, account, by_phone, token_request};

/// Connects to `sim` as `name`, trusting `authority` alone.
pub(crate) async fn meet(
    sim: &Sim,
    authority: &Authority,
    name: &'static str,
) -> io::Result<Client<TlsStream<TcpStream>>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.pem().as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(sim.addr()).await.unwrap();
    let name = ServerName::try_from(name).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.map(Client::over)
}

async fn start(authority: &Authority) -> Sim {
    let customers = vec![customer(1, "ANA", PHONE)];
    Sim::start_tls(customers, authority.good("localhost")).await.unwrap()
}

/// A lookup, ready to be sent, with a token received over TLS.
async fn request(sim: &Sim, client: &mut Client<TlsStream<TcpStream>>) -> String {
    let reply = client.exchange(&token_request(&account(sim).to_string())).await.json();
    by_phone(reply["access_token"].as_str().unwrap())
}

#[tokio::test]
async fn with_tls_it_answers_as_without() {
    let authority = Authority::new();
    let sim = start(&authority).await;
    assert_eq!(sim.base_url(), format!("https://localhost:{}", sim.addr().port()));
    let mut client = meet(&sim, &authority, "localhost").await.unwrap();
    let request = request(&sim, &mut client).await;
    assert_eq!(client.exchange(&request).await.ids(), [1]);
    sim.set_fault(Fault::Huge { bytes: 1_000_000 });
    assert_eq!(client.exchange(&request).await.json()["msg"].as_str().unwrap().len(), 1_000_000);
}

#[tokio::test]
async fn a_certificate_may_be_for_the_address() {
    let authority = Authority::new();
    let sim = Sim::start_tls(Vec::new(), authority.good("127.0.0.1")).await.unwrap();
    meet(&sim, &authority, "127.0.0.1").await.unwrap();
}

#[tokio::test]
async fn each_bad_certificate_is_refused_for_what_is_wrong_with_it() {
    let authority = Authority::new();
    let sim = start(&authority).await;
    for (tls, cause) in [
        (authority.expired("localhost"), "certificate expired"),
        (authority.not_yet_valid("localhost"), "certificate not valid yet"),
        (authority.wrong_name(), "certificate not valid for name"),
        (Authority::new().good("localhost"), "UnknownIssuer"),
    ] {
        sim.set_tls(tls);
        let refused = meet(&sim, &authority, "localhost").await.err().unwrap().to_string();
        assert!(refused.contains(cause), "{refused}");
    }
    sim.set_tls(authority.good("localhost"));
    meet(&sim, &authority, "localhost").await.unwrap();
    assert!(sim.requests().is_empty());
}

#[tokio::test]
async fn a_plain_simulator_can_switch_to_tls() {
    let authority = Authority::new();
    let sim = Sim::start(Vec::new()).await.unwrap();
    sim.set_tls(authority.good("localhost"));
    meet(&sim, &authority, "localhost").await.unwrap();
    let mut plain = Client::to(&sim).await;
    plain.say("GET / HTTP/1.1\r\nHost: sim\r\n\r\n").await;
    let answered = String::from_utf8_lossy(&plain.rest().await.0).into_owned();
    assert!(!answered.contains("HTTP"));
}

#[tokio::test]
async fn faults_below_http_reach_through_tls() {
    let authority = Authority::new();
    let sim = start(&authority).await;
    let request = request(&sim, &mut meet(&sim, &authority, "localhost").await.unwrap()).await;
    for (fault, end) in [
        (Fault::Reset, Some(io::ErrorKind::ConnectionReset)),
        (Fault::Truncated, None),
        (Fault::HangUp, None),
    ] {
        sim.set_fault(fault);
        let mut client = meet(&sim, &authority, "localhost").await.unwrap();
        client.say(&request).await;
        assert_eq!(client.rest().await.1.err().map(|problem| problem.kind()), end);
    }
    sim.set_fault(Fault::Drip { byte_every: Duration::from_millis(5) });
    let mut client = meet(&sim, &authority, "localhost").await.unwrap();
    client.say(&request).await;
    client.head().await;
    timeout(SILENCE, client.reply()).await.err().unwrap();
    assert!(client.unread.len() > 5);
}
