//! Holds what came of a lookup: customers, nobody, no number, or the reason it could not be told.

use std::slice;
use std::sync::Arc;

use crate::domain::alert::Alert;
use crate::domain::allocation;
use crate::domain::customer::Customer;
use crate::domain::failure::Failure;
use crate::domain::found::FoundCustomer;
use crate::domain::phone::NoNumber;
use crate::domain::reported::{ReportedCustomer, bound_texts};

/// What HubSoft knows about one number: its verified customers, none of them for "nobody".
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record(Customers);

/// One customer stands in the record itself, as nearly every number has one.
#[derive(Clone, Debug, PartialEq)]
enum Customers {
    One(FoundCustomer),
    Several(Arc<[FoundCustomer]>),
}

impl Default for Customers {
    fn default() -> Self {
        Self::Several(Arc::default())
    }
}

impl Record {
    /// Keeps the verified customers of one number, each with its name only when there is no other:
    /// the names of several are nobody's business.
    pub fn new(customers: Vec<ReportedCustomer>) -> Self {
        Self::bounded(customers).0
    }

    /// The same, and how many alert texts were not kept whole.
    pub fn bounded(mut customers: Vec<ReportedCustomer>) -> (Self, usize) {
        let cut = bound_texts(&mut customers);
        let record = match customers.len() {
            1 => customers.pop().map(|one| Customers::One(FoundCustomer::new(one))),
            _ => Some(Customers::Several(
                customers.into_iter().map(FoundCustomer::unnamed).collect(),
            )),
        };
        (Self(record.unwrap_or_default()), cut)
    }

    /// The verified customers.
    pub fn customers(&self) -> &[FoundCustomer] {
        match &self.0 {
            Customers::One(found) => slice::from_ref(found),
            Customers::Several(several) => several,
        }
    }

    /// Whose number it is, when it is one customer's alone.
    pub fn identity(&self) -> Option<&Customer> {
        if let Customers::One(found) = &self.0 { Some(found.customer()) } else { None }
    }

    /// Tells whether the number belongs to no customer.
    pub fn is_nobody(&self) -> bool {
        self.customers().is_empty()
    }

    /// The alerts of all customers.
    pub fn alerts(&self) -> impl Iterator<Item = &Arc<Alert>> {
        self.customers().iter().flat_map(FoundCustomer::alerts)
    }

    /// The same record with another `Arc` for each alert, in memory that is kept for long.
    pub fn map_alerts(self, mut change: impl FnMut(&Arc<Alert>) -> Arc<Alert>) -> Self {
        let mut changed = |found: FoundCustomer| found.map_alerts(&mut change);
        Self(match self.0 {
            Customers::One(found) => Customers::One(changed(found)),
            Customers::Several(several) if several.is_empty() => Customers::Several(several),
            Customers::Several(several) => {
                Customers::Several(several.iter().cloned().map(changed).collect())
            }
        })
    }

    /// Bytes of memory the record takes from the allocator, besides itself and the alerts, which
    /// it may share with other records.
    pub fn weight(&self) -> usize {
        let customers: usize = self.customers().iter().map(FoundCustomer::weight).sum();
        match &self.0 {
            Customers::Several(several) if !several.is_empty() => {
                allocation::of_arc(size_of_val(&**several)) + customers
            }
            // Everybody's "nobody" is the same.
            _ => customers,
        }
    }
}

/// Where an answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerSource {
    /// Memory, young enough to be taken as it is.
    Cache,
    /// HubSoft, queried for this call.
    Hubsoft,
    /// Nowhere: nothing was or could be asked.
    None,
    /// Memory, past its time, because no source answered soon enough.
    Stale,
}

/// What the lookup found for one call.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// Verified customers. `alert_expired` when the record is too old to play an alert from.
    Found { record: Record, source: AnswerSource, alert_expired: bool },
    /// Nothing to look up; no source was queried.
    NoNumber(NoNumber),
    /// The sources answered that no customer has this number.
    Nobody(AnswerSource),
    /// It could not be told in time.
    Unavailable(Failure),
}
