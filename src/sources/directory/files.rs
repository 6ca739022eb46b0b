//! The directory's sealed files in the state folder. A file that cannot be used is removed, and bina
//! starts without it.

use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::runtime::state_folder::{SaveStep, StateError, StateFile, StateFolder};

use super::keys::DirectoryKeys;
use super::sealed::{SealedError, SealedFacts, SealedKind, SealedReader, SealedWriter};

/// Longest sealed file: 1,000,000 customers need a quarter of it.
const BYTES_MAX: u64 = 256 << 20;
const DIRECTORY: StateFile = StateFile { name: "directory.sealed", bytes_max: BYTES_MAX };
const WALK: StateFile = StateFile { name: "walk.sealed", bytes_max: BYTES_MAX };

const DAY_S: u64 = 24 * 3_600;

/// How old a file may be.
#[derive(Clone, Copy, Debug)]
pub struct AgeLimit {
    /// The time, in seconds since the epoch.
    pub now_s: u64,
    pub days_max: u64,
}

impl AgeLimit {
    /// A file from the future counts as new: after a start without a battery, the clock is behind.
    fn check(self, facts: SealedFacts) -> Result<(), SealedError> {
        let age_s = self.now_s.saturating_sub(facts.made_at_s);
        if age_s <= self.days_max.saturating_mul(DAY_S) {
            return Ok(());
        }
        Err(SealedError::TooOld { days: age_s / DAY_S, max: self.days_max })
    }
}

/// A file that is not used, for one log line.
#[derive(Debug)]
pub struct UnusableFile {
    pub path: PathBuf,
    pub cause: SealedError,
    /// What became of it.
    pub fate: FileFate,
}

/// What became of a file that is not used.
#[derive(Debug)]
pub enum FileFate {
    /// The disk failed, which may pass.
    Kept,
    Removed,
    Stuck(StateError),
}

impl fmt::Display for UnusableFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not used: {}", self.path.display(), self.cause)?;
        match &self.fate {
            FileFate::Kept => f.write_str(" (it was kept; check the disk)"),
            FileFate::Removed => f.write_str(" (it was removed; the next walk replaces it)"),
            FileFate::Stuck(error) => write!(f, " (remove it; {error})"),
        }
    }
}

impl std::error::Error for UnusableFile {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

/// Saves and opens the sealed files. All functions block.
#[derive(Debug)]
pub struct DirectoryFiles {
    folder: Arc<StateFolder>,
    keys: DirectoryKeys,
}

impl DirectoryFiles {
    pub fn new(folder: Arc<StateFolder>, keys: DirectoryKeys) -> Self {
        Self { folder, keys }
    }

    /// The folder of the files.
    pub fn folder(&self) -> Arc<StateFolder> {
        Arc::clone(&self.folder)
    }

    /// Replaces the file of `kind` by what `write` writes. After an error the old file is as it was.
    pub fn save(
        &self,
        kind: SealedKind,
        facts: SealedFacts,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), StateError> {
        self.save_in_steps(kind, facts, write, &mut |_| Ok(()))
    }

    /// Saves in the same way and calls `before` ahead of each step: tests fail or stop there.
    pub fn save_in_steps(
        &self,
        kind: SealedKind,
        facts: SealedFacts,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
        before: &mut dyn FnMut(SaveStep) -> io::Result<()>,
    ) -> Result<(), StateError> {
        let seal = |to: &mut dyn Write| {
            let mut sealed = SealedWriter::new(to, &self.keys, kind, facts)?;
            write(&mut sealed)?;
            sealed.finish().map(drop)
        };
        self.folder.replace_in_steps(file_of(kind), seal, before)
    }

    /// Opens the file of `kind`; returns `None` if there is none. `read` must read all of it.
    ///
    /// What `read` returns counts only if the whole file is genuine. An error of `read` of the kind
    /// `InvalidData` or `UnexpectedEof` means that it does not understand the content.
    pub fn open<T>(
        &self,
        kind: SealedKind,
        age: AgeLimit,
        read: impl FnOnce(SealedFacts, &mut dyn Read) -> io::Result<T>,
    ) -> Result<Option<(SealedFacts, T)>, UnusableFile> {
        let opened = match self.folder.open_file(file_of(kind)) {
            Ok(None) => return Ok(None),
            Ok(Some(file)) => self.read_sealed(file, kind, age, read),
            Err(error) => Err(not_opened(error)),
        };
        opened.map(Some).map_err(|cause| self.discard(kind, cause))
    }

    /// Removes the file of `kind`, if it is there.
    pub fn remove(&self, kind: SealedKind) -> Result<(), StateError> {
        self.folder.remove(file_of(kind))
    }

    fn read_sealed<T>(
        &self,
        file: File,
        kind: SealedKind,
        age: AgeLimit,
        read: impl FnOnce(SealedFacts, &mut dyn Read) -> io::Result<T>,
    ) -> Result<(SealedFacts, T), SealedError> {
        let mut sealed = SealedReader::open(file, &self.keys, kind)?;
        let facts = sealed.facts();
        age.check(facts)?;
        let content = read(facts, &mut sealed).map_err(not_understood)?;
        sealed.finish()?;
        Ok((facts, content))
    }

    fn discard(&self, kind: SealedKind, cause: SealedError) -> UnusableFile {
        let fate = match &cause {
            SealedError::Io(_) => FileFate::Kept,
            _ => self.remove(kind).map_or_else(FileFate::Stuck, |()| FileFate::Removed),
        };
        UnusableFile { path: self.folder.path_of(file_of(kind)), cause, fate }
    }
}

/// Whether a sealed file is in `folder`, also while no directory uses it.
pub fn has_sealed_file(folder: &Path) -> bool {
    [DIRECTORY, WALK].iter().any(|file| folder.join(file.name).symlink_metadata().is_ok())
}

fn file_of(kind: SealedKind) -> &'static StateFile {
    match kind {
        SealedKind::Directory => &DIRECTORY,
        SealedKind::Walk => &WALK,
    }
}

/// A link, a folder or a file beyond the limit is none that bina wrote.
fn not_opened(error: StateError) -> SealedError {
    match error {
        StateError::File { source, .. } => match source.kind() {
            ErrorKind::FileTooLarge | ErrorKind::InvalidInput => SealedError::Foreign,
            _ => SealedError::Io(source),
        },
        other => SealedError::Io(io::Error::other(other)),
    }
}

fn not_understood(error: io::Error) -> SealedError {
    match error.kind() {
        ErrorKind::InvalidData | ErrorKind::UnexpectedEof => SealedError::Damaged,
        _ => SealedError::Io(error),
    }
}
