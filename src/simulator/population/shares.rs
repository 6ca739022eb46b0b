//! Shares of a population: a group that no answer shows, and how far the bulk list is behind.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Population;
use super::dice::{Draw, permille};

/// Shares of the customers, in thousandths, each drawn on its own from the seed of the population.
/// Lookups have the truth.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct PopulationShares {
    /// Are in the group of customers 41, which neither the list nor a lookup shows.
    pub grouped_permille: u16,
    /// Are not in the list.
    pub missing_permille: u16,
    /// Live elsewhere than the list says.
    pub moved_permille: u16,
    /// Have other numbers than the list says.
    pub renumbered_permille: u16,
    /// Of the services: have no interface and no box entered, besides the few that never have.
    pub unjoined_permille: u16,
}

impl Default for PopulationShares {
    /// The list is right.
    fn default() -> Self {
        Self {
            grouped_permille: 300,
            missing_permille: 0,
            moved_permille: 0,
            renumbered_permille: 0,
            unjoined_permille: 0,
        }
    }
}

impl PopulationShares {
    /// As a directory that was filled last night is behind.
    pub const BEHIND: Self = Self {
        grouped_permille: 300,
        missing_permille: 20,
        moved_permille: 10,
        renumbered_permille: 15,
        unjoined_permille: 0,
    };

    /// Whether a customer is in the group that the list cannot show.
    pub(super) fn groups(self, population: &Population, index: u32) -> bool {
        let drawn = permille(population.seed, Draw::CustomerGroup, index);
        drawn < u64::from(self.grouped_permille)
    }

    pub(super) fn missing(self, population: &Population) -> BTreeSet<u32> {
        let is_missing = |index: &u32| {
            permille(population.seed, Draw::Missing, *index) < u64::from(self.missing_permille)
        };
        match self.missing_permille {
            0 => BTreeSet::new(),
            _ => (0..population.customers).filter(is_missing).collect(),
        }
    }

    /// How often a customer has moved that the list does not say.
    pub(super) fn moves(self, population: &Population, index: u32) -> u32 {
        let drawn = permille(population.seed, Draw::Moved, index);
        u32::from(drawn < u64::from(self.moved_permille))
    }

    /// How often his numbers have changed that the list does not say.
    pub(super) fn renumberings(self, population: &Population, index: u32) -> u32 {
        let drawn = permille(population.seed, Draw::Renumbered, index);
        u32::from(drawn < u64::from(self.renumbered_permille))
    }

    /// Whether the interface of a service, by its number, is not entered.
    pub(super) fn unjoins(self, population: &Population, service: u32) -> bool {
        let drawn = permille(population.seed, Draw::Unjoined, service);
        drawn < u64::from(self.unjoined_permille)
    }
}
