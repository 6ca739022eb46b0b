//! What has happened to generated customers since: removed, new numbers, moved, alerts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::simulator::relations::ShownRelations;

use super::customer::{LAST_DAY, registered, services, updated};
use super::json::{ShownFlag, customer};
use super::phones::{GeneratedPhone, REVISIONS_MAX, candidates, phones};
use super::{CUSTOMERS_MAX, Population};

/// What changes of a customer.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PopulationChange {
    /// All numbers become new ones; the update date of the customer changes. At most 12 times.
    Phones,
    /// The first service moves to another interface; the update date of the services changes.
    Place,
}

/// What happens to generated customers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PopulationUpdate {
    /// Whoever has a service on one of these interfaces has an alert with this message; others have
    /// none.
    Alerted { interfaces: Vec<u32>, message: String },
    /// The customers of these indexes change on that day (the digits of `YYYYMMDD`).
    Changed { indexes: Vec<u32>, change: PopulationChange, day: u32 },
    /// The customers of these indexes are gone from the list and from lookups.
    Removed { indexes: Vec<u32> },
}

/// When a customer was registered and last changed, each as the digits of `YYYYMMDD`.
#[derive(Clone, Copy, Debug)]
pub(in crate::simulator) struct UpdateDates {
    pub(in crate::simulator) registered: u32,
    pub(in crate::simulator) customer: u32,
    pub(in crate::simulator) services: u32,
}

/// What a row of the list has of a customer.
#[derive(Clone, Copy)]
pub(in crate::simulator) struct ListedRow<'a> {
    pub(in crate::simulator) relations: &'a ShownRelations,
    pub(in crate::simulator) with_cancelled: bool,
    pub(in crate::simulator) with_flags: bool,
}

/// How often a customer has changed, and when last.
#[derive(Clone, Copy, Default)]
struct CustomerRevision {
    phones: u32,
    places: u32,
    customer_day: Option<u32>,
    services_day: Option<u32>,
}

/// The interfaces without service, and what their customers' answers say.
#[derive(Default)]
struct AlertedInterfaces {
    interfaces: BTreeSet<u32>,
    message: String,
}

/// A population and what has changed in it.
pub(in crate::simulator) struct GeneratedCustomers {
    pub(in crate::simulator) population: Population,
    removed: BTreeSet<u32>,
    revisions: BTreeMap<u32, CustomerRevision>,
    alerted: AlertedInterfaces,
}

impl GeneratedCustomers {
    pub(in crate::simulator) fn new(population: Population) -> Self {
        let customers = population.customers.clamp(1, CUSTOMERS_MAX);
        Self {
            population: Population { customers, ..population },
            removed: BTreeSet::new(),
            revisions: BTreeMap::new(),
            alerted: AlertedInterfaces::default(),
        }
    }

    pub(in crate::simulator) fn update(&mut self, update: &PopulationUpdate) {
        let is_known = |index: &&u32| **index < self.population.customers;
        match update {
            PopulationUpdate::Alerted { interfaces, message } => {
                self.alerted = AlertedInterfaces {
                    interfaces: interfaces.iter().copied().collect(),
                    message: message.clone(),
                };
            }
            PopulationUpdate::Changed { indexes, change, day } => {
                for index in indexes.iter().filter(is_known) {
                    self.revisions.entry(*index).or_default().change(*change, *day);
                }
            }
            PopulationUpdate::Removed { indexes } => {
                self.removed.extend(indexes.iter().filter(is_known));
            }
        }
    }
}

impl CustomerRevision {
    fn change(&mut self, change: PopulationChange, day: u32) {
        match change {
            PopulationChange::Phones => {
                self.phones = REVISIONS_MAX.min(self.phones + 1);
                self.customer_day = Some(day);
            }
            PopulationChange::Place => {
                self.places = REVISIONS_MAX.min(self.places + 1);
                self.services_day = Some(day);
            }
        }
    }
}

// ------------ Which customers there are --------------------------------------------------------

impl GeneratedCustomers {
    pub(in crate::simulator) fn len(&self) -> usize {
        self.population.customers as usize - self.removed.len()
    }

    /// The indexes from the `first` listed customer on.
    pub(in crate::simulator) fn from(&self, first: usize) -> impl Iterator<Item = u32> {
        let mut start = first.min(CUSTOMERS_MAX as usize) as u32;
        for removed in &self.removed {
            start += u32::from(*removed <= start);
        }
        (start..self.population.customers).filter(|index| !self.removed.contains(index))
    }

