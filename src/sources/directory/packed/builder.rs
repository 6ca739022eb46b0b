//! Builds a generation from the customers that a walk shows, in any order and some of them twice.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::super::list::ListedCustomer;
use super::generation::{Generation, GenerationFacts, WalkExtent};
use super::hash::{PhoneHash, PhoneHasher};
use super::numbers::NumberIndex;
use super::places::{Adoption, PlaceInterner, Places};
use super::rows::{Kept, NO_ID, NewRow, Rows};
use super::texts::TextTable;

/// A customer disappears when so many whole walks in a row have not shown him.
pub const ABSENCES_MAX: u8 = 3;
/// Maximum services kept of a customer. The longest list seen has 40.
const SERVICES_MAX: usize = 64;
/// Maximum customers for whom memory is reserved ahead: a list may state any total.
const EXPECTED_MAX: u64 = 1_000_000;
/// Marks a row that a later page has replaced.
pub(super) const REPLACED: u8 = u8::MAX;
/// Replaced rows are kept until there are so many, and a quarter of all.
const REPLACED_MAX: usize = 4096;

/// Whether the directory keeps names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    Dropped,
    Kept,
}

/// What became of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    New,
    /// The same id came before; the later entry counts.
    Replaced,
}

/// The customers of a walk so far.
pub struct Builder {
    pub(super) hasher: PhoneHasher,
    pub(super) rows: Rows,
    pub(super) places: PlaceInterner,
    /// Hash and row of each number, in the order of the walk.
    pub(super) pairs: Vec<(u64, u32)>,
    pub(super) ids: IdSet,
    pub(super) replaced: usize,
}

impl Builder {
    pub fn new(hasher: PhoneHasher, names: Names) -> Self {
        let names = matches!(names, Names::Kept).then(TextTable::default);
        Self {
            hasher,
            rows: Rows { names, ..Rows::default() },
            places: PlaceInterner::new(Places::default()),
            pairs: Vec::new(),
            ids: IdSet::default(),
            replaced: 0,
        }
    }

    /// Reserves memory for a whole list of so many customers.
    pub fn expect(&mut self, customers: u64) {
        let customers = customers.min(EXPECTED_MAX) as usize;
        let more = customers.saturating_sub(self.rows.len());
        self.rows.reserve(more, more + more / 8);
        self.pairs.reserve_exact(more + more / 2);
    }

    /// Adds a customer. The same id again replaces the earlier entry.
    pub fn add(&mut self, customer: &ListedCustomer) -> Added {
        let added = if self.ids.insert(customer.id) { Added::New } else { Added::Replaced };
        if added == Added::Replaced {
            self.replace(customer.id);
        }
        let ListedCustomer { id, code, name, .. } = customer;
        let row = self.rows.push(&NewRow { id: *id, code, name, absences: 0 });
        for service in customer.services.iter().take(SERVICES_MAX) {
            self.rows.push_service(self.places.pack(service));
        }
        let numbers = customer.phones.iter().map(|phone| (self.hasher.hash(phone).0, row));
        self.pairs.extend(numbers);
        added
    }

    /// How many different customers there are so far.
    pub fn customers(&self) -> usize {
        self.rows.len() - self.replaced
    }

    /// Whether it keeps names of customers.
    pub fn has_names(&self) -> bool {
        self.rows.names.is_some()
    }

    /// Whether a customer so far has this number.
    pub fn contains(&self, hash: PhoneHash) -> bool {
        self.pairs.iter().any(|pair| pair.0 == hash.0)
    }

    /// Drops every customer with this number wholly.
    pub fn remove(&mut self, hash: PhoneHash) {
        let own = self.pairs.iter().filter(|pair| pair.0 == hash.0);
        let owners: HashSet<u32> = own.map(|pair| pair.1).collect();
        for row in &owners {
            if !self.is_replaced(*row) {
                self.ids.remove(self.rows.id(*row));
            }
        }
        if !owners.is_empty() {
            self.retain(|row| !owners.contains(&row));
        }
    }

