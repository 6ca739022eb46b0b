//! What has happened to generated customers since: removed, new numbers, moved, alerts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::simulator::relations::ShownRelations;

use super::customer::{LAST_DAY, ShownConnection, registered, services, updated};
use super::json::{ShownFlag, customer};
use super::phones::{GeneratedPhone, REVISIONS_MAX, candidates, phones};
use super::places::{CustomerPlaces, ServicePlaces};
use super::shares::PopulationShares;
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
    /// The shares are these from now on.
    Shares(PopulationShares),
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
    shares: PopulationShares,
    removed: BTreeSet<u32>,
    /// Who is not in the list: those removed, and those whom the shares make missing.
    unlisted: BTreeSet<u32>,
    revisions: BTreeMap<u32, CustomerRevision>,
    alerted: AlertedInterfaces,
}

impl GeneratedCustomers {
    pub(in crate::simulator) fn new(population: Population) -> Self {
        let customers = population.customers.clamp(1, CUSTOMERS_MAX);
        Self {
            population: Population { customers, ..population },
            shares: PopulationShares::default(),
            removed: BTreeSet::new(),
            unlisted: BTreeSet::new(),
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
                self.unlisted.extend(&self.removed);
            }
            PopulationUpdate::Shares(shares) => {
                self.shares = *shares;
                self.unlisted = shares.missing(&self.population);
                self.unlisted.extend(&self.removed);
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
    /// How many the list has.
    pub(in crate::simulator) fn len(&self) -> usize {
        self.population.customers as usize - self.unlisted.len()
    }

    /// The indexes from the `first` listed customer on.
    pub(in crate::simulator) fn from(&self, first: usize) -> impl Iterator<Item = u32> {
        let mut start = first.min(CUSTOMERS_MAX as usize) as u32;
        for unlisted in &self.unlisted {
            start += u32::from(*unlisted <= start);
        }
        (start..self.population.customers).filter(|index| !self.unlisted.contains(index))
    }

    /// The listed customers whose update dates may be that day or later.
    pub(in crate::simulator) fn updated_since(
        &self,
        day: u32,
    ) -> Box<dyn Iterator<Item = u32> + '_> {
        if day <= LAST_DAY {
            return Box::new(self.from(0));
        }
        Box::new(self.revisions.keys().copied().filter(|index| !self.unlisted.contains(index)))
    }

    pub(in crate::simulator) fn by_code(&self, code: u64) -> Option<u32> {
        self.numbered(code, self.population.code(0))
    }

    pub(in crate::simulator) fn by_id(&self, id: u64) -> Option<u32> {
        self.numbered(id, self.population.id(0))
    }

    /// The customers who may have a number that ends in these eight digits.
    pub(in crate::simulator) fn by_phone_ending(&self, digits: u64) -> Vec<u32> {
        let mut found = candidates(&self.population, digits);
        found.retain(|index| self.exists(*index));
        found
    }

    pub(in crate::simulator) fn exists(&self, index: u32) -> bool {
        index < self.population.customers && !self.removed.contains(&index)
    }

    fn numbered(&self, number: u64, first: u64) -> Option<u32> {
        let index = number.checked_sub(first).and_then(|index| u32::try_from(index).ok());
        index.filter(|index| self.exists(*index))
    }
}

// ------------ What they have -------------------------------------------------------------------

impl GeneratedCustomers {
    /// The numbers of a customer now: area code and number, with the ninth digit of a mobile.
    pub(in crate::simulator) fn phones(&self, index: u32) -> Vec<String> {
        let revision = self.true_revision(index).phones;
        phones(&self.population, index, revision).iter().map(GeneratedPhone::canonical).collect()
    }

