//! The reports that wait to be sent: bounded, and in order for each agent.
//!
//! The end of a call is reported before the beginning of others, and is kept while HubSoft is left alone: a page
//! that is not closed stays on the agent's screen.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::agent_call::{Agent, AgentCall, AgentEvent};

use super::pages::{PageState, Pages};

/// Beginnings that wait; more than a hundred agents have at a time.
const OPENS_MAX: usize = 200;
/// Ends that wait: those of pages that are open, and those of which nothing is known yet.
const CLOSES_MAX: usize = 1_000;
const EARLY_MAX: usize = 200;
/// How long after the beginning its report is of use, and after the end.
pub(super) const OPEN_LATE: Duration = Duration::from_secs(10);
pub(super) const CLOSE_LATE: Duration = Duration::from_secs(120);
/// How long an end waits for a beginning that is behind it: a PBX may send both at the same time.
const BEHIND: Duration = Duration::from_secs(2);

/// What happened to a call, and when.
#[derive(Clone, Debug)]
pub(super) struct DueReport {
    pub(super) call: AgentCall,
    pub(super) event: AgentEvent,
    pub(super) at: Instant,
    /// It is not sent before.
    due: Instant,
}

impl DueReport {
    pub(super) fn new(call: AgentCall, event: AgentEvent, at: Instant) -> Self {
        Self { call, event, at, due: at }
    }

    /// When it is of no use any more.
    pub(super) fn late_at(&self) -> Instant {
        match self.event {
            AgentEvent::Ringing => self.at + OPEN_LATE,
            AgentEvent::Ended => self.at + CLOSE_LATE,
        }
    }
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    Queued,
    Full,
    /// Its call began and ended, and neither will be reported.
    Settled,
    /// The page of its call is not open, or is about to be closed already.
    NotOpen,
}

/// The report that is next.
#[derive(Debug)]
pub(super) enum NextReport {
    Send(DueReport),
    /// It is of no use, for the reason that is counted.
    Drop(DueReport, &'static str),
}

/// What HubSoft made of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PageOutcome {
    Taken,
    /// It had no effect.
    Refused,
    /// It may have had one.
    Unclear,
}

/// The reports, oldest first, and the agents of those that are being sent.
pub(super) struct ReportQueue {
    opens: VecDeque<DueReport>,
    closes: VecDeque<DueReport>,
    sending: HashSet<Agent>,
    pages: Pages,
}

impl ReportQueue {
    pub(super) fn new(now: Instant) -> Self {
        let (opens, closes, sending) = Default::default();
        Self { opens, closes, sending, pages: Pages::new(now) }
    }

    pub(super) fn len(&self) -> usize {
        self.opens.len() + self.closes.len()
    }

    pub(super) fn take(&mut self, report: DueReport) -> Taken {
        match report.event {
            AgentEvent::Ringing => self.take_beginning(report),
            AgentEvent::Ended => self.take_end(report),
        }
    }

    fn take_beginning(&mut self, report: DueReport) -> Taken {
        let is_unknown = self.pages.state(&report.call, report.at).is_none();
        let is_end = |end: &DueReport| end.call == report.call && report.at < end.due;
        if is_unknown && let Some(at) = self.closes.iter().position(is_end) {
            self.closes.remove(at);
            return Taken::Settled;
        }
        if self.opens.len() >= OPENS_MAX {
            self.pages.not_opened(&report.call, report.at);
            return Taken::Full;
        }
        self.opens.push_back(report);
        Taken::Queued
    }

    fn take_end(&mut self, report: DueReport) -> Taken {
        if let Some(at) = position(&self.opens, &report.call) {
            self.opens.remove(at);
            return Taken::Settled;
        }
        if position(&self.closes, &report.call).is_some() {
            return Taken::NotOpen;
        }
        let (due, most) = match self.pages.state(&report.call, report.at) {
            Some(PageState::NotOpened) => {
                self.pages.forget(&report.call, report.at);
                return Taken::NotOpen;
            }
            Some(PageState::Open | PageState::Opening) => (report.at, CLOSES_MAX),
            None => (report.at + BEHIND, EARLY_MAX),
        };
        if self.closes.len() >= most {
            return Taken::Full;
        }
        self.closes.push_back(DueReport { due, ..report });
        Taken::Queued
    }

