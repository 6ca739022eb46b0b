//! Address, credentials and limits of HubSoft: `[hubsoft]`, with secrets from files or systemd credentials.

use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use reqwest::Url;

use crate::domain::zone::{UnknownZone, Zone};
use crate::runtime::language::{Message, Text};
use crate::runtime::secret::Secret;
use crate::runtime::settings::{Marked, Section, port_problem, sealed};
use crate::sources::limiter;

use super::credential_text::{odd_secret, wrong_name, wrong_secret};
use super::grant::ApiCredentials;
use super::texts;
use super::trust::certificates;
use super::wire::Wanted;

/// The two flag values of the HubSoft API.
const WORDS: [(&str, bool); 2] = [("sim", true), ("nao", false)];

/// The user in the shipped file.
const EXAMPLE_USER: &str = "api@example.com";

/// Most providers are in it.
const TIMEZONE: &str = "America/Sao_Paulo";

/// The values of `phone_match`.
const PHONE_MATCHES: [(&str, PhoneMatch); 2] =
    [("exact", PhoneMatch::Exact), ("suffix", PhoneMatch::Suffix)];

/// Address, credentials and limits of HubSoft.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub base_url: Url,
    /// Allows plain http, which exposes token and customers to the network.
    pub insecure_http: bool,
    pub credentials: ApiCredentials,
    /// Certificates to trust in addition to those of the system.
    pub ca_pem: Option<Vec<u8>>,
    pub wanted: Wanted,
    pub phone_match: PhoneMatch,
    /// Whether the alert of a former customer counts.
    pub ex_customers: bool,
    /// Maximum wait for a connection, name resolution included.
    pub connect: Duration,
    /// Maximum time for one request. Calls have their own, shorter deadline.
    pub attempt: Duration,
    /// Maximum body bytes; 100 customers with 3 services each need 1 MB.
    pub body_bytes_max: usize,
    /// The maximum request rate.
    pub limiter: limiter::Settings,
    /// The zone of HubSoft's times, which state none.
    pub timezone: Zone,
}

impl Settings {
    const CONNECT: Duration = Duration::from_millis(250);
    const ATTEMPT: Duration = Duration::from_millis(3_000);
    const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

    /// Reads `[hubsoft]`; returns `None` if a required setting is missing, which is reported.
    pub fn read(section: &mut Section<'_>, limiter: limiter::Settings) -> Option<Self> {
        let (base_url, insecure_http) = base_url(section);
        let client_id = name(section, "client_id", texts::CLIENT_ID_REMEDY);
        let username = name(section, "username", texts::USERNAME_REMEDY);
        let client_secret = secret(section, "client_secret", "client_secret_file");
        let password = secret(section, "password", "password_file");
        let ca_pem = ca_pem(section);
        let body_bytes_max =
            section.bytes("body_bytes_max", 1_024..=256 * 1024 * 1024, Self::BODY_BYTES_MAX);
        let wanted = wanted(section);
        let phone_match = section.word("phone_match", &PHONE_MATCHES, PhoneMatch::default());
        let ex_customers = section.word("ex_customers", &WORDS, false);
        let connect = section.millis("connect_ms", 10..=10_000, Self::CONNECT);
        let attempt = section.millis("attempt_ms", 100..=60_000, Self::ATTEMPT);
        let timezone = timezone(section);
        let settings = Self {
            base_url: base_url?,
            insecure_http,
            credentials: ApiCredentials {
                client_id: client_id?,
                client_secret: client_secret?,
                username: username?,
                password: password?,
            },
            ca_pem,
            wanted,
            phone_match,
            ex_customers,
            connect,
            attempt,
            body_bytes_max,
            limiter,
            timezone,
        };
        for warning in settings.warnings() {
            section.warn(warning);
        }
        Some(settings)
    }

