//! Reads `[access]`.

use crate::runtime::secret::Secret;
use crate::runtime::settings::{Marked, Section};

use super::credentials::{Credential, Credentials, Unfit};
use super::network::{Network, Networks, require_partial_coverage};

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
            Err(unfit) => section.report(place, format!("access.networks: `{text}` {unfit}")),
        }
    }
    if let Err(unfit) = require_partial_coverage(&networks) {
        section.report(place, format!("access.networks {unfit}"));
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
            read(&secret)
                .map_err(|unfit| format!("{setting}: the content of {} {unfit}", path.display()))
        });
        match credential {
            Ok(credential) => credentials.push(credential),
            Err(text) => section.report(place, text),
        }
    }
    credentials
}
