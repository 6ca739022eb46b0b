//! Decides whether a walk has read every customer, and whether it may replace an earlier one. Pure.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::sources::directory::ListPage;

/// Percentage of the old customers that a new walk needs at least.
const KEPT_PERCENT: u64 = 98;
/// Whole walks in a row of the same size, after which fewer customers are the truth.
const SAME_SIZE_WALKS: usize = 3;

/// What the pages of a list state about the whole of it. That pages have no gap is held by
/// [`super::paging`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Completeness {
    total: Option<u64>,
    has_moved: bool,
    /// Whether a page did not state the total.
    has_silent_page: bool,
    unreadable: u64,
}

/// Why a walk is not whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shortfall {
    /// Changes that were made meanwhile may be missing; the next walk reads them.
    Changing,
    /// The list is empty, which no provider's is.
    Empty,
    /// Fewer or more customers than the total were read.
    Mismatch { read: u64, total: u64 },
    /// The total was not the same on all pages.
    Moved,
    /// A page did not state the total.
    NoTotal,
    /// The id of so many customers is unreadable.
    Unreadable(u64),
}

impl Completeness {
    /// Records what a page states.
    pub(super) fn read(&mut self, page: &ListPage) {
        self.unreadable += page.unreadable as u64;
        match (self.total, page.total) {
            (_, None) => self.has_silent_page = true,
            (None, stated) => self.total = stated,
            (known, stated) => self.has_moved |= known != stated,
        }
    }

    /// The total as the first page stated it.
    pub(super) fn total(&self) -> Option<u64> {
        self.total
    }

    /// The same for a list of changes, on which there may be none.
    pub(super) fn shortfall_of_changes(&self, distinct: u64) -> Option<Shortfall> {
        match self.shortfall(distinct)? {
            Shortfall::Empty => None,
            Shortfall::Moved => Some(Shortfall::Changing),
            other => Some(other),
        }
    }

    /// Returns why a list that has been read to its end, with `distinct` customers, is not whole.
    pub(super) fn shortfall(&self, distinct: u64) -> Option<Shortfall> {
        let Some(total) = self.total else { return Some(Shortfall::NoTotal) };
        if self.has_silent_page {
            return Some(Shortfall::NoTotal);
        }
        if self.has_moved {
            return Some(Shortfall::Moved);
        }
        if self.unreadable > 0 {
            return Some(Shortfall::Unreadable(self.unreadable));
        }
        if total == 0 {
            return Some(Shortfall::Empty);
        }
        (distinct != total).then_some(Shortfall::Mismatch { read: distinct, total })
    }
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changing => f.write_str("customers were changed meanwhile"),
            Self::Empty => f.write_str("the list is empty"),
            Self::Mismatch { read, total } => write!(f, "{read} of {total} customers were listed"),
            Self::Moved => f.write_str("the number of customers changed meanwhile"),
            Self::NoTotal => f.write_str("the list does not state how many customers there are"),
            Self::Unreadable(count) => write!(f, "the ids of {count} customers are unreadable"),
        }
    }
}

/// Returns whether a whole walk with `new` customers may replace one with `old`. `earlier` are the sizes
/// of the whole walks before it, the last one at the end. Sizes are the same if none differs from `new`
/// by more than the share that may be lost: new customers come every day.
pub fn may_replace(old: u64, new: u64, earlier: &[u64]) -> bool {
    if is_enough(new, old) {
        return true;
    }
    let last = earlier.iter().rev().take(SAME_SIZE_WALKS - 1);
    let same = last.filter(|size| is_enough(new, **size) && is_enough(**size, new)).count();
    same == SAME_SIZE_WALKS - 1
}

fn is_enough(new: u64, old: u64) -> bool {
    new.saturating_mul(100) >= old.saturating_mul(KEPT_PERCENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(pages: &[(Option<u64>, usize)]) -> Completeness {
        let mut completeness = Completeness::default();
        for (total, unreadable) in pages {
            let page = ListPage { total: *total, unreadable: *unreadable, ..ListPage::default() };
            completeness.read(&page);
        }
        completeness
    }

    #[test]
    fn a_list_is_whole_when_every_page_states_the_total_that_was_read() {
        let steady = [(Some(7), 0), (Some(7), 0)];
        assert_eq!(after(&steady).shortfall(7), None);
        for (pages, distinct, shortfall) in [
            (steady, 6, Shortfall::Mismatch { read: 6, total: 7 }),
            (steady, 8, Shortfall::Mismatch { read: 8, total: 7 }),
            ([(Some(7), 0), (Some(8), 0)], 8, Shortfall::Moved),
            ([(Some(7), 0), (None, 0)], 7, Shortfall::NoTotal),
            ([(None, 0), (None, 0)], 7, Shortfall::NoTotal),
            ([(Some(7), 1), (Some(7), 1)], 7, Shortfall::Unreadable(2)),
            ([(Some(0), 0), (Some(0), 0)], 0, Shortfall::Empty),
        ] {
            assert_eq!(after(&pages).shortfall(distinct), Some(shortfall));
        }
    }

    #[test]
    fn a_total_that_returns_to_its_first_value_has_moved() {
        let moved = after(&[(Some(7), 0), (Some(8), 0), (Some(7), 0)]);
        assert_eq!(moved.shortfall(7), Some(Shortfall::Moved));
    }

    #[test]
    fn fewer_than_98_percent_need_three_whole_walks_of_the_same_size() {
        for (old, new, earlier, may) in [
            (0, 0, &[][..], true),
            (1_000, 1_200, &[], true),
            (1_000, 980, &[], true),
            (1_000, 979, &[], false),
            (1_000, 500, &[500], false),
            (1_000, 500, &[500, 500], true),
            (1_000, 500, &[495, 505], true),
            (1_000, 500, &[1_000, 500], false),
            (1_000, 500, &[500, 500, 400], false),
            (1_000, 500, &[500, 520], false),
            (1_000, 0, &[0, 1], false),
        ] {
            assert_eq!(may_replace(old, new, earlier), may, "{old} {new} {earlier:?}");
        }
    }
}
