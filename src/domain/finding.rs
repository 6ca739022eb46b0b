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

    /// Joins customers known from elsewhere with the alerts of each: `None` for no alert, an empty list for
    /// one without text.
    pub fn of_known(known: Vec<(ReportedCustomer, Option<Vec<Arc<Alert>>>)>) -> Self {
        let (customers, alerts): (Vec<_>, Vec<_>) = known.into_iter().unzip();
        let mut alerts = alerts.into_iter();
        Self::new(customers).with_alerts(|_| alerts.next().flatten())
    }

    /// The same record with the alerts that `alerts` returns for each customer, in their order; `None` turns
    /// the alert off, and an empty list is one without text.
    pub fn with_alerts(
        self,
        mut alerts: impl FnMut(&FoundCustomer) -> Option<Vec<Arc<Alert>>>,
    ) -> Self {
        self.map_customers(|found| {
            let own = alerts(&found);
            found.with_alerts(own)
        })
    }

    /// The same record with every alert off.
    pub fn without_alerts(self) -> Self {
        self.with_alerts(|_| None)
    }

    /// Whether an alert is on, every alert has a text, and `is_one` is true of every text.
    pub fn texts_all(&self, mut is_one: impl FnMut(&Alert) -> bool) -> bool {
        let mut alerted = self.customers().iter().filter(|found| found.alerted()).peekable();
        alerted.peek().is_some()
            && alerted.all(|found| {
                let mut alerts = found.alerts().peekable();
                alerts.peek().is_some() && alerts.all(|alert| is_one(alert))
            })
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

    /// The alerts of all customers.
    pub fn alerts(&self) -> impl Iterator<Item = &Arc<Alert>> {
        self.customers().iter().flat_map(FoundCustomer::alerts)
    }

    /// The same record with another `Arc` for each alert, in memory that is kept for long.
    pub fn map_alerts(self, mut change: impl FnMut(&Arc<Alert>) -> Arc<Alert>) -> Self {
        self.map_customers(|found| found.map_alerts(&mut change))
    }

    fn map_customers(self, mut changed: impl FnMut(FoundCustomer) -> FoundCustomer) -> Self {
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

/// What the lookup found for one call.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// Verified customers. `alert_expired` if the record is too old for its alert to be played.
    Found { record: Record, source: AnswerSource, alert_expired: bool },
    /// There is no number to look up; no source was queried.
    NoNumber(NoNumber),
    /// The source answered that no customer has the number.
    NotFound(AnswerSource),
    /// The lookup failed or took too long.
    Unavailable(Failure),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alert::Scope;
    use crate::domain::alert_text::AlertText;

    fn customer(name: &str) -> ReportedCustomer {
        ReportedCustomer { name: name.into(), ..ReportedCustomer::default() }
    }

    fn alerts(texts: &[&str]) -> Option<Vec<Arc<Alert>>> {
        let read = texts.iter().filter_map(|text| AlertText::new(text));
        Some(read.map(|text| Arc::new(Alert::new(text, Scope::Carrier))).collect())
    }

    fn texts(record: &Record) -> Vec<&str> {
        record.alerts().map(|alert| alert.reveal()).collect()
    }

    #[test]
    fn known_customers_are_joined_with_their_alerts() {
        let one = Record::of_known(vec![(customer("ANA"), alerts(&["Queda"]))]);
        assert_eq!((one.identity().map(Customer::name), texts(&one)), (Some("ANA"), vec!["Queda"]));
        let several =
            Record::of_known(vec![(customer("ANA"), None), (customer("EVA"), alerts(&[]))]);
        let alerted: Vec<_> = several.customers().iter().map(FoundCustomer::alerted).collect();
        assert_eq!((several.identity(), alerted), (None, vec![false, true]));
        assert!(Record::of_known(vec![]).is_not_found());
        let shown = format!("{one:?} {several:?}");
        assert!(!shown.contains("ANA") && !shown.contains("Queda"), "{shown}");
    }

    #[test]
    fn without_alerts_only_the_flag_is_off() {
        let record = Record::of_known(vec![(customer("ANA"), alerts(&["Queda"]))]);
        let off = record.without_alerts();
        assert!(!off.customers().iter().any(FoundCustomer::alerted));
        assert_eq!(off, Record::new(vec![customer("ANA")]));
    }

    #[test]
    fn the_texts_of_a_record_are_all_among_others_or_not() {
        let record = |alerts| Record::of_known(vec![(customer(""), None), (customer(""), alerts)]);
        let is_ended = |alert: &Alert| alert.reveal() == "Queda";
        for (alerts, expected) in [
            (None, false),
            (alerts(&[]), false),
            (alerts(&["Queda"]), true),
            (alerts(&["Queda", "Queda"]), true),
            (alerts(&["Queda", "Corte"]), false),
        ] {
            assert_eq!(record(alerts.clone()).texts_all(is_ended), expected, "{alerts:?}");
        }
        let with_textless = [(customer(""), alerts(&["Queda"])), (customer(""), alerts(&[]))];
        assert!(!Record::of_known(with_textless.to_vec()).texts_all(is_ended));
        assert!(!Record::default().texts_all(is_ended));
    }
}
