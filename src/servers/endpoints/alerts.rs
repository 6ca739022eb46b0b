//! Endpoints of the alerts: the active ones, and the changes of local ones, in JSON.

use std::sync::Arc;

use hyper::StatusCode;
use hyper::header::CONTENT_TYPE;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::task::spawn_blocking;

use crate::answering::render::Page;
use crate::domain::alert::{Alert, Scope};
use crate::domain::alert_text::AlertText;
use crate::runtime::wall_clock;
use crate::servers::form::{FormValue, decode_lossy, values};
use crate::servers::http::{Endpoint, GET_POST_OR_DELETE, HttpReply, HttpRequest, POST};
use crate::sources::alerts::{
    AlertChange, AlertEntry, AlertOrigin, AlertRequest, ExtendRequest, LocalAlertError,
    LocalAlerts, RequestContext, read_request,
};

use super::{Action, Endpoints, Row, Waiting, body_reply, text};

/// At the operations listener.
pub(super) static ROWS: [Row; 2] = [
    Endpoint::new("/v1/alerts", &GET_POST_OR_DELETE, Action::Wait(alerts)),
    Endpoint::new("/v1/alerts/extend", &POST, Action::Wait(extend)),
];

const JSON: &str = "application/json";
/// A rule that is bound to a called number or a status may match some callers all the same.
const SILENT: &str = "it plays nothing: no rule matches its text for every caller (end it, and add it again with \
                      the name of a rule, or set general.prompt)";
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

fn list<'a>(endpoints: &'a Endpoints, request: &'a HttpRequest<'a>) -> Waiting<'a> {
    Box::pin(async move {
        let listed = changed(endpoints, request, |alerts, context| {
            alerts.list(context.now_s, context.view.as_ref())
        });
        match listed.await {
            Ok(mut listing) => {
                endpoints.alerts.add_to(&mut listing);
                for entry in &mut listing.alerts {
                    entry.speech = origin(entry).and_then(|it| endpoints.speech.state_of(&it));
                }
                json(&listing)
            }
            Err(reply) => *reply,
        }
    })
}

fn origin(entry: &AlertEntry) -> Option<AlertOrigin> {
    if entry.origin == "hubsoft" {
        return entry.id.parse().ok().map(AlertOrigin::Hubsoft);
    }
    Some(AlertOrigin::Local(entry.id.as_str().into()))
}

fn add<'a>(endpoints: &'a Endpoints, request: &'a HttpRequest<'a>) -> Waiting<'a> {
    Box::pin(async move {
        let wanted: AlertRequest = match read(request) {
            Ok(wanted) => wanted,
            Err(reply) => return *reply,
        };
        let added = move |alerts: &LocalAlerts, context: &_| alerts.add(&wanted, context);
        let mut added = changed(endpoints, request, added).await;
        if let Ok(Ok(change)) = &mut added {
            let AlertEntry { text, rule, .. } = &change.alert;
            if !endpoints.responder.announcer().plays_local(text, rule.as_deref()) {
                change.warnings.push(SILENT.to_owned());
            }
            let alert = AlertText::new(text).map(|text| Alert::new(text, Scope::Carrier));
            change.alert.speech =
                alert.and_then(|alert| endpoints.speech.state(&alert, rule.as_deref()));
        }
        result(added)
    })
}

fn extend<'a>(endpoints: &'a Endpoints, request: &'a HttpRequest<'a>) -> Waiting<'a> {
    Box::pin(async move {
        let wanted: ExtendRequest = match read(request) {
            Ok(wanted) => wanted,
            Err(reply) => return *reply,
        };
        let extended = move |alerts: &LocalAlerts, context: &_| alerts.extend(&wanted, context);
        result(changed(endpoints, request, extended).await)
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
        result(changed(endpoints, request, ended).await)
    })
}

/// Does `change`, which waits for the disk, on a thread of its own.
async fn changed<T: Send + 'static>(
    endpoints: &Endpoints,
    request: &HttpRequest<'_>,
    change: impl FnOnce(&LocalAlerts, &RequestContext) -> T + Send + 'static,
) -> Result<T, Box<HttpReply>> {
    let alerts = Arc::clone(&endpoints.local_alerts);
    let context = RequestContext {
        now_s: wall_clock::now_s(),
        from: request.client,
        view: endpoints.directory.as_ref().and_then(|directory| directory.view()),
    };
    let done = spawn_blocking(move || change(&alerts, &context)).await;
    done.map_err(|_| Box::new(refused(StatusCode::INTERNAL_SERVER_ERROR, BUG)))
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

fn result(changed: Result<Result<AlertChange, LocalAlertError>, Box<HttpReply>>) -> HttpReply {
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
        Err(reply) => *reply,
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
