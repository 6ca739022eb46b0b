//! Counts connections: those that are open, and those that were not accepted.

use crate::runtime::metrics::{ByLabel, ByWords, Counter, Gauge, Label, Registry};

/// Why a connection was rejected.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shed {
    Address,
    All,
    Network,
    Unknown,
}

impl Label for Shed {
    const NAME: &'static str = "reason";
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Address, "address"),
        (Self::All, "all"),
        (Self::Network, "network"),
        (Self::Unknown, "unknown"),
    ];

    fn index(self) -> usize {
        self as usize
    }
}

/// What listeners count.
#[derive(Clone, Debug)]
pub struct ListenerMetrics {
    pub(super) accept_errors: Counter,
    /// By the name of the listener.
    pub(super) connections: ByWords<1, Gauge>,
    pub(super) shed: ByLabel<Shed>,
}

impl Default for ListenerMetrics {
    fn default() -> Self {
        Self {
            accept_errors: Counter::default(),
            connections: ByWords::new(["door"]),
            shed: ByLabel::default(),
        }
    }
}

impl ListenerMetrics {
    pub fn register(&self, registry: &mut Registry) {
        let help = "Connections that could not be accepted";
        registry.register("accept_errors", help, &self.accept_errors);
        registry.register("connections", "Open connections, by listener", &self.connections);
        registry.register("connections_shed", "Connections rejected, by reason", &self.shed);
    }
}

/// A connection that is counted for as long as it is held.
pub(super) struct Counted(Gauge);

impl Counted {
    /// Counts another one in `open`.
    pub(super) fn new(open: &Gauge) -> Self {
        open.inc();
        Self(open.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}
