//! Speaks HTTP with HubSoft: every limit and every refusal of the client stands here.
//!
//! reqwest's defaults would follow a redirect with the client's password, send the token to a
//! proxy named in the environment, and print the caller's number, which is part of the URL, in
//! every error. So none of its errors leaves this room: each becomes a `Failure`.

use std::error::Error;
use std::io;
use std::time::Duration;

use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderName, RETRY_AFTER,
};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, RequestBuilder, Response, Url};

use crate::finding::Failure;
use crate::secret::Secret;

use super::Settings;
use super::wire::{self, Granted, LOOKUP_PATH, Listed, TOKEN_PATH};

/// How long an unused connection is kept: below nginx's shortest usual keep-alive of 5 s, so
/// that a request seldom meets a connection that is just being closed.
const IDLE_MAX: Duration = Duration::from_secs(4);

/// Longest error body looked into.
const ERROR_BYTES_MAX: usize = 16 * 1024;

/// The client and what it asks with.
pub(super) struct Api {
    client: Client,
    token_url: Url,
    lookup_url: Url,
    settings: Settings,
}

/// Why no client can be made.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    #[error("hubsoft.ca_file holds no readable PEM certificate")]
    CaFile,
    #[error(
        "no TLS client: install the system's CA certificates (ca-certificates) or set hubsoft.ca_file ({0})"
    )]
    Client(String),
    #[error("hubsoft.base_url is no base for paths: write https://api.PROVIDER.hubsoft.com.br")]
    BaseUrl,
}

/// Reads the certificates of a `ca_file`.
pub fn certificates(pem: &[u8]) -> Result<Vec<Certificate>, Unusable> {
    let read = Certificate::from_pem_bundle(pem).map_err(|_| Unusable::CaFile)?;
    if read.is_empty() { Err(Unusable::CaFile) } else { Ok(read) }
}

impl Api {
    pub(super) fn new(settings: Settings) -> Result<Self, Unusable> {
        // Fails only when a provider is installed already, which is just as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .user_agent(concat!("bina/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(settings.connect)
            .timeout(settings.attempt)
            .pool_idle_timeout(IDLE_MAX)
            .redirect(Policy::none())
            .referer(false)
            .no_proxy()
            .http1_only()
            .https_only(!settings.insecure_http);
        if let Some(pem) = &settings.ca_pem {
            builder = builder.tls_certs_merge(certificates(pem)?);
        }
        let client = builder.build().map_err(|error| Unusable::Client(cause(&error)))?;
        let token_url = below(&settings.base_url, TOKEN_PATH)?;
        let lookup_url = below(&settings.base_url, LOOKUP_PATH)?;
        Ok(Self { client, token_url, lookup_url, settings })
    }

    /// Asks for a new token.
    pub(super) async fn grant(&self) -> Result<Granted, Failure> {
        let request = self
            .client
            .post(self.token_url.clone())
            .header(CONTENT_TYPE, "application/json")
            .body(wire::token_request(&self.settings.credentials));
        match self.send(request).await {
            Ok(body) => wire::granted(&body),
            Err(Failure::Server(400 | 403) | Failure::Refused) => Err(Failure::Token),
            Err(failure) => Err(failure),
        }
    }

    /// Asks for the customers whose phone HubSoft finds by `term`.
    pub(super) async fn lookup(&self, term: &str, token: &Secret) -> Result<Vec<Listed>, Failure> {
        let mut url = self.lookup_url.clone();
        url.query_pairs_mut().extend_pairs(wire::lookup_query(term, &self.settings.wanted));
        let bearer = format!("Bearer {}", token.reveal());
        let request = self.client.get(url).header(AUTHORIZATION, bearer);
        wire::listed(&self.send(request).await?)
    }

    async fn send(&self, request: RequestBuilder) -> Result<Vec<u8>, Failure> {
        // Without this header an expired token can become a redirect to a login page.
        let request = request.header(ACCEPT, "application/json");
        let mut response = request.send().await.map_err(failure)?;
        match judge(&response) {
            Ok(()) => read(&mut response, self.settings.body_bytes_max).await,
            // Some integrations are told in the body when to come back.
            Err(Failure::Throttled { retry_after: None }) => {
                let body = read(&mut response, ERROR_BYTES_MAX).await.unwrap_or_default();
                Err(Failure::Throttled { retry_after: wire::retry_after(&body) })
            }
            Err(failure) => Err(failure),
        }
    }
}

async fn read(response: &mut Response, bytes_max: usize) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(cut)? {
        if body.len() + part.len() > bytes_max {
            return Err(Failure::TooLarge);
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

/// Puts `path` below the base, whether or not the base ends in a slash.
fn below(base: &Url, path: &str) -> Result<Url, Unusable> {
    let mut url = base.clone();
    url.path_segments_mut().map_err(|()| Unusable::BaseUrl)?.pop_if_empty().extend(path.split('/'));
    Ok(url)
}

/// Lets only a plain 200 pass.
fn judge(response: &Response) -> Result<(), Failure> {
    match response.status().as_u16() {
        200 => {}
        401 => return Err(Failure::Token),
        403 => return Err(Failure::Refused),
        429 => return Err(Failure::Throttled { retry_after: retry_after(response) }),
        503 => return Err(Failure::Unavailable { retry_after: retry_after(response) }),
        status @ 300..=399 => return Err(Failure::Redirect(status)),
        status => return Err(Failure::Server(status)),
    }
    // No compression was offered: a compressed body could unfold to any size.
    match response.headers().get(CONTENT_ENCODING) {
        Some(encoding) if encoding != "identity" => Err(Failure::InvalidAnswer("compressed")),
        _ => Ok(()),
    }
}

/// How long to wait, in seconds or until a date. A date counts from the answer's own `Date`:
/// our clock may be wrong, and decides nothing here.
fn retry_after(response: &Response) -> Option<Duration> {
    let header = |name: HeaderName| response.headers().get(name)?.to_str().ok().map(str::trim);
    let said = header(RETRY_AFTER)?;
    if let Ok(seconds) = said.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(said).ok()?;
    let answered = httpdate::parse_http_date(header(DATE)?).ok()?;
    Some(until.duration_since(answered).unwrap_or_default())
}

/// A request that brought no answer.
fn failure(error: reqwest::Error) -> Failure {
    if let Some(tls) = chain(&error).find_map(tls_error) {
        return Failure::Tls(tls.to_string());
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
fn cut(error: reqwest::Error) -> Failure {
    if error.is_timeout() { Failure::Timeout } else { Failure::InvalidAnswer("cut") }
}

/// Looks into the texts of the causes: reqwest hides hyper's error type, whose text names the
/// part that could not be parsed.
fn says(error: &reqwest::Error, part: &str) -> bool {
    chain(error).any(|cause| cause.to_string().contains(part))
}

/// The TLS error, which io errors carry inside instead of naming it as their source.
fn tls_error<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    inner.and_then(|inner| inner.downcast_ref()).or_else(|| cause.downcast_ref())
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause: &&'a (dyn Error + 'static)| (*cause).source())
}

/// The innermost cause, which names neither URL nor number.
fn cause(error: &reqwest::Error) -> String {
    chain(error).last().map_or_else(String::new, ToString::to_string)
}
