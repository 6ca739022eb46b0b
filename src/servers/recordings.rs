//! Holds the recordings that are served to PBXs on another machine, read once at the start.
//!
//! A PBX fetches a recording while a caller waits for it, so no disk is asked then.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::io::{self, ErrorKind};
use std::path::Path;

use bytes::Bytes;

use crate::domain::wav;
use crate::runtime::plain_file;

/// Longest recording: four minutes at 16 kB a second, and nobody listens to half of it.
const RECORDING_BYTES_MAX: u64 = 4 << 20;
/// All recordings together; the service has 256 MiB for everything.
const ALL_BYTES_MAX: usize = 64 << 20;

/// One recording.
#[derive(Clone, Debug)]
pub struct Recording {
    pub bytes: Bytes,
    /// Tells one content from another, in the quotes of an `ETag`.
    pub tag: String,
}

/// The recordings by the name of their sound.
#[derive(Clone, Debug, Default)]
pub struct Recordings(BTreeMap<String, Recording>);

impl Recordings {
    /// Reads `SOUND.wav` in `folder` for each of `sounds`, and says which of them cannot be served.
    pub fn read<'a>(folder: &Path, sounds: impl Iterator<Item = &'a str>) -> (Self, Vec<String>) {
        let mut recordings = BTreeMap::new();
        let mut problems = Vec::new();
        let mut room = ALL_BYTES_MAX;
        for sound in sounds {
            let file = folder.join(format!("{sound}.wav"));
            match load(&file, room) {
                Ok(recording) => {
                    room -= recording.bytes.len();
                    recordings.insert(sound.to_owned(), recording);
                }
                Err(problem) => problems.push(format!("{} {problem}", file.display())),
            }
        }
        (Self(recordings), problems)
    }

    /// Finds the recording of a sound.
    pub fn find(&self, sound: &str) -> Option<&Recording> {
        self.0.get(sound)
    }
}

fn load(file: &Path, room: usize) -> Result<Recording, String> {
    let unreadable =
        |error: io::Error| format!("cannot be read ({error}): copy it there, check owner and mode");
    let bytes =
        plain_file::read(file, RECORDING_BYTES_MAX).map_err(|error| match error.kind() {
            ErrorKind::InvalidInput | ErrorKind::FileTooLarge => {
                "is no file of at most 4 MiB (four minutes)".to_owned()
            }
            _ => unreadable(error),
        })?;
    match wav::problem(&bytes) {
        Some(problem) => Err(problem),
        None if bytes.len() > room => Err("is too much: all together hold 64 MiB".to_owned()),
        None => Ok(Recording { tag: tag(&bytes), bytes: bytes.into() }),
    }
}

/// A tag that a file has again after a restart, so that no PBX fetches it anew for that.
fn tag(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    format!("\"{:016x}\"", hasher.finish())
}
