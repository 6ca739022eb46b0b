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
/// Lines of a file before its calls.
pub(super) const HEAD_LINES: u64 = 2;
/// Bytes of a file in which its day stands.
const HEAD_BYTES: u64 = 128;
const SLOTS: u64 = 400;

static NAMES: LazyLock<Vec<String>> =
    LazyLock::new(|| (0..SLOTS).map(|slot| format!("journal.{slot:03}")).collect());

/// How long files may become.
#[derive(Clone, Copy)]
pub(super) struct JournalLimits {
    /// Bytes of a day's file, at most what is read again.
    pub(super) day: u64,
    /// From here on, only calls that were told of an alert are written.
    pub(super) day_of_all: u64,
    /// Bytes of all files, with a whole day that begins; the oldest days make room.
    pub(super) all: u64,
}

impl Default for JournalLimits {
    fn default() -> Self {
        Self { day: DAY_BYTES_MAX, day_of_all: 12 << 20, all: 512 << 20 }
    }
}

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

/// All files of the folder, and what is wrong with those that cannot be opened; only their beginnings are
/// read.
pub(super) fn files(folder: &StateFolder) -> Vec<Result<DayFile, StateError>> {
    (0..SLOTS).filter_map(|slot| at(folder, file_of(slot)).transpose()).collect()
}

/// A file, if it is there. One that is too long to be read has its day, too, and is removed with it.
pub(super) fn at(folder: &StateFolder, file: StateFile) -> Result<Option<DayFile>, StateError> {
    let Some(opened) = folder.open_file(&StateFile { bytes_max: u64::MAX, ..file })? else {
        return Ok(None);
    };
    let bytes = opened.metadata().map_or(0, |about| about.len());
    let mut head = Vec::new();
    // What cannot be read has no day, and is removed.
    let _ = opened.take(HEAD_BYTES).read_to_end(&mut head);
    Ok(Some(DayFile { day: read_day_line(&head), file, bytes }))
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
    let mut text = Vec::new();
    write_day(day, &mut text);
    folder.replace(&file_of(day), |to| to.write_all(&text))?;
    Ok(text.len() as u64)
}

/// What becomes of an entry when its file is written anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryFate {
    Changed,
    Gone,
    Kept,
}

/// Writes a file anew with what `change` leaves of its entries, and without its damaged lines, which may be
/// such as it would not leave. Returns how many entries are not as they were.
pub(super) fn rewrite(
    folder: &StateFolder,
    at: &DayFile,
    change: impl Fn(&mut JournalEntry<'_>) -> EntryFate,
) -> Result<usize, StateError> {
    let bytes = folder.read(&at.file)?.unwrap_or_default();
    let file = JournalFile::read(&bytes);
    let Some(day) = file.day else {
        folder.remove(&at.file)?;
        return Ok(file.entries.len());
    };
    let mut text = Vec::new();
    write_day(day, &mut text);
    let mut changed = 0;
    for mut entry in file.entries {
        let fate = change(&mut entry);
        changed += usize::from(fate != EntryFate::Kept);
        if fate != EntryFate::Gone {
            write_entry(&entry, &mut text);
        }
    }
    if changed > 0 || file.damaged > 0 {
        folder.replace(&at.file, |to| to.write_all(&text))?;
    }
    Ok(changed)
}
