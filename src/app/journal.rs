//! The journal of an application: opened at the start, written by a task, and handed on at a reload.

use std::path::PathBuf;
use std::sync::Arc;

use crate::answering::journal::{Journal, JournalInputs};
use crate::answering::suspicion::Suspicions;
use crate::runtime::tasks::{Task, Tasks};
use crate::runtime::wall_clock;
use crate::sources::alerts::AlertBoard;
use crate::sources::directory::Directory;

use super::config::Config;
use super::metrics::AppMetrics;

/// A journal and the task that writes it.
pub(super) struct KeptJournal {
    pub(super) journal: Arc<Journal>,
    /// Ends with the last application that has the journal.
    _task: Task,
}

/// What the journal places callers by, and whether it may use the state folder.
pub(super) struct JournalSources {
    pub(super) folder: Option<PathBuf>,
    pub(super) directory: Option<Arc<Directory>>,
    pub(super) board: Arc<dyn AlertBoard>,
}

impl KeptJournal {
    /// Opens the journal that `config` describes, and reads who has been told.
    pub(super) fn start(
        config: &Config,
        sources: JournalSources,
        tasks: &Tasks,
        metrics: &AppMetrics,
    ) -> Arc<Self> {
        let suspicions = Arc::new(Suspicions::new(metrics.suspicions.clone()));
        let inputs = inputs(config, sources);
        let journal = Arc::new(Journal::open(inputs, suspicions, metrics.journal.clone()));
        let kept = Arc::clone(&journal);
        let task = tasks.start("journal", move || Arc::clone(&kept).keep());
        Arc::new(Self { journal, _task: task })
    }

    /// The same journal, with the settings of `config`.
    pub(super) fn renewed(self: &Arc<Self>, config: &Config, sources: JournalSources) -> Arc<Self> {
        self.journal.adjust(inputs(config, sources));
        Arc::clone(self)
    }
}

fn inputs(config: &Config, sources: JournalSources) -> JournalInputs {
    JournalInputs {
        folder: sources.folder,
        told: config.outage.told,
        kept: config.outage.journal,
        zone: config.hubsoft.timezone,
        directory: sources.directory,
        board: Some(sources.board),
        now_s: Arc::new(wall_clock::now_s),
    }
}
