//! The file of local alerts: read at the start, replaced whole at each change.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tracing::{error, warn};

use crate::runtime::state_folder::{StateError, StateFile, StateFolder};

use super::alert::KeptAlert;
use super::lines::{AlertFile, EndedId, written};

/// Readable by the service alone. 200 alerts with the longest texts and scopes take some 20 MB.
const FILE: StateFile = StateFile { name: "local_alerts", bytes_max: 32 << 20 };

/// Where the alerts are kept.
pub(super) struct AlertDisk {
    path: Option<PathBuf>,
    /// None in memory, and while the folder cannot be opened.
    folder: Option<Arc<StateFolder>>,
    is_read: bool,
    /// Why the file does not have what memory has.
    problem: Option<String>,
    /// Ids that must not be used again yet.
    pub(super) ended: Vec<EndedId>,
}

impl AlertDisk {
    /// Opens the folder and reads the file; without a folder, there is memory only.
    pub(super) fn open(path: Option<&Path>) -> (Self, AlertFile) {
        let (path, is_read) = (path.map(Path::to_owned), false);
        let mut disk = Self { path, folder: None, is_read, problem: None, ended: Vec::new() };
        if disk.path.is_none() {
            let remedy = "use StateDirectory= of systemd, or set service.state_folder";
            disk.problem = Some(format!(
                "there is no state folder, so local alerts are lost at a restart ({remedy})"
            ));
        }
        let file = disk.read();
        (disk, file)
    }

    /// Reads the file, unless it has been read: another process may have had the folder.
    pub(super) fn read(&mut self) -> AlertFile {
        let Some(path) = self.path.as_ref().filter(|_| !self.is_read) else {
            return AlertFile::default();
        };
        let read = StateFolder::shared(path).and_then(|folder| {
            let bytes = folder.read(&FILE)?;
            Ok((folder, bytes))
        });
        match read {
            Ok((folder, bytes)) => {
                let file = AlertFile::read(&bytes.unwrap_or_default());
                report(&folder, &file);
                self.ended.extend(file.ended.iter().cloned());
                self.use_folder(folder);
                file
            }
            Err(error) => {
                error!("local alerts not read: {error}");
                self.problem = Some(lost(&error));
                AlertFile::default()
            }
        }
    }

    /// Whether it is the one at `path`.
    pub(super) fn is_at(&self, path: Option<&Path>) -> bool {
        self.path.as_deref() == path
    }

    /// Replaces the file. Without a folder it does nothing; what is wrong is a problem from then on.
    pub(super) fn save(&mut self, alerts: &[Arc<KeptAlert>]) {
        let Some(path) = &self.path else { return };
        let text = written(alerts.iter().map(|kept| &kept.alert), &self.ended);
        let folder = self.folder.clone().map_or_else(|| StateFolder::shared(path), Ok);
        let saved = folder.and_then(|folder| {
            folder.replace(&FILE, |to| to.write_all(text.as_bytes()))?;
            Ok(folder)
        });
        match saved {
            Ok(folder) => {
                self.use_folder(folder);
            }
            Err(error) => {
                warn!("local alerts not saved: {error}");
                self.problem = Some(lost(&error));
            }
        }
    }

    fn use_folder(&mut self, folder: Arc<StateFolder>) {
        self.folder = Some(folder);
        self.problem = None;
        self.is_read = true;
    }

    /// Why a restart would lose the latest changes, if it would.
    pub(super) fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }
}

fn lost(error: &StateError) -> String {
    format!("a restart loses the latest changes of local alerts: {error}")
}

fn report(folder: &StateFolder, file: &AlertFile) {
    if file.damaged == 0 {
        return;
    }
    let path = folder.path_of(&FILE);
    error!(
        damaged = file.damaged,
        kept = file.alerts.len(),
        "local alerts lost: lines of `{}` are damaged (see `bina alert list`, and add what is missing)",
        path.display()
    );
}
