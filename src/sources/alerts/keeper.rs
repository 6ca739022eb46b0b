//! Keeps the alerts current: reads the list, follows the clock, the directory and the local alerts.

use std::collections::BTreeSet;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep_until};
use tracing::error;

use crate::domain::failure::Failure;
use crate::runtime::jitter::jittered;
use crate::sources::directory::DirectoryView;
use crate::sources::reasons::{self, is_no_permission};

use super::active::{AlertInputs, Alerts};
use super::board::AlertEpoch;
use super::feed::{Cadence, CallRate, Feed, FeedTime, Pace, RoundStep};
use super::list::AlertPage;
use super::metrics::PollResult;
use super::placing::{Placed, Scan, Unplaced, placed_max, scan};
use super::polling::Poll;

/// How often the clock is read, which may be set at any time, and calls are counted.
const TICK: Duration = Duration::from_secs(1);
/// The same when an alert is about to begin or to end.
const NEAR_TICK: Duration = Duration::from_millis(100);
/// How often the tables are requested anew because of an unknown id.
const TABLES_EVERY: Duration = Duration::from_secs(10 * 60);

/// What the task has at hand.
struct FeedKeeper {
    alerts: Arc<Alerts>,
    cadence: Cadence,
    rate: CallRate,
    poll: Option<Poll>,
    directory_states: Option<watch::Receiver<u64>>,
    local_changes: watch::Receiver<u64>,
    /// Whether the customers of the alerts have to be placed again.
    has_to_place: bool,
    /// Whether the tables lack the id of an active alert.
    lacks_ids: bool,
    tables_requested: Option<Instant>,
    /// The alerts that are judged.
    judged: BTreeSet<AlertEpoch>,
}

/// What the task waits for.
enum Event {
    Adjusted,
    Page(Result<AlertPage, Failure>),
    Places,
    Tick,
}

impl Alerts {
    /// Keeps the alerts current until its task is stopped.
    pub async fn keep(self: Arc<Self>) {
        let mut keeper = FeedKeeper::new(self);
        loop {
            keeper.update().await;
            match keeper.wait().await {
                Event::Adjusted => keeper.adjust(),
                Event::Page(answer) => keeper.take(answer),
                Event::Places => keeper.has_to_place = true,
                Event::Tick => {}
            }
        }
    }
}

impl FeedKeeper {
    fn new(alerts: Arc<Alerts>) -> Self {
        let inputs = alerts.inputs.now();
        // What was judged before a panic of the task is not judged any more, unless it is still active.
        let judged = alerts.placement.lock().placed.keys().copied().collect();
        Self {
            cadence: Cadence::default(),
            rate: CallRate::default(),
            poll: None,
            directory_states: inputs.directory.as_ref().map(|directory| directory.states()),
            local_changes: alerts.local.changes(),
            has_to_place: true,
            lacks_ids: false,
            tables_requested: None,
            judged,
            alerts,
        }
    }

    async fn wait(&mut self) -> Event {
        let wake_at = self.wake_at();
        tokio::select! {
            biased;
            () = self.alerts.adjusted.notified() => Event::Adjusted,
            answer = Poll::page(&mut self.poll) => Event::Page(answer),
            () = changed(self.directory_states.as_mut()) => Event::Places,
            () = changed(Some(&mut self.local_changes)) => Event::Places,
            () = sleep_until(wake_at) => Event::Tick,
        }
    }

    fn wake_at(&self) -> Instant {
        let inputs = self.alerts.inputs.now();
        let now_s = (inputs.now_s)();
        let feed_edge_s = self.alerts.feed.lock().next_edge_s(now_s, inputs.zone);
        let locals = self.alerts.placement.lock();
        let local_edges = locals.locals.iter().filter_map(|local| local.ends_at_s);
        let mut edges = feed_edge_s.into_iter().chain(local_edges);
        let is_near = edges.any(|edge_s| edge_s > now_s && edge_s <= now_s + 1);
        let tick_at = Instant::now() + if is_near { NEAR_TICK } else { TICK };
        let next_at = self.next_poll_at(&inputs).filter(|_| self.poll.is_none());
        next_at.map_or(tick_at, |next_at| next_at.min(tick_at))
    }

