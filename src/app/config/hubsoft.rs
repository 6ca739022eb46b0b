//! Reads `[hubsoft]`, and its secrets from files, systemd credentials or the section itself.

use std::time::Duration;

use reqwest::Url;

use crate::runtime::secret::Secret;
use crate::sources::hubsoft::{Credentials, PhoneMatch, Settings, Wanted, certificates};
use crate::sources::limiter;

use super::credential_text::{odd_secret, wrong_name, wrong_secret};
use super::files::{self, Folders};
use super::section::{Marked, Section};

/// The page's two words.
const WORDS: [(&str, bool); 2] = [("sim", true), ("nao", false)];

/// How HubSoft may compare numbers.
const PHONE_MATCHES: [(&str, PhoneMatch); 2] =
    [("exact", PhoneMatch::Exact), ("suffix", PhoneMatch::Suffix)];

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
    for (key, name) in [("client_id", &client_id), ("username", &username)] {
        let Some(Marked { value, line }) = name else { continue };
        if let Some(wrong) = wrong_name(value) {
            section.report(*line, format!("hubsoft.{key} {wrong}"));
        }
    }
    let client_secret = secret(section, "client_secret", "client_secret_file", folders);
    let password = secret(section, "password", "password_file", folders);
    let ca_pem = ca_pem(section, folders);
    let millis = |number: Option<u64>, default| number.map_or(default, Duration::from_millis);
    let body_bytes = section.number("body_bytes_max", 1_024..=256 * 1024 * 1024);
    let wanted = wanted(section);
    let phone_match = section.word("phone_match", &PHONE_MATCHES).unwrap_or_default();
    let ex_customers = section.word("ex_customers", &WORDS).unwrap_or_default();
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
        phone_match,
        ex_customers,
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
    let is_odd = |c: char| c.is_control() || c.is_whitespace() || "\"'`<>\\^{}|".contains(c);
    let wrong = match Url::parse(value.trim()) {
        // The parser leaves out or encodes what was pasted with the address.
        _ if value.trim().contains(is_odd) => "has a blank, a quote or a line break within",
        Err(_) => "is no address",
        Ok(url) if url.port() == Some(0) => "has port 0, where nobody listens",
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            "must not carry a user or password"
        }
        Ok(url) if url.path().contains("/integracao") => "must end before /api/v1/integracao",
        Ok(url) if names_the_api(&url) => "must end before /api or /oauth, which are added",
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

/// Tells whether the path is that of HubSoft's own API, as it is copied from its documentation.
fn names_the_api(url: &Url) -> bool {
    let parts = url.path().split('/').map(str::to_ascii_lowercase);
    let mut parts = parts.filter(|part| !part.is_empty());
    parts.any(|part| part == "api" || part == "oauth" || part == "v1")
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
            folders.note_secret(&folders.file);
            if let Err(text) = judged(section, &section.path(key), &value) {
                section.report(line, text);
            }
            Some(Secret::new(value))
        }
        (None, Some(Marked { value, line })) => {
            let path = folders.find(&value);
            folders.hold_secret(section, &path);
            let judge = |text: &str| judged(section, &path.display().to_string(), text);
            let read = files::secret(&path, &section.path(file_key), judge);
            let told = |text| section.report(line, files::without_name(text, &value));
            read.map_err(told).ok()
        }
        (None, None) => match folders.credential(key) {
            Some(path) => {
                let judge = |text: &str| judged(section, &path.display().to_string(), text);
                let read = files::secret(&path, &section.path(key), judge);
                read.map_err(|text| section.report(section.line(), text)).ok()
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

/// Says why the secret at `place` cannot be one, and warns of one that looks like a mistake. What it
/// is is never told.
fn judged(section: &Section<'_, '_>, place: &str, text: &str) -> Result<(), String> {
    if let Some(wrong) = wrong_secret(text) {
        return Err(format!("{place} {wrong}"));
    }
    if let Some(odd) = odd_secret(text) {
        section.warn(format!("{place} {odd}"));
    }
    Ok(())
}

fn ca_pem(section: &mut Section<'_, '_>, folders: &Folders) -> Option<Vec<u8>> {
    let Marked { value, line } = section.text("ca_file")?;
    let path = folders.own.join(value);
    let read = files::bytes(&path, &section.path("ca_file"));
    let good = read.and_then(|pem| match certificates(&pem) {
        Ok(_) => Ok(pem),
        Err(error) => Err(format!("{error}: {}", path.display())),
    });
    good.map_err(|text| section.report(line, text)).ok()
}
