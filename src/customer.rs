//! Holds what a call needs to know about one customer, and nothing more.

use std::fmt;

use crate::alert_text::AlertText;

/// One customer, read from HubSoft and verified to own the caller's number.
///
/// There is deliberately no tax number, address or password here: a call does not need them.
#[derive(Clone, Default, PartialEq)]
pub struct Customer {
    /// HubSoft's internal number, digits or empty.
    pub id: String,
    /// The number the customer knows, digits or empty.
    pub code: String,
    /// Name as typed; made safe only when an answer is written.
    pub name: String,
    /// The alert's texts when the alert is on (possibly none), `None` when it is off.
    pub alert: Option<Vec<AlertText>>,
    /// The first service that is not enabled, else the enabled one; a machine word.
    pub service_status: Option<String>,
    /// Whether any service is connected; `None` when no service says.
    pub connected: Option<bool>,
}

impl Customer {
    /// Tells whether the alert is on.
    pub fn alerted(&self) -> bool {
        self.alert.is_some()
    }

    /// The alert's texts; none when the alert is off.
    pub fn alert_texts(&self) -> &[AlertText] {
        self.alert.as_deref().unwrap_or_default()
    }

    /// Bytes of memory the customer holds, roughly.
    pub fn weight(&self) -> usize {
        let texts: usize = self.alert_texts().iter().map(AlertText::weight).sum();
        size_of::<Self>() + self.id.len() + self.code.len() + self.name.len() + texts
    }
}

impl fmt::Debug for Customer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Customer(masked, alert {})", if self.alerted() { "on" } else { "off" })
    }
}
