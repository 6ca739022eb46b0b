//! Keeps the directory current: opens its files, walks at night, merges corrections, saves.

use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::spawn_blocking;
use tokio::time::sleep;
use tracing::{debug, error, warn};

use crate::runtime::wall_clock;
use crate::sources::reasons::is_no_permission;

use super::collector::{Collected, DirectoryCollector};
use super::content::Currency;
use super::counted::CountedList;
use super::list::ScopeTables;
use super::metrics::WalkResult;
use super::packed::{GenerationFacts, ScopeKind, WalkExtent};
use super::sealed::SealedKind;
use super::walk::{
    Progress, WalkEnd, WalkKind, WalkOutcome, WalkSettings, WalkStatus, Walker, may_replace,
};
use super::{Directory, Inputs};

/// How often corrections become part of a new generation.
const MERGE_EVERY: Duration = Duration::from_secs(60 * 60);
/// Longest time of the requests for all scope tables.
const TABLES_MAX: Duration = Duration::from_secs(5 * 60);
const DAY_S: u64 = 24 * 60 * 60;

/// Why a walk begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trigger {
    /// An operator wants everybody to be read.
    Requested,
    Schedule,
}

/// The state between two walks.
struct Keeper {
    directory: Arc<Directory>,
    /// The walk to continue.
    interrupted: Option<Interrupted>,
}

/// A walk that is continued later. What it has collected stands in the directory.
struct Interrupted {
    progress: Progress,
    began: Instant,
}

/// What a walk has brought, for the next generation.
struct Harvest {
    end: WalkEnd,
    started_at_s: u64,
    began: Instant,
    extent: WalkExtent,
    tables: Option<ScopeTables>,
}

impl Directory {
    /// Keeps the directory current until its task is stopped.
    pub async fn keep(self: Arc<Self>) {
        let progress = self.open().await;
        let began = Instant::now();
        let interrupted = progress.map(|progress| Interrupted { progress, began });
        let mut keeper = Keeper { directory: self, interrupted };
        // What a restart has interrupted goes on at once; after a failure, the schedule decides.
        let mut next = keeper.interrupted.as_ref().map(|_| Trigger::Schedule);
        loop {
            let trigger = match next {
                Some(trigger) => trigger,
                None => keeper.wait().await,
            };
            next = keeper.walk(trigger).await;
        }
    }
}

impl Keeper {
    /// Waits until a walk is due or requested, and merges corrections meanwhile.
    async fn wait(&mut self) -> Trigger {
        loop {
            let now_s = wall_clock::now_s();
            let at_s = self.directory.next_walk_at_s(now_s);
            self.directory.walk_status.send_modify(|status| status.next_at_s = Some(at_s));
            let wait = Duration::from_secs(at_s.saturating_sub(now_s));
            tokio::select! {
                () = sleep(wait.min(MERGE_EVERY)) => {}
                () = self.directory.walk_requested.notified() => return Trigger::Requested,
                () = self.directory.tables_requested.notified() => {
                    self.directory.renew_tables().await;
                    continue;
                }
                () = self.directory.adjusted.notified() => continue,
            }
            if wait <= MERGE_EVERY {
                return Trigger::Schedule;
            }
            // A walk that is continued may have read the customers before they were corrected.
            if self.interrupted.is_none() {
                self.directory.merge_corrections().await;
            }
        }
    }

    /// Walks until the list has been read, or an operator wants another walk: then with the next trigger.
    async fn walk(&mut self, trigger: Trigger) -> Option<Trigger> {
        self.directory.walk_status.send_modify(WalkStatus::begin);
        let inputs = self.directory.inputs.now();
        let began = self.interrupted.as_ref().map_or_else(Instant::now, |walk| walk.began);
        let directory = Arc::clone(&self.directory);
        // What is in flight is dropped where the walk is abandoned.
        let (tables, outcome) = tokio::select! {
            read = self.tables_and_list(&inputs, trigger) => read,
            // The directory was cleared.
            () = directory.walk_abandoned.notified() => return None,
            () = directory.walk_requested.notified() => {
                let progress = directory.collected.lock().as_ref().and_then(Collected::progress);
                self.interrupted = progress.map(|progress| Interrupted { progress, began });
                return Some(Trigger::Requested);
            }
        };
        if self.directory.history.lock().is_news(&outcome.end) {
            outcome.log();
        }
        if let (Some(tables), false) = (&tables, is_refused(&outcome.end)) {
            self.directory.report_forbidden(tables);
        }
        self.directory.metrics.walks.count(result(&outcome.end));
        let progress = outcome.progress;
        match outcome.end {
            WalkEnd::Failed(_) | WalkEnd::NoPermission(_) => {
                self.directory.record(&outcome.end, &progress);
                let is_left = self.directory.collected.lock().is_some();
                self.interrupted = is_left.then_some(Interrupted { progress, began });
            }
            end => {
                let extent = self.directory.extent(&end, progress.customers);
                self.directory.record(&end, &progress);
                let started_at_s = progress.started_at_s;
                let harvest = Harvest { end, started_at_s, began, extent, tables };
                self.directory.renew(harvest).await;
            }
        }
        None
    }

