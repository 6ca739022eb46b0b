//! Checks the listeners: the port is free, bina answers there, or another program uses it.

use std::fmt::Display;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout_at;

use crate::app::config::Config;
use crate::servers::listener;

use super::report::CheckReport;
use super::texts;

/// Longest wait for an answer at a port in use. bina takes a millisecond.
const ANSWER_MAX: Duration = Duration::from_secs(2);
/// Bytes of an answer that suffice to recognise bina.
const ANSWER_BYTES_MAX: u64 = 4_096;

/// A request, and the part of the answer by which bina is recognised.
struct PortProbe {
    request: &'static [u8],
    marker: &'static str,
}

const HEALTH: PortProbe =
    PortProbe { request: b"GET /healthz HTTP/1.0\r\n\r\n", marker: "\r\n\r\nok\n" };
/// A call without a number, which needs no lookup in HubSoft.
const CALL: PortProbe = PortProbe {
    request: b"agi_network: yes\nagi_network_script: lookup\nagi_callerid: unknown\n\n",
    marker: "SET VARIABLE BINA_STATUS",
};

/// Checks each configured listener.
pub(super) async fn examine(config: &Config, report: &mut CheckReport) {
    let listeners = [
        ("listen.http", Some(config.http), HEALTH),
        ("listen.agi", config.agi, CALL),
        ("listen.metrics", config.metrics, HEALTH),
    ];
    let mut running = false;
    for (name, address, probe) in listeners {
        let Some(address) = address else { continue };
        match state(name, address, &probe, report).await {
            PortState::Bina => {
                running = true;
                report.ok(name, texts::PORT_ANSWERS.message(&[("address", &address)]));
            }
            PortState::Free if running => {
                let message = texts::PORT_FREE_RUNNING.message(&[("address", &address)]);
                report.warning(name, message);
            }
            PortState::Free => {
                report.ok(name, texts::PORT_FREE.message(&[("address", &address)]));
            }
            PortState::Impossible(error) => {
                let parts: [(&str, &dyn Display); 2] = [("address", &address), ("error", &error)];
                report.failed(name, texts::PORT_IMPOSSIBLE.message(&parts));
            }
            PortState::Taken => {
                let parts: [(&str, &dyn Display); 2] =
                    [("address", &address), ("port", &address.port())];
                report.failed(name, texts::PORT_TAKEN.message(&parts));
            }
        }
    }
}

/// The state of a listener's port.
enum PortState {
    Bina,
    Free,
    Impossible(io::Error),
    Taken,
}

async fn state(
    name: &'static str,
    address: SocketAddr,
    probe: &PortProbe,
    report: &CheckReport,
) -> PortState {
    match listener::open(name, address) {
        // Closed again at once: without bina, a call at this moment would be refused anyway.
        Ok(_) => return PortState::Free,
        Err(error) if error.kind() != io::ErrorKind::AddrInUse => {
            return PortState::Impossible(error);
        }
        Err(_) => {}
    }
    match timeout_at(report.deadline(ANSWER_MAX), exchange(address, probe.request)).await {
        Ok(Ok(answer)) if answer.contains(probe.marker) => PortState::Bina,
        _ => PortState::Taken,
    }
}

async fn exchange(address: SocketAddr, request: &[u8]) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request).await?;
    let mut answer = Vec::new();
    let mut limited = (&mut stream).take(ANSWER_BYTES_MAX);
    limited.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
