//! The mistakes of real lists of alerts.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A mistake or a habit of the list of alerts; several may be set at once.
///
/// Pages are numbered from 1 here, as a client requests them, and every fault lasts until others are set.
/// On the control path each has its name in snake case. What concerns the whole answer (a 500, a page
/// for people, a body that ends early) is a `Fault` of the endpoint.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
pub enum AlertFault {
    /// Only alerts within their window are listed, so that `ativo=sim` means "now".
    CurrentOnly,
    /// Deleted alerts are listed, too, with the time of their deletion.
    DeletedIncluded,
    /// The first so many requests for that page are `"status":"error"` with a 200.
    FailingPage { page: u32, times: u32 },
    /// A 403 to every request for the list, as without its permission.
    Forbidden,
    /// The list states this number as that of its last page.
    LastPage { last_page: u32 },
    /// That page has no alerts, though the total counts them.
    MissingPage { page: u32 },
    /// The total that page `n` states is wrong by `n - 1` times this.
    MovingTotal { rows_per_page: i64 },
    /// Every error is reported with a 200, as without the permission: `"status":"error"`.
    PermissionError,
    /// `page` is ignored, so that every page is the first one and says so.
    RepeatedPage,
    /// A page has at most so many alerts, whatever is requested.
    RowsMax { rows: u32 },
    /// The entries of scopes are written in another form.
    ScopeForm { form: ScopeForm },
    /// The messages in the answers about customers have the signature, too.
    SignedMessages,
    /// Every alert has a scope of a kind that nobody knows yet.
    UnknownScope,
    /// The texts of the list have no signature.
    Unsigned,
    /// An alert that ends at 00:00:00 is in the answers about customers until that day ends.
    WholeDays,
}

/// How the entries of scopes are written; by default as objects with `id_…`, districts as names.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeForm {
    /// Districts, too, are objects, with the id of their city.
    DistrictObjects,
    /// Names, as texts; an entry without a name has its id.
    Names,
    /// An object with number keys instead of a list.
    Numbered,
    /// Ids, as numbers.
    Numbers,
    /// Ids, as texts.
    Texts,
}

impl AlertFault {
    /// Every fault as it is written on the control path.
    pub const EXAMPLES: [&'static str; 15] = [
        r#"{"fault":"current_only"}"#,
        r#"{"fault":"deleted_included"}"#,
        r#"{"fault":"failing_page","page":2,"times":1}"#,
        r#"{"fault":"forbidden"}"#,
        r#"{"fault":"last_page","last_page":9}"#,
        r#"{"fault":"missing_page","page":2}"#,
        r#"{"fault":"moving_total","rows_per_page":1}"#,
        r#"{"fault":"permission_error"}"#,
        r#"{"fault":"repeated_page"}"#,
        r#"{"fault":"rows_max","rows":20}"#,
        r#"{"fault":"scope_form","form":"numbered"}"#,
        r#"{"fault":"signed_messages"}"#,
        r#"{"fault":"unknown_scope"}"#,
        r#"{"fault":"unsigned"}"#,
        r#"{"fault":"whole_days"}"#,
    ];

    /// Writes the fault as it is read.
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).expect("every key is a text and every value has a JSON form")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::examples;

    #[test]
    fn every_fault_has_an_example_that_is_written_as_it_is_read() {
        examples::check(&AlertFault::EXAMPLES, AlertFault::to_json);
    }
}