    pub(in crate::simulator) fn dates(&self, index: u32) -> UpdateDates {
        let revision = self.listed_revision(index);
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

    /// What decides whether an alert concerns a customer.
    pub(in crate::simulator) fn places(&self, index: u32) -> CustomerPlaces {
        let services = services(&self.population, index, self.true_revision(index).places);
        let used = services.iter().filter(|service| !service.is_cancelled());
        let places = used.map(|service| ServicePlaces::new(&self.population, index, service));
        let is_grouped = self.shares.groups(&self.population, index);
        CustomerPlaces { services: places.collect(), is_grouped }
    }

    /// The customer as HubSoft writes him to the bulk list, as JSON.
    pub(in crate::simulator) fn listed(&self, index: u32, row: &ListedRow<'_>) -> String {
        let revision = self.listed_revision(index);
        let message = self.interface_message(index, revision.places).into_iter();
        let messages: Vec<_> = message.map(str::to_owned).collect();
        let flag = match (row.with_flags, messages.is_empty()) {
            (false, _) => ShownFlag::Omitted,
            (true, true) => ShownFlag::Off,
            (true, false) => ShownFlag::On(&messages),
        };
        self.written(index, revision, row, &flag)
    }

    /// The customer with everything that a lookup may return; `messages` are those of the alerts that
    /// concern him, of which those without a text have none.
    pub(in crate::simulator) fn found(&self, index: u32, messages: Option<Vec<String>>) -> Value {
        let revision = self.true_revision(index);
        let own = self.interface_message(index, revision.places);
        let is_alerted = own.is_some() || messages.is_some();
        let own = own.into_iter().map(str::to_owned);
        let messages: Vec<_> = own.chain(messages.into_iter().flatten()).collect();
        let flag = if is_alerted { ShownFlag::On(&messages) } else { ShownFlag::Off };
        let relations = &ShownRelations::All;
        let row = ListedRow { relations, with_cancelled: true, with_flags: true };
        let written = self.written(index, revision, &row, &flag);
        serde_json::from_str(&written).expect("the writer writes JSON")
    }

    /// The message of `PopulationUpdate::Alerted`, if it concerns him.
    fn interface_message(&self, index: u32, moves: u32) -> Option<&str> {
        let interfaces = &self.alerted.interfaces;
        let is_alerted = !interfaces.is_empty()
            && services(&self.population, index, moves).iter().any(|service| {
                !service.is_cancelled() && interfaces.contains(&service.place.interface())
            });
        is_alerted.then_some(&self.alerted.message)
    }

    fn written(
        &self,
        index: u32,
        revision: CustomerRevision,
        row: &ListedRow<'_>,
        flag: &ShownFlag<'_>,
    ) -> String {
        let mut services = services(&self.population, index, revision.places);
        services.retain(|service| row.with_cancelled || !service.is_cancelled());
        for service in &mut services {
            if self.shares.unjoins(&self.population, service.number()) {
                service.connection = ShownConnection::Generic;
            }
        }
        let phones = phones(&self.population, index, revision.phones);
        customer(&self.population, index, &phones, &services, row.relations, flag)
    }

    fn listed_revision(&self, index: u32) -> CustomerRevision {
        self.revisions.get(&index).copied().unwrap_or_default()
    }

    /// What has happened to a customer, also if the list does not say it.
    fn true_revision(&self, index: u32) -> CustomerRevision {
        let listed = self.listed_revision(index);
        let renumberings = self.shares.renumberings(&self.population, index);
        let moves = self.shares.moves(&self.population, index);
        CustomerRevision {
            phones: REVISIONS_MAX.min(listed.phones + renumberings),
            places: REVISIONS_MAX.min(listed.places + moves),
            ..listed
        }
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
        let old = (generated.phones(7), generated.found(7, None));
        for (change, day) in
            [(PopulationChange::Phones, 20261130), (PopulationChange::Place, 20261201)]
        {
            generated.update(&PopulationUpdate::Changed { indexes: vec![7], change, day });
        }
        let dates = generated.dates(7);
        assert_eq!((dates.customer, dates.services), (20261130, 20261201));
        assert_ne!(old.0, generated.phones(7));
        let new = generated.found(7, None);
        let interface =
            |one: &Value| one["servicos"][0]["porta_atendimento"]["equipamento"].clone();
        assert_ne!(interface(&old.1), interface(&new));
        assert_eq!(generated.updated_since(20260101).collect::<Vec<_>>(), [7]);
    }
}
