//! Reads where the doors are, and who may come in.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use crate::runtime::access::is_exposed;
use crate::servers::listener;

use super::access::Protection;
use super::section::{Marked, Section};

/// Where the service listens unless told otherwise; no registered service has this port.
pub const HTTP_DEFAULT: &str = "127.0.0.1:8573";
/// Where Asterisk looks for FastAGI unless its dialplan names another port.
pub const AGI_DEFAULT: &str = "127.0.0.1:4573";

/// Where the service is looked at.
pub const METRICS_DEFAULT: &str = "127.0.0.1:8574";

/// What closes a door.
const OFF: &str = "off";

/// The doors.
pub(super) struct Listen {
    /// None only together with a problem.
    pub(super) http: Option<SocketAddr>,
    /// None when the FastAGI door is closed.
    pub(super) agi: Option<SocketAddr>,
    /// None when the metrics door is closed.
    pub(super) metrics: Option<SocketAddr>,
    pub(super) pbx: Vec<IpAddr>,
    pub(super) prompts_folder: Option<PathBuf>,
    /// The doors with the lines they stand on.
    doors: [(&'static str, Option<Marked<SocketAddr>>); 3],
    /// Whether `pbx` was set.
    names_pbx: bool,
}

impl Listen {
    /// Reports doors that other machines can reach and nothing protects, and warns of what those
    /// who use them should know; `file` is the whole file.
    pub(super) fn look_out(&self, file: &Section<'_, '_>, protection: Protection, tls: bool) {
        let doors = self.doors.iter().filter_map(|(name, door)| Some((*name, door.as_ref()?)));
        for (name, door) in doors.filter(|(_, door)| is_exposed(door.value)) {
            if let Some(text) = protection.missing(name, door.value) {
                file.report(door.line, format!("listen.{name}: {text}"));
            } else if name != "agi" && !tls {
                file.warn(format!(
                    "listen.{name} answers other machines in plain text, which the network can \
                     read: set tls.cert_file and tls.key_file"
                ));
            }
            if name != "metrics" && !self.names_pbx {
                file.warn(format!(
                    "listen.{name} answers other machines, but listen.pbx names none of them: a PBX \
                     there has 64 connections and 50 requests a second only"
                ));
            }
        }
    }
}

/// Reads `[listen]`; a folder is looked for beside the configuration file, in `own`.
pub(super) fn listen(mut section: Section<'_, '_>, own: &Path) -> Listen {
    let http = section.text("http");
    let http = address(&section, "http", http, HTTP_DEFAULT);
    let agi = door(&mut section, "agi", AGI_DEFAULT, &[&http]);
    let metrics = door(&mut section, "metrics", METRICS_DEFAULT, &[&http, &agi]);
    let pbx = pbx(&mut section);
    let names_pbx = section.has("pbx");
    let prompts_folder = section.text("prompts_folder").map(|folder| own.join(folder.value));
    section.finish();
    let place = |door: &Option<Marked<SocketAddr>>| door.as_ref().map(|door| door.value);
    let (at_http, at_agi, at_metrics) = (place(&http), place(&agi), place(&metrics));
    let doors = [("http", http), ("agi", agi), ("metrics", metrics)];
    Listen {
        http: at_http,
        agi: at_agi,
        metrics: at_metrics,
        pbx,
        prompts_folder,
        doors,
        names_pbx,
    }
}

/// Where a door is that may be off; not where one of the others is.
fn door(
    section: &mut Section<'_, '_>,
    key: &'static str,
    default: &str,
    others: &[&Option<Marked<SocketAddr>>],
) -> Option<Marked<SocketAddr>> {
    let told = section.text(key);
    if told.as_ref().is_some_and(|told| told.value == OFF) {
        return None;
    }
    let line = told.as_ref().map(|told| told.line).unwrap_or_default();
    let address = address(section, key, told, default);
    let taken = |own: &Marked<SocketAddr>| {
        let mut others = others.iter().filter_map(|other| other.as_ref());
        others.any(|other| overlap(other.value, own.value))
    };
    if address.as_ref().is_some_and(taken) {
        let text = format!(
            "listen.{key} is the address of another door, or part of it: give each a port of its own"
        );
        section.report(line, text);
    }
    address
}

/// Tells whether the system refuses to listen at both. [::] is all addresses of IPv4, too.
fn overlap(one: SocketAddr, other: SocketAddr) -> bool {
    let (a, b) = (one.ip().to_canonical(), other.ip().to_canonical());
    let has_all =
        |all: IpAddr, some: IpAddr| all.is_unspecified() && (all.is_ipv6() || some.is_ipv4());
    one.port() != 0 && one.port() == other.port() && (a == b || has_all(a, b) || has_all(b, a))
}

fn address(
    section: &Section<'_, '_>,
    key: &str,
    told: Option<Marked<String>>,
    default: &str,
) -> Option<Marked<SocketAddr>> {
    let line = told.as_ref().map(|told| told.line).unwrap_or_default();
    let text = told.map_or_else(|| default.to_owned(), |told| told.value);
    let path = section.path(key);
    let wrong = |_| {
        let text = format!("{path}: `{text}` is no address with a port, like {default}");
        section.report(line, text);
    };
    text.parse().map(|value| Marked { value, line }).map_err(wrong).ok()
}

/// Where the PBX calls from. Names are not looked up: a call must not wait for DNS to be let in.
fn pbx(section: &mut Section<'_, '_>) -> Vec<IpAddr> {
    let default = listener::Settings::default().pbx;
    let Some(Marked { value: texts, line }) = section.texts("pbx") else { return default };
    if texts.is_empty() {
        let text = "listen.pbx is empty: name the PBX's address, or leave the setting out";
        section.report(line, text.to_owned());
    }
    let mut addresses = Vec::new();
    for text in texts {
        match text.parse() {
            Ok(address) if is_nobodys(address) => section.report(
                line,
                format!("listen.pbx: `{text}` is no address that a PBX calls from; name its own"),
            ),
            Ok(address) => addresses.push(address),
            Err(_) => section.report(
                line,
                format!("listen.pbx: `{text}` is no IP address; write it like \"127.0.0.1\""),
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
