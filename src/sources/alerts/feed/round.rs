//! Tells a complete list of alerts from one that lacks some, page by page.

use std::collections::BTreeSet;

use thiserror::Error;

use crate::sources::alerts::list::AlertPage;

/// Pages of one list. A provider has some dozens of alerts, and a page a hundred.
const PAGES_MAX: u32 = 100;

/// Why a list may lack alerts.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(in crate::sources::alerts) enum RoundFault {
    #[error(
        "HubSoft's list of alerts has more than {PAGES_MAX} pages (remove old alerts in HubSoft)"
    )]
    Endless,
    #[error("HubSoft's list of alerts changed while it was read")]
    Moved,
    #[error("HubSoft's list has {listed} alerts, but states {stated} (contact HubSoft's support)")]
    Short { listed: u64, stated: u64 },
    #[error(
        "HubSoft's list of alerts does not state its pages and its total (contact HubSoft's support)"
    )]
    Unnumbered,
    #[error("{0} alerts in HubSoft's list cannot be read (report it to bina's developers)")]
    Unreadable(usize),
    #[error(
        "HubSoft sent another page of the list of alerts than page {0} (contact HubSoft's support)"
    )]
    WrongPage(u32),
}

/// Whether there are more pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sources::alerts) enum RoundStep {
    End,
    More,
}

/// One reading of the list, from its first page to its last.
#[derive(Debug, Default)]
pub(in crate::sources::alerts) struct Round {
    pages: u32,
    /// What the first page states of the last page and of the total.
    stated: Option<(u32, u64)>,
    unreadable: usize,
    ids: BTreeSet<u64>,
    fault: Option<RoundFault>,
}

impl Round {
    /// The page to be requested next; the first is 1.
    pub(in crate::sources::alerts) fn next_page(&self) -> u32 {
        self.pages + 1
    }

    /// Counts a page, whose alerts may be used whatever comes of the list.
    pub(in crate::sources::alerts) fn accept(&mut self, page: &AlertPage) -> RoundStep {
        let wanted = self.next_page();
        self.pages = wanted;
        let known = self.ids.len();
        self.ids.extend(page.alerts.iter().map(|alert| alert.id));
        let is_of_no_use = self.ids.len() == known && page.unreadable == 0;
        self.unreadable += page.unreadable;
        let (Some(number), Some(last), Some(total)) = (page.number, page.last, page.total) else {
            return self.failed(RoundFault::Unnumbered);
        };
        if number != wanted {
            return self.failed(RoundFault::WrongPage(wanted));
        }
        if *self.stated.get_or_insert((last, total)) != (last, total) {
            return self.failed(RoundFault::Moved);
        }
        let listed = self.ids.len() as u64;
        let rows = listed + self.unreadable as u64;
        // There may be more pages than the list states, or fewer, if it counts others on a page.
        if (wanted >= last && rows >= total) || (is_of_no_use && rows == total) {
            return RoundStep::End;
        }
        // It repeats itself, or has no end.
        if is_of_no_use {
            return self.failed(RoundFault::Short { listed, stated: total });
        }
        if wanted >= PAGES_MAX {
            return self.failed(RoundFault::Endless);
        }
        RoundStep::More
    }

    fn failed(&mut self, fault: RoundFault) -> RoundStep {
        self.fault = Some(fault);
        RoundStep::End
    }