    async fn tables_and_list(
        &mut self,
        inputs: &Inputs,
        trigger: Trigger,
    ) -> (Option<ScopeTables>, WalkOutcome) {
        let tables = inputs.list.tables(tokio::time::Instant::now() + TABLES_MAX).await;
        let tables = tables.inspect_err(|failure| {
            debug!("directory: no tables: {failure}");
            let failure = Some(failure.to_string());
            self.directory.walk_status.send_modify(|status| status.failure = failure);
        });
        let tables = match tables {
            Err(failure) if is_no_permission(&failure) => Some(all_forbidden()),
            tables => tables.ok(),
        };
        (tables, self.read(inputs, trigger).await)
    }

    /// Walks through the list, or through its changes.
    async fn read(&mut self, inputs: &Inputs, trigger: Trigger) -> WalkOutcome {
        let directory = &self.directory;
        let list = CountedList { list: &*inputs.list, requests: &directory.metrics.requests };
        let walker = Walker {
            list: &list,
            is_busy: &|| inputs.list.is_busy(),
            now_s: &wall_clock::now_s,
            status: &directory.walk_status,
            settings: WalkSettings {
                page_rows: inputs.settings.page_rows,
                duty_percent: inputs.settings.duty_percent,
            },
        };
        if trigger == Trigger::Schedule && self.interrupted.is_none() {
            directory.probe(&walker, inputs).await;
        }
        let kind = directory.kind(inputs, trigger);
        if let Some(Interrupted { progress, .. }) = self.interrupted.take() {
            let mut collector = DirectoryCollector::continued(Arc::clone(directory));
            return walker.whole(&mut collector, Some(progress)).await;
        }
        let mut collector = DirectoryCollector::empty(Arc::clone(directory));
        if let WalkKind::Changes { first_day } = kind {
            let everybody = directory.history.lock().filter.map_or(0, |filter| filter.total);
            let outcome = walker.changes(&mut collector, &first_day, everybody).await;
            if matches!(outcome.end, WalkEnd::Failed(_) | WalkEnd::NoPermission(_)) {
                // Only a walk through the whole list is continued.
                *directory.collected.lock() = None;
            }
            return outcome;
        }
        walker.whole(&mut collector, None).await
    }
}

impl Directory {
    /// When the walk began that the content rests on.
    fn whole_at_s(&self) -> Option<u64> {
        self.content().as_ref().and_then(|content| content.currency.whole_at_s)
    }

    fn next_walk_at_s(&self, now_s: u64) -> u64 {
        let inputs = self.inputs.now();
        inputs.schedule.next_at_s(&self.history.lock(), self.whole_at_s(), now_s)
    }

    /// Probes the filter by the date of a change, where its result is needed and old.
    async fn probe(&self, walker: &Walker<'_>, inputs: &Inputs) {
        let now_s = wall_clock::now_s();
        let history = self.history.lock().clone();
        if !inputs.schedule.has_to_probe(&history, self.whole_at_s(), now_s) {
            return;
        }
        let tomorrow = inputs.schedule.zone.local_day(now_s + DAY_S);
        match walker.probe(&tomorrow).await {
            Ok(trust) => self.history.lock().filter = Some(trust),
            Err(failure) => debug!("directory: the filter could not be probed: {failure}"),
        }
    }

    fn kind(&self, inputs: &Inputs, trigger: Trigger) -> WalkKind {
        if trigger == Trigger::Requested {
            return WalkKind::Whole;
        }
        let history = self.history.lock();
        inputs.schedule.kind(&history, self.whole_at_s(), wall_clock::now_s())
    }

    fn record(&self, end: &WalkEnd, progress: &Progress) {
        let now_s = wall_clock::now_s();
        self.history.lock().record(end, progress.customers, progress.started_at_s, now_s);
    }

    /// Whether a customer whom the walk did not see is missing.
    fn extent(&self, end: &WalkEnd, customers: u64) -> WalkExtent {
        let content = self.content();
        let old = content.as_ref().map_or(0, |content| content.generation.customers() as u64);
        let history = self.history.lock();
        if *end == WalkEnd::Whole && may_replace(old, customers, history.whole_sizes()) {
            return WalkExtent::Whole;
        }
        WalkExtent::Partial
    }

    /// Logs once which tables the user of the API may not read.
    fn report_forbidden(&self, tables: &ScopeTables) {
        let before = mem::replace(&mut *self.forbidden.lock(), tables.forbidden.clone());
        if !tables.forbidden.is_empty() && tables.forbidden != before {
            warn!(
                "directory: HubSoft does not allow the tables of these kinds: {} (give hubsoft.username \
                 the permission to read them: without it, alerts of these kinds may miss customers)",
                tables.forbidden.join(", ")
            );
        }
    }

