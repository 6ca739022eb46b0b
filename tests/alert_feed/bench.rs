//! A list of alerts as the tests want it, and the alerts that are kept from it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bina::domain::alert_text::AlertText;
use bina::domain::failure::Failure;
use bina::domain::local_time::LocalTime;
use bina::domain::reported::ReportedCustomer;
use bina::domain::zone::Zone;
use bina::sources::alerts::{
    ActiveAlert, AlertBoard, AlertFuture, AlertInputs, AlertList, AlertMetrics, AlertOrigin,
    AlertPage, Alerts, Board, Evidence, ListedAlert, LocalSource, Settings,
};
use bina::sources::directory::{AlertScope, Directory, DirectoryView};
use bina::sources::limiter::Urgency;
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

/// 2026-11-30 12:00:00 UTC.
pub(crate) const START_S: u64 = 1_796_040_000;
pub(crate) const AGE_MAX_S: u64 = 900;

/// Changes a page before it is sent.
pub(crate) type Distortion = fn(AlertPage) -> AlertPage;

/// How the list answers.
#[derive(Clone)]
pub(crate) enum Mood {
    Distorted(Distortion),
    Failing(Failure),
    Good,
    Hanging,
}

/// A list of alerts, with two on each page.
pub(crate) struct StubList {
    pub(crate) alerts: Mutex<Vec<ListedAlert>>,
    pub(crate) mood: Mutex<Mood>,
    pub(crate) requests: Mutex<Vec<Instant>>,
}

const PAGE_ROWS: usize = 2;

impl StubList {
    fn page(&self, number: u32) -> AlertPage {
        let alerts = self.alerts.lock();
        let from = PAGE_ROWS * (number as usize - 1);
        AlertPage {
            alerts: alerts.iter().skip(from).take(PAGE_ROWS).cloned().collect(),
            unreadable: 0,
            number: Some(number),
            last: Some(alerts.len().div_ceil(PAGE_ROWS).max(1) as u32),
            total: Some(alerts.len() as u64),
            newest: None,
        }
    }
}

impl AlertList for StubList {
    fn alerts(&self, page: u32, _: Instant) -> AlertFuture<'_, AlertPage> {
        self.requests.lock().push(Instant::now());
        let mood = self.mood.lock().clone();
        Box::pin(async move {
            match mood {
                Mood::Distorted(distortion) => Ok(distortion(self.page(page))),
                Mood::Failing(failure) => Err(failure),
                Mood::Good => Ok(self.page(page)),
                Mood::Hanging => std::future::pending().await,
            }
        })
    }

    fn customer<'a>(
        &'a self,
        _: &'a str,
        _: Urgency,
        _: Instant,
    ) -> AlertFuture<'a, Option<ReportedCustomer>> {
        Box::pin(async { Ok(None) })
    }
}

/// Local alerts that the tests set.
#[derive(Default)]
pub(crate) struct StubLocals {
    alerts: Mutex<Vec<ActiveAlert>>,
    changes: watch::Sender<u64>,
}

