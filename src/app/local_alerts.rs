//! The local alerts of an application: opened at the start, kept by a task, and handed on at a reload.

use std::path::PathBuf;
use std::sync::Arc;

use crate::runtime::tasks::{Task, Tasks};
use crate::runtime::wall_clock;
use crate::sources::alerts::{LocalAlertInputs, LocalAlerts};

use super::config::Config;

/// The local alerts, and the task that keeps them. It ends with the last application that has them.
pub(super) struct KeptLocalAlerts {
    pub(super) alerts: Arc<LocalAlerts>,
    _task: Task,
}

impl KeptLocalAlerts {
    /// Opens the alerts in the state folder that `config` names.
    pub(super) fn start(config: &Config, tasks: &Tasks) -> Arc<Self> {
        Self::of(inputs(config, config.state_folder.clone()), tasks)
    }

    /// Alerts that leave the state folder alone, which may be a running service's.
    pub(super) fn start_in_memory(config: &Config, tasks: &Tasks) -> Arc<Self> {
        Self::of(inputs(config, None), tasks)
    }

    fn of(inputs: LocalAlertInputs, tasks: &Tasks) -> Arc<Self> {
        let alerts = Arc::new(LocalAlerts::open(inputs, wall_clock::now_s()));
        let kept = Arc::clone(&alerts);
        let keep = move || Arc::clone(&kept).keep(Arc::new(wall_clock::now_s));
        let task = tasks.start("local_alerts", keep);
        Arc::new(Self { alerts, _task: task })
    }

    /// The same alerts, with the settings of `config`.
    pub(super) fn renewed(self: &Arc<Self>, config: &Config) -> Arc<Self> {
        let inputs = inputs(config, config.state_folder.clone());
        self.alerts.adjust(inputs, wall_clock::now_s());
        Arc::clone(self)
    }
}

fn inputs(config: &Config, folder: Option<PathBuf>) -> LocalAlertInputs {
    let rules = config.rules.list().iter().map(|rule| Arc::clone(&rule.name));
    LocalAlertInputs { zone: config.hubsoft.timezone, rules: rules.collect(), folder }
}
