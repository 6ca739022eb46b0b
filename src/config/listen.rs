//! Reads where the doors are, and who may come in.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use crate::listener;

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
}

/// Reads `[listen]`; a folder is looked for beside the configuration file, in `own`.
pub(super) fn listen(mut section: Section<'_, '_>, own: &Path) -> Listen {
    let http = section.text("http");
    let http = address(&section, "http", http, HTTP_DEFAULT);
    let agi = door(&mut section, "agi", AGI_DEFAULT, &[http]);
    let metrics = door(&mut section, "metrics", METRICS_DEFAULT, &[http, agi]);
    let pbx = pbx(&mut section);
    let prompts_folder = section.text("prompts_folder").map(|folder| own.join(folder.value));
    section.finish();
    Listen { http, agi, metrics, pbx, prompts_folder }
}

/// Where a door is that may be off; not where one of the others is.
fn door(
    section: &mut Section<'_, '_>,
    key: &'static str,
    default: &str,
    others: &[Option<SocketAddr>],
) -> Option<SocketAddr> {
    let told = section.text(key);
    if told.as_ref().is_some_and(|told| told.value == OFF) {
        return None;
    }
    let line = told.as_ref().map(|told| told.line).unwrap_or_default();
    let address = address(section, key, told, default);
    if address.is_some_and(|address| address.port() != 0 && others.contains(&Some(address))) {
        let text =
            format!("listen.{key} is the address of another door: give each a port of its own");
        section.report(line, text);
    }
    address
}

fn address(
    section: &Section<'_, '_>,
    key: &str,
    told: Option<Marked<String>>,
    default: &str,
) -> Option<SocketAddr> {
    let line = told.as_ref().map(|told| told.line).unwrap_or_default();
    let text = told.map_or_else(|| default.to_owned(), |told| told.value);
    let address = match text.parse::<SocketAddr>() {
        Err(_) => Err(format!("`{text}` is no address with a port, like {default}")),
        Ok(address) if !address.ip().is_loopback() => Err(format!(
            "{address} would tell anybody on the network whose number is whose: use {default}"
        )),
        Ok(address) => Ok(address),
    };
    let path = section.path(key);
    address.map_err(|text| section.report(line, format!("{path}: {text}"))).ok()
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
            Ok(address) => addresses.push(address),
            Err(_) => section.report(
                line,
                format!("listen.pbx: `{text}` is no IP address; write it like \"127.0.0.1\""),
            ),
        }
    }
    addresses
}
