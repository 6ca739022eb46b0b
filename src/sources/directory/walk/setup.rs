//! What a walk needs: the list, the clock, the calls that go before it, and who is shown its status.

use tokio::sync::watch;

use crate::sources::directory::CustomerList;

use super::status::{WalkPhase, WalkStatus};

/// What may be configured about a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalkSettings {
    /// The size of the first page.
    pub page_rows: u32,
    /// The share of the time in which a request may be in flight.
    pub duty_percent: u32,
}

impl Default for WalkSettings {
    fn default() -> Self {
        Self { page_rows: 200, duty_percent: 50 }
    }
}

/// What a walk needs. It ends at any time by being dropped; what was saved last is continued.
pub struct Walker<'a> {
    pub list: &'a dyn CustomerList,
    /// Whether calls wait for HubSoft.
    pub is_busy: &'a (dyn Fn() -> bool + Send + Sync),
    /// Seconds since 1970.
    pub now_s: &'a (dyn Fn() -> u64 + Send + Sync),
    pub status: &'a watch::Sender<WalkStatus>,
    pub settings: WalkSettings,
}

impl Walker<'_> {
    /// Shows `phase` to the operator.
    pub(super) fn enter(&self, phase: WalkPhase) {
        self.status.send_if_modified(|status| {
            let has_changed = status.phase != phase;
            status.phase = phase;
            has_changed
        });
    }
}
