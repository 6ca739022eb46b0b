//! Checks the route to HubSoft: DNS, the connection, and its certificate.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use crate::runtime::language::Message;
use crate::sources::hubsoft::{Settings, shake_hands, system_dns};

use super::clock;
use super::report::CheckReport;
use super::texts;
use super::trouble::Trouble;

/// Above the five seconds after which a resolver tries the next server.
const DNS_MAX: Duration = Duration::from_secs(6);
/// Two SYNs are sent again within this, after one and three seconds.
const TCP_MAX: Duration = Duration::from_secs(4);
const TLS_MAX: Duration = Duration::from_secs(4);
/// Longest wait for a plain-http port to answer a TLS hello.
const TLS_GUESS_MAX: Duration = Duration::from_millis(500);
/// Addresses tried, as many as a request tries.
const ADDRESSES_MAX: usize = 8;

/// Checks the route; returns whether HubSoft is reachable.
pub(in crate::cli) async fn examine(settings: &Settings, report: &mut CheckReport) -> bool {
    let reached = check_steps(settings, report).await;
    if reached.is_none() {
        report.skipped(texts::WHAT_TOKEN_LOOKUP, texts::NETWORK_FIRST);
    }
    reached.is_some()
}

async fn check_steps(settings: &Settings, report: &mut CheckReport) -> Option<()> {
    let addresses = resolve(settings, report).await?;
    let (stream, connected) = connect(&addresses, report).await?;
    let start = Instant::now();
    if settings.base_url.scheme() == "https" {
        trust(settings, stream, report).await?;
        compare(settings, connected + start.elapsed(), report);
    } else {
        // The next check sends a TLS hello, which no request does.
        compare(settings, connected, report);
        stay_plain(settings, stream, report).await?;
    }
    Some(())
}

/// Checks whether the plain-http port actually speaks TLS.
async fn stay_plain(
    settings: &Settings,
    stream: TcpStream,
    report: &mut CheckReport,
) -> Option<()> {
    const WHAT: &str = "TLS";
    let handshake = timeout_at(report.deadline(TLS_GUESS_MAX), shake_hands(settings, stream)).await;
    if handshake.is_ok_and(|shown| shown.speaks_tls) {
        report.failed(WHAT, texts::TLS_SPOKEN);
        return None;
    }
    report.warning(WHAT, texts::TLS_OFF);
    Some(())
}

/// Warns when connecting takes longer than a call allows.
fn compare(settings: &Settings, took: Duration, report: &mut CheckReport) {
    let took_ms = took.as_millis();
    let most_ms = settings.connect.as_millis();
    if took_ms > most_ms {
        let parts: [(&str, &dyn Display); 2] = [("took", &took_ms), ("most", &most_ms)];
        report.warning(texts::WHAT_CONNECTION, texts::CONNECTION_SLOW.message(&parts));
    }
}

async fn resolve(settings: &Settings, report: &mut CheckReport) -> Option<Vec<SocketAddr>> {
    const WHAT: &str = "DNS";
    let host = settings.base_url.host_str().unwrap_or_default();
    let port = settings.base_url.port_or_known_default().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let start = Instant::now();
    let resolved = timeout_at(report.deadline(DNS_MAX), system_dns()(bare.to_owned())).await;
    let ms = start.elapsed().as_millis();
    let is_late = resolved.is_err();
    let answer = resolved.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
    let mut seen = BTreeSet::new();
    match answer {
        Ok(mut addresses) if !addresses.is_empty() => {
            addresses.retain(|address| seen.insert(address.ip()));
            let found: Vec<_> = addresses.iter().map(|address| address.ip().to_string()).collect();
            let message = match bare.parse::<IpAddr>() {
                Ok(_) => texts::DNS_ADDRESS.message(&[("host", &bare)]),
                Err(_) => {
                    let found = found.join(", ");
                    texts::DNS_FOUND.message(&[("host", &host), ("addresses", &found), ("ms", &ms)])
                }
            };
            report.ok(WHAT, message);
            let addresses = addresses.into_iter().take(ADDRESSES_MAX);
            Some(addresses.map(|address| SocketAddr::new(address.ip(), port)).collect())
        }
        answer => {
            let error = match answer.err() {
                _ if is_late => texts::DNS_NO_ANSWER.into(),
                Some(error) => Message::of_both(error),
                None => texts::DNS_NO_ADDRESS.into(),
            };
            let parts: [(&str, &dyn Display); 3] =
                [("host", &host), ("error", &error), ("ms", &ms)];
            report.failed(WHAT, texts::DNS_FAILED.message(&parts));
            None
        }
    }
}

