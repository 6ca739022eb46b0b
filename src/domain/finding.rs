//! Holds what came of a lookup: customers, nobody, no number, or the reason it could not be told.

use std::slice;
use std::sync::Arc;

use crate::domain::customer::{Customer, Known, bound_texts};
use crate::domain::failure::Failure;
use crate::domain::phone::NoNumber;

/// What HubSoft knows about one number: its verified customers, none of them for "nobody".
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record(Customers);

/// One customer stands in the record itself, as nearly every number has one.
#[derive(Clone, Debug, PartialEq)]
enum Customers {
    One(Known),
    Several(Arc<[Known]>),
}

impl Default for Customers {
    fn default() -> Self {
        Self::Several(Arc::default())
    }
}

impl Record {
    /// Keeps the verified customers of one number, each with its name only when there is no other:
    /// the names of several are nobody's business.
    pub fn new(customers: Vec<Customer>) -> Self {
        Self::bounded(customers).0
    }

    /// The same, and how many alert texts were not kept whole.
    pub fn bounded(mut customers: Vec<Customer>) -> (Self, usize) {
        let cut = bound_texts(&mut customers);
        let record = Self(match &customers[..] {
            [] => Customers::default(),
            [customer] => Customers::One(Known::new(customer)),
            several => Customers::Several(several.iter().map(Known::unnamed).collect()),
        });
        (record, cut)
    }

    /// The verified customers.
    pub fn customers(&self) -> &[Known] {
        match &self.0 {
            Customers::One(known) => slice::from_ref(known),
            Customers::Several(several) => several,
        }
    }

    /// Whose number it is, when it is one customer's alone.
    pub fn identity(&self) -> Option<&Known> {
        if let Customers::One(known) = &self.0 { Some(known) } else { None }
    }

    /// Tells whether the number belongs to no customer.
    pub fn is_nobody(&self) -> bool {
        self.customers().is_empty()
    }

    /// Bytes of memory the record takes from the allocator, besides itself.
    pub fn weight(&self) -> usize {
        let texts: usize = self.customers().iter().map(|known| allocated(known.bytes())).sum();
        match &self.0 {
            Customers::Several(several) if !several.is_empty() => {
                allocated(size_of_val(&**several)) + texts
            }
            // Everybody's "nobody" is the same.
            _ => texts,
        }
    }
}

/// What an `Arc` of so many bytes takes from glibc: its two counts, then eight bytes, in steps of
/// sixteen.
fn allocated(bytes: usize) -> usize {
    (bytes + 2 * size_of::<usize>() + 8).next_multiple_of(16)
}

/// Where an answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerSource {
    /// Memory, young enough to be taken as it is.
    Cache,
    /// HubSoft, asked for this call.
    Hubsoft,
    /// Nowhere: nothing was or could be asked.
    None,
    /// Memory, past its time, because HubSoft did not answer soon enough.
    Stale,
}

/// What the lookup found for one call.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// Verified customers. `alert_expired` when the record is too old to play an alert from.
    Found { record: Record, source: AnswerSource, alert_expired: bool },
    /// Nothing to look up; HubSoft was not asked.
    NoNumber(NoNumber),
    /// HubSoft answered that nobody has this number.
    Nobody(AnswerSource),
    /// It could not be told in time.
    Unavailable(Failure),
}
