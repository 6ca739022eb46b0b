//! The file of local alerts: read at the start, replaced whole at each change.
//!
//! A file is replaced only once memory has what it had. One that cannot be read for now (permission, a
//! broken disk, a folder in use) stays as it is, and is read again later, so that its alerts join those
//! of memory. What can never be read (damaged lines, a link, too many bytes) is kept aside first.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tracing::{error, info, warn};

use crate::runtime::state_folder::{StateError, StateFolder};

use super::alert::KeptAlert;
use super::aside::{FILE, copy_aside, is_no_plain_file, kept_aside, move_aside};
use super::lines::{AlertFile, EndedId, written};

/// Where the alerts are kept.
pub(super) struct AlertDisk {
    path: Option<PathBuf>,
    /// None in memory, and while the folder cannot be opened.
    folder: Option<Arc<StateFolder>>,
    /// Whether memory has what the file had.
    is_read: bool,
    /// Whether the file lacks a change.
    is_unsaved: bool,
    /// Why the file does not have what memory has, or the other way round.
    problem: Option<String>,
    /// Ids that must not be used again yet.
    pub(super) ended: Vec<EndedId>,
}

impl AlertDisk {
    /// Opens the folder and reads the file; without a folder, there is memory only.
    pub(super) fn open(path: Option<&Path>, now_s: u64) -> (Self, AlertFile) {
        let mut disk = Self {
            path: path.map(Path::to_owned),
            folder: None,
            is_read: false,
            is_unsaved: false,
            problem: None,
            ended: Vec::new(),
        };
        if disk.path.is_none() {
            let remedy = "use StateDirectory= of systemd, or set service.state_folder";
            disk.problem = Some(format!(
                "there is no state folder, so local alerts are lost at a restart ({remedy})"
            ));
        }
        let file = disk.read(now_s);
        (disk, file)
    }

    /// Reads the file, unless it has been read: another process may have had the folder.
    pub(super) fn read(&mut self, now_s: u64) -> AlertFile {
        let Some(path) = self.path.as_ref().filter(|_| !self.is_read) else {
            return AlertFile::default();
        };
        let folder = match StateFolder::shared(path) {
            Ok(folder) => folder,
            Err(error) => {
                self.failed(unread(&error));
                return AlertFile::default();
            }
        };
        let (file, kept) = match folder.read(&FILE) {
            Ok(bytes) => read_lines(&folder, &bytes.unwrap_or_default(), now_s),
            Err(error) if is_no_plain_file(&error) => {
                let moved = move_aside(&folder, now_s);
                (AlertFile::default(), moved.map_err(|why| format!("{error}; {why}")))
            }
            Err(error) => (AlertFile::default(), Err(error.to_string())),
        };
        self.take_ended(&file.ended);
        self.is_unsaved |= file.damaged > 0;
        self.folder = Some(folder);
        match kept {
            Ok(()) => self.has_read(),
            Err(why) => self.failed(unread(&why)),
        }
        file
    }

    /// Whether it is the one at `path`.
    pub(super) fn is_at(&self, path: Option<&Path>) -> bool {
        self.path.as_deref() == path
    }

    /// Whether the file has to be read or written again.
    pub(super) fn is_pending(&self) -> bool {
        self.path.is_some() && (!self.is_read || self.is_unsaved)
    }

    /// Whether the file lacks a change.
    pub(super) fn is_unsaved(&self) -> bool {
        self.is_unsaved
    }

    /// Replaces the file. Without a folder it does nothing; what is wrong is a problem from then on.
    pub(super) fn save(&mut self, alerts: &[Arc<KeptAlert>]) {
        self.is_unsaved = self.path.is_some();
        let Some(folder) = self.folder.as_ref().filter(|_| self.is_read) else { return };
        let text = written(alerts.iter().map(|kept| &kept.alert), &self.ended);
        match folder.replace(&FILE, |to| to.write_all(text.as_bytes())) {
            Ok(()) => {
                self.is_unsaved = false;
                if self.problem.take().is_some() {
                    info!("local alerts are saved again");
                }
            }
            Err(error) => self.failed(lost(&error)),
        }
    }

    /// Why a restart would lose changes or has lost some, each with its remedy.
    pub(super) fn problems(&self) -> Vec<String> {
        let aside = self.folder.as_ref().and_then(|folder| kept_aside(folder));
        self.problem.iter().cloned().chain(aside).collect()
    }

    fn has_read(&mut self) {
        self.is_read = true;
        // What is not saved yet is reported by the attempt to save it.
        if self.problem.take().is_some() {
            info!("the file of local alerts is read");
        }
    }

    /// Keeps further ids from being used.
    pub(super) fn take_ended(&mut self, ended: &[EndedId]) {
        let known = std::mem::take(&mut self.ended);
        let is_new = |ended: &&EndedId| known.iter().all(|known| known.id != ended.id);
        let new: Vec<_> = ended.iter().filter(is_new).cloned().collect();
        self.ended = known;
        self.ended.extend(new);
    }

    /// Reports what is wrong, once until something else is.
    fn failed(&mut self, problem: String) {
        if self.problem.as_ref() != Some(&problem) {
            warn!("{problem}");
        }
        self.problem = Some(problem);
    }
}

/// Reads the lines of a file. Its copy is kept aside if some are damaged.
fn read_lines(
    folder: &Arc<StateFolder>,
    bytes: &[u8],
    now_s: u64,
) -> (AlertFile, Result<(), String>) {
    let file = AlertFile::read(bytes);
    if file.damaged == 0 {
        return (file, Ok(()));
    }
    let kept = copy_aside(folder, bytes, now_s);
    let why = || format!("{} of its lines are damaged", file.damaged);
    let kept = kept.map_err(|error| format!("{}; {error}", why()));
    if kept.is_ok() {
        error!(
            damaged = file.damaged,
            kept = file.alerts.len(),
            "local alerts lost: lines of `{}` are damaged (see `bina alert list`, and add what is missing)",
            folder.path_of(&FILE).display()
        );
    }
    (file, kept)
}

fn lost(error: &StateError) -> String {
    format!("a restart loses the latest changes of local alerts; saving is tried again: {error}")
}

fn unread(why: &dyn fmt::Display) -> String {
    format!(
        "the file of local alerts cannot be read: its alerts are missing, and a restart loses the latest \
         changes; it stays as it is, and reading is tried again: {why}"
    )
}
