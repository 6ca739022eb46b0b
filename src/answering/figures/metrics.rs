//! Counts calls by rule and by prompt for Prometheus.

use crate::runtime::metrics::{ByName, OTHER, Registry};

/// The name of spoken texts, of which each recording would be a series of its own.
pub(super) const SPOKEN: &str = "spoken";

/// What is counted of what callers hear.
#[derive(Clone, Debug)]
pub struct FigureMetrics {
    rules: ByName,
    prompts: ByName,
}

impl Default for FigureMetrics {
    fn default() -> Self {
        let metrics = Self { rules: ByName::new("rule"), prompts: ByName::new("prompt") };
        drop(metrics.rules.of(OTHER));
        drop(metrics.prompts.of(OTHER));
        drop(metrics.prompts.of(SPOKEN));
        metrics
    }
}

impl FigureMetrics {
    pub fn register(&self, registry: &mut Registry) {
        let help = "Calls whose prompt a rule chose, by rule; `other` beyond 300";
        registry.register("rule", help, &self.rules);
        let help =
            "Calls that heard a prompt, by what Asterisk plays; `spoken` for an alert's words";
        registry.register("prompt", help, &self.prompts);
    }

    /// Begins with each rule of a configuration, so that a rule that never matches is seen.
    pub fn begin<'a>(&self, rules: impl IntoIterator<Item = &'a str>) {
        rules.into_iter().for_each(|rule| drop(self.rules.of(rule)));
    }

    pub(super) fn rules(&self) -> &ByName {
        &self.rules
    }

    pub(super) fn prompts(&self) -> &ByName {
        &self.prompts
    }
}
