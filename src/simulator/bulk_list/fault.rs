//! The mistakes of real bulk lists.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::simulator::encoding::millis;

/// A mistake of the bulk list or of the tables; several may be set at once.
///
/// Pages are numbered from 0 here, as a client requests them, and every fault lasts until others are
/// set. On the control path each has its name in snake case.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
pub enum ListFault {
    /// Every customer has `alerta` and `alerta_mensagens`.
    AlertFlags,
    /// The first so many requests for that page are `"status":"error"` with a 200.
    FailingPage { page: u32, times: u32 },
    /// The filters by date are ignored, so that every filter gives the whole list.
    FilterIgnored,
    /// The first page is 1, and page 0 equals it.
    FirstPageOne,
    /// A 403 to every request for the list, as without its permission.
    ForbiddenList,
    /// A 403 to every request for a table.
    ForbiddenTables,
    /// A 504 to every request for more rows than that.
    GatewayTimeout { rows_max: u32 },
    /// That page lacks its last rows, which the total counts.
    MissingRows { page: u32, rows: u32 },
    /// The total that page `n` states is wrong by `n` times this.
    MovingTotal { rows_per_page: i64 },
    /// That page begins with the last customer of the page before it, and lacks its own first one.
    RepeatedCustomer { page: u32 },
    /// Every page waits: a fixed time, and more for each relation and each row that is requested.
    SlowPage {
        #[serde(rename = "page_ms", with = "millis", default)]
        page: Duration,
        #[serde(rename = "relation_ms", with = "millis", default)]
        relation: Duration,
        #[serde(rename = "row_ms", with = "millis", default)]
        row: Duration,
    },
    /// That page promises the length of its body, sends two thirds of it and closes.
    TruncatedPage { page: u32 },
    /// Numbers as strings and strings as numbers, PHP arrays as objects, state and its name swapped.
    VariedTypes,
}

impl ListFault {
    /// Every fault as it is written on the control path.
    pub const EXAMPLES: [&'static str; 13] = [
        r#"{"fault":"alert_flags"}"#,
        r#"{"fault":"failing_page","page":1,"times":2}"#,
        r#"{"fault":"filter_ignored"}"#,
        r#"{"fault":"first_page_one"}"#,
        r#"{"fault":"forbidden_list"}"#,
        r#"{"fault":"forbidden_tables"}"#,
        r#"{"fault":"gateway_timeout","rows_max":100}"#,
        r#"{"fault":"missing_rows","page":1,"rows":3}"#,
        r#"{"fault":"moving_total","rows_per_page":-1}"#,
        r#"{"fault":"repeated_customer","page":1}"#,
        r#"{"fault":"slow_page","page_ms":500,"relation_ms":100,"row_ms":0}"#,
        r#"{"fault":"truncated_page","page":1}"#,
        r#"{"fault":"varied_types"}"#,
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
        examples::check(&ListFault::EXAMPLES, ListFault::to_json);
    }
}
