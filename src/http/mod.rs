//! The HTTP door: takes a connection, reads requests within limits, and writes pages.
//!
//! Both PBXs take the body of an error for data, so every error's body is empty and its reason
//! stands in the log.

mod form;
mod health;
mod route;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tracing::{debug, info};

use crate::listener::stopped;
use crate::render::{Dialplan, Format, Page, not_found, render};
use crate::responder::Responder;

use self::route::{Door, Refusal, Route};

/// How long a client may take to send a request's head, and to stay idle between two.
const HEADER_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest request line with headers; mod_xml_curl with `method=GET` puts 5 kB into its URL.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Most headers of one request; both PBXs send five.
const HEADERS_MAX: usize = 64;
/// Longest body; mod_xml_curl posts a whole channel, ordinarily 5 kB.
const BODY_BYTES_MAX: usize = 256 * 1024;
/// How long a client may take to send the body.
const BODY_TIMEOUT: Duration = Duration::from_secs(1);

/// Every path that is served, for the tests that compare it with the snippets.
pub fn paths() -> impl Iterator<Item = &'static str> {
    route::ROUTES.iter().map(|route| route.path)
}

/// What the doors need to answer.
pub struct Doors {
    pub responder: Responder,
    pub dialplan: Dialplan,
}

/// Serves one connection until it ends, or until `stop` says so and the requests that were
/// accepted are answered.
pub async fn serve(stream: TcpStream, doors: Arc<Doors>, mut stop: watch::Receiver<bool>) {
    // Answers are one small write; waiting to fill a packet would add 40 ms.
    let _ = stream.set_nodelay(true);
    let answer = service_fn(|request| {
        let doors = Arc::clone(&doors);
        async move { Ok::<_, Infallible>(doors.answer(request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        // A client that shuts down its writing side still waits for the answer.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), answer);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopped(&mut stop) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(reason) = ended {
        debug!(%reason, "connection closed");
    }
}

impl Doors {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let accepted = Instant::now();
        let head = request.method() == Method::HEAD;
        let path = request.uri().path().to_owned();
        let response = match route::find(request.method().as_str(), &path) {
            Ok(route) => self.enter(route, request, accepted).await,
            Err(refusal) => refused(refusal),
        };
        if head { without_body(response) } else { response }
    }

    async fn enter(
        &self,
        route: &'static Route,
        request: Request<Incoming>,
        accepted: Instant,
    ) -> Response<Full<Bytes>> {
        match route.door {
            Door::Dialplan => self.dialplan(request, accepted).await,
            Door::Health => written(health::alive()),
            Door::Lookup(format) => {
                let query = request.uri().query().unwrap_or_default();
                match route::lookup_call(route, query, accepted) {
                    Ok(call) => self.page(format, &call).await,
                    Err(refusal) => refused(refusal),
                }
            }
        }
    }

    async fn dialplan(
        &self,
        request: Request<Incoming>,
        accepted: Instant,
    ) -> Response<Full<Bytes>> {
        let form = if request.method().as_str().eq_ignore_ascii_case("POST") {
            match read(request.into_body()).await {
                Ok(form) => form,
                Err(status) => return empty(status),
            }
        } else {
            request.uri().query().unwrap_or_default().to_owned()
        };
        match route::dialplan_call(&form, &self.dialplan.entry_context, accepted) {
            Some(call) => self.page(Format::Dialplan, &call).await,
            None => written(not_found()),
        }
    }

    async fn page(&self, format: Format, call: &crate::call::Call) -> Response<Full<Bytes>> {
        written(render(format, &self.responder.respond(call).await, &self.dialplan))
    }
}

/// Reads a body within its limits, or says with which status to refuse it. Names and values are
/// ASCII on the wire; other bytes become U+FFFD, which no number contains.
async fn read(body: Incoming) -> Result<String, u16> {
    if body.size_hint().lower() > BODY_BYTES_MAX as u64 {
        info!("request refused: its body is longer than {BODY_BYTES_MAX} bytes");
        return Err(413);
    }
    match timeout(BODY_TIMEOUT, Limited::new(body, BODY_BYTES_MAX).collect()).await {
        Ok(Ok(whole)) => Ok(String::from_utf8_lossy(&whole.to_bytes()).into_owned()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(413),
        Ok(Err(_)) => Err(400),
        Err(_) => Err(408),
    }
}

fn written(page: Page) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(page.body));
    let content_type = hyper::header::HeaderValue::from_static(page.content_type);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

fn refused(refusal: Refusal) -> Response<Full<Bytes>> {
    info!(status = refusal.status(), "request refused: {refusal}");
    let mut response = empty(refusal.status());
    if let Refusal::Method(allowed) = refusal {
        response.headers_mut().insert(ALLOW, hyper::header::HeaderValue::from_static(allowed));
    }
    response
}

fn empty(status: u16) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() =
        hyper::StatusCode::from_u16(status).expect("only real statuses are refused with");
    response
}

/// HEAD is answered like GET, with the length of the body that is left out.
fn without_body(response: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
    let (mut parts, body) = response.into_parts();
    let length = body.size_hint().exact().unwrap_or_default();
    parts.headers.insert(hyper::header::CONTENT_LENGTH, length.into());
    Response::from_parts(parts, Full::default())
}
