//! Opens the customer's page on an agent's screen when the telephone rings, and closes it when the call ends.
//!
//! ```text
//! PBX --> endpoint --> queue of 200 --> 8 requests at a time, after all calls' --> HubSoft
//!         answered at once     too old, too many, or ended before they were sent: dropped and counted
//! ```
//! Nothing here holds a call: the endpoint puts a report into the queue, and a task sends it. A page that opens
//! late is worse than none, so that the beginning of a call is reported within ten seconds or not at all. The end is
//! reported of those whose page was opened, also when HubSoft has rested.

mod metrics;
mod pages;
mod queue;

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout_at};
use tracing::Level;

use crate::domain::agent_call::{AgentCall, AgentEvent};
use crate::domain::failure::{Failure, FailureKind};
use crate::runtime::current::Current;
use crate::runtime::logging::RateLimitedLog;
use crate::runtime::metrics::size;
use crate::sources::agent_screens::AgentScreens;
use crate::sources::reasons;

use self::queue::{DueReport, NextReport, OPEN_LATE, PageOutcome, ReportQueue, Taken};

pub use self::metrics::ScreenPopMetrics;

/// Requests at a time.
const SENDING_MAX: usize = 8;
/// After so many failures in a row HubSoft is left alone for a while.
const FAILURES_MAX: u32 = 3;
const REST: Duration = Duration::from_secs(5);
/// The longest that HubSoft is left alone because it asks for it.
const REST_MAX: Duration = Duration::from_secs(60);

static FAILED: RateLimitedLog = RateLimitedLog::new(Level::WARN, "screen pop failed");

/// What becomes of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    Queued,
    /// The queue is full, or there is no HubSoft to report to.
    Dropped,
    /// Nothing is known of the caller, the call has ended before it was reported, or its page is not open.
    Skipped,
}

/// The reports of calls at agents' telephones.
pub struct ScreenPops {
    screens: Current<Option<Arc<dyn AgentScreens>>>,
    queue: Mutex<ReportQueue>,
    /// Notified when a report is queued.
    queued: Notify,
    metrics: ScreenPopMetrics,
}

/// Whether HubSoft has answered lately.
#[derive(Default)]
struct RecentFailures {
    failures: u32,
    rests_until: Option<Instant>,
}

impl ScreenPops {
    pub fn new(screens: Option<Arc<dyn AgentScreens>>, metrics: ScreenPopMetrics) -> Self {
        Self {
            screens: Current::new(screens),
            queue: Mutex::new(ReportQueue::new(Instant::now())),
            queued: Notify::new(),
            metrics,
        }
    }

    /// Reports to other screens from now on.
    pub fn adjust(&self, screens: Option<Arc<dyn AgentScreens>>) {
        self.screens.replace(screens);
    }

    /// Takes a report, and returns at once.
    pub fn take(&self, call: AgentCall, event: AgentEvent) -> Accepted {
        if !call.is_known() {
            self.metrics.count(event, "unknown_caller");
            return Accepted::Skipped;
        }
        if self.screens.now().is_none() {
            self.metrics.count(event, "off");
            return Accepted::Dropped;
        }
        let report = DueReport::new(call, event, Instant::now());
        let taken = self.queue.lock().take(report);
        match taken {
            Taken::Queued => {
                self.queued.notify_one();
                Accepted::Queued
            }
            Taken::Full => {
                self.metrics.count(event, "queue_full");
                Accepted::Dropped
            }
            Taken::Settled => {
                self.metrics.count(AgentEvent::Ringing, "ended_before");
                self.metrics.count(AgentEvent::Ended, "ended_before");
                Accepted::Skipped
            }
            Taken::NotOpen => {
                self.metrics.count(event, "not_open");
                Accepted::Skipped
            }
        }
    }

    /// Sets the gauge of the queue.
    pub fn measure(&self) {
        self.metrics.queue.set(size(self.queue.lock().len()));
    }

    /// Sends the reports until it is dropped.
    pub async fn keep(self: Arc<Self>) {
        // A task that panicked may have left some behind.
        self.queue.lock().release_all();
        let mut sending = JoinSet::new();
        let mut recent = RecentFailures::default();
        loop {
            while sending.len() < SENDING_MAX
                && let Some(report) = self.next(&recent)
            {
                sending.spawn(Arc::clone(&self).send(report));
            }
            let wakes_at = self.wakes_at(&recent);
            tokio::select! {
                () = self.queued.notified(), if sending.len() < SENDING_MAX => {}
                Some(sent) = sending.join_next(), if !sending.is_empty() => {
                    recent.note(sent.unwrap_or_else(|_| Some(reasons::PANIC.failure())).as_ref());
                    // The agent of the report may have another one.
                    self.queued.notify_one();
                }
                () = sleep_until(wakes_at) => {}
            }
        }
    }

