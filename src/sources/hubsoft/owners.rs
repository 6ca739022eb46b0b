//! Decides which of the customers who were returned count: who has the number, and who has left.

use crate::domain::failure::Failure;
use crate::domain::phone::Phone;
use crate::domain::reported::ReportedCustomer;
use crate::sources::reasons;

use super::services::shown_status;
use super::wire::{Listed, Listing};

/// Most texts of one customer who is listed several times, each of which is compared with the others.
const TEXTS_MAX: usize = 64;

/// What a list says of one number.
pub(super) struct Verified {
    /// How many customers are listed.
    pub(super) returned: usize,
    /// Those who have the number.
    pub(super) own: Vec<ReportedCustomer>,
}

/// The customers of `listing` who have `phone`. When none has and something in the list could not be
/// read, it may have been the caller, so that is no "not found".
pub(super) fn verified(listing: Listing, phone: &Phone) -> Result<Verified, Failure> {
    let own = listing.customers.into_iter();
    let own = own.filter(|listed| phone.is_stored_in(listed.phone_fields()));
    let own: Vec<_> = own.map(Listed::customer).collect();
    if own.is_empty() && listing.odd {
        return Err(reasons::INVALID_ANSWER.because("a customer that is no object"));
    }
    Ok(Verified { returned: listing.returned, own })
}

/// Adds what a second search brought. A customer without id and code who was returned by both, the
/// same in everything, is one.
pub(super) fn add(own: &mut Vec<ReportedCustomer>, others: Vec<ReportedCustomer>) {
    let is_bare = |customer: &ReportedCustomer| customer.id.is_empty() && customer.code.is_empty();
    let new: Vec<_> =
        others.into_iter().filter(|other| !is_bare(other) || !own.contains(other)).collect();
    own.extend(new);
}

/// The customers that an answer counts. A customer who was returned twice is one. Who has no live
/// service lends neither alert nor ambiguity to one who has one; where all have left, their alerts
/// count only if `ex_customers` says so.
pub(super) fn counted(found: Vec<ReportedCustomer>, ex_customers: bool) -> Vec<ReportedCustomer> {
    let mut customers = joined(found);
    if customers.iter().any(|customer| customer.has_live_service) {
        customers.retain(|customer| customer.has_live_service);
    } else if !ex_customers {
        customers.iter_mut().for_each(|customer| customer.alert = None);
    }
    customers
}

/// Joins what was returned of one customer in several places: by two searches, or twice by one that
/// matches two of the customer's numbers.
fn joined(found: Vec<ReportedCustomer>) -> Vec<ReportedCustomer> {
    let mut customers: Vec<ReportedCustomer> = Vec::new();
    for customer in found {
        match customers.iter_mut().find(|known| is_same(known, &customer)) {
            Some(known) => join(known, customer),
            None => customers.push(customer),
        }
    }
    customers
}

/// A code is looked at only where an id is missing. Nobody's id or code is 0.
fn is_same(one: &ReportedCustomer, other: &ReportedCustomer) -> bool {
    let is_given = |number: &str| number.bytes().any(|digit| digit != b'0');
    if is_given(&one.id) && is_given(&other.id) {
        return one.id == other.id;
    }
    is_given(&one.code) && one.code == other.code
}

fn join(known: &mut ReportedCustomer, other: ReportedCustomer) {
    if let Some(texts) = other.alert {
        let own = known.alert.get_or_insert_default();
        for text in texts {
            if own.len() < TEXTS_MAX && !own.contains(&text) {
                own.push(text);
            }
        }
    }
    for status in other.service_statuses {
        if !known.service_statuses.contains(&status) {
            known.service_statuses.push(status);
        }
    }
    known.has_live_service |= other.has_live_service;
    known.service_status = shown_status(&known.service_statuses);
    known.connected = match (known.connected, other.connected) {
        (Some(one), Some(other)) => Some(one || other),
        (one, other) => one.or(other),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alert_text::AlertText;

    fn customer(id: &str, live: bool, alert: Option<&str>) -> ReportedCustomer {
        let alert = alert.map(|text| AlertText::new(text).into_iter().collect());
        ReportedCustomer {
            id: id.into(),
            has_live_service: live,
            alert,
            ..ReportedCustomer::default()
        }
    }

    fn left(found: Vec<ReportedCustomer>, ex_customers: bool) -> Vec<(String, usize)> {
        let texts = |customer: &ReportedCustomer| customer.alert.as_ref().map_or(0, Vec::len);
        let counted = counted(found, ex_customers);
        counted.iter().map(|customer| (customer.id.clone(), texts(customer))).collect()
    }

    #[test]
    fn who_has_left_lends_neither_alert_nor_ambiguity() {
        let found = || vec![customer("1", false, Some("débito")), customer("2", true, None)];
        for ex_customers in [false, true] {
            assert_eq!(left(found(), ex_customers), [("2".into(), 0)]);
        }
    }

    #[test]
    fn who_has_left_and_is_alone_has_an_alert_only_if_that_is_wanted() {
        let found = || vec![customer("1", false, Some("débito"))];
        assert_eq!(left(found(), false), [("1".into(), 0)]);
        assert_eq!(left(found(), true), [("1".into(), 1)]);
    }

    #[test]
    fn two_who_have_left_are_two() {
        let found = || vec![customer("1", false, Some("a")), customer("2", false, None)];
        assert_eq!(left(found(), false), [("1".into(), 0), ("2".into(), 0)]);
    }

    #[test]
    fn the_same_customer_twice_is_one_with_all_alerts() {
        let found = vec![
            customer("1", true, None),
            customer("1", true, Some("a")),
            customer("1", true, Some("b")),
            customer("1", true, Some("a")),
        ];
        assert_eq!(left(found, false), [("1".into(), 2)]);
    }

    #[test]
    fn customers_without_an_id_are_told_apart_by_their_code() {
        let coded =
            |code: &str| ReportedCustomer { code: code.into(), ..ReportedCustomer::default() };
        assert_eq!(joined(vec![coded("7"), coded("7"), coded("8")]).len(), 2);
        assert_eq!(joined(vec![coded(""), coded("")]).len(), 2);
    }
}
