//! Holds what a call needs to know about one customer, and nothing more.

use std::fmt;

use crate::alert_text::AlertText;
use crate::safe_text::{SafeText, is_machine_word};

/// Longest name that leaves, in characters and bytes.
const NAME_MAX: (usize, usize) = (128, 256);
/// Longest id or code; HubSoft's are 64-bit numbers.
const DIGITS_MAX: usize = 20;
/// Longest service status; the longest of HubSoft's list has 30.
const STATUS_MAX: usize = 64;

/// One customer, read from HubSoft and verified to own the caller's number.
///
/// There is deliberately no tax number, address or password here: a call does not need them.
#[derive(Clone, Default, PartialEq)]
pub struct Customer {
    /// HubSoft's internal number, digits or empty.
    pub id: String,
    /// The number the customer knows, digits or empty.
    pub code: String,
    /// Name as typed; only `Identity` has it as it may leave.
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

/// What of one customer may leave, in the alphabets in which it may. It is made once for each
/// record, as many calls may be answered from it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Identity {
    pub name: SafeText,
    pub code: String,
    pub id: String,
    pub service_status: String,
    pub connected: Option<bool>,
}

impl Identity {
    /// Makes safe what is known of `customer`.
    pub fn new(customer: &Customer) -> Self {
        Self {
            name: SafeText::new(&customer.name, NAME_MAX.0, NAME_MAX.1),
            code: digits(&customer.code),
            id: digits(&customer.id),
            service_status: customer
                .service_status
                .as_deref()
                .filter(|word| is_machine_word(word, STATUS_MAX))
                .unwrap_or_default()
                .to_owned(),
            connected: customer.connected,
        }
    }

    /// Bytes of memory it holds, roughly.
    pub fn weight(&self) -> usize {
        let texts = self.code.len() + self.id.len() + self.service_status.len();
        size_of::<Self>() + self.name.reveal().len() + texts
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity(masked)")
    }
}

/// Lets digits pass and nothing else, whatever the source says of itself.
fn digits(text: &str) -> String {
    let good = text.len() <= DIGITS_MAX && text.bytes().all(|b| b.is_ascii_digit());
    if good { text.to_owned() } else { String::new() }
}
