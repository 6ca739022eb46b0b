//! Keeps recordings over a restart, if `speech.folder` is set: for engines that are slow or cost money.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::domain::wav;
use crate::runtime::plain_file;

use super::render_key::RenderKey;

/// Longest recording: two minutes of 16 kB a second.
const RECORDING_BYTES_MAX: u64 = 2 << 20;

/// The folder of the recordings.
pub(super) struct SpeechFolder<'a>(&'a Path);

impl<'a> SpeechFolder<'a> {
    pub(super) fn new(path: &'a Path) -> Self {
        Self(path)
    }

    /// The recording of an earlier run, if there is one that can be played.
    pub(super) fn read(&self, key: &RenderKey) -> Option<Vec<u8>> {
        let bytes = plain_file::read(&self.file(key), RECORDING_BYTES_MAX).ok()?;
        wav::problem(&bytes).is_none().then_some(bytes)
    }

    /// Writes a recording, whole or not at all.
    pub(super) fn save(&self, key: &RenderKey, wav: &[u8]) -> Result<(), String> {
        let file = self.file(key);
        let new = file.with_extension("new");
        let written = fs::create_dir_all(self.0)
            .and_then(|()| fs::write(&new, wav))
            .and_then(|()| fs::rename(&new, &file));
        written.map_err(|error| self.problem(&error))
    }

    /// Removes recordings that are not wanted any more. What cannot be removed stays.
    pub(super) fn remove(&self, keys: &[RenderKey]) {
        for key in keys {
            let _ = fs::remove_file(self.file(key));
        }
    }

    fn file(&self, key: &RenderKey) -> PathBuf {
        self.0.join(format!("{}.wav", key.as_str()))
    }

    fn problem(&self, error: &io::Error) -> String {
        format!(
            "speech.folder: `{}` cannot be written ({error}): let bina's user write there, or remove the \
             setting (recordings are kept in memory)",
            self.0.display()
        )
    }
}
