//! Locates the files that a configuration names: beside it, or among systemd's credentials.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
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
    secrets: RefCell<Vec<NamedFile>>,
    /// Other files without which the configuration is invalid.
    others: RefCell<Vec<NamedFile>>,
    /// Files beside the configuration that were named without a folder.
    bare: RefCell<Vec<PathBuf>>,
    /// What systemd would hand over.
    handed: HandedOver,
    /// The sources of it that were read.
    sources: RefCell<Vec<PathBuf>>,
}

/// The credentials that the unit of the service hands over, for a check outside of it.
#[derive(Clone, Debug, Default)]
pub struct HandedOver {
    /// The file of each credential that is one.
    pub sources: BTreeMap<String, PathBuf>,
    /// Credentials that systemd alone can read: whoever only checks takes them as present.
    pub sealed: BTreeSet<String>,
}

/// A file that the configuration names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFile {
    pub path: PathBuf,
    /// Whether the configuration names it without a folder, so that a credential of systemd with this
    /// name is read instead of it.
    pub is_bare: bool,
    /// Whether it is the source of the credential that the service receives.
    pub is_source: bool,
}

impl Folders {
    /// The folders for the configuration at `file`.
    pub fn of(file: &Path) -> Self {
        let own = file.parent().unwrap_or_else(|| Path::new(".")).to_owned();
        let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        Self { file: file.to_owned(), own, credentials, ..Self::default() }
    }

    /// The same, for a service that receives these credentials.
    #[must_use]
    pub fn with(self, handed: HandedOver) -> Self {
        Self { handed, ..self }
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
        let beside = self.beside(name);
        let credential = match is_bare {
            // The blank one of the unit stands for a file that systemd did not find.
            true if self.is_unset(name) && !beside.exists() => None,
            true if beside.exists() => self.own_credential(name),
            true => self.credential(name),
            false => None,
        };
        let path = credential.unwrap_or(beside);
        if is_bare {
            self.bare.borrow_mut().push(path.clone());
        }
        path
    }

    /// The systemd credential called `name`, if there is one.
    pub fn credential(&self, name: &str) -> Option<PathBuf> {
        self.own_credential(name).or_else(|| {
            let source = self.handed.sources.get(name).filter(|path| path.exists())?;
            self.sources.borrow_mut().push(source.clone());
            Some(source.clone())
        })
    }

    /// Whether only systemd can read the credential called `name`, which the service receives.
    pub fn is_sealed(&self, name: &str) -> bool {
        self.handed.sealed.contains(name)
    }

    /// Whether the credential called `name` is no more than a line feed.
    fn is_unset(&self, name: &str) -> bool {
        let data = self.own_credential(name).and_then(|path| path.metadata().ok());
        data.is_some_and(|data| data.len() <= 1)
    }

    fn own_credential(&self, name: &str) -> Option<PathBuf> {
        self.credentials.as_ref().map(|folder| folder.join(name)).filter(|path| path.exists())
    }

    /// Records that the file at `path` contains a secret; returns whether bina has to check its mode.
    pub(super) fn note_secret(&self, path: &Path) -> bool {
        let is_own = self.credentials.as_ref().is_none_or(|folder| !path.starts_with(folder));
        let mut secrets = self.secrets.borrow_mut();
        if is_own && !secrets.iter().any(|known| known.path == path) {
            secrets.push(self.named(path));
        }
        is_own
    }

    /// Records that the configuration is invalid without the file at `path`.
    pub(super) fn note_file(&self, path: &Path) {
        let is_own = self.credentials.as_ref().is_none_or(|folder| !path.starts_with(folder));
        let is_secret = self.secrets.borrow().iter().any(|known| known.path == path);
        if is_own && !is_secret {
            self.others.borrow_mut().push(self.named(path));
        }
    }

    /// The file beside the configuration whose name the credential at `path` has, if it is newer: systemd copied
    /// it at the start of the service, and does not at a reload.
    pub(super) fn newer_source(&self, path: &Path) -> Option<PathBuf> {
        if !path.starts_with(self.credentials.as_ref()?) {
            return None;
        }
        let source = self.beside(path.file_name()?.to_str()?);
        // Of its content, its name or its rights: a file that was moved here keeps the time of its content.
        let changed = |path: &Path| fs::metadata(path).ok().map(|is| (is.ctime(), is.ctime_nsec()));
        (changed(&source)? > changed(path)?).then_some(source)
    }

    fn named(&self, path: &Path) -> NamedFile {
        let is_in = |list: &RefCell<Vec<PathBuf>>| list.borrow().iter().any(|named| named == path);
        NamedFile {
            path: path.to_owned(),
            is_bare: is_in(&self.bare),
            is_source: is_in(&self.sources),
        }
    }

    pub(super) fn others(&self) -> Vec<NamedFile> {
        self.others.borrow().clone()
    }

    pub(super) fn secrets(&self) -> Vec<NamedFile> {
        self.secrets.borrow().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_blank_credential_stands_for_a_file_that_is_missing() {
        let own = std::env::temp_dir().join(format!("bina-{}-folders", std::process::id()));
        let credentials = own.join("credentials");
        fs::create_dir_all(&credentials).expect("a folder");
        for (name, text) in [("password", "\n"), ("client_secret", "invented")] {
            fs::write(credentials.join(name), text).expect("a file");
        }
        let folders = Folders {
            own: own.clone(),
            credentials: Some(credentials.clone()),
            ..Folders::default()
        };
        assert_eq!(folders.find("password"), own.join("password"));
        assert_eq!(folders.find("client_secret"), credentials.join("client_secret"));
        // It is there, so it is the one that is empty.
        fs::write(own.join("password"), "").expect("a file");
        assert_eq!(folders.find("password"), credentials.join("password"));
        fs::remove_dir_all(&own).expect("our own");
    }
}