    /// Makes the generation. Who is in `previous` but missing here is carried over; after a whole walk
    /// that is an absence, and the third one drops the customer.
    pub fn finish(mut self, facts: GenerationFacts, previous: Option<&Generation>) -> Generation {
        if self.replaced > 0 {
            self.retain(|_| true);
        }
        if let Some(previous) = previous {
            self.carry_over(previous, facts.extent);
        }
        // Each part is freed as soon as it is not needed any more.
        let Self { rows, places, pairs, .. } = self;
        let places = places.places;
        Generation::packed(facts, rows, places, NumberIndex::new(pairs))
    }

    fn carry_over(&mut self, previous: &Generation, extent: WalkExtent) {
        let absence = match extent {
            WalkExtent::Partial => 0,
            WalkExtent::Whole => 1,
        };
        let from = &previous.rows;
        let seen = self.seen_without_id(from);
        let mut adoption = Adoption::new(&previous.places);
        let mut carried = vec![None; from.len()];
        for row in 0..from.len() as u32 {
            let is_here = self.ids.contains(from.id(row)) || seen.contains(&row);
            let absences = from.absences[row as usize].saturating_add(absence);
            if !is_here && absences < ABSENCES_MAX {
                let adopt = |service| adoption.adopt(service, &mut self.places);
                carried[row as usize] = Some(self.rows.copy(from, row, absences, adopt));
            }
        }
        let moved = |(hash, row): (u64, u32)| Some((hash, carried[row as usize]?));
        self.pairs.extend(previous.numbers.pairs().filter_map(moved));
    }

    /// The rows of customers without an id who are listed now, as their codes show.
    fn seen_without_id(&self, from: &Rows) -> HashSet<u32> {
        let unlisted = (0..from.len() as u32).filter(|row| from.id(*row) == NO_ID);
        let codes: Vec<(u32, String)> = unlisted.map(|row| (row, from.code(row))).collect();
        let listed = self.rows.of_codes(&codes.iter().map(|(_, code)| code.as_str()).collect());
        let is_listed = |(_, code): &&(u32, String)| listed.contains_key(code.as_str());
        codes.iter().filter(is_listed).map(|(row, _)| *row).collect()
    }

    /// Marks the entry of an id as replaced. Doubles come with a page that has shifted, so it is near
    /// the end.
    fn replace(&mut self, id: u64) {
        let is_entry = |row: &u32| self.rows.id(*row) == id && !self.is_replaced(*row);
        let Some(row) = (0..self.rows.len() as u32).rev().find(is_entry) else { return };
        self.rows.absences[row as usize] = REPLACED;
        self.replaced += 1;
        if self.replaced > REPLACED_MAX && self.replaced > self.rows.len() / 4 {
            self.retain(|_| true);
        }
    }

    fn is_replaced(&self, row: u32) -> bool {
        self.rows.absences[row as usize] == REPLACED
    }

    /// Keeps only the entries that `keep` names and nothing has replaced.
    fn retain(&mut self, keep: impl Fn(u32) -> bool) {
        let keep = |row| keep(row) && !self.is_replaced(row);
        let kept = Kept::of(&self.rows, &self.places.places, keep);
        self.pairs = kept.numbers(self.pairs.iter().copied());
        self.rows = kept.rows;
        self.places = kept.places;
        self.replaced = 0;
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Builder({} customers)", self.customers())
    }
}

/// A set of ids. Ids are mostly in a row, so that 64 of them take 16 bytes.
#[derive(Default)]
pub(super) struct IdSet(HashMap<u64, u64>);

impl IdSet {
    /// Returns whether the id is new.
    pub(super) fn insert(&mut self, id: u64) -> bool {
        let bits = self.0.entry(id / 64).or_default();
        let before = *bits;
        *bits |= 1 << (id % 64);
        *bits != before
    }

    fn contains(&self, id: u64) -> bool {
        self.0.get(&(id / 64)).is_some_and(|bits| bits >> (id % 64) & 1 == 1)
    }

    fn remove(&mut self, id: u64) {
        if let Some(bits) = self.0.get_mut(&(id / 64)) {
            *bits &= !(1 << (id % 64));
        }
    }
}
