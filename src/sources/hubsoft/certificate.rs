//! Looks at the certificate HubSoft shows, trusting whom a request trusts and nobody else.
//!
//! When a certificate ends stands in it, and rustls reads that only to verify it. So it is verified
//! once more, as of a time far away: the complaint names the end. That saves a reader of
//! certificates, a dozen crates that parse what a stranger sends.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::domain::failure::Failure;
use crate::sources::reasons;

use super::trust::{self, Trust};
use super::{Settings, failure};

/// Behind the last end a certificate can have, that of the year 9999.
const FAR: Duration = Duration::from_secs(300_000_000_000);

/// What came of a handshake.
pub struct Handshake {
    /// Why the certificate is not trusted, or there is no TLS at all.
    pub trusted: Result<(), Failure>,
    /// When the certificate ends, or the first one that vouches for it, counted from 1970. None
    /// when none was shown that can be read.
    pub ends: Option<Duration>,
    /// The SHA-256 of the certificate, when exactly this one stands in `ca_file`.
    pub pinned: Option<String>,
    /// Whether a certificate was shown at all, so that TLS is spoken there.
    pub speaks_tls: bool,
}

impl Handshake {
    fn nothing(failure: Failure) -> Self {
        Self { trusted: Err(failure), ends: None, pinned: None, speaks_tls: false }
    }
}

/// Shakes hands with the HubSoft of `settings` at the other end of `stream`, and hangs up.
pub async fn shake_hands(settings: &Settings, stream: TcpStream) -> Handshake {
    let host = settings.base_url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let Ok(name) = ServerName::try_from(host) else {
        return Handshake::nothing(reasons::CONNECT.failure());
    };
    let pem = settings.ca_pem.as_deref();
    let ca = pem.and_then(|pem| trust::certificates(pem).ok()).unwrap_or_default();
    let trust = match Trust::new(ca) {
        Ok(trust) => trust,
        Err(error) => return Handshake::nothing(failure::of_store(&error)),
    };
    let noting = Arc::new(Noting { trust, shown: Mutex::default() });
    let config = match trust::config(Arc::clone(&noting) as Arc<dyn ServerCertVerifier>) {
        Ok(config) => config,
        Err(error) => return Handshake::nothing(failure::of_store(&error)),
    };
    let shaken = TlsConnector::from(Arc::new(config)).connect(name.clone(), stream).await;
    Handshake {
        trusted: shaken.map(|_| ()).map_err(|error| failure::of_handshake(&error)),
        ends: noting.ends(&name).map(Duration::from_secs),
        pinned: noting.pinned(),
        speaks_tls: noting.shown.lock().is_some(),
    }
}

/// The server's certificate, and those it sends along.
type SentCertificates = (CertificateDer<'static>, Vec<CertificateDer<'static>>);

/// Notes what is shown, and passes on what the verifier says of it.
#[derive(Debug)]
struct Noting {
    trust: Trust,
    shown: Mutex<Option<SentCertificates>>,
}

impl Noting {
    fn pinned(&self) -> Option<String> {
        let shown = self.shown.lock();
        let (own, _) = shown.as_ref()?;
        self.trust.pins(own).then(|| trust::fingerprint(own))
    }

    /// When trust in what was shown ends, in seconds from 1970.
    fn ends(&self, name: &ServerName<'_>) -> Option<u64> {
        let own = self.ended(name, FAR)?;
        // While it is valid, one that vouches for it may have ended.
        let last = Duration::from_secs(own.saturating_sub(1));
        Some(self.ended(name, last).map_or(own, |other| other.min(own)))
    }

    /// The end of a certificate that has ended at the time `at`.
    fn ended(&self, name: &ServerName<'_>, at: Duration) -> Option<u64> {
        let shown = self.shown.lock();
        let (own, others) = shown.as_ref()?;
        let at = UnixTime::since_unix_epoch(at);
        match self.trust.verify_server_cert(own, others, name, &[], at) {
            Err(Error::InvalidCertificate(CertificateError::ExpiredContext {
                not_after, ..
            })) => Some(not_after.as_secs()),
            _ => None,
        }
    }
}

impl ServerCertVerifier for Noting {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let shown = others.iter().map(|other| other.clone().into_owned()).collect();
        *self.shown.lock() = Some((own.clone().into_owned(), shown));
        self.trust.verify_server_cert(own, others, name, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.trust.verify_tls12_signature(message, own, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.trust.verify_tls13_signature(message, own, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.trust.supported_verify_schemes()
    }
}
