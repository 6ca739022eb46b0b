//! Fingerprints an alert.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::domain::alert_text::AlertText;
use crate::sources::alerts::board::AlertEpoch;
use crate::sources::alerts::list::ListedAlert;

impl AlertEpoch {
    /// The epoch of an alert as it is listed. It is the same as long as the process runs.
    pub(super) fn of(alert: &ListedAlert) -> Self {
        // Each field is named, so that a new one is not forgotten.
        let ListedAlert { id, is_published: _, text, starts, ends, may_last, scope } = alert;
        let mut hasher = DefaultHasher::new();
        (id, starts, ends, may_last).hash(&mut hasher);
        text.clone().map(AlertText::into_signed).hash(&mut hasher);
        (&scope.cities, &scope.districts, &scope.interfaces, &scope.pops).hash(&mut hasher);
        (&scope.boxes, &scope.statuses, &scope.groups, &scope.unknown_kinds).hash(&mut hasher);
        Self(hasher.finish())
    }
}
