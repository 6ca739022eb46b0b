//! Who may come in: `[access]`.

use crate::runtime::secret::Secret;
use crate::runtime::settings::{Marked, Section};

use super::credentials::{Credential, Credentials, Unfit};
use super::network::{Network, Networks, leave_somebody_out};

/// Most credentials of a kind: two of each PBX while they are changed, and of monitoring. Each
/// costs every request a comparison.
const FILES_MAX: usize = 8;
/// Most networks, each of which costs every connection a comparison.
const NETWORKS_MAX: usize = 64;

/// Who may come in.
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
    if let Err(unfit) = leave_somebody_out(&networks) {
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
            let (setting, path) = (section.path(key), section.folders().find(&name));
            read(&secret)
                .map_err(|unfit| format!("{setting}: what {} holds {unfit}", path.display()))
        });
        match credential {
            Ok(credential) => credentials.push(credential),
            Err(text) => section.report(place, text),
        }
    }
    credentials
}