    /// Returns warnings about valid values that are probably mistakes.
    fn warnings(&self) -> Vec<Message> {
        let url = &self.base_url;
        let host = url.host_str().unwrap_or_default();
        let mut messages = Vec::new();
        if self.connect > self.attempt {
            let connect = self.connect.as_millis();
            let attempt = self.attempt.as_millis();
            let parts: [(&str, &dyn Display); 2] = [("connect", &connect), ("attempt", &attempt)];
            messages.push(texts::ATTEMPT.message(&parts));
        }
        let is_local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        if url.scheme() == "http" && !is_local {
            messages.push(texts::PLAIN_HTTP.into());
        }
        // The placeholder of the shipped file, which must be replaced.
        if host.contains("provider.hubsoft") {
            messages.push(texts::EXAMPLE_URL.into());
        }
        if host.ends_with(".hubsoft.com.br") && !host.starts_with("api.") {
            messages.push(texts::PANEL.message(&[("host", &host)]));
        }
        if self.credentials.username.eq_ignore_ascii_case(EXAMPLE_USER) {
            messages.push(texts::EXAMPLE_USER.into());
        }
        messages
    }

    /// Returns whether `other` is the same HubSoft with the same credentials, so that tokens and cached
    /// records are valid for both.
    pub fn is_same_upstream(&self, other: &Self) -> bool {
        self.base_url == other.base_url && self.credentials == other.credentials
    }

    /// Returns whether `other` converts the same answer into the same record.
    pub fn reads_alike(&self, other: &Self) -> bool {
        self.wanted == other.wanted
            && self.phone_match == other.phone_match
            && self.ex_customers == other.ex_customers
    }
}

/// How HubSoft compares a search term with the stored numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PhoneMatch {
    /// By all digits: a mobile is searched for with and without its ninth digit.
    #[default]
    Exact,
    /// By suffix: one spelling finds both.
    Suffix,
}

/// Reads the zone of HubSoft's times.
fn timezone(section: &mut Section<'_>) -> Zone {
    let text = section.text_or("timezone", TIMEZONE);
    text.value.parse().unwrap_or_else(|_: UnknownZone| {
        let parts: [(&str, &dyn Display); 2] = [("text", &text.value), ("names", &Zone::names())];
        section.report(text.place, texts::TIMEZONE.message(&parts));
        Zone::default()
    })
}

/// Reads the parameters of a lookup.
fn wanted(section: &mut Section<'_>) -> Wanted {
    let default = Wanted::default();
    Wanted {
        limit: section.number("limit", 1..=100, default.limit),
        cancelado: section.word("cancelado", &WORDS, default.cancelado),
        ultima_conexao: section.word("ultima_conexao", &WORDS, default.ultima_conexao),
    }
}

/// Reads the name of a client or user.
fn name(section: &mut Section<'_>, key: &'static str, remedy: Text) -> Option<String> {
    let Marked { value, place } = section.needed(key, remedy)?;
    if let Some(wrong) = wrong_name(&value) {
        section.report(place, texts::NAME_WRONG.message(&[("key", &key), ("wrong", &wrong)]));
    }
    Some(value)
}

/// Reads the address, and whether it may be plain http.
fn base_url(section: &mut Section<'_>) -> (Option<Url>, bool) {
    let remedy = texts::BASE_URL_REMEDY;
    let base_url = section.needed("base_url", remedy);
    let insecure_http = section.flag("insecure_http");
    let Some(Marked { value, place }) = base_url else { return (None, insecure_http) };
    let is_invalid = |c: char| c.is_control() || c.is_whitespace() || "\"'`<>\\^{}|".contains(c);
    let wrong = match Url::parse(value.trim()) {
        // The parser drops or encodes characters that were pasted with the address.
        _ if value.trim().contains(is_invalid) => texts::URL_INVALID,
        Err(_) if port_problem(&value).is_some() => texts::URL_NO_PORT,
        Err(_) => texts::URL_NONE,
        Ok(url) if url.port() == Some(0) => texts::URL_ZERO_PORT,
        Ok(url) if !url.username().is_empty() || url.password().is_some() => texts::URL_CREDENTIALS,
        Ok(url) if url.path().contains("/integracao") => texts::URL_INTEGRATION,
        Ok(url) if names_the_api(&url) => texts::URL_API,
        Ok(url) if url.query().is_some() || url.fragment().is_some() => texts::URL_QUERY,
        Ok(url) => match (url.scheme(), insecure_http) {
            ("https", _) | ("http", true) => return (Some(url), insecure_http),
            ("http", false) => texts::URL_PLAIN,
            _ => texts::URL_SCHEME,
        },
    };
    section.report(place, texts::BASE_URL.message(&[("wrong", &wrong), ("remedy", &remedy)]));
    (None, insecure_http)
}

