//! Endpoint of the report on calls: who was told of which alert.

use hyper::StatusCode;

use crate::answering::journal::{ReportError, ReportForm, ReportQuery};
use crate::answering::render::{Page, TEXT};
use crate::servers::form::{FormValue, decode_lossy, values};
use crate::servers::http::{Endpoint, GET, HttpReply, HttpRequest};

use super::{Action, Endpoints, Row, Waiting, body_reply, text};

/// At the operations listener.
pub(super) static ROWS: [Row; 1] = [Endpoint::new("/v1/report", &GET, Action::Wait(report))];

/// Reports on the span `since` to `until`, in a `format`; `alert` lists who heard that one.
fn report<'a>(endpoints: &'a Endpoints, request: &'a HttpRequest<'a>) -> Waiting<'a> {
    Box::pin(async move {
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
    let [since, until, alert, format] =
        values(request.query, ["since", "until", "alert", "format"]);
    let decoded = |value: FormValue<'_>| {
        // A space in a time comes as a plus.
        decode_lossy(&value.one().unwrap_or_default().replace('+', " ")).into_owned()
    };
    let form = ReportForm::named(&decoded(format))?;
    Ok(ReportQuery { since: decoded(since), until: decoded(until), alert: decoded(alert), form })
}

fn content_type(form: ReportForm) -> &'static str {
    match form {
        ReportForm::Csv => "text/csv; charset=utf-8",
        ReportForm::Json => "application/json",
        ReportForm::Text => TEXT,
    }
}

/// A refusal with its text: only operators read it.
fn refused(error: &ReportError) -> HttpReply {
    let mut reply = text(format!("{error}\n"));
    *reply.status_mut() = match error {
        ReportError::Form(_) | ReportError::Order | ReportError::Time(_) => StatusCode::BAD_REQUEST,
        ReportError::NoFolder => StatusCode::CONFLICT,
        ReportError::Bug | ReportError::Unreadable(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    reply
}
