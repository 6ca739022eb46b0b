//! What the journal counts.

use crate::runtime::metrics::{ByLabel, Counter, Gauge, Label, Registry};

/// Why a call is not in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DropReason {
    /// The day's file is as long as it may be.
    Day,
    /// The file cannot be written.
    Disk,
    /// More calls came at once than wait for the disk.
    Queue,
    /// An old day made room for new ones.
    Space,
}

impl Label for DropReason {
    const NAME: &'static str = "reason";
    const WORDS: &'static [(Self, &'static str)] =
        &[(Self::Day, "day"), (Self::Disk, "disk"), (Self::Queue, "queue"), (Self::Space, "space")];

    fn index(self) -> usize {
        self as usize
    }
}

/// What the journal counts.
#[derive(Clone, Debug, Default)]
pub struct JournalMetrics {
    pub(super) written: Counter,
    pub(super) dropped: ByLabel<DropReason>,
    pub(super) bytes: Gauge,
    pub(super) heard: Gauge,
}

impl JournalMetrics {
    pub fn register(&self, registry: &mut Registry) {
        let help = "Size of the journal's files";
        registry.register("journal_bytes", help, &self.bytes);
        let help = "Calls that are not in the journal any more, by reason";
        registry.register("journal_dropped", help, &self.dropped);
        let help = "Numbers that have heard an alert within outage.told_s, once for each alert";
        registry.register("journal_told_numbers", help, &self.heard);
        let help = "Calls written to the journal";
        registry.register("journal_written", help, &self.written);
    }
}
