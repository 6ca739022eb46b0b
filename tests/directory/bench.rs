//! A directory in paused time, in memory, with a list that the test writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bina::domain::finding::Record;
use bina::domain::place::ServicePlace;
use bina::domain::reported::ReportedCustomer;
use bina::domain::zone::Zone;
use bina::runtime::secret::Secret;
use bina::runtime::wall_clock;
use bina::sources::directory::{
    Activity, CustomerList, Directory, DirectoryKeys, DirectoryMetrics, DirectoryPlace,
    DirectoryStatus, Inputs, ListFuture, ListPage, ListedCustomer, PageRequest, Schedule,
    ScopeTables, Settings,
};
use bina::sources::reasons;
use bina::sources::source::{Sighting, SightingStore};
use parking_lot::Mutex;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::app;

/// Customers on a page.
pub(crate) const ROWS: u32 = 10;

/// The customers `1..=`, of whom each has the number `phone(id)`.
pub(crate) struct TestList {
    customers: AtomicU64,
    /// Whether pages after the first fail.
    pub(crate) fails: AtomicBool,
    /// How long the tables take.
    pub(crate) tables_take: Mutex<Duration>,
}

impl CustomerList for TestList {
    fn page(&self, request: PageRequest) -> ListFuture<'_, ListPage> {
        Box::pin(async move {
            sleep(Duration::from_millis(10)).await;
            if request.number > 0 && self.fails.load(Ordering::SeqCst) {
                return Err(reasons::INVALID_ANSWER.because("as planned"));
            }
            let total = self.customers.load(Ordering::SeqCst);
            let rows = u64::from(request.rows);
            let first = 1 + rows * u64::from(request.number);
            let last = total.min(first + rows - 1);
            Ok(ListPage {
                customers: (first..=last).map(listed).collect(),
                unreadable: 0,
                number: Some(request.number),
                last: u32::try_from(total.div_ceil(rows) - 1).ok(),
                total: Some(total),
            })
        })
    }

    fn tables(&self, _: tokio::time::Instant) -> ListFuture<'_, ScopeTables> {
        Box::pin(async {
            let take = *self.tables_take.lock();
            sleep(take).await;
            Ok(ScopeTables::default())
        })
    }
}

fn listed(id: u64) -> ListedCustomer {
    let service = ServicePlace {
        status: "ativo".to_owned(),
        optical_box: Some("CTO 1".to_owned()),
        groups: vec![7],
        ..ServicePlace::default()
    };
    ListedCustomer {
        id,
        code: id.to_string(),
        phones: vec![app::phone(&phone(id))],
        services: vec![service],
        ..ListedCustomer::default()
    }
}

/// The number of a customer.
pub(crate) fn phone(id: u64) -> String {
    format!("379{:08}", 88_000_000 + id)
}

pub(crate) struct Bench {
    pub(crate) list: Arc<TestList>,
    pub(crate) directory: Arc<Directory>,
    task: JoinHandle<()>,
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Bench {
    /// Starts a directory of so many customers.
    pub(crate) fn start(customers: u64) -> Self {
        let list = Arc::new(TestList {
            customers: AtomicU64::new(customers),
            fails: AtomicBool::default(),
            tables_take: Mutex::default(),
        });
        // Half a day from now, so that no nightly walk is near.
        let hour = (wall_clock::now_s() / 3_600 + 9) % 24;
        let walk_at = format!("{hour:02}:00").parse().expect("a time of day");
        let settings = Settings { walk_at, page_rows: ROWS, ..Settings::default() };
        let schedule = Schedule { zone: Zone::default(), walk_at, seed: 1 };
        let inputs = Inputs { settings, schedule, list: Arc::clone(&list) as Arc<_> };
        let keys = DirectoryKeys::new(Secret::new("segredo".into()), "https://a.example", "7");
        let metrics = DirectoryMetrics::default();
        let directory = Directory::new(inputs, keys, DirectoryPlace::Memory, metrics);
        let directory = Arc::new(directory.expect("in memory"));
        let task = tokio::spawn(Arc::clone(&directory).keep());
        Self { list, directory, task }
    }

    /// Waits for a status.
    pub(crate) async fn when(&self, is_it: impl Fn(&DirectoryStatus) -> bool) -> DirectoryStatus {
        for _ in 0..100_000 {
            let status = self.directory.status();
            if is_it(&status) {
                return status;
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("{:?}", self.directory.status());
    }

    pub(crate) async fn walked(&self) -> DirectoryStatus {
        self.when(|status| status.activity == Activity::Waiting && status.generation.is_some())
            .await
    }

    /// HubSoft answers a call: these codes have the number.
    pub(crate) fn answered(&self, phone: &str, codes: &[&str]) {
        let customers = codes.iter().map(|code| ReportedCustomer {
            code: (*code).to_owned(),
            service_status: Some("ativo".to_owned()),
            service_statuses: vec!["ativo".to_owned()],
            ..ReportedCustomer::default()
        });
        let sighting = Sighting::of_hubsoft(Record::new(customers.collect()));
        let now = Instant::now();
        self.directory.learn(&app::key(phone), &sighting, now);
    }

    /// The code of the customer with the number; empty if there is none, `None` if it cannot say.
    pub(crate) fn code(&self, phone: &str) -> Option<String> {
        let now = Instant::now();
        let sighting = self.directory.recall(&app::key(phone), now)?;
        let code = sighting.record.identity().map(|customer| customer.code().to_owned());
        Some(code.unwrap_or_default())
    }

    /// How many services have each name of a kind: the list has no tables that they could join.
    pub(crate) fn names(&self, kind: &str) -> Vec<(String, u64)> {
        let joins = self.directory.status().joins;
        joins.into_iter().find(|own| own.kind == kind).expect("a kind").unjoined
    }

    /// Whether anything of a number is left.
    pub(crate) async fn has_traces(&self, phone: &str) -> bool {
        let traces = self.directory.traces(&app::phone(phone)).await.expect("no bug");
        traces.iter().any(|(is_left, _)| *is_left)
    }

    /// Lets the time pass.
    pub(crate) async fn pass(&self, minutes: u64) {
        sleep(Duration::from_secs(60 * minutes)).await;
    }
}
