//! Examines the doors: is the port free, does bina answer there, or does somebody else stand in it?

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout_at;

use crate::app::config::Config;
use crate::servers::listener;

use super::report::CheckReport;

/// How long whoever stands in a door has to answer. bina takes a millisecond.
const ANSWER_MAX: Duration = Duration::from_secs(2);
/// As much of an answer as tells bina from others.
const ANSWER_BYTES_MAX: u64 = 4_096;

/// What bina is asked, and what of its answer nobody else says.
struct Question {
    asked: &'static [u8],
    own: &'static str,
}

const HEALTH: Question = Question { asked: b"GET /healthz HTTP/1.0\r\n\r\n", own: "\r\n\r\nok\n" };
/// A call without a number, for which HubSoft is not asked.
const CALL: Question = Question {
    asked: b"agi_network: yes\nagi_network_script: lookup\nagi_callerid: unknown\n\n",
    own: "SET VARIABLE BINA_STATUS",
};

/// Examines each door that is to be open.
pub(super) async fn examine(config: &Config, report: &mut CheckReport) {
    let doors = [
        ("listen.http", Some(config.http), HEALTH),
        ("listen.agi", config.agi, CALL),
        ("listen.metrics", config.metrics, HEALTH),
    ];
    let mut running = false;
    for (name, address, question) in doors {
        let Some(address) = address else { continue };
        match state(name, address, &question, report).await {
            PortState::Bina => {
                running = true;
                report.ok(name, format_args!("bina answers at {address}"));
            }
            PortState::Free if running => report.warning(
                name,
                format_args!("{address} is free, though bina runs: restart it to open this door"),
            ),
            PortState::Free => {
                report.ok(name, format_args!("{address} is free: bina does not run, and can"));
            }
            PortState::Impossible(error) => report
                .failed(name, format_args!("{address} cannot be opened ({error}): choose another")),
            PortState::Taken => {
                let port = address.port();
                report.failed(
                    name,
                    format_args!(
                        "somebody else stands at {address}, or a bina that hangs: see who with \
                         `ss -ltnp sport = :{port}`; if it is bina: \
                         `sudo systemctl kill -s KILL bina`"
                    ),
                );
            }
        }
    }
}

/// Who stands in a door.
enum PortState {
    Bina,
    Free,
    Impossible(io::Error),
    Taken,
}

async fn state(
    name: &'static str,
    address: SocketAddr,
    question: &Question,
    report: &CheckReport,
) -> PortState {
    match listener::open(name, address) {
        // Closed again at once: whoever calls in this moment would have been refused anyway.
        Ok(_) => return PortState::Free,
        Err(error) if error.kind() != io::ErrorKind::AddrInUse => {
            return PortState::Impossible(error);
        }
        Err(_) => {}
    }
    match timeout_at(report.deadline(ANSWER_MAX), ask(address, question.asked)).await {
        Ok(Ok(answer)) if answer.contains(question.own) => PortState::Bina,
        _ => PortState::Taken,
    }
}

async fn ask(address: SocketAddr, asked: &[u8]) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(asked).await?;
    let mut answer = Vec::new();
    let mut limited = (&mut stream).take(ANSWER_BYTES_MAX);
    limited.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
