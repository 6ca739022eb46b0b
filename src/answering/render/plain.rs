//! Writes one field of an answer and nothing else, for clients that take a whole body for a value.
//!
//! They look at no status: a body is a caller's name to FreePBX and mod_cidlookup, whatever it
//! says. So there is no newline at the end, and a body that says nothing is empty or a word.

use std::borrow::Cow;

use crate::domain::answer::{Answer, AnswerStatus, FIELDS, Pbx};

use super::{Page, TEXT};

/// The route of a call for which no rule names one; a menu of routes needs a word for it.
const NO_ROUTE: &str = "none";

/// Writes the customer's name, or nothing.
pub(super) fn cid(answer: &Answer) -> Page {
    page(value(answer, "nome"))
}

/// Writes the rule's word for where to send the call, or `none`.
pub(super) fn route(answer: &Answer) -> Page {
    let route = value(answer, "route");
    page(if route.is_empty() { NO_ROUTE.into() } else { route })
}

/// Writes `1` when a customer has the number, else `0`.
pub(super) fn found(answer: &Answer) -> Page {
    page(if answer.status() == AnswerStatus::Found { "1".into() } else { "0".into() })
}

fn value<'a>(answer: &'a Answer, key: &str) -> Cow<'a, str> {
    let field = FIELDS.iter().find(|field| field.key == key);
    field.map_or_else(|| "".into(), |field| field.value(answer, Pbx::Asterisk))
}

fn page(body: Cow<'_, str>) -> Page {
    Page { content_type: TEXT, body: body.into_owned() }
}