    /// When the list is requested next; `None` if it is not.
    fn next_poll_at(&self, inputs: &AlertInputs) -> Option<Instant> {
        let pace = *self.alerts.pace.lock();
        let next_at = self.cadence.next_at(inputs.settings.poll, pace);
        inputs.is_enabled().then(|| next_at.map_or_else(Instant::now, Instant::from_std))
    }

    /// Starts anew with other inputs.
    fn adjust(&mut self) {
        let inputs = self.alerts.inputs.now();
        self.directory_states = inputs.directory.as_ref().map(|directory| directory.states());
        self.poll = None;
        self.cadence = Cadence::default();
        self.has_to_place = true;
        if !inputs.is_enabled() {
            *self.alerts.feed.lock() = Feed::default();
            self.alerts.publish(inputs.moment());
        }
    }

    /// Follows the clock, and requests and places what is due.
    async fn update(&mut self) {
        let inputs = self.alerts.inputs.now();
        let at = inputs.moment();
        let has_changed = self.alerts.feed.lock().judge(at, inputs.rules());
        if has_changed || self.alerts.is_outdated(at) {
            // At once: an end does not wait for the places of other alerts.
            self.alerts.publish(at);
        }
        self.has_to_place |= has_changed;
        self.set_pace(at);
        if std::mem::take(&mut self.has_to_place) {
            self.place(&inputs).await;
        }
        self.request_tables(&inputs);
        let is_due = self.next_poll_at(&inputs).is_some_and(|at| at <= Instant::now());
        if is_due && self.poll.is_none() {
            self.poll = Some(Poll::start(Arc::clone(&inputs.list)));
        }
    }

    fn set_pace(&mut self, at: FeedTime) {
        let is_surge = self.rate.sample(self.alerts.calls.load(Ordering::Relaxed), at.now);
        let is_active = !self.alerts.feed.lock().shown().is_empty();
        *self.alerts.pace.lock() = match (is_active, is_surge) {
            (true, _) => Pace::Active,
            (false, true) => Pace::Surge,
            (false, false) => Pace::Calm,
        };
    }

    /// Takes a page, or what came instead.
    fn take(&mut self, answer: Result<AlertPage, Failure>) {
        let Some(mut poll) = self.poll.take() else { return };
        let inputs = self.alerts.inputs.now();
        let page = match answer {
            Ok(page) => page,
            Err(failure) => return self.failed(&failure),
        };
        let step = poll.round.accept(&page);
        self.alerts.feed.lock().add(page.alerts, inputs.moment(), inputs.zone);
        match step {
            RoundStep::More if poll.goes_on() => self.poll = Some(poll),
            RoundStep::More => self.failed(&reasons::TIMEOUT.failure()),
            RoundStep::End => self.end_round(poll, &inputs),
        }
    }

    fn end_round(&mut self, poll: Poll, inputs: &AlertInputs) {
        let at = inputs.moment();
        let pages = poll.round.next_page() - 1;
        self.cadence.read(poll.started.into_std(), at.now, pages, spread());
        let mut trouble = self.alerts.trouble.lock();
        match poll.round.complete() {
            Ok(ids) => {
                trouble.end();
                self.alerts.metrics.polls.count(PollResult::Complete);
                self.alerts.feed.lock().complete(&ids, at, inputs.zone);
            }
            Err(fault) => {
                trouble.incomplete(fault);
                self.alerts.metrics.polls.count(PollResult::Incomplete);
            }
        }
    }

    fn failed(&mut self, failure: &Failure) {
        let now = Instant::now().into_std();
        let mut trouble = self.alerts.trouble.lock();
        if is_no_permission(failure) {
            trouble.refused(failure);
            self.alerts.metrics.polls.count(PollResult::Refused);
            self.cadence.refused(now, spread());
        } else {
            trouble.failed(failure);
            self.alerts.metrics.polls.count(PollResult::Failed);
            self.cadence.failed(now, spread(), failure.requested_pause());
        }
    }

