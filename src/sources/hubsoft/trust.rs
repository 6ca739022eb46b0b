//! Decides which server certificates are accepted: those of known authorities, and pinned ones.
//!
//! A certificate in `ca_file` is a trusted authority, and it is also pinned: if the server presents
//! exactly this certificate, it is accepted without a chain. That covers self-signed certificates of
//! `openssl req -x509`. Host name, dates and the signatures of the handshake are always verified, and
//! this cannot be disabled.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, RootCertStore,
    SignatureScheme,
};
use rustls_platform_verifier::Verifier;

use super::SetupError;

/// The rustls error for an authority certificate that a server presents as its own. Its type is not
/// exported.
const AUTHORITY_AS_SERVER: &str = "CaUsedAsEndEntity";

/// Why a certificate is rejected, if the remedy depends on more than the rustls error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Distrust {
    /// It may sign other certificates (CA:TRUE), and is not pinned.
    #[error(
        "its certificate is that of an authority (CA:TRUE): if it is the server's own, put exactly \
         this one into hubsoft.ca_file"
    )]
    Authority,
    /// The issuer of the last received certificate was not sent and is unknown.
    #[error(
        "its issuer is unknown: either the server does not send the intermediate certificate (ask the \
         provider, or put it into hubsoft.ca_file), or the provider has a private authority (put \
         that one into hubsoft.ca_file)"
    )]
    Gap,
    /// It is pinned, but does not have the name of the requested host.
    #[error(
        "its certificate is the one in hubsoft.ca_file, but not for the host of hubsoft.base_url: \
         reissue it with that host as subjectAltName"
    )]
    PinnedForAnotherName,
    /// It is self-signed, and not pinned.
    #[error("its certificate is self-signed: if it is the provider's, put it into hubsoft.ca_file")]
    SelfSigned,
    /// The received chain is complete, but its authority is unknown.
    #[error(
        "its authority is unknown: if it is the provider's own, put the certificate of the authority \
         into hubsoft.ca_file"
    )]
    UnknownAuthority,
}

/// The certificates that are accepted.
#[derive(Debug)]
pub(super) struct Trust {
    authorities: Verifier,
    pinned: Vec<CertificateDer<'static>>,
}

/// Parses the certificates of a `ca_file`, all of which must be valid.
pub fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, SetupError> {
    let read = |der: Result<CertificateDer<'static>, _>| {
        let der = der.map_err(|_| SetupError::CaFile)?;
        RootCertStore::empty().add(der.clone()).map_err(|_| SetupError::CaFile)?;
        Ok(der)
    };
    let certificates: Vec<_> =
        CertificateDer::pem_slice_iter(pem).map(read).collect::<Result<_, _>>()?;
    if certificates.is_empty() { Err(SetupError::CaFile) } else { Ok(certificates) }
}

/// The SHA-256 of a certificate, as `openssl x509 -fingerprint -sha256` prints it.
pub(super) fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let Some(suite) = TLS13_AES_128_GCM_SHA256.tls13() else { return String::new() };
    let hash = suite.common.hash_provider.hash(certificate);
    let bytes: Vec<_> = hash.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
    bytes.join(":")
}

/// Returns the TLS configuration for HubSoft, with `verifier`.
pub(super) fn config(verifier: Arc<dyn ServerCertVerifier>) -> Result<ClientConfig, Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let builder = builder.with_safe_default_protocol_versions()?;
    // rustls calls every custom verifier dangerous. Ours accepts no more than `Trust`.
    let mut config =
        builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

impl Trust {
    /// Reads the authorities of the system, and adds those of `ca_file`. It blocks.
    pub(super) fn new(ca: Vec<CertificateDer<'static>>) -> Result<Self, Error> {
        let provider = Arc::new(default_provider());
        let authorities = Verifier::new_with_extra_roots(ca.iter().cloned(), provider)?;
        Ok(Self { authorities, pinned: ca })
    }

