//! Replaces a file so that a crash at any moment leaves the whole old or the whole new one.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, fchown};
use std::path::Path;

/// The end of the name of a file that is being written.
pub(super) const UNFINISHED: &str = ".new";
/// So many bytes are written at once.
const BUFFER_BYTES: usize = 64 << 10;

/// The steps of replacing a file, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaveStep {
    Create,
    /// Repeated for each part.
    Write,
    SyncFile,
    Rename,
    /// From here on the new file is in place.
    SyncFolder,
}

/// Who may read a file, and whose it is, unless it is this process's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileRights {
    pub mode: u32,
    /// User and group, by number.
    pub owner: Option<(u32, u32)>,
}

/// A file that only this process's user may read.
pub(super) const PRIVATE: FileRights = FileRights { mode: 0o600, owner: None };

/// Writes the file at `path`, or replaces it, in a folder that others may write to as well. After an error
/// the old file is as it was.
pub fn place_file(path: &Path, bytes: &[u8], rights: FileRights) -> io::Result<()> {
    let name = path.file_name().and_then(|name| name.to_str());
    let (Some(folder), Some(name)) = (path.parent(), name) else {
        return Err(ErrorKind::InvalidFilename.into());
    };
    let write = |file: &mut dyn Write| file.write_all(bytes);
    replace(folder, name, (bytes.len() as u64, rights), write, &mut |_| Ok(()))
}

pub(super) fn replace(
    folder: &Path,
    name: &str,
    limits: (u64, FileRights),
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    before: &mut dyn FnMut(SaveStep) -> io::Result<()>,
) -> io::Result<()> {
    let unfinished = folder.join(format!("{name}{UNFINISHED}"));
    let placed = write_whole(&unfinished, limits, write, before).and_then(|()| {
        before(SaveStep::Rename)?;
        fs::rename(&unfinished, folder.join(name))
    });
    if placed.is_err() {
        // A full disk has room again; where this fails, the next start removes it.
        let _ = fs::remove_file(&unfinished);
        return placed;
    }
    before(SaveStep::SyncFolder)?;
    sync_folder(folder)
}

/// Makes the names in a folder survive a loss of power.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn write_whole(
    path: &Path,
    (bytes_max, rights): (u64, FileRights),
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    before: &mut dyn FnMut(SaveStep) -> io::Result<()>,
) -> io::Result<()> {
    before(SaveStep::Create)?;
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // `create_new` does not follow a link either.
    let file = OpenOptions::new().write(true).create_new(true).mode(PRIVATE.mode).open(path)?;
    let limited = LimitedFile { file: &file, left: bytes_max, before };
    let mut buffer = BufWriter::with_capacity(BUFFER_BYTES, limited);
    write(&mut buffer)?;
    buffer.flush()?;
    drop(buffer);
    // Of the file itself: its name may lead elsewhere by now, where others can write to the folder.
    if let Some((user, group)) = rights.owner {
        fchown(&file, Some(user), Some(group))?;
    }
    if rights.mode != PRIVATE.mode {
        file.set_permissions(Permissions::from_mode(rights.mode))?;
    }
    before(SaveStep::SyncFile)?;
    file.sync_all()
}

/// Writes to a file up to a limit, so that nothing is written that would not be read.
struct LimitedFile<'a> {
    file: &'a File,
    left: u64,
    before: &'a mut dyn FnMut(SaveStep) -> io::Result<()>,
}

impl Write for LimitedFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.before)(SaveStep::Write)?;
        let too_long = || io::Error::new(ErrorKind::FileTooLarge, "it would exceed its limit");
        self.left = self.left.checked_sub(bytes.len() as u64).ok_or_else(too_long)?;
        self.file.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