/// Returns whether the path is that of the HubSoft API, as copied from its documentation.
fn names_the_api(url: &Url) -> bool {
    let parts = url.path().split('/').map(str::to_ascii_lowercase);
    let mut parts = parts.filter(|part| !part.is_empty());
    parts.any(|part| part == "api" || part == "oauth" || part == "v1")
}

/// Reads a secret from exactly one source: inline, a file, or a systemd credential of the same name.
fn secret(section: &mut Section<'_>, key: &'static str, file_key: &'static str) -> Option<Secret> {
    let inline = section.text(key);
    let file = section.text(file_key);
    match (inline, file) {
        (Some(inline), Some(_)) => {
            let parts: [(&str, &dyn Display); 2] = [("key", &key), ("file_key", &file_key)];
            section.report(inline.place, texts::SECRET_TWICE.message(&parts));
            None
        }
        (Some(inline), None) => Some(secret_inside(section, key, inline)),
        (None, Some(Marked { value, place })) => {
            let validate =
                |path: &Path, text: &str| validate(section, &path.display().to_string(), text);
            let read = section.secret_named(file_key, &value, validate);
            read.map_err(|text| section.report(place, text)).ok()
        }
        // It is not a text, which is reported already.
        (None, None) if section.has(key) || section.has(file_key) => None,
        (None, None) => secret_of_systemd(section, key, file_key),
    }
}

/// Reads a secret in the configuration itself.
fn secret_inside(section: &Section<'_>, key: &str, inline: Marked<String>) -> Secret {
    let Marked { value, place } = inline;
    if value.trim().is_empty() {
        section.report(place, texts::SECRET_EMPTY.message(&[("key", &key)]));
    }
    section.note_secret_inside();
    if let Err(text) = validate(section, &section.path(key), &value) {
        section.report(place, text);
    }
    Secret::new(value)
}

fn secret_of_systemd(section: &Section<'_>, key: &str, file_key: &str) -> Option<Secret> {
    if section.folders().is_sealed(key) {
        return Some(sealed());
    }
    let Some(path) = section.folders().credential(key) else {
        let parts: [(&str, &dyn Display); 2] = [("key", &key), ("file_key", &file_key)];
        section.report(section.place(), texts::SECRET_MISSING.message(&parts));
        return None;
    };
    let validate = |path: &Path, text: &str| validate(section, &path.display().to_string(), text);
    let read = section.secret_credential(key, &path, validate);
    read.map_err(|text| section.report(section.place(), text)).ok()
}

/// Rejects an invalid secret, and warns about a suspicious one. The secret is never printed.
fn validate(section: &Section<'_>, source: &str, text: &str) -> Result<(), Message> {
    if let Some(wrong) = wrong_secret(text) {
        return Err(texts::SECRET_WRONG.message(&[("source", &source), ("wrong", &wrong)]));
    }
    if let Some(odd) = odd_secret(text) {
        section.warn(texts::SECRET_WRONG.message(&[("source", &source), ("wrong", &odd)]));
    }
    Ok(())
}

fn ca_pem(section: &mut Section<'_>) -> Option<Vec<u8>> {
    let Marked { value, place } = section.text("ca_file")?;
    let path = section.folders().beside(&value);
    let pem = section.pem("ca_file", &path).and_then(|pem| match certificates(&pem) {
        Ok(_) => Ok(pem),
        Err(error) => Err(texts::CA_FILE.message(&[("error", &error), ("path", &path.display())])),
    });
    pem.map_err(|text| section.report(place, text)).ok()
}
