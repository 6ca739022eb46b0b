//! Reads `[listen]`: the addresses of the listeners, and the PBXs.

use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::runtime::settings::{Marked, Section, port_problem};

use super::texts;

/// Default address of HTTP; the port is not assigned to any service.
pub const HTTP_DEFAULT: &str = "127.0.0.1:8573";
/// Default address of FastAGI, with Asterisk's default port.
pub const AGI_DEFAULT: &str = "127.0.0.1:4573";
/// Default address of health and metrics.
pub const METRICS_DEFAULT: &str = "127.0.0.1:8574";

/// Default address of the console.
pub const CONSOLE_DEFAULT: &str = "127.0.0.1:8575";

/// The value that switches a listener off.
const OFF: &str = "off";

/// The settings of a running listener.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Addresses of PBXs, with up to 960 connections each. Other addresses have up to 64 each, and
    /// 256 together.
    pub pbx: Vec<IpAddr>,
    /// Longest time to answer a call.
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

/// The settings of all listeners.
#[derive(Clone, Debug)]
pub struct Listen {
    /// None only if a problem is reported.
    pub http: Option<SocketAddr>,
    /// None when FastAGI is off.
    pub agi: Option<SocketAddr>,
    /// None when health and metrics are off.
    pub metrics: Option<SocketAddr>,
    /// None when the console is off.
    pub console: Option<SocketAddr>,
    pub pbx: Vec<IpAddr>,
    /// Folder of the recordings that are served over HTTP, if any.
    pub prompts_folder: Option<PathBuf>,
}

impl Listen {
    /// Reads `[listen]`.
    pub fn read(section: &mut Section<'_>) -> Self {
        let http = section.text_or("http", HTTP_DEFAULT);
        let http = address(section, "http", &http, HTTP_DEFAULT);
        let agi = optional(section, "agi", AGI_DEFAULT, &[http]);
        let metrics = optional(section, "metrics", METRICS_DEFAULT, &[http, agi]);
        let console = optional(section, "console", CONSOLE_DEFAULT, &[http, agi, metrics]);
        let pbx = pbx(section);
        let prompts_folder = section.text("prompts_folder");
        let prompts_folder = prompts_folder.map(|folder| section.folders().beside(&folder.value));
        Self { http, agi, metrics, console, pbx, prompts_folder }
    }
}

/// The address of a listener that may be off; it must differ from those of the others.
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
        let parts: [(&str, &dyn Display); 2] = [("key", &key), ("address", &written.value)];
        section.report(written.place, texts::OVERLAP.message(&parts));
    }
    Some(address)
}

/// Whether the system refuses to listen at both. [::] includes all IPv4 addresses.
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
        let message = match port_problem(value) {
            Some(problem) => texts::ADDRESS_PORT.message(&[("path", &path), ("problem", &problem)]),
            None => texts::NOT_AN_ADDRESS.message(&[
                ("path", &path),
                ("value", value),
                ("default", &default),
            ]),
        };
        section.report(*place, message);
    }
    address.ok()
}

/// The addresses of the PBXs. Names are not resolved, because no call may wait for DNS.
fn pbx(section: &mut Section<'_>) -> Vec<IpAddr> {
    let default = Settings::default().pbx.iter().map(IpAddr::to_string).collect::<Vec<_>>();
    let Marked { value, place } = section.texts_or("pbx", &default);
    if value.is_empty() {
        section.report(place, texts::PBX_EMPTY);
    }
    let mut addresses = Vec::new();
    for text in value {
        match text.parse() {
            Ok(address) if is_never_a_source(address) => {
                section.report(place, texts::PBX_NO_SOURCE.message(&[("text", &text)]));
            }
            Ok(address) => addresses.push(address),
            Err(_) => {
                section.report(place, texts::PBX_NOT_AN_ADDRESS.message(&[("text", &text)]));
            }
        }
    }
    addresses
}

/// Whether no connection can come from `address`.
fn is_never_a_source(address: IpAddr) -> bool {
    let address = address.to_canonical();
    address.is_unspecified()
        || address.is_multicast()
        || matches!(address, IpAddr::V4(address) if address.is_broadcast())
}
