//! What stood where the file of local alerts should be and cannot be read: kept aside under another name.

use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::MetadataExt;

use tracing::error;

use crate::runtime::state_folder::{StateError, StateFile, StateFolder};

/// Readable by the service alone. 400 alerts with the longest texts and scopes take some 40 MB.
pub(super) const FILE: StateFile = StateFile { name: "local_alerts", bytes_max: 64 << 20 };
/// There is one. All alerts of one that was written a day ago have ended, so that another may replace it.
const ASIDE: StateFile = StateFile { name: "local_alerts.damaged", ..FILE };
const REPLACED_AFTER_S: u64 = 24 * 60 * 60;

/// Whether what stands there never becomes readable: a link, a folder, a device, or too many bytes.
pub(super) fn is_no_plain_file(error: &StateError) -> bool {
    let kinds = [ErrorKind::FileTooLarge, ErrorKind::InvalidInput, ErrorKind::IsADirectory];
    matches!(error, StateError::File { source, .. } if kinds.contains(&source.kind()))
}

/// Keeps a copy of a damaged file.
pub(super) fn copy_aside(folder: &StateFolder, bytes: &[u8], now_s: u64) -> Result<(), String> {
    require_place(folder, now_s)?;
    let copied = folder.replace(&ASIDE, |to: &mut dyn Write| to.write_all(bytes));
    copied.map_err(|error| error.to_string())
}

/// Renames what is no plain file.
pub(super) fn move_aside(folder: &StateFolder, now_s: u64) -> Result<(), String> {
    require_place(folder, now_s)?;
    folder.rename(&FILE, &ASIDE).map_err(|error| error.to_string())?;
    let (from, to) = (folder.path_of(&FILE), folder.path_of(&ASIDE));
    error!(
        "local alerts lost: `{}` cannot be read, and is kept as `{}` (see `bina alert list`, and add what is \
         missing)",
        from.display(),
        to.display()
    );
    Ok(())
}

/// What an operator has to do about what is kept aside, if something is.
pub(super) fn kept_aside(folder: &StateFolder) -> Option<String> {
    let path = folder.path_of(&ASIDE);
    fs::symlink_metadata(&path).ok()?;
    let path = path.display();
    Some(format!(
        "the file of local alerts was damaged and is kept as `{path}`: add what is missing from the list, \
         then remove `{path}`"
    ))
}

/// Refuses to replace what may hold alerts that have not ended.
fn require_place(folder: &StateFolder, now_s: u64) -> Result<(), String> {
    let path = folder.path_of(&ASIDE);
    let Ok(about) = fs::symlink_metadata(&path) else { return Ok(()) };
    let age_s = now_s.saturating_sub(u64::try_from(about.mtime()).unwrap_or_default());
    if age_s >= REPLACED_AFTER_S {
        return Ok(());
    }
    let path = path.display();
    Err(format!("`{path}` is kept from an earlier damage: look at it, and remove it"))
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn what_may_be_readable_later_is_not_moved_aside() {
        let failed = |kind: ErrorKind| StateError::File {
            action: "read",
            path: PathBuf::from("local_alerts"),
            source: io::Error::from(kind),
        };
        // An input/output error of a disk has no stable kind of its own.
        for kind in [ErrorKind::PermissionDenied, ErrorKind::Other, ErrorKind::Interrupted] {
            assert!(!is_no_plain_file(&failed(kind)), "{kind}");
        }
        assert!(!is_no_plain_file(&StateError::InUse { path: PathBuf::new() }));
        assert!(is_no_plain_file(&failed(ErrorKind::FileTooLarge)));
    }
}
