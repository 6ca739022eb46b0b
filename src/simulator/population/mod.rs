//! Generated customers: as many as a provider has, each computed from the seed and an index.
//!
//! Nothing is stored, so that a million of them use no memory. A number or a code leads back to its
//! index, so that a lookup computes one or two customers and not a million.

mod changes;
mod customer;
mod dice;
mod json;
mod names;
mod network;
mod phones;
mod places;
mod shares;
mod tables;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(super) use changes::{GeneratedCustomers, ListedRow, UpdateDates};
pub use changes::{PopulationChange, PopulationUpdate};
pub use names::CANARY_SURNAME;
pub use network::INTERFACE_CUSTOMERS;
pub(super) use places::{CustomerPlaces, ServicePlaces, SimPlaceKind};
pub use shares::PopulationShares;
pub(super) use tables::rows as table_rows;

/// The largest population: numbers are computed for no more.
pub(super) const CUSTOMERS_MAX: u32 = 1_000_000;
/// Beyond the ids of customers that tests invent one by one.
const FIRST_ID: u64 = 1_000_001;

/// Customers who are computed when they are requested; the same seed brings the same ones.
///
/// The index of a customer is from 0 to below `customers`, in the order of the bulk list.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    /// From 1 to 1,000,000; the simulator brings other values within.
    pub customers: u32,
    pub seed: u64,
}

impl Population {
    /// `id_cliente`.
    pub fn id(&self, index: u32) -> u64 {
        FIRST_ID + u64::from(index)
    }

    /// `codigo_cliente`.
    pub fn code(&self, index: u32) -> u64 {
        self.id(index) + super::customers::CODE_OFFSET
    }

    /// The numbers of a customer before anything changes: area code and number, with the ninth digit.
    pub fn phones(&self, index: u32) -> Vec<String> {
        phones::phones(self, index, 0).iter().map(phones::GeneratedPhone::canonical).collect()
    }

    /// The first of them; one in fifty customers has none.
    pub fn phone(&self, index: u32) -> Option<String> {
        self.phones(index).into_iter().next()
    }

    /// Who has the same first number, if anybody: a lookup of it then finds two customers.
    pub fn shares_phone_with(&self, index: u32) -> Option<u32> {
        phones::shared_with(self, index)
    }

    /// How many different numbers all customers have.
    pub fn numbers(&self) -> usize {
        let all = (0..self.customers).flat_map(|index| phones::phones(self, index, 0));
        let digits = all.flat_map(|phone| phone.canonical().parse::<u64>());
        digits.collect::<BTreeSet<_>>().len()
    }

    /// The interface of the first service, also where the list does not name it; none without a
    /// service. It counts from 0; `interface_id` is its id in the table.
    pub fn interface(&self, index: u32) -> Option<u32> {
        customer::services(self, index, 0).first().map(|service| service.place.interface())
    }

    /// Whether every place of the customer is named in the list and in the tables.
    pub fn has_named_places(&self, index: u32) -> bool {
        customer::services(self, index, 0).iter().all(customer::GeneratedService::is_named)
    }

    /// How many services the list has of a customer.
    pub fn services(&self, index: u32) -> usize {
        let services = customer::services(self, index, 0);
        services.iter().filter(|service| !service.is_cancelled()).count()
    }

    /// The id of an interface in the table of equipment.
    pub fn interface_id(&self, interface: u32) -> u64 {
        tables::FIRST_INTERFACE_ID + u64::from(interface)
    }

    /// The customer as a lookup returns it before anything changes.
    pub fn customer(&self, index: u32) -> Value {
        GeneratedCustomers::new(*self).found(index, None)
    }
}
