//! Counts the FastAGI connections that fail, by reason.

use crate::runtime::metrics::{ByLabel, Label, Registry};

/// Why one failed.
#[derive(Clone, Copy, Debug)]
pub(super) enum AgiError {
    Broken,
    Closed,
    Hangup,
    Hostile,
    Late,
    Refused,
    Script,
}

impl Label for AgiError {
    const NAME: &'static str = "reason";
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Broken, "broken"),
        (Self::Closed, "closed"),
        (Self::Hangup, "hangup"),
        (Self::Hostile, "hostile"),
        (Self::Late, "late"),
        (Self::Refused, "refused"),
        (Self::Script, "script"),
    ];

    fn index(self) -> usize {
        self as usize
    }
}

/// What the FastAGI server counts.
#[derive(Clone, Debug, Default)]
pub struct FastagiMetrics {
    pub(super) errors: ByLabel<AgiError>,
}

impl FastagiMetrics {
    pub fn register(&self, registry: &mut Registry) {
        let help = "FastAGI connections that failed, by reason";
        registry.register("agi_errors", help, &self.errors);
    }
}
