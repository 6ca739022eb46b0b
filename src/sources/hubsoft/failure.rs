//! Tells what an error of reqwest means; the error itself is never shown.
//!
//! Its text holds the URL, and with it the caller's number. Texts of TLS errors hold the names
//! and times of a certificate, and no remedy.

use std::error::Error;
use std::io;

use rustls::CertificateError as Bad;
use rustls::{AlertDescription, InvalidMessage, PeerIncompatible};

use crate::domain::failure::Failure;
use crate::sources::reasons;

use super::trust::Distrust;

/// What came is no HTTP at all.
pub(super) const NO_HTTP: Failure = reasons::INVALID_ANSWER.because("no HTTP");
/// The same over plain http, where the usual reason is a port that speaks TLS.
pub(super) const NO_PLAIN_HTTP: Failure =
    reasons::INVALID_ANSWER.because("no HTTP, as from a port that speaks TLS: then write https");

const HUNG_UP: &str = "the other end hangs up during the handshake: there is no TLS on that port, or a \
     firewall is between; check hubsoft.base_url";
const NO_TLS: &str = "there is no TLS on that port: check hubsoft.base_url";
const NOTHING_IN_COMMON: &str = "no certificate is at fault: the server is too old, as it has no cipher, \
     key exchange or signature in common with bina; have it updated";
const REFUSED: &str = "no certificate is at fault: the server is too old, as it has no cipher, key exchange \
     or signature in common with bina, or it wants a client's certificate; have it updated, or ask the provider";
const TOO_OLD: &str = "no certificate is at fault: the server is too old, as it does not speak TLS 1.2 \
     or newer; have it updated";

/// A request that brought no answer.
pub(super) fn of_request(error: reqwest::Error) -> Failure {
    if let Some(cause) = chain(&error).find_map(tls_error).map(cause) {
        return reasons::TLS.because_of(cause);
    }
    match (error.is_connect(), error.is_timeout()) {
        (true, _) if chain(&error).any(hung_up) => reasons::TLS.because_of(HUNG_UP.to_owned()),
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

/// A body that did not come to its end.
pub(super) fn of_body(error: reqwest::Error) -> Failure {
    if error.is_timeout() {
        reasons::TIMEOUT.failure()
    } else {
        reasons::INVALID_ANSWER.because("cut")
    }
}

/// A handshake that came to nothing.
pub(super) fn of_handshake(error: &io::Error) -> Failure {
    match tls_error(error) {
        Some(error) => reasons::TLS.because_of(cause(error)),
        None if hung_up(error) => reasons::TLS.because_of(HUNG_UP.to_owned()),
        None => reasons::BROKEN.failure(),
    }
}

/// Certificates to trust that could not be read.
pub(super) fn of_store(error: &rustls::Error) -> Failure {
    let cause = match error {
        rustls::Error::General(text) => text.clone(),
        other => other.to_string(),
    };
    reasons::TLS.because_of(format!(
        "{cause}: install ca-certificates, or name the provider's own in hubsoft.ca_file"
    ))
}

/// What an error of TLS means and what helps, in words that hold no name of a certificate.
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
            "its certificate was not signed by the authority it names: look whether the one in \
             hubsoft.ca_file has been replaced since"
        }
        Bad::Expired | Bad::ExpiredContext { .. } => {
            "its certificate, or one that vouches for it, has expired: have it renewed, or correct \
             the clock here if that is wrong"
        }
        Bad::NotValidForName | Bad::NotValidForNameContext { .. } => {
            "its certificate is another server's: check hubsoft.base_url"
        }
        Bad::NotValidYet | Bad::NotValidYetContext { .. } => {
            "its certificate, or one that vouches for it, is not valid yet: correct the clock here"
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
        "its certificate cannot be used ({why}): have it made again as version 3, for a server, with its host as subjectAltName"
    )
}

fn of_alert(alert: AlertDescription) -> String {
    let meaning = match alert {
        AlertDescription::ProtocolVersion => TOO_OLD,
        // Up to TLS 1.2 a server says the same of a client without a certificate.
        AlertDescription::HandshakeFailure => REFUSED,
        AlertDescription::InsufficientSecurity => NOTHING_IN_COMMON,
        AlertDescription::UnrecognisedName => "the server has no such host: check hubsoft.base_url",
        AlertDescription::AccessDenied
        | AlertDescription::BadCertificate
        | AlertDescription::CertificateRequired
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnknownCA
        | AlertDescription::UnsupportedCertificate => {
            "the server wants a client's certificate, which bina has none of: ask the provider"
        }
        _ => "the server ends the handshake: ask the provider",
    };
    format!("{meaning} (alert {alert:?} received)")
}

fn tls_error<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    within(cause).find_map(|error| error.downcast_ref())
}

/// Tells whether a connection that was there has ended. While one is being made that is in the
/// handshake: a port that is closed refuses, and one that is shielded says nothing.
fn hung_up(cause: &(dyn Error + 'static)) -> bool {
    let ended = |kind| {
        matches!(
            kind,
            io::ErrorKind::BrokenPipe
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::UnexpectedEof
        )
    };
    let mut kinds = within(cause).filter_map(|error| error.downcast_ref().map(io::Error::kind));
    kinds.any(ended)
}

/// An error and those it carries: io errors have one in another, instead of naming it as their
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
