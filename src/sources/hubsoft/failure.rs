//! Converts errors of reqwest into failures; the errors themselves are never exposed.
//!
//! Their texts contain the URL, and thus the number of the caller. Texts of TLS errors contain the
//! names and times of a certificate, and no remedy.

use std::error::Error;
use std::io;

use rustls::CertificateError as Bad;
use rustls::{AlertDescription, InvalidMessage, PeerIncompatible};

use crate::domain::failure::Failure;
use crate::sources::reasons;

use super::trust::Distrust;

/// The response is not HTTP.
pub(super) const NO_HTTP: Failure = reasons::INVALID_ANSWER.because("not HTTP");
/// The same over plain http, where the usual reason is a TLS port.
pub(super) const NO_PLAIN_HTTP: Failure =
    reasons::INVALID_ANSWER.because("not HTTP; if the port speaks TLS, write https");

const CLOSED: &str = "the server closed the connection during the handshake: the port does not speak \
     TLS, or a firewall intervenes; check hubsoft.base_url";
const NO_TLS: &str = "the port does not speak TLS: check hubsoft.base_url";
const NOTHING_IN_COMMON: &str = "the server is too old (no cipher, key exchange or signature in common \
     with bina); its certificate is not the cause: have it updated";
const REFUSED: &str = "the server is too old (no cipher, key exchange or signature in common with bina), \
     or it requires a client certificate; its own certificate is not the cause: have it updated, or ask \
     the provider";
const TOO_OLD: &str = "the server is too old (it does not support TLS 1.2 or newer); its certificate is \
     not the cause: have it updated";

/// Converts the error of a request without a response.
pub(super) fn of_request(error: reqwest::Error) -> Failure {
    if let Some(cause) = chain(&error).find_map(tls_error).map(cause) {
        return reasons::TLS.because_of(cause);
    }
    match (error.is_connect(), error.is_timeout()) {
        (true, _) if chain(&error).any(is_closed) => reasons::TLS.because_of(CLOSED.to_owned()),
        (true, _) => reasons::CONNECT.failure(),
        (false, true) => reasons::TIMEOUT.failure(),
        (false, false) => of_http(&error),
    }
}

fn of_http(error: &reqwest::Error) -> Failure {
    let http = chain(error).find_map(|cause| cause.downcast_ref::<hyper::Error>());
    match http {
        Some(http) if http.is_parse_too_large() => reasons::HEAD_TOO_LARGE.failure(),
        Some(http) if http.is_parse() => NO_HTTP,
        _ => reasons::BROKEN.failure(),
    }
}

/// Converts the error of an incomplete body.
pub(super) fn of_body(error: reqwest::Error) -> Failure {
    if error.is_timeout() {
        reasons::TIMEOUT.failure()
    } else {
        reasons::INVALID_ANSWER.because("truncated")
    }
}

/// Converts the error of a failed handshake.
pub(super) fn of_handshake(error: &io::Error) -> Failure {
    match tls_error(error) {
        Some(error) => reasons::TLS.because_of(cause(error)),
        None if is_closed(error) => reasons::TLS.because_of(CLOSED.to_owned()),
        None => reasons::BROKEN.failure(),
    }
}

/// Converts the error of unreadable CA certificates.
pub(super) fn of_store(error: &rustls::Error) -> Failure {
    let cause = match error {
        rustls::Error::General(text) => text.clone(),
        other => other.to_string(),
    };
    reasons::TLS.because_of(format!(
        "{cause}: install ca-certificates, or set hubsoft.ca_file to the provider's own"
    ))
}

/// Returns cause and remedy of a TLS error, without names from a certificate.
fn cause(error: &rustls::Error) -> String {
    match error {
        rustls::Error::AlertReceived(alert) => of_alert(*alert),
        rustls::Error::InvalidCertificate(bad) => of_certificate(bad),
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => NO_TLS.to_owned(),
        rustls::Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => TOO_OLD.to_owned(),
        rustls::Error::PeerIncompatible(_) => NOTHING_IN_COMMON.to_owned(),
        other => format!("the handshake failed ({other}); ask the provider"),
    }
}

fn of_certificate(bad: &Bad) -> String {
    let cause = match bad {
        Bad::BadSignature => {
            "its certificate was not signed by the authority that it names: check whether the one in \
             hubsoft.ca_file has been replaced"
        }
        Bad::Expired | Bad::ExpiredContext { .. } => {
            "its certificate, or one in its chain, has expired: have it renewed, or correct the clock \
             of this machine if it is wrong"
        }
        Bad::NotValidForName | Bad::NotValidForNameContext { .. } => {
            "its certificate is for another host: check hubsoft.base_url"
        }
        Bad::NotValidYet | Bad::NotValidYetContext { .. } => {
            "its certificate, or one in its chain, is not valid yet: correct the clock of this machine"
        }
        Bad::Other(other) => match other.0.downcast_ref::<Distrust>() {
            Some(distrust) => return distrust.to_string(),
            None => return unusable(&other.to_string()),
        },
        other => return unusable(&format!("{other:?}")),
    };
    cause.to_owned()
}

fn unusable(why: &str) -> String {
    format!(
        "its certificate is unusable ({why}): have it reissued as version 3, for a server, with its \
         host as subjectAltName"
    )
}

fn of_alert(alert: AlertDescription) -> String {
    let meaning = match alert {
        AlertDescription::ProtocolVersion => TOO_OLD,
        // Up to TLS 1.2 a server sends the same alert to a client without a certificate.
        AlertDescription::HandshakeFailure => REFUSED,
        AlertDescription::InsufficientSecurity => NOTHING_IN_COMMON,
        AlertDescription::UnrecognisedName => {
            "the server does not serve this host: check hubsoft.base_url"
        }
        AlertDescription::AccessDenied
        | AlertDescription::BadCertificate
        | AlertDescription::CertificateRequired
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnknownCA
        | AlertDescription::UnsupportedCertificate => {
            "the server requires a client certificate, which bina does not support: ask the provider"
        }
        _ => "the server aborted the handshake: ask the provider",
    };
    format!("{meaning} (alert {alert:?} received)")
}

fn tls_error<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    within(cause).find_map(|error| error.downcast_ref())
}

/// Returns whether an established connection was closed. While connecting, that is during the
/// handshake: a closed port refuses, and a firewalled one does not respond.
fn is_closed(cause: &(dyn Error + 'static)) -> bool {
    let is_end = |kind| {
        matches!(
            kind,
            io::ErrorKind::BrokenPipe
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::UnexpectedEof
        )
    };
    let mut kinds = within(cause).filter_map(|error| error.downcast_ref().map(io::Error::kind));
    kinds.any(is_end)
}

/// Returns an error and its nested ones: io errors wrap another error instead of returning it as their
/// source.
fn within<'a>(cause: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(cause), |error| {
        let inner = error.downcast_ref::<io::Error>()?.get_ref()?;
        Some(inner as &(dyn Error + 'static))
    })
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause: &&'a (dyn Error + 'static)| (*cause).source())
}
