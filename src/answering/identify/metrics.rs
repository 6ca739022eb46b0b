//! What identifications count.

use crate::domain::identification::Identification;
use crate::runtime::metrics::{ByWords, Counter, Registry};

const RESULTS: [&str; 5] = ["found", "invalid", "limited", "not_found", "unavailable"];

/// What identifications count.
#[derive(Clone, Debug)]
pub struct IdentifyMetrics {
    identifications: ByWords<2>,
    pub(super) alarms: Counter,
}

impl Default for IdentifyMetrics {
    fn default() -> Self {
        let identifications = ByWords::new(["by", "result"]);
        for by in ["code", "document"] {
            // What is invalid is neither.
            let results = RESULTS.iter().filter(|result| **result != "invalid");
            results.for_each(|result| drop(identifications.of([by, result])));
        }
        drop(identifications.of(["invalid", "invalid"]));
        Self { identifications, alarms: Counter::default() }
    }
}

impl IdentifyMetrics {
    pub fn register(&self, registry: &mut Registry) {
        let help = "Callers who typed a document or a code, by what it was and the result";
        registry.register("identifications", help, &self.identifications);
        let help = "Minutes with so many documents and codes of nobody that somebody may be trying them out";
        registry.register("identify_alarms", help, &self.alarms);
    }

    pub(super) fn count(&self, given: &Identification, result: &'static str) {
        self.identifications.of([given.word(), result]).inc();
    }
}