    /// Returns whether exactly this certificate is in `ca_file`.
    pub(super) fn pins(&self, own: &CertificateDer<'_>) -> bool {
        self.pinned.iter().any(|pinned| pinned == own)
    }
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.authorities.verify_server_cert(own, others, name, ocsp, now) {
            Err(error) if self.pins(own) => pinned(own, name, error),
            Err(error) => Err(explained(error, own, others)),
            accepted => accepted,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authorities.verify_tls12_signature(message, own, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authorities.verify_tls13_signature(message, own, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.authorities.supported_verify_schemes()
    }
}

/// Accepts a pinned certificate whose only error is the missing authority. The dates are valid, because
/// they are verified first; the name is verified here.
fn pinned(
    own: &CertificateDer<'_>,
    name: &ServerName<'_>,
    error: Error,
) -> Result<ServerCertVerified, Error> {
    match &error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => {}
        Error::InvalidCertificate(CertificateError::Other(other)) if is_authority(other) => {}
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => return Err(refused(Distrust::PinnedForAnotherName)),
        _ => return Err(error),
    }
    let parsed = ParsedCertificate::try_from(own)?;
    verify_server_name(&parsed, name).map_err(|_| refused(Distrust::PinnedForAnotherName))?;
    Ok(ServerCertVerified::assertion())
}

/// Replaces `error` by a reason that depends on the certificates.
fn explained(error: Error, own: &CertificateDer<'_>, others: &[CertificateDer<'_>]) -> Error {
    match &error {
        Error::InvalidCertificate(CertificateError::Other(other)) if is_authority(other) => {
            refused(Distrust::Authority)
        }
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            refused(unknown_issuer(own, others))
        }
        _ => error,
    }
}

fn is_authority(error: &OtherError) -> bool {
    error.to_string() == AUTHORITY_AS_SERVER
}

fn refused(distrust: Distrust) -> Error {
    let error = OtherError(Arc::new(distrust));
    Error::InvalidCertificate(CertificateError::Other(error))
}

/// Follows the issuers from the certificate of the server through the received chain.
fn unknown_issuer(own: &CertificateDer<'_>, others: &[CertificateDer<'_>]) -> Distrust {
    let Some(first) = CertificateNames::of(own) else { return Distrust::Gap };
    if first.issuer == first.subject {
        return Distrust::SelfSigned;
    }
    let sent: Vec<_> = others.iter().filter_map(|other| CertificateNames::of(other)).collect();
    let mut last = first;
    // The number of steps is bounded, so that certificates which name each other cause no loop.
    for _ in &sent {
        let Some(next) = sent.iter().find(|other| other.subject == last.issuer) else { break };
        last = *next;
    }
    if last.issuer == last.subject { Distrust::UnknownAuthority } else { Distrust::Gap }
}

/// The encoded names in a certificate. They only select the text for a certificate that is rejected
/// already.
#[derive(Clone, Copy)]
struct CertificateNames<'a> {
    issuer: &'a [u8],
    subject: &'a [u8],
}

impl<'a> CertificateNames<'a> {
    /// Parses the first fields of a certificate (RFC 5280, 4.1).
    fn of(certificate: &'a [u8]) -> Option<Self> {
        const EXPLICIT_VERSION: u8 = 0xA0;
        let (certificate, _) = element(certificate)?;
        let (fields, _) = element(certificate)?;
        let (_, after_version) = if fields.first() == Some(&EXPLICIT_VERSION) {
            element(fields)?
        } else {
            (fields, fields)
        };
        let (_, after_serial) = element(after_version)?;
        let (_, after_algorithm) = element(after_serial)?;
        let (issuer, after_issuer) = element(after_algorithm)?;
        let (_, after_dates) = element(after_issuer)?;
        let (subject, _) = element(after_dates)?;
        Some(Self { issuer, subject })
    }
}

/// Splits DER into the content of its first element and the rest.
fn element(der: &[u8]) -> Option<(&[u8], &[u8])> {
    /// Maximum bytes of a length; a certificate is below 16 MiB.
    const LENGTH_BYTES_MAX: usize = 3;
    let (&[_tag, first], rest) = der.split_first_chunk()?;
    if first < 0x80 {
        return rest.split_at_checked(usize::from(first));
    }
    let count = usize::from(first & 0x7F);
    if count > LENGTH_BYTES_MAX {
        return None;
    }
    let (length, rest) = rest.split_at_checked(count)?;
    let length = length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_certificate_of_a_ca_file_must_be_valid() {
        let invalid = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for pem in ["", "not PEM", invalid, "-----BEGIN CERTIFICATE-----\n"] {
            assert!(matches!(certificates(pem.as_bytes()), Err(SetupError::CaFile)), "{pem}");
        }
    }

    #[test]
    fn no_input_makes_the_name_parser_panic() {
        for der in [&[][..], &[0x30], &[0x30, 0x80], &[0x30, 0x84, 1, 1, 1, 1], &[0x30, 0x82, 0xFF]]
        {
            assert!(CertificateNames::of(der).is_none(), "{der:?}");
        }
        let nested = [0x30, 4, 0x30, 2, 0xA0, 0];
        assert!(CertificateNames::of(&nested).is_none());
    }
}
