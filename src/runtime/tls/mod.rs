//! TLS as a server: our certificate, its key, and the CA of client certificates.

mod settings;
mod texts;

use std::fmt;
use std::io;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::{CertificateError, Error, InconsistentKeys, RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::runtime::language::{Message, Text};

/// First byte of a TLS connection; HTTP starts with a letter.
pub const FIRST_BYTE: u8 = 0x16;

/// A TLS connection.
pub type Encrypted<S> = TlsStream<S>;

/// The contents of the PEM files.
pub struct Pem {
    /// Our certificate, followed by its chain.
    pub certificate: Vec<u8>,
    pub key: Vec<u8>,
    /// The CA of clients; none when they need no certificate.
    pub client_ca: Option<Vec<u8>>,
}

/// Why TLS cannot be set up with these files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnusableTls {
    Certificate,
    ClientCa,
    Key,
    Mismatch,
    Other(String),
}

impl UnusableTls {
    /// What is wrong, after the name of the file.
    pub fn message(&self) -> Message {
        match self {
            Self::Certificate => texts::NO_CERTIFICATE.into(),
            Self::ClientCa => texts::NO_CA.into(),
            Self::Key => texts::NO_KEY.into(),
            Self::Mismatch => texts::MISMATCH.into(),
            Self::Other(error) => texts::UNUSABLE.message(&[("error", error)]),
        }
    }
}

/// The TLS configuration of a listener.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
    requires_client_certificate: bool,
    date_problem: Option<Text>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tls(masked, requires_client_certificate: {})", self.requires_client_certificate)
    }
}

impl Tls {
    /// Builds it from the contents of the files.
    pub fn new(pem: &Pem) -> Result<Self, UnusableTls> {
        let provider = Arc::new(default_provider());
        let chain = certificates(&pem.certificate).ok_or(UnusableTls::Certificate)?;
        let key = PrivateKeyDer::from_pem_slice(&pem.key).map_err(|_| UnusableTls::Key)?;
        let date_problem = date_problem(&chain[0], &provider)?;
        let other = |error: &dyn fmt::Display| UnusableTls::Other(error.to_string());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        // TLS 1.2 and 1.3; rustls has no older versions.
        let builder = builder.with_safe_default_protocol_versions().map_err(|e| other(&e))?;
        let builder = match &pem.client_ca {
            Some(ca) => {
                let roots = Arc::new(roots(ca).ok_or(UnusableTls::ClientCa)?);
                let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider).build();
                builder.with_client_cert_verifier(verifier.map_err(|e| other(&e))?)
            }
            None => builder.with_no_client_auth(),
        };
        let config = builder.with_single_cert(chain, key);
        let mut config = config.map_err(|error| match error {
            Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => UnusableTls::Mismatch,
            error => other(&error),
        })?;
        // Clients that offer HTTP/2 negotiate HTTP/1.1.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            config: Arc::new(config),
            requires_client_certificate: pem.client_ca.is_some(),
            date_problem,
        })
    }

    /// Whether clients need a certificate.
    pub fn requires_client_certificate(&self) -> bool {
        self.requires_client_certificate
    }

    /// Why clients reject our certificate because of its dates, if they do.
    pub fn date_problem(&self) -> Option<Text> {
        self.date_problem
    }

    /// Completes the TLS handshake on `stream`. The caller limits the time.
    pub async fn accept<S>(&self, stream: S) -> io::Result<Encrypted<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        TlsAcceptor::from(Arc::clone(&self.config)).accept(stream).await
    }
}

/// All certificates in `pem`; none when one of them is invalid.
fn certificates(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    read.ok().filter(|read| !read.is_empty())
}

fn roots(pem: &[u8]) -> Option<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(pem)? {
        roots.add(certificate).ok()?;
    }
    Some(roots)
}

/// Validates the dates of our certificate as a client does. A client checks them first; its other
/// checks do not matter here.
fn date_problem(
    own: &CertificateDer<'_>,
    provider: &Arc<CryptoProvider>,
) -> Result<Option<Text>, UnusableTls> {
    let mut roots = RootCertStore::empty();
    roots.add(own.clone().into_owned()).map_err(|_| UnusableTls::Certificate)?;
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build();
    let verifier = verifier.map_err(|error| UnusableTls::Other(error.to_string()))?;
    let name = ServerName::try_from("localhost").expect("it is a name");
    let seen = verifier.verify_server_cert(own, &[], &name, &[], UnixTime::now());
    Ok(match seen {
        Err(Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        )) => Some(texts::EXPIRED),
        Err(Error::InvalidCertificate(
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
        )) => Some(texts::NOT_VALID_YET),
        _ => None,
    })
}
