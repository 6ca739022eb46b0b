//! Reads one list, page by page: what each page adds, and what a failed one changes.

use std::collections::HashSet;

use crate::domain::failure::Failure;
use crate::sources::directory::{ChangedSince, ListPage};
use crate::sources::reasons::{self, is_no_permission};

use super::outcome::{WalkEnd, WalkFault};
use super::paging::{PageRead, PageStep};
use super::progress::{Collector, Progress};
use super::requests::{TimedPage, fault};

/// One refusal may be a mistake, two are not.
const REFUSALS_MAX: u32 = 2;

/// A list that is being read.
pub(super) struct ListReading<'c> {
    pub(super) collector: &'c mut dyn Collector,
    pub(super) progress: Progress,
    /// Whether no page has confirmed yet that the list is still the one whose progress is continued.
    is_unconfirmed: bool,
    /// For a list of changes.
    pub(super) changes: Option<Changes>,
    refusals: u32,
}

/// What is read of a list of changes.
pub(super) struct Changes {
    pub(super) since: ChangedSince,
    /// A list of so many customers is not filtered.
    pub(super) everybody: u64,
    ids: HashSet<u64>,
}

impl<'c> ListReading<'c> {
    /// Reads everybody. `progress` may be that of a walk that is continued.
    pub(super) fn whole(collector: &'c mut dyn Collector, mut progress: Progress) -> Self {
        progress.paging.forgive();
        let is_unconfirmed = progress.pages > 0;
        Self { collector, progress, is_unconfirmed, changes: None, refusals: 0 }
    }

    /// Reads who has changed `since`; a list of `everybody` is not filtered.
    pub(super) fn changes(
        collector: &'c mut dyn Collector,
        progress: Progress,
        since: ChangedSince,
        everybody: u64,
    ) -> Self {
        let changes = Changes { since, everybody, ids: HashSet::new() };
        Self { changes: Some(changes), ..Self::whole(collector, progress) }
    }

    /// Adds the page with `number`, and returns what follows. Fails if it is not the requested page.
    pub(super) async fn accept(
        &mut self,
        number: u32,
        answer: TimedPage,
    ) -> Result<PageStep, Failure> {
        let mut read = page_read(number, &answer);
        read.distinct = self.distinct();
        if let Some(wrong) = self.progress.paging.wrong(&read) {
            return Err(reasons::INVALID_ANSWER.because(wrong));
        }
        self.refusals = 0;
        if self.is_unconfirmed && answer.page.total != self.progress.total() {
            self.begin_again();
            return Ok(PageStep::More);
        }
        self.is_unconfirmed = false;
        if let (0, Some(total)) = (self.progress.pages, answer.page.total) {
            self.collector.expect(total);
        }
        self.progress.seen.read(&answer.page);
        read.new = self.add(answer.page).await;
        read.distinct = self.distinct();
        self.progress.customers = read.distinct;
        self.progress.pages += 1;
        Ok(self.progress.paging.read(&read))
    }

    /// The list is another one than that whose reading was interrupted.
    fn begin_again(&mut self) {
        self.is_unconfirmed = false;
        self.collector.clear();
        self.progress = Progress::new(self.progress.paging.rows(), self.progress.started_at_s);
    }

    /// Tells the collector how far a walk through the whole list is.
    pub(super) fn note(&mut self) {
        if self.changes.is_none() {
            self.collector.note(&self.progress);
        }
    }

    /// Adds customers, and returns how many were new.
    async fn add(&mut self, page: ListPage) -> u64 {
        let new_ids = self.changes.as_mut().map(|changes| {
            page.customers.iter().filter(|customer| changes.ids.insert(customer.id)).count()
        });
        let gain = self.collector.add(page.customers).await;
        new_ids.unwrap_or(gain.new) as u64
    }

    fn distinct(&self) -> u64 {
        let of_changes = self.changes.as_ref().map(|changes| changes.ids.len());
        of_changes.unwrap_or_else(|| self.collector.customers()) as u64
    }

    /// Records a failed attempt. Returns how the walk ends if it was the last one.
    pub(super) fn failed(&mut self, failure: &Failure) -> Option<WalkEnd> {
        self.refusals += u32::from(is_no_permission(failure));
        let tries_left = self.progress.paging.failed(fault(failure));
        // Some versions refuse with a status in the body only.
        let is_refused_list = failure.is(&reasons::REFUSED) && self.progress.pages == 0;
        if self.refusals >= REFUSALS_MAX || (tries_left == 0 && is_refused_list) {
            return Some(WalkEnd::NoPermission(failure.clone()));
        }
        (tries_left == 0).then(|| WalkEnd::Failed(WalkFault::Page(failure.clone())))
    }

    /// Whether the filter by the date of a change is ignored.
    pub(super) fn lists_everybody(&self) -> bool {
        let total = self.progress.total();
        self.changes.as_ref().is_some_and(|changes| total >= Some(changes.everybody.max(1)))
    }
}

fn page_read(requested: u32, answer: &TimedPage) -> PageRead {
    let page = &answer.page;
    PageRead {
        requested,
        stated: page.number,
        last: page.last,
        total: page.total,
        rows: (page.customers.len() + page.unreadable) as u64,
        took: answer.took,
        ..PageRead::default()
    }
}
