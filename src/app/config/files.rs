//! Finds and reads the files a configuration names, secrets among them.

use std::cell::RefCell;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::runtime::plain_file;
use crate::runtime::secret::Secret;

use super::section::Section;

/// Longest secret: a token of 64 KiB fits no request any more.
const SECRET_BYTES_MAX: u64 = 64 << 10;
/// Longest PEM file: all certificates a system trusts have a quarter of it.
const PEM_BYTES_MAX: u64 = 1 << 20;

/// Where files named in the configuration are looked for.
pub(super) struct Folders {
    /// The configuration file.
    pub(super) file: PathBuf,
    /// Its folder.
    pub(super) own: PathBuf,
    /// `$CREDENTIALS_DIRECTORY`, where systemd puts `LoadCredential=`.
    pub(super) credentials: Option<PathBuf>,
    /// Files in which a secret was found, but for systemd's: those are its business.
    pub(super) secrets: RefCell<Vec<PathBuf>>,
}

impl Folders {
    /// A bare name may be a systemd credential; everything else stands beside the configuration.
    pub(super) fn find(&self, name: &str) -> PathBuf {
        let bare = Path::new(name).components().count() == 1;
        let credential = if bare { self.credential(name) } else { None };
        credential.unwrap_or_else(|| self.own.join(name))
    }

    pub(super) fn credential(&self, name: &str) -> Option<PathBuf> {
        self.credentials.as_ref().map(|folder| folder.join(name)).filter(|path| path.exists())
    }

    /// Remembers that a secret stands in the file at `path`; tells whether its mode matters to us.
    pub(super) fn note_secret(&self, path: &Path) -> bool {
        let own = self.credentials.as_ref().is_none_or(|folder| !path.starts_with(folder));
        let mut secrets = self.secrets.borrow_mut();
        if own && !secrets.iter().any(|known| known == path) {
            secrets.push(path.to_owned());
        }
        own
    }

    /// The same, and warns when other users of the machine can read it.
    pub(super) fn hold_secret(&self, section: &Section<'_, '_>, path: &Path) {
        if self.note_secret(path)
            && let Some(warning) = shown_to_others(path)
        {
            section.warn(warning);
        }
    }
}

/// What is wrong with the mode of a file that holds a secret: other users can read it.
pub fn shown_to_others(path: &Path) -> Option<String> {
    let open = fs::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o077 != 0);
    let path = path.display();
    open.then(|| format!("{path} holds a secret others can read: run `chmod 600 {path}`"))
}

/// Reads a secret; `setting` is the full name of the one that names the file. `judge` sees its text
/// before it is hidden, and says if it cannot be one.
pub(super) fn secret(
    path: &Path,
    setting: &str,
    judge: impl FnOnce(&str) -> Result<(), String>,
) -> Result<Secret, String> {
    let text = plain_file::read_text(path, SECRET_BYTES_MAX);
    let text = text.map_err(|error| unreadable(setting, path, &error))?;
    let text = Zeroizing::new(text);
    // Editors of other systems put a mark in front, which would become part of the secret.
    let text = text.trim_start_matches('\u{feff}').trim_end_matches(['\n', '\r']);
    if text.trim().is_empty() {
        return Err(format!("{setting}: {} is empty: write the secret into it", path.display()));
    }
    judge(text)?;
    Ok(Secret::new(text.to_owned()))
}

/// The `problem` of a secret's file called `name`. Where there is no such file, the secret itself may
/// have been written in its place, so that the name is not repeated.
pub(super) fn without_name(problem: String, name: &str) -> String {
    let is_name = Path::new(name).is_absolute() || NAMES.iter().any(|word| name.contains(word));
    let Some((setting, text)) = problem.split_once(": ").filter(|_| !is_name) else {
        return problem;
    };
    if !text.ends_with(CREATE) {
        return problem;
    }
    let text = text.replace(name, "…");
    format!("{setting}: {text}, and name it here; the secret itself goes into that file")
}

/// Words of which a file's name has one, as those in the shipped configuration have.
const NAMES: [&str; 6] = ["secret", "password", "token", "senha", "segredo", "credencia"];

/// Reads a file of certificates or keys as it is.
pub(super) fn bytes(path: &Path, setting: &str) -> Result<Vec<u8>, String> {
    plain_file::read(path, PEM_BYTES_MAX).map_err(|error| unreadable(setting, path, &error))
}

/// What to do about a file that is not there.
const CREATE: &str = "create it, readable by bina's user only";

fn unreadable(setting: &str, path: &Path, error: &io::Error) -> String {
    let path = path.display();
    let remedy = match error.kind() {
        io::ErrorKind::NotFound => CREATE,
        io::ErrorKind::PermissionDenied => "let bina's user read it",
        io::ErrorKind::InvalidInput => "name a plain file",
        io::ErrorKind::FileTooLarge => "is it the right file?",
        _ => "it must be a text file",
    };
    format!("{setting}: cannot read {path} ({error}): {remedy}")
}
