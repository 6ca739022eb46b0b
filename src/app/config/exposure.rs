//! Checks that a listener which other machines can reach is protected.

use std::net::SocketAddr;

use crate::runtime::access::is_exposed;
use crate::runtime::settings::{Place, Section};
use crate::runtime::tls::Tls;
use crate::servers::listener::Listen;

use super::Config;

/// What stands between a listener and the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Protection {
    networks: bool,
    credentials: bool,
    certificates: bool,
}

impl Protection {
    /// Why the listener called `name` may not be at `address`; none when it may.
    fn missing(self, name: &str, address: SocketAddr) -> Option<String> {
        let (is_enough, remedy) = match name {
            "agi" => {
                (self.networks, "FastAGI knows no password, so name the PBX in access.networks")
            }
            _ => (
                self.networks || self.credentials || self.certificates,
                "name the PBX in access.networks, or set access.token_files, access.basic_files or \
                 tls.client_ca_file",
            ),
        };
        let is_open = is_exposed(address) && !is_enough;
        is_open.then(|| {
            format!(
                "{address} would tell anybody on the network whose number is whose: {remedy}; or \
                 listen on 127.0.0.1 only"
            )
        })
    }
}

impl Config {
    /// Why the listener called `name` may not be at `address`, where it really is.
    pub fn exposed(&self, name: &str, address: SocketAddr) -> Option<String> {
        let protection = Protection {
            networks: !self.access.networks.allowed.is_empty(),
            credentials: !self.access.credentials.is_empty(),
            certificates: self.tls.as_ref().is_some_and(Tls::asks_clients),
        };
        protection.missing(name, address).map(|text| format!("listen.{name}: {text}"))
    }
}

/// What the file sets that concerns exposed listeners, readable or not: what cannot be read is reported
/// already, and not as missing besides.
pub(super) struct ExposureCheck {
    protection: Protection,
    has_pbx: bool,
    listeners: [Option<Place>; 3],
}

/// In the order of `ExposureCheck::listeners`.
const LISTENERS: [&str; 3] = ["http", "agi", "metrics"];

impl ExposureCheck {
    /// Notes what the `file` sets, before its sections are read.
    pub(super) fn of(file: &Section<'_>) -> Self {
        let has = |section, key| file.place_of(section, key).is_some();
        Self {
            protection: Protection {
                networks: has("access", "networks"),
                credentials: has("access", "token_files") || has("access", "basic_files"),
                certificates: has("tls", "client_ca_file"),
            },
            has_pbx: has("listen", "pbx"),
            listeners: LISTENERS.map(|name| file.place_of("listen", name)),
        }
    }

    /// Reports listeners that other machines can reach and nothing protects, and warns of what the
    /// PBXs that use them will meet.
    pub(super) fn check(&self, listen: &Listen, tls: Option<&Tls>, file: &Section<'_>) {
        let addresses = [listen.http, listen.agi, listen.metrics];
        for ((name, address), place) in LISTENERS.into_iter().zip(addresses).zip(self.listeners) {
            let Some(address) = address.filter(|address| is_exposed(*address)) else { continue };
            if let Some(text) = self.protection.missing(name, address) {
                file.report(place.unwrap_or_default(), format!("listen.{name}: {text}"));
            } else if name != "agi" && tls.is_none() {
                file.warn(format!(
                    "listen.{name} answers other machines in plain text, which the network can \
                     read: set tls.cert_file and tls.key_file"
                ));
            }
            if name != "metrics" && !self.has_pbx {
                file.warn(format!(
                    "listen.{name} answers other machines, but listen.pbx names none of them: a PBX \
                     there has 64 connections and 50 requests a second only"
                ));
            }
        }
    }
}
