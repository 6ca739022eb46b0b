//! What a walk is doing, for the operator.

use super::progress::Progress;

/// What a walk is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WalkPhase {
    #[default]
    Idle,
    /// Calls wait for HubSoft.
    Paused,
    Walking,
}

/// What a walk is doing, and how far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WalkStatus {
    pub phase: WalkPhase,
    /// Pages that have been read, at the current size.
    pub pages_done: u64,
    /// Pages of the whole list, at the current size, if they are known.
    pub pages: Option<u64>,
    /// Distinct customers that have been read.
    pub customers: u64,
    /// Customers on the whole list, if they are known.
    pub total: Option<u64>,
    /// What HubSoft's last answer failed with, until a page comes.
    pub failure: Option<String>,
    /// Why the last walk was not whole.
    pub problem: Option<String>,
    /// Seconds since 1970, when the next walk begins; set by the owner of the schedule.
    pub next_at_s: Option<u64>,
}

impl WalkStatus {
    /// A walk begins, though its first request may follow later.
    pub fn begin(&mut self) {
        *self = Self { problem: self.problem.take(), ..Self::default() };
    }

    pub(super) fn progress(&mut self, progress: &Progress) {
        (self.pages_done, self.pages) = progress.pages_of();
        self.customers = progress.customers;
        self.total = progress.total();
        self.failure = None;
    }
}
