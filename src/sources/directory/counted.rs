//! A list whose requests for pages are counted as they are answered.

use tokio::time::Instant;

use crate::domain::failure::{Failure, FailureKind};
use crate::runtime::metrics::Counter;

use super::list::{CustomerList, ListFuture, ListPage, PageRequest, ScopeTables};

/// A list, and the counter of its requests.
pub(super) struct CountedList<'a> {
    pub(super) list: &'a dyn CustomerList,
    pub(super) requests: &'a Counter,
}

impl CustomerList for CountedList<'_> {
    fn page(&self, request: PageRequest) -> ListFuture<'_, ListPage> {
        Box::pin(async move {
            let answer = self.list.page(request).await;
            let is_unsent = |failure: &_| Failure::kind(failure) == FailureKind::NotQueried;
            if !answer.as_ref().is_err_and(is_unsent) {
                self.requests.inc();
            }
            answer
        })
    }

    fn is_busy(&self) -> bool {
        self.list.is_busy()
    }

    fn tables(&self, deadline: Instant) -> ListFuture<'_, ScopeTables> {
        self.list.tables(deadline)
    }
}
