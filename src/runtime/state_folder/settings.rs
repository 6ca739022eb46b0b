//! Reads `[service]`: the state folder.

use std::path::PathBuf;

use crate::runtime::language::texts;
use crate::runtime::settings::Section;
use crate::runtime::systemd;

texts! {
    RELATIVE = "service.state_folder: `{path}` não é um caminho absoluto: escreva o caminho inteiro, como \"/var/lib/bina\"", "service.state_folder: `{path}` is not an absolute path: write the whole path, such as \"/var/lib/bina\"";
}

/// The folder that systemd has created for `StateDirectory=`, else the one that `state_folder` names.
pub fn read(section: &mut Section<'_>) -> Option<PathBuf> {
    let named = section.text("state_folder").map(|name| (PathBuf::from(name.value), name.place));
    if let Some((path, place)) = &named
        && !path.is_absolute()
    {
        section.report(*place, RELATIVE.message(&[("path", &path.display())]));
    }
    systemd::state_folder().or_else(|| named.map(|(path, _)| path))
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
