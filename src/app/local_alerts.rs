//! The local alerts of an application: opened at the start, and handed on at a reload.

use std::path::PathBuf;
use std::sync::Arc;

use crate::runtime::wall_clock;
use crate::sources::alerts::{LocalAlertInputs, LocalAlerts};

use super::config::Config;

/// Opens the alerts in the state folder that `config` names.
pub(super) fn opened(config: &Config) -> Arc<LocalAlerts> {
    let inputs = inputs(config, config.state_folder.clone());
    Arc::new(LocalAlerts::open(inputs, wall_clock::now_s()))
}

/// Alerts that leave the state folder alone, which may be a running service's.
pub(super) fn in_memory(config: &Config) -> Arc<LocalAlerts> {
    Arc::new(LocalAlerts::open(inputs(config, None), wall_clock::now_s()))
}

/// The same alerts, with the settings of `config`.
pub(super) fn renewed(alerts: &Arc<LocalAlerts>, config: &Config) -> Arc<LocalAlerts> {
    alerts.adjust(inputs(config, config.state_folder.clone()), wall_clock::now_s());
    Arc::clone(alerts)
}

fn inputs(config: &Config, folder: Option<PathBuf>) -> LocalAlertInputs {
    let rules = config.rules.list().iter().map(|rule| Arc::clone(&rule.name));
    LocalAlertInputs { zone: config.hubsoft.timezone, rules: rules.collect(), folder }
}
