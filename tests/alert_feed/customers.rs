//! A directory of some customers, in groups.

use std::sync::Arc;

use bina::domain::phone::Phone;
use bina::domain::place::ServicePlace;
use bina::sources::directory::{
    CustomerList, Directory, ListFuture, ListPage, ListedCustomer, PageRequest, ScopeTables,
};
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::kept;

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
    let directory = kept::directory(Arc::clone(&customers) as _).await;
    (customers, directory)
}
