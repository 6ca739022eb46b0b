//! The reports that wait to be sent: bounded, and in order for each agent.

use std::collections::{HashSet, VecDeque};

use tokio::time::Instant;

use crate::domain::agent_call::{Agent, AgentCall, AgentEvent};

/// Reports that wait; more than a hundred agents have at a time.
const QUEUE_MAX: usize = 200;

/// What happened to a call, and when.
#[derive(Clone, Debug)]
pub(super) struct DueReport {
    pub(super) call: AgentCall,
    pub(super) event: AgentEvent,
    pub(super) at: Instant,
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    Queued,
    Full,
    /// Its call had not been reported yet, and will not be.
    Settled,
}

/// The reports, oldest first, and the agents of those that are being sent.
#[derive(Default)]
pub(super) struct ReportQueue {
    waiting: VecDeque<DueReport>,
    sending: HashSet<Agent>,
}

impl ReportQueue {
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn take(&mut self, report: DueReport) -> Taken {
        let is_start = |waiting: &DueReport| {
            waiting.event == AgentEvent::Ringing && waiting.call == report.call
        };
        if report.event == AgentEvent::Ended
            && let Some(at) = self.waiting.iter().rposition(is_start)
        {
            self.waiting.remove(at);
            return Taken::Settled;
        }
        if self.waiting.len() >= QUEUE_MAX {
            return Taken::Full;
        }
        self.waiting.push_back(report);
        Taken::Queued
    }

    /// Removes the oldest report whose agent has none being sent, and keeps the agent until it is released.
    pub(super) fn next(&mut self) -> Option<DueReport> {
        let is_free = |report: &DueReport| !self.sending.contains(&report.call.agent);
        let at = self.waiting.iter().position(is_free)?;
        let report = self.waiting.remove(at)?;
        self.sending.insert(report.call.agent.clone());
        Some(report)
    }

    /// Lets the next report of the same agent be sent.
    pub(super) fn release(&mut self, report: &DueReport) {
        self.sending.remove(&report.call.agent);
    }

    pub(super) fn release_all(&mut self) {
        self.sending.clear();
    }
}
