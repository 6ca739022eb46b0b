//! What a call leaves for the journal: shared values only, so that nothing is copied in its way.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use crate::domain::alert::TextKey;
use crate::domain::answer::{Answer, Told};
use crate::domain::customer::Customer;
use crate::domain::phone::Phone;
use crate::domain::prompt::Playlist;
use crate::sources::alerts::AlertOrigin;

/// The alert whose prompt was chosen for a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenAlert {
    pub key: TextKey,
    /// Which alert it is, if it is an active one.
    pub origin: Option<AlertOrigin>,
    /// Whoever has heard its text before that has heard another alert.
    pub since: Option<Instant>,
}

/// One answered call.
pub struct CallRecord {
    pub(super) at: Instant,
    pub(super) phone: Option<Phone>,
    pub(super) customer: Option<Customer>,
    pub(super) status: &'static str,
    pub(super) source: &'static str,
    /// Whether the caller has an alert.
    pub(super) is_alerted: bool,
    pub(super) chosen: Option<ChosenAlert>,
    pub(super) told: Told,
    pub(super) rule: Option<Arc<str>>,
    pub(super) prompt: Option<Arc<Playlist>>,
}

impl CallRecord {
    /// The record of a call that was accepted at `at`; `told` says whether its caller had heard the alert
    /// before.
    pub fn new(
        at: Instant,
        phone: Option<Phone>,
        answer: &Answer,
        chosen: Option<ChosenAlert>,
        told: Told,
    ) -> Self {
        Self {
            at,
            phone,
            customer: answer.identity().cloned(),
            status: answer.status().word(),
            source: answer.source().word(),
            is_alerted: answer.is_alerted(),
            chosen,
            told,
            rule: answer.shared_rule().cloned(),
            prompt: answer.shared_playlist().cloned(),
        }
    }
}

impl CallRecord {
    /// The same without the customer.
    pub fn without_customer(self) -> Self {
        Self { customer: None, ..self }
    }

    /// The customer's code; empty if there is not exactly one customer.
    pub(super) fn code(&self) -> &str {
        self.customer.as_ref().map_or("", |customer| customer.code())
    }

    /// Whether it is of a number, or of a customer with one of the codes.
    pub(super) fn is_of(&self, phone: &Phone, codes: &HashSet<String>) -> bool {
        self.phone.as_ref() == Some(phone) || codes.contains(self.code())
    }
}

impl fmt::Debug for CallRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallRecord({}, masked)", self.status)
    }
}

impl ChosenAlert {
    /// The word for it in the files and on the command line.
    pub fn word(&self) -> String {
        match &self.origin {
            Some(AlertOrigin::Hubsoft(id)) => format!("hubsoft:{id}"),
            Some(AlertOrigin::Local(id)) => format!("local:{id}"),
            None => format!("text:{:016x}", self.key.0),
        }
    }
}
