//! Reads the files a setting names: secrets and PEM files.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use zeroize::Zeroizing;

use crate::runtime::plain_file;
use crate::runtime::secret::Secret;

use super::section::Section;

/// Longest secret: a token of 64 KiB fits no request any more.
const SECRET_BYTES_MAX: u64 = 64 << 10;
/// Longest PEM file: all certificates a system trusts have a quarter of it.
const PEM_BYTES_MAX: u64 = 1 << 20;

impl Section<'_> {
    /// Reads the secret in the file called `name`, which is the value of `key`. `judge` sees its path
    /// and text before it is masked, and says why it cannot be one.
    pub fn secret_named(
        &self,
        key: &str,
        name: &str,
        judge: impl FnOnce(&Path, &str) -> Result<(), String>,
    ) -> Result<Secret, String> {
        let path = self.folders().find(name);
        self.hold_secret(&path);
        let secret = secret(&path, &self.path(key), |text| judge(&path, text));
        secret.map_err(|problem| without_name(problem, name))
    }

    /// Notes that the file at `path` holds a secret, and warns when other users can read it.
    pub fn hold_secret(&self, path: &Path) {
        if self.folders().note_secret(path)
            && let Some(warning) = shown_to_others(path)
        {
            self.warn(warning);
        }
    }

    /// Reads the secret in the systemd credential at `path`, which is called as `key` is.
    pub fn secret_credential(
        &self,
        key: &str,
        path: &Path,
        judge: impl FnOnce(&Path, &str) -> Result<(), String>,
    ) -> Result<Secret, String> {
        secret(path, &self.path(key), |text| judge(path, text))
    }

    /// Notes that the configuration itself holds a secret.
    pub fn note_secret_inside(&self) {
        self.folders().note_secret(self.folders().configuration());
    }

    /// Reads the file of certificates or keys at `path`, which `key` names, as it is.
    pub fn pem(&self, key: &str, path: &Path) -> Result<Vec<u8>, String> {
        let pem = plain_file::read(path, PEM_BYTES_MAX);
        pem.map_err(|error| unreadable(&self.path(key), path, &error))
    }
}

/// What is wrong with the mode of a file that holds a secret: other users can read it.
pub fn shown_to_others(path: &Path) -> Option<String> {
    let is_open = fs::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o077 != 0);
    let path = path.display();
    is_open.then(|| format!("{path} holds a secret others can read: run `chmod 600 {path}`"))
}

fn secret(
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

/// Words of which a file's name has one, as those in the shipped configuration have.
const NAMES: [&str; 6] = ["secret", "password", "token", "senha", "segredo", "credencia"];

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
