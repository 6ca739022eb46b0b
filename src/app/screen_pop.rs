//! The screen pops of an application: sent by a task, and handed on at a reload.

use std::sync::Arc;

use crate::answering::screen_pop::ScreenPops;
use crate::runtime::tasks::{Task, Tasks};
use crate::sources::agent_screens::AgentScreens;
use crate::sources::hubsoft::HubSoft;

use super::metrics::AppMetrics;

/// Screen pops and the task that sends them.
pub(super) struct KeptScreenPops {
    pub(super) pops: Arc<ScreenPops>,
    /// Ends with the last application that has them.
    _task: Task,
}

impl KeptScreenPops {
    /// Reports to `hubsoft`, where HubSoft is the source.
    pub(super) fn start(
        hubsoft: Option<&Arc<HubSoft>>,
        tasks: &Tasks,
        metrics: &AppMetrics,
    ) -> Arc<Self> {
        let pops = Arc::new(ScreenPops::new(screens(hubsoft), metrics.screen_pops.clone()));
        let kept = Arc::clone(&pops);
        let task = tasks.start("screen_pops", move || Arc::clone(&kept).keep());
        Arc::new(Self { pops, _task: task })
    }

    /// The same, to the client of a new configuration.
    pub(super) fn renewed(self: &Arc<Self>, hubsoft: Option<&Arc<HubSoft>>) -> Arc<Self> {
        self.pops.adjust(screens(hubsoft));
        Arc::clone(self)
    }
}

fn screens(hubsoft: Option<&Arc<HubSoft>>) -> Option<Arc<dyn AgentScreens>> {
    hubsoft.map(|hubsoft| Arc::clone(hubsoft) as Arc<dyn AgentScreens>)
}
