//! Speaks TLS as a server: reads our certificate, its key, and whose clients' certificates count.

mod settings;

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

/// With which byte a client begins that speaks TLS; HTTP begins with a letter.
pub const FIRST_BYTE: u8 = 0x16;

/// A connection on which TLS is spoken.
pub type Encrypted<S> = TlsStream<S>;

/// The files, as they were read.
pub struct Pem {
    /// Our own certificate first, then those that vouch for it.
    pub certificate: Vec<u8>,
    pub key: Vec<u8>,
    /// Who vouches for clients; none when they need no certificate.
    pub client_ca: Option<Vec<u8>>,
}

/// Why there is no TLS with these files.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    #[error("holds no readable PEM certificate")]
    Certificate,
    #[error("holds no readable PEM certificate of an authority")]
    ClientCa,
    #[error("holds no readable PEM private key without a password")]
    Key,
    #[error("is the key of another certificate than cert_file's")]
    Mismatch,
    #[error("cannot be used: {0}")]
    Other(String),
}

/// How TLS is spoken.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
    asks_clients: bool,
    trouble: Option<&'static str>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tls(masked, asks_clients: {})", self.asks_clients)
    }
}

impl Tls {
    /// Makes it of what the files hold.
    pub fn new(pem: &Pem) -> Result<Self, Unusable> {
        let provider = Arc::new(default_provider());
        let chain = certificates(&pem.certificate).ok_or(Unusable::Certificate)?;
        let key = PrivateKeyDer::from_pem_slice(&pem.key).map_err(|_| Unusable::Key)?;
        let trouble = date_trouble(&chain[0], &provider)?;
        let other = |error: &dyn fmt::Display| Unusable::Other(error.to_string());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        // 1.2 and 1.3; rustls has nothing older.
        let builder = builder.with_safe_default_protocol_versions().map_err(|e| other(&e))?;
        let builder = match &pem.client_ca {
            Some(ca) => {
                let roots = Arc::new(roots(ca).ok_or(Unusable::ClientCa)?);
                let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider).build();
                builder.with_client_cert_verifier(verifier.map_err(|e| other(&e))?)
            }
            None => builder.with_no_client_auth(),
        };
        let config = builder.with_single_cert(chain, key);
        let mut config = config.map_err(|error| match error {
            Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => Unusable::Mismatch,
            error => other(&error),
        })?;
        // Whoever offers HTTP/2, too, is answered in what both speak.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config), asks_clients: pem.client_ca.is_some(), trouble })
    }

    /// Tells whether clients need a certificate.
    pub fn asks_clients(&self) -> bool {
        self.asks_clients
    }

    /// Why clients will refuse our certificate, if it is for its dates.
    pub fn trouble(&self) -> Option<&'static str> {
        self.trouble
    }

    /// Speaks TLS on `stream` from its first byte. Whoever calls it limits the time.
    pub async fn accept<S>(&self, stream: S) -> io::Result<Encrypted<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        TlsAcceptor::from(Arc::clone(&self.config)).accept(stream).await
    }
}

/// Every certificate in `pem`; none when one of them cannot be read.
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

/// Looks at the dates of our own certificate with the eyes of a client, which looks at them first;
/// whatever else the client would say is not asked here.
fn date_trouble(
    own: &CertificateDer<'_>,
    provider: &Arc<CryptoProvider>,
) -> Result<Option<&'static str>, Unusable> {
    let mut roots = RootCertStore::empty();
    roots.add(own.clone().into_owned()).map_err(|_| Unusable::Certificate)?;
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build();
    let verifier = verifier.map_err(|error| Unusable::Other(error.to_string()))?;
    let name = ServerName::try_from("localhost").expect("it is a name");
    let seen = verifier.verify_server_cert(own, &[], &name, &[], UnixTime::now());
    Ok(match seen {
        Err(Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        )) => Some("has expired"),
        Err(Error::InvalidCertificate(
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
        )) => Some("is not valid yet"),
        _ => None,
    })
}
