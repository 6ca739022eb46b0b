//! What can be wrong with the state folder and its files, each with its remedy.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Why the state folder, or a file in it, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// A system call failed.
    #[error("cannot {action} `{}`: {source} ({})", .path.display(), remedy(.source.kind()))]
    File { action: &'static str, path: PathBuf, source: io::Error },
    /// Another process has opened the folder.
    #[error(
        "state folder `{}` is in use by another process (stop the other bina, or set \
         service.state_folder to another folder)", .path.display()
    )]
    InUse { path: PathBuf },
    /// The folder is no place for personal data.
    #[error("state folder `{}` {problem} ({remedy})", .path.display())]
    Unsuitable { path: PathBuf, problem: &'static str, remedy: &'static str },
}

impl StateError {
    pub(super) fn unsuitable(path: &Path, problem: &'static str, remedy: &'static str) -> Self {
        Self::Unsuitable { path: path.to_owned(), problem, remedy }
    }
}

/// What was tried with a file or folder.
#[derive(Clone, Copy)]
pub(super) enum FileAction {
    Create,
    Lock,
    Open,
    Read,
    Remove,
    Rename,
    Write,
}

impl FileAction {
    /// Converts an error of the system about `path`.
    pub(super) fn failed(self, path: &Path) -> impl FnOnce(io::Error) -> StateError {
        let action = match self {
            Self::Create => "create",
            Self::Lock => "lock",
            Self::Open => "open",
            Self::Read => "read",
            Self::Remove => "remove",
            Self::Rename => "rename",
            Self::Write => "write",
        };
        move |source| StateError::File { action, path: path.to_owned(), source }
    }
}

pub(super) fn remedy(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::AlreadyExists | ErrorKind::InvalidInput | ErrorKind::IsADirectory => {
            "remove what stands there"
        }
        ErrorKind::FileTooLarge => "remove it",
        ErrorKind::InvalidFilename => "choose a shorter path",
        ErrorKind::NotFound | ErrorKind::NotADirectory => "create the folder above it",
        ErrorKind::PermissionDenied => {
            "the folder and its files must belong to the user that bina runs as, with modes 0700 and 0600"
        }
        ErrorKind::QuotaExceeded | ErrorKind::StorageFull => "free space on that file system",
        ErrorKind::ReadOnlyFilesystem => {
            "make that file system writable, or set service.state_folder to another folder"
        }
        _ => "check the disk, or set service.state_folder to another folder",
    }
}
