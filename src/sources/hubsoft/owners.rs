//! Selects the returned customers who count: those who have the number and have not left.

use crate::domain::failure::Failure;
use crate::domain::reported::ReportedCustomer;
use crate::sources::reasons;

use super::services::displayed_status;
use super::wire::{Listed, LookupListing};

/// Maximum texts of one customer who is listed several times, because each is compared with the others.
const TEXTS_MAX: usize = 64;

/// The customers of one number, or code, in a list.
pub(super) struct Verified {
    /// The number of listed customers.
    pub(super) returned: usize,
    /// The customers who have the number or code.
    pub(super) own: Vec<ReportedCustomer>,
}

/// Returns the customers of `listing` who are those searched for. If none is and an item is invalid, the
/// result is a failure and not "not found", because the item may be the one.
pub(super) fn verified(
    listing: LookupListing,
    is_own: impl Fn(&Listed) -> bool,
) -> Result<Verified, Failure> {
    let own = listing.customers.into_iter().filter(is_own);
    let own: Vec<_> = own.map(Listed::customer).collect();
    if own.is_empty() && listing.has_invalid {
        return Err(reasons::INVALID_ANSWER.because("a customer is not an object"));
    }
    Ok(Verified { returned: listing.returned, own })
}

/// Adds the customers of a second search. Identical customers without id and code are one customer.
pub(super) fn add(own: &mut Vec<ReportedCustomer>, others: Vec<ReportedCustomer>) {
    let has_no_id =
        |customer: &ReportedCustomer| customer.id.is_empty() && customer.code.is_empty();
    let new: Vec<_> =
        others.into_iter().filter(|other| !has_no_id(other) || !own.contains(other)).collect();
    own.extend(new);
}

/// Returns the customers that count for an answer, without duplicates. If any has a live service, former
/// customers are dropped. If all are former customers, their alerts count only with `ex_customers`.
pub(super) fn counted(found: Vec<ReportedCustomer>, ex_customers: bool) -> Vec<ReportedCustomer> {
    let mut customers = joined(found);
    if customers.iter().any(|customer| customer.has_live_service) {
        customers.retain(|customer| customer.has_live_service);
    } else if !ex_customers {
        customers.iter_mut().for_each(|customer| customer.alert = None);
    }
    customers
}

/// Merges customers who were returned more than once: by two searches, or by one that matches two of
/// their numbers.
fn joined(found: Vec<ReportedCustomer>) -> Vec<ReportedCustomer> {
    let mut customers: Vec<ReportedCustomer> = Vec::new();
    for customer in found {
        match customers.iter_mut().find(|other| is_same(other, &customer)) {
            Some(first) => join(first, customer),
            None => customers.push(customer),
        }
    }
    customers
}

/// Compares codes only if an id is missing. An id or code of 0 counts as missing.
fn is_same(one: &ReportedCustomer, other: &ReportedCustomer) -> bool {
    let is_given = |number: &str| number.bytes().any(|digit| digit != b'0');
    if is_given(&one.id) && is_given(&other.id) {
        return one.id == other.id;
    }
    is_given(&one.code) && one.code == other.code
}

fn join(customer: &mut ReportedCustomer, other: ReportedCustomer) {
    if let Some(texts) = other.alert {
        let own = customer.alert.get_or_insert_default();
        for text in texts {
            if own.len() < TEXTS_MAX && !own.contains(&text) {
                own.push(text);
            }
        }
    }
    for status in other.service_statuses {
        if !customer.service_statuses.contains(&status) {
            customer.service_statuses.push(status);
        }
    }
    // Both list all of them, or one of the answers is unreadable there.
    if customer.services.is_empty() {
        customer.services = other.services;
    }
    customer.has_live_service |= other.has_live_service;
    customer.service_status = displayed_status(&customer.service_statuses);
    customer.connected = match (customer.connected, other.connected) {
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

    fn counted_texts(found: Vec<ReportedCustomer>, ex_customers: bool) -> Vec<(String, usize)> {
        let texts = |customer: &ReportedCustomer| customer.alert.as_ref().map_or(0, Vec::len);
        let counted = counted(found, ex_customers);
        counted.iter().map(|customer| (customer.id.clone(), texts(customer))).collect()
    }

    #[test]
    fn a_former_customer_is_dropped_beside_a_current_one() {
        let found = || vec![customer("1", false, Some("débito")), customer("2", true, None)];
        for ex_customers in [false, true] {
            assert_eq!(counted_texts(found(), ex_customers), [("2".into(), 0)]);
        }
    }

    #[test]
    fn the_alert_of_a_sole_former_customer_counts_only_if_configured() {
        let found = || vec![customer("1", false, Some("débito"))];
        assert_eq!(counted_texts(found(), false), [("1".into(), 0)]);
        assert_eq!(counted_texts(found(), true), [("1".into(), 1)]);
    }

    #[test]
    fn two_former_customers_are_ambiguous() {
        let found = || vec![customer("1", false, Some("a")), customer("2", false, None)];
        assert_eq!(counted_texts(found(), false), [("1".into(), 0), ("2".into(), 0)]);
    }

    #[test]
    fn the_same_customer_twice_is_one_with_all_alerts() {
        let found = vec![
            customer("1", true, None),
            customer("1", true, Some("a")),
            customer("1", true, Some("b")),
            customer("1", true, Some("a")),
        ];
        assert_eq!(counted_texts(found, false), [("1".into(), 2)]);
    }

    #[test]
    fn customers_without_an_id_are_compared_by_code() {
        let coded =
            |code: &str| ReportedCustomer { code: code.into(), ..ReportedCustomer::default() };
        assert_eq!(joined(vec![coded("7"), coded("7"), coded("8")]).len(), 2);
        assert_eq!(joined(vec![coded(""), coded("")]).len(), 2);
    }
}
