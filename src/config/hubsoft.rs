//! Reads `[hubsoft]`, and its secrets from files, systemd credentials or the section itself.

use std::cell::RefCell;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Url;

use crate::hubsoft::{Credentials, Settings, Wanted, certificates};
use crate::limiter;
use crate::secret::Secret;

use super::section::{Marked, Section};

/// The page's two words.
const WORDS: [(&str, bool); 2] = [("sim", true), ("nao", false)];

/// Where files named in the configuration are looked for.
pub(super) struct Folders {
    /// The configuration file.
    pub(super) file: PathBuf,
    /// Its folder.
    pub(super) own: PathBuf,
    /// `$CREDENTIALS_DIRECTORY`, where systemd puts `LoadCredential=`.
    pub(super) credentials: Option<PathBuf>,
    /// Files in which a secret was found, but for systemd's: those are its business.
    pub(super) secrets: RefCell<Vec<PathBuf>>,
}

/// Reads `[limiter]`.
pub(super) fn limiter(mut section: Section<'_, '_>) -> limiter::Settings {
    let default = limiter::Settings::default();
    let rate = section.number("rate", 1..=1_000).map_or(default.rate, |rate| rate as f64);
    let burst = section.number("burst", 1..=10_000).and_then(|burst| u32::try_from(burst).ok());
    section.finish();
    limiter::Settings { rate, burst: burst.unwrap_or(default.burst) }
}

/// Reads the section; `None` when something it needs is missing, which is reported by then.
pub(super) fn settings(
    section: &mut Section<'_, '_>,
    limiter: limiter::Settings,
    folders: &Folders,
) -> Option<Settings> {
    let insecure_http = section.flag("insecure_http").is_some_and(|flag| flag.value);
    let base_url = base_url(section, insecure_http);
    let client_id = section.needed("client_id", "it stands in HubSoft's integration settings");
    let username = section.needed("username", "it is the e-mail of the integration's user");
    let client_secret = secret(section, "client_secret", "client_secret_file", folders);
    let password = secret(section, "password", "password_file", folders);
    let ca_pem = ca_pem(section, folders);
    let millis = |number: Option<u64>, default| number.map_or(default, Duration::from_millis);
    let body_bytes = section.number("body_bytes_max", 1_024..=256 * 1024 * 1024);
    let wanted = wanted(section);
    let connect = millis(section.number("connect_ms", 10..=10_000), Settings::CONNECT);
    let attempt = millis(section.number("attempt_ms", 100..=60_000), Settings::ATTEMPT);
    Some(Settings {
        base_url: base_url?,
        insecure_http,
        credentials: Credentials {
            client_id: client_id?.value,
            client_secret: client_secret?,
            username: username?.value,
            password: password?,
        },
        ca_pem,
        wanted,
        connect,
        attempt,
        limiter,
        body_bytes_max: body_bytes.map_or(Settings::BODY_BYTES_MAX, |bytes| bytes as usize),
    })
}

/// What a lookup asks for, named after HubSoft's page.
fn wanted(section: &mut Section<'_, '_>) -> Wanted {
    let default = Wanted::default();
    let limit = section.number("limit", 1..=100).and_then(|limit| u8::try_from(limit).ok());
    Wanted {
        limit: limit.unwrap_or(default.limit),
        cancelado: section.word("cancelado", &WORDS).unwrap_or(default.cancelado),
        ultima_conexao: section.word("ultima_conexao", &WORDS).unwrap_or(default.ultima_conexao),
    }
}

fn base_url(section: &mut Section<'_, '_>, insecure_http: bool) -> Option<Url> {
    let remedy = "write https://api.PROVIDER.hubsoft.com.br";
    let Marked { value, line } = section.needed("base_url", remedy)?;
    let wrong = match Url::parse(value.trim()) {
        Err(_) => "is no address",
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            "must not carry a user or password"
        }
        Ok(url) if url.path().contains("/integracao") => "must end before /api/v1/integracao",
        Ok(url) if url.query().is_some() || url.fragment().is_some() => "must end with its path",
        Ok(url) => match (url.scheme(), insecure_http) {
            ("https", _) | ("http", true) => return Some(url),
            ("http", false) => {
                "is plain http, which shows token and customers to the network: write https, or \
                 set hubsoft.insecure_http = true for a trial on this machine"
            }
            _ => "must begin with https://",
        },
    };
    section.report(line, format!("hubsoft.base_url {wrong} ({remedy})"));
    None
}

