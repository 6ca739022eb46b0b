//! A call at an agent's telephone, which opens the customer's page on the agent's screen.

use std::fmt;

use crate::domain::customer_code::CustomerCode;
use crate::domain::phone::Phone;

/// Longest extension, and longest internal id of one.
const AGENT_BYTES_MAX: usize = 32;

/// Where the agent is: the extension, or the id that HubSoft knows it by.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Agent {
    Extension(String),
    InternalId(String),
}

impl Agent {
    /// Reads an extension: letters, digits and `. _ -`.
    pub fn extension(text: &str) -> Option<Self> {
        name(text).map(Self::Extension)
    }

    /// Reads an internal id, of the same characters.
    pub fn internal_id(text: &str) -> Option<Self> {
        name(text).map(Self::InternalId)
    }
}

fn name(text: &str) -> Option<String> {
    let text = text.trim_matches(' ');
    let is_valid = (1..=AGENT_BYTES_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    is_valid.then(|| text.to_owned())
}

/// A call at an agent's telephone. At least one of phone, code and id is known.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AgentCall {
    pub agent: Agent,
    /// The caller.
    pub phone: Option<Phone>,
    pub code: Option<CustomerCode>,
    /// HubSoft's internal id of the customer.
    pub id: Option<CustomerCode>,
}

impl AgentCall {
    /// Whether anything is known of the caller.
    pub fn is_known(&self) -> bool {
        self.phone.is_some() || self.code.is_some() || self.id.is_some()
    }
}

impl fmt::Debug for AgentCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AgentCall(masked)")
    }
}

/// What happens to a call at an agent's telephone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgentEvent {
    /// It begins to ring: the page opens.
    Ringing,
    /// It has ended, or was taken elsewhere: the page closes.
    Ended,
}

impl AgentEvent {
    /// The word for it in metrics and in the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ringing => "ringing",
            Self::Ended => "ended",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_is_a_short_name() {
        for good in ["1001", "agente-1", "SIP.1001", " 1001 "] {
            assert!(Agent::extension(good).is_some(), "{good}");
        }
        for odd in ["", " ", "10 01", "SIP/1001", "1001\n", "${EXTEN}", "á", &"1".repeat(33)] {
            assert!(Agent::extension(odd).is_none(), "{odd:?}");
        }
    }
}
