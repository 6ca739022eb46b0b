//! Decides which server certificates are accepted: those of known authorities, and pinned ones.
//!
//! A certificate in `ca_file` is an authority whose certificates count, and it is pinned: shown by the
//! server itself, byte for byte the same, it is accepted although no authority vouches for it. That is
//! what `openssl req -x509` makes for a server of one's own. Host name, dates and the signatures of the
//! handshake are verified in either case, and there is no way to switch that off.

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

/// How rustls names a certificate of an authority that a server shows as its own. The type of this
/// error is not exported.
const AUTHORITY_AS_SERVER: &str = "CaUsedAsEndEntity";

/// Why a certificate is refused, where the remedy depends on more than rustls' own error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Distrust {
    /// It may sign others (CA:TRUE), and is not pinned.
    #[error(
        "its certificate is made as an authority's (CA:TRUE): if it is the server's own, put exactly \
         this one into hubsoft.ca_file"
    )]
    Authority,
    /// The last certificate sent names an issuer that was neither sent nor is known.
    #[error(
        "its issuer is unknown here: either the server leaves out the certificate in between (ask the \
         provider, or put it into hubsoft.ca_file), or the provider has an authority of its own (put \
         that one into hubsoft.ca_file)"
    )]
    Gap,
    /// It is pinned, but has not the name of the host that was asked for.
    #[error(
        "its certificate is the one in hubsoft.ca_file, but is not for the host of hubsoft.base_url: \
         make it again with that host as subjectAltName"
    )]
    PinnedForAnotherName,
    /// It vouches for itself, and is not pinned.
    #[error("its certificate is self-signed: if it is the provider's, put it into hubsoft.ca_file")]
    SelfSigned,
    /// The certificates sent are complete, up to an authority that is unknown.
    #[error(
        "its authority is unknown here: if it is the provider's own, put the authority's certificate \
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

/// Reads the certificates of a `ca_file`, each of which must be one.
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

/// How TLS is spoken with HubSoft, with `verifier` in front of what is accepted.
pub(super) fn config(verifier: Arc<dyn ServerCertVerifier>) -> Result<ClientConfig, Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let builder = builder.with_safe_default_protocol_versions()?;
    // What rustls calls dangerous is any verifier of one's own. Ours accepts no more than `Trust`.
    let mut config =
        builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

impl Trust {
    /// Reads the system's authorities, and adds those of `ca_file`. It blocks.
    pub(super) fn new(ca: Vec<CertificateDer<'static>>) -> Result<Self, Error> {
        let provider = Arc::new(default_provider());
        let authorities = Verifier::new_with_extra_roots(ca.iter().cloned(), provider)?;
        Ok(Self { authorities, pinned: ca })
    }

    /// Tells whether exactly this certificate stands in `ca_file`.
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

/// Accepts a pinned certificate whose only trouble is that no authority vouches for it. The dates were
/// found good by then, as they are looked at first; the name is looked at here.
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

/// Puts the reason in the place of `error`, where it depends on the certificates.
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

/// Follows the issuers from the server's certificate, as far as they were sent.
fn unknown_issuer(own: &CertificateDer<'_>, others: &[CertificateDer<'_>]) -> Distrust {
    let Some(first) = CertificateNames::of(own) else { return Distrust::Gap };
    if first.issuer == first.subject {
        return Distrust::SelfSigned;
    }
    let sent: Vec<_> = others.iter().filter_map(|other| CertificateNames::of(other)).collect();
    let mut last = first;
    // Each step takes one of those sent, so that certificates which name each other are no loop.
    for _ in &sent {
        let Some(next) = sent.iter().find(|other| other.subject == last.issuer) else { break };
        last = *next;
    }
    if last.issuer == last.subject { Distrust::UnknownAuthority } else { Distrust::Gap }
}

/// Who is named in a certificate, as it is encoded. It only chooses the words for a certificate that
/// was refused already.
#[derive(Clone, Copy)]
struct CertificateNames<'a> {
    issuer: &'a [u8],
    subject: &'a [u8],
}

impl<'a> CertificateNames<'a> {
    /// Reads the first fields of a certificate (RFC 5280, 4.1).
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

/// Splits off the first element of DER: its content, and what follows it.
fn element(der: &[u8]) -> Option<(&[u8], &[u8])> {
    /// Bytes of a length; a certificate is below 16 MiB.
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
    fn each_certificate_of_a_ca_file_must_be_one() {
        let odd = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for pem in ["", "no PEM", odd, "-----BEGIN CERTIFICATE-----\n"] {
            assert!(matches!(certificates(pem.as_bytes()), Err(SetupError::CaFile)), "{pem}");
        }
    }

    #[test]
    fn no_bytes_make_the_reader_of_names_panic() {
        for der in [&[][..], &[0x30], &[0x30, 0x80], &[0x30, 0x84, 1, 1, 1, 1], &[0x30, 0x82, 0xFF]]
        {
            assert!(CertificateNames::of(der).is_none(), "{der:?}");
        }
        let nested = [0x30, 4, 0x30, 2, 0xA0, 0];
        assert!(CertificateNames::of(&nested).is_none());
    }
}
