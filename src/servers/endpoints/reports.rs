//! Endpoint of the report on calls: who was told of which alert.

use std::fmt::Display;

use hyper::StatusCode;

use crate::answering::journal::{ReportError, ReportForm, ReportQuery};
use crate::answering::render::{Page, TEXT};
use crate::servers::form::{OddKey, odd_key, values};
use crate::servers::http::{Endpoint, GET, HttpReply, HttpRequest};

use super::{Action, Endpoints, Row, Waiting, body_reply, text};

/// At the operations listener.
pub(super) static ROWS: [Row; 1] = [Endpoint::new("/v1/report", &GET, Action::Wait(report))];

const KEYS: [&str; 5] = ["since", "until", "alert", "format", "lang"];
/// Most characters of a wrong key that are shown.
const TYPED_MAX: usize = 40;

/// Reports on the span `since` to `until`, in a `format` and a `lang`; `alert` lists who heard that one.
fn report<'a>(endpoints: &'a Endpoints, request: &'a HttpRequest<'a>) -> Waiting<'a> {
    Box::pin(async move {
        if let Some(odd) = odd_key(request.query, &KEYS) {
            return with_status(StatusCode::BAD_REQUEST, odd_text(&odd));
        }
        let query = match query(request) {
            Ok(query) => query,
            Err(error) => return refused(&error),
        };
        match endpoints.journal.report(&query).await {
            Ok(body) => body_reply(Page { content_type: content_type(query.form), body }),
            Err(error) => refused(&error),
        }
    })
}

fn query(request: &HttpRequest<'_>) -> Result<ReportQuery, ReportError> {
    let [since, until, alert, format, lang] = values(request.query, KEYS);
    let form = ReportForm::named(&format.typed())?;
    let language = ReportQuery::language_named(&lang.typed())?;
    let [since, until, alert] = [since, until, alert].map(|one| one.typed());
    Ok(ReportQuery { since, until, alert, form, language })
}

fn content_type(form: ReportForm) -> &'static str {
    match form {
        ReportForm::Csv => "text/csv; charset=utf-8",
        ReportForm::Json => "application/json",
        ReportForm::Text => TEXT,
    }
}

/// Which key is wrong, and what to do.
fn odd_text(odd: &OddKey<'_>) -> String {
    let shown = |typed: &str| -> String {
        typed.chars().filter(|one| !one.is_control()).take(TYPED_MAX).collect()
    };
    match odd {
        OddKey::Repeated(key) => format!("`{}` is there twice: send it once", shown(key)),
        OddKey::Unknown(key) => {
            format!("`{}` is not a parameter: expected {}", shown(key), KEYS.join(", "))
        }
    }
}

fn refused(error: &ReportError) -> HttpReply {
    let status = match error {
        ReportError::Form(_)
        | ReportError::Language(_)
        | ReportError::Order
        | ReportError::Time(_) => StatusCode::BAD_REQUEST,
        ReportError::NoFolder => StatusCode::CONFLICT,
        ReportError::Bug | ReportError::Unreadable(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    with_status(status, error)
}

/// A refusal with its text: only operators read it.
fn with_status(status: StatusCode, problem: impl Display) -> HttpReply {
    let mut reply = text(format!("{problem}\n"));
    *reply.status_mut() = status;
    reply
}
