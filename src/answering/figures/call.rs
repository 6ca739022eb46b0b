//! One answered call, as it is counted and as an operator sees it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::domain::alert::TextKey;
use crate::domain::answer::{AnswerStatus, Told};
use crate::domain::finding::AnswerSource;
use crate::domain::phone::Masked;
use crate::domain::prompt::Playlist;

/// Whether a prompt says the words of its alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptKind {
    Prepared,
    Spoken,
}

/// One answered call: shared values only, so that nothing is copied in its way.
pub struct FiguredCall {
    pub accepted: Instant,
    pub took: Duration,
    /// The interface by which the PBX asked.
    pub interface: &'static str,
    /// The caller, if there is a number.
    pub phone: Option<Masked>,
    pub status: AnswerStatus,
    pub source: AnswerSource,
    pub rule: Option<Arc<str>>,
    pub prompt: Option<Arc<Playlist>>,
    pub kind: PromptKind,
    /// Why there was no number or no answer, or empty.
    pub reason: &'static str,
    pub alert: Option<TextKey>,
    pub told: Told,
    /// Its number in the log.
    pub number: u64,
}

impl fmt::Debug for FiguredCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FiguredCall({}, masked)", self.status.word())
    }
}

/// One of the last calls, as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentCall {
    /// Counts the calls that were noted.
    pub position: u64,
    /// Its number in the log.
    pub number: u64,
    pub ago_ms: u64,
    pub took_us: u64,
    pub interface: String,
    /// Masked; empty without a number.
    pub phone: String,
    pub status: String,
    pub source: String,
    pub rule: String,
    /// What Asterisk would play, or empty.
    pub prompt: String,
    pub reason: String,
    /// Whether the caller had heard the alert before.
    pub is_told: bool,
}
