//! The alerts of one provider: what calls read, report and count.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::domain::finding::Record;
use crate::domain::phone::Phone;
use crate::domain::zone::Zone;
use crate::runtime::current::Current;
use crate::sources::directory::{Directory, Stratum};

use super::board::{ActiveAlert, AlertBoard, AlertOrigin, Board, Reach};
use super::evidence::{Evidence, Testimony};
use super::feed::{Cadence, Feed, FeedRules, FeedTime, Pace, ShownAlert};
use super::list::AlertList;
use super::metrics::AlertMetrics;
use super::placing::{LocalSource, Placement};
use super::settings::Settings;
use super::status::{AlertStatus, AlertsStatus};
use super::trouble::ListTrouble;

/// A list that was read longer ago is stale, unless it is read less often.
const CURRENT_WITHIN: Duration = Duration::from_secs(60);
/// Answers that were requested so long after an alert's end show that it has none: HubSoft has had time to
/// notice the end.
const DOUBTED_AFTER: Duration = Duration::from_secs(60);

/// The alerts of one provider.
pub struct Alerts {
    pub(super) inputs: Current<AlertInputs>,
    board: Current<Board>,
    /// Whether the board has no alert. While it is replaced, it has some.
    is_empty: AtomicBool,
    pub(super) feed: Mutex<Feed>,
    /// Locked while the board is made, before the feed.
    pub(super) placement: Mutex<Placement>,
    pub(super) local: Arc<dyn LocalSource>,
    pub(super) evidence: Arc<Evidence>,
    pub(super) trouble: Mutex<ListTrouble>,
    pub(super) pace: Mutex<Pace>,
    /// Calls since the start.
    pub(super) calls: AtomicU64,
    /// Notified when the inputs have changed.
    pub(super) adjusted: Notify,
    pub(super) metrics: AlertMetrics,
    started: tokio::time::Instant,
}

/// What a reload may replace.
pub struct AlertInputs {
    pub settings: Settings,
    /// The zone of the times in the list.
    pub zone: Zone,
    pub list: Arc<dyn AlertList>,
    pub directory: Option<Arc<Directory>>,
    /// Seconds since 1970, UTC.
    pub now_s: Arc<dyn Fn() -> u64 + Send + Sync>,
}

impl AlertInputs {
    pub(super) fn is_enabled(&self) -> bool {
        self.settings.enabled == Some(true)
    }

    pub(super) fn rules(&self) -> FeedRules {
        FeedRules { zone: self.zone, age_max: self.settings.age_max }
    }

    pub(super) fn moment(&self) -> FeedTime {
        FeedTime { now: tokio::time::Instant::now().into_std(), now_s: (self.now_s)() }
    }
}

impl Alerts {
    /// No alert is known; `keep` reads the list.
    pub fn new(
        inputs: AlertInputs,
        local: Arc<dyn LocalSource>,
        evidence: Arc<Evidence>,
        metrics: AlertMetrics,
    ) -> Self {
        Self {
            inputs: Current::new(inputs),
            board: Current::new(Board::default()),
            is_empty: AtomicBool::new(true),
            feed: Mutex::default(),
            placement: Mutex::default(),
            local,
            evidence,
            trouble: Mutex::default(),
            pace: Mutex::new(Pace::Calm),
            calls: AtomicU64::new(0),
            adjusted: Notify::new(),
            metrics,
            started: tokio::time::Instant::now(),
        }
    }

    /// Applies other settings, or another client of the same HubSoft.
    pub fn adjust(&self, inputs: AlertInputs) {
        self.inputs.replace(inputs);
        self.adjusted.notify_one();
    }

    /// Makes the board that calls read from now on.
    pub(super) fn publish(&self, at: FeedTime) {
        let placement = self.placement.lock();
        let feed = self.feed.lock();
        let hubsofts = feed.shown().iter().map(|(id, shown)| active(*id, shown, &placement));
        let is_active = |local: &&ActiveAlert| local.ends_at_s.is_none_or(|end_s| at.now_s < end_s);
        let locals = placement.locals.iter().filter(is_active).cloned();
        let alerts: Vec<_> = hubsofts.chain(locals).collect();
        let is_empty = alerts.is_empty();
        self.is_empty.store(false, Ordering::Release);
        self.board.replace(Board {
            alerts,
            ended: feed.ended().to_vec(),
            reduced: feed.reduced().to_vec(),
            changed: feed.changed(),
            is_current: self.is_current(&feed, at.now),
            directory: placement.view.clone(),
        });
        self.is_empty.store(is_empty, Ordering::Release);
    }

