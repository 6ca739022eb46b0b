//! The journal's files: one for each day, so that an old day is dropped whole.
//!
//! The days share 400 names, more than the longest time that a journal is kept, so that no folder has to
//! be listed.

use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::sync::LazyLock;

use crate::runtime::plain_file;
use crate::runtime::state_folder::{StateError, StateFile, StateFolder};

use super::entry::{JournalEntry, JournalFile, read_day_line, write_day, write_entry};

pub(super) const DAY_S: u64 = 24 * 60 * 60;
/// Maximum bytes of a day's file: some 80,000 calls.
pub(super) const DAY_BYTES_MAX: u64 = 16 << 20;
/// From here on, only calls that were told of an alert are written.
pub(super) const DAY_BYTES_ALL: u64 = 12 << 20;
/// Maximum bytes of all files; the oldest days make room.
pub(super) const BYTES_MAX: u64 = 512 << 20;
/// Bytes of a file in which its day stands.
const HEAD_BYTES: u64 = 128;
const SLOTS: u64 = 400;

static NAMES: LazyLock<Vec<String>> =
    LazyLock::new(|| (0..SLOTS).map(|slot| format!("journal.{slot:03}")).collect());

/// The file of a day since 1970.
pub(super) fn file_of(day: u64) -> StateFile {
    StateFile { name: NAMES[(day % SLOTS) as usize].as_str(), bytes_max: DAY_BYTES_MAX }
}

/// A file that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DayFile {
    /// None if it does not say so.
    pub(super) day: Option<u64>,
    pub(super) file: StateFile,
    pub(super) bytes: u64,
}

/// All files of the folder, without reading more than their beginnings.
pub(super) fn files(folder: &StateFolder) -> Result<Vec<DayFile>, StateError> {
    let mut found = Vec::new();
    for slot in 0..SLOTS {
        let file = file_of(slot);
        if let Some(opened) = folder.open_file(&file)? {
            let bytes = opened.metadata().map_or(0, |about| about.len());
            let mut head = Vec::new();
            // What cannot be read has no day, and is removed.
            let _ = opened.take(HEAD_BYTES).read_to_end(&mut head);
            found.push(DayFile { day: read_day_line(&head), file, bytes });
        }
    }
    Ok(found)
}

/// Reads the file of a day; a file of another day is none.
pub(super) fn read(folder: &Path, day: u64) -> io::Result<JournalFile> {
    match plain_file::read(&folder.join(file_of(day).name), DAY_BYTES_MAX) {
        Ok(bytes) => {
            let file = JournalFile::read(&bytes);
            Ok(if file.day == Some(day) { file } else { JournalFile::default() })
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(JournalFile::default()),
        Err(error) => Err(error),
    }
}

/// Begins the file of a day, and replaces that of a day long ago.
pub(super) fn begin(folder: &StateFolder, day: u64) -> Result<u64, StateError> {
    let mut text = String::new();
    write_day(day, &mut text);
    folder.replace(&file_of(day), |to| to.write_all(text.as_bytes()))?;
    Ok(text.len() as u64)
}

/// Writes a file without the entries that `is_gone` selects, and without its damaged lines, which may be
/// such ones; returns how many entries are removed.
pub(super) fn purge(
    folder: &StateFolder,
    at: &DayFile,
    is_gone: impl Fn(&JournalEntry) -> bool,
) -> Result<usize, StateError> {
    let bytes = folder.read(&at.file)?.unwrap_or_default();
    let file = JournalFile::read(&bytes);
    let Some(day) = file.day else {
        folder.remove(&at.file)?;
        return Ok(file.entries.len());
    };
    let kept: Vec<_> = file.entries.iter().filter(|entry| !is_gone(entry)).collect();
    let removed = file.entries.len() - kept.len();
    if removed > 0 || file.damaged > 0 {
        let mut text = String::new();
        write_day(day, &mut text);
        kept.iter().for_each(|entry| write_entry(entry, &mut text));
        folder.replace(&at.file, |to| to.write_all(text.as_bytes()))?;
    }
    Ok(removed)
}