impl LocalSource for StubLocals {
    fn active(&self, _: u64, _: Option<&DirectoryView>) -> Vec<ActiveAlert> {
        self.alerts.lock().clone()
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}

impl StubLocals {
    pub(crate) fn set(&self, alerts: Vec<ActiveAlert>) {
        *self.alerts.lock() = alerts;
        self.changes.send_modify(|count| *count += 1);
    }
}

/// Alerts that are kept from the list.
pub(crate) struct Bench {
    pub(crate) list: Arc<StubList>,
    pub(crate) locals: Arc<StubLocals>,
    pub(crate) evidence: Arc<Evidence>,
    pub(crate) alerts: Arc<Alerts>,
    /// How many seconds the wall clock was set forward.
    set_s: Arc<AtomicI64>,
    start: Instant,
    task: JoinHandle<()>,
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Bench {
    pub(crate) async fn start() -> Self {
        Self::with(settings(), None).await
    }

    pub(crate) async fn with(settings: Settings, directory: Option<Arc<Directory>>) -> Self {
        Self::of(settings, directory, Mood::Good).await
    }

    /// Starts with a list in a mood.
    pub(crate) async fn of(
        settings: Settings,
        directory: Option<Arc<Directory>>,
        mood: Mood,
    ) -> Self {
        let list = Arc::new(StubList {
            alerts: Mutex::default(),
            mood: Mutex::new(mood),
            requests: Mutex::default(),
        });
        let (set_s, start) = (Arc::new(AtomicI64::new(0)), Instant::now());
        let clock = Arc::clone(&set_s);
        let now_s = move || {
            let now_s = START_S + start.elapsed().as_secs();
            now_s.saturating_add_signed(clock.load(Ordering::Relaxed))
        };
        let inputs = AlertInputs {
            settings,
            zone: Zone::default(),
            list: Arc::clone(&list) as _,
            directory,
            now_s: Arc::new(now_s),
        };
        let (locals, evidence) = (Arc::<StubLocals>::default(), Arc::<Evidence>::default());
        let alerts = Alerts::new(
            inputs,
            Arc::clone(&locals) as _,
            Arc::clone(&evidence),
            AlertMetrics::default(),
        );
        let alerts = Arc::new(alerts);
        let task = tokio::spawn(Arc::clone(&alerts).keep());
        let bench = Self { list, locals, evidence, alerts, set_s, start, task };
        bench.pass(0.5).await;
        bench
    }

    /// Lets time pass.
    pub(crate) async fn pass(&self, seconds: f64) {
        sleep(Duration::from_secs_f64(seconds)).await;
    }

    /// Sets the wall clock.
    pub(crate) fn set_clock(&self, forward_s: i64) {
        self.set_s.fetch_add(forward_s, Ordering::Relaxed);
    }

    /// Has the list show these alerts, and waits until it was read.
    pub(crate) async fn show(&self, alerts: &[ListedAlert]) {
        *self.list.alerts.lock() = alerts.to_vec();
        self.pass(7.0).await;
    }

    pub(crate) fn mood(&self, mood: Mood) {
        *self.list.mood.lock() = mood;
    }

    pub(crate) fn board(&self) -> Arc<Board> {
        self.alerts.board()
    }

    /// The ids of HubSoft's active alerts.
    pub(crate) fn active(&self) -> Vec<u64> {
        let ids = self.board().alerts.iter().map(id).collect::<Vec<_>>();
        ids.into_iter().flatten().collect()
    }

    /// The texts that have ended.
    pub(crate) fn ended(&self) -> usize {
        self.board().ended.len()
    }

    /// Requests of the next `seconds`.
    pub(crate) async fn requests_in(&self, seconds: f64) -> usize {
        let before = self.list.requests.lock().len();
        self.pass(seconds).await;
        self.list.requests.lock().len() - before
    }

    /// Seconds since the start.
    pub(crate) fn elapsed_s(&self) -> u64 {
        self.start.elapsed().as_secs()
    }
}

fn id(active: &ActiveAlert) -> Option<u64> {
    match active.origin {
        AlertOrigin::Hubsoft(id) => Some(id),
        AlertOrigin::Local(_) => None,
    }
}

pub(crate) fn settings() -> Settings {
    Settings { enabled: Some(true), ..Settings::default() }
}

/// An open alert with a text.
pub(crate) fn alert(id: u64, text: &str) -> ListedAlert {
    ListedAlert {
        id,
        is_published: true,
        text: AlertText::new(text),
        starts: None,
        ends: None,
        may_last: None,
        scope: AlertScope::default(),
    }
}

/// The local time so many seconds after the start.
pub(crate) fn after(seconds: u64) -> Option<LocalTime> {
    Some(Zone::default().local_time(START_S + seconds))
}
