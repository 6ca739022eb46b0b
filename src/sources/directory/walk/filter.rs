//! Decides whether HubSoft's filter by the date of a change may be trusted. Pure.
//!
//! Some tenants ignore the filter, or it lists nothing. A day in the future must list nobody, while the
//! list without the filter has customers.

use serde::{Deserialize, Serialize};

const DAY_S: u64 = 24 * 3_600;
/// A result is renewed with every nightly walk, whose jitter may make it begin a little earlier.
const PROBED_WITHIN_S: u64 = DAY_S - 2 * 3_600;

/// What probes of the filter have shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterTrust {
    /// Whether the filter by changes of customers works.
    pub customer: bool,
    /// Whether the filter by changes of services works.
    pub service: bool,
    /// Customers on the list without a filter.
    pub total: u64,
    /// Seconds since 1970.
    pub probed_at_s: u64,
}

/// The totals that the probes returned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ProbedTotals {
    pub(super) unfiltered: Option<u64>,
    pub(super) customer: Option<u64>,
    pub(super) service: Option<u64>,
}

impl ProbedTotals {
    pub(super) fn trust(self, probed_at_s: u64) -> FilterTrust {
        let total = self.unfiltered.unwrap_or_default();
        let works = |filtered: Option<u64>| total > 0 && filtered == Some(0);
        let customer = works(self.customer);
        let service = works(self.service);
        FilterTrust { customer, service, total, probed_at_s }
    }
}

impl FilterTrust {
    /// Whether both filters work. One alone would miss changes.
    pub fn is_trusted(&self) -> bool {
        self.customer && self.service
    }

    /// Withdraws the trust at `now_s`, until the next probes.
    pub(super) fn distrust(&mut self, now_s: u64) {
        *self = Self { customer: false, service: false, total: self.total, probed_at_s: now_s };
    }

    /// Whether the probes have to be repeated.
    pub fn is_old(&self, now_s: u64) -> bool {
        now_s.abs_diff(self.probed_at_s) >= PROBED_WITHIN_S
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_trusted_only_if_a_day_in_the_future_lists_nobody() {
        for (unfiltered, customer, service, is_trusted) in [
            (Some(7), Some(0), Some(0), true),
            (Some(7), Some(7), Some(0), false),
            (Some(7), Some(0), Some(7), false),
            (Some(7), Some(0), None, false),
            (Some(7), Some(0), Some(1), false),
            (Some(0), Some(0), Some(0), false),
            (None, Some(0), Some(0), false),
        ] {
            let totals = ProbedTotals { unfiltered, customer, service };
            assert_eq!(totals.trust(1_000).is_trusted(), is_trusted, "{totals:?}");
        }
    }

    #[test]
    fn a_result_is_renewed_daily() {
        let trust = ProbedTotals::default().trust(1_000_000);
        assert!(!trust.is_old(1_000_000 + 3_600));
        assert!(trust.is_old(1_000_000 + DAY_S - 1_800));
        assert!(trust.is_old(1_000), "the clock was wrong");
    }
}
