//! Opens the customer's page on an agent's screen when the telephone rings, and closes it when the call ends.
//!
//! ```text
//! PBX --> endpoint --> queue of 200 --> 8 requests at a time, after all calls' --> HubSoft
//!         answered at once     too old, too many, or ended before they were sent: dropped and counted
//! ```
//! Nothing here holds a call: the endpoint puts a report into the queue, and a task sends it. A page that opens
//! late is worse than none, so that a report is sent within ten seconds or not at all.

mod metrics;
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

use self::queue::{DueReport, ReportQueue, Taken};

pub use self::metrics::ScreenPopMetrics;

/// How long after the event a report is of use.
const LATE: Duration = Duration::from_secs(10);
/// Requests at a time.
const SENDING_MAX: usize = 8;
/// After so many failures in a row HubSoft is left alone for a while.
const FAILURES_MAX: u32 = 3;
const REST: Duration = Duration::from_secs(5);

static FAILED: RateLimitedLog = RateLimitedLog::new(Level::WARN, "screen pop failed");

/// What becomes of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    Queued,
    /// The queue is full, or there is no HubSoft to report to.
    Dropped,
    /// Nothing is known of the caller, or the call has ended before it was reported.
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
            queue: Mutex::default(),
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
        let report = DueReport { call, event, at: Instant::now() };
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
                self.metrics.count(event, "ended_before");
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
                && let Some(report) = self.next()
            {
                if self.is_dropped(&report, &mut recent) {
                    self.queue.lock().release(&report);
                    continue;
                }
                sending.spawn(Arc::clone(&self).send(report));
            }
            tokio::select! {
                () = self.queued.notified(), if sending.len() < SENDING_MAX => {}
                Some(sent) = sending.join_next(), if !sending.is_empty() => {
                    recent.note(sent.unwrap_or_else(|_| Some(reasons::PANIC.failure())).as_ref());
                    // The agent of the report may have another one.
                    self.queued.notify_one();
                }
                () = sleep_until(Instant::now() + LATE) => {}
            }
        }
    }

    fn next(&self) -> Option<DueReport> {
        self.queue.lock().next()
    }

    /// Whether a report is of no use any more, or HubSoft is left alone.
    fn is_dropped(&self, report: &DueReport, recent: &mut RecentFailures) -> bool {
        let now = Instant::now();
        let reason = if now >= report.at + LATE {
            "late"
        } else if recent.rests(now) {
            "resting"
        } else {
            return false;
        };
        self.metrics.count(report.event, reason);
        true
    }

    /// Sends a report while it is of use, and returns why HubSoft did not take it.
    async fn send(self: Arc<Self>, report: DueReport) -> Option<Failure> {
        let _sending = Sending { queue: &self.queue, report: &report };
        let screens = self.screens.now();
        let Some(screens) = &*screens else {
            self.metrics.count(report.event, "off");
            return None;
        };
        let deadline = report.at + LATE;
        let sent = timeout_at(deadline, screens.report(&report.call, report.event, deadline)).await;
        let failure = sent.unwrap_or_else(|_| Err(reasons::DEADLINE.failure())).err();
        let result = result_word(failure.as_ref());
        self.metrics.count(report.event, result);
        if let Some(failure) = failure.as_ref().filter(|_| result == "failed") {
            FAILED.log(format_args!("{}: {failure}", report.event.word()));
        }
        failure
    }
}

/// How a report went, for the metrics. In a surge of calls there is no slot for it in time.
fn result_word(failure: Option<&Failure>) -> &'static str {
    match failure {
        None => "sent",
        Some(failure) if failure.is_any(&[&reasons::DEADLINE, &reasons::SHED]) => "late",
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
    fn rests(&mut self, now: Instant) -> bool {
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
        self.rests_until = (self.failures >= FAILURES_MAX).then(|| Instant::now() + REST);
    }
}

/// Whether HubSoft may take the next report.
fn concerns_this_report(failure: &Failure) -> bool {
    failure.kind() == FailureKind::AboutThisKey && !reasons::is_no_permission(failure)
}

#[cfg(test)]
mod tests;
