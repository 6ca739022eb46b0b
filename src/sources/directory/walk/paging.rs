//! Decides which page is requested next, how large it is, and where the list ends. Pure.
//!
//! Pages follow each other without a gap: a page of another size begins at or before the last row that
//! was read, and the rows that come twice are doubles.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A smaller page costs more requests than it saves time.
pub const ROWS_MIN: u32 = 10;
/// HubSoft's documented maximum.
pub const ROWS_MAX: u32 = 500;
/// Good pages in a row before the size grows.
const GOOD_PAGES: u32 = 10;
/// A size that failed is not tried again for so many good pages: each attempt costs a time-out.
const TOO_LARGE_FOR: u32 = 100;
/// A slower page is no reason to request a larger one: at twice the time the time-out of 60 s is near.
const SLOW: Duration = Duration::from_secs(20);
/// Attempts in a row for the same rows.
const TRIES_MAX: u32 = 8;
/// The same for attempts that were not sent, which cost HubSoft nothing: about an hour.
const UNSENT_MAX: u32 = 60;
/// Pages in a row with nothing new, after which the list repeats itself. A resumed walk may read as many
/// as were read after the last save.
const REPEATS_MAX: u32 = 25;
/// More rows than any provider has: the list has no end.
const DONE_MAX: u64 = 20_000_000;

/// What a failed attempt suggests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PageFault {
    /// The answer was broken: the next one may be whole.
    Broken,
    /// The size of the page has nothing to do with it.
    Elsewhere,
    /// The page was too large or too slow.
    TooLarge,
    /// Nothing was sent.
    Unsent,
}

/// What follows a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PageStep {
    /// The list has ended.
    End,
    /// The list does not end.
    Endless,
    More,
}

/// What a page was like.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PageRead {
    /// The number of the page as requested, and as the source states it.
    pub(super) requested: u32,
    pub(super) stated: Option<u32>,
    /// The last page, as the source states it.
    pub(super) last: Option<u32>,
    pub(super) total: Option<u64>,
    /// The rows on the page, readable or not.
    pub(super) rows: u64,
    /// Customers that were not read before.
    pub(super) new: u64,
    /// Customers that have been read, this page included.
    pub(super) distinct: u64,
    pub(super) took: Duration,
}

/// The number of the first page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum FirstPage {
    /// No later page has been read yet.
    Unknown,
    Zero,
    /// Some servers begin with page 1, and page 0 is the same page.
    One,
}

/// The position in a list, and the size of its pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Paging {
    first: FirstPage,
    /// Rows that have been read, without a gap.
    done: u64,
    rows: u32,
    rows_max: u32,
    /// The smallest size that failed, and for how many good pages it is not tried again.
    too_large: Option<(u32, u32)>,
    good: u32,
    failed: u32,
    unsent: u32,
    repeats: u32,
    /// Whether the last page by its own statement has been read.
    is_past_last: bool,
}

impl Paging {
    /// The beginning of a list, with pages of `rows`.
    pub(super) fn new(rows: u32) -> Self {
        Self {
            first: FirstPage::Unknown,
            done: 0,
            rows: rows.clamp(ROWS_MIN, ROWS_MAX),
            rows_max: ROWS_MAX,
            too_large: None,
            good: 0,
            failed: 0,
            unsent: 0,
            repeats: 0,
            is_past_last: false,
        }
    }

    /// The number of the next page.
    pub(super) fn number(&self) -> u32 {
        let pages_done = self.done / u64::from(self.rows);
        u32::try_from(pages_done).unwrap_or(u32::MAX).saturating_add(self.offset())
    }

    /// The size of the next page.
    pub(super) fn rows(&self) -> u32 {
        self.rows
    }

    /// Rows that have been read without a gap.
    pub(super) fn done(&self) -> u64 {
        self.done
    }

    fn offset(&self) -> u32 {
        u32::from(self.first == FirstPage::One)
    }

