//! Requests the list of alerts, one page at a time.

use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::domain::failure::Failure;
use crate::sources::reasons;

use super::feed::Round;
use super::list::{AlertList, AlertPage};

/// A page may take this long.
const PAGE_MAX: Duration = Duration::from_secs(10);
/// The list itself should end a request at its deadline; this is how long afterwards it is dropped.
const GRACE: Duration = Duration::from_secs(1);
/// A reading that takes longer is not completed: its first page is too old.
const ROUND_MAX: Duration = Duration::from_secs(60);

type PendingPage = Pin<Box<dyn Future<Output = Result<AlertPage, Failure>> + Send>>;

/// A reading of the list that is under way.
pub(super) struct Poll {
    list: Arc<dyn AlertList>,
    pub(super) started: Instant,
    pub(super) round: Round,
    request: PendingPage,
}

impl Poll {
    /// Requests the first page.
    pub(super) fn start(list: Arc<dyn AlertList>) -> Self {
        let round = Round::default();
        let request = request(Arc::clone(&list), round.next_page());
        Self { list, started: Instant::now(), round, request }
    }

    /// Requests the next page; `false` if the reading has taken too long.
    pub(super) fn goes_on(&mut self) -> bool {
        let is_in_time = self.started.elapsed() < ROUND_MAX;
        if is_in_time {
            self.request = request(Arc::clone(&self.list), self.round.next_page());
        }
        is_in_time
    }

    /// Waits for the page of a reading, if one is under way. Nothing is lost if the wait is dropped.
    pub(super) async fn page(poll: &mut Option<Self>) -> Result<AlertPage, Failure> {
        match poll {
            Some(poll) => (&mut poll.request).await,
            None => pending().await,
        }
    }
}

fn request(list: Arc<dyn AlertList>, page: u32) -> PendingPage {
    Box::pin(async move {
        let deadline = Instant::now() + PAGE_MAX;
        let answer = timeout_at(deadline + GRACE, list.alerts(page, deadline)).await;
        answer.unwrap_or_else(|_| Err(reasons::TIMEOUT.failure()))
    })
}
