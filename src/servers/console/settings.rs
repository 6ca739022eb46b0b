//! What an operator needs to act: `[console]`.

use std::path::Path;

use crate::runtime::secret::Secret;
use crate::runtime::settings::Section;

/// Shortest password. Five attempts a minute guess none of them.
const PASSWORD_CHARS_MIN: usize = 12;

/// The settings of the console.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The password of operators; without one the pages change nothing.
    pub password: Option<Secret>,
}

impl Settings {
    /// Reads `[console]`.
    pub fn read(section: &mut Section<'_>) -> Self {
        let password = section.text("password_file").and_then(|name| {
            let read = section.secret_named("password_file", &name.value, check);
            read.map_err(|problem| section.report(name.place, problem)).ok()
        });
        Self { password }
    }
}

fn check(path: &Path, text: &str) -> Result<(), String> {
    let problem = if text.chars().count() < PASSWORD_CHARS_MIN {
        "generate at least 12 characters with `openssl rand -hex 12`"
    } else if text.contains(char::is_control) {
        "write one line without control characters"
    } else {
        return Ok(());
    };
    Err(format!("console.password_file: {} has no usable password: {problem}", path.display()))
}
