//! The contract of a list of all customers, which the walk reads page by page.

use std::fmt;
use std::pin::Pin;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::domain::failure::Failure;
use crate::domain::phone::Phone;
use crate::domain::place::ServicePlace;

/// A customer as a list describes one, with only what the directory may keep.
#[derive(Clone, Default, PartialEq)]
pub struct ListedCustomer {
    /// The source's internal id, which identifies the customer.
    pub id: u64,
    /// The customer code that the customer sees: digits, or empty.
    pub code: String,
    /// The name as typed.
    pub name: String,
    /// The numbers, without doubles.
    pub phones: Vec<Phone>,
    /// Whether the alert is on, where the list states it.
    pub alert: Option<bool>,
    pub services: Vec<ServicePlace>,
}

impl fmt::Debug for ListedCustomer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ListedCustomer(masked)")
    }
}

/// One page of the list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListPage {
    pub customers: Vec<ListedCustomer>,
    /// Customers on the page whose id is unreadable; a walk with any is not complete.
    pub unreadable: usize,
    /// The number of this page as the source states it; the first is 0.
    pub number: Option<u32>,
    /// The number of the last page, at this page size.
    pub last: Option<u32>,
    /// How many customers the whole list has.
    pub total: Option<u64>,
}

/// A request for a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// The first page is 0.
    pub number: u32,
    pub rows: u32,
    /// Only customers that have changed, if set.
    pub changed: Option<ChangedSince>,
    /// When the answer is too late.
    pub deadline: Instant,
}

/// A filter by the date of the last change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedSince {
    pub subject: ChangeSubject,
    /// The first day, as `YYYY-MM-DD`.
    pub first_day: String,
}

/// What has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeSubject {
    Customer,
    Service,
}

/// The tables that map the names in the list to the ids in an alert's scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct ScopeTables {
    pub cities: Vec<CityEntry>,
    pub interfaces: Vec<InterfaceEntry>,
    pub pops: Vec<PopEntry>,
    /// Ids and names of optical boxes.
    pub boxes: Vec<(u64, String)>,
    /// Ids and words of service statuses.
    pub statuses: Vec<(u64, String)>,
    /// Ids and names of service groups.
    pub groups: Vec<(u64, String)>,
    /// The kinds whose table the user of the API may not read.
    #[serde(default)]
    pub forbidden: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct CityEntry {
    pub id: u64,
    pub name: String,
    /// Abbreviation and name of the state, in either order; either may be empty.
    pub states: [String; 2],
    pub ibge: Option<u64>,
    pub districts: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct InterfaceEntry {
    pub id: u64,
    pub name: String,
    pub equipment_id: u64,
    pub equipment: String,
    pub address: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct PopEntry {
    pub id: u64,
    pub name: String,
    /// Name and address of each piece of equipment.
    pub equipment: Vec<(String, String)>,
}

impl ScopeTables {
    /// These tables, with those of `before` where one is empty, because it could not be read.
    #[must_use]
    pub fn or(self, before: &Self) -> Self {
        Self {
            cities: filled(self.cities, &before.cities),
            interfaces: filled(self.interfaces, &before.interfaces),
            pops: filled(self.pops, &before.pops),
            boxes: filled(self.boxes, &before.boxes),
            statuses: filled(self.statuses, &before.statuses),
            groups: filled(self.groups, &before.groups),
            forbidden: self.forbidden,
        }
    }
}

fn filled<T: Clone>(table: Vec<T>, before: &[T]) -> Vec<T> {
    if table.is_empty() { before.to_vec() } else { table }
}

/// The future result of a request to a list.
pub type ListFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// A list of all customers.
pub trait CustomerList: Send + Sync {
    /// Requests one page. A page after the last one is empty.
    fn page(&self, request: PageRequest) -> ListFuture<'_, ListPage>;

    /// Whether calls wait for the source.
    fn is_busy(&self) -> bool {
        false
    }

    /// Requests the tables of names. A table that cannot be read is empty.
    fn tables(&self, deadline: Instant) -> ListFuture<'_, ScopeTables>;
}
