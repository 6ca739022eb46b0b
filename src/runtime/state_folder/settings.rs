//! Reads `[service]`: the state folder.

use std::path::PathBuf;

use crate::runtime::settings::Section;
use crate::runtime::systemd;

/// The folder that systemd has created for `StateDirectory=`, else the one that `state_folder` names.
pub fn read(section: &mut Section<'_>) -> Option<PathBuf> {
    let named = section.text("state_folder");
    let named = named.map(|name| section.folders().beside(&name.value));
    systemd::state_folder().or(named)
}