    /// The customers whose update dates may be that day or later.
    pub(in crate::simulator) fn updated_since(
        &self,
        day: u32,
    ) -> Box<dyn Iterator<Item = u32> + '_> {
        if day <= LAST_DAY {
            return Box::new(self.from(0));
        }
        Box::new(self.revisions.keys().copied().filter(|index| !self.removed.contains(index)))
    }

    pub(in crate::simulator) fn by_code(&self, code: u64) -> Option<u32> {
        let index = code.checked_sub(self.population.code(0)).and_then(|n| u32::try_from(n).ok());
        index.filter(|index| self.is_listed(*index))
    }

    /// The customers who may have a number that ends in these eight digits.
    pub(in crate::simulator) fn by_phone_ending(&self, digits: u64) -> Vec<u32> {
        let mut found = candidates(&self.population, digits);
        found.retain(|index| self.is_listed(*index));
        found
    }

    fn is_listed(&self, index: u32) -> bool {
        index < self.population.customers && !self.removed.contains(&index)
    }
}

// ------------ What they have -------------------------------------------------------------------

impl GeneratedCustomers {
    /// The numbers of a customer now: area code and number, with the ninth digit of a mobile.
    pub(in crate::simulator) fn phones(&self, index: u32) -> Vec<String> {
        let revision = self.revision(index).phones;
        phones(&self.population, index, revision).iter().map(GeneratedPhone::canonical).collect()
    }

    pub(in crate::simulator) fn dates(&self, index: u32) -> UpdateDates {
        let revision = self.revision(index);
        let updated = updated(&self.population, index);
        UpdateDates {
            registered: registered(&self.population, index),
            customer: revision.customer_day.unwrap_or(updated),
            services: revision.services_day.unwrap_or(updated),
        }
    }

    /// The states of his services.
    pub(in crate::simulator) fn statuses(&self, index: u32) -> Vec<&'static str> {
        services(&self.population, index, 0).iter().map(|service| service.status.0).collect()
    }

    /// The customer as HubSoft writes him to the bulk list, as JSON.
    pub(in crate::simulator) fn listed(&self, index: u32, row: &ListedRow<'_>) -> String {
        let revision = self.revision(index);
        let mut services = services(&self.population, index, revision.places);
        let interfaces = &self.alerted.interfaces;
        let is_alerted = services.iter().any(|service| {
            !service.is_cancelled() && interfaces.contains(&service.place.interface())
        });
        services.retain(|service| row.with_cancelled || !service.is_cancelled());
        let phones = phones(&self.population, index, revision.phones);
        let flag = match (row.with_flags, is_alerted) {
            (false, _) => ShownFlag::Omitted,
            (true, false) => ShownFlag::Off,
            (true, true) => ShownFlag::On(&self.alerted.message),
        };
        customer(&self.population, index, &phones, &services, row.relations, &flag)
    }

    /// The customer with everything that a lookup may return.
    pub(in crate::simulator) fn found(&self, index: u32) -> Value {
        let relations = &ShownRelations::All;
        let row = ListedRow { relations, with_cancelled: true, with_flags: true };
        serde_json::from_str(&self.listed(index, &row)).expect("the writer writes JSON")
    }

    fn revision(&self, index: u32) -> CustomerRevision {
        self.revisions.get(&index).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removed_customers_leave_no_gap() {
        let mut generated = GeneratedCustomers::new(Population { customers: 10, seed: 1 });
        generated.update(&PopulationUpdate::Removed { indexes: vec![0, 1, 4, 9, 77] });
        assert_eq!(generated.len(), 6);
        assert_eq!(generated.from(0).collect::<Vec<_>>(), [2, 3, 5, 6, 7, 8]);
        assert_eq!(generated.from(2).collect::<Vec<_>>(), [5, 6, 7, 8]);
        assert_eq!(generated.from(6).count() + generated.from(99).count(), 0);
    }

    #[test]
    fn a_change_shows_in_the_customer_and_in_its_date() {
        let mut generated = GeneratedCustomers::new(Population { customers: 5_000, seed: 1 });
        let old = (generated.phones(7), generated.found(7));
        for (change, day) in
            [(PopulationChange::Phones, 20261130), (PopulationChange::Place, 20261201)]
        {
            generated.update(&PopulationUpdate::Changed { indexes: vec![7], change, day });
        }
        let dates = generated.dates(7);
        assert_eq!((dates.customer, dates.services), (20261130, 20261201));
        assert_ne!(old.0, generated.phones(7));
        let new = generated.found(7);
        let interface =
            |one: &Value| one["servicos"][0]["porta_atendimento"]["equipamento"].clone();
        assert_ne!(interface(&old.1), interface(&new));
        assert_eq!(generated.updated_since(20260101).collect::<Vec<_>>(), [7]);
    }
}
