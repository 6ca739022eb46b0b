//! Classifies a record by its age.

use std::time::Duration;

use crate::sources::source::{Origin, Sighting};

/// How long an incomplete record is fresh; then the next call completes it.
const INCOMPLETE: Duration = Duration::from_secs(5);

/// Maximum ages of records.
#[derive(Clone, Debug)]
pub(super) struct Ages {
    /// Found: the cache answers without a request.
    pub(super) fresh: Duration,
    /// Not found: the cache answers without a request; an older record is not used.
    pub(super) not_found: Duration,
    /// Found: the cache answers if the refresh is slow.
    pub(super) stale: Duration,
    /// Found: the cache answers if the refresh fails.
    pub(super) stale_on_error: Duration,
}

/// How fresh a record is; the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Freshness {
    /// Use it without a request.
    Fresh,
    /// Use it unless it can be completed immediately: the source did not search everywhere.
    Incomplete,
    /// Use it if a refresh takes longer than the stale wait.
    Stale,
    /// Use it only if a refresh fails or the deadline passes.
    Old,
    /// Use it only if a request fails or the deadline passes, and nothing else is known: the record has
    /// no alerts.
    Fallback,
}

impl Ages {
    /// Classifies `sighting`; returns `None` if it is too old.
    pub(super) fn freshness_of(&self, sighting: &Sighting) -> Option<Freshness> {
        let age = sighting.age;
        if sighting.origin == Origin::Directory {
            return Some(Freshness::Fallback);
        }
        if sighting.record.is_not_found() {
            return (age < self.not_found).then_some(Freshness::Fresh);
        }
        let is_complete = sighting.is_complete || age < INCOMPLETE;
        match age {
            young if young < self.fresh && is_complete => Some(Freshness::Fresh),
            young if young < self.fresh => Some(Freshness::Incomplete),
            older if older < self.stale => Some(Freshness::Stale),
            old if old < self.stale_on_error => Some(Freshness::Old),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::Record;
    use crate::domain::reported::ReportedCustomer;

    const SECOND: Duration = Duration::from_secs(1);

    fn freshness_after(sighting: &Sighting, seconds: u32) -> Option<Freshness> {
        let ages = Ages {
            fresh: 60 * SECOND,
            not_found: 30 * SECOND,
            stale: 600 * SECOND,
            stale_on_error: 86_400 * SECOND,
        };
        ages.freshness_of(&Sighting { age: seconds * SECOND, ..sighting.clone() })
    }

    fn found() -> Sighting {
        let customer = ReportedCustomer { name: "ANA".into(), ..ReportedCustomer::default() };
        Sighting::of_hubsoft(Record::new(vec![customer]))
    }

    #[test]
    fn a_customer_is_fresh_then_stale_then_old_then_unusable() {
        for (seconds, freshness) in [
            (0, Some(Freshness::Fresh)),
            (59, Some(Freshness::Fresh)),
            (60, Some(Freshness::Stale)),
            (599, Some(Freshness::Stale)),
            (600, Some(Freshness::Old)),
            (86_399, Some(Freshness::Old)),
            (86_400, None),
        ] {
            assert_eq!(freshness_after(&found(), seconds), freshness, "after {seconds} s");
        }
    }

    #[test]
    fn an_incomplete_record_is_fresh_for_five_seconds() {
        let partial = Sighting { is_complete: false, ..found() };
        for (seconds, freshness) in [
            (4, Freshness::Fresh),
            (5, Freshness::Incomplete),
            (60, Freshness::Stale),
            (600, Freshness::Old),
        ] {
            assert_eq!(freshness_after(&partial, seconds), Some(freshness), "after {seconds} s");
        }
    }

    #[test]
    fn what_the_directory_has_is_never_better_than_a_fallback() {
        for record in [found().record, Record::default()] {
            let listed = Sighting { origin: Origin::Directory, ..Sighting::of_hubsoft(record) };
            assert_eq!(freshness_after(&listed, 0), Some(Freshness::Fallback));
            assert_eq!(freshness_after(&listed, 90_000), Some(Freshness::Fallback));
        }
    }

    #[test]
    fn not_found_is_fresh_for_half_a_minute_and_never_stale() {
        let not_found = Sighting::of_hubsoft(Record::default());
        assert_eq!(freshness_after(&not_found, 29), Some(Freshness::Fresh));
        assert_eq!(freshness_after(&not_found, 30), None);
    }
}
