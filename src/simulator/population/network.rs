//! The network of the generated customers: from a position on it to interface, box, POP and district.
//!
//! ```text
//! position / 8 = box, / 48 = interface (PON)
//! interface / 15 = district, / 50 = equipment (OLT), / 250 = POP
//! district / 40 = city
//! ```

use super::Population;
use super::dice::{Draw, offset, permille, roll};

const BOX_CUSTOMERS: u32 = 8;
/// How many customers are on one interface (a PON).
pub const INTERFACE_CUSTOMERS: u32 = 48;
const DISTRICT_INTERFACES: u32 = 15;
pub(super) const EQUIPMENT_INTERFACES: u32 = 50;
const POP_INTERFACES: u32 = 250;
pub(super) const CITY_DISTRICTS: u32 = 40;
/// A prime beyond `CUSTOMERS_MAX`, so that customers registered one after the other live apart.
const SCATTER: u64 = 2_654_435_761;
/// Every 40th box has the name of another one: names are unique in one project of the map only.
const BOXES_PER_DOUBLE: u32 = 40;
/// The states' area codes, by city.
const AREAS: [u32; 6] = [37, 31, 35, 38, 34, 33];

/// Where a service is connected and installed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct GeneratedPlace {
    pub(super) position: u32,
    pub(super) district: u32,
}

impl GeneratedPlace {
    pub(super) fn interface(self) -> u32 {
        self.position / INTERFACE_CUSTOMERS
    }

    pub(super) fn box_number(self) -> u32 {
        self.position / BOX_CUSTOMERS
    }
}

impl Population {
    /// How many interfaces the customers are on.
    pub fn interfaces(&self) -> u32 {
        self.customers.div_ceil(INTERFACE_CUSTOMERS)
    }

    pub(super) fn boxes(&self) -> u32 {
        self.customers.div_ceil(BOX_CUSTOMERS)
    }

    pub(super) fn equipment(&self) -> u32 {
        self.interfaces().div_ceil(EQUIPMENT_INTERFACES)
    }

    pub(super) fn pops(&self) -> u32 {
        self.interfaces().div_ceil(POP_INTERFACES)
    }

    pub(super) fn districts(&self) -> u32 {
        self.interfaces().div_ceil(DISTRICT_INTERFACES)
    }

    pub(super) fn cities(&self) -> u32 {
        self.districts().div_ceil(CITY_DISTRICTS)
    }

    /// The area code of the numbers of a customer.
    pub(super) fn area(&self, index: u32) -> u32 {
        AREAS[(self.place(index, 0).district / CITY_DISTRICTS) as usize % AREAS.len()]
    }

    /// Where the first service of a customer is, who has moved `revision` times.
    pub(super) fn place(&self, index: u32, revision: u32) -> GeneratedPlace {
        let customers = u64::from(self.customers);
        let scattered = u64::from(index) * SCATTER + offset(self.seed);
        // A thirteenth of the network: `REVISIONS_MAX` moves lead to places of their own.
        let moved = u64::from(revision) * (customers / 13).max(u64::from(INTERFACE_CUSTOMERS));
        self.place_at(((scattered + moved) % customers) as u32)
    }

    /// Where the second service of a customer is who has it elsewhere.
    pub(super) fn place_elsewhere(&self, index: u32) -> GeneratedPlace {
        let home = self.place(index, 0).position;
        self.place_at((home + self.customers / 2) % self.customers)
    }

    fn place_at(&self, position: u32) -> GeneratedPlace {
        let home = district_of(position / INTERFACE_CUSTOMERS);
        let spills = permille(self.seed, Draw::District, position) < 150;
        let district = if spills { self.neighbour(home, position) } else { home };
        GeneratedPlace { position, district }
    }

    /// One of the next three districts of the same city.
    fn neighbour(&self, home: u32, position: u32) -> u32 {
        let first = home / CITY_DISTRICTS * CITY_DISTRICTS;
        let districts = (self.districts() - first).min(CITY_DISTRICTS);
        let step = 1 + (roll(self.seed, Draw::District, position) >> 32) as u32 % 3;
        first + (home - first + step) % districts
    }

    /// The customers whose first service is on that interface, before anybody moves.
    pub fn customers_on(&self, interface: u32) -> Vec<u32> {
        let customers = u64::from(self.customers);
        let back = inverse(SCATTER % customers, customers);
        let shift = customers - offset(self.seed) % customers;
        let index =
            |position: u32| ((u64::from(position) + shift) % customers * back % customers) as u32;
        let first = interface * INTERFACE_CUSTOMERS;
        (first..self.customers.min(first + INTERFACE_CUSTOMERS)).map(index).collect()
    }
}

/// The district of most customers of an interface.
pub(super) fn district_of(interface: u32) -> u32 {
    interface / DISTRICT_INTERFACES
}

pub(super) fn equipment_of(interface: u32) -> u32 {
    interface / EQUIPMENT_INTERFACES
}

pub(super) fn pop_of(equipment: u32) -> u32 {
    equipment / (POP_INTERFACES / EQUIPMENT_INTERFACES)
}

/// Slot and port of the equipment, each from 1.
pub(super) fn slot_and_port(interface: u32) -> (u32, u32) {
    let number = interface % EQUIPMENT_INTERFACES;
    (number / 16 + 1, number % 16 + 1)
}

/// The first box of that name; `number` itself unless its name is a double.
pub(super) fn box_named_as(number: u32) -> u32 {
    let is_double = number % BOXES_PER_DOUBLE == BOXES_PER_DOUBLE - 1;
    if is_double { number - (BOXES_PER_DOUBLE - 1) } else { number }
}

/// The inverse of `number` modulo `modulus`, which share no factor; by Euclid.
fn inverse(number: u64, modulus: u64) -> u64 {
    let modulus = i128::from(modulus);
    let (mut rest, mut next_rest) = (modulus, i128::from(number));
    let (mut factor, mut next_factor) = (0, 1);
    while next_rest != 0 {
        let quotient = rest / next_rest;
        (rest, next_rest) = (next_rest, rest - quotient * next_rest);
        (factor, next_factor) = (next_factor, factor - quotient * next_factor);
    }
    factor.rem_euclid(modulus) as u64
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_interface_has_its_customers_and_all_have_one() {
        for customers in [1, 49, 2_500, 10_007] {
            let population = Population { customers, seed: 3 };
            let mut seen = BTreeSet::new();
            for interface in 0..population.interfaces() {
                for index in population.customers_on(interface) {
                    assert_eq!(population.place(index, 0).interface(), interface);
                    assert!(seen.insert(index));
                }
            }
            assert_eq!(seen.len(), customers as usize);
        }
    }

    #[test]
    fn about_fifteen_percent_of_an_interface_are_in_another_district() {
        let population = Population { customers: 50_000, seed: 3 };
        let spilt = (0..50_000).map(|index| population.place(index, 0));
        let spilt = spilt.filter(|place| place.interface() / DISTRICT_INTERFACES != place.district);
        let share = spilt.count() as f64 / 50_000.0;
        assert!((0.14..0.16).contains(&share), "{share}");
    }

    #[test]
    fn neighbours_in_the_list_live_apart() {
        let population = Population { customers: 1_000_000, seed: 3 };
        let apart = (0..999).filter(|index| {
            let (one, other) = (population.place(*index, 0), population.place(index + 1, 0));
            one.interface().abs_diff(other.interface()) > POP_INTERFACES
        });
        assert!(apart.count() > 900);
    }
}
