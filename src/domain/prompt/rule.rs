//! One rule: its conditions, and what it plays.

use std::ops::Deref;
use std::sync::Arc;

use crate::domain::call::Did;
use crate::domain::found::FoundCustomer;

use super::{Phrase, Playlist, Speak};

/// Whether a rule is for customers with an alert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AlertCondition {
    /// Only with one, which may meet the conditions on the text.
    #[default]
    On,
    /// Only without one.
    Off,
    /// With one and without.
    Any,
}

/// One rule: its sounds are played if all conditions hold for the same customer. An empty list is not
/// a condition.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    pub name: Arc<str>,
    /// Whether it is for customers with an alert.
    pub alert: AlertCondition,
    /// Any of these occurs in an alert text, …
    pub text: Vec<Phrase>,
    /// … in which one of these occurs as well, …
    pub also: Vec<Phrase>,
    /// … and none of these does. Another text of the same customer may still match.
    pub except: Vec<Phrase>,
    /// Like `except`, for words that mean that the fault is over: `ainda não normalizado` and `será
    /// normalizado` do not count.
    pub over: Vec<Phrase>,
    /// Any of the customer's services has one of these statuses.
    pub service_status: Vec<String>,
    /// Whether the customer's line is connected.
    pub connected: Option<bool>,
    /// The called number is one of these.
    pub did: Vec<Did>,
    pub play: Arc<Playlist>,
    /// What is said in its place once the text of the alert has been spoken.
    pub speak: Option<Arc<Speak>>,
    pub route: Option<Arc<str>>,
    /// Whether the matched text may be sent to the agent's screen.
    pub expose: bool,
}

impl Rule {
    /// Returns whether the condition on the called number holds.
    pub(super) fn is_called(&self, did: Option<&Did>) -> bool {
        self.did.is_empty() || did.is_some_and(|did| self.did.contains(did))
    }

    /// Returns whether the conditions on the customer hold.
    pub(super) fn fits(&self, found: &FoundCustomer) -> bool {
        let customer = found.customer();
        let has = |status: &String| customer.service_statuses().any(|own| own == status);
        (self.service_status.is_empty() || self.service_status.iter().any(has))
            && (self.connected.is_none() || customer.connected() == self.connected)
    }

    /// Returns whether the conditions on the customer hold for one of them, or there are none.
    pub(super) fn fits_any(&self, customers: &[FoundCustomer]) -> bool {
        let is_for_all = self.service_status.is_empty() && self.connected.is_none();
        is_for_all || customers.iter().any(|found| self.fits(found))
    }

    /// Returns whether an alert with this text meets the conditions on alert and text. It is folded only if
    /// there are any on the text.
    pub(super) fn is_met_by(&self, text: &impl Deref<Target = String>) -> bool {
        if self.alert == AlertCondition::Off {
            return false;
        }
        let occurs = |phrase: &Phrase| phrase.is_any() || phrase.position(text).is_some();
        (self.text.is_empty() || self.text.iter().any(occurs))
            && (self.also.is_empty() || self.also.iter().any(occurs))
            && !self.except.iter().any(occurs)
            && !self.over.iter().any(|phrase| phrase.is_stated(text))
    }
}