    /// Removes the next report whose agent has none being sent, and keeps the agent until it is released. While
    /// HubSoft `rests`, ends wait.
    pub(super) fn next(&mut self, now: Instant, rests: bool) -> Option<NextReport> {
        if let Some(close) = self.next_close(now, rests) {
            return Some(self.checked_close(close, now));
        }
        let at = self.opens.iter().position(|report| self.is_free(report))?;
        let open = self.opens.remove(at)?;
        let reason = if now >= open.late_at() { Some("late") } else { rests.then_some("resting") };
        if let Some(reason) = reason {
            self.pages.not_opened(&open.call, now);
            return Some(NextReport::Drop(open, reason));
        }
        // The page is wanted again before it was closed.
        if let Some(at) = position(&self.closes, &open.call)
            && let Some(close) = self.closes.remove(at)
        {
            self.opens.push_front(open);
            return Some(NextReport::Drop(close, "reopened"));
        }
        self.pages.request(&open.call, now);
        self.sending.insert(open.call.agent.clone());
        Some(NextReport::Send(open))
    }

    fn next_close(&mut self, now: Instant, rests: bool) -> Option<DueReport> {
        let is_next = |report: &DueReport| {
            now >= report.late_at() || (!rests && now >= report.due && self.is_free(report))
        };
        let at = self.closes.iter().position(is_next)?;
        self.closes.remove(at)
    }

    /// Whether an end that is due is of use.
    fn checked_close(&mut self, close: DueReport, now: Instant) -> NextReport {
        let state = self.pages.forget(&close.call, now);
        let is_open = match state {
            Some(state) => state != PageState::NotOpened,
            None => self.pages.may_be_older(now),
        };
        if !is_open {
            return NextReport::Drop(close, "not_open");
        }
        if now >= close.late_at() {
            return NextReport::Drop(close, "late");
        }
        self.sending.insert(close.call.agent.clone());
        NextReport::Send(close)
    }

    fn is_free(&self, report: &DueReport) -> bool {
        !self.sending.contains(&report.call.agent)
    }

    /// Notes what HubSoft made of a beginning.
    pub(super) fn note_opened(&mut self, call: &AgentCall, outcome: PageOutcome, now: Instant) {
        match outcome {
            PageOutcome::Taken => self.pages.open(call, now),
            PageOutcome::Refused => self.pages.not_opened(call, now),
            PageOutcome::Unclear => {}
        }
    }

    /// Keeps an end that was not taken for another attempt at `due`, and returns whether there is space.
    pub(super) fn retry(&mut self, report: &DueReport, due: Instant) -> bool {
        let has_space = self.closes.len() < CLOSES_MAX;
        if has_space {
            self.pages.open(&report.call, due);
            self.closes.push_back(DueReport { due, ..report.clone() });
        }
        has_space
    }

    /// When the next end is due that does not wait for a report being sent.
    pub(super) fn wakes_at(&self, now: Instant, rests_until: Option<Instant>) -> Option<Instant> {
        let due = |report: &DueReport| rests_until.map_or(report.due, |end| end.max(report.due));
        self.closes.iter().map(due).filter(|at| *at > now).min()
    }

    /// Lets the next report of the same agent be sent.
    pub(super) fn release(&mut self, report: &DueReport) {
        self.sending.remove(&report.call.agent);
    }

    pub(super) fn release_all(&mut self) {
        self.sending.clear();
    }
}

fn position(reports: &VecDeque<DueReport>, call: &AgentCall) -> Option<usize> {
    reports.iter().rposition(|report| report.call == *call)
}
