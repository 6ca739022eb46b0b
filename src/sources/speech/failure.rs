//! Why an engine has not spoken.

use std::fmt;
use std::time::Duration;

use crate::runtime::metrics::Label;

/// Why an engine has not spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EngineFailure {
    /// What it wrote is no audio that can be used.
    Audio,
    /// The server cannot be reached.
    Connect,
    /// It wrote nothing.
    Empty,
    /// The program ended with an error.
    Exit,
    /// The server's answer is not 200.
    Http,
    /// It wrote more than is read.
    Size,
    /// The program cannot be started.
    Start,
    Timeout,
    /// The voice that it is given is not installed.
    Voice,
}

impl Label for EngineFailure {
    const NAME: &'static str = "reason";
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Audio, "audio"),
        (Self::Connect, "connect"),
        (Self::Empty, "empty"),
        (Self::Exit, "exit"),
        (Self::Http, "http"),
        (Self::Size, "size"),
        (Self::Start, "start"),
        (Self::Timeout, "timeout"),
        (Self::Voice, "voice"),
    ];

    fn index(self) -> usize {
        self as usize
    }
}

/// A failure, with what an operator needs to mend it. It has no word of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineError {
    pub failure: EngineFailure,
    text: String,
}

impl EngineError {
    pub fn new(failure: EngineFailure, text: impl Into<String>) -> Self {
        Self { failure, text: text.into() }
    }

    pub(super) fn timeout(limit: Duration) -> Self {
        let text = format!(
            "the engine did not finish within speech.timeout_s ({} s): raise it, or use a faster voice",
            limit.as_secs()
        );
        Self::new(EngineFailure::Timeout, text)
    }

    pub(super) fn size(limit: usize) -> Self {
        let text = format!("the engine wrote more than {} MiB for one text", limit >> 20);
        Self::new(EngineFailure::Size, text)
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for EngineError {}
