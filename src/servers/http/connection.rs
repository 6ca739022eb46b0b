//! Serves one connection from its first byte to its end, within limits.

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
use crate::runtime::logging::RateLimitedLog;
use crate::servers::listener::{LINGER, lingered};

use super::endpoint::EndpointTable;
use super::guard::Client;
use super::metrics::{Closing, HttpMetrics};
use super::opening::{OpenedConnection, open};
use super::pace::TransferPace;
use super::stream::TimedStream;
use super::{Application, HttpServer};

/// Longest wait for a request's head, and longest idle time between two requests.
const HEADER_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest request head; mod_xml_curl with `method=GET` has a URL of 5 kB.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Most headers of one request; both PBXs send five.
const HEADERS_MAX: usize = 64;

static HEAD_LONG: RateLimitedLog = RateLimitedLog::new(Level::INFO, "request refused");
static NO_HTTP: RateLimitedLog = RateLimitedLog::new(Level::INFO, "request refused");

/// Serves the endpoints of `table` on one connection until it ends, or until `stop` is set and the
/// accepted requests are answered.
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
    let pace = Arc::new(TransferPace::new(client.is_unknown));
    let connection_kind = match tls {
        None => Some(OpenedConnection::Plain(TimedStream::new(stream, Arc::clone(&pace)))),
        Some(tls) => {
            let metrics = server.now().metrics.clone();
            tokio::select! {
                // Boxed, as below, so that connections without TLS do not reserve its memory.
            connection_kind = Box::pin(open(stream, client, Arc::clone(&pace), &tls, &metrics)) => connection_kind,
                // An incomplete handshake is not a request.
                () = lingered(&mut stop) => None,
            }
        }
    };
    match connection_kind {
        Some(OpenedConnection::Plain(stream)) => {
            serve_requests(stream, &pace, client, table, server, stop).await;
        }
        Some(OpenedConnection::Tls(stream)) => {
            let client = Client { is_encrypted: true, ..client };
            Box::pin(serve_requests(stream, &pace, client, table, server, stop)).await;
        }
        None => {}
    }
}

/// Serves the requests on `stream`.
async fn serve_requests<S, A>(
    stream: S,
    pace: &TransferPace,
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
        // Loaded for each request, so that a long connection does not keep an old configuration.
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
                // Wait only for an answer that is being written, not for an incomplete request.
                timeout(LINGER, connection).await.unwrap_or(Ok(()))
            }
        }
    };
    if let Err(reason) = ended {
        log_end(&reason, &server.now().metrics);
    }
}

/// Logs why a connection ended early. hyper's reasons do not quote the request.
fn log_end(reason: &hyper::Error, metrics: &HttpMetrics) {
    if reason.is_parse_too_large() {
        metrics.closed(Closing::HeadLong);
        HEAD_LONG.log(format_args!(
            "431, the head exceeds {HEAD_BYTES_MAX} bytes or {HEADERS_MAX} headers"
        ));
    } else if reason.is_parse() {
        metrics.closed(Closing::NoHttp);
        NO_HTTP.log(format_args!(
            "400, {reason} (use HTTP/1.1, and encode the number with URIENCODE())"
        ));
    } else {
        debug!(%reason, "connection closed");
    }
}
