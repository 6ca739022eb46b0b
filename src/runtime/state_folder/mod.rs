//! The folder of the service's state: files that are read and replaced whole, by one process.
//!
//! ```text
//! open:     create 0700 -> check -> lock -> remove what a crash left (`*.new`)
//! replace:  write `name.new` (0600) -> fsync -> rename to `name` -> fsync the folder
//! ```
//! All functions block. A link that stands where a file should be is refused, not followed.

mod checked_lines;
mod error;
mod lock;
mod private;
mod replace;
mod settings;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

pub use self::checked_lines::{
    CheckedLine, append_checked_line, checked_lines, write_checked_line,
};
pub use self::error::StateError;
pub use self::private::{FolderProblem, PrivateFolder};
pub use self::replace::{FileRights, SaveStep, place_file};
pub use self::settings::read;

use self::error::FileAction;
use self::lock::FolderLock;

/// A file in the state folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateFile {
    pub name: &'static str,
    /// The limit of its length, for reading and writing.
    pub bytes_max: u64,
}

/// The open state folder. No other process can open it until this value is dropped.
pub struct StateFolder {
    path: PathBuf,
    _lock: FolderLock,
}

impl StateFolder {
    /// Opens the folder at `path` for this process alone, and creates it if it is missing.
    ///
    /// The folder itself may be a link: systemd's are, with `DynamicUser=`.
    pub fn open(path: &Path) -> Result<Self, StateError> {
        create(path).map_err(FileAction::Create.failed(path))?;
        let about = fs::metadata(path).map_err(FileAction::Open.failed(path))?;
        if !about.is_dir() {
            let remedy = "remove it, or set service.state_folder to another path";
            return Err(StateError::unsuitable(path, "is not a folder", remedy));
        }
        if about.mode() & 0o022 != 0 {
            let remedy = "run `chmod 700` on it";
            return Err(StateError::unsuitable(path, "is writable by other users", remedy));
        }
        let lock = FolderLock::take(path)?;
        if lock.owner().map_err(FileAction::Open.failed(path))? != about.uid() {
            let remedy = "run `chown` on it for the user that bina runs as";
            return Err(StateError::unsuitable(path, "belongs to another user", remedy));
        }
        remove_unfinished(path).map_err(FileAction::Remove.failed(path))?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// Opens the folder, or shares it with the rest of this process where it is open already.
    pub fn shared(path: &Path) -> Result<Arc<Self>, StateError> {
        static OPEN: Mutex<BTreeMap<PathBuf, Weak<StateFolder>>> = Mutex::new(BTreeMap::new());
        let mut open = OPEN.lock();
        open.retain(|_, folder| folder.strong_count() > 0);
        if let Some(folder) = open.get(path).and_then(Weak::upgrade) {
            return Ok(folder);
        }
        let folder = Arc::new(Self::open(path)?);
        open.insert(path.to_owned(), Arc::downgrade(&folder));
        Ok(folder)
    }

    /// The path of a file, for messages.
    pub fn path_of(&self, file: &StateFile) -> PathBuf {
        self.path.join(file.name)
    }

    /// Opens a file for reading; returns `None` if there is none.
    pub fn open_file(&self, file: &StateFile) -> Result<Option<File>, StateError> {
        let path = self.path_of(file);
        match open_plain(&path, OpenOptions::new().read(true), file.bytes_max) {
            Ok(opened) => Ok(Some(opened)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(FileAction::Open.failed(&path)(error)),
        }
    }

    /// Reads a file; returns `None` if there is none.
    pub fn read(&self, file: &StateFile) -> Result<Option<Vec<u8>>, StateError> {
        let Some(opened) = self.open_file(file)? else { return Ok(None) };
        let mut bytes = Vec::new();
        let read = opened.take(file.bytes_max).read_to_end(&mut bytes);
        read.map_err(FileAction::Read.failed(&self.path_of(file)))?;
        Ok(Some(bytes))
    }

    /// Replaces a file by what `write` writes. After an error the old file is as it was.
    pub fn replace(
        &self,
        file: &StateFile,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), StateError> {
        self.replace_in_steps(file, write, &mut |_| Ok(()))
    }

    /// Replaces a file in the same way and calls `before` ahead of each step: tests fail or stop there.
    pub fn replace_in_steps(
        &self,
        file: &StateFile,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
        before: &mut dyn FnMut(SaveStep) -> io::Result<()>,
    ) -> Result<(), StateError> {
        let limits = (file.bytes_max, replace::PRIVATE);
        let replaced = replace::replace(&self.path, file.name, limits, write, before);
        replaced.map_err(FileAction::Write.failed(&self.path_of(file)))
    }

    /// Appends to a file that exists. After an error or a crash a part of `bytes` may be there.
    pub fn append(&self, file: &StateFile, bytes: &[u8]) -> Result<(), StateError> {
        let path = self.path_of(file);
        let room = file.bytes_max.saturating_sub(bytes.len() as u64);
        let append = || {
            let mut opened = open_plain(&path, OpenOptions::new().append(true), room)?;
            opened.write_all(bytes)?;
            opened.sync_data()
        };
        append().map_err(FileAction::Write.failed(&path))
    }

    /// Renames what stands at a file's name, whatever it is, if it is there. A file at `to` is replaced.
    pub fn rename(&self, file: &StateFile, to: &StateFile) -> Result<(), StateError> {
        let path = self.path_of(file);
        let renamed = match fs::rename(&path, self.path_of(to)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => Err(error),
            Ok(()) => replace::sync_folder(&self.path),
        };
        renamed.map_err(FileAction::Rename.failed(&path))
    }

    /// Removes a file, if it is there.
    pub fn remove(&self, file: &StateFile) -> Result<(), StateError> {
        let path = self.path_of(file);
        let removed = match fs::remove_file(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => Err(error),
            Ok(()) => replace::sync_folder(&self.path),
        };
        removed.map_err(FileAction::Remove.failed(&path))
    }
}

impl fmt::Debug for StateFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StateFolder({})", self.path.display())
    }
}

/// Creates the folder, but not its parents: a mistyped or unmounted path is reported.
fn create(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Removes the files that a crash left unfinished.
fn remove_unfinished(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_unfinished = entry.file_name().to_string_lossy().ends_with(replace::UNFINISHED);
        if is_unfinished && !entry.file_type()?.is_dir() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Opens a plain file of at most `max` bytes.
fn open_plain(path: &Path, options: &OpenOptions, max: u64) -> io::Result<File> {
    let named = fs::symlink_metadata(path)?;
    if !named.is_file() {
        let text = "it is a folder, a link or a device";
        return Err(io::Error::new(ErrorKind::InvalidInput, text));
    }
    let file = options.open(path)?;
    let about = file.metadata()?;
    // The name may have become a link in between.
    if (about.dev(), about.ino()) != (named.dev(), named.ino()) {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it was replaced while it was opened"));
    }
    if about.len() > max {
        let text = format!("it has {} bytes, more than the {max} allowed", about.len());
        return Err(io::Error::new(ErrorKind::FileTooLarge, text));
    }
    Ok(file)
}
