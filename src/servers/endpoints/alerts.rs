//! Endpoints of the alerts: the active ones, and the changes of local ones, in JSON.

use hyper::StatusCode;
use hyper::header::CONTENT_TYPE;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::task::JoinError;

use crate::answering::render::Page;
use crate::servers::form::{FormValue, decode_lossy, values};
use crate::servers::http::{Endpoint, GET_POST_OR_DELETE, HttpReply, HttpRequest, POST};
use crate::sources::alerts::{
    AlertChange, ExtendRequest, LocalAlertError, LocalAlerts, read_request,
};

use super::alert_operations::AlertOperations;
use super::{Action, Endpoints, Row, Waiting, body_reply, text};

/// At the operations listener.
pub(super) static ROWS: [Row; 2] = [
    Endpoint::new("/v1/alerts", &GET_POST_OR_DELETE, Action::Wait(alerts)),
    Endpoint::new("/v1/alerts/extend", &POST, Action::Wait(extend)),
];

const JSON: &str = "application/json";
/// A change whose thread ended.
pub(super) const BUG: &str = "a bug of bina ended it: see the log";

/// Lists, adds or ends alerts.
fn alerts<'a>(endpoints: &'a Endpoints, request: &'a HttpRequest<'a>) -> Waiting<'a> {
    match request.method {
        "POST" => add(endpoints, request),
        "DELETE" => end(endpoints, request),
        _ => list(endpoints, request),
    }
}

fn list<'a>(endpoints: &'a Endpoints, _: &'a HttpRequest<'a>) -> Waiting<'a> {
    Box::pin(async move {
        match operations(endpoints).list().await {
            Ok(listing) => json(&listing),
            Err(_) => bug(),
        }
    })
}

fn add<'a>(endpoints: &'a Endpoints, request: &'a HttpRequest<'a>) -> Waiting<'a> {
    Box::pin(async move {
        match read(request) {
            Ok(wanted) => result(operations(endpoints).add(wanted, request.client).await),
            Err(reply) => *reply,
        }
    })
}

fn extend<'a>(endpoints: &'a Endpoints, request: &'a HttpRequest<'a>) -> Waiting<'a> {
    Box::pin(async move {
        let wanted: ExtendRequest = match read(request) {
            Ok(wanted) => wanted,
            Err(reply) => return *reply,
        };
        let extended = move |alerts: &LocalAlerts, context: &_| alerts.extend(&wanted, context);
        result(operations(endpoints).change(request.client, extended).await)
    })
}

/// Ends the alert that `id` names in the query; `by` says who does it.
fn end<'a>(endpoints: &'a Endpoints, request: &'a HttpRequest<'a>) -> Waiting<'a> {
    Box::pin(async move {
        let [id, by] = values(request.query, ["id", "by"]);
        let decoded =
            |value: FormValue<'_>| decode_lossy(value.one().unwrap_or_default()).into_owned();
        let (id, by) = (decoded(id), decoded(by));
        if id.is_empty() {
            let missing = "the id of the alert is missing: DELETE /v1/alerts?id=ID";
            return refused(StatusCode::BAD_REQUEST, missing);
        }
        let ended = move |alerts: &LocalAlerts, context: &_| alerts.end(&id, &by, context);
        result(operations(endpoints).change(request.client, ended).await)
    })
}

fn operations(endpoints: &Endpoints) -> AlertOperations<'_> {
    AlertOperations {
        local_alerts: &endpoints.local_alerts,
        alerts: &endpoints.alerts,
        directory: endpoints.directory.as_ref(),
        responder: &endpoints.responder,
        speech: &endpoints.speech,
    }
}

fn bug() -> HttpReply {
    refused(StatusCode::INTERNAL_SERVER_ERROR, BUG)
}

/// Reads a body of JSON. Its type is required, because a page in a browser can send another one from
/// this machine without being asked.
fn read<T: DeserializeOwned + Default + Serialize>(
    request: &HttpRequest<'_>,
) -> Result<T, Box<HttpReply>> {
    let stated = request.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let stated = stated.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !stated.eq_ignore_ascii_case(JSON) {
        let text = "the body has to be JSON: send it with `Content-Type: application/json`";
        return Err(Box::new(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, text)));
    }
    let body = request.body.as_deref().unwrap_or_default();
    read_request(body).map_err(|error| {
        let text = format!("the body is not the JSON that is expected: {error}");
        Box::new(refused(StatusCode::BAD_REQUEST, &text))
    })
}

fn result(changed: Result<Result<AlertChange, LocalAlertError>, JoinError>) -> HttpReply {
    match changed {
        Ok(Ok(change)) => json(&change),
        Ok(Err(error)) => {
            let status = match error {
                LocalAlertError::UnknownId(_) => StatusCode::NOT_FOUND,
                LocalAlertError::TooMany(_) | LocalAlertError::IdsUsed(_) => StatusCode::CONFLICT,
                _ => StatusCode::BAD_REQUEST,
            };
            refused(status, &error.to_string())
        }
        Err(_) => bug(),
    }
}

pub(super) fn json(value: &impl Serialize) -> HttpReply {
    // Texts, numbers and flags always are JSON.
    let body = serde_json::to_string(value).unwrap_or_default();
    body_reply(Page { content_type: JSON, body: body + "\n" })
}

/// A refusal with its text: only operators read it.
pub(super) fn refused(status: StatusCode, problem: &str) -> HttpReply {
    let mut reply = text(format!("{problem}\n"));
    *reply.status_mut() = status;
    reply
}
