//! Changes a generation between walks: what individual answers have shown, and who is forgotten.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use super::generation::{Generation, RowIndex};
use super::hash::PhoneHash;
use super::numbers::NumberIndex;
use super::places::{PackedService, Places};
use super::rows::{Kept, NO_ID, NewRow, Rows};

/// What an individual answer has shown: which customers have a number.
#[derive(Clone, PartialEq, Eq)]
pub struct Amendment {
    pub hash: PhoneHash,
    /// Without any, the number is not a customer's any more.
    pub owners: Vec<AmendedOwner>,
}

/// A customer as an individual answer describes one.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AmendedOwner {
    /// Digits; a customer without a code has a row of their own.
    pub code: String,
    /// The status of the first service, if it is stated.
    pub status: Option<String>,
    /// The name as typed.
    pub name: String,
}

impl fmt::Debug for Amendment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Amendment(masked)")
    }
}

impl fmt::Debug for AmendedOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AmendedOwner(masked)")
    }
}

impl Generation {
    /// Returns the generation with the numbers as the amendments state them; the last of a number counts.
    ///
    /// A customer with a known code keeps the row. Rows change their index only if a customer without
    /// an id is left without a number.
    pub fn amended(&self, amendments: &[Amendment]) -> Self {
        let last: HashMap<u64, &Amendment> =
            amendments.iter().map(|amendment| (amendment.hash.0, amendment)).collect();
        let owners = last.values().flat_map(|amendment| &amendment.owners);
        let codes: HashSet<&str> = owners.map(|owner| owner.code.as_str()).collect();
        let mut changed = Changed {
            known: self.rows.of_codes(&codes),
            rows: self.rows.clone(),
            places: Arc::clone(&self.places),
        };
        let is_left = |(hash, _): &(u64, u32)| !last.contains_key(hash);
        let mut pairs: Vec<_> = self.numbers.pairs().filter(is_left).collect();
        for amendment in amendments {
            let counts =
                last.get(&amendment.hash.0).is_some_and(|last| std::ptr::eq(*last, amendment));
            let owners = amendment.owners.iter().filter(|_| counts);
            pairs.extend(owners.map(|owner| (amendment.hash.0, changed.row(owner))));
        }
        let Changed { mut rows, places, .. } = changed;
        rows.shrink();
        let numbers = NumberIndex::new(pairs);
        Self { facts: self.facts, rows, numbers, places }.without_orphans()
    }

    /// Drops customers without an id who have no number any more: nothing leads to them.
    fn without_orphans(self) -> Self {
        let unlisted = (0..self.rows.len() as u32).filter(|row| self.rows.id(*row) == NO_ID);
        let mut orphans: HashSet<u32> = unlisted.collect();
        for row in self.numbers.rows() {
            orphans.remove(row);
        }
        if orphans.is_empty() { self } else { self.retained(|row| !orphans.contains(&row)) }
    }

    /// Returns the generation without the customers who have one of the numbers, and how many they were.
    ///
    /// Nothing of them is left: no code, name, place or other number.
    pub fn without(&self, hashes: &[PhoneHash]) -> (Self, usize) {
        let owners: HashSet<RowIndex> = hashes.iter().flat_map(|hash| self.find(*hash)).collect();
        (self.retained(|row| !owners.contains(&RowIndex(row))), owners.len())
    }

    fn retained(&self, keep: impl Fn(u32) -> bool) -> Self {
        let kept = Kept::of(&self.rows, &self.places, keep);
        let numbers = NumberIndex::new(kept.numbers(self.numbers.pairs()));
        Self::packed(self.facts, kept.rows, kept.places.places, numbers)
    }
}

/// The rows while they change.
struct Changed<'a> {
    known: HashMap<&'a str, u32>,
    rows: Rows,
    places: Arc<Places>,
}

impl<'a> Changed<'a> {
    /// The row of a customer, with the status that the answer states.
    fn row(&mut self, owner: &'a AmendedOwner) -> u32 {
        let status = owner.status.as_deref().map(|status| self.status(status));
        if let Some(row) = self.known.get(owner.code.as_str()) {
            let first = self.rows.services(*row).next();
            if let (Some(first), Some(status)) = (first, status) {
                self.rows.statuses[first] = status;
            }
            return *row;
        }
        let AmendedOwner { code, name, .. } = owner;
        let row = self.rows.push(&NewRow { id: NO_ID, code, name, absences: 0 });
        if let Some(status) = status {
            self.rows.push_service(PackedService { status, ..PackedService::default() });
        }
        if !code.is_empty() {
            self.known.insert(code, row);
        }
        row
    }

    /// The index of a status. The places are copied only if it is a new one.
    fn status(&mut self, status: &str) -> u16 {
        let known = self.places.statuses.iter().position(|known| known == status);
        known.map_or_else(|| Arc::make_mut(&mut self.places).status(status), |at| at as u16)
    }
}
