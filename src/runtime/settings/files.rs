//! Reads the files that settings name: secrets and PEM files.

use std::fmt::Display;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::runtime::language::{Message, Text};
use crate::runtime::plain_file;
use crate::runtime::secret::Secret;

use super::section::Section;
use super::texts;

/// Longest secret: a token of 64 KiB does not fit a request.
const SECRET_BYTES_MAX: u64 = 64 << 10;
/// Longest PEM file: four times the size of a system's CA bundle.
const PEM_BYTES_MAX: u64 = 1 << 20;

impl Section<'_> {
    /// Reads the secret in the file `name`, which is the value of `key`. `validate` receives its
    /// path and text before it is masked, and returns an error when it is invalid.
    pub fn secret_named(
        &self,
        key: &str,
        name: &str,
        validate: impl FnOnce(&Path, &str) -> Result<(), Message>,
    ) -> Result<Secret, Message> {
        let path = self.folders().find(name);
        if self.folders().is_sealed(name) && !path.exists() {
            return Ok(sealed());
        }
        self.hold_secret(&path);
        let hidden = Some(name).filter(|name| !is_file_name(name));
        secret(&path, &self.path(key), hidden, |text| validate(&path, text))
    }

    /// Records that the file at `path` contains a secret, and warns when other users can read it.
    pub fn hold_secret(&self, path: &Path) {
        if self.folders().note_secret(path)
            && let Some(warning) = shown_to_others(path)
        {
            self.warn(warning);
        }
        self.compare_with_source(path);
    }

    /// Warns of a credential that was changed after the service received it.
    fn compare_with_source(&self, path: &Path) {
        if let Some(source) = self.folders().newer_source(path) {
            self.warn(texts::SOURCE_NEWER.message(&[("path", &source.display())]));
        }
    }

    /// Reads the secret in the systemd credential at `path`, which has the name of `key`.
    pub fn secret_credential(
        &self,
        key: &str,
        path: &Path,
        validate: impl FnOnce(&Path, &str) -> Result<(), Message>,
    ) -> Result<Secret, Message> {
        self.hold_secret(path);
        secret(path, &self.path(key), None, |text| validate(path, text))
    }

    /// Records that the configuration itself contains a secret.
    pub fn note_secret_inside(&self) {
        self.folders().note_secret(self.folders().configuration());
    }

    /// Reads the PEM file at `path`, which `key` names, without parsing it.
    pub fn pem(&self, key: &str, path: &Path) -> Result<Vec<u8>, Message> {
        self.folders().note_file(path);
        self.compare_with_source(path);
        let pem = plain_file::read(path, PEM_BYTES_MAX);
        pem.map_err(|error| unreadable(&self.path(key), path, &error))
    }
}

/// Stands for a secret that only systemd can read, in a check that sends nothing.
pub fn sealed() -> Secret {
    Secret::new("sealed-by-systemd".to_owned())
}

/// A warning when other users can read the file at `path`, which contains a secret.
pub fn shown_to_others(path: &Path) -> Option<Message> {
    let groups = || fs::read_to_string("/etc/group").unwrap_or_default();
    let is_open = |data: Metadata| match data.mode() & 0o077 {
        0 => false,
        0o040 => own_group(&groups()) != Some(data.gid()),
        _ => true,
    };
    let is_open = fs::metadata(path).is_ok_and(is_open);
    let path = path.display();
    is_open.then(|| texts::FILE_SHOWN.message(&[("path", &path)]))
}

/// The group `bina` of lines as in `/etc/group`: where systemd hands no credentials over, the service reads its
/// secrets as a member of that group.
pub fn own_group(groups: &str) -> Option<u32> {
    let own = groups.lines().find_map(|line| line.strip_prefix("bina:"))?;
    own.split(':').nth(1)?.parse().ok()
}

fn secret(
    path: &Path,
    setting: &str,
    hidden: Option<&str>,
    validate: impl FnOnce(&str) -> Result<(), Message>,
) -> Result<Secret, Message> {
    let text = plain_file::read_text(path, SECRET_BYTES_MAX);
    let text = text.map_err(|error| match hidden {
        Some(name) if error.kind() == io::ErrorKind::NotFound => {
            without_name(setting, path, name, &error)
        }
        _ => unreadable(setting, path, &error),
    })?;
    let text = Zeroizing::new(text);
    // Some editors write a byte order mark, which would become part of the secret.
    let text = text.trim_start_matches('\u{feff}').trim_end_matches(['\n', '\r']);
    if text.trim().is_empty() {
        let parts: [(&str, &dyn Display); 2] = [("setting", &setting), ("path", &path.display())];
        return Err(texts::FILE_EMPTY.message(&parts));
    }
    validate(text)?;
    Ok(Secret::new(text.to_owned()))
}

/// Whether `name` reads like the name of a file, and not like a secret.
fn is_file_name(name: &str) -> bool {
    Path::new(name).is_absolute() || NAMES.iter().any(|word| name.contains(word))
}

/// There is no file at `path`. The setting may contain the secret itself instead of a `name`, so the message
/// does not quote it.
fn without_name(setting: &str, path: &Path, name: &str, error: &io::Error) -> Message {
    let path = PathBuf::from(path.to_string_lossy().replace(name, "…"));
    let problem = unreadable(setting, &path, error);
    texts::FILE_NAMED_HERE.message(&[("problem", &problem)])
}

/// Words that identify a file name, as in the shipped configuration.
const NAMES: [&str; 6] = ["secret", "password", "token", "senha", "segredo", "credencia"];

fn unreadable(setting: &str, path: &Path, error: &io::Error) -> Message {
    let remedy: Text = match error.kind() {
        io::ErrorKind::NotFound => texts::FILE_CREATE,
        io::ErrorKind::PermissionDenied => texts::FILE_NOT_PERMITTED,
        io::ErrorKind::InvalidInput => texts::FILE_NOT_PLAIN,
        io::ErrorKind::FileTooLarge => texts::FILE_TOO_LARGE,
        _ => texts::FILE_NO_TEXT,
    };
    let path = path.display();
    texts::FILE_UNREADABLE.message(&[
        ("setting", &setting),
        ("path", &path),
        ("error", &plain_file::problem(error)),
        ("remedy", &remedy),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_group_is_found_by_its_name() {
        let groups = "root:x:0:\nbina:x:987:\nusers:x:100:bina\n";
        for (gid, is_own) in [(987, true), (0, false), (100, false), (98, false)] {
            assert_eq!(own_group(groups) == Some(gid), is_own, "{gid}");
        }
    }
}
