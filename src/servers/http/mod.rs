//! The HTTP door: takes a connection, reads requests within limits, and writes pages.
//!
//! Both PBXs take the body of an error for data, so every error's body is empty and its reason
//! stands in the log. What is refused, and with what:
//!
//! ```text
//! head not there after 2 s, or nothing said for 2 s        closed
//! head over 16 KiB, or over 64 headers                     431
//! no HTTP/1 (a raw space, NUL, HTTP/0.9, TLS, AGI)         400
//! HTTP/2 by prior knowledge                                closed
//! body over 256 KiB, declared or counted                   413
//! body not there after 1 s                                 408
//! body that breaks off, or is wrongly chunked              400
//! answer not taken for 2 s, recording below 4 kB a second  closed
//! no credential, or a wrong one, where there are any       401
//! the 51st request of a stranger within a second           429
//! no TLS from another machine, where there is a certificate closed
//! TLS not agreed upon after 2 s                            closed
//! ```
//! Odd but answered, because there is no proxy in front that could read it otherwise, and no name
//! by which this door would tell its guests apart: no `Host` or several, an absolute URL as
//! target, lines that end with LF only. `Transfer-Encoding` beside `Content-Length` is read as
//! chunked, answered, and the connection closed, so that nothing behind it is taken for a request.

mod connection;
mod freeswitch;
mod guard;
mod health;
mod opening;
mod pace;
mod recording;
mod route;
mod stream;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use tokio::time::timeout;
use tracing::Level;

use crate::answering::render::{Format, Freeswitch, Page, TEXT, farewell, not_found, render};
use crate::answering::responder::Responder;
use crate::domain::call::Call;
use crate::runtime::logging::Sparing;
use crate::runtime::metrics;
use crate::servers::recordings::Recordings;

use self::freeswitch::Elsewhere;
use self::guard::Guest;
use self::route::{Asked, Refusal, Route, Wanted};

pub use self::connection::serve;
pub use self::guard::Guard;

/// Longest body; mod_xml_curl posts a whole channel, ordinarily 5 kB.
const BODY_BYTES_MAX: usize = 256 * 1024;
/// How long a client may take to send the body.
const BODY_TIMEOUT: Duration = Duration::from_secs(1);

/// Which listener a request came in by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// That of whoever runs the service: metrics, and forgetting a number.
    Operation,
    /// That of the phone systems.
    Phones,
}

const REFUSED: &str = "request refused";
/// One for each reason, so that a flood of one does not hide the others.
static BODY_BROKEN: Sparing = Sparing::new(Level::INFO, REFUSED);
static BODY_LATE: Sparing = Sparing::new(Level::INFO, REFUSED);
static BODY_LONG: Sparing = Sparing::new(Level::INFO, REFUSED);
static CALLER_MISSING: Sparing = Sparing::new(Level::INFO, REFUSED);
static CONTEXT_MISSING: Sparing = Sparing::new(Level::INFO, "dialplan not found");
static METHOD: Sparing = Sparing::new(Level::INFO, REFUSED);
static PATH: Sparing = Sparing::new(Level::INFO, REFUSED);
static PERCENT: Sparing = Sparing::new(Level::INFO, REFUSED);
static RATE: Sparing = Sparing::new(Level::WARN, REFUSED);
static RECORDING: Sparing = Sparing::new(Level::INFO, REFUSED);
static UNAUTHORIZED: Sparing = Sparing::new(Level::WARN, REFUSED);

/// Every path that is served, for the tests that compare it with the snippets.
pub fn paths() -> impl Iterator<Item = &'static str> {
    route::ROUTES.iter().map(|route| route.path)
}

/// What the doors need to answer.
pub struct Doors {
    pub responder: Arc<Responder>,
    pub freeswitch: Freeswitch,
    pub recordings: Recordings,
    pub guard: Guard,
}

/// The call a request is about, read as the doors read it; for the fuzz targets, which have no
/// socket.
pub fn call(method: &str, target: &str, body: &str, entry_context: &str) -> Option<Call> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let route = route::find(Side::Phones, method, path).ok()?;
    let body = route.takes_body(method).then_some(body);
    let asked = Asked { path, query, body, accepted: Instant::now() };
    match route.read(&asked, entry_context) {
        Ok(Wanted::Answer(_, call)) => Some(call),
        _ => None,
    }
}

impl Doors {
    async fn answer(
        &self,
        side: Side,
        guest: Guest,
        mut request: Request<Incoming>,
    ) -> Response<Full<Bytes>> {
        let accepted = Instant::now();
        let (method, path) = (request.method().as_str(), request.uri().path());
        let found = self.guard.admit(guest, path, request.headers(), accepted);
        let response = match found.and_then(|()| route::find(side, method, path)) {
            Ok(route) => self.enter(route, &mut request, accepted).await,
            Err(refusal @ Refusal::Unauthorized(_)) => self.guard.challenge(refused(refusal)),
            Err(refusal) => refused(refusal),
        };
        if *request.method() == Method::HEAD { without_body(response) } else { response }
    }

