//! Sees before the first text whether a command can be started.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::runtime::language::Message;

use super::texts;
use super::voices::{VOICE_FOLDERS, missing_voice};

/// Says what is missing of a command: its program, or its voice.
pub(super) fn missing(command: &[String]) -> Option<Message> {
    let program = command.first()?;
    if !is_found(program) {
        return Some(texts::NO_EXECUTABLE.message(&[("program", program)]));
    }
    missing_voice(command, &VOICE_FOLDERS.map(Path::new))
}

/// Whether there is such a program, in the folders of `PATH` unless a folder is named.
fn is_found(program: &str) -> bool {
    if program.contains('/') {
        return is_executable(Path::new(program));
    }
    let folders = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&folders).any(|folder| is_executable(&folder.join(program)))
}

fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let problem = |program: &str| missing(&[program.to_owned()]);
        for good in ["sh", "/bin/sh"] {
            assert_eq!(problem(good), None, "{good}");
        }
        let data = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        for bad in ["bina-no-such-program", "/bin/bina-no-such-program", data, "/bin"] {
            assert!(
                problem(bad).expect(bad).english.contains(&format!("no program `{bad}`")),
                "{bad}"
            );
        }
    }
}
