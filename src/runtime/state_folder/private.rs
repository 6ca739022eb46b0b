//! A folder of files that this program writes and reads alone, such as recordings: each is whole, or absent.
//!
//! Unlike the state folder it is not locked: what two processes write there, both may read.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::error::remedy;
use super::replace::UNFINISHED;
use super::{create, open_plain, replace};

/// A folder that is written to by bina's user alone. All functions block.
pub struct PrivateFolder(PathBuf);

/// Why such a folder, or a file in it, cannot be used; with the remedy.
#[derive(Debug, PartialEq, Eq)]
pub struct FolderProblem(String);

impl fmt::Display for FolderProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PrivateFolder {
    /// Opens the folder, and creates it (0700) if it is missing, but not those above it.
    pub fn open(path: &Path) -> Result<Self, FolderProblem> {
        create(path).map_err(|error| failed(path, &error))?;
        require_private(path)?;
        Ok(Self(path.to_owned()))
    }

    /// Removes a file that a crash left unfinished, if `name` is that of one whose finished name `is_ours`.
    pub fn remove_unfinished(&self, name: &str, is_ours: impl FnOnce(&str) -> bool) {
        if name.strip_suffix(UNFINISHED).is_some_and(is_ours) {
            self.remove(name);
        }
    }

    /// What would prevent its use, as far as that is seen without a change.
    pub fn problem(path: &Path) -> Option<FolderProblem> {
        let seen = match fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => match path.parent() {
                Some(above) if !above.is_dir() => Err(failed(path, &error)),
                _ => Ok(()),
            },
            _ => require_private(path),
        };
        seen.err()
    }

    /// The names of at most `max` files.
    pub fn names(&self, max: usize) -> Result<Vec<String>, FolderProblem> {
        let entries = fs::read_dir(&self.0).map_err(|error| failed(&self.0, &error))?;
        let names = entries.flatten().take(max).map(|entry| entry.file_name().into_string());
        Ok(names.flatten().collect())
    }

    /// Reads a file of at most `max` bytes; a link is not followed.
    pub fn read(&self, name: &str, max: u64) -> io::Result<Vec<u8>> {
        let file = open_plain(&self.0.join(name), OpenOptions::new().read(true), max)?;
        let mut bytes = Vec::new();
        file.take(max).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Writes a file (0600) of at most `max` bytes, which survives a loss of power.
    pub fn replace(&self, name: &str, bytes: &[u8], max: u64) -> Result<(), FolderProblem> {
        let write = |file: &mut dyn Write| file.write_all(bytes);
        let replaced =
            replace::replace(&self.0, name, (max, replace::PRIVATE), write, &mut |_| Ok(()));
        replaced.map_err(|error| failed(&self.0, &error))
    }

    /// Removes a file. What cannot be removed stays.
    pub fn remove(&self, name: &str) {
        let _ = fs::remove_file(self.0.join(name));
    }
}

fn require_private(path: &Path) -> Result<(), FolderProblem> {
    let about = fs::metadata(path).map_err(|error| failed(path, &error))?;
    let shown = path.display();
    if !about.is_dir() {
        return Err(FolderProblem(format!("`{shown}` is not a folder (remove it)")));
    }
    if about.mode() & 0o022 != 0 {
        let text = format!("`{shown}` is writable by other users (run `chmod 700` on it)");
        return Err(FolderProblem(text));
    }
    Ok(())
}

fn failed(path: &Path, error: &io::Error) -> FolderProblem {
    let remedy = match error.kind() {
        // The unit allows nothing else.
        ErrorKind::ReadOnlyFilesystem => "name a folder below /var/lib/bina",
        kind => remedy(kind),
    };
    FolderProblem(format!("`{}` cannot be used: {error} ({remedy})", path.display()))
}