    /// Returns what is wrong with a page that cannot be the requested one.
    pub(super) fn wrong(&self, page: &PageRead) -> Option<&'static str> {
        let is_other = page.stated.is_some_and(|stated| stated.abs_diff(page.requested) > 1);
        let is_after_last = page.last.is_some_and(|last| page.requested > last);
        let is_past = page.requested > 0 && (self.is_past_last || is_after_last);
        if is_other && !is_past {
            return Some("it is another page than the requested one");
        }
        let may_be_empty = is_past || page.requested == 0 || page.last.is_none() || page.has_all();
        (page.rows == 0 && !may_be_empty).then_some("an empty page before the last one")
    }

    /// Records a page, and returns what follows it.
    pub(super) fn read(&mut self, page: &PageRead) -> PageStep {
        self.failed = 0;
        self.unsent = 0;
        self.repeats = if page.new == 0 && page.rows > 0 { self.repeats + 1 } else { 0 };
        if self.learn_first(page) {
            return PageStep::More;
        }
        self.learn_rows_max(page);
        let pages_done = page.requested.saturating_sub(self.offset()) + 1;
        self.done = self.done.max(u64::from(pages_done) * u64::from(self.rows));
        if self.repeats > REPEATS_MAX || self.done > DONE_MAX {
            return PageStep::Endless;
        }
        self.grow(page.took);
        self.step(page)
    }

    /// Learns the number of the first page. Returns whether this page was the first one once more.
    fn learn_first(&mut self, page: &PageRead) -> bool {
        if self.first != FirstPage::Unknown {
            return false;
        }
        let is_nothing = page.requested == 0 && page.rows == 0 && page.total > Some(0);
        let is_double = page.requested > 0 && page.rows > 0 && page.new == 0;
        if is_nothing || is_double {
            self.first = FirstPage::One;
            return true;
        }
        if page.requested > 0 {
            self.first = FirstPage::Zero;
        }
        false
    }

    /// Learns that the server returns smaller pages than requested: their size must fit its own
    /// statement of the last page, since a page may also lack rows.
    fn learn_rows_max(&mut self, page: &PageRead) {
        let (Some(total @ 1..), Some(last)) = (page.total, page.last) else { return };
        let last = u64::from(last);
        let fits = |rows: u64| {
            let expected = (total - 1) / rows;
            last == expected || last == expected + 1
        };
        let is_short = page.rows > 0 && page.rows < u64::from(self.rows);
        if is_short && !fits(u64::from(self.rows)) && fits(page.rows) {
            self.rows_max = u32::try_from(page.rows).unwrap_or(self.rows);
            self.rows = self.rows_max;
        }
    }

    fn grow(&mut self, took: Duration) {
        self.too_large = match self.too_large {
            Some((rows, pages @ 2..)) => Some((rows, pages - 1)),
            _ => None,
        };
        self.good = if took < SLOW { self.good + 1 } else { 0 };
        let grown = (self.rows * 2).min(self.rows_max);
        let is_too_large = self.too_large.is_some_and(|(rows, _)| grown >= rows);
        if self.good >= GOOD_PAGES && !is_too_large {
            self.good = 0;
            self.rows = grown;
        }
    }

    fn step(&mut self, page: &PageRead) -> PageStep {
        let until_last = page.last.map_or(0, |last| last.saturating_sub(page.number()));
        let is_at_last = until_last == 0;
        // Some servers count from 0, but state the last page as if they counted from 1.
        let has_ended = page.rows == 0 || (until_last <= 1 && page.has_all());
        let repeats_the_last = is_at_last && self.is_past_last && page.new == 0;
        self.is_past_last = is_at_last;
        if has_ended || repeats_the_last { PageStep::End } else { PageStep::More }
    }

    /// Records a failed attempt, and returns how often the same rows may still be requested.
    pub(super) fn failed(&mut self, fault: PageFault) -> u32 {
        if fault == PageFault::Unsent {
            self.unsent += 1;
            return UNSENT_MAX.saturating_sub(self.unsent);
        }
        self.failed += 1;
        self.good = 0;
        match fault {
            PageFault::TooLarge => {
                self.too_large = Some((self.rows, TOO_LARGE_FOR));
                self.halve();
            }
            PageFault::Broken if self.failed >= 2 => self.halve(),
            _ => {}
        }
        TRIES_MAX.saturating_sub(self.failed)
    }

    fn halve(&mut self) {
        self.rows = (self.rows / 2).max(ROWS_MIN.min(self.rows_max));
    }

    /// Returns whether a position that was read from a file makes sense.
    pub(super) fn is_sound(&self) -> bool {
        (1..=ROWS_MAX).contains(&self.rows) && (1..=ROWS_MAX).contains(&self.rows_max)
    }

    /// Failed attempts in a row, sent or not.
    pub(super) fn failures(&self) -> u32 {
        self.failed + self.unsent
    }

    /// Forgets the failures: a walk that is resumed may be lucky.
    pub(super) fn forgive(&mut self) {
        self.failed = 0;
        self.unsent = 0;
    }
}

impl PageRead {
    /// The number as the source counts.
    fn number(&self) -> u32 {
        self.stated.unwrap_or(self.requested)
    }

