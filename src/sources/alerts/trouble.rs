//! Reports what is wrong with the list of alerts: once, when it changes.

use tracing::{info, warn};

use crate::domain::failure::{Failure, FailureKind};

use super::feed::RoundFault;

/// A list that is incomplete so often in a row is no coincidence.
const INCOMPLETE_MIN: u32 = 3;

/// What is wrong with the list at present.
#[derive(Debug, Default)]
pub(super) struct ListTrouble {
    reported: Option<Reported>,
    /// Incomplete readings in a row.
    incomplete: u32,
}

#[derive(Debug)]
struct Reported {
    label: &'static str,
    text: String,
}

impl ListTrouble {
    pub(super) fn text(&self) -> Option<String> {
        self.reported.as_ref().map(|reported| reported.text.clone())
    }

    /// The list has been read completely.
    pub(super) fn end(&mut self) {
        self.incomplete = 0;
        if self.reported.take().is_some() {
            info!("alerts: the list is read again");
        }
    }

    /// The list was readable, but may lack alerts.
    pub(super) fn incomplete(&mut self, fault: RoundFault) {
        self.incomplete += 1;
        if self.incomplete >= INCOMPLETE_MIN {
            let text = format!("{fault}; alerts are added, but none is removed before its end");
            self.report("incomplete", text);
        }
    }

    pub(super) fn failed(&mut self, failure: &Failure) {
        self.incomplete = 0;
        // The failures before it are the cause.
        let is_consequence = failure.kind() == FailureKind::NotQueried;
        if !(is_consequence && self.reported.is_some()) {
            self.report(failure.label(), failure.to_string());
        }
    }

    /// HubSoft does not allow the list.
    pub(super) fn refused(&mut self, failure: &Failure) {
        self.incomplete = 0;
        let text = format!(
            "HubSoft does not allow the list of alerts: {} (give hubsoft.username the permission to list \
             alerts, or set alerts.enabled = false); it is requested again once an hour",
            failure.cause()
        );
        self.report("refused", text);
    }

    fn report(&mut self, label: &'static str, text: String) {
        if self.reported.as_ref().is_none_or(|reported| reported.label != label) {
            warn!("alerts: the list cannot be read: {text}");
        }
        self.reported = Some(Reported { label, text });
    }
}
