//! Inspects the certificate of HubSoft, with the same trust as a request.
//!
//! rustls exposes the expiry of a certificate only in verification errors. So it is verified once more
//! at a time far in the future: the error contains the expiry. That avoids a certificate parser, a
//! dozen crates that parse untrusted input.

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

/// A time after the latest possible expiry, that of the year 9999.
const FAR: Duration = Duration::from_secs(300_000_000_000);

/// The result of a handshake.
pub struct Handshake {
    /// Whether the certificate is trusted; the failure also covers a server without TLS.
    pub trusted: Result<(), Failure>,
    /// The earliest expiry in the certificate chain, counted from 1970. None without a readable
    /// certificate.
    pub ends: Option<Duration>,
    /// The SHA-256 of the certificate, if exactly this one is in `ca_file`.
    pub pinned: Option<String>,
    /// Whether the server sent a certificate, and thus speaks TLS.
    pub speaks_tls: bool,
}

impl Handshake {
    fn nothing(failure: Failure) -> Self {
        Self { trusted: Err(failure), ends: None, pinned: None, speaks_tls: false }
    }
}

/// Performs a TLS handshake with the HubSoft of `settings` over `stream`, and disconnects.
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
    let recorder = Arc::new(Recorder { trust, received: Mutex::default() });
    let config = match trust::config(Arc::clone(&recorder) as Arc<dyn ServerCertVerifier>) {
        Ok(config) => config,
        Err(error) => return Handshake::nothing(failure::of_store(&error)),
    };
    let connected = TlsConnector::from(Arc::new(config)).connect(name.clone(), stream).await;
    Handshake {
        trusted: connected.map(|_| ()).map_err(|error| failure::of_handshake(&error)),
        ends: recorder.expiry(&name).map(Duration::from_secs),
        pinned: recorder.pinned(),
        speaks_tls: recorder.received.lock().is_some(),
    }
}

/// The certificate of the server, and the rest of its chain.
type SentCertificates = (CertificateDer<'static>, Vec<CertificateDer<'static>>);

/// Records the received certificates, and delegates to the verifier.
#[derive(Debug)]
struct Recorder {
    trust: Trust,
    received: Mutex<Option<SentCertificates>>,
}

impl Recorder {
    fn pinned(&self) -> Option<String> {
        let received = self.received.lock();
        let (own, _) = received.as_ref()?;
        self.trust.pins(own).then(|| trust::fingerprint(own))
    }

    /// Returns when the received chain expires, in seconds from 1970.
    fn expiry(&self, name: &ServerName<'_>) -> Option<u64> {
        let own = self.expired_at(name, FAR)?;
        // Another certificate of the chain may expire earlier.
        let last = Duration::from_secs(own.saturating_sub(1));
        Some(self.expired_at(name, last).map_or(own, |other| other.min(own)))
    }

    /// Returns the expiry of a certificate that has expired at the time `at`.
    fn expired_at(&self, name: &ServerName<'_>, at: Duration) -> Option<u64> {
        let received = self.received.lock();
        let (own, others) = received.as_ref()?;
        let at = UnixTime::since_unix_epoch(at);
        match self.trust.verify_server_cert(own, others, name, &[], at) {
            Err(Error::InvalidCertificate(CertificateError::ExpiredContext {
                not_after, ..
            })) => Some(not_after.as_secs()),
            _ => None,
        }
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain = others.iter().map(|other| other.clone().into_owned()).collect();
        *self.received.lock() = Some((own.clone().into_owned(), chain));
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
