//! What screen pops count.

use crate::domain::agent_call::AgentEvent;
use crate::runtime::metrics::{ByWords, Gauge, Registry};

const RESULTS: [&str; 10] = [
    "ended_before",
    "failed",
    "late",
    "not_open",
    "off",
    "queue_full",
    "reopened",
    "resting",
    "sent",
    "unknown_caller",
];

/// What screen pops count.
#[derive(Clone, Debug)]
pub struct ScreenPopMetrics {
    reports: ByWords<2>,
    pub(super) queue: Gauge,
}

impl Default for ScreenPopMetrics {
    fn default() -> Self {
        let reports = ByWords::new(["event", "result"]);
        for event in [AgentEvent::Ringing, AgentEvent::Ended] {
            RESULTS.iter().for_each(|result| drop(reports.of([event.word(), result])));
        }
        Self { reports, queue: Gauge::default() }
    }
}

impl ScreenPopMetrics {
    pub fn register(&self, registry: &mut Registry) {
        let help = "Reports of calls at agents' telephones, by event and result";
        registry.register("screen_pops", help, &self.reports);
        let help = "Reports of calls at agents' telephones that wait to be sent";
        registry.register("screen_pops_queue", help, &self.queue);
    }

    #[cfg(test)]
    pub(super) fn counted(&self, event: AgentEvent, result: &'static str) -> u64 {
        self.reports.of([event.word(), result]).get()
    }

    pub(super) fn count(&self, event: AgentEvent, result: &'static str) {
        self.reports.of([event.word(), result]).inc();
    }
}
