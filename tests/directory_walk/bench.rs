//! Runs walks in paused time, with a collector that keeps the ids.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bina::sources::directory::ListedCustomer;
use bina::sources::directory::{
    Adding, Collector, Gain, Progress, Saving, WalkOutcome, WalkSettings, WalkStatus, Walker,
};
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::server::Server;

/// 2026-11-30 06:00:00 UTC.
pub(crate) const START_S: u64 = 1_796_018_400;

/// The ids that were saved, and the progress as it is stored.
pub(crate) type Saved = Arc<Mutex<Option<(BTreeSet<u64>, String)>>>;

#[derive(Clone, Default)]
pub(crate) struct Ids {
    pub(crate) ids: BTreeSet<u64>,
    pub(crate) expected: u64,
    pub(crate) saved: Saved,
    pub(crate) saves: u64,
}

impl Collector for Ids {
    fn expect(&mut self, total: u64) {
        self.expected = total;
    }

    fn add(&mut self, page: Vec<ListedCustomer>) -> Adding<'_> {
        let (before, rows) = (self.ids.len(), page.len());
        self.ids.extend(page.into_iter().map(|customer| customer.id));
        let new = self.ids.len() - before;
        Box::pin(async move { Gain { new, replaced: rows - new } })
    }

    fn customers(&self) -> usize {
        self.ids.len()
    }

    fn clear(&mut self) {
        self.ids.clear();
    }

    fn save<'a>(&'a mut self, progress: &'a Progress) -> Saving<'a> {
        self.saves += 1;
        *self.saved.lock() = Some((self.ids.clone(), progress.to_json()));
        Box::pin(async {})
    }
}

impl Ids {
    /// What a restart finds: the collector, and the progress.
    pub(crate) fn restored(&self) -> (Self, Option<Progress>) {
        let Some((ids, json)) = self.saved.lock().clone() else { return (Self::default(), None) };
        let saved = Arc::clone(&self.saved);
        (Self { ids, saved, ..Self::default() }, Progress::from_json(&json))
    }
}

pub(crate) struct Bench {
    pub(crate) server: Server,
    pub(crate) settings: WalkSettings,
    pub(crate) is_busy: AtomicBool,
    pub(crate) status: watch::Sender<WalkStatus>,
    pub(crate) started_at: Instant,
}

impl Bench {
    pub(crate) fn new(server: Server) -> Self {
        let settings = WalkSettings::default();
        let status = watch::Sender::default();
        let is_busy = AtomicBool::default();
        Self { server, settings, is_busy, status, started_at: Instant::now() }
    }

    /// Runs `work` with a walker.
    pub(crate) async fn with<T>(&self, work: impl AsyncFnOnce(&Walker<'_>) -> T) -> T {
        let walker = Walker {
            list: &self.server,
            is_busy: &|| self.is_busy.load(Ordering::SeqCst),
            now_s: &|| START_S + self.started_at.elapsed().as_secs(),
            status: &self.status,
            settings: self.settings,
        };
        work(&walker).await
    }

    pub(crate) async fn whole(&self, ids: &mut Ids, resume: Option<Progress>) -> WalkOutcome {
        self.with(async |walker| walker.whole(ids, resume).await).await
    }

    /// A walk from the beginning.
    pub(crate) async fn walk(&self) -> (WalkOutcome, Ids) {
        let mut ids = Ids::default();
        let outcome = self.whole(&mut ids, None).await;
        (outcome, ids)
    }

    /// Whether `ids` are exactly those of the list.
    pub(crate) fn has_all(&self, ids: &Ids) -> bool {
        ids.ids == self.server.ids.lock().iter().copied().collect()
    }
}
