//! One whole state of the directory: packed, and never changed once it is made.

use std::fmt;
use std::sync::Arc;

use super::hash::PhoneHash;
use super::numbers::NumberIndex;
use super::places::Places;
use super::rows::{NO_ID, Rows};

/// A customer of one generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowIndex(pub u32);

/// Where a generation comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GenerationFacts {
    /// Counts the generations; a later one has a larger number.
    pub number: u64,
    /// Seconds since the epoch.
    pub made_at_s: u64,
    pub extent: WalkExtent,
}

/// How much of the list a walk has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalkExtent {
    /// Only a part, so that who is missing may be there still.
    Partial,
    Whole,
}

/// Every customer's numbers and places, as a walk has shown them.
#[derive(Clone, PartialEq)]
pub struct Generation {
    pub(super) facts: GenerationFacts,
    pub(super) rows: Rows,
    pub(super) numbers: NumberIndex,
    pub(super) places: Arc<Places>,
}

impl Generation {
    /// Puts the parts together, in no more memory than they need.
    pub(super) fn packed(
        facts: GenerationFacts,
        mut rows: Rows,
        mut places: Places,
        numbers: NumberIndex,
    ) -> Self {
        rows.shrink();
        places.shrink();
        Self { facts, rows, numbers, places: Arc::new(places) }
    }

    /// All customers with this number.
    pub fn find(&self, hash: PhoneHash) -> impl ExactSizeIterator<Item = RowIndex> {
        self.numbers.find(hash.0).iter().map(|row| RowIndex(*row))
    }

    /// The customer with this id of HubSoft. It looks at each row: a millisecond for a million customers.
    pub fn find_id(&self, id: u64) -> impl ExactSizeIterator<Item = RowIndex> {
        self.rows.of_id(id).into_iter().map(RowIndex)
    }

    /// What is known of a customer; `None` if the generation has no such row.
    pub fn customer(&self, row: RowIndex) -> Option<KnownCustomer<'_>> {
        let is_known = (row.0 as usize) < self.rows.len();
        is_known.then_some(KnownCustomer { of: self, row: row.0 })
    }

    pub fn facts(&self) -> GenerationFacts {
        self.facts
    }

    /// How many customers there are.
    pub fn customers(&self) -> usize {
        self.rows.len()
    }

    /// How many different numbers there are.
    pub fn numbers(&self) -> usize {
        self.numbers.distinct()
    }

    /// How many services there are.
    pub fn services(&self) -> usize {
        self.rows.statuses.len()
    }

    /// Whether it has names of customers.
    pub fn has_names(&self) -> bool {
        self.rows.names.is_some()
    }

    /// The same without names.
    pub fn without_names(mut self) -> Self {
        self.rows.names = None;
        self
    }

    /// Allocated bytes.
    pub fn bytes(&self) -> usize {
        self.rows.bytes() + self.numbers.bytes() + self.places.bytes()
    }
}

impl fmt::Debug for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Generation({:?}, {} customers)", self.facts, self.customers())
    }
}

/// A customer as the directory describes one.
#[derive(Clone, Copy)]
pub struct KnownCustomer<'a> {
    pub(super) of: &'a Generation,
    pub(super) row: u32,
}

impl<'a> KnownCustomer<'a> {
    /// The source's internal id; empty for a customer whom only an individual answer has shown.
    pub fn id(&self) -> String {
        let id = self.of.rows.id(self.row);
        if id == NO_ID { String::new() } else { id.to_string() }
    }

    /// The customer code that the customer sees: digits, or empty.
    pub fn code(&self) -> String {
        self.of.rows.code(self.row)
    }

    /// The name, in the alphabet that a PBX may receive; empty if names are not kept.
    pub fn name(&self) -> &'a str {
        self.of.rows.name(self.row)
    }

    /// The status of each service in the order of the list; empty where it is not stated.
    pub fn statuses(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let Generation { rows, places, .. } = self.of;
        rows.services(self.row).map(|at| match rows.statuses[at] {
            // The other reserved text stands for statuses without room.
            0 | 1 => "",
            status => places.statuses.get(status.into()),
        })
    }

    /// How many whole walks in a row have not shown the customer.
    pub fn absences(&self) -> u8 {
        self.of.rows.absences[self.row as usize]
    }
}

impl fmt::Debug for KnownCustomer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KnownCustomer(masked)")
    }
}
