//! Speaks HTTP with HubSoft: what is sent, and which answers are let in.
//!
//! None of reqwest's errors leaves this room, as they hold the URL: each becomes a `Failure`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::Mutex;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderName, HeaderValue,
    RETRY_AFTER,
};
use reqwest::{RequestBuilder, Response, Url};
use zeroize::Zeroizing;

use crate::domain::failure::Failure;
use crate::runtime::secret::Secret;
use crate::runtime::tasks::Tasks;
use crate::sources::reasons;

use super::body::{self, Body};
use super::client::{self, Clients};
use super::grant::{self, Granted, TOKEN_PATH};
use super::metrics::DnsResults;
use super::query::Query;
use super::resolver::{Dns, Resolver};
use super::{Settings, failure, page, trust, wire};

/// How much of an error's body is looked into.
const ERROR_BYTES: usize = 16 * 1024;

/// The client and what it asks with.
pub(super) struct Api {
    clients: Clients,
    /// Ends in a slash.
    base_url: Url,
    settings: Settings,
    /// The `Date` of the last answer that had one, and when it came; for `bina doctor` alone.
    dated: Mutex<Option<(HeaderValue, Instant)>>,
}

/// Why no client can be made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("hubsoft.base_url is no base for paths: write https://api.PROVIDER.hubsoft.com.br")]
    BaseUrl,
    #[error("hubsoft.ca_file holds no readable PEM certificate")]
    CaFile,
}

impl Api {
    /// Makes a client; nothing is asked yet.
    pub(super) fn new(
        settings: Settings,
        dns: Dns,
        tasks: &Tasks,
        results: DnsResults,
    ) -> Result<Self, SetupError> {
        let base_url = folder(&settings.base_url)?;
        let ca = settings.ca_pem.as_deref().map_or_else(|| Ok(vec![]), trust::certificates)?;
        let resolver = Resolver::new(&settings.base_url, settings.connect, dns, results);
        let resolver = Arc::new(resolver);
        let make = Arc::new(client::make(&settings, ca, &resolver));
        let clients = Clients::new(make, resolver, tasks.clone());
        Ok(Self { clients, base_url, settings, dated: Mutex::default() })
    }

    /// Where the background work is.
    pub(super) fn tasks(&self) -> &Tasks {
        self.clients.tasks()
    }

    /// Tells why HubSoft cannot be asked at all, if that is so.
    pub(super) fn usable(&self) -> Result<(), Failure> {
        self.clients.current().map(|_| ())
    }

    /// Asks for a new token.
    pub(super) async fn grant(&self) -> Result<Granted, Failure> {
        let request = self
            .clients
            .current()?
            .post(self.url(TOKEN_PATH))
            .header(CONTENT_TYPE, "application/json")
            .body(Bytes::from_owner(grant::token_request(&self.settings.credentials)));
        let body = match self.send(request).await {
            Err(failure) if failure.is(&reasons::REFUSED) || failure == reasons::of_status(400) => {
                return Err(reasons::TOKEN.failure());
            }
            sent => sent?,
        };
        let granted = body::parse(body, |body| {
            grant::granted(body).map_err(|failure| page::instead_of_answer(body, failure))
        });
        let granted = granted.await?;
        // Found out here, it names the token; each lookup would only fail for a reason untold.
        bearer(&granted.token)?;
        Ok(granted)
    }

    /// Puts a query, and reads its answer.
    pub(super) async fn ask<Q: Query>(
        &self,
        query: &Q,
        token: &Secret,
    ) -> Result<Q::Answer, Failure> {
        let mut url = self.url(&query.path());
        url.query_pairs_mut().extend_pairs(query.parameters());
        let mut request = self.clients.current()?.get(url).header(AUTHORIZATION, bearer(token)?);
        if let Some(attempt) = query.attempt() {
            request = request.timeout(attempt);
        }
        let query = query.clone();
        body::parse(self.send(request).await?, move |body| {
            query.read(body).map_err(|failure| page::instead_of_answer(body, failure))
        })
        .await
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.base_url.clone();
        url.set_path(&[url.path(), path].concat());
        url
    }

    async fn send(&self, request: RequestBuilder) -> Result<Body, Failure> {
        // Without this header an expired token can become a redirect to a login page.
        let request = request.header(ACCEPT, "application/json");
        let sent = request.send().await.map_err(|error| self.failure_of(error));
        self.clients.learn(&sent);
        let mut response = sent?;
        self.note_date(&response);
        match judge(&response) {
            Ok(()) => body::read(&mut response, self.settings.body_bytes_max).await,
            Err(failure) => Err(explained(&mut response, failure).await),
        }
    }

    fn failure_of(&self, error: reqwest::Error) -> Failure {
        let failure = failure::of_request(error);
        let is_plain = self.settings.base_url.scheme() == "http";
        if is_plain && failure == failure::NO_HTTP { failure::NO_PLAIN_HTTP } else { failure }
    }

    fn note_date(&self, response: &Response) {
        if let Some(date) = response.headers().get(DATE) {
            let noted = Some((date.clone(), Instant::now()));
            *self.dated.lock() = noted;
        }
    }

    /// What HubSoft said the time was, and when it said so.
    pub(super) fn dated(&self) -> Option<(HeaderValue, Instant)> {
        self.dated.lock().clone()
    }
}

/// Looks into the body of an error, where that tells more than its status.
async fn explained(response: &mut Response, failure: Failure) -> Failure {
    let status = response.status().as_u16();
    if failure.requested_pause().is_some() {
        return failure;
    }
    // Some integrations are told in the body when to come back.
    if failure.is(&reasons::THROTTLED) {
        let body = body::start(response, ERROR_BYTES).await;
        return reasons::THROTTLED.retry_after(wire::retry_after(&body));
    }
    if page::may_be_page(status) {
        return page::instead_of(status, &body::start(response, ERROR_BYTES).await, failure);
    }
    failure
}

/// The header that carries a token, unless it has a character that no header may have.
fn bearer(token: &Secret) -> Result<HeaderValue, Failure> {
    let text = Zeroizing::new([b"Bearer ", token.reveal().as_bytes()].concat());
    let header = HeaderValue::from_maybe_shared(Bytes::from_owner(text));
    let odd = "its access token has a line break, or another character that no header may have";
    let mut header = header.map_err(|_| reasons::INVALID_ANSWER.because(odd))?;
    // Or a trace of the connection would show it.
    header.set_sensitive(true);
    Ok(header)
}

/// The base as a folder, whether or not it ends in a slash.
fn folder(base: &Url) -> Result<Url, SetupError> {
    let mut url = base.clone();
    url.path_segments_mut().map_err(|()| SetupError::BaseUrl)?.pop_if_empty().push("");
    Ok(url)
}

/// Lets only a plain 200 pass.
fn judge(response: &Response) -> Result<(), Failure> {
    match response.status().as_u16() {
        200 => {}
        401 => return Err(reasons::TOKEN.failure()),
        403 => return Err(reasons::REFUSED.failure()),
        429 => return Err(reasons::THROTTLED.retry_after(retry_after(response))),
        503 => return Err(reasons::UNAVAILABLE.retry_after(retry_after(response))),
        status @ 300..=399 => return Err(reasons::REDIRECT.with_status(status)),
        status => return Err(reasons::of_status(status)),
    }
    // No compression was offered: a compressed body could unfold to any size.
    match response.headers().get(CONTENT_ENCODING) {
        Some(encoding) if encoding != "identity" => {
            Err(reasons::INVALID_ANSWER.because("compressed"))
        }
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
