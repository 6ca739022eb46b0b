//! Locates the files that a configuration names: beside it, or among systemd's credentials.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

/// The folders in which files named in the configuration are searched for.
#[derive(Default)]
pub struct Folders {
    /// The configuration file.
    file: PathBuf,
    /// Its folder.
    own: PathBuf,
    /// `$CREDENTIALS_DIRECTORY`, where systemd places `LoadCredential=`.
    credentials: Option<PathBuf>,
    /// Files that contain a secret, except for systemd's credentials, which systemd protects.
    secrets: RefCell<Vec<SecretFile>>,
    /// Files beside the configuration that were named without a folder.
    bare: RefCell<Vec<PathBuf>>,
}

/// A file that contains a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretFile {
    pub path: PathBuf,
    /// Whether the configuration names it without a folder, so that a credential of systemd with this
    /// name is read instead of it.
    pub is_bare: bool,
}

impl Folders {
    /// The folders for the configuration at `file`.
    pub fn of(file: &Path) -> Self {
        let own = file.parent().unwrap_or_else(|| Path::new(".")).to_owned();
        let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        Self { file: file.to_owned(), own, credentials, ..Self::default() }
    }

    /// The configuration file itself.
    pub fn configuration(&self) -> &Path {
        &self.file
    }

    /// A file or folder beside the configuration.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.own.join(name)
    }

    /// A bare name may be a systemd credential; every other path is relative to the configuration.
    pub fn find(&self, name: &str) -> PathBuf {
        let is_bare = Path::new(name).components().count() == 1;
        let credential = if is_bare { self.credential(name) } else { None };
        let path = credential.unwrap_or_else(|| self.beside(name));
        if is_bare {
            self.bare.borrow_mut().push(path.clone());
        }
        path
    }

    /// The systemd credential called `name`, if there is one.
    pub fn credential(&self, name: &str) -> Option<PathBuf> {
        self.credentials.as_ref().map(|folder| folder.join(name)).filter(|path| path.exists())
    }

    /// Records that the file at `path` contains a secret; returns whether bina has to check its mode.
    pub(super) fn note_secret(&self, path: &Path) -> bool {
        let is_own = self.credentials.as_ref().is_none_or(|folder| !path.starts_with(folder));
        let mut secrets = self.secrets.borrow_mut();
        if is_own && !secrets.iter().any(|known| known.path == path) {
            let is_bare = self.bare.borrow().iter().any(|named| named == path);
            secrets.push(SecretFile { path: path.to_owned(), is_bare });
        }
        is_own
    }

    pub(super) fn secrets(&self) -> Vec<SecretFile> {
        self.secrets.borrow().clone()
    }
}
