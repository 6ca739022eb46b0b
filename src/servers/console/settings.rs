//! What an operator needs to act: `[console]`.

use std::path::Path;

use crate::runtime::language::{Message, texts};
use crate::runtime::secret::Secret;
use crate::runtime::settings::Section;

texts! {
    GENERATE = "gere pelo menos 12 caracteres com `openssl rand -hex 12`", "generate at least 12 characters with `openssl rand -hex 12`";
    ONE_LINE = "escreva uma linha sem caracteres de controle", "write one line without control characters";
    UNUSABLE = "console.password_file: {path} não tem uma senha utilizável: {problem}", "console.password_file: {path} has no usable password: {problem}";
}

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

fn check(path: &Path, text: &str) -> Result<(), Message> {
    let problem = if text.chars().count() < PASSWORD_CHARS_MIN {
        GENERATE
    } else if text.contains(char::is_control) {
        ONE_LINE
    } else {
        return Ok(());
    };
    Err(UNUSABLE.message(&[("path", &path.display()), ("problem", &problem)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::language::hold;

    #[test]
    fn every_text_has_both_languages() {
        hold(ALL, &[]);
    }
}