    /// Whether the board that calls read is that of an earlier time.
    pub(super) fn is_outdated(&self, at: FeedTime) -> bool {
        let board = self.board.now();
        let has_ended =
            |local: &ActiveAlert| local.ends_at_s.is_some_and(|end_s| end_s <= at.now_s);
        let mut locals = board.locals();
        board.is_current != self.is_current(&self.feed.lock(), at.now)
            || locals.any(|(local, _)| has_ended(local))
    }

    fn is_current(&self, feed: &Feed, now: Instant) -> bool {
        let age_max = CURRENT_WITHIN.max(self.inputs.now().settings.poll * 3);
        feed.age(now).is_some_and(|age| age <= age_max)
    }

    pub(super) fn now(&self) -> Instant {
        self.inputs.now().moment().now
    }

    /// Its state, for operators.
    pub fn status(&self) -> AlertsStatus {
        let inputs = self.inputs.now();
        let now = inputs.moment().now;
        let board = self.board.now();
        let lines = board.alerts.iter().map(|active| {
            let seen_s_ago = now.saturating_duration_since(active.seen).as_secs();
            AlertStatus::new(active, seen_s_ago, &self.evidence.status(active.epoch))
        });
        AlertsStatus {
            enabled: inputs.is_enabled(),
            is_current: board.is_current,
            age_s: self.feed.lock().age(now).map(|age| age.as_secs()),
            poll_s: Cadence::interval(inputs.settings.poll, *self.pace.lock()).as_secs(),
            problem: self.trouble.lock().text(),
            alerts: lines.collect(),
            ended: board.ended.len() as u64,
        }
    }

    /// Sets the gauges of its state.
    pub fn measure(&self) {
        let now = self.inputs.now().moment().now;
        let age = self.feed.lock().age(now);
        // What is off does not age.
        let unread =
            || if self.inputs.now().is_enabled() { self.started.elapsed() } else { Duration::ZERO };
        self.metrics.measure(&self.board.now(), age.unwrap_or_else(unread).as_secs());
    }

    /// Takes texts for active that a customer has though the list says that they have ended.
    fn doubt_ends(&self, board: &Board, record: &Record, asked: Instant) {
        for alert in record.alerts() {
            let doubted = asked.checked_sub(DOUBTED_AFTER).unwrap_or(asked);
            let key = alert.key();
            let mut ended = board.ended.iter().filter(|ended| ended.text == key);
            let is_doubtful = ended.any(|ended| ended.ended < doubted);
            if is_doubtful && self.feed.lock().doubt_end(key) {
                self.publish(self.inputs.now().moment());
            }
        }
    }
}

impl AlertBoard for Alerts {
    fn board(&self) -> Arc<Board> {
        self.board.now()
    }

    fn is_empty(&self) -> bool {
        self.is_empty.load(Ordering::Acquire)
    }

    fn note_call(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    fn observe(&self, phone: &Phone, record: &Record, asked: Instant) {
        let board = self.board.now();
        if !board.ended.is_empty() {
            self.doubt_ends(&board, record, asked);
        }
        if board.hubsofts().next().is_none() {
            return;
        }
        let [found] = record.customers() else { return };
        let [row] = board.rows(phone)[..] else { return };
        let customer = board.directory.as_ref().and_then(|directory| directory.customer(row));
        if customer.is_none_or(|customer| customer.code() != found.customer().code()) {
            return;
        }
        for active in board.alerts.iter().filter(|active| active.seen <= asked) {
            let stratum = active.stratum(row).filter(|stratum| *stratum != Stratum::CannotSay);
            let Some(stratum) = stratum else { continue };
            let key = active.alert.as_ref().map(|alert| alert.key());
            let texts = found.alerts().map(|alert| &**alert);
            let testimony = Testimony::of(key, found.alerted(), texts);
            self.evidence.observed(active.epoch, stratum, testimony, asked);
        }
    }
}

/// An alert of HubSoft, as calls read it.
fn active(id: u64, shown: &ShownAlert, placement: &Placement) -> ActiveAlert {
    let placed = placement.placed.get(&shown.epoch).cloned();
    ActiveAlert {
        origin: AlertOrigin::Hubsoft(id),
        epoch: shown.epoch,
        alert: shown.alert.clone(),
        rule: None,
        ends_at_s: shown.ends_at_s,
        is_end_default: false,
        seen: shown.seen,
        absent_at: shown.absent_at,
        is_held: shown.is_held,
        reach: placed.map_or(Reach::Unplaced, |placed| Reach::Strata {
            strata: placed.strata,
            verdicts: placed.verdicts,
        }),
    }
}