    fn has_all(&self) -> bool {
        self.total.is_some_and(|total| self.distinct >= total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a page as a right server with `total` customers returns it.
    fn read(paging: &mut Paging, total: u64) -> PageStep {
        let rows = u64::from(paging.rows());
        let from = u64::from(paging.number()) * rows;
        let until = (from + rows).min(total);
        let page = PageRead {
            requested: paging.number(),
            stated: Some(paging.number()),
            last: u32::try_from((total - 1) / rows).ok(),
            total: Some(total),
            rows: until.saturating_sub(from),
            new: until - paging.done().min(until),
            distinct: until,
            took: Duration::from_secs(1),
        };
        assert_eq!(paging.wrong(&page), None);
        paging.read(&page)
    }

    #[test]
    fn pages_follow_each_other_and_grow_after_ten_good_ones() {
        let mut paging = Paging::new(200);
        let mut sizes = Vec::new();
        while read(&mut paging, 12_000) == PageStep::More {
            sizes.push(paging.rows());
        }
        assert_eq!(sizes.iter().position(|rows| *rows == 400), Some(9));
        assert_eq!(sizes.iter().position(|rows| *rows == 500), Some(19));
        assert_eq!(paging.done(), 12_000);
    }

    #[test]
    fn a_page_of_another_size_leaves_no_gap() {
        for failures in 0..20 {
            let mut paging = Paging::new(333);
            (0..5).for_each(|_| assert_eq!(read(&mut paging, 1_000_000), PageStep::More));
            (0..failures).for_each(|_| _ = paging.failed(PageFault::TooLarge));
            let begins = u64::from(paging.number()) * u64::from(paging.rows());
            let ends = begins + u64::from(paging.rows());
            assert!(begins <= paging.done() && ends > paging.done(), "{failures}: {paging:?}");
            assert!(paging.rows() >= ROWS_MIN);
        }
    }

    #[test]
    fn a_broken_page_is_smaller_after_the_second_failure() {
        let mut paging = Paging::new(200);
        assert_eq!((paging.failed(PageFault::Broken), paging.rows()), (7, 200));
        assert_eq!((paging.failed(PageFault::Broken), paging.rows()), (6, 100));
        assert_eq!((paging.failed(PageFault::Elsewhere), paging.rows()), (5, 100));
        let left = (0..5).map(|_| paging.failed(PageFault::TooLarge)).collect::<Vec<_>>();
        assert_eq!((left, paging.rows()), (vec![4, 3, 2, 1, 0], ROWS_MIN));
    }

    #[test]
    fn a_size_that_failed_is_not_tried_again_soon() {
        let mut paging = Paging::new(200);
        paging.failed(PageFault::TooLarge);
        let sizes: Vec<_> =
            (0..120).map(|_| (read(&mut paging, 1 << 30), paging.rows()).1).collect();
        assert!(sizes[..99].iter().all(|rows| *rows == 100), "{sizes:?}");
        assert!(sizes[99..].iter().all(|rows| *rows > 100), "{sizes:?}");
    }

    #[test]
    fn an_empty_page_is_the_end_only_where_the_list_may_end() {
        let mut paging = Paging::new(200);
        read(&mut paging, 1_000);
        let empty =
            PageRead { requested: 1, last: Some(4), total: Some(1_000), ..PageRead::default() };
        assert!(paging.wrong(&empty).is_some());
        let after = PageRead { requested: 5, ..empty };
        assert_eq!(paging.wrong(&after), None);
        assert_eq!(paging.read(&after), PageStep::End);
    }

    #[test]
    fn a_list_that_repeats_itself_has_no_end() {
        let mut paging = Paging::new(200);
        let page = PageRead {
            last: Some(9_999),
            total: Some(2_000_000),
            rows: 200,
            ..PageRead::default()
        };
        let mut step = PageStep::More;
        for read in 0..40 {
            let requested = paging.number();
            step = paging.read(&PageRead { requested, new: u64::from(read == 0) * 200, ..page });
            if step != PageStep::More {
                break;
            }
        }
        assert_eq!(step, PageStep::Endless);
    }

    #[test]
    fn a_server_with_smaller_pages_is_followed() {
        let mut paging = Paging::new(200);
        let page = PageRead {
            last: Some(9),
            total: Some(1_000),
            rows: 100,
            new: 100,
            distinct: 100,
            ..PageRead::default()
        };
        assert_eq!(paging.read(&page), PageStep::More);
        assert_eq!((paging.rows(), paging.number(), paging.done()), (100, 1, 100));
    }
}
