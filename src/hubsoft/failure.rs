//! Tells what an error of reqwest means; the error itself is never shown.
//!
//! Its text holds the URL, and with it the caller's number. Texts of TLS errors hold the names
//! and times of a certificate, and no remedy.

use std::error::Error;
use std::io;

use rustls::CertificateError as Bad;
use rustls::InvalidMessage;

use crate::finding::Failure;

/// A request that brought no answer.
pub(super) fn of_request(error: reqwest::Error) -> Failure {
    if let Some(cause) = tls_cause(&error) {
        return Failure::Tls(cause);
    }
    match (error.is_connect(), error.is_timeout()) {
        (true, _) => Failure::Connect,
        (false, true) => Failure::Timeout,
        (false, false) if says(&error, "too large") => Failure::TooLarge,
        (false, false) if says(&error, "pars") => Failure::InvalidAnswer("no HTTP"),
        (false, false) => Failure::Broken,
    }
}

/// A body that did not come to its end.
pub(super) fn of_body(error: reqwest::Error) -> Failure {
    if error.is_timeout() { Failure::Timeout } else { Failure::InvalidAnswer("cut") }
}

/// A handshake that came to nothing.
pub(super) fn of_handshake(error: &io::Error) -> Failure {
    tls_error(error).map_or(Failure::Broken, |error| Failure::Tls(cause(error)))
}

/// What TLS found wrong and what to do about it, if it was TLS.
pub(super) fn tls_cause(error: &reqwest::Error) -> Option<String> {
    chain(error).find_map(tls_error).map(cause)
}

/// What an error of TLS means, in words that hold no name of a certificate.
pub(super) fn cause(error: &rustls::Error) -> String {
    let cause = match error {
        rustls::Error::General(text) => text,
        rustls::Error::InvalidCertificate(Bad::Expired | Bad::ExpiredContext { .. }) => {
            "it has expired and has to be renewed"
        }
        rustls::Error::InvalidCertificate(Bad::NotValidForName)
        | rustls::Error::InvalidCertificate(Bad::NotValidForNameContext { .. }) => {
            "it is another server's: check hubsoft.base_url"
        }
        rustls::Error::InvalidCertificate(Bad::NotValidYet | Bad::NotValidYetContext { .. }) => {
            "it is not valid yet"
        }
        rustls::Error::InvalidCertificate(Bad::UnknownIssuer) => "its issuer is unknown here",
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "there is no TLS on that port: check hubsoft.base_url"
        }
        other => return other.to_string(),
    };
    cause.to_owned()
}

/// Looks into the texts of the causes: reqwest hides hyper's error type, whose text names the
/// part that could not be parsed.
fn says(error: &reqwest::Error, part: &str) -> bool {
    chain(error).any(|cause| cause.to_string().contains(part))
}

/// The TLS error, which io errors carry inside, one in another, instead of naming it as their
/// source.
fn tls_error<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let inner = |error: &&'a (dyn Error + 'static)| {
        let inner = error.downcast_ref::<io::Error>()?.get_ref()?;
        Some(inner as &(dyn Error + 'static))
    };
    std::iter::successors(Some(cause), inner).find_map(|error| error.downcast_ref())
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause: &&'a (dyn Error + 'static)| (*cause).source())
}
