//! Where the service listens, and whose connections it accepts: `[listen]`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::runtime::settings::{Marked, Section};

/// Where HTTP listens by default; no registered service has this port.
pub const HTTP_DEFAULT: &str = "127.0.0.1:8573";
/// Where FastAGI listens by default: the port of an Asterisk dialplan that names none.
pub const AGI_DEFAULT: &str = "127.0.0.1:4573";
/// Where health and metrics are served by default.
pub const METRICS_DEFAULT: &str = "127.0.0.1:8574";

/// What switches a listener off.
const OFF: &str = "off";

/// Whose connections are accepted, and how long they are waited for at the end.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Addresses a PBX calls from; each may hold 960 connections. Any other address may hold 64,
    /// and all of those together 256.
    pub pbx: Vec<IpAddr>,
    /// Longest time a call takes to be answered.
    pub call_max: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            pbx: vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
            call_max: Duration::from_millis(800),
        }
    }
}

/// The listeners, and who may use them.
#[derive(Clone, Debug)]
pub struct Listen {
    /// None only together with a problem.
    pub http: Option<SocketAddr>,
    /// None when FastAGI is switched off.
    pub agi: Option<SocketAddr>,
    /// None when health and metrics are switched off.
    pub metrics: Option<SocketAddr>,
    pub pbx: Vec<IpAddr>,
    /// Where the recordings are that are served over HTTP, if any.
    pub prompts_folder: Option<PathBuf>,
}

impl Listen {
    /// Reads `[listen]`.
    pub fn read(section: &mut Section<'_>) -> Self {
        let http = section.text_or("http", HTTP_DEFAULT);
        let http = address(section, "http", &http, HTTP_DEFAULT);
        let agi = optional(section, "agi", AGI_DEFAULT, &[http]);
        let metrics = optional(section, "metrics", METRICS_DEFAULT, &[http, agi]);
        let pbx = pbx(section);
        let prompts_folder = section.text("prompts_folder");
        let prompts_folder = prompts_folder.map(|folder| section.folders().beside(&folder.value));
        Self { http, agi, metrics, pbx, prompts_folder }
    }
}

/// The address of a listener that may be off; not that of one of the others.
fn optional(
    section: &mut Section<'_>,
    key: &'static str,
    default: &str,
    others: &[Option<SocketAddr>],
) -> Option<SocketAddr> {
    let written = section.text_or(key, default);
    if written.value == OFF {
        return None;
    }
    let address = address(section, key, &written, default)?;
    if others.iter().flatten().any(|other| overlap(*other, address)) {
        let text = format!(
            "listen.{key} is the address of another listener, or part of it: give each a port of \
             its own"
        );
        section.report(written.place, text);
    }
    Some(address)
}

/// Tells whether the system refuses to listen at both. [::] is all addresses of IPv4, too.
fn overlap(one: SocketAddr, other: SocketAddr) -> bool {
    let (a, b) = (one.ip().to_canonical(), other.ip().to_canonical());
    let has_all =
        |all: IpAddr, some: IpAddr| all.is_unspecified() && (all.is_ipv6() || some.is_ipv4());
    one.port() != 0 && one.port() == other.port() && (a == b || has_all(a, b) || has_all(b, a))
}

fn address(
    section: &Section<'_>,
    key: &str,
    written: &Marked<String>,
    default: &str,
) -> Option<SocketAddr> {
    let Marked { value, place } = written;
    let address = value.parse();
    if address.is_err() {
        let path = section.path(key);
        section.report(
            *place,
            format!("{path}: `{value}` is not an address with a port (expected e.g. {default})"),
        );
    }
    address.ok()
}

/// Where the PBX calls from. Names are not looked up: no call may wait for DNS.
fn pbx(section: &mut Section<'_>) -> Vec<IpAddr> {
    let default = Settings::default().pbx.iter().map(IpAddr::to_string).collect::<Vec<_>>();
    let Marked { value, place } = section.texts_or("pbx", &default);
    if value.is_empty() {
        let text = "listen.pbx is empty: name the PBX's address, or leave the setting out";
        section.report(place, text.to_owned());
    }
    let mut addresses = Vec::new();
    for text in value {
        match text.parse() {
            Ok(address) if is_nobodys(address) => section.report(
                place,
                format!(
                    "listen.pbx: `{text}` is not an address that a PBX calls from; name its own"
                ),
            ),
            Ok(address) => addresses.push(address),
            Err(_) => section.report(
                place,
                format!("listen.pbx: `{text}` is not an IP address (expected e.g. \"127.0.0.1\")"),
            ),
        }
    }
    addresses
}

/// Tells whether no connection comes from such an address.
fn is_nobodys(address: IpAddr) -> bool {
    let address = address.to_canonical();
    address.is_unspecified()
        || address.is_multicast()
        || matches!(address, IpAddr::V4(address) if address.is_broadcast())
}