    /// The ids of all alerts of a list that has been read to its end, if it is complete.
    pub(in crate::sources::alerts) fn complete(self) -> Result<BTreeSet<u64>, RoundFault> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if self.unreadable > 0 {
            return Err(RoundFault::Unreadable(self.unreadable));
        }
        let (_, stated) = self.stated.ok_or(RoundFault::Unnumbered)?;
        let listed = self.ids.len() as u64;
        if listed != stated {
            return Err(RoundFault::Short { listed, stated });
        }
        Ok(self.ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::alerts::list::ListedAlert;
    use crate::sources::directory::AlertScope;

    fn page(number: u32, last: u32, total: u64, ids: &[u64]) -> AlertPage {
        let alert = |id: &u64| ListedAlert {
            id: *id,
            is_published: true,
            text: None,
            starts: None,
            ends: None,
            may_last: None,
            scope: AlertScope::default(),
        };
        AlertPage {
            alerts: ids.iter().map(alert).collect(),
            unreadable: 0,
            number: Some(number),
            last: Some(last),
            total: Some(total),
            newest: None,
        }
    }

    fn read(pages: &[AlertPage]) -> Result<Vec<u64>, RoundFault> {
        let mut round = Round::default();
        for (at, page) in pages.iter().enumerate() {
            let step = round.accept(page);
            let is_last = at + 1 == pages.len();
            assert_eq!(step == RoundStep::End, is_last, "after page {}", at + 1);
        }
        round.complete().map(|ids| ids.into_iter().collect())
    }

    #[test]
    fn a_list_is_complete_only_if_each_page_says_so() {
        for (what, pages, expected) in [
            ("empty", vec![page(1, 1, 0, &[])], Ok(vec![])),
            ("empty, without a page", vec![page(1, 0, 0, &[])], Ok(vec![])),
            ("one page", vec![page(1, 1, 2, &[7, 8])], Ok(vec![7, 8])),
            ("pages", vec![page(1, 2, 3, &[7, 8]), page(2, 2, 3, &[9])], Ok(vec![7, 8, 9])),
            (
                "cut",
                vec![page(1, 1, 2, &[7]), page(2, 1, 2, &[])],
                Err(RoundFault::Short { listed: 1, stated: 2 }),
            ),
            (
                "more pages than stated",
                vec![page(1, 1, 3, &[7, 8]), page(2, 1, 3, &[9])],
                Ok(vec![7, 8, 9]),
            ),
            (
                "fewer pages than stated",
                vec![page(1, 9, 2, &[7, 8]), page(2, 9, 2, &[])],
                Ok(vec![7, 8]),
            ),
            (
                "the total of a page",
                vec![page(1, 2, 2, &[7, 8]), page(2, 2, 2, &[9])],
                Err(RoundFault::Short { listed: 3, stated: 2 }),
            ),
            ("more", vec![page(1, 1, 1, &[7, 8])], Err(RoundFault::Short { listed: 2, stated: 1 })),
            (
                "twice",
                vec![page(1, 1, 2, &[7, 7]), page(2, 1, 2, &[])],
                Err(RoundFault::Short { listed: 1, stated: 2 }),
            ),
            (
                "an alert moved to the next page",
                vec![page(1, 2, 3, &[7, 8]), page(2, 2, 3, &[8])],
                Err(RoundFault::Short { listed: 2, stated: 3 }),
            ),
            (
                "the first page again",
                vec![page(1, 2, 4, &[7, 8]), page(1, 2, 4, &[7, 8])],
                Err(RoundFault::WrongPage(2)),
            ),
            (
                "the first page again, numbered 2",
                vec![page(1, 2, 4, &[7, 8]), page(2, 2, 4, &[7, 8])],
                Err(RoundFault::Short { listed: 2, stated: 4 }),
            ),
            (
                "an empty page before the last one",
                vec![page(1, 9, 4, &[7, 8]), page(2, 9, 4, &[])],
                Err(RoundFault::Short { listed: 2, stated: 4 }),
            ),
        ] {
            assert_eq!(read(&pages), expected, "{what}");
        }
    }

    #[test]
    fn a_page_that_cannot_be_its_place_in_the_list_ends_the_round() {
        let unnumbered = |page: AlertPage| AlertPage { number: None, ..page };
        let endless = |page: AlertPage| AlertPage { last: None, ..page };
        let uncounted = |page: AlertPage| AlertPage { total: None, ..page };
        let unreadable = |page: AlertPage| AlertPage { unreadable: 1, ..page };
        for (what, pages, expected) in [
            ("page 2", vec![page(2, 2, 1, &[7])], Err(RoundFault::WrongPage(1))),
            ("page 0", vec![page(0, 1, 1, &[7])], Err(RoundFault::WrongPage(1))),
            (
                "another total",
                vec![page(1, 2, 3, &[7, 8]), page(2, 2, 2, &[9])],
                Err(RoundFault::Moved),
            ),
            (
                "another last page",
                vec![page(1, 2, 3, &[7, 8]), page(2, 3, 3, &[9])],
                Err(RoundFault::Moved),
            ),
            ("no number", vec![unnumbered(page(1, 1, 1, &[7]))], Err(RoundFault::Unnumbered)),
            ("no last page", vec![endless(page(1, 1, 1, &[7]))], Err(RoundFault::Unnumbered)),
            ("no total", vec![uncounted(page(1, 1, 1, &[7]))], Err(RoundFault::Unnumbered)),
            ("unreadable", vec![unreadable(page(1, 1, 1, &[7]))], Err(RoundFault::Unreadable(1))),
            (
                "unreadable on the first of two",
                vec![unreadable(page(1, 2, 2, &[7])), page(2, 2, 2, &[8])],
                Err(RoundFault::Unreadable(1)),
            ),
        ] {
            assert_eq!(read(&pages), expected, "{what}");
        }
    }

    #[test]
    fn a_list_without_an_end_is_left_after_a_hundred_pages() {
        let pages: Vec<_> =
            (1..=PAGES_MAX).map(|at| page(at, 9_999, 9_999, &[at.into()])).collect();
        assert_eq!(read(&pages), Err(RoundFault::Endless));
    }
}
