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

/// Longest line of an engine's error output that is shown.
const LINE_CHARS_MAX: usize = 200;

/// A failure, with what an operator needs to mend it. It has no word of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineError {
    pub failure: EngineFailure,
    text: String,
    /// The first line of the program's error output.
    complaint: Option<Complaint>,
}

/// What a program wrote to its error output: it may have words of the text, so no log has it.
#[derive(Clone, PartialEq, Eq)]
struct Complaint(String);

impl fmt::Debug for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Complaint(masked)")
    }
}

impl Complaint {
    /// The first line with something in it, without what a terminal would interpret.
    fn of(output: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(output);
        let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
        let is_shown = |c: &char| {
            !c.is_control()
                && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}')
        };
        Some(Self(line.chars().filter(is_shown).take(LINE_CHARS_MAX).collect()))
    }
}

impl EngineError {
    pub fn new(failure: EngineFailure, text: impl Into<String>) -> Self {
        Self { failure, text: text.into(), complaint: None }
    }

    /// The same, with what the program wrote to its error output.
    pub(super) fn with_output(self, output: &[u8]) -> Self {
        Self { complaint: Complaint::of(output), ..self }
    }

    /// What the program complained of, for who has typed the text; never for a log.
    pub fn complaint(&self) -> Option<&str> {
        self.complaint.as_ref().map(|complaint| complaint.0.as_str())
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
