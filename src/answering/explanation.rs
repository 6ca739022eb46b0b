//! What an operator learns about the next call of a number. It has no name and no text of an alert.

use serde::{Deserialize, Serialize};

use crate::answering::lookup::Outlook;
use crate::sources::alerts::CallerAlerts;

/// How the next call of a number would be answered, and what that rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallExplanation {
    pub outlook: Outlook,
    pub caller: CallerAlerts,
}
