//! Carries one connection from its first byte to its end, within limits.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tracing::{Level, debug};

use crate::runtime::current::Active;
use crate::runtime::logging::Sparing;
use crate::servers::listener::{LINGER, lingered};

use super::endpoint::EndpointTable;
use super::guard::Client;
use super::metrics::{Closing, HttpMetrics};
use super::opening::{Opened, open};
use super::pace::Pace;
use super::stream::Impatient;
use super::{Application, HttpServer};

/// How long a client may take to send a request's head, and to stay idle between two.
const HEADER_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest request line with headers; mod_xml_curl with `method=GET` puts 5 kB into its URL.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Most headers of one request; both PBXs send five.
const HEADERS_MAX: usize = 64;

static HEAD_LONG: Sparing = Sparing::new(Level::INFO, "request refused");
static NO_HTTP: Sparing = Sparing::new(Level::INFO, "request refused");

/// Serves the endpoints of `table` on one connection until it ends, or until `stop` says so and the
/// requests that were accepted are answered.
pub async fn serve<A: Application>(
    stream: TcpStream,
    peer: IpAddr,
    table: &'static EndpointTable<A::Action>,
    server: Active<HttpServer<A>>,
    mut stop: watch::Receiver<bool>,
) {
    let (client, tls) = {
        let server = server.now();
        (Client::connected(&stream, peer, &server.guard), server.guard.tls.clone())
    };
    let pace = Arc::new(Pace::new(client.is_unknown));
    let opened = match tls {
        None => Some(Opened::Plain(Impatient::new(stream, Arc::clone(&pace)))),
        Some(tls) => {
            let metrics = server.now().metrics.clone();
            tokio::select! {
                // In a box, as below: connections without TLS do not have its room, too.
                opened = Box::pin(open(stream, client, Arc::clone(&pace), &tls, &metrics)) => opened,
                // Half a handshake is no request.
                () = lingered(&mut stop) => None,
            }
        }
    };
    match opened {
        Some(Opened::Plain(stream)) => carry(stream, &pace, client, table, server, stop).await,
        Some(Opened::Tls(stream)) => {
            Box::pin(carry(stream, &pace, client, table, server, stop)).await;
        }
        None => {}
    }
}

/// Carries the requests on `stream` and their answers.
async fn carry<S, A>(
    stream: S,
    pace: &Pace,
    client: Client,
    table: &'static EndpointTable<A::Action>,
    server: Active<HttpServer<A>>,
    mut stop: watch::Receiver<bool>,
) where
    S: AsyncRead + AsyncWrite + Unpin,
    A: Application,
{
    let answering = AtomicBool::new(false);
    let answer = service_fn(|mut request| {
        // Taken for each request, so that a long connection does not keep an old configuration.
        let server = server.now();
        let answering = &answering;
        async move {
            answering.store(true, Ordering::Relaxed);
            let reply = server.answer(table, client, &mut request).await;
            pace.begin(reply.body().size_hint().lower());
            answering.store(false, Ordering::Relaxed);
            Ok::<_, Infallible>(reply)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_header_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        // A client that shuts down its writing side still waits for the answer.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), answer);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = lingered(&mut stop) => {
            connection.as_mut().graceful_shutdown();
            if answering.load(Ordering::Relaxed) {
                connection.await
            } else {
                // Only an answer that is on its way out is left to wait for; half a request is not.
                timeout(LINGER, connection).await.unwrap_or(Ok(()))
            }
        }
    };
    if let Err(reason) = ended {
        tell(&reason, &server.now().metrics);
    }
}

/// Logs why a connection ended early. hyper's reasons do not quote what was sent.
fn tell(reason: &hyper::Error, metrics: &HttpMetrics) {
    if reason.is_parse_too_large() {
        metrics.closed(Closing::HeadLong);
        HEAD_LONG.say(format_args!(
            "431, its head is over {HEAD_BYTES_MAX} bytes or {HEADERS_MAX} headers"
        ));
    } else if reason.is_parse() {
        metrics.closed(Closing::NoHttp);
        NO_HTTP.say(format_args!(
            "400, {reason}: is it HTTP/1.1, and is the number encoded with URIENCODE()?"
        ));
    } else {
        debug!(%reason, "connection closed");
    }
}