/// A secret from exactly one place: inline, a file, or a systemd credential of the same name.
fn secret(
    section: &mut Section<'_, '_>,
    key: &'static str,
    file_key: &'static str,
    folders: &Folders,
) -> Option<Secret> {
    let inline = section.text(key);
    let file = section.text(file_key);
    match (inline, file) {
        (Some(inline), Some(_)) => {
            let text = format!("hubsoft.{key} and hubsoft.{file_key} are both set: keep one");
            section.report(inline.line, text);
            None
        }
        (Some(Marked { value, line }), None) => {
            if value.trim().is_empty() {
                section.report(line, format!("hubsoft.{key} is empty"));
            }
            folders.hold_secret(&folders.file);
            Some(Secret::new(value))
        }
        (None, Some(Marked { value, line })) => {
            let path = folders.find(&value);
            if folders.hold_secret(&path)
                && let Some(warning) = shown_to_others(&path)
            {
                section.warn(warning);
            }
            from_file(&path, file_key).map_err(|text| section.report(line, text)).ok()
        }
        (None, None) => match folders.credential(key) {
            Some(path) => {
                from_file(&path, key).map_err(|text| section.report(section.line(), text)).ok()
            }
            None if section.has(key) || section.has(file_key) => None,
            None => {
                let text = format!(
                    "hubsoft.{key} is missing: set {file_key} to a file that holds it, or give \
                     systemd a credential named {key}"
                );
                section.report(section.line(), text);
                None
            }
        },
    }
}

/// What is wrong with the mode of a file that holds a secret: other users can read it.
pub fn shown_to_others(path: &Path) -> Option<String> {
    let open = fs::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o077 != 0);
    let path = path.display();
    open.then(|| format!("{path} holds a secret others can read: run `chmod 600 {path}`"))
}

fn from_file(path: &Path, key: &str) -> Result<Secret, String> {
    let text = fs::read_to_string(path).map_err(|error| unreadable(key, path, &error))?;
    // Editors of other systems put a mark in front, which would become part of the secret.
    let text = text.trim_start_matches('\u{feff}').trim_end_matches(['\n', '\r']);
    if text.trim().is_empty() {
        return Err(format!(
            "hubsoft.{key}: {} is empty: write the secret into it",
            path.display()
        ));
    }
    Ok(Secret::new(text.to_owned()))
}

fn ca_pem(section: &mut Section<'_, '_>, folders: &Folders) -> Option<Vec<u8>> {
    let Marked { value, line } = section.text("ca_file")?;
    let path = folders.own.join(value);
    let read = fs::read(&path).map_err(|error| unreadable("ca_file", &path, &error));
    let good = read.and_then(|pem| match certificates(&pem) {
        Ok(_) => Ok(pem),
        Err(error) => Err(format!("{error}: {}", path.display())),
    });
    good.map_err(|text| section.report(line, text)).ok()
}

fn unreadable(key: &str, path: &Path, error: &io::Error) -> String {
    let path = path.display();
    let remedy = match error.kind() {
        io::ErrorKind::NotFound => "create it, readable by bina's user only",
        io::ErrorKind::PermissionDenied => "let bina's user read it",
        _ => "it must be a text file",
    };
    format!("hubsoft.{key}: cannot read {path} ({error}): {remedy}")
}

impl Folders {
    /// Remembers that a secret stands in the file at `path`; tells whether its mode matters to us.
    fn hold_secret(&self, path: &Path) -> bool {
        let own = self.credentials.as_ref().is_none_or(|folder| !path.starts_with(folder));
        let mut secrets = self.secrets.borrow_mut();
        if own && !secrets.iter().any(|known| known == path) {
            secrets.push(path.to_owned());
        }
        own
    }

    /// A bare name may be a systemd credential; everything else stands beside the configuration.
    fn find(&self, name: &str) -> PathBuf {
        let bare = Path::new(name).components().count() == 1;
        let credential = if bare { self.credential(name) } else { None };
        credential.unwrap_or_else(|| self.own.join(name))
    }

    fn credential(&self, name: &str) -> Option<PathBuf> {
        self.credentials.as_ref().map(|folder| folder.join(name)).filter(|path| path.exists())
    }
}
