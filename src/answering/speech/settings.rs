//! Settings of spoken alerts: `[speech]`.

use std::collections::HashMap;
use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::prompt::Rules;
use crate::domain::speech_text::SpeechWords;
use crate::runtime::language::{Message, Text};
use crate::runtime::settings::{Marked, Place, Section, port_problem};
use crate::runtime::state_folder::PrivateFolder;
use crate::runtime::tls::Tls;
use crate::sources::sentences::in_both;
use crate::sources::speech::EngineSettings;

use super::refused::unusable;
use super::texts;

/// What a playlist may have as an address: both PBXs have limits.
const BASE_URL_BYTES_MAX: usize = 100;

/// Settings of spoken alerts.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What speaks, if anything does.
    pub engine: Option<EngineSettings>,
    /// Where PBXs fetch recordings; ends with `/`.
    pub base_url: String,
    /// Where recordings are kept over a restart, if they are.
    pub folder: Option<PathBuf>,
    /// The provider's own words.
    pub words: Arc<SpeechWords>,
}

impl Settings {
    /// Reads `[speech]`; unless another address is set, recordings are fetched at `own_url`.
    pub fn read(section: &mut Section<'_>, own_url: String) -> Self {
        let engine = EngineSettings::read(section);
        let base_url = section.text("base_url").map(|url| base_url(section, &url));
        let base_url = base_url.unwrap_or(own_url);
        let folder = section.text("folder").and_then(|folder| absolute(section, folder));
        Self { engine, base_url, folder, words: Arc::new(words(section)) }
    }
}

impl Settings {
    /// What in these settings and `rules` makes spoken alerts silent, for the PBXs at `pbx`.
    pub fn warnings(&self, rules: &Rules, pbx: &[IpAddr]) -> Vec<Text> {
        let speaks = rules.list().iter().any(|rule| rule.speak.is_some());
        let is_elsewhere = pbx.iter().any(|pbx| !pbx.to_canonical().is_loopback());
        let mut warnings = Vec::new();
        if speaks && self.engine.is_none() {
            warnings.push(texts::NO_ENGINE);
        }
        if self.engine.is_some() && !speaks {
            warnings.push(texts::NO_RULE);
        }
        if speaks && self.engine.is_some() && is_elsewhere && is_loopback(&self.base_url) {
            warnings.push(texts::LOOPBACK);
        }
        warnings
    }

    /// Why recordings cannot be kept over a restart, as far as that is seen without a change.
    pub fn folder_problem(&self) -> Option<Message> {
        let problem = PrivateFolder::problem(self.folder.as_deref()?)?;
        Some(texts::FOLDER_PROBLEM.message(&[("problem", &in_both(&problem))]))
    }
}

/// Where the listener for calls at `http` serves recordings, as a PBX on this machine reaches it.
pub fn own_url(http: Option<SocketAddr>, tls: Option<&Tls>) -> String {
    let mut http = http.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, 8573).into());
    if http.ip().is_unspecified() {
        let loopback: IpAddr = match http {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        };
        http.set_ip(loopback);
    }
    let scheme = if tls.is_some() { "https" } else { "http" };
    format!("{scheme}://{http}/prompts/")
}

fn base_url(section: &Section<'_>, url: &Marked<String>) -> String {
    let Marked { value, place } = url;
    let rest = value.strip_prefix("http://").or_else(|| value.strip_prefix("https://"));
    let host = rest.and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let are_plain = value.bytes().all(|b| b.is_ascii_alphanumeric() || b"_/.:-".contains(&b));
    let is_good = !host.is_empty()
        && !host.starts_with(':')
        && are_plain
        && value.ends_with('/')
        && value.len() <= BASE_URL_BYTES_MAX;
    if let Some(problem) = port_problem(value) {
        section.report(*place, texts::BASE_URL_PORT.message(&[("problem", &problem)]));
    } else if !is_good {
        section.report(*place, texts::BASE_URL);
    }
    value.clone()
}

fn absolute(section: &Section<'_>, folder: Marked<String>) -> Option<PathBuf> {
    let path = PathBuf::from(folder.value);
    if !path.is_absolute() {
        let message = texts::FOLDER_RELATIVE.message(&[("path", &path.display())]);
        section.report(folder.place, message);
        return None;
    }
    Some(path)
}

/// Whether only this machine reaches an address of recordings.
fn is_loopback(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or_default();
    let address = host.parse().map(|address: SocketAddr| address.ip()).or_else(|_| host.parse());
    let name = host.split(':').next().unwrap_or_default();
    address.map_or(name == "localhost", |address| address.to_canonical().is_loopback())
}

/// Reports written forms that differ in their capitals only: which one is meant is seen by nobody.
fn report_twins(section: &Section<'_>, written: &[(Place, &str)]) {
    let mut seen: HashMap<String, &str> = HashMap::new();
    for (place, form) in written {
        if let Some(twin) = seen.insert(form.to_lowercase(), form) {
            section.report(*place, texts::TWINS.message(&[("form", form), ("twin", &twin)]));
        }
    }
}

/// Reads `[speech.words]`.
fn words(section: &mut Section<'_>) -> SpeechWords {
    let (places, pairs): (Vec<_>, Vec<_>) = section
        .map("words")
        .into_iter()
        .map(|(Marked { value, place }, spoken)| (place, (value, spoken)))
        .unzip();
    let written = places.iter().zip(&pairs).map(|(place, (written, _))| (*place, written.as_str()));
    report_twins(section, &written.collect::<Vec<_>>());
    SpeechWords::new(&pairs).unwrap_or_else(|problems| {
        for (at, problem) in problems {
            let written = pairs.get(at).map_or("", |(written, _)| written);
            let place = places.get(at).copied().unwrap_or_default();
            let parts: [(&str, &dyn Display); 2] =
                [("written", &written), ("problem", &unusable(&problem))];
            section.report(place, texts::WORD.message(&parts));
        }
        SpeechWords::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recordings_are_fetched_from_the_listener_of_calls_unless_another_address_is_set() {
        for (http, url) in [
            ("127.0.0.1:8573", "http://127.0.0.1:8573/prompts/"),
            ("0.0.0.0:80", "http://127.0.0.1:80/prompts/"),
            ("[::]:8573", "http://[::1]:8573/prompts/"),
            ("10.0.0.5:8573", "http://10.0.0.5:8573/prompts/"),
        ] {
            assert_eq!(own_url(Some(http.parse().expect("an address")), None), url);
        }
    }
}
