//! Speech engines: a program that reads a text and writes a WAV, or a server in OpenAI's form.
//!
//! An engine never runs in the way of a call. What it returns is not trusted: its size and time are
//! bounded here, and its audio is read by `domain::telephone_audio`.

mod command;
mod failure;
mod group;
mod http;
mod programs;
mod settings;
mod texts;
mod voices;

use std::pin::Pin;
use std::sync::Arc;

use crate::domain::speech_text::Prepared;
use crate::runtime::language::Message;

use self::command::CommandEngine;
use self::http::HttpEngine;

pub use self::failure::{EngineError, EngineFailure};
pub use self::settings::{EngineKind, EngineSettings, SpeechServer};

/// Longest WAV of an engine: two minutes of 24 kHz float take 12 MB.
pub const WAV_BYTES_MAX: usize = 32 << 20;

/// Why the engine cannot speak, as far as that is seen without a text.
pub fn problem(settings: &EngineSettings) -> Option<Message> {
    match &settings.kind {
        EngineKind::Command(words) => programs::missing(words),
        EngineKind::Http(_) => None,
    }
}

/// What an engine has spoken, as it wrote it.
pub type SpokenWav<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, EngineError>> + Send + 'a>>;

/// Something that speaks a text into a WAV.
pub trait SpeechEngine: Send + Sync {
    /// Speaks a prepared text. It returns within the engine's time limit.
    fn speak<'a>(&'a self, text: &'a Prepared) -> SpokenWav<'a>;

    /// Identifies the engine and its settings: with another one, a text sounds different.
    fn id(&self) -> &str;
}

/// The engine that the settings describe. Requires tokio's runtime.
pub fn engine(settings: &EngineSettings) -> Result<Arc<dyn SpeechEngine>, EngineError> {
    Ok(match &settings.kind {
        EngineKind::Command(words) => Arc::new(CommandEngine::new(words, settings.timeout)),
        EngineKind::Http(server) => Arc::new(HttpEngine::new(server, settings.timeout)?),
    })
}
