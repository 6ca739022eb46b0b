//! Counts the calls of each trunk.

use crate::domain::answer::AnswerStatus;
use crate::runtime::metrics::{ByNameAndLabel, OTHER, Registry};

use super::{Trunk, Trunks};

/// Calls by trunk and status: where many callers of one trunk are nobody, its numbers are read wrongly.
#[derive(Clone, Debug)]
pub struct TrunkMetrics {
    calls: ByNameAndLabel<AnswerStatus>,
}

impl Default for TrunkMetrics {
    fn default() -> Self {
        Self { calls: ByNameAndLabel::new("trunk") }
    }
}

impl TrunkMetrics {
    pub fn register(&self, registry: &mut Registry) {
        let help = "Calls answered, by configured trunk and status";
        registry.register("trunk_calls", help, &self.calls);
    }

    /// Begins the counters of `trunks` at zero. Without any, nothing is counted.
    pub fn begin(&self, trunks: &Trunks) {
        trunks.names().for_each(|name| drop(self.calls.of(name)));
        if !trunks.is_empty() {
            drop(self.calls.of(OTHER));
        }
    }

    /// Counts a call that came by `trunk`, or by none of those.
    pub(crate) fn count(&self, trunk: Option<&Trunk>, status: AnswerStatus) {
        self.calls.of(trunk.map_or(OTHER, |trunk| &trunk.name)).count(status);
    }
}
