//! What is counted of suspected outages.

use crate::runtime::metrics::{ByLabel, Gauge, Label, Registry};
use crate::sources::directory::PlaceKind;

/// The kinds of place where an outage is suspected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SuspectKind {
    Box,
    District,
    Interface,
}

impl Label for SuspectKind {
    const NAME: &'static str = "kind";
    const WORDS: &'static [(Self, &'static str)] =
        &[(Self::Box, "box"), (Self::District, "district"), (Self::Interface, "interface")];

    fn index(self) -> usize {
        self as usize
    }
}

/// What is counted of suspected outages.
#[derive(Clone, Debug, Default)]
pub struct SuspicionMetrics {
    pub(super) active: Gauge,
    begun: ByLabel<SuspectKind>,
}

impl SuspicionMetrics {
    pub fn register(&self, registry: &mut Registry) {
        let help =
            "Places where an outage is suspected now, because several of its customers called";
        registry.register("suspicions_active", help, &self.active);
        let help = "Suspected outages, by the kind of place";
        registry.register("suspicions", help, &self.begun);
    }

    pub(super) fn count(&self, kind: PlaceKind) {
        self.begun.count(match kind {
            PlaceKind::Box => SuspectKind::Box,
            PlaceKind::Interface => SuspectKind::Interface,
            PlaceKind::City | PlaceKind::District | PlaceKind::Equipment | PlaceKind::Pop => {
                SuspectKind::District
            }
        });
    }
}
