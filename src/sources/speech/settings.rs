//! Settings of the engine: part of `[speech]`.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use reqwest::Url;

use crate::runtime::secret::Secret;
use crate::runtime::settings::{Marked, Section, port_problem};

/// Maximum words of a command.
const WORDS_MAX: usize = 32;

const NO_ADDRESS: &str =
    "speech.url is not an address: write it like \"http://127.0.0.1:8880/v1/audio/speech\"";
const PLAIN_TOKEN: &str = "speech.token_file is sent in plain text to another machine, where the network can read \
                           it: let speech.url begin with https";

/// Which engine speaks, and how long it may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineSettings {
    pub kind: EngineKind,
    pub timeout: Duration,
}

impl EngineSettings {
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
            let text = "speech.command and speech.url are both set: keep one of them";
            section.report(command.place, text.to_owned());
        }
        if let Some(command) = &command
            && command.value.first().is_none_or(|program| program.trim().is_empty())
        {
            let text = "speech.command names no program: write it as a list, the program first";
            section.report(command.place, text.to_owned());
        }
        if let Some(Marked { value, place }) = &command
            && let [word] = &value[..]
            && word.contains(' ')
        {
            let text = "speech.command is one text: write a list, the program and each argument, such as \
                        [\"RHVoice-test\", \"-p\", \"Letícia-F123\", \"-o\", \"-\"]";
            section.report(*place, text.to_owned());
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
            "" => Err("it is empty: write the token into it".to_owned()),
            _ => Ok(()),
        };
        let read = section.secret_named("token_file", &name.value, check);
        read.map_err(|problem| section.report(name.place, problem)).ok()
    });
    let url = url?;
    let parsed = Url::parse(&url.value).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    if parsed.is_none() {
        let text = match port_problem(&url.value) {
            Some(problem) => format!("speech.url: {problem}"),
            None => NO_ADDRESS.to_owned(),
        };
        section.report(url.place, text);
    }
    let parsed = parsed?;
    if has_token && (!parsed.username().is_empty() || parsed.password().is_some()) {
        let text = "speech.url has a user or password, and speech.token_file a token, but a request has \
                    one credential: remove the user and password from the address, or remove token_file";
        section.report(url.place, text.to_owned());
    }
    let is_secret = has_token || parsed.password().is_some();
    if is_secret && parsed.scheme() == "http" && !is_here(&parsed) {
        section.warn(PLAIN_TOKEN.to_owned());
    }
    Some(SpeechServer { url: parsed, model, voice, token })
}
