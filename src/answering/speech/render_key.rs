//! Names recordings by hashes: before they are made, and by their audio.

use std::fmt::Write;

use ring::digest::{SHA256, digest};

use crate::domain::speech_text::Prepared;
use crate::domain::telephone_audio::CHAIN_VERSION;

/// Identifies a recording before it is made: by the text, the engine and the level chain.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct RenderKey(String);

impl RenderKey {
    pub(super) fn new(text: &Prepared, engine: &str) -> Self {
        let parts = format!("{CHAIN_VERSION}\n{engine}\n{}", text.reveal());
        Self(hashed(parts.as_bytes(), 16))
    }

    /// Hexadecimal digits.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The first `bytes` bytes of a hash, in hexadecimal digits.
pub(super) fn hashed(data: &[u8], bytes: usize) -> String {
    let mut text = String::new();
    for byte in digest(&SHA256, data).as_ref().iter().take(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
