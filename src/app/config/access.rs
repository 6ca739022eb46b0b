//! Reads who may come in (`[access]`, `[tls]`), and refuses doors that are open to everybody.

use std::net::SocketAddr;

use crate::runtime::access::{
    Credential, Credentials, Network, Networks, Settings, Unfit, is_exposed, leave_somebody_out,
};
use crate::runtime::secret::Secret;
use crate::runtime::tls::{Pem, Tls, Unusable};

use super::Config;
use super::files::{self, Folders};
use super::section::{Marked, Section};

/// Most credentials of a kind: two of each PBX while they are changed, and of monitoring. Each
/// costs every request a comparison.
const FILES_MAX: usize = 8;
/// Most networks, each of which costs every connection a comparison.
const NETWORKS_MAX: usize = 64;

/// What stands between a door and the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Protection {
    pub(super) networks: bool,
    pub(super) credentials: bool,
    pub(super) certificates: bool,
}

impl Protection {
    /// Why the door called `name` may not be at `address`; none when it may.
    pub(super) fn missing(self, name: &str, address: SocketAddr) -> Option<String> {
        let (enough, remedy) = match name {
            "agi" => {
                (self.networks, "FastAGI knows no password, so name the PBX in access.networks")
            }
            _ => (
                self.networks || self.credentials || self.certificates,
                "name the PBX in access.networks, or set access.token_files, access.basic_files or \
                 tls.client_ca_file",
            ),
        };
        let open = is_exposed(address) && !enough;
        open.then(|| {
            format!(
                "{address} would tell anybody on the network whose number is whose: {remedy}; or \
                 listen on 127.0.0.1 only"
            )
        })
    }
}

impl Config {
    /// Why the door called `name` may not be at `address`, where it really is.
    pub fn exposed(&self, name: &str, address: SocketAddr) -> Option<String> {
        let protection = Protection {
            networks: !self.access.networks.allowed.is_empty(),
            credentials: !self.access.credentials.is_empty(),
            certificates: self.tls.as_ref().is_some_and(Tls::asks_clients),
        };
        protection.missing(name, address).map(|text| format!("listen.{name}: {text}"))
    }
}

/// Reads `[access]`, and says which of its two kinds of protection are meant to be there.
pub(super) fn access(mut section: Section<'_, '_>, folders: &Folders) -> (Settings, Protection) {
    let allowed = networks(&mut section);
    let tokens = credentials(&mut section, "token_files", folders, Credential::bearer);
    let pairs = credentials(&mut section, "basic_files", folders, Credential::basic);
    // One that cannot be read is reported already, and not said to be missing besides.
    let protection = Protection {
        networks: section.has("networks"),
        credentials: section.has("token_files") || section.has("basic_files"),
        certificates: false,
    };
    section.finish();
    let networks = Networks { allowed, ..Networks::default() };
    let credentials = Credentials::new([tokens, pairs].concat());
    (Settings { networks, credentials }, protection)
}

fn list(
    section: &mut Section<'_, '_>,
    key: &'static str,
    max: usize,
) -> Option<Marked<Vec<String>>> {
    let list = section.texts(key)?;
    let count = list.value.len();
    if count == 0 || count > max {
        let path = section.path(key);
        let text = match count {
            0 => format!("{path} is empty: leave the setting out, or write something into it"),
            _ => format!("{path} has {count} entries: at most {max} are possible"),
        };
        section.report(list.line, text);
    }
    Some(list)
}

fn networks(section: &mut Section<'_, '_>) -> Vec<Network> {
    let Some(Marked { value, line }) = list(section, "networks", NETWORKS_MAX) else {
        return Vec::new();
    };
    let mut networks = Vec::new();
    for text in value {
        match text.parse() {
            Ok(network) => networks.push(network),
            Err(unfit) => section.report(line, format!("access.networks: `{text}` {unfit}")),
        }
    }
    if let Err(unfit) = leave_somebody_out(&networks) {
        section.report(line, format!("access.networks {unfit}"));
    }
    networks
}

fn credentials(
    section: &mut Section<'_, '_>,
    key: &'static str,
    folders: &Folders,
    read: fn(&Secret) -> Result<Credential, Unfit>,
) -> Vec<Credential> {
    let Some(Marked { value, line }) = list(section, key, FILES_MAX) else { return Vec::new() };
    let setting = section.path(key);
    let mut credentials = Vec::new();
    for name in value {
        let path = folders.find(&name);
        folders.hold_secret(section, &path);
        let file = files::secret(&path, &setting, |_| Ok(()));
        let file = file.map_err(|text| files::without_name(text, &name));
        let credential = file.and_then(|secret| {
            read(&secret)
                .map_err(|unfit| format!("{setting}: what {} holds {unfit}", path.display()))
        });
        match credential {
            Ok(credential) => credentials.push(credential),
            Err(text) => section.report(line, text),
        }
    }
    credentials
}

/// Reads `[tls]`, and says whether clients are meant to show a certificate.
pub(super) fn tls(mut section: Section<'_, '_>, folders: &Folders) -> (Option<Tls>, bool) {
    let certificate = section.text("cert_file");
    let key = section.text("key_file");
    let client_ca = section.text("client_ca_file");
    let asks = section.has("client_ca_file");
    let tls = match (certificate, key) {
        (Some(certificate), Some(key)) => {
            read_tls(&section, [certificate, key], client_ca, folders)
        }
        _ => {
            let line = section.line();
            let keys = ["cert_file", "key_file", "client_ca_file"];
            if keys.iter().any(|key| section.has(key)) {
                for key in keys[..2].iter().filter(|key| !section.has(key)) {
                    let text = "name the PEM file, as tls.cert_file and tls.key_file go together";
                    section.report(line, format!("tls.{key} is missing: {text}"));
                }
            }
            None
        }
    };
    section.finish();
    (tls, asks)
}

fn read_tls(
    section: &Section<'_, '_>,
    [certificate, key]: [Marked<String>; 2],
    client_ca: Option<Marked<String>>,
    folders: &Folders,
) -> Option<Tls> {
    let read = |setting: &str, file: &Marked<String>| {
        let bytes = files::bytes(&folders.find(&file.value), setting);
        bytes.map_err(|text| section.report(file.line, text)).ok()
    };
    folders.hold_secret(section, &folders.find(&key.value));
    let pem_certificate = read("tls.cert_file", &certificate);
    let pem_key = read("tls.key_file", &key);
    let pem_ca = client_ca.as_ref().map(|ca| read("tls.client_ca_file", ca));
    let client_ca_pem = match pem_ca {
        Some(read) => Some(read?),
        None => None,
    };
    let pem = Pem { certificate: pem_certificate?, key: pem_key?, client_ca: client_ca_pem };
    match Tls::new(&pem) {
        Ok(tls) => {
            if let Some(trouble) = tls.trouble() {
                let path = folders.find(&certificate.value);
                section.warn(format!(
                    "the certificate in {} {trouble}: PBXs will refuse it; renew it, then reload bina",
                    path.display()
                ));
            }
            Some(tls)
        }
        Err(unusable) => {
            let (setting, file) = match (&unusable, &client_ca) {
                (Unusable::Certificate, _) => ("cert_file", &certificate),
                (Unusable::ClientCa, Some(ca)) => ("client_ca_file", ca),
                _ => ("key_file", &key),
            };
            let path = folders.find(&file.value);
            section.report(file.line, format!("tls.{setting}: {} {unusable}", path.display()));
            None
        }
    }
}
