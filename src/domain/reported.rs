//! Holds what a source reports about one customer, and bounds the alert texts of one number.

use std::fmt;

use crate::domain::alert_text::AlertText;

/// Most bytes of alert texts kept of one number, all its customers together: each rule's phrases
/// are searched for in them.
pub const TEXTS_BYTES_MAX: usize = 16 * 1024;
/// Least room in which the beginning of a text is kept when the whole does not fit.
const TEXT_ROOM_MIN: usize = 256;

/// One customer, read from HubSoft and verified to own the caller's number.
///
/// There is deliberately no tax number, address or password here: a call does not need them.
#[derive(Clone, PartialEq)]
pub struct ReportedCustomer {
    /// HubSoft's internal number, digits or empty.
    pub id: String,
    /// The number the customer knows, digits or empty.
    pub code: String,
    /// Name as typed; only `Customer` has it as it may leave.
    pub name: String,
    /// The alert's texts when the alert is on (possibly none), `None` when it is off.
    pub alert: Option<Vec<AlertText>>,
    /// The status an answer shows: the first live service that is not enabled, else the enabled
    /// one, else the first; a machine word.
    pub service_status: Option<String>,
    /// The statuses of all services in HubSoft's order, each once; machine words.
    pub service_statuses: Vec<String>,
    /// Whether a service is neither cancelled nor inactive. `true` as well when HubSoft lists no
    /// services at all, or a status cannot be read; `false` when the list is there and empty.
    pub has_live_service: bool,
    /// Whether any service is connected; `None` when no service says.
    pub connected: Option<bool>,
}

impl Default for ReportedCustomer {
    /// A customer of whom nothing is said, not even that a service has ended.
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
        }
    }
}

impl fmt::Debug for ReportedCustomer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alert = if self.alert.is_some() { "on" } else { "off" };
        write!(f, "ReportedCustomer(masked, alert {alert})")
    }
}

/// Leaves out of the alert texts what is beyond `TEXTS_BYTES_MAX`, and returns how many texts lost
/// something, here or before.
///
/// Each customer has an equal share, and what one does not need is left to the others, so that
/// long texts of one do not hide a short one of another.
pub fn bound_texts(customers: &mut [ReportedCustomer]) -> usize {
    let mut by_length: Vec<_> = customers.iter_mut().map(|one| (one.text_bytes(), one)).collect();
    by_length.sort_by_key(|(bytes, _)| *bytes);
    let mut sharing = by_length.len();
    let mut room = TEXTS_BYTES_MAX;
    let mut cut = 0;
    for (_, customer) in by_length {
        cut += customer.bound_texts(room / sharing);
        room -= customer.text_bytes();
        sharing -= 1;
    }
    cut
}

impl ReportedCustomer {
    fn text_bytes(&self) -> usize {
        self.alert.iter().flatten().map(AlertText::bytes).sum()
    }

    /// Keeps the shorter texts whole, and of each longer one the beginning; returns how many lost
    /// something.
    fn bound_texts(&mut self, bytes_max: usize) -> usize {
        let Some(texts) = &mut self.alert else { return 0 };
        let mut shares = text_shares(texts, bytes_max).into_iter();
        let mut cut = 0;
        texts.retain_mut(|text| {
            let share = shares.next().unwrap_or_default();
            let fits = text.bytes() <= share;
            if !fits && share >= TEXT_ROOM_MIN {
                text.cut(share);
            }
            cut += usize::from(!fits || text.is_cut());
            text.bytes() <= share
        });
        cut
    }
}

/// How many bytes each text may have, so that long ones do not hide a short one.
///
/// The shortest have their share first, and what they do not need is left to the others. Where the
/// shares would be too small for a long text, only the first of the long texts have one.
fn text_shares(texts: &[AlertText], bytes_max: usize) -> Vec<usize> {
    let mut by_length: Vec<_> = (0..texts.len()).collect();
    by_length.sort_by_key(|at| texts[*at].bytes());
    let mut shares = vec![0; texts.len()];
    let mut room = bytes_max;
    for (done, at) in by_length.into_iter().enumerate() {
        let equal = room / (texts.len() - done);
        shares[at] = equal.max(TEXT_ROOM_MIN).min(room);
        room -= shares[at].min(texts[at].bytes());
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
    fn the_texts_of_all_customers_of_a_number_are_bounded_together() {
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
        assert!(texts(&customers[0])[0].ends_with("palavra"), "cut at a word");
        assert_eq!(texts(&customers[0])[1], "Rompimento", "the short one between two is whole");
        assert_eq!(texts(&customers[0]).len(), 3);
    }

    #[test]
    fn texts_that_fit_are_left_as_they_are() {
        let mut customers = [customer(&["um", "dois"]), customer(&[&"a b ".repeat(3_000)])];
        let before = customers.clone();
        assert_eq!(bound_texts(&mut customers), 0);
        assert!(customers == before);
    }

    #[test]
    fn a_short_text_is_kept_whole_wherever_it_stands() {
        let long = "palavra ".repeat(2_200);
        let open = "Rompimento no Centro";
        for order in [[long.as_str(), open], [open, long.as_str()]] {
            let mut customers = [customer(&order)];
            bound_texts(&mut customers);
            let kept = texts(&customers[0]);
            let place = order.iter().position(|text| *text == open).expect("it is there");
            assert_eq!((kept.len(), kept[place]), (2, open));
        }
    }

    #[test]
    fn of_many_long_texts_the_first_are_kept_and_every_short_one() {
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
