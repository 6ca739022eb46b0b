//! Where HubSoft is and who asks: `[hubsoft]`, with secrets from files, systemd credentials or the section.

use std::path::Path;
use std::time::Duration;

use reqwest::Url;

use crate::runtime::secret::Secret;
use crate::runtime::settings::{Marked, Section};
use crate::sources::limiter;

use super::credential_text::{odd_secret, wrong_name, wrong_secret};
use super::grant::ApiCredentials;
use super::trust::certificates;
use super::wire::Wanted;

/// The page's two words.
const WORDS: [(&str, bool); 2] = [("sim", true), ("nao", false)];

/// The user of the shipped file.
const EXAMPLE_USER: &str = "api@example.com";

/// How HubSoft may compare numbers.
const PHONE_MATCHES: [(&str, PhoneMatch); 2] =
    [("exact", PhoneMatch::Exact), ("suffix", PhoneMatch::Suffix)];

/// Where HubSoft is, who asks, and within which limits.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub base_url: Url,
    /// Allows plain http, which shows token and customers to the network.
    pub insecure_http: bool,
    pub credentials: ApiCredentials,
    /// Certificates to trust besides the system's.
    pub ca_pem: Option<Vec<u8>>,
    pub wanted: Wanted,
    pub phone_match: PhoneMatch,
    /// Whether the alert of a customer counts who has no live service any more.
    pub ex_customers: bool,
    /// Longest wait for a connection, name resolution included.
    pub connect: Duration,
    /// Longest time for one request. Calls do not wait that long: they have their own deadline.
    pub attempt: Duration,
    /// Longest body; 100 customers with 3 services each need 1 MB.
    pub body_bytes_max: usize,
    /// How fast HubSoft may be asked.
    pub limiter: limiter::Settings,
}

impl Settings {
    const CONNECT: Duration = Duration::from_millis(250);
    const ATTEMPT: Duration = Duration::from_millis(3_000);
    const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

    /// Reads `[hubsoft]`; `None` when something it needs is missing, which is reported by then.
    pub fn read(section: &mut Section<'_>, limiter: limiter::Settings) -> Option<Self> {
        let (base_url, insecure_http) = base_url(section);
        let client_id = name(section, "client_id", "it stands in HubSoft's integration settings");
        let username = name(section, "username", "it is the e-mail of the integration's user");
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
        };
        for warning in settings.warnings() {
            section.warn(warning);
        }
        Some(settings)
    }

    /// What can be read and is probably a mistake.
    fn warnings(&self) -> Vec<String> {
        let url = &self.base_url;
        let host = url.host_str().unwrap_or_default();
        let mut texts = Vec::new();
        if self.connect > self.attempt {
            let connect = self.connect.as_millis();
            let attempt = self.attempt.as_millis();
            texts.push(format!(
                "hubsoft.connect_ms ({connect}) is above hubsoft.attempt_ms ({attempt}), which ends \
                 the request before: lower it"
            ));
        }
        let local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        if url.scheme() == "http" && !local {
            texts.push(
                "hubsoft.base_url is plain http to another machine: the network can read token and \
                 customers; write https"
                    .to_owned(),
            );
        }
        // The shipped file's own address, which nobody has: the one change that cannot be left out.
        if host.contains("provider.hubsoft") {
            texts.push(
                "hubsoft.base_url is still the example's: write your provider's own name for PROVIDER"
                    .to_owned(),
            );
        }
        if host.ends_with(".hubsoft.com.br") && !host.starts_with("api.") {
            texts.push(format!(
                "hubsoft.base_url looks like the address of the panel ({host}): that of the API begins \
                 with api., like https://api.{host}"
            ));
        }
        if self.credentials.username.eq_ignore_ascii_case(EXAMPLE_USER) {
            texts.push(
                "hubsoft.username is still the example's: write the e-mail of the integration's user"
                    .to_owned(),
            );
        }
        texts
    }

    /// Tells whether `other` is the same HubSoft, requested by the same user: a token of one is good
    /// for the other, and so is what is cached.
    pub fn is_same_upstream(&self, other: &Self) -> bool {
        self.base_url == other.base_url && self.credentials == other.credentials
    }

    /// Tells whether `other` makes the same record of the same answer.
    pub fn reads_alike(&self, other: &Self) -> bool {
        self.wanted == other.wanted
            && self.phone_match == other.phone_match
            && self.ex_customers == other.ex_customers
    }
}

/// How HubSoft compares a searched number with the stored ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PhoneMatch {
    /// All digits, so that a mobile is searched for with and without its ninth digit.
    #[default]
    Exact,
    /// The ends, so that one spelling finds both.
    Suffix,
}

/// What a lookup asks for, named after HubSoft's page.
fn wanted(section: &mut Section<'_>) -> Wanted {
    let default = Wanted::default();
    Wanted {
        limit: section.number("limit", 1..=100, default.limit),
        cancelado: section.word("cancelado", &WORDS, default.cancelado),
        ultima_conexao: section.word("ultima_conexao", &WORDS, default.ultima_conexao),
    }
}