    /// Places the customers of the directory in the strata of all alerts that need it.
    async fn place(&mut self, inputs: &AlertInputs) {
        let view = inputs.directory.as_ref().and_then(|directory| directory.view());
        let (unplaced, is_another) = self.unplaced(view.as_ref());
        let local = Arc::clone(&self.alerts.local);
        let (scanned, now_s) = (view.clone(), (inputs.now_s)());
        let work = spawn_blocking(move || {
            let scans = scanned.as_ref().map_or_else(Vec::new, |view| scan(view, unplaced));
            (scans, local.active(now_s, scanned.as_ref()))
        });
        let Ok((scans, locals)) = work.await else {
            return error!("alerts: a bug of bina ended the scan of the customers");
        };
        let at = inputs.moment();
        let rescanned = self.begin(&scans, at.now_s);
        let mut placement = self.alerts.placement.lock();
        if is_another {
            placement.placed.clear();
            self.lacks_ids = false;
        }
        placement.placed.retain(|epoch, _| self.judged.contains(epoch));
        self.lacks_ids |= scans.iter().any(|scan| scan.lacks_ids);
        placement.placed.extend(rescanned);
        (placement.view, placement.locals) = (view, locals);
        drop(placement);
        self.alerts.publish(at);
        if is_another {
            // Only now: the evidence has rows, which are those of the board.
            let again = |scan: &Scan| {
                self.alerts.evidence.scanned(scan.alert.epoch, &scan.strata, at.now_s);
            };
            scans.iter().for_each(again);
        }
    }

    /// The alerts to be scanned for, and whether the directory has another state than before.
    fn unplaced(&mut self, view: Option<&DirectoryView>) -> (Vec<Unplaced>, bool) {
        let placement = self.alerts.placement.lock();
        let is_another = match (view, &placement.view) {
            (Some(view), Some(before)) => !view.is_same(before),
            (view, before) => view.is_some() != before.is_some(),
        };
        let feed = self.alerts.feed.lock();
        let active: BTreeSet<_> = feed.shown().values().map(|shown| shown.epoch).collect();
        for ended in self.judged.difference(&active) {
            self.alerts.evidence.end(*ended);
        }
        self.judged.retain(|epoch| active.contains(epoch));
        let Some(view) = view else { return (Vec::new(), is_another) };
        // The newest ones first.
        let newest = feed.shown().iter().rev().take(placed_max(view));
        let missing =
            newest.filter(|(_, shown)| is_another || !placement.placed.contains_key(&shown.epoch));
        let unplaced = missing.filter_map(|(id, shown)| {
            let scope = feed.listed(*id)?.scope.clone();
            Some(Unplaced { id: *id, epoch: shown.epoch, seen: shown.seen, scope })
        });
        (unplaced.collect(), is_another)
    }

    /// Has the alerts judged that are not yet.
    fn begin(&mut self, scans: &[Scan], now_s: u64) -> Vec<(AlertEpoch, Placed)> {
        let mut placed = Vec::with_capacity(scans.len());
        for Scan { alert, strata, .. } in scans {
            let Unplaced { id, epoch, seen, .. } = alert;
            let verdicts = self.alerts.evidence.begin(*epoch, *id, *seen, strata, now_s);
            self.judged.insert(*epoch);
            placed.push((*epoch, Placed { strata: Arc::clone(strata), verdicts }));
        }
        placed
    }

    /// Requests the tables anew if they lack an id.
    fn request_tables(&mut self, inputs: &AlertInputs) {
        let now = Instant::now();
        let is_due = self.tables_requested.is_none_or(|at| now >= at + TABLES_EVERY);
        if let Some(directory) = inputs.directory.as_ref().filter(|_| self.lacks_ids && is_due) {
            self.tables_requested = Some(now);
            directory.request_tables();
        }
    }
}

/// Waits for a change; without end if there is nothing that changes.
async fn changed(changes: Option<&mut watch::Receiver<u64>>) {
    if let Some(changes) = changes
        && changes.changed().await.is_ok()
    {
        return;
    }
    pending::<()>().await;
}

/// How much longer than planned a pause is: 1.0 to 1.1, so that it is never shorter.
fn spread() -> f64 {
    jittered(TICK).as_secs_f64().max(1.0)
}
