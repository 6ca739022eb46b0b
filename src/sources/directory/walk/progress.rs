//! The collected part of a walk: how far it is, so that it can be continued after a restart.

use std::pin::Pin;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::sources::directory::ListedCustomer;

use super::completeness::Completeness;
use super::paging::Paging;

/// An older progress is not continued: its first customers would be older than a day.
pub(super) const RESUMED_WITHIN: Duration = Duration::from_secs(24 * 3_600);
/// The version of the serialised form.
const VERSION: u32 = 1;

/// What a collector has gained from a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gain {
    /// Customers that it did not have.
    pub new: usize,
    /// Customers that it had; the later description counts.
    pub replaced: usize,
}

/// The result of [`Collector::add`].
pub type Adding<'a> = Pin<Box<dyn Future<Output = Gain> + Send + 'a>>;

/// The result of [`Collector::save`].
pub type Saving<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Collects what a walk reads. A walk that is not continued begins with an empty collector.
pub trait Collector: Send {
    /// Announces about how many customers follow.
    fn expect(&mut self, total: u64);

    /// Adds the customers of a page. A customer who comes twice counts once.
    fn add(&mut self, page: Vec<ListedCustomer>) -> Adding<'_>;

    /// How many distinct customers it has.
    fn customers(&self) -> usize;

    /// Drops everything: the walk begins again.
    fn clear(&mut self);

    /// Notes how far a walk through the whole list is, after each page.
    fn note(&mut self, _: &Progress) {}

    /// Saves what it has together with `progress`, so that both can be restored together. The walk
    /// waits for the end; a collector without storage returns immediately.
    fn save<'a>(&'a mut self, progress: &'a Progress) -> Saving<'a>;
}

/// How far a walk is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    version: u32,
    pub(super) paging: Paging,
    pub(super) seen: Completeness,
    /// Seconds since 1970, when the walk began.
    pub started_at_s: u64,
    /// How many distinct customers the collector had.
    pub customers: u64,
    /// Pages that have been read.
    pub pages: u64,
    /// Requests that have been sent.
    pub requests: u64,
}

impl Progress {
    pub(super) fn new(page_rows: u32, started_at_s: u64) -> Self {
        Self {
            version: VERSION,
            paging: Paging::new(page_rows),
            seen: Completeness::default(),
            started_at_s,
            customers: 0,
            pages: 0,
            requests: 0,
        }
    }

    /// The beginning of another list in the same walk.
    pub(super) fn next_list(self) -> Self {
        let paging = Paging::new(self.paging.rows());
        Self { paging, seen: Completeness::default(), pages: 0, customers: 0, ..self }
    }

    /// The serialised form; it contains no personal data.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("its keys are texts")
    }

    /// Parses the serialised form. `None` if it is damaged, or of another version.
    pub fn from_json(text: &str) -> Option<Self> {
        let progress: Self = serde_json::from_str(text).ok()?;
        (progress.version == VERSION && progress.paging.is_sound()).then_some(progress)
    }

    /// Returns whether a walk with a collector of `customers` can be continued at `now_s`.
    pub fn is_resumable(&self, customers: u64, now_s: u64) -> bool {
        let age_s = now_s.saturating_sub(self.started_at_s);
        self.customers == customers && age_s < RESUMED_WITHIN.as_secs()
    }

    /// Rows that have been read without a gap.
    pub fn rows_done(&self) -> u64 {
        self.paging.done()
    }

    /// How many customers the list has, as its first page stated.
    pub fn total(&self) -> Option<u64> {
        self.seen.total()
    }

    /// Pages that have been read, and that there are at the current size.
    pub fn pages_of(&self) -> (u64, Option<u64>) {
        let rows = u64::from(self.paging.rows());
        let pages = self.total().map(|total| total.div_ceil(rows));
        (self.rows_done().div_ceil(rows).min(pages.unwrap_or(u64::MAX)), pages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_progress_survives_its_serialised_form() {
        let progress = Progress { customers: 7, ..Progress::new(200, 1_000) };
        assert_eq!(Progress::from_json(&progress.to_json()), Some(progress));
    }

    #[test]
    fn a_damaged_or_foreign_progress_is_none() {
        let good = Progress::new(200, 1_000).to_json();
        let other = good.replace("\"version\":1", "\"version\":2");
        let no_rows = good.replace("\"rows\":200", "\"rows\":0");
        assert!(other != good && no_rows != good, "{good}");
        for text in ["", "{}", "null", &good[1..], &good[..good.len() - 1], &other, &no_rows] {
            assert_eq!(Progress::from_json(text), None, "{text}");
        }
    }

    #[test]
    fn a_progress_is_continued_within_a_day_and_with_its_own_collector() {
        let progress = Progress { customers: 7, ..Progress::new(200, 1_000) };
        assert!(progress.is_resumable(7, 1_000) && progress.is_resumable(7, 87_399));
        assert!(!progress.is_resumable(7, 87_400), "a day later");
        assert!(!progress.is_resumable(6, 1_000), "another collector");
        assert!(progress.is_resumable(7, 0), "the clock was set back");
    }
}
