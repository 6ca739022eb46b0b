//! HTTP requests to HubSoft, and the validation of responses.
//!
//! Errors of reqwest contain the URL, so each is converted into a `Failure` here.

use std::fmt;
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

use super::body::{self, Body, BodyClass};
use super::client::{self, Clients};
use super::grant::{self, Granted, TOKEN_PATH};
use super::metrics::DnsResults;
use super::query::Query;
use super::resolver::{Dns, Resolver};
use super::texts;
use super::{Settings, failure, page, trust, wire};

/// Maximum bytes examined of the body of an error.
const ERROR_BYTES: usize = 16 * 1024;
/// Maximum bytes of a `Date` that is kept; the usual form has 29.
const DATE_BYTES_MAX: usize = 64;

/// The client and its settings.
pub(super) struct Api {
    clients: Clients,
    /// Ends in a slash.
    base_url: Url,
    settings: Settings,
    /// The last received `Date`, and when it was received; only for `bina doctor`.
    dated: Mutex<Option<(String, Instant)>>,
}

/// Why no client can be created.
#[derive(Debug)]
pub enum SetupError {
    BaseUrl,
    CaFile,
}

impl std::error::Error for SetupError {}

/// `{}` is English, as in the log; `{:#}` is Portuguese.
impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BaseUrl => texts::SETUP_BASE_URL.fmt(f),
            Self::CaFile => texts::SETUP_CA_FILE.fmt(f),
        }
    }
}

impl Api {
    /// Creates a client without sending a request.
    pub(super) fn new(
        settings: Settings,
        dns: Dns,
        tasks: &Tasks,
        results: DnsResults,
    ) -> Result<Self, SetupError> {
        let base_url = with_slash(&settings.base_url)?;
        let ca = settings.ca_pem.as_deref().map_or_else(|| Ok(vec![]), trust::certificates)?;
        let resolver = Resolver::new(&settings.base_url, settings.connect, dns, results);
        let resolver = Arc::new(resolver);
        let make = Arc::new(client::make(&settings, ca, &resolver));
        let clients = Clients::new(make, resolver, tasks.clone());
        Ok(Self { clients, base_url, settings, dated: Mutex::default() })
    }

    /// The background tasks.
    pub(super) fn tasks(&self) -> &Tasks {
        self.clients.tasks()
    }

    /// Returns an error while there is no client.
    pub(super) fn usable(&self) -> Result<(), Failure> {
        self.clients.current().map(|_| ())
    }

    /// Requests a new token.
    pub(super) async fn grant(&self) -> Result<Granted, Failure> {
        let request = self
            .clients
            .current()?
            .post(self.url(TOKEN_PATH))
            .header(CONTENT_TYPE, "application/json")
            .body(Bytes::from_owner(grant::token_request(&self.settings.credentials)));
        let body = match self.send_explained(request, BodyClass::Lookup, grant::refused).await {
            Err(failure) if failure.is(&reasons::REFUSED) || failure == reasons::of_status(400) => {
                return Err(reasons::TOKEN.failure());
            }
            sent => sent?,
        };
        let granted = body::parse(body, |body| {
            grant::granted(body).map_err(|failure| page::instead_of_answer(body, failure))
        });
        let granted = granted.await?;
        // Checked here, so that the failure names the token; otherwise each lookup would fail.
        bearer(&granted.token)?;
        Ok(granted)
    }

    /// Sends a query, and parses its answer.
    pub(super) async fn send_query<Q: Query>(
        &self,
        query: &Q,
        token: &Secret,
    ) -> Result<Q::Answer, Failure> {
        let mut url = self.url(&query.path());
        url.query_pairs_mut().extend_pairs(query.parameters());
        let client = self.clients.current()?;
        let request = match query.body() {
            Some(body) => client.post(url).header(CONTENT_TYPE, "application/json").body(body),
            None => client.get(url),
        };
        let mut request = request.header(AUTHORIZATION, bearer(token)?);
        if let Some(attempt) = query.attempt() {
            request = request.timeout(attempt);
        }
        let body = match self.send(request, query.body_class()).await {
            Err(failure) if failure.is(&reasons::REFUSED) => return Err(query.forbidden()),
            sent => sent?,
        };
        let query = query.clone();
        body::parse(body, move |body| {
            query.read(body).map_err(|failure| page::instead_of_answer(body, failure))
        })
        .await
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.base_url.clone();
        url.set_path(&[url.path(), path].concat());
        url
    }

    async fn send(&self, request: RequestBuilder, class: BodyClass) -> Result<Body, Failure> {
        self.send_explained(request, class, |_| None).await
    }

