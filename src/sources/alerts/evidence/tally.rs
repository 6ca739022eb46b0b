//! What the answers about some customers of a stratum say of all of them.

use crate::sources::alerts::verdict::Verdict;

/// One-sided 95 %.
const Z: f64 = 1.645;
/// From this share on, customers of the stratum have the alert.
pub(super) const ALERT_MIN: f64 = 0.75;
/// The same where the scope has a kind that the directory cannot show. Who fits that one is a part of each
/// stratum, of any size, and the others must not hear of the alert.
pub(super) const MIXED_ALERT_MIN: f64 = 0.9;
/// Up to this share, they have not.
const NO_ALERT_MAX: f64 = 0.25;

/// Answers, and those among them that confirm the alert. Earlier alerts count as parts of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Tally {
    pub(super) confirmed: f64,
    pub(super) answers: f64,
}

impl Tally {
    pub(super) fn count(&mut self, confirms: f64) {
        self.confirmed += confirms;
        self.answers += 1.0;
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self { confirmed: self.confirmed + other.confirmed, answers: self.answers + other.answers }
    }

    /// The same share of half the answers.
    pub(super) fn halved(self) -> Self {
        Self { confirmed: self.confirmed / 2.0, answers: self.answers / 2.0 }
    }

    /// The share that confirms; 0 without an answer.
    pub(super) fn share(self) -> f64 {
        if self.answers > 0.0 { self.confirmed / self.answers } else { 0.0 }
    }

    /// The verdict on the whole stratum, by the bounds of Wilson's score interval: an alert from the share
    /// `alert_min` on.
    pub(super) fn verdict(self, alert_min: f64) -> Verdict {
        let (low, high) = self.bounds();
        match self.answers > 0.0 {
            true if low >= alert_min => Verdict::Alert,
            true if high <= NO_ALERT_MAX => Verdict::NoAlert,
            _ => Verdict::Unknown,
        }
    }

    /// The verdict on a stratum of so few customers that whatever the others would answer changes nothing.
    pub(super) fn verdict_of_all(self, customers: usize, alert_min: f64) -> Verdict {
        let all = customers as f64;
        let open = (all - self.answers).max(0.0);
        match customers > 0 && self.answers > 0.0 {
            true if self.confirmed / all >= alert_min => Verdict::Alert,
            true if (self.confirmed + open) / all <= NO_ALERT_MAX => Verdict::NoAlert,
            _ => Verdict::Unknown,
        }
    }

    fn bounds(self) -> (f64, f64) {
        let n = self.answers.max(f64::MIN_POSITIVE);
        let share = self.share();
        let scale = 1.0 + Z * Z / n;
        let centre = share + Z * Z / (2.0 * n);
        let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        ((centre - spread) / scale, (centre + spread) / scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(confirmed: u32, answers: u32) -> Tally {
        Tally { confirmed: confirmed.into(), answers: answers.into() }
    }

    #[test]
    fn ten_answers_that_agree_decide_and_nine_do_too() {
        for (confirmed, answers, verdict) in [
            (10, 10, Verdict::Alert),
            (9, 9, Verdict::Alert),
            (8, 8, Verdict::Unknown),
            (9, 10, Verdict::Unknown),
            (36, 40, Verdict::Alert),
            (34, 40, Verdict::Unknown),
            (0, 8, Verdict::Unknown),
            (0, 9, Verdict::NoAlert),
            (0, 10, Verdict::NoAlert),
            (1, 10, Verdict::Unknown),
            (4, 40, Verdict::NoAlert),
            (20, 40, Verdict::Unknown),
            (0, 0, Verdict::Unknown),
        ] {
            assert_eq!(
                tally(confirmed, answers).verdict(ALERT_MIN),
                verdict,
                "{confirmed}/{answers}"
            );
        }
    }

    #[test]
    fn a_stratum_that_may_be_mixed_needs_25_answers_that_agree() {
        for (confirmed, answers, verdict) in [
            (24, 24, Verdict::Unknown),
            (25, 25, Verdict::Alert),
            (39, 40, Verdict::Unknown),
            (0, 9, Verdict::NoAlert),
        ] {
            assert_eq!(tally(confirmed, answers).verdict(MIXED_ALERT_MIN), verdict, "{confirmed}");
        }
    }

    #[test]
    fn a_few_customers_decide_once_the_others_cannot_change_it() {
        for (confirmed, answers, customers, verdict) in [
            (1, 1, 1, Verdict::Alert),
            (3, 4, 4, Verdict::Alert),
            (3, 3, 4, Verdict::Alert),
            (2, 2, 4, Verdict::Unknown),
            (1, 2, 2, Verdict::Unknown),
            (1, 4, 4, Verdict::NoAlert),
            (0, 3, 3, Verdict::NoAlert),
            (0, 3, 4, Verdict::NoAlert),
            (0, 2, 4, Verdict::Unknown),
            (0, 0, 0, Verdict::Unknown),
            (0, 0, 3, Verdict::Unknown),
        ] {
            let shown = format!("{confirmed}/{answers} of {customers}");
            let shown_by = tally(confirmed, answers).verdict_of_all(customers, ALERT_MIN);
            assert_eq!(shown_by, verdict, "{shown}");
        }
    }

    #[test]
    fn the_bounds_are_those_of_the_formula() {
        let (low, high) = tally(10, 10).bounds();
        assert!((low - 0.787).abs() < 0.001 && (high - 1.0).abs() < 1e-9, "{low} {high}");
        let (low, high) = tally(0, 10).bounds();
        assert!(low.abs() < 1e-9 && (high - 0.213).abs() < 0.001, "{low} {high}");
    }
}
