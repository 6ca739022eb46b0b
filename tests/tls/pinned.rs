//! A server's own certificate in `hubsoft.ca_file` is accepted when it is exactly that one.

use std::sync::Arc;

use bina::domain::failure::Failure;
use bina::simulator::{Sim, customer};
use bina::sources::hubsoft::HubSoft;
use bina::sources::reasons;
use rustls::ServerConfig;

use super::certificates::{Authority, SelfSigned};
use super::{PHONE, query, settings};

/// What a client reports of a server that presents `shown`, when `pem` is its `ca_file`.
async fn reported(shown: Arc<ServerConfig>, pem: &str) -> Result<usize, Failure> {
    let sim = Sim::start_tls(vec![customer(1, "ANA", PHONE)], shown).await.expect("tls");
    let mut config = super::app::config(&settings(&sim, ""));
    config.hubsoft.ca_pem = Some(pem.as_bytes().to_owned());
    let client = HubSoft::new(config.hubsoft).expect("a client");
    let requested = query(&client).await;
    assert_eq!(requested.is_err(), sim.requests().is_empty(), "nothing is sent to another server");
    requested.map(|record| record.customers().len())
}

#[tokio::test]
async fn a_self_signed_certificate_is_pinned_whether_or_not_it_is_an_authoritys() {
    for own in [SelfSigned::local(), SelfSigned::local_for_a_server()] {
        assert_eq!(reported(own.config(), own.pem()).await, Ok(1));
    }
}

#[tokio::test]
async fn a_pin_may_stand_among_other_certificates() {
    let (own, authority, other) = (SelfSigned::local(), Authority::new(), SelfSigned::local());
    let chain = [other.pem(), authority.pem(), own.pem()].concat();
    assert_eq!(reported(own.config(), &chain).await, Ok(1));
    assert_eq!(reported(authority.good("localhost"), &chain).await, Ok(1));
}

#[tokio::test]
async fn a_certificate_that_is_not_exactly_the_pinned_one_is_refused() {
    // The same names, dates and everything, but another key.
    for (own, part) in [
        (SelfSigned::local(), "that of an authority (CA:TRUE)"),
        (SelfSigned::local_for_a_server(), "not signed by the authority that it names"),
    ] {
        for other in [SelfSigned::local(), SelfSigned::local_for_a_server()] {
            let failure = reported(own.config(), other.pem()).await.expect_err("another one");
            assert!(failure.to_string().contains(part), "{failure}");
        }
    }
    let other_server = SelfSigned::new(&["localhost"], |params| {
        params.is_ca = rcgen::IsCa::NoCa;
        params.distinguished_name.push(rcgen::DnType::CommonName, "another owner");
    });
    let failure =
        reported(other_server.config(), SelfSigned::local().pem()).await.expect_err("another");
    assert!(failure.to_string().contains("is self-signed: if it is the provider's"), "{failure}");
}

#[tokio::test]
async fn a_pinned_certificate_needs_the_hosts_name_and_good_dates() {
    let server = |params: &mut rcgen::CertificateParams| params.is_ca = rcgen::IsCa::ExplicitNoCa;
    for (own, part) in [
        (SelfSigned::new(&["outro.example.com"], |_| {}), "with that host as subjectAltName"),
        (SelfSigned::new(&["outro.example.com"], server), "with that host as subjectAltName"),
        (SelfSigned::new(&[], |_| {}), "with that host as subjectAltName"),
        (SelfSigned::new(&["127.0.0.1"], |_| {}), "with that host as subjectAltName"),
        (SelfSigned::expired(), "has expired"),
    ] {
        let failure = reported(own.config(), own.pem()).await.expect_err(part);
        assert!(failure.is(&reasons::TLS), "{failure:?}");
        assert!(failure.to_string().contains(part), "{failure}");
    }
}

#[tokio::test]
async fn a_server_without_the_pinned_key_is_refused() {
    // A certificate read on the wire can be presented, but not signed with.
    use rustls::crypto::ring::default_provider;
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls::sign::CertifiedKey;

    let (own, other) = (SelfSigned::local(), SelfSigned::local());
    let shown = CertificateDer::from_pem_slice(own.pem().as_bytes()).expect("PEM");
    let key = PrivateKeyDer::from_pem_slice(other.pair().as_bytes()).expect("PEM");
    let key = default_provider().key_provider.load_private_key(key).expect("a key");
    let key = CertifiedKey::new(vec![shown], key);
    let resolver = rustls::sign::SingleCertAndKey::from(key);
    let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let builder = builder.with_safe_default_protocol_versions().expect("versions");
    let config = builder.with_no_client_auth().with_cert_resolver(Arc::new(resolver));
    let failure = reported(Arc::new(config), own.pem()).await.expect_err("no key");
    assert!(failure.is(&reasons::TLS), "{failure:?}");
}
