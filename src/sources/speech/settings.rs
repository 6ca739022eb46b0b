//! Settings of the engine: part of `[speech]`.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use reqwest::Url;

use crate::runtime::secret::Secret;
use crate::runtime::settings::{Marked, Section, port_problem};

use super::texts;

/// Maximum words of a command.
const WORDS_MAX: usize = 32;

/// Which engine speaks, and how long it may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineSettings {
    pub kind: EngineKind,
    pub timeout: Duration,
}

impl EngineSettings {
    /// The program of a command that names its folder.
    pub fn program(&self) -> Option<&Path> {
        match &self.kind {
            EngineKind::Command(words) => {
                words.first().filter(|word| word.contains('/')).map(Path::new)
            }
            EngineKind::Http(_) => None,
        }
    }

    /// The engine in a few words, without a secret.
    pub fn shown(&self) -> String {
        match &self.kind {
            EngineKind::Command(words) => words.join(" "),
            EngineKind::Http(SpeechServer { url, voice, .. }) => {
                let host = url.host_str().unwrap_or_default();
                let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
                let (scheme, path) = (url.scheme(), url.path());
                format!("{scheme}://{host}{port}{path} (voice {voice})")
            }
        }
    }
}

/// The engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineKind {
    /// A program and its arguments.
    Command(Vec<String>),
    Http(SpeechServer),
}

/// A server in OpenAI's form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpeechServer {
    pub(super) url: Url,
    pub(super) model: String,
    pub(super) voice: String,
    pub(super) token: Option<Secret>,
}

impl EngineSettings {
    /// Reads what `[speech]` says of the engine; none unless it names one.
    pub fn read(section: &mut Section<'_>) -> Option<Self> {
        let timeout = section.seconds("timeout_s", 1..=120, Duration::from_secs(30));
        let command = section.texts_up_to("command", WORDS_MAX);
        let server = server(section);
        if let (Some(command), Some(_)) = (&command, &server) {
            section.report(command.place, texts::BOTH);
        }
        if let Some(command) = &command
            && command.value.first().is_none_or(|program| program.trim().is_empty())
        {
            section.report(command.place, texts::NO_PROGRAM);
        }
        if let Some(Marked { value, place }) = &command
            && let [word] = &value[..]
            && word.contains(' ')
        {
            section.report(*place, texts::ONE_TEXT);
        }
        let kind = match (command, server) {
            (Some(command), _) => EngineKind::Command(command.value),
            (None, server) => EngineKind::Http(server?),
        };
        Some(Self { kind, timeout })
    }
}

/// Whether the server is on this machine.
fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse();
    address.map_or(host == "localhost", |address: IpAddr| address.to_canonical().is_loopback())
}

fn server(section: &mut Section<'_>) -> Option<SpeechServer> {
    let url = section.text("url");
    let model = section.text_or("model", "tts-1").value;
    let voice = section.text_or("voice", "alloy").value;
    let token_file = section.text("token_file");
    let has_token = token_file.is_some();
    let token = token_file.and_then(|name| {
        let check = |_: &Path, text: &str| match text.trim() {
            "" => Err(texts::TOKEN_EMPTY.into()),
            _ => Ok(()),
        };
        let read = section.secret_named("token_file", &name.value, check);
        read.map_err(|problem| section.report(name.place, problem)).ok()
    });
    let url = url?;
    let parsed = Url::parse(&url.value).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    if parsed.is_none() {
        let message = port_problem(&url.value).map_or_else(
            || texts::NO_ADDRESS.into(),
            |problem| texts::URL_PORT.message(&[("problem", &problem)]),
        );
        section.report(url.place, message);
    }
    let parsed = parsed?;
    if has_token && (!parsed.username().is_empty() || parsed.password().is_some()) {
        section.report(url.place, texts::TWO_CREDENTIALS);
    }
    let is_secret = has_token || parsed.password().is_some();
    if is_secret && parsed.scheme() == "http" && !is_here(&parsed) {
        section.warn(texts::PLAIN_TOKEN);
    }
    Some(SpeechServer { url: parsed, model, voice, token })
}
