//! Writes a single field of an answer, for clients that use the whole body as a value.
//!
//! FreePBX and mod_cidlookup ignore the HTTP status and use any body as the caller's name. So there is
//! no newline at the end, and a body without a value is empty or a fixed word.

use crate::domain::answer::{Answer, AnswerStatus, FIELDS, Pbx};

use super::{Page, TEXT};

/// The route of a call without a route in its rule; a menu of routes needs a word for it.
const NO_ROUTE: &str = "none";

/// Writes the customer's name, or nothing.
pub(super) fn cid(answer: &Answer) -> Page {
    page(value(answer, "nome"))
}

/// Writes the route of the rule, or `none`.
pub(super) fn route(answer: &Answer) -> Page {
    let route = value(answer, "route");
    page(if route.is_empty() { NO_ROUTE } else { route })
}

/// Writes `1` if a customer has the number, else `0`.
pub(super) fn found(answer: &Answer) -> Page {
    page(if answer.status() == AnswerStatus::Found { "1" } else { "0" })
}

fn value<'a>(answer: &'a Answer, key: &str) -> &'a str {
    let field = FIELDS.iter().find(|field| field.key == key);
    field.map_or("", |field| field.value(answer, Pbx::Asterisk))
}

fn page(body: &str) -> Page {
    Page { content_type: TEXT, body: body.to_owned() }
}
