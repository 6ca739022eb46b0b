//! A directory of some customers, in groups.

use std::sync::Arc;

use bina::domain::phone::Phone;
use bina::domain::place::ServicePlace;
use bina::domain::zone::{TimeOfDay, Zone};
use bina::runtime::secret::Secret;
use bina::sources::directory::{
    CustomerList, Directory, DirectoryKeys, DirectoryMetrics, DirectoryPlace, Inputs, ListFuture,
    ListPage, ListedCustomer, PageRequest, Schedule, ScopeTables, Settings,
};
use parking_lot::Mutex;
use tokio::time::Instant;

/// Of the customers, the even ones are in this group.
pub(crate) const GROUP: u64 = 5;

/// What HubSoft has.
pub(crate) struct Customers {
    pub(crate) count: Mutex<u64>,
    pub(crate) tables: Mutex<ScopeTables>,
    pub(crate) tables_requested: Mutex<usize>,
}

pub(crate) fn tables(groups: &[u64]) -> ScopeTables {
    let groups = groups.iter().map(|id| (*id, format!("grupo {id}"))).collect();
    ScopeTables { groups, ..ScopeTables::default() }
}

pub(crate) fn phone(customer: u64) -> Phone {
    Phone::parse(&format!("3799999{customer:04}"), None).expect("a number")
}

pub(crate) fn code(customer: u64) -> String {
    (100 + customer).to_string()
}

impl CustomerList for Customers {
    fn page(&self, request: PageRequest) -> ListFuture<'_, ListPage> {
        let count = *self.count.lock();
        let customer = |id: u64| ListedCustomer {
            id,
            code: code(id),
            phones: vec![phone(id)],
            services: vec![ServicePlace {
                groups: if id.is_multiple_of(2) { vec![GROUP] } else { Vec::new() },
                ..ServicePlace::default()
            }],
            ..ListedCustomer::default()
        };
        let customers =
            if request.number == 0 { (1..=count).map(customer).collect() } else { vec![] };
        let page = ListPage {
            customers,
            number: Some(request.number),
            last: Some(0),
            total: Some(count),
            unreadable: 0,
        };
        Box::pin(async move { Ok(page) })
    }

    fn tables(&self, _: Instant) -> ListFuture<'_, ScopeTables> {
        *self.tables_requested.lock() += 1;
        let tables = self.tables.lock().clone();
        Box::pin(async move { Ok(tables) })
    }
}

/// A directory of forty customers that has been read.
pub(crate) async fn directory() -> (Arc<Customers>, Arc<Directory>) {
    let customers = Arc::new(Customers {
        count: Mutex::new(40),
        tables: Mutex::new(tables(&[GROUP])),
        tables_requested: Mutex::default(),
    });
    let walk_at: TimeOfDay = "03:00".parse().expect("a time");
    let schedule = Schedule { zone: Zone::default(), walk_at, seed: 1 };
    let list = Arc::clone(&customers) as Arc<dyn CustomerList>;
    let inputs = Inputs { settings: Settings::default(), schedule, list };
    let secret = Secret::new("a secret of tests".to_owned());
    let keys = DirectoryKeys::new(secret, "https://a.example", "1");
    let metrics = DirectoryMetrics::default();
    let directory = Directory::new(inputs, keys, DirectoryPlace::Memory, metrics);
    let directory = Arc::new(directory.expect("a directory"));
    let mut states = directory.states();
    tokio::spawn(Arc::clone(&directory).keep());
    states.changed().await.expect("a walk");
    (customers, directory)
}
