//! Sends the requests of a walk: one at a time, with rests, and none while calls wait.

use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use crate::domain::failure::{Failure, FailureKind};
use crate::runtime::jitter::jittered;
use crate::sources::directory::{ChangedSince, ListPage, PageRequest};
use crate::sources::reasons::{self, is_no_permission};

use super::pace::{Quiet, pause_after, rest_after};
use super::paging::PageFault;
use super::setup::Walker;
use super::status::WalkPhase;

/// A page may take this long. Pages of 500 customers took more than 15 s in production.
pub const PAGE_TIMEOUT: Duration = Duration::from_secs(60);
/// The list itself should end a request at its deadline; this is how long afterwards it is dropped.
const GRACE: Duration = Duration::from_secs(5);
/// How often a pause looks whether calls still wait.
const POLL: Duration = Duration::from_millis(100);

/// The requests of one walk.
pub(super) struct Requests<'w> {
    walker: &'w Walker<'w>,
    quiet: Quiet,
    started_at: Instant,
    next_at: Instant,
    pub(super) sent: u64,
    /// How long requests were in flight.
    pub(super) busy: Duration,
    /// How long calls waited.
    pub(super) paused: Duration,
}

/// A page, and how long it took.
pub(super) struct TimedPage {
    pub(super) page: ListPage,
    pub(super) took: Duration,
}

impl<'w> Requests<'w> {
    pub(super) fn new(walker: &'w Walker<'w>) -> Self {
        let now = Instant::now();
        Self {
            walker,
            quiet: Quiet::default(),
            started_at: now,
            next_at: now,
            sent: 0,
            busy: Duration::ZERO,
            paused: Duration::ZERO,
        }
    }

    /// Requests a page, when it is time and no call waits.
    pub(super) async fn page(
        &mut self,
        number: u32,
        rows: u32,
        changed: Option<&ChangedSince>,
    ) -> Result<TimedPage, Failure> {
        self.rest().await;
        let sent_at = Instant::now();
        let deadline = sent_at + PAGE_TIMEOUT;
        let request = PageRequest { number, rows, changed: changed.cloned(), deadline };
        let answer = timeout_at(deadline + GRACE, self.walker.list.page(request)).await;
        let answer = answer.unwrap_or_else(|_| Err(reasons::TIMEOUT.failure()));
        let took = sent_at.elapsed();
        self.next_at = Instant::now() + rest_after(took, self.walker.settings.duty_percent);
        if !answer.as_ref().is_err_and(|failure| failure.kind() == FailureKind::NotQueried) {
            self.sent += 1;
            self.busy += took;
        }
        answer.map(|page| TimedPage { page, took })
    }

    /// Delays the next request after `failures` failed ones in a row.
    pub(super) fn back_off(&mut self, failures: u32, failure: &Failure) {
        let pause = jittered(pause_after(failures, failure.requested_pause()));
        self.next_at = self.next_at.max(Instant::now() + pause);
    }

    /// Time since the beginning, pauses included.
    pub(super) fn took(&self) -> Duration {
        self.started_at.elapsed()
    }

    /// Time since the beginning, without the pauses for calls.
    pub(super) fn worked(&self) -> Duration {
        self.took().saturating_sub(self.paused)
    }

    /// Waits until it is time for the next request, and then until no call waits.
    async fn rest(&mut self) {
        sleep_until(self.next_at).await;
        let rested_at = Instant::now();
        while !self.quiet.is_quiet((self.walker.is_busy)(), Instant::now().into_std()) {
            self.walker.enter(WalkPhase::Paused);
            sleep(POLL).await;
        }
        self.walker.enter(WalkPhase::Walking);
        self.paused += rested_at.elapsed();
    }
}

/// Returns what `failure` suggests about the size of the page.
pub(super) fn fault(failure: &Failure) -> PageFault {
    let is_too_large = failure.is_any(&[
        &reasons::DEADLINE,
        &reasons::HEAD_TOO_LARGE,
        &reasons::SERVER_ERROR,
        &reasons::SERVER_TIMEOUT,
        &reasons::TIMEOUT,
        &reasons::TOO_LARGE,
    ]);
    let is_elsewhere = failure.is_any(&[
        &reasons::CONNECT,
        &reasons::THROTTLED,
        &reasons::TLS,
        &reasons::TOKEN,
        &reasons::UNAVAILABLE,
    ]);
    match failure.kind() {
        FailureKind::NotQueried => PageFault::Unsent,
        _ if is_too_large => PageFault::TooLarge,
        _ if is_elsewhere || is_no_permission(failure) => PageFault::Elsewhere,
        _ => PageFault::Broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_concerns_the_size_makes_pages_smaller_at_once() {
        for (failure, expected) in [
            (reasons::TIMEOUT.failure(), PageFault::TooLarge),
            (reasons::of_status(504), PageFault::TooLarge),
            (reasons::TOO_LARGE.failure(), PageFault::TooLarge),
            (reasons::REFUSED.failure(), PageFault::Broken),
            (reasons::INVALID_ANSWER.because("truncated"), PageFault::Broken),
            (reasons::BROKEN.failure(), PageFault::Broken),
            (reasons::CONNECT.failure(), PageFault::Elsewhere),
            (reasons::UNAVAILABLE.retry_after(None), PageFault::Elsewhere),
            (reasons::of_status(403), PageFault::Elsewhere),
            (reasons::SHED.failure(), PageFault::Unsent),
            (reasons::BREAKER_OPEN.failure(), PageFault::Unsent),
        ] {
            assert_eq!(fault(&failure), expected, "{failure}");
        }
    }
}
