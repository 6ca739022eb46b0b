//! Finds out how a new connection speaks, where there is a certificate: TLS, or plain HTTP.
//!
//! Plain HTTP is for this machine only: for the PBX on it, and for the service's own check.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;
use tracing::{Level, debug};

use crate::runtime::logging::Sparing;
use crate::runtime::tls::{Encrypted, FIRST_BYTE, Tls};

use super::guard::Client;
use super::metrics::{Closing, HttpMetrics};
use super::pace::Pace;
use super::stream::Impatient;

/// How long a client may take to agree upon TLS, or to show that it does not speak it.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(2);

const CLOSED: &str = "connection closed";
static HANDSHAKE: Sparing = Sparing::new(Level::INFO, CLOSED);
static LATE: Sparing = Sparing::new(Level::INFO, CLOSED);
static PLAIN: Sparing = Sparing::new(Level::WARN, CLOSED);

/// How a connection speaks.
pub(super) enum Opened {
    Plain(Impatient),
    Tls(Box<Encrypted<Impatient>>),
}

/// Opens a connection of `client`, or says why it is closed.
pub(super) async fn open(
    stream: TcpStream,
    client: Client,
    pace: Arc<Pace>,
    tls: &Tls,
    metrics: &HttpMetrics,
) -> Option<Opened> {
    let address = client.address;
    match timeout(HANDSHAKE_TIMEOUT, find_out(stream, client, pace, tls)).await {
        Ok(Ok(Some(opened))) => return Some(opened),
        Ok(Ok(None)) => {
            metrics.closed(Closing::Plain);
            PLAIN.say(format_args!(
                "{address} speaks plain HTTP, as only this machine may: ask with https://"
            ));
        }
        Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
            debug!(%address, "connection ended before TLS was agreed upon");
        }
        Ok(Err(error)) => {
            metrics.closed(Closing::Tls);
            failed(address, &error, tls);
        }
        Err(_) => {
            metrics.closed(Closing::TlsLate);
            LATE.say(format_args!(
                "no TLS was agreed upon with {address} within {HANDSHAKE_TIMEOUT:?}"
            ));
        }
    }
    None
}

async fn find_out(
    stream: TcpStream,
    client: Client,
    pace: Arc<Pace>,
    tls: &Tls,
) -> io::Result<Option<Opened>> {
    let mut first = [0];
    if stream.peek(&mut first).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let stream = Impatient::new(stream, pace);
    if first == [FIRST_BYTE] {
        Ok(Some(Opened::Tls(Box::new(tls.accept(stream).await?))))
    } else {
        Ok(client.is_own.then_some(Opened::Plain(stream)))
    }
}

fn failed(address: IpAddr, error: &io::Error, tls: &Tls) {
    let client =
        if tls.asks_clients() { ", and we trust its own by tls.client_ca_file" } else { "" };
    HANDSHAKE.say(format_args!(
        "no TLS with {address} ({error}): does it trust the CA of tls.cert_file{client}?"
    ));
}
