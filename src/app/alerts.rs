//! The alerts of an application: read and judged by tasks, and handed on at a reload.

use std::sync::Arc;

use parking_lot::Mutex;
use tracing::warn;

use crate::domain::failure::Failure;
use crate::domain::reported::ReportedCustomer;
use crate::runtime::state_folder::StateFolder;
use crate::runtime::tasks::{Task, Tasks};
use crate::runtime::wall_clock;
use crate::sources::alerts::{
    AlertBoard, AlertFuture, AlertInputs, AlertList, AlertPage, Alerts, EarlierAlerts, Evidence,
    LocalAlerts, Prober,
};
use crate::sources::directory::Directory;
use crate::sources::limiter::Urgency;
use crate::sources::reasons;

use super::config::Config;
use super::metrics::AppMetrics;

/// The alerts, and the tasks that keep them current. These end with the last application that has the
/// alerts, or when others take their place.
pub(super) struct KeptAlerts {
    pub(super) alerts: Arc<Alerts>,
    evidence: Arc<Evidence>,
    tasks: Mutex<Vec<Task>>,
}

/// What the alerts of an application are made from.
pub(super) struct AlertSources {
    pub(super) list: Arc<dyn AlertList>,
    pub(super) directory: Option<Arc<Directory>>,
    pub(super) local: Arc<LocalAlerts>,
}

impl KeptAlerts {
    /// Starts to keep the alerts that `config` describes. It reads the record of earlier ones.
    pub(super) fn start(
        config: &Config,
        sources: AlertSources,
        tasks: &Tasks,
        metrics: &AppMetrics,
    ) -> Arc<Self> {
        let evidence = Arc::new(Evidence::new(earlier(config)).counting(&metrics.alerts));
        let list = Arc::clone(&sources.list);
        let local = Arc::clone(&sources.local);
        let inputs = inputs(config, sources);
        let alerts = Alerts::new(inputs, local, Arc::clone(&evidence), metrics.alerts.clone());
        let alerts = Arc::new(alerts);
        let kept = Arc::clone(&alerts);
        let feed = tasks.start("alerts", move || Arc::clone(&kept).keep());
        let board = Arc::clone(&alerts) as Arc<dyn AlertBoard>;
        let prober = Prober { evidence: Arc::clone(&evidence), board, list };
        let probing = tasks.start("probes", move || prober.clone().keep());
        Arc::new(Self { alerts, evidence, tasks: Mutex::new(vec![feed, probing]) })
    }

    /// The alerts for the configuration `new` after `old`: the same ones for the same HubSoft.
    pub(super) fn renewed(
        self: &Arc<Self>,
        (old, new): (&Config, &Config),
        sources: AlertSources,
        tasks: &Tasks,
        metrics: &AppMetrics,
    ) -> Arc<Self> {
        // The probes keep their client, so that another one is another set of tasks.
        if old.hubsoft == new.hubsoft && old.state_folder == new.state_folder {
            self.alerts.adjust(inputs(new, sources));
            return Arc::clone(self);
        }
        self.close();
        Self::start(new, sources, tasks, metrics)
    }

    /// Ends the tasks at once, and leaves the state folder, though calls in progress may still have the
    /// alerts.
    fn close(&self) {
        self.tasks.lock().clear();
        self.evidence.detach();
    }
}

fn inputs(config: &Config, sources: AlertSources) -> AlertInputs {
    AlertInputs {
        settings: config.alerts.clone(),
        zone: config.hubsoft.timezone,
        list: sources.list,
        directory: sources.directory,
        now_s: Arc::new(wall_clock::now_s),
    }
}

/// The record of earlier alerts in the state folder.
fn earlier(config: &Config) -> EarlierAlerts {
    // The directory reports a folder that cannot be opened.
    let folder = config.state_folder.as_ref().and_then(|path| StateFolder::shared(path).ok());
    let (earlier, problem) = EarlierAlerts::open(folder);
    if let Some(problem) = problem {
        warn!("alerts: {problem}");
    }
    earlier
}

/// The list of a source that has none.
pub(super) struct NoAlertList;

impl AlertList for NoAlertList {
    fn alerts(&self, _: u32, _: tokio::time::Instant) -> AlertFuture<'_, AlertPage> {
        Box::pin(async { Err(no_list()) })
    }

    fn customer<'a>(
        &'a self,
        _: &'a str,
        _: Urgency,
        _: tokio::time::Instant,
    ) -> AlertFuture<'a, Option<ReportedCustomer>> {
        Box::pin(async { Err(no_list()) })
    }
}

fn no_list() -> Failure {
    reasons::REFUSED.failure()
}