    /// Publishes and saves a generation of what the walk has collected.
    async fn renew(self: &Arc<Self>, harvest: Harvest) {
        let _changing = self.changing.lock().await;
        let directory = Arc::clone(self);
        let renewed = spawn_blocking(move || directory.renew_now(harvest));
        if renewed.await.is_err() {
            error!("directory: a bug of bina ended the renewal; the old generation stays");
        }
    }

    fn renew_now(&self, harvest: Harvest) {
        let Some(collected) = self.collected.lock().take() else { return };
        let before = self.content();
        let currency = currency(&harvest, before.as_ref().map(|content| content.currency));
        let facts = GenerationFacts {
            number: before.as_ref().map_or(0, |before| before.generation.facts().number) + 1,
            made_at_s: harvest.started_at_s,
            extent: harvest.extent,
        };
        let previous = before.as_ref().map(|before| &*before.generation);
        let generation = collected.builder.finish(facts, previous);
        let tables_before = before.as_ref().map(|before| Arc::clone(&before.tables));
        let tables_before = tables_before.unwrap_or_default();
        let tables = match harvest.tables {
            Some(tables) => Arc::new(tables.or(&tables_before)),
            None => tables_before,
        };
        let content = self.publish(generation, tables, currency);
        self.corrections.drop_before(harvest.began);
        drop(before);
        // The problem is noted; memory is current.
        let _ = self.save_content(&content);
        let _ = self.remove_file(SealedKind::Walk);
    }

    /// Publishes the same customers with tables that are requested now.
    async fn renew_tables(self: &Arc<Self>) {
        let list = Arc::clone(&self.inputs.now().list);
        let tables = match list.tables(tokio::time::Instant::now() + TABLES_MAX).await {
            Ok(tables) => tables,
            Err(failure) => return debug!("directory: no tables: {failure}"),
        };
        let _changing = self.changing.lock().await;
        let directory = Arc::clone(self);
        let renewed = spawn_blocking(move || directory.renew_tables_now(tables));
        if renewed.await.is_err() {
            error!("directory: a bug of bina ended the renewal of the tables; the old ones stay");
        }
    }

    fn renew_tables_now(&self, tables: ScopeTables) {
        let Some(before) = self.content() else { return };
        let tables = tables.or(&before.tables);
        if tables == *before.tables {
            return;
        }
        let generation = Arc::clone(&before.generation);
        let content = self.publish(generation, Arc::new(tables), before.currency);
        // The problem is noted; memory is current.
        let _ = self.save_content(&content);
    }

    /// Makes the corrections part of a new generation.
    async fn merge_corrections(self: &Arc<Self>) {
        if self.corrections.is_empty() {
            return;
        }
        let _changing = self.changing.lock().await;
        let directory = Arc::clone(self);
        let merged = spawn_blocking(move || directory.merge_now());
        if merged.await.is_err() {
            error!("directory: a bug of bina ended the merge of corrections");
        }
    }

    fn merge_now(&self) {
        let Some(before) = self.content() else { return };
        let merged = self.corrections.snapshot();
        let generation = before.generation.amended(&merged.amendments());
        let content = self.publish(generation, Arc::clone(&before.tables), before.currency);
        self.corrections.drop_merged(&merged);
        drop(before);
        // The problem is noted; memory is current.
        let _ = self.save_content(&content);
    }
}

/// How current the directory is after a walk.
fn currency(harvest: &Harvest, before: Option<Currency>) -> Currency {
    let read_at_s = harvest.started_at_s;
    let whole_before = before.and_then(|before| before.whole_at_s);
    match (harvest.extent, &harvest.end) {
        (WalkExtent::Whole, _) => Currency { whole_at_s: Some(read_at_s), read_at_s },
        (WalkExtent::Partial, WalkEnd::Changes) => Currency { whole_at_s: whole_before, read_at_s },
        (WalkExtent::Partial, _) => before.unwrap_or(Currency { whole_at_s: None, read_at_s }),
    }
}

/// What is known when the user of the API may read no table.
fn all_forbidden() -> ScopeTables {
    let forbidden = ScopeKind::ALL.map(|kind| kind.word().to_owned()).to_vec();
    ScopeTables { forbidden, ..ScopeTables::default() }
}

fn is_refused(end: &WalkEnd) -> bool {
    matches!(end, WalkEnd::NoPermission(_))
}

fn result(end: &WalkEnd) -> WalkResult {
    match end {
        WalkEnd::Changes | WalkEnd::Whole => WalkResult::Whole,
        WalkEnd::Failed(_) => WalkResult::Failed,
        WalkEnd::NoPermission(_) => WalkResult::Refused,
        WalkEnd::Partial(_) => WalkResult::Partial,
    }
}