    async fn enter(
        &self,
        route: &Route,
        request: &mut Request<Incoming>,
        accepted: Instant,
    ) -> Response<Full<Bytes>> {
        let body = if route.takes_body(request.method().as_str()) {
            match read(request.body_mut()).await {
                Ok(body) => Some(body),
                Err(status) => return empty(status),
            }
        } else {
            None
        };
        let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
        let asked = Asked { path, query, body: body.as_deref(), accepted };
        match route.read(&asked, &self.freeswitch.entry_context) {
            Ok(Wanted::Alive) => written(health::alive()),
            Ok(Wanted::Answer(format, call)) => self.page(format, &call).await,
            Ok(Wanted::Elsewhere(elsewhere)) => {
                if elsewhere == Elsewhere::ContextMissing {
                    CONTEXT_MISSING.say(
                        "there is no Hunt-Context: take the enable-post-var lines out of \
                         xml_curl.conf.xml, then restart FreeSWITCH when there are no calls",
                    );
                }
                written(not_found())
            }
            Ok(Wanted::Farewell) => written(farewell()),
            Ok(Wanted::Forget(number)) => written(health::forgotten(&self.responder, &number)),
            Ok(Wanted::Metrics) => written(health::metrics(request.headers())),
            Ok(Wanted::Ready) => written(health::ready()),
            Ok(Wanted::Recording(sound)) => match self.recordings.find(sound) {
                Some(recording) => recording::answer(recording, request.headers()),
                None => refused(Refusal::Recording),
            },
            Err(refusal) => refused(refusal),
        }
    }

    async fn page(&self, format: Format, call: &Call) -> Response<Full<Bytes>> {
        written(render(format, &self.responder.respond(call).await, &self.freeswitch))
    }
}

/// Reads a body within its limits, or says with which status to refuse it. Names and values are
/// ASCII on the wire; other bytes become U+FFFD, which no number contains.
async fn read(body: &mut Incoming) -> Result<String, u16> {
    let whole = match timeout(BODY_TIMEOUT, collect(body)).await {
        Ok(collected) => collected?,
        Err(_) => {
            metrics::http_refused("body_late");
            BODY_LATE.say(format_args!("408, its body did not come within {BODY_TIMEOUT:?}"));
            return Err(408);
        }
    };
    Ok(String::from_utf8(whole)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// Joins the pieces of a body. They are copied, because chunks of one byte each would otherwise
/// cost forty bytes of memory for each byte of body.
async fn collect(body: &mut Incoming) -> Result<Vec<u8>, u16> {
    let mut whole = Vec::new();
    // A length that is declared is refused before the body is sent.
    let mut length = body.size_hint().lower();
    while length <= BODY_BYTES_MAX as u64 {
        let Some(frame) = body.frame().await else { return Ok(whole) };
        let Ok(frame) = frame else {
            metrics::http_refused("body_broken");
            BODY_BROKEN.say("400, its body breaks off or is wrongly chunked");
            return Err(400);
        };
        // What is no data is a trailer, of which nothing is wanted.
        if let Ok(data) = frame.into_data() {
            length = (whole.len() + data.len()) as u64;
            whole.extend_from_slice(&data);
        }
    }
    metrics::http_refused("body_long");
    BODY_LONG.say(format_args!("413, its body is longer than {BODY_BYTES_MAX} bytes"));
    Err(413)
}

fn written(page: Page) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(page.body));
    response.headers_mut().insert(CONTENT_TYPE, content_type(page.content_type));
    response
}

/// The header's value. Most answers are texts, for which it is made and checked only once.
fn content_type(words: &'static str) -> HeaderValue {
    const PLAIN: HeaderValue = HeaderValue::from_static(TEXT);
    if words == TEXT { PLAIN } else { HeaderValue::from_static(words) }
}

fn refused(refusal: Refusal) -> Response<Full<Bytes>> {
    let (kind, reason) = match refusal {
        Refusal::CallerMissing(_) => (&CALLER_MISSING, "caller_missing"),
        Refusal::Method(_) => (&METHOD, "method"),
        Refusal::NumberMissing => (&CALLER_MISSING, "number_missing"),
        Refusal::Path(_) => (&PATH, "path"),
        Refusal::Percent => (&PERCENT, "percent"),
        Refusal::Rate(_) => (&RATE, "rate"),
        Refusal::Recording => (&RECORDING, "recording"),
        Refusal::Unauthorized(_) => (&UNAUTHORIZED, "unauthorized"),
    };
    metrics::http_refused(reason);
    kind.say(format_args!("{}, {refusal}", refusal.status()));
    let mut response = empty(refusal.status());
    if let Refusal::Method(allowed) = refusal {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    }
    response
}

fn empty(status: u16) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() =
        StatusCode::from_u16(status).expect("only real statuses are refused with");
    response
}

/// HEAD is answered like GET, with the length of the body that is left out.
fn without_body(response: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
    let (mut parts, body) = response.into_parts();
    // Of what is not sent because it is known already, the length is known, too.
    if parts.status != StatusCode::NOT_MODIFIED {
        let length = body.size_hint().exact().unwrap_or_default();
        parts.headers.insert(CONTENT_LENGTH, length.into());
    }
    Response::from_parts(parts, Full::default())
}