    /// The next report that is of use; the others are counted.
    fn next(&self, recent: &RecentFailures) -> Option<DueReport> {
        loop {
            let now = Instant::now();
            match self.queue.lock().next(now, recent.rests(now))? {
                NextReport::Send(report) => return Some(report),
                NextReport::Drop(report, reason) => self.metrics.count(report.event, reason),
            }
        }
    }

    /// When to look at the queue again, though nothing is queued and no request ends.
    fn wakes_at(&self, recent: &RecentFailures) -> Instant {
        let now = Instant::now();
        let wakes_at = self.queue.lock().wakes_at(now, recent.rests_until);
        wakes_at.unwrap_or(now + OPEN_LATE).min(now + OPEN_LATE)
    }

    /// Sends a report while it is of use, and returns why HubSoft did not take it.
    async fn send(self: Arc<Self>, report: DueReport) -> Option<Failure> {
        let _sending = Sending { queue: &self.queue, report: &report };
        let screens = self.screens.now();
        let Some(screens) = &*screens else {
            self.metrics.count(report.event, "off");
            self.queue.lock().note_opened(&report.call, PageOutcome::Refused, Instant::now());
            return None;
        };
        let deadline = report.late_at().min(Instant::now() + OPEN_LATE);
        let sent = timeout_at(deadline, screens.report(&report.call, report.event, deadline)).await;
        let failure = sent.unwrap_or_else(|_| Err(reasons::DEADLINE.failure())).err();
        self.conclude(&report, failure.as_ref());
        failure
    }

    /// Counts and logs how a report went. The end of a call that was not taken is sent again.
    fn conclude(&self, report: &DueReport, failure: Option<&Failure>) {
        let now = Instant::now();
        let result = result_word(failure);
        if let Some(failure) = failure.filter(|_| result == "failed") {
            FAILED.log(format_args!("{}: {failure}", report.event.word()));
        }
        let waits = match report.event {
            AgentEvent::Ringing => {
                self.queue.lock().note_opened(&report.call, outcome(failure), now);
                false
            }
            AgentEvent::Ended => {
                failure.is_some_and(|failure| failure.kind() != FailureKind::AboutThisKey)
                    && self.queue.lock().retry(report, now + REST)
            }
        };
        if !waits {
            self.metrics.count(report.event, result);
        }
    }
}

/// What HubSoft made of a report that ended with `failure`.
fn outcome(failure: Option<&Failure>) -> PageOutcome {
    let unclear = [
        &reasons::BROKEN,
        &reasons::DEADLINE,
        &reasons::INVALID_ANSWER,
        &reasons::TIMEOUT,
        &reasons::TOO_LARGE,
    ];
    match failure {
        None => PageOutcome::Taken,
        Some(failure) if failure.is_any(&unclear) => PageOutcome::Unclear,
        Some(_) => PageOutcome::Refused,
    }
}

/// How a report went, for the metrics. In a surge of calls there is no slot for it in time.
fn result_word(failure: Option<&Failure>) -> &'static str {
    match failure {
        None => "sent",
        Some(failure) if failure.is_any(&[&reasons::DEADLINE, &reasons::SHED]) => "late",
        Some(failure) if failure.is(&reasons::PAUSED) => "resting",
        Some(_) => "failed",
    }
}

/// A report that is being sent. When it ends, even in a panic, the next one of its agent can be sent.
struct Sending<'a> {
    queue: &'a Mutex<ReportQueue>,
    report: &'a DueReport,
}

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        self.queue.lock().release(self.report);
    }
}

impl RecentFailures {
    fn rests(&self, now: Instant) -> bool {
        self.rests_until.is_some_and(|until| now < until)
    }

    /// Notes why a report was not taken, if it was not.
    fn note(&mut self, failure: Option<&Failure>) {
        self.failures = match failure {
            None => 0,
            // HubSoft was not asked, so nothing new is known of it.
            Some(failure) if failure.kind() == FailureKind::NotQueried => return,
            Some(failure) if concerns_this_report(failure) => 0,
            Some(_) => self.failures + 1,
        };
        let requested = failure.and_then(Failure::requested_pause).map(|pause| pause.min(REST_MAX));
        let rest = requested.or_else(|| (self.failures >= FAILURES_MAX).then_some(REST));
        self.rests_until = match rest {
            // What was under way ends later, and does not shorten it.
            Some(rest) => self.rests_until.max(Some(Instant::now() + rest)),
            None if self.failures == 0 => None,
            None => self.rests_until,
        };
    }
}

/// Whether HubSoft may take the next report.
fn concerns_this_report(failure: &Failure) -> bool {
    failure.kind() == FailureKind::AboutThisKey && !reasons::is_no_permission(failure)
}

#[cfg(test)]
mod tests;
