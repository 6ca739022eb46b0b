//! Reads `[access]`.

use std::fmt::Display;

use crate::runtime::secret::Secret;
use crate::runtime::settings::{Marked, Section};

use super::credentials::{Credential, Credentials, Unfit};
use super::network::{Network, Networks, UnfitNetwork, require_partial_coverage};
use super::texts;

/// Most credentials of a kind: two for each PBX and for monitoring while they are rotated. Each
/// adds a comparison to every request.
const FILES_MAX: usize = 8;
/// Most networks; each adds a comparison to every connection.
const NETWORKS_MAX: usize = 64;

/// The settings of access control.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub networks: Networks,
    pub credentials: Credentials,
}

impl Settings {
    /// Reads `[access]`.
    pub fn read(section: &mut Section<'_>) -> Self {
        let allowed = networks(section);
        let tokens = credentials(section, "token_files", Credential::bearer);
        let pairs = credentials(section, "basic_files", Credential::basic);
        let networks = Networks { allowed, ..Networks::default() };
        let credentials = Credentials::new([tokens, pairs].concat());
        Self { networks, credentials }
    }
}

fn networks(section: &mut Section<'_>) -> Vec<Network> {
    let Some(Marked { value, place }) = section.texts_up_to("networks", NETWORKS_MAX) else {
        return Vec::new();
    };
    let mut networks = Vec::new();
    for text in value {
        match text.parse() {
            Ok(network) => networks.push(network),
            Err(unfit) => {
                let parts: [(&str, &dyn Display); 2] =
                    [("text", &text), ("problem", &UnfitNetwork::message(&unfit))];
                section.report(place, texts::NETWORK.message(&parts));
            }
        }
    }
    if let Err(unfit) = require_partial_coverage(&networks) {
        section.report(place, texts::NETWORKS.message(&[("problem", &unfit.message())]));
    }
    networks
}

fn credentials(
    section: &mut Section<'_>,
    key: &'static str,
    read: fn(&Secret) -> Result<Credential, Unfit>,
) -> Vec<Credential> {
    let Some(Marked { value, place }) = section.texts_up_to(key, FILES_MAX) else {
        return Vec::new();
    };
    let mut credentials = Vec::new();
    for name in value {
        let secret = section.secret_named(key, &name, |_, _| Ok(()));
        let credential = secret.and_then(|secret| {
            let setting = section.path(key);
            let path = section.folders().find(&name);
            read(&secret).map_err(|unfit| {
                texts::CREDENTIAL.message(&[
                    ("setting", &setting),
                    ("path", &path.display()),
                    ("problem", &unfit.message()),
                ])
            })
        });
        match credential {
            Ok(credential) => credentials.push(credential),
            Err(problem) => section.report(place, problem),
        }
    }
    credentials
}
