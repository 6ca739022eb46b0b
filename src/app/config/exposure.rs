//! Checks that a listener which other machines can reach is protected.

use std::net::SocketAddr;

use crate::runtime::access::is_exposed;
use crate::runtime::language::Message;
use crate::runtime::settings::{Place, Section};
use crate::runtime::tls::Tls;
use crate::servers::listener::Listen;

use super::{Config, texts};

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
    fn missing(self, name: &str, address: SocketAddr) -> Option<Message> {
        let (is_enough, remedy) = match name {
            "agi" => (self.networks, texts::EXPOSED_AGI),
            "console" => (self.console_password, texts::EXPOSED_CONSOLE),
            _ => (self.networks || self.credentials || self.certificates, texts::EXPOSED_OTHER),
        };
        let is_open = is_exposed(address) && !is_enough;
        is_open.then(|| {
            texts::EXPOSED.message(&[("name", &name), ("address", &address), ("remedy", &remedy)])
        })
    }
}

impl Config {
    /// Why the listener called `name` may not be at its actual `address`.
    pub fn exposed(&self, name: &str, address: SocketAddr) -> Option<Message> {
        let protection = Protection {
            networks: !self.access.networks.allowed.is_empty(),
            credentials: !self.access.credentials.is_empty(),
            certificates: self.tls.as_ref().is_some_and(Tls::requires_client_certificate),
            console_password: self.console.password.is_some(),
        };
        protection.missing(name, address)
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
            if let Some(problem) = self.protection.missing(name, address) {
                file.report(place.unwrap_or_default(), problem);
            } else if name != "agi" && tls.is_none() {
                file.warn(texts::PLAIN_TEXT.message(&[("name", &name)]));
            }
            if matches!(name, "http" | "agi") && !self.has_pbx {
                file.warn(texts::NO_PBX.message(&[("name", &name)]));
            }
        }
    }
}
