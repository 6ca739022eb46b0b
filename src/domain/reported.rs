//! Holds what a source reports about one customer, and bounds the alert texts of one number.

use std::fmt;

use crate::domain::alert_text::AlertText;
use crate::domain::place::ServicePlace;

/// Maximum bytes of alert texts for one number, over all its customers. It bounds the search for
/// the phrases of the rules.
pub const TEXTS_BYTES_MAX: usize = 16 * 1024;
/// Minimum bytes for which a text that does not fit is truncated instead of dropped.
const TRUNCATED_BYTES_MIN: usize = 256;

/// One customer, read from HubSoft and verified to own the caller's number.
///
/// It deliberately has no tax number, street or password: nothing needs them.
#[derive(Clone, PartialEq)]
pub struct ReportedCustomer {
    /// HubSoft's internal id: digits, or empty.
    pub id: String,
    /// The customer code that the customer sees: digits, or empty.
    pub code: String,
    /// The name as typed. `Customer` has the sanitised form.
    pub name: String,
    /// The alert's texts when the alert is on (possibly none), `None` when it is off.
    pub alert: Option<Vec<AlertText>>,
    /// The status in the answer: of the first live service that is not enabled, else of the enabled
    /// one, else of the first. A machine word.
    pub service_status: Option<String>,
    /// The statuses of all services in HubSoft's order, without duplicates. Machine words.
    pub service_statuses: Vec<String>,
    /// Whether a service is neither cancelled nor inactive. It is also `true` if HubSoft does not
    /// list services or a status is unreadable, and `false` if the list is empty.
    pub has_live_service: bool,
    /// Whether any service is connected; `None` if no service reports it.
    pub connected: Option<bool>,
    /// Where all services are, for the directory; empty if that is not known of each.
    pub services: Vec<ServicePlace>,
}

impl Default for ReportedCustomer {
    /// A customer without any data, not even a cancelled service.
    fn default() -> Self {
        Self {
            id: String::new(),
            code: String::new(),
            name: String::new(),
            alert: None,
            service_status: None,
            service_statuses: Vec::new(),
            has_live_service: true,
            connected: None,
            services: Vec::new(),
        }
    }
}

impl fmt::Debug for ReportedCustomer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alert = if self.alert.is_some() { "on" } else { "off" };
        write!(f, "ReportedCustomer(masked, alert {alert})")
    }
}

/// Truncates the alert texts to `TEXTS_BYTES_MAX`, and returns how many texts are truncated, here or
/// earlier.
///
/// Each customer has an equal share, and the unused part of a share goes to the others: a long text
/// of one customer cannot displace a short text of another.
pub fn bound_texts(customers: &mut [ReportedCustomer]) -> usize {
    let mut by_length: Vec<_> = customers.iter_mut().map(|one| (one.text_bytes(), one)).collect();
    by_length.sort_by_key(|(bytes, _)| *bytes);
    let mut sharing = by_length.len();
    let mut free = TEXTS_BYTES_MAX;
    let mut truncated = 0;
    for (_, customer) in by_length {
        truncated += customer.bound_texts(free / sharing);
        free -= customer.text_bytes();
        sharing -= 1;
    }
    truncated
}

impl ReportedCustomer {
    fn text_bytes(&self) -> usize {
        self.alert.iter().flatten().map(AlertText::bytes).sum()
    }

    /// Truncates the longer texts, and returns how many are truncated.
    fn bound_texts(&mut self, bytes_max: usize) -> usize {
        let Some(texts) = &mut self.alert else { return 0 };
        let mut shares = text_shares(texts, bytes_max).into_iter();
        let mut truncated = 0;
        texts.retain_mut(|text| {
            let share = shares.next().unwrap_or_default();
            let fits = text.bytes() <= share;
            if !fits && share >= TRUNCATED_BYTES_MIN {
                text.truncate(share);
            }
            truncated += usize::from(!fits || text.is_truncated());
            text.bytes() <= share
        });
        truncated
    }
}

/// Returns how many bytes each text may have, so that a long text cannot displace a short one.
///
/// Shares are assigned from the shortest text up, and the unused part of a share goes to the others.
/// If the shares are too small for the long texts, only the first of those have one.
fn text_shares(texts: &[AlertText], bytes_max: usize) -> Vec<usize> {
    let mut by_length: Vec<_> = (0..texts.len()).collect();
    by_length.sort_by_key(|at| texts[*at].bytes());
    let mut shares = vec![0; texts.len()];
    let mut free = bytes_max;
    for (done, at) in by_length.into_iter().enumerate() {
        let equal = free / (texts.len() - done);
        shares[at] = equal.max(TRUNCATED_BYTES_MIN).min(free);
        free -= shares[at].min(texts[at].bytes());
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customer(texts: &[&str]) -> ReportedCustomer {
        let alert = Some(texts.iter().filter_map(|text| AlertText::new(text)).collect());
        ReportedCustomer { alert, ..ReportedCustomer::default() }
    }

    fn texts(customer: &ReportedCustomer) -> Vec<&str> {
        customer.alert.iter().flatten().map(AlertText::reveal).collect()
    }

    #[test]
    fn alert_texts_are_bounded_per_number_over_all_customers() {
        let long = "palavra ".repeat(1_900);
        let mut customers = [
            customer(&[&long, "Rompimento", &long]),
            customer(&[]),
            customer(&["Rompimento no Centro"]),
            ReportedCustomer::default(),
            customer(&[&long, &long]),
        ];
        assert_eq!(bound_texts(&mut customers), 4);
        let bytes: usize = customers.iter().map(ReportedCustomer::text_bytes).sum();
        assert!((TEXTS_BYTES_MAX - 60..=TEXTS_BYTES_MAX).contains(&bytes), "{bytes}");
        assert_eq!(texts(&customers[2]), ["Rompimento no Centro"], "the short one is whole");
        assert!(texts(&customers[0])[0].ends_with("palavra"), "truncated at a word");
        assert_eq!(texts(&customers[0])[1], "Rompimento", "the short one between two is whole");
        assert_eq!(texts(&customers[0]).len(), 3);
    }

    #[test]
    fn texts_that_fit_are_unchanged() {
        let mut customers = [customer(&["um", "dois"]), customer(&[&"a b ".repeat(3_000)])];
        let before = customers.clone();
        assert_eq!(bound_texts(&mut customers), 0);
        assert!(customers == before);
    }

    #[test]
    fn a_short_text_is_kept_whole_in_any_position() {
        let long = "palavra ".repeat(2_200);
        let open = "Rompimento no Centro";
        for order in [[long.as_str(), open], [open, long.as_str()]] {
            let mut customers = [customer(&order)];
            bound_texts(&mut customers);
            let kept = texts(&customers[0]);
            let position = order.iter().position(|text| *text == open).expect("it is there");
            assert_eq!((kept.len(), kept[position]), (2, open));
        }
    }

    #[test]
    fn short_texts_and_the_first_long_texts_are_kept() {
        let long = "palavra ".repeat(1_000);
        let mut many = vec![long.as_str(); 100];
        many.push("Rompimento");
        let mut customers = [customer(&many)];
        assert_eq!(bound_texts(&mut customers), 100);
        let kept = texts(&customers[0]);
        assert_eq!(kept.last().copied(), Some("Rompimento"));
        assert!((60..=64).contains(&kept.len()), "{}", kept.len());
    }
}
