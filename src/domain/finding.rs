//! The result of a lookup: customers, not found, no number, or the reason for a failure.

use std::slice;
use std::sync::Arc;

use crate::domain::alert::Alert;
use crate::domain::allocation;
use crate::domain::customer::Customer;
use crate::domain::failure::Failure;
use crate::domain::found::FoundCustomer;
use crate::domain::phone::NoNumber;
use crate::domain::reported::{ReportedCustomer, bound_texts};

/// The verified customers of one number; empty for "not found".
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record(Customers);

/// A single customer is stored inline, because almost every number has one.
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
    /// Keeps the verified customers of one number. The names are dropped if there are several, because
    /// it is not known who is calling.
    pub fn new(customers: Vec<ReportedCustomer>) -> Self {
        Self::bounded(customers).0
    }

    /// Like `new`; also returns how many alert texts are truncated.
    pub fn bounded(mut customers: Vec<ReportedCustomer>) -> (Self, usize) {
        let truncated = bound_texts(&mut customers);
        let record = match customers.len() {
            1 => customers.pop().map(|one| Customers::One(FoundCustomer::new(one))),
            _ => Some(Customers::Several(
                customers.into_iter().map(FoundCustomer::unnamed).collect(),
            )),
        };
        (Self(record.unwrap_or_default()), truncated)
    }

    /// The verified customers.
    pub fn customers(&self) -> &[FoundCustomer] {
        match &self.0 {
            Customers::One(found) => slice::from_ref(found),
            Customers::Several(several) => several,
        }
    }

    /// The customer, if exactly one has the number.
    pub fn identity(&self) -> Option<&Customer> {
        if let Customers::One(found) = &self.0 { Some(found.customer()) } else { None }
    }

    /// Returns whether no customer has the number.
    pub fn is_not_found(&self) -> bool {
        self.customers().is_empty()
    }

    /// Returns whether the alert of any customer is on.
    pub fn is_alerted(&self) -> bool {
        self.customers().iter().any(FoundCustomer::alerted)
    }

    /// The alerts of all customers.
    pub fn alerts(&self) -> impl Iterator<Item = &Arc<Alert>> {
        self.customers().iter().flat_map(FoundCustomer::alerts)
    }

    /// The same record with another `Arc` for each alert, in memory that is kept for long.
    pub fn map_alerts(self, mut change: impl FnMut(&Arc<Alert>) -> Arc<Alert>) -> Self {
        self.map_customers(|found| found.map_alerts(&mut change))
    }

    /// The same record with each customer as `changed` returns them.
    pub fn map_customers(self, mut changed: impl FnMut(FoundCustomer) -> FoundCustomer) -> Self {
        Self(match self.0 {
            Customers::One(found) => Customers::One(changed(found)),
            Customers::Several(several) if several.is_empty() => Customers::Several(several),
            Customers::Several(several) => {
                Customers::Several(several.iter().cloned().map(changed).collect())
            }
        })
    }

    /// Allocated bytes, without the record itself and the alerts, which other records may share.
    pub fn weight(&self) -> usize {
        let customers: usize = self.customers().iter().map(FoundCustomer::weight).sum();
        match &self.0 {
            Customers::Several(several) if !several.is_empty() => {
                allocation::of_arc(size_of_val(&**several)) + customers
            }
            // All empty records share one allocation.
            _ => customers,
        }
    }
}

/// Where an answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerSource {
    /// The cache, with a fresh record.
    Cache,
    /// The directory, because HubSoft did not answer in time or was not queried.
    Directory,
    /// HubSoft, queried for this call.
    Hubsoft,
    /// An alert of the administrator's own decided.
    Local,
    /// No source was or could be queried.
    None,
    /// The cache, with a stale record, because no source answered in time.
    Stale,
}

impl AnswerSource {
    /// The word for it in the field `source`, in the log and in metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cache => "cache",
            Self::Directory => "directory",
            Self::Hubsoft => "hubsoft",
            Self::Local => "local",
            Self::None => "none",
            Self::Stale => "stale",
        }
    }
}

/// What is known of the alerts of a found customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertCertainty {
    /// The record has them.
    Certain,
    /// The record is too old for its alerts to be played.
    Expired,
    /// An alert is active that may concern the customer, though the record has none.
    Undecided,
    /// The record has none, because nothing is known of the customer's alerts.
    Unknown,
}

/// What the lookup found for one call.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// Verified customers.
    Found { record: Record, source: AnswerSource, alerts: AlertCertainty },
    /// What the caller typed can be neither a document nor a code; no source was queried.
    Invalid,
    /// There is no number to look up; no source was queried.
    NoNumber(NoNumber),
    /// The source answered that no customer has the number.
    NotFound(AnswerSource),
    /// The lookup failed or took too long.
    Unavailable(Failure),
}
