//! The recordings that are served to PBXs on other machines, read at start and reload.
//!
//! A PBX fetches a recording while a caller waits, so requests do not access the disk.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::hash::{DefaultHasher, Hasher};
use std::io::ErrorKind;
use std::path::Path;

use bytes::Bytes;

use crate::runtime::language::{Message, texts};
use crate::runtime::plain_file;

use super::wav_problem;

/// Longest recording: four minutes at 16 kB a second, more than any caller listens to.
const RECORDING_BYTES_MAX: u64 = 4 << 20;
/// All recordings together; the service is limited to 512 MiB in total.
const ALL_BYTES_MAX: usize = 64 << 20;

texts! {
    ALL_TOO_LARGE = "passa do limite de 64 MiB para todas as gravações", "exceeds the limit of 64 MiB for all recordings";
    FILE = "{file} {problem}", "{file} {problem}";
    TOO_LARGE = "não é um arquivo comum de no máximo 4 MiB (quatro minutos)", "is not a plain file of at most 4 MiB (four minutes)";
    UNREADABLE = "não pode ser lido ({error}): copie-o para lá, verifique dono e modo", "cannot be read ({error}): copy it there, check owner and mode";
}

/// One recording.
#[derive(Clone, Debug)]
pub struct Recording {
    pub bytes: Bytes,
    /// Identifies the content, in the notation of an `ETag`.
    pub tag: String,
}

/// Recordings by sound name.
#[derive(Clone, Debug, Default)]
pub struct Recordings(BTreeMap<String, Recording>);

impl Recordings {
    /// Reads `SOUND.wav` in `folder` for each of `sounds`; also returns the problems of those that
    /// cannot be served.
    pub fn read<'a>(folder: &Path, sounds: impl Iterator<Item = &'a str>) -> (Self, Vec<Message>) {
        let mut recordings = BTreeMap::new();
        let mut problems = Vec::new();
        let mut remaining = ALL_BYTES_MAX;
        for sound in sounds {
            let file = folder.join(format!("{sound}.wav"));
            match load(&file, remaining) {
                Ok(recording) => {
                    remaining -= recording.bytes.len();
                    recordings.insert(sound.to_owned(), recording);
                }
                Err(problem) => {
                    let parts: [(&str, &dyn Display); 2] =
                        [("file", &file.display()), ("problem", &problem)];
                    problems.push(FILE.message(&parts));
                }
            }
        }
        (Self(recordings), problems)
    }

    /// Finds the recording of a sound.
    pub fn find(&self, sound: &str) -> Option<&Recording> {
        self.0.get(sound)
    }
}

fn load(file: &Path, remaining: usize) -> Result<Recording, Message> {
    let read = plain_file::read(file, RECORDING_BYTES_MAX);
    let bytes = read.map_err(|error| match error.kind() {
        ErrorKind::InvalidInput | ErrorKind::FileTooLarge => TOO_LARGE.into(),
        _ => UNREADABLE.message(&[("error", &error)]),
    })?;
    match wav_problem(&bytes) {
        Some(problem) => Err(problem),
        None if bytes.len() > remaining => Err(ALL_TOO_LARGE.into()),
        None => Ok(Recording { tag: tag(&bytes), bytes: bytes.into() }),
    }
}

/// A tag that is the same after a restart, so that PBXs do not fetch the file again.
fn tag(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    format!("\"{:016x}\"", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::language::hold;

    #[test]
    fn every_text_has_both_languages() {
        hold(ALL, &["FILE"]);
    }
}
