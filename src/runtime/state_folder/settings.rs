//! Reads `[service]`: the state folder.

use std::path::PathBuf;

use crate::runtime::settings::Section;
use crate::runtime::systemd;

/// The folder that systemd has created for `StateDirectory=`, else the one that `state_folder` names.
pub fn read(section: &mut Section<'_>) -> Option<PathBuf> {
    let named = section.text("state_folder").map(|name| (PathBuf::from(name.value), name.place));
    if let Some((path, place)) = &named
        && !path.is_absolute()
    {
        let problem = format!(
            "service.state_folder: `{}` is not an absolute path: write the whole path, such as \
             \"/var/lib/bina\"",
            path.display()
        );
        section.report(*place, problem);
    }
    systemd::state_folder().or_else(|| named.map(|(path, _)| path))
}