    /// Sends a request; `explain` finds in the body of an error what its status does not say.
    async fn send_explained(
        &self,
        request: RequestBuilder,
        class: BodyClass,
        explain: fn(&[u8]) -> Option<Failure>,
    ) -> Result<Body, Failure> {
        // Without this header an expired token may cause a redirect to a login page.
        let request = request.header(ACCEPT, "application/json");
        let sent = request.send().await.map_err(|error| self.failure_of(error));
        self.clients.record(&sent);
        let mut response = sent?;
        self.record_date(&response);
        match check(&response) {
            Ok(()) => {
                let bytes_max = class.bytes_max(self.settings.body_bytes_max);
                body::receive(&mut response, bytes_max, class).await
            }
            Err(failure) => Err(explained(&mut response, failure, explain).await),
        }
    }

    fn failure_of(&self, error: reqwest::Error) -> Failure {
        let failure = failure::of_request(error);
        let is_plain = self.settings.base_url.scheme() == "http";
        if is_plain && failure == failure::NO_HTTP { failure::NO_PLAIN_HTTP } else { failure }
    }

    /// Records the `Date` as a copy: the header shares the buffer that the body begins in, which could
    /// not be wiped. The copy is made in place, as an allocation of its own would stay amid those of
    /// requests.
    fn record_date(&self, response: &Response) {
        let date = response.headers().get(DATE).and_then(|date| date.to_str().ok());
        let Some(date) = date.filter(|date| date.len() <= DATE_BYTES_MAX) else { return };
        let mut dated = self.dated.lock();
        let (text, at) = dated.get_or_insert_with(|| (String::new(), Instant::now()));
        date.clone_into(text);
        *at = Instant::now();
    }

    /// Returns the last received `Date`, and when it was received.
    pub(super) fn dated(&self) -> Option<(String, Instant)> {
        self.dated.lock().clone()
    }
}

/// Refines a failure by the body of the response, where that has more information than the status.
async fn explained(
    response: &mut Response,
    failure: Failure,
    explain: fn(&[u8]) -> Option<Failure>,
) -> Failure {
    let status = response.status().as_u16();
    if failure.requested_pause().is_some() {
        return failure;
    }
    // HubSoft sends the retry time of some integrations in the body.
    if failure.is(&reasons::THROTTLED) {
        let body = body::start(response, ERROR_BYTES).await;
        return reasons::THROTTLED.retry_after(wire::retry_after(&body));
    }
    if page::may_be_page(status) {
        let body = body::start(response, ERROR_BYTES).await;
        let failure = match status {
            400 | 401 => explain(&body).unwrap_or(failure),
            _ => failure,
        };
        return page::instead_of(status, &body, failure);
    }
    failure
}

/// Returns the header with a token; fails if the token has a character that is invalid in a header.
fn bearer(token: &Secret) -> Result<HeaderValue, Failure> {
    let text = Zeroizing::new([b"Bearer ", token.reveal().as_bytes()].concat());
    let header = HeaderValue::from_maybe_shared(Bytes::from_owner(text));
    let invalid =
        "its access token has a line break, or another character that is invalid in a header";
    let mut header = header.map_err(|_| reasons::INVALID_ANSWER.because(invalid))?;
    // This keeps the token out of connection traces.
    header.set_sensitive(true);
    Ok(header)
}

/// Returns the base URL with a slash at its end.
fn with_slash(base: &Url) -> Result<Url, SetupError> {
    let mut url = base.clone();
    url.path_segments_mut().map_err(|()| SetupError::BaseUrl)?.pop_if_empty().push("");
    Ok(url)
}

/// Accepts only a plain 200.
fn check(response: &Response) -> Result<(), Failure> {
    match response.status().as_u16() {
        200 => {}
        401 => return Err(reasons::TOKEN.failure()),
        403 => return Err(reasons::REFUSED.failure()),
        429 => return Err(reasons::THROTTLED.retry_after(retry_after(response))),
        503 => return Err(reasons::UNAVAILABLE.retry_after(retry_after(response))),
        status @ 300..=399 => return Err(reasons::REDIRECT.with_status(status)),
        status => return Err(reasons::of_status(status)),
    }
    // Compression was not offered, because a compressed body may expand to any size.
    match response.headers().get(CONTENT_ENCODING) {
        Some(encoding) if encoding != "identity" => {
            Err(reasons::INVALID_ANSWER.because("compressed"))
        }
        _ => Ok(()),
    }
}

/// Parses `Retry-After`, in seconds or as a date. A date is relative to the `Date` of the response,
/// because the local clock may be wrong.
fn retry_after(response: &Response) -> Option<Duration> {
    let header = |name: HeaderName| response.headers().get(name)?.to_str().ok().map(str::trim);
    let retry_after = header(RETRY_AFTER)?;
    if let Ok(seconds) = retry_after.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(retry_after).ok()?;
    let answered = httpdate::parse_http_date(header(DATE)?).ok()?;
    Some(until.duration_since(answered).unwrap_or_default())
}
