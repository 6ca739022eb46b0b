//! Checks that a listener which other machines can reach is protected.

use std::net::SocketAddr;

use crate::runtime::access::is_exposed;
use crate::runtime::settings::{Place, Section};
use crate::runtime::tls::Tls;
use crate::servers::listener::Listen;

use super::Config;

/// The protections of a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Protection {
    networks: bool,
    credentials: bool,
    certificates: bool,
    console_password: bool,
}

impl Protection {
    /// Why the listener called `name` may not be at `address`; none when it may.
    fn missing(self, name: &str, address: SocketAddr) -> Option<String> {
        let (is_enough, remedy) = match name {
            "agi" => {
                (self.networks, "FastAGI has no passwords, so name the PBX in access.networks")
            }
            "console" => (self.console_password, "set console.password_file"),
            _ => (
                self.networks || self.credentials || self.certificates,
                "name the PBX in access.networks, or set access.token_files, access.basic_files or \
                 tls.client_ca_file",
            ),
        };
        let is_open = is_exposed(address) && !is_enough;
        is_open.then(|| {
            format!(
                "`{address}` would expose customer data to everyone on the network: {remedy}; or \
                 listen on 127.0.0.1 only"
            )
        })
    }
}

impl Config {
    /// Why the listener called `name` may not be at its actual `address`.
    pub fn exposed(&self, name: &str, address: SocketAddr) -> Option<String> {
        let protection = Protection {
            networks: !self.access.networks.allowed.is_empty(),
            credentials: !self.access.credentials.is_empty(),
            certificates: self.tls.as_ref().is_some_and(Tls::requires_client_certificate),
            console_password: self.console.password.is_some(),
        };
        protection.missing(name, address).map(|text| format!("listen.{name}: {text}"))
    }
}

/// The settings of the file that affect exposed listeners, valid or not: an invalid one is already
/// reported, and must not be reported as missing, too.
pub(super) struct ExposureCheck {
    protection: Protection,
    has_pbx: bool,
    listeners: [Option<Place>; 4],
}

/// In the order of `ExposureCheck::listeners`.
const LISTENERS: [&str; 4] = ["http", "agi", "metrics", "console"];

impl ExposureCheck {
    /// Records the settings of `file`, before its sections are read.
    pub(super) fn of(file: &Section<'_>) -> Self {
        let has = |section, key| file.place_of(section, key).is_some();
        Self {
            protection: Protection {
                networks: has("access", "networks"),
                credentials: has("access", "token_files") || has("access", "basic_files"),
                certificates: has("tls", "client_ca_file"),
                console_password: has("console", "password_file"),
            },
            has_pbx: has("listen", "pbx"),
            listeners: LISTENERS.map(|name| file.place_of("listen", name)),
        }
    }

    /// Reports exposed listeners without protection, and warns of exposed ones that use plain text or
    /// limit their PBX.
    pub(super) fn check(&self, listen: &Listen, tls: Option<&Tls>, file: &Section<'_>) {
        let addresses = [listen.http, listen.agi, listen.metrics, listen.console];
        for ((name, address), place) in LISTENERS.into_iter().zip(addresses).zip(self.listeners) {
            let Some(address) = address.filter(|address| is_exposed(*address)) else { continue };
            if let Some(text) = self.protection.missing(name, address) {
                file.report(place.unwrap_or_default(), format!("listen.{name}: {text}"));
            } else if name != "agi" && tls.is_none() {
                file.warn(format!(
                    "listen.{name} answers other machines in plain text, which can be read on the \
                     network: set tls.cert_file and tls.key_file"
                ));
            }
            if matches!(name, "http" | "agi") && !self.has_pbx {
                file.warn(format!(
                    "listen.{name} answers other machines, but listen.pbx names none of them: a PBX \
                     there is limited to 64 connections and 50 requests a second"
                ));
            }
        }
    }
}
