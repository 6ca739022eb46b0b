//! Reads where the doors are, and who may come in.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use crate::listener;

use super::section::{Marked, Section};

/// Where the service listens unless told otherwise; no registered service has this port.
pub const HTTP_DEFAULT: &str = "127.0.0.1:8573";
/// Where Asterisk looks for FastAGI unless its dialplan names another port.
pub const AGI_DEFAULT: &str = "127.0.0.1:4573";

/// What closes a door.
const OFF: &str = "off";

/// The doors.
pub(super) struct Listen {
    /// None only together with a problem.
    pub(super) http: Option<SocketAddr>,
    /// None when the FastAGI door is closed.
    pub(super) agi: Option<SocketAddr>,
    pub(super) pbx: Vec<IpAddr>,
    pub(super) prompts_folder: Option<PathBuf>,
}

/// Reads `[listen]`; a folder is looked for beside the configuration file, in `own`.
pub(super) fn listen(mut section: Section<'_, '_>, own: &Path) -> Listen {
    let http = section.text("http");
    let http = address(&section, "http", http, HTTP_DEFAULT);
    let agi = match section.text("agi") {
        Some(told) if told.value == OFF => None,
        told => {
            let line = told.as_ref().map_or(0, |told| told.line);
            let agi = address(&section, "agi", told, AGI_DEFAULT);
            if agi.is_some_and(|agi| agi.port() != 0 && Some(agi) == http) {
                let text = "listen.agi is the address of listen.http: give each a port of its own";
                section.report(line, text.to_owned());
            }
            agi
        }
    };
    if section.text("metrics").is_some() {
        let text = "listen.metrics: this version has no metrics door; it is ignored";
        section.warn(text.to_owned());
    }
    let pbx = pbx(&mut section);
    let prompts_folder = section.text("prompts_folder").map(|folder| own.join(folder.value));
    section.finish();
    Listen { http, agi, pbx, prompts_folder }
}

fn address(
    section: &Section<'_, '_>,
    key: &str,
    told: Option<Marked<String>>,
    default: &str,
) -> Option<SocketAddr> {
    let line = told.as_ref().map_or(0, |told| told.line);
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
