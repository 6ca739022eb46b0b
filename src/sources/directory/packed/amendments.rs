//! Changes a generation between walks: what individual answers have shown, and who is forgotten.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use crate::domain::allocation;
use crate::domain::place::ServicePlace;

use super::generation::{Generation, KnownCustomer, RowIndex};
use super::hash::PhoneHash;
use super::numbers::NumberIndex;
use super::places::{PackedService, PlaceInterner, Places};
use super::restated::{RestatedService, restated, with_first_status};
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
    /// All services, if the answer lists them; then the status does not count.
    pub services: Option<Arc<[ServicePlace]>>,
}

impl AmendedOwner {
    /// Allocated bytes, and its own.
    pub fn bytes(&self) -> usize {
        let texts = [Some(&self.code), self.status.as_ref(), Some(&self.name)];
        let texts = texts.into_iter().flatten().map(|text| allocation::of_box(text.len()));
        let services = self.services.as_deref().map_or(0, |services| {
            let places: usize = services.iter().map(ServicePlace::bytes).sum();
            allocation::of_arc(size_of_val(services)) + places
        });
        size_of::<Self>() + texts.sum::<usize>() + services
    }
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
            stated: BTreeMap::new(),
        };
        let is_left = |(hash, _): &(u64, u32)| !last.contains_key(hash);
        let mut pairs: Vec<_> = self.numbers.pairs().filter(is_left).collect();
        for amendment in amendments {
            let counts =
                last.get(&amendment.hash.0).is_some_and(|last| std::ptr::eq(*last, amendment));
            let owners = amendment.owners.iter().filter(|_| counts);
            pairs.extend(owners.map(|owner| (amendment.hash.0, changed.row(owner))));
        }
        let (rows, places) = changed.with_services(&self.places);
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

impl KnownCustomer<'_> {
    /// Whether an answer with this owner changes nothing of what is known of the services.
    pub fn agrees(&self, owner: &AmendedOwner) -> bool {
        let Generation { rows, places, .. } = self.of;
        match (&owner.services, &owner.status) {
            (Some(stated), _) => {
                restated(places, &rows.packed_services(self.row), stated).is_none()
            }
            (None, Some(status)) => self.statuses().next().is_none_or(|known| known == status),
            (None, None) => true,
        }
    }
}

/// What an answer states of the services of a customer.
enum StatedServices<'a> {
    All(&'a [ServicePlace]),
    FirstStatus(&'a str),
}

/// The rows while they change.
struct Changed<'a> {
    known: HashMap<&'a str, u32>,
    rows: Rows,
    /// By row; the last answer counts.
    stated: BTreeMap<u32, StatedServices<'a>>,
}

impl<'a> Changed<'a> {
    /// The row of a customer, who is appended if there is none. The services change later.
    fn row(&mut self, owner: &'a AmendedOwner) -> u32 {
        let AmendedOwner { code, name, status, services } = owner;
        let row = self.known.get(code.as_str()).copied().unwrap_or_else(|| {
            let row = self.rows.push(&NewRow { id: NO_ID, code, name, absences: 0 });
            if !code.is_empty() {
                self.known.insert(code, row);
            }
            row
        });
        let all = services.as_deref().map(StatedServices::All);
        let first = || status.as_deref().map(StatedServices::FirstStatus);
        if let Some(stated) = all.or_else(first) {
            self.stated.insert(row, stated);
        }
        row
    }

    /// The rows with the services as the answers state them, and their places.
    fn with_services(self, before: &Arc<Places>) -> (Rows, Arc<Places>) {
        let Self { mut rows, stated, .. } = self;
        let restated = stated.iter().filter_map(|(row, stated)| {
            let known = rows.packed_services(*row);
            Some((*row, stated.services(before, &known)?))
        });
        let restated: Vec<_> = restated.collect();
        let mut places = Arc::clone(before);
        if !restated.is_empty() {
            let mut interner = PlaceInterner::new(Places::clone(before));
            let mut pack = |services: &Vec<RestatedService>| {
                services.iter().map(|service| service.pack(&mut interner)).collect()
            };
            rows.replace_services(&restated.iter().map(|(row, all)| (*row, pack(all))).collect());
            interner.places.shrink();
            places = Arc::new(interner.places);
        }
        rows.shrink();
        (rows, places)
    }
}

impl StatedServices<'_> {
    /// The services after the answer; `None` if it changes nothing.
    fn services(&self, places: &Places, known: &[PackedService]) -> Option<Vec<RestatedService>> {
        match self {
            Self::All(stated) => restated(places, known, stated),
            Self::FirstStatus(status) => Some(with_first_status(known, status)),
        }
    }
}