/// Connects to each address, and continues with the first that accepts; returns the time it took.
async fn connect(
    addresses: &[SocketAddr],
    report: &mut CheckReport,
) -> Option<(TcpStream, Duration)> {
    const WHAT: &str = "TCP";
    let deadline = report.deadline(TCP_MAX);
    let mut trying = JoinSet::new();
    for address in addresses.iter().copied() {
        trying.spawn(async move {
            let start = Instant::now();
            let tried = timeout_at(deadline, TcpStream::connect(address)).await;
            let tried = tried.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
            (address, tried, start.elapsed())
        });
    }
    let (mut open, mut missing, mut closed) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(tried) = trying.join_next().await {
        match tried {
            Ok((address, Ok(stream), took)) => open.push((address, stream, took)),
            // A request also fails at once there, and continues with the next address.
            Ok((address, Err(error), _)) if address.is_ipv6() && is_missing(&error) => {
                missing.push(texts::TCP_NO_IPV6.message(&[("address", &address)]));
            }
            Ok((address, Err(error), _)) => closed.push(meaning(address, &error)),
            Err(_) => {}
        }
    }
    let times = open.iter().map(|(at, _, took)| {
        texts::CONNECTED_TO.message(&[("address", at), ("ms", &took.as_millis())])
    });
    let times = list(times.chain(missing.clone()));
    let connected = texts::CONNECTED.message(&[("times", &times)]);
    match (open.is_empty(), closed.is_empty()) {
        (true, _) => report.failed(WHAT, list(closed.into_iter().chain(missing))),
        (false, true) => report.ok(WHAT, connected),
        (false, false) => {
            let closed = list(closed.into_iter());
            let parts: [(&str, &dyn Display); 2] = [("connected", &connected), ("closed", &closed)];
            report.warning(WHAT, texts::CONNECTED_BUT.message(&parts));
        }
    }
    open.into_iter().next().map(|(_, stream, took)| (stream, took))
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NetworkUnreachable | io::ErrorKind::AddrNotAvailable)
}

fn meaning(address: SocketAddr, error: &io::Error) -> Message {
    let text = match error.kind() {
        io::ErrorKind::ConnectionRefused => texts::TCP_REFUSED,
        io::ErrorKind::TimedOut => texts::TCP_NO_ANSWER,
        _ => texts::TCP_UNREACHABLE,
    };
    text.message(&[("address", &address), ("error", error)])
}

async fn trust(settings: &Settings, stream: TcpStream, report: &mut CheckReport) -> Option<()> {
    const WHAT: &str = "TLS";
    let start = Instant::now();
    let handshake = timeout_at(report.deadline(TLS_MAX), shake_hands(settings, stream)).await;
    let ms = start.elapsed().as_millis();
    let Ok(shown) = handshake else {
        report.failed(WHAT, texts::TLS_NO_ANSWER);
        return None;
    };
    let end = shown.ends.map(clock::End::of);
    let certificate = match shown.pinned {
        Some(sha_256) => texts::CERTIFICATE_PINNED.message(&[("sha_256", &sha_256)]),
        None => texts::CERTIFICATE_TRUSTED.into(),
    };
    match shown.trusted {
        Err(failure) => {
            let trouble = Trouble::Failure(failure);
            match end.filter(clock::End::is_near) {
                Some(end) => {
                    let parts: [(&str, &dyn Display); 2] =
                        [("trouble", &trouble), ("end", &end.message())];
                    report.failed(WHAT, texts::CERTIFICATE_FAILED.message(&parts));
                }
                None => report.failed(WHAT, trouble),
            }
            return None;
        }
        Ok(()) => match end {
            Some(end) if end.is_near() => {
                let parts: [(&str, &dyn Display); 2] =
                    [("certificate", &certificate), ("end", &end.message())];
                report.warning(WHAT, texts::CERTIFICATE_NEAR.message(&parts));
            }
            Some(end) => {
                let parts: [(&str, &dyn Display); 3] =
                    [("certificate", &certificate), ("end", &end.message()), ("ms", &ms)];
                report.ok(WHAT, texts::CERTIFICATE_END.message(&parts));
            }
            None => {
                let parts: [(&str, &dyn Display); 2] = [("certificate", &certificate), ("ms", &ms)];
                report.ok(WHAT, texts::CERTIFICATE_WITHOUT_END.message(&parts));
            }
        },
    }
    Some(())
}

/// The parts in one line.
fn list(parts: impl Iterator<Item = Message>) -> Message {
    Message::joined(&parts.collect::<Vec<_>>(), ", ")
}
