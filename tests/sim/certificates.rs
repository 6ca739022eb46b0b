//! Certificates for the simulator, valid and invalid, made on the spot.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part of it")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// An authority that signs certificates. Another `Authority::new()` is an unknown one.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    pub fn new() -> Self {
        // A name of its own, or the client would report the signature and not the unknown authority.
        static MADE: AtomicU64 = AtomicU64::new(1);
        let name = format!("bina test authority {}", MADE.fetch_add(1, Ordering::Relaxed));
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Its own certificate, as the file that `hubsoft.ca_file` names.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// For that host name or address, and valid for years.
    pub fn good(&self, name: &str) -> Arc<ServerConfig> {
        config(&self.good_pem(name))
    }

    /// For that name, and ended in 2021.
    pub fn expired(&self, name: &str) -> Arc<ServerConfig> {
        config(&self.pair(name, |params| {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }))
    }

    /// For that name, and begins in 2090.
    pub fn not_yet_valid(&self, name: &str) -> Arc<ServerConfig> {
        config(&self.pair(name, |params| params.not_before = date_time_ymd(2090, 1, 1)))
    }

    /// For that name, and ends `left` from now.
    pub fn ending(&self, name: &str, left: Duration) -> Arc<ServerConfig> {
        config(&self.pair(name, |params| end_in(params, left)))
    }

    /// For that name and valid for years, behind one between that ends `left` from now.
    pub fn behind_one_ending(&self, name: &str, left: Duration) -> Arc<ServerConfig> {
        let (between, pem) = self.between(|params| end_in(params, left));
        config(&(between.good_pem(name) + &pem))
    }

    /// For that name, by an intermediate whose own certificate is not sent; with that one's PEM.
    pub fn without_the_one_between(&self, name: &str) -> (Arc<ServerConfig>, String) {
        let (between, pem) = self.between(|_| {});
        (between.good(name), pem)
    }

    /// For that name, with all that vouch for it, the authority's own certificate included.
    pub fn whole(&self, name: &str) -> Arc<ServerConfig> {
        let (between, pem) = self.between(|_| {});
        config(&(between.good_pem(name) + &pem + &self.pem))
    }

    fn between(&self, change: impl FnOnce(&mut CertificateParams)) -> (Self, String) {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "bina test authority between");
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let pem = params.signed_by(&key, &self.issuer).unwrap().pem();
        (Self { issuer: Issuer::new(params, key), pem: String::new() }, pem)
    }

    /// For some other host.
    pub fn wrong_name(&self) -> Arc<ServerConfig> {
        self.good("outro.example.com")
    }

    /// What `good` presents, with its key, as `POST /sim/certificate` takes it.
    pub fn good_pem(&self, name: &str) -> String {
        self.pair(name, |_| {})
    }

    /// For this machine, and ended in 2021, with its key.
    pub fn expired_pem(&self) -> String {
        self.pair("localhost", |params| {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        })
    }

    /// For this machine, and begins in 2090, with its key.
    pub fn early_pem(&self) -> String {
        self.pair("localhost", |params| params.not_before = date_time_ymd(2090, 1, 1))
    }

    fn pair(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> String {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2100, 1, 1);
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        certificate.pem() + &key.serialize_pem()
    }
}

/// A certificate that vouches for itself, as `openssl req -x509` makes one.
pub struct SelfSigned {
    pair: String,
    pem: String,
}

impl SelfSigned {
    /// For those names, changed by `change`. `openssl` makes it an authority's by default.
    pub fn new(names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Self {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2100, 1, 1);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pair: pem.clone() + &key.serialize_pem(), pem }
    }

    /// For this machine.
    pub fn local() -> Self {
        Self::new(&["localhost"], |_| {})
    }

    /// The same, not as an authority's.
    pub fn local_for_a_server() -> Self {
        Self::new(&["localhost"], |params| params.is_ca = IsCa::ExplicitNoCa)
    }

    /// For this machine, and ended in 2021.
    pub fn expired() -> Self {
        Self::new(&["localhost"], |params| params.not_after = date_time_ymd(2021, 1, 1))
    }

    /// What is pinned.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The certificate and its key.
    pub fn pair(&self) -> &str {
        &self.pair
    }

    /// What a server shows.
    pub fn config(&self) -> Arc<ServerConfig> {
        config(&self.pair)
    }
}

fn end_in(params: &mut CertificateParams, left: Duration) {
    params.not_after = date_time_ymd(1970, 1, 1) + UNIX_EPOCH.elapsed().unwrap() + left;
}

fn config(pair: &str) -> Arc<ServerConfig> {
    let chain = CertificateDer::pem_slice_iter(pair.as_bytes()).map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_slice(pair.as_bytes()).unwrap();
    let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    Arc::new(builder.with_no_client_auth().with_single_cert(chain, key).unwrap())
}
