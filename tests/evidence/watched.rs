//! A directory that has been read, an alert on its board, and a list that answers probes.

use std::sync::Arc;
use std::time::Duration;

use bina::domain::alert::{Alert, Scope};
use bina::domain::alert_text::AlertText;
use bina::domain::failure::Failure;
use bina::domain::finding::Record;
use bina::domain::phone::Phone;
use bina::domain::reported::ReportedCustomer;
use bina::domain::zone::{TimeOfDay, Zone};
use bina::runtime::secret::Secret;
use bina::sources::alerts::{
    ActiveAlert, AlertBoard, AlertEpoch, AlertFuture, AlertList, AlertOrigin, AlertPage, Board,
    EarlierAlerts, Evidence, Prober, Reach, Verdict, Verdicts,
};
use bina::sources::directory::{
    CustomerList, Directory, DirectoryKeys, DirectoryMetrics, DirectoryPlace, DirectoryView,
    Inputs, ListFuture, ListPage, ListedCustomer, PageRequest, Schedule, ScopeTables, Settings,
    Strata,
};
use bina::sources::limiter::Urgency;
use parking_lot::Mutex;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::bench::{NOW_S, customer, scope, stratum, tables};

const TEXT: &str = "Rompimento no Centro";

/// The list of customers.
struct Customers(Vec<ListedCustomer>);

impl CustomerList for Customers {
    fn page(&self, request: PageRequest) -> ListFuture<'_, ListPage> {
        let rows = request.rows as usize;
        let pages = self.0.chunks(rows);
        let last = Some(pages.len() as u32 - 1);
        let customers = self.0.chunks(rows).nth(request.number as usize);
        let customers = customers.unwrap_or_default().to_vec();
        let number = Some(request.number);
        let total = Some(self.0.len() as u64);
        Box::pin(async move { Ok(ListPage { customers, number, last, total, unreadable: 0 }) })
    }

    fn tables(&self, _: Instant) -> ListFuture<'_, ScopeTables> {
        Box::pin(async { Ok(tables()) })
    }
}

/// A directory with these customers.
async fn read(customers: Vec<ListedCustomer>) -> DirectoryView {
    let walk_at: TimeOfDay = "03:00".parse().expect("a time");
    let schedule = Schedule { zone: Zone::default(), walk_at, seed: 1 };
    let inputs =
        Inputs { settings: Settings::default(), schedule, list: Arc::new(Customers(customers)) };
    let secret = Secret::new("um-segredo-inventado".to_owned());
    let keys = DirectoryKeys::new(secret, "https://api.example", "7");
    let directory =
        Directory::new(inputs, keys, DirectoryPlace::Memory, DirectoryMetrics::default());
    let directory = Arc::new(directory.expect("a directory"));
    let mut states = directory.states();
    let task = tokio::spawn(Arc::clone(&directory).keep());
    states.changed().await.expect("a walk");
    task.abort();
    directory.view().expect("a state")
}

/// What the list answers.
pub(crate) type Act = Box<dyn Fn(u64) -> Result<Option<Vec<&'static str>>, Failure> + Send + Sync>;

/// One probe that was received.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) id: u64,
    pub(crate) urgency: Urgency,
    pub(crate) at: Instant,
}

/// A list that answers after 200 ms.
pub(crate) struct StubList {
    pub(crate) act: Mutex<Act>,
    pub(crate) received: Mutex<Vec<Received>>,
    in_flight: Mutex<(usize, usize)>,
}

impl AlertList for StubList {
    fn alerts(&self, _: u32, _: Instant) -> AlertFuture<'_, AlertPage> {
        Box::pin(async { Ok(AlertPage::default()) })
    }

    fn customer<'a>(
        &'a self,
        code: &'a str,
        urgency: Urgency,
        _: Instant,
    ) -> AlertFuture<'a, Option<ReportedCustomer>> {
        Box::pin(async move {
            let id = code.parse::<u64>().expect("a code") - 1_000;
            self.received.lock().push(Received { id, urgency, at: Instant::now() });
            self.enter();
            sleep(Duration::from_millis(200)).await;
            self.in_flight.lock().0 -= 1;
            let answer = (self.act.lock())(id)?;
            let texts = answer.map(|texts| texts.into_iter().filter_map(AlertText::new).collect());
            Ok(Some(ReportedCustomer { alert: texts, ..ReportedCustomer::default() }))
        })
    }
}

