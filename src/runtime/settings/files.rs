//! Reads the files that settings name: secrets and PEM files.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use zeroize::Zeroizing;

use crate::runtime::plain_file;
use crate::runtime::secret::Secret;

use super::section::Section;

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
        validate: impl FnOnce(&Path, &str) -> Result<(), String>,
    ) -> Result<Secret, String> {
        let path = self.folders().find(name);
        self.hold_secret(&path);
        let secret = secret(&path, &self.path(key), |text| validate(&path, text));
        secret.map_err(|problem| without_name(problem, name))
    }

    /// Records that the file at `path` contains a secret, and warns when other users can read it.
    pub fn hold_secret(&self, path: &Path) {
        if self.folders().note_secret(path)
            && let Some(warning) = shown_to_others(path)
        {
            self.warn(warning);
        }
    }

    /// Reads the secret in the systemd credential at `path`, which has the name of `key`.
    pub fn secret_credential(
        &self,
        key: &str,
        path: &Path,
        validate: impl FnOnce(&Path, &str) -> Result<(), String>,
    ) -> Result<Secret, String> {
        secret(path, &self.path(key), |text| validate(path, text))
    }

    /// Records that the configuration itself contains a secret.
    pub fn note_secret_inside(&self) {
        self.folders().note_secret(self.folders().configuration());
    }

    /// Reads the PEM file at `path`, which `key` names, without parsing it.
    pub fn pem(&self, key: &str, path: &Path) -> Result<Vec<u8>, String> {
        let pem = plain_file::read(path, PEM_BYTES_MAX);
        pem.map_err(|error| unreadable(&self.path(key), path, &error))
    }
}

/// A warning when other users can read the file at `path`, which contains a secret.
pub fn shown_to_others(path: &Path) -> Option<String> {
    let is_open = fs::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o077 != 0);
    let path = path.display();
    is_open.then(|| {
        format!("{path} contains a secret that other users can read: run `chmod 600 {path}`")
    })
}

fn secret(
    path: &Path,
    setting: &str,
    validate: impl FnOnce(&str) -> Result<(), String>,
) -> Result<Secret, String> {
    let text = plain_file::read_text(path, SECRET_BYTES_MAX);
    let text = text.map_err(|error| unreadable(setting, path, &error))?;
    let text = Zeroizing::new(text);
    // Some editors write a byte order mark, which would become part of the secret.
    let text = text.trim_start_matches('\u{feff}').trim_end_matches(['\n', '\r']);
    if text.trim().is_empty() {
        return Err(format!("{setting}: {} is empty: write the secret into it", path.display()));
    }
    validate(text)?;
    Ok(Secret::new(text.to_owned()))
}

/// The `problem` of a secret's file `name`. Where there is no such file, the setting may contain the
/// secret itself, so the message does not quote it.
fn without_name(problem: String, name: &str) -> String {
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

/// Words that identify a file name, as in the shipped configuration.
const NAMES: [&str; 6] = ["secret", "password", "token", "senha", "segredo", "credencia"];

/// The remedy for a missing file.
const CREATE: &str = "create it, readable by bina's user only";

fn unreadable(setting: &str, path: &Path, error: &io::Error) -> String {
    let path = path.display();
    let remedy = match error.kind() {
        io::ErrorKind::NotFound => CREATE,
        io::ErrorKind::PermissionDenied => "let bina's user read it",
        io::ErrorKind::InvalidInput => "name a plain file",
        io::ErrorKind::FileTooLarge => "check that it is the right file",
        _ => "it must be a text file",
    };
    format!("{setting}: cannot read {path} ({error}): {remedy}")
}
