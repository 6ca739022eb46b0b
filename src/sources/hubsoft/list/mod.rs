//! Reads the list of all customers and the tables of names, as `CustomerList` describes them.

mod customers;
mod query;
mod reply;
mod table_rows;
mod tables;

use tokio::time::Instant;

use crate::domain::failure::{Failure, FailureKind};
use crate::sources::directory::{CustomerList, ListFuture, ListPage, PageRequest, ScopeTables};
use crate::sources::limiter::Urgency;
use crate::sources::reasons::{self, is_no_permission};
use crate::sources::source::Budget;

use super::HubSoft;

use self::query::{CustomerPage, TableQuery};
use self::reply::ListRows;
use self::table_rows::TableRow;
use self::tables::{
    Cities, Interfaces, KindsOfTable, OpticalBoxes, Pops, ServiceGroups, Statuses, table,
};

/// The number of tables.
const TABLES: usize = 6;

impl CustomerList for HubSoft {
    fn page(&self, request: PageRequest) -> ListFuture<'_, ListPage> {
        Box::pin(async move {
            let budget = bulk(request.deadline);
            self.exchange.run(&CustomerPage(request), budget).await
        })
    }

    fn is_busy(&self) -> bool {
        self.exchange.has_calls()
    }

    fn tables(&self, deadline: Instant) -> ListFuture<'_, ScopeTables> {
        Box::pin(async move {
            let mut unread = UnreadTables::default();
            let mut tables = ScopeTables {
                cities: self.entries::<Cities>(deadline, &mut unread).await?,
                interfaces: self.entries::<Interfaces>(deadline, &mut unread).await?,
                pops: self.entries::<Pops>(deadline, &mut unread).await?,
                boxes: self.entries::<OpticalBoxes>(deadline, &mut unread).await?,
                statuses: self.entries::<Statuses>(deadline, &mut unread).await?,
                groups: self.entries::<ServiceGroups>(deadline, &mut unread).await?,
                forbidden: Vec::new(),
            };
            tables.forbidden = unread.forbidden;
            match unread.failures.pop() {
                Some(failure) if unread.failures.len() + 1 == TABLES => Err(failure),
                _ => Ok(tables),
            }
        })
    }
}

/// The tables that could not be read.
#[derive(Default)]
struct UnreadTables {
    failures: Vec<Failure>,
    /// The kinds of those that the user of the API may not read.
    forbidden: Vec<String>,
}

impl UnreadTables {
    fn add<T: KindsOfTable>(&mut self, failure: Failure) {
        if is_no_permission(&failure) {
            self.forbidden.extend(T::KINDS.iter().map(|kind| kind.word().to_owned()));
        }
        self.failures.push(failure);
    }
}

impl HubSoft {
    /// Requests a table. If the failure is one of this table, it is empty, and the failure is added to
    /// `unread`.
    async fn entries<T: ListRows + KindsOfTable>(
        &self,
        deadline: Instant,
        unread: &mut UnreadTables,
    ) -> Result<Vec<<T::Row as TableRow>::Entry>, Failure>
    where
        T::Row: TableRow,
    {
        match self.exchange.run(&TableQuery::<T>::new(deadline), bulk(deadline)).await {
            Err(failure) if concerns_one_table(&failure) && Instant::now() < deadline => {
                unread.add::<T>(failure);
                Ok(Vec::new())
            }
            read => read,
        }
    }
}

fn bulk(deadline: Instant) -> Budget {
    Budget { deadline, urgency: Urgency::Bulk }
}

/// Returns whether HubSoft may still answer requests for other tables.
fn concerns_one_table(failure: &Failure) -> bool {
    let of_a_table =
        [&reasons::FIREWALL, &reasons::SERVER_ERROR, &reasons::TIMEOUT, &reasons::UNAUTHORIZED];
    failure.kind() == FailureKind::AboutThisKey || failure.is_any(&of_a_table)
}

/// Parses the body of a page, for the fuzz targets, which have no socket.
pub fn read_page(body: &[u8]) -> Result<ListPage, Failure> {
    customers::page(body)
}

/// Parses a body that may have the rows of each table, for the fuzz targets.
pub fn read_tables(body: &[u8]) -> ScopeTables {
    ScopeTables {
        cities: table::<Cities>(body).unwrap_or_default(),
        interfaces: table::<Interfaces>(body).unwrap_or_default(),
        pops: table::<Pops>(body).unwrap_or_default(),
        boxes: table::<OpticalBoxes>(body).unwrap_or_default(),
        statuses: table::<Statuses>(body).unwrap_or_default(),
        groups: table::<ServiceGroups>(body).unwrap_or_default(),
        forbidden: Vec::new(),
    }
}
