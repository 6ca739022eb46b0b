//! The directory of an application: built, kept current by a task, and handed on at a reload.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use parking_lot::Mutex;
use tracing::info;

use crate::runtime::tasks::{Task, Tasks};
use crate::sources::directory::CustomerList;
use crate::sources::directory::{ClosedDirectory, Directory};
use crate::sources::directory::{DirectoryKeys, DirectoryPlace, Inputs, Schedule};

use super::config::Config;
use super::error::AppError;
use super::metrics::AppMetrics;

/// A directory and the task that keeps it current.
pub(super) struct KeptDirectory {
    pub(super) directory: Arc<Directory>,
    /// Ends with the last application that has the directory, or when the directory is closed.
    task: Mutex<Option<Task>>,
}

impl KeptDirectory {
    /// Starts the directory that `config` describes, unless it is off. `closed` is the one that it
    /// replaces.
    pub(super) fn start(
        config: &Config,
        list: Arc<dyn CustomerList>,
        closed: Option<ClosedDirectory>,
        tasks: &Tasks,
        metrics: &AppMetrics,
    ) -> Result<Option<Arc<Self>>, AppError> {
        if config.directory.enabled != Some(true) {
            closed.into_iter().for_each(ClosedDirectory::release);
            return Ok(None);
        }
        let metrics = metrics.directory.clone();
        let place = place(config, closed);
        let directory = Directory::new(inputs(config, list), keys(config), place, metrics);
        let directory = directory.map_err(AppError::runtime)?;
        let directory = Arc::new(directory);
        let kept = Arc::clone(&directory);
        let task = tasks.start("directory", move || Arc::clone(&kept).keep());
        Ok(Some(Arc::new(Self { directory, task: Mutex::new(Some(task)) })))
    }

    /// The directory for the configuration `new` after `old`: the same one, where its content is valid
    /// for both.
    pub(super) fn renewed(
        before: Option<&Arc<Self>>,
        (old, new): (&Config, &Config),
        list: Arc<dyn CustomerList>,
        tasks: &Tasks,
        metrics: &AppMetrics,
    ) -> Result<Option<Arc<Self>>, AppError> {
        let is_on = new.directory.enabled == Some(true);
        if let Some(kept) = before.filter(|_| is_on && is_same(old, new)) {
            kept.directory.adjust(inputs(new, list));
            return Ok(Some(Arc::clone(kept)));
        }
        if before.is_some() {
            info!("directory closed: settings that it depends on have changed");
        }
        let closed = before.map(|kept| kept.close());
        Self::start(new, list, closed, tasks, metrics)
    }

    /// Ends the task at once, and closes the files.
    fn close(&self) -> ClosedDirectory {
        drop(self.task.lock().take());
        self.directory.close()
    }
}

/// Where the directory is kept.
fn place(config: &Config, closed: Option<ClosedDirectory>) -> DirectoryPlace {
    let path = config.state_folder.clone();
    match closed {
        Some(closed) => DirectoryPlace::After(closed, path),
        None => path.map_or(DirectoryPlace::Memory, DirectoryPlace::Folder),
    }
}

/// Whether a directory of `old` is one of `new`: of the same customers, with the same keys and fields.
fn is_same(old: &Config, new: &Config) -> bool {
    old.hubsoft.is_same_upstream(&new.hubsoft)
        && old.directory.key == new.directory.key
        && old.directory.names == new.directory.names
        && old.state_folder == new.state_folder
}

fn inputs(config: &Config, list: Arc<dyn CustomerList>) -> Inputs {
    let schedule = Schedule {
        zone: config.hubsoft.timezone,
        walk_at: config.directory.walk_at,
        seed: seed(config.hubsoft.base_url.as_str()),
    };
    Inputs { settings: config.directory.clone(), schedule, list }
}

/// A number that differs from provider to provider.
fn seed(base_url: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    base_url.hash(&mut hasher);
    hasher.finish()
}

fn keys(config: &Config) -> DirectoryKeys {
    let credentials = &config.hubsoft.credentials;
    let secret = config.directory.key.clone().unwrap_or_else(|| credentials.client_secret.clone());
    DirectoryKeys::new(secret, config.hubsoft.base_url.as_str(), &credentials.client_id)
}