impl StubList {
    fn enter(&self) {
        let mut in_flight = self.in_flight.lock();
        in_flight.0 += 1;
        in_flight.1 = in_flight.1.max(in_flight.0);
    }

    /// The most probes that were under way at a time.
    pub(crate) fn in_flight_max(&self) -> usize {
        self.in_flight.lock().1
    }

    /// The ids of the customers who were asked.
    pub(crate) fn ids(&self) -> Vec<u64> {
        self.received.lock().iter().map(|received| received.id).collect()
    }
}

/// The customers who have the alert.
pub(crate) fn truth(has: impl Fn(u64) -> bool + Send + Sync + 'static) -> Act {
    Box::new(move |id| Ok(has(id).then(|| vec!["Outro aviso", TEXT])))
}

pub(crate) fn failing(failure: Failure) -> Act {
    Box::new(move |_| Err(failure.clone()))
}

/// A board that tests set.
struct StubBoard(Mutex<Arc<Board>>);

impl AlertBoard for StubBoard {
    fn board(&self) -> Arc<Board> {
        Arc::clone(&self.0.lock())
    }

    fn observe(&self, _: &Phone, _: &Record, _: std::time::Instant) {}
}

/// An alert that is judged by the task.
pub(crate) struct Watched {
    pub(crate) list: Arc<StubList>,
    pub(crate) evidence: Arc<Evidence>,
    pub(crate) start: Instant,
    board: Arc<StubBoard>,
    view: DirectoryView,
    strata: Arc<Strata>,
    verdicts: Arc<Verdicts>,
    pub(crate) task: JoinHandle<()>,
}

impl Watched {
    /// An alert begins for customers of which so many are in each stratum.
    pub(crate) async fn new(sizes: [usize; 4], act: Act, earlier: EarlierAlerts) -> Self {
        let places = (0..4).flat_map(|at| std::iter::repeat_n(at, sizes[at]));
        let view = read((1..).zip(places).map(|(id, at)| customer(id, at)).collect()).await;
        let strata = Arc::new(view.generation().scan(view.joins(), &scope()));
        let evidence = Arc::new(Evidence::seeded(earlier, 11));
        let (act, received, in_flight) = (Mutex::new(act), Mutex::default(), Mutex::default());
        let list = Arc::new(StubList { act, received, in_flight });
        let board = Arc::new(StubBoard(Mutex::default()));
        let prober = Prober {
            evidence: Arc::clone(&evidence),
            board: Arc::clone(&board) as Arc<dyn AlertBoard>,
            list: Arc::clone(&list) as Arc<dyn AlertList>,
        };
        let task = tokio::spawn(prober.keep());
        let start = Instant::now();
        let verdicts = evidence.begin(AlertEpoch(1), 1, start.into_std(), &strata, NOW_S);
        let watched = Self { list, evidence, start, board, view, strata, verdicts, task };
        watched.publish();
        watched
    }

    /// The board has the alert.
    pub(crate) fn publish(&self) {
        let text = AlertText::new(TEXT).expect("a text");
        let reach = Reach::Strata {
            strata: Arc::clone(&self.strata),
            verdicts: Arc::clone(&self.verdicts),
        };
        let alert = ActiveAlert {
            origin: AlertOrigin::Hubsoft(1),
            epoch: AlertEpoch(1),
            alert: Some(Arc::new(Alert::new(text, Scope::Carrier))),
            rule: None,
            ends_at_s: None,
            is_end_default: false,
            seen: self.start.into_std(),
            absent_at: None,
            is_held: false,
            reach,
        };
        let directory = Some(self.view.clone());
        let board = Board { alerts: vec![alert], directory, ..Board::default() };
        *self.board.0.lock() = Arc::new(board);
    }

    /// The board has no alert.
    pub(crate) fn withdraw(&self) {
        *self.board.0.lock() = Arc::default();
    }

    pub(crate) fn verdict(&self, at: usize) -> Verdict {
        self.verdicts.of(stratum(at))
    }

    /// Requests that were received within a time after another.
    pub(crate) fn received(&self, from_s: u64, to_s: u64) -> usize {
        let at = |received: &Received| (received.at - self.start).as_secs();
        let received = self.list.received.lock();
        received.iter().filter(|one| (from_s..to_s).contains(&at(one))).count()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.task.abort();
    }
}
