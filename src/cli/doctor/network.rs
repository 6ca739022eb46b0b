//! Examines the way to HubSoft: its name, a connection, and the certificate at the other end.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use crate::sources::hubsoft::{Settings, shake_hands, system_dns};

use super::clock;
use super::report::CheckReport;
use super::trouble::Trouble;

/// Above the five seconds after which a resolver asks the next server.
const DNS_MAX: Duration = Duration::from_secs(6);
/// Two SYNs are sent again within this, after one and three seconds.
const TCP_MAX: Duration = Duration::from_secs(4);
const TLS_MAX: Duration = Duration::from_secs(4);
/// How long a port that is meant for plain http may take to answer a hello of TLS.
const TLS_GUESS_MAX: Duration = Duration::from_millis(500);
/// Addresses tried, as many as a request tries.
const ADDRESSES_MAX: usize = 8;

/// Examines the way, and tells whether it can be gone.
pub(super) async fn examine(settings: &Settings, report: &mut CheckReport) -> bool {
    let gone = walk(settings, report).await;
    if gone.is_none() {
        report.left_out("token, lookup", "HubSoft cannot be reached, mend that first");
    }
    gone.is_some()
}

async fn walk(settings: &Settings, report: &mut CheckReport) -> Option<()> {
    let addresses = resolve(settings, report).await?;
    let (stream, connected) = connect(&addresses, report).await?;
    let start = Instant::now();
    if settings.base_url.scheme() == "https" {
        trust(settings, stream, report).await?;
        compare(settings, connected + start.elapsed(), report);
    } else {
        // What follows is a guess that no request makes.
        compare(settings, connected, report);
        stay_plain(settings, stream, report).await?;
    }
    Some(())
}

/// Sees whether the port for plain http is one that speaks TLS.
async fn stay_plain(
    settings: &Settings,
    stream: TcpStream,
    report: &mut CheckReport,
) -> Option<()> {
    const WHAT: &str = "TLS";
    let shaken = timeout_at(report.deadline(TLS_GUESS_MAX), shake_hands(settings, stream)).await;
    if shaken.is_ok_and(|shown| shown.speaks_tls) {
        report.failed(WHAT, "that port speaks TLS, but hubsoft.base_url says http: write https");
        return None;
    }
    let text =
        "none, by hubsoft.insecure_http: the network can read token and customers; write https";
    report.warning(WHAT, text);
    Some(())
}

/// A connection that takes longer than a call waits for one is none.
fn compare(settings: &Settings, took: Duration, report: &mut CheckReport) {
    let (took, most) = (took.as_millis(), settings.connect.as_millis());
    if took > most {
        report.warning(
            "connection",
            format_args!("took {took} ms and may take {most}: raise hubsoft.connect_ms"),
        );
    }
}

async fn resolve(settings: &Settings, report: &mut CheckReport) -> Option<Vec<SocketAddr>> {
    const WHAT: &str = "DNS";
    let host = settings.base_url.host_str().unwrap_or_default();
    let port = settings.base_url.port_or_known_default().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let start = Instant::now();
    let asked = timeout_at(report.deadline(DNS_MAX), system_dns()(bare.to_owned())).await;
    let ms = start.elapsed().as_millis();
    let answer = asked.unwrap_or_else(|_| Err(io::Error::other("no answer")));
    let mut seen = BTreeSet::new();
    match answer {
        Ok(mut addresses) if !addresses.is_empty() => {
            addresses.retain(|address| seen.insert(address.ip()));
            let found = list(addresses.iter().map(|address| address.ip().to_string()));
            match bare.parse::<IpAddr>() {
                Ok(_) => report.ok(WHAT, format_args!("{bare} is an address and needs none")),
                Err(_) => report.ok(WHAT, format_args!("{host} is {found}, after {ms} ms")),
            }
            let addresses = addresses.into_iter().take(ADDRESSES_MAX);
            Some(addresses.map(|address| SocketAddr::new(address.ip(), port)).collect())
        }
        answer => {
            let error = answer.err().map_or_else(|| "no address".to_owned(), |e| e.to_string());
            let remedy = "check hubsoft.base_url and the servers in /etc/resolv.conf";
            report.failed(WHAT, format_args!("{host} ({error}, after {ms} ms): {remedy}"));
            None
        }
    }
}

/// Connects to each address, and goes on with the first that is there; tells how long that took.
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
            // A request is told so at once, too, and goes on with the next address.
            Ok((address, Err(error), _)) if address.is_ipv6() && is_missing(&error) => {
                missing.push(format!("{address} not tried, as there is no IPv6 here"));
            }
            Ok((address, Err(error), _)) => closed.push(format!("{address} {}", meaning(&error))),
            Err(_) => {}
        }
    }
    let times = open.iter().map(|(at, _, took)| format!("to {at} in {} ms", took.as_millis()));
    let connected = format!("connected {}", list(times.chain(missing.clone())));
    match (open.is_empty(), closed.is_empty()) {
        (true, _) => report.failed(WHAT, list(closed.into_iter().chain(missing))),
        (false, true) => report.ok(WHAT, connected),
        (false, false) => {
            report.warning(WHAT, format_args!("{connected}, but {}", list(closed.into_iter())));
        }
    }
    open.into_iter().next().map(|(_, stream, took)| (stream, took))
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NetworkUnreachable | io::ErrorKind::AddrNotAvailable)
}

fn meaning(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            "refuses connections: check the port in hubsoft.base_url, or HubSoft is down".to_owned()
        }
        io::ErrorKind::TimedOut => {
            "does not answer: check firewall and route, or HubSoft is down".to_owned()
        }
        _ => format!("cannot be reached ({error}): check network and route"),
    }
}

async fn trust(settings: &Settings, stream: TcpStream, report: &mut CheckReport) -> Option<()> {
    const WHAT: &str = "TLS";
    let start = Instant::now();
    let shaken = timeout_at(report.deadline(TLS_MAX), shake_hands(settings, stream)).await;
    let ms = start.elapsed().as_millis();
    let Ok(shown) = shaken else {
        report.failed(WHAT, "the other end says nothing: check the port in hubsoft.base_url");
        return None;
    };
    let end = shown.ends.map(clock::End::of);
    let certificate = match shown.pinned {
        Some(sha_256) => {
            format!("the certificate is pinned by hubsoft.ca_file (SHA-256 {sha_256})")
        }
        None => "the certificate is trusted".to_owned(),
    };
    match shown.trusted {
        Err(failure) => {
            let near = end.filter(clock::End::is_near);
            let end = near.map_or_else(String::new, |end| format!("; it {end}"));
            report.failed(WHAT, format_args!("{}{end}", Trouble::Failure(failure)));
            return None;
        }
        Ok(()) => match end {
            Some(end) if end.is_near() => report.warning(
                WHAT,
                format_args!(
                    "{certificate} and {end}: have it renewed, after that no call is looked up"
                ),
            ),
            Some(end) => {
                report.ok(WHAT, format_args!("{certificate} and {end}, {ms} ms"));
            }
            None => report.ok(WHAT, format_args!("{certificate}, {ms} ms")),
        },
    }
    Some(())
}

fn list(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
