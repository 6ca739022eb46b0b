//! Names recordings by hashes: before they are made, and by their audio.

use std::fmt::Write;

use ring::digest::{SHA256, digest};

use crate::domain::speech_text::Prepared;
use crate::domain::telephone_audio::CHAIN_VERSION;

const KEY_BYTES: usize = 16;
const AUDIO_BYTES: usize = 8;

/// Identifies a recording before it is made: by the text, the engine and the level chain.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct RenderKey(String);

impl RenderKey {
    pub(super) fn new(text: &Prepared, engine: &str) -> Self {
        let parts = format!("{CHAIN_VERSION}\n{engine}\n{}", text.reveal());
        Self(hashed(parts.as_bytes(), KEY_BYTES))
    }

    /// The key that a file is named by.
    pub(super) fn parse(text: &str) -> Option<Self> {
        is_hash(text, KEY_BYTES).then(|| Self(text.to_owned()))
    }

    /// Hexadecimal digits.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Identifies a recording by its audio, so that another text is another address, and no cache of a PBX is
/// ever stale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AudioHash(String);

impl AudioHash {
    pub(super) fn of(wav: &[u8]) -> Self {
        Self(hashed(wav, AUDIO_BYTES))
    }

    /// The hash that a file is named by.
    pub(super) fn parse(text: &str) -> Option<Self> {
        is_hash(text, AUDIO_BYTES).then(|| Self(text.to_owned()))
    }

    /// Hexadecimal digits.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_hash(text: &str, bytes: usize) -> bool {
    text.len() == 2 * bytes && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// The first `bytes` bytes of a hash, in hexadecimal digits.
fn hashed(data: &[u8], bytes: usize) -> String {
    let mut text = String::new();
    for byte in digest(&SHA256, data).as_ref().iter().take(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
