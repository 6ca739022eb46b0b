//! Judges how far a record can be trusted, by its age.

use std::time::Duration;

use crate::sources::source::Sighting;

/// How long a record that is not complete is taken as it is; the next call then completes it.
const INCOMPLETE: Duration = Duration::from_secs(5);

/// How long records may be used.
#[derive(Clone, Debug)]
pub(super) struct Ages {
    /// Found: it answers without a request.
    pub(super) fresh: Duration,
    /// Not found: it answers without a request; afterwards it is of no use.
    pub(super) not_found: Duration,
    /// Found: it answers when the refresh is slow.
    pub(super) stale: Duration,
    /// Found: it answers when the refresh fails.
    pub(super) stale_on_error: Duration,
}

/// How far a record can be trusted; the better ones first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Freshness {
    /// Take it as it is.
    Fresh,
    /// Take it if it cannot be completed at once: the source did not look everywhere.
    Incomplete,
    /// Take it if a refresh takes longer than a moment.
    Stale,
    /// Take it only if a refresh fails or the deadline passes.
    Old,
}

impl Freshness {
    /// The word for it in metrics.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Fresh | Self::Incomplete => "fresh",
            Self::Stale => "stale",
            Self::Old => "old",
        }
    }
}

impl Ages {
    /// How far `sighting` can be trusted; `None` when it is of no use any more.
    pub(super) fn judge(&self, sighting: &Sighting) -> Option<Freshness> {
        let age = sighting.age;
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

    fn judged(sighting: &Sighting, seconds: u32) -> Option<Freshness> {
        let ages = Ages {
            fresh: 60 * SECOND,
            not_found: 30 * SECOND,
            stale: 600 * SECOND,
            stale_on_error: 86_400 * SECOND,
        };
        ages.judge(&Sighting { age: seconds * SECOND, ..sighting.clone() })
    }

    fn found() -> Sighting {
        let customer = ReportedCustomer { name: "ANA".into(), ..ReportedCustomer::default() };
        Sighting::of_hubsoft(Record::new(vec![customer]))
    }

    #[test]
    fn a_customer_is_fresh_then_stale_then_old_then_of_no_use() {
        for (seconds, freshness) in [
            (0, Some(Freshness::Fresh)),
            (59, Some(Freshness::Fresh)),
            (60, Some(Freshness::Stale)),
            (599, Some(Freshness::Stale)),
            (600, Some(Freshness::Old)),
            (86_399, Some(Freshness::Old)),
            (86_400, None),
        ] {
            assert_eq!(judged(&found(), seconds), freshness, "after {seconds} s");
        }
    }

    #[test]
    fn a_record_that_is_not_complete_is_taken_as_it_is_for_five_seconds() {
        let partial = Sighting { is_complete: false, ..found() };
        for (seconds, freshness) in [
            (4, Freshness::Fresh),
            (5, Freshness::Incomplete),
            (60, Freshness::Stale),
            (600, Freshness::Old),
        ] {
            assert_eq!(judged(&partial, seconds), Some(freshness), "after {seconds} s");
        }
    }

    #[test]
    fn not_found_is_fresh_for_half_a_minute_and_never_stale() {
        let not_found = Sighting::of_hubsoft(Record::default());
        assert_eq!(judged(&not_found, 29), Some(Freshness::Fresh));
        assert_eq!(judged(&not_found, 30), None);
    }
}