/// The name of a client or user.
fn name(section: &mut Section<'_>, key: &'static str, remedy: &str) -> Option<String> {
    let Marked { value, place } = section.needed(key, remedy)?;
    if let Some(wrong) = wrong_name(&value) {
        section.report(place, format!("hubsoft.{key} {wrong}"));
    }
    Some(value)
}

/// The address, and whether it may be plain http.
fn base_url(section: &mut Section<'_>) -> (Option<Url>, bool) {
    let remedy = "write https://api.PROVIDER.hubsoft.com.br";
    let written = section.needed("base_url", remedy);
    let insecure_http = section.flag("insecure_http");
    let Some(Marked { value, place }) = written else { return (None, insecure_http) };
    let is_odd = |c: char| c.is_control() || c.is_whitespace() || "\"'`<>\\^{}|".contains(c);
    let wrong = match Url::parse(value.trim()) {
        // The parser leaves out or encodes what was pasted with the address.
        _ if value.trim().contains(is_odd) => "has a blank, a quote or a line break within",
        Err(_) => "is not an address",
        Ok(url) if url.port() == Some(0) => "has port 0, where nobody listens",
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            "must not carry a user or password"
        }
        Ok(url) if url.path().contains("/integracao") => "must end before /api/v1/integracao",
        Ok(url) if names_the_api(&url) => "must end before /api or /oauth, which are added",
        Ok(url) if url.query().is_some() || url.fragment().is_some() => "must end with its path",
        Ok(url) => match (url.scheme(), insecure_http) {
            ("https", _) | ("http", true) => return (Some(url), insecure_http),
            ("http", false) => {
                "is plain http, which shows token and customers to the network: write https, or \
                 set hubsoft.insecure_http = true for a trial on this machine"
            }
            _ => "must begin with https://",
        },
    };
    section.report(place, format!("hubsoft.base_url {wrong} ({remedy})"));
    (None, insecure_http)
}

/// Tells whether the path is that of HubSoft's own API, as it is copied from its documentation.
fn names_the_api(url: &Url) -> bool {
    let parts = url.path().split('/').map(str::to_ascii_lowercase);
    let mut parts = parts.filter(|part| !part.is_empty());
    parts.any(|part| part == "api" || part == "oauth" || part == "v1")
}

/// A secret from exactly one place: inline, a file, or a systemd credential of the same name.
fn secret(section: &mut Section<'_>, key: &'static str, file_key: &'static str) -> Option<Secret> {
    let inline = section.text(key);
    let file = section.text(file_key);
    match (inline, file) {
        (Some(inline), Some(_)) => {
            let text = format!("hubsoft.{key} and hubsoft.{file_key} are both set: keep one");
            section.report(inline.place, text);
            None
        }
        (Some(inline), None) => Some(secret_inside(section, key, inline)),
        (None, Some(Marked { value, place })) => {
            let judge = |path: &Path, text: &str| judge(section, &path.display().to_string(), text);
            let read = section.secret_named(file_key, &value, judge);
            read.map_err(|text| section.report(place, text)).ok()
        }
        // It is there and not a text, which is reported already.
        (None, None) if section.has(key) || section.has(file_key) => None,
        (None, None) => secret_of_systemd(section, key, file_key),
    }
}

/// The secret that stands in the configuration itself.
fn secret_inside(section: &Section<'_>, key: &str, inline: Marked<String>) -> Secret {
    let Marked { value, place } = inline;
    if value.trim().is_empty() {
        section.report(place, format!("hubsoft.{key} is empty"));
    }
    section.note_secret_inside();
    if let Err(text) = judge(section, &section.path(key), &value) {
        section.report(place, text);
    }
    Secret::new(value)
}

fn secret_of_systemd(section: &Section<'_>, key: &str, file_key: &str) -> Option<Secret> {
    let Some(path) = section.folders().credential(key) else {
        let text = format!(
            "hubsoft.{key} is missing: set {file_key} to a file that holds it, or give \
             systemd a credential named {key}"
        );
        section.report(section.place(), text);
        return None;
    };
    let judge = |path: &Path, text: &str| judge(section, &path.display().to_string(), text);
    let read = section.secret_credential(key, &path, judge);
    read.map_err(|text| section.report(section.place(), text)).ok()
}

/// Says why the secret at `place` cannot be one, and warns of one that looks like a mistake. The
/// secret itself is never repeated.
fn judge(section: &Section<'_>, place: &str, text: &str) -> Result<(), String> {
    if let Some(wrong) = wrong_secret(text) {
        return Err(format!("{place} {wrong}"));
    }
    if let Some(odd) = odd_secret(text) {
        section.warn(format!("{place} {odd}"));
    }
    Ok(())
}

fn ca_pem(section: &mut Section<'_>) -> Option<Vec<u8>> {
    let Marked { value, place } = section.text("ca_file")?;
    let path = section.folders().beside(&value);
    let good = section.pem("ca_file", &path).and_then(|pem| match certificates(&pem) {
        Ok(_) => Ok(pem),
        Err(error) => Err(format!("{error}: {}", path.display())),
    });
    good.map_err(|text| section.report(place, text)).ok()
}
