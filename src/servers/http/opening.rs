//! Detects the protocol of a new connection, with TLS configured: TLS or plain HTTP.
//!
//! Plain HTTP is permitted from this machine only: for a PBX on it, and for the service's self-check.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;
use tracing::{Level, debug};

use crate::runtime::logging::RateLimitedLog;
use crate::runtime::tls::{Encrypted, FIRST_BYTE, Tls};

use super::guard::Client;
use super::metrics::{Closing, HttpMetrics};
use super::pace::TransferPace;
use super::stream::TimedStream;

/// Longest wait for the TLS handshake, or for the first byte of plain HTTP.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(2);

const CLOSED: &str = "connection closed";
static HANDSHAKE: RateLimitedLog = RateLimitedLog::new(Level::INFO, CLOSED);
static LATE: RateLimitedLog = RateLimitedLog::new(Level::INFO, CLOSED);
static PLAIN: RateLimitedLog = RateLimitedLog::new(Level::WARN, CLOSED);

/// A connection with its protocol.
pub(super) enum OpenedConnection {
    Plain(TimedStream),
    Tls(Box<Encrypted<TimedStream>>),
}

/// Opens a connection of `client`, or logs why it is closed.
pub(super) async fn open(
    stream: TcpStream,
    client: Client,
    pace: Arc<TransferPace>,
    tls: &Tls,
    metrics: &HttpMetrics,
) -> Option<OpenedConnection> {
    let address = client.address;
    match timeout(HANDSHAKE_TIMEOUT, detect(stream, client, pace, tls)).await {
        Ok(Ok(Some(opened))) => return Some(opened),
        Ok(Ok(None)) => {
            metrics.closed(Closing::Plain);
            PLAIN.log(format_args!(
                "plain HTTP from {address}, which is permitted from this machine only (use https://)"
            ));
        }
        Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
            debug!(%address, "connection closed during the TLS handshake");
        }
        Ok(Err(error)) => {
            metrics.closed(Closing::Tls);
            failed(address, &error, tls);
        }
        Err(_) => {
            metrics.closed(Closing::TlsLate);
            LATE.log(format_args!("no TLS handshake with {address} within {HANDSHAKE_TIMEOUT:?}"));
        }
    }
    None
}

async fn detect(
    stream: TcpStream,
    client: Client,
    pace: Arc<TransferPace>,
    tls: &Tls,
) -> io::Result<Option<OpenedConnection>> {
    let mut first = [0];
    if stream.peek(&mut first).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let stream = TimedStream::new(stream, pace);
    if first == [FIRST_BYTE] {
        Ok(Some(OpenedConnection::Tls(Box::new(tls.accept(stream).await?))))
    } else {
        Ok(client.is_own.then_some(OpenedConnection::Plain(stream)))
    }
}

fn failed(address: IpAddr, error: &io::Error, tls: &Tls) {
    let client = if tls.requires_client_certificate() {
        ", and that tls.client_ca_file issued its own"
    } else {
        ""
    };
    HANDSHAKE.log(format_args!(
        "TLS handshake with {address} failed: {error} (check that it trusts the CA of \
         tls.cert_file{client})"
    ));
}
