//! Endpoints of the directory, and the purge of a number, which reaches the directory, too.

use std::borrow::Cow;
use std::fmt::Display;

use hyper::StatusCode;

use crate::answering::render::Page;
use crate::domain::phone::Phone;
use crate::servers::form::{number_lossy, values};
use crate::servers::http::{Endpoint, GET, HttpReply, HttpRequest, POST, Rejection};
use crate::sources::directory::has_sealed_file;

use super::{Action, Endpoints, Row, Waiting, body_reply, text};

/// At the operations listener.
pub(super) static ROWS: [Row; 6] = [
    Endpoint::new("/v1/forget", &POST, Action::Wait(forget)),
    Endpoint::new("/v1/forget/undo", &POST, Action::Wait(undo)),
    Endpoint::new("/v1/forget/verify", &POST, Action::Wait(verify)),
    Endpoint::new("/v1/directory", &GET, Action::Now(status)),
    Endpoint::new("/v1/directory/walk", &POST, Action::Now(walk)),
    Endpoint::new("/v1/directory/clear", &POST, Action::Wait(clear)),
];

pub(super) static NUMBER_MISSING: Rejection = Rejection::new(400, "number_missing");
pub(super) static DIRECTORY_OFF: Rejection = Rejection::new(404, "directory_off");

/// Nothing of the number was there.
const NOTHING: &str = "nothing was stored";
/// The same, where a directory is on.
const KEPT_OUT: &str = "nothing was stored; the number is kept out of later walks";
/// Most characters of a wrong number that are shown.
const TYPED_MAX: usize = 40;
const OFF: &str = "the directory is off: set directory.enabled = true and reload";

/// Purges a number from the cache and the directory, and reports the result.
fn forget<'a>(endpoints: &'a Endpoints, request: &'a HttpRequest<'a>) -> Waiting<'a> {
    Box::pin(async move {
        let phone = match phone(endpoints, request) {
            Ok(phone) => phone,
            Err(reply) => return *reply,
        };
        let was_cached = endpoints.responder.purge(&phone);
        // First, while the directory still has the customer's code.
        let noted = endpoints.journal.forget(&phone).await;
        let listed = match &endpoints.directory {
            Some(directory) => directory.forget(&phone).await,
            None => files_left(endpoints).map_or(Ok(0), Err),
        };
        let otherwise = if endpoints.directory.is_some() { KEPT_OUT } else { NOTHING };
        match (noted, listed) {
            (Ok(noted), Ok(listed)) => {
                text(purged(was_cached || noted > 0 || listed > 0, otherwise))
            }
            (noted, listed) => {
                let problems: Vec<_> = [noted.err(), listed.err()].into_iter().flatten().collect();
                failed(problems.join("\n"))
            }
        }
    })
}

/// What to print after a purge: `otherwise`, if nothing was there.
fn purged(was_there: bool, otherwise: &str) -> String {
    format!("{}\n", if was_there { "forgotten" } else { otherwise })
}

/// What a directory that is off has left on disk, with the remedy.
fn files_left(endpoints: &Endpoints) -> Option<String> {
    let folder = endpoints.state_folder.as_ref().filter(|folder| has_sealed_file(folder))?;
    Some(format!(
        "the directory is off, and its files in `{}` were not touched: set directory.enabled = true, reload, \
         and run this again; or remove directory.sealed and walk.sealed there",
        folder.display()
    ))
}

/// Reports whether anything of a number is left in memory or on disk.
fn verify<'a>(endpoints: &'a Endpoints, request: &'a HttpRequest<'a>) -> Waiting<'a> {
    Box::pin(async move {
        let phone = match phone(endpoints, request) {
            Ok(phone) => phone,
            Err(reply) => return *reply,
        };
        let mut traces = vec![(endpoints.responder.remembers(&phone), "cache".to_owned())];
        if let Some(directory) = &endpoints.directory {
            match directory.traces(&phone).await {
                Ok(found) => traces.extend(found),
                Err(problem) => return failed(problem),
            }
        }
        match endpoints.journal.traces(&phone).await {
            Ok(found) => traces.extend(found),
            Err(problem) => return failed(problem),
        }
        let lines = traces.iter().map(|(is_left, place)| {
            format!("{place}: {}\n", if *is_left { "it is here" } else { "nothing" })
        });
        let body: String = lines.collect();
        match files_left(endpoints).filter(|_| endpoints.directory.is_none()) {
            Some(left) => failed(format!("{body}{left}")),
            None if traces.iter().any(|(is_left, _)| *is_left) => failed(body.trim_end()),
            None => text(body),
        }
    })
}

/// Lets a number be learnt again.
fn undo<'a>(endpoints: &'a Endpoints, request: &'a HttpRequest<'a>) -> Waiting<'a> {
    Box::pin(async move {
        let Some(directory) = &endpoints.directory else { return DIRECTORY_OFF.reply(OFF) };
        let phone = match phone(endpoints, request) {
            Ok(phone) => phone,
            Err(reply) => return *reply,
        };
        match directory.permit(&phone).await {
            Ok(true) => text("the next walk may learn the number again\n".to_owned()),
            Ok(false) => text("the number was not forgotten\n".to_owned()),
            Err(problem) => failed(problem),
        }
    })
}

fn status(endpoints: &Endpoints, _: &HttpRequest<'_>) -> HttpReply {
    let Some(directory) = &endpoints.directory else { return DIRECTORY_OFF.reply(OFF) };
    let body = serde_json::to_string(&directory.status()).unwrap_or_default();
    body_reply(Page { content_type: "application/json", body: body + "\n" })
}

fn walk(endpoints: &Endpoints, _: &HttpRequest<'_>) -> HttpReply {
    let Some(directory) = &endpoints.directory else { return DIRECTORY_OFF.reply(OFF) };
    directory.request_walk();
    text("walk requested\n".to_owned())
}

fn clear<'a>(endpoints: &'a Endpoints, _: &'a HttpRequest<'a>) -> Waiting<'a> {
    Box::pin(async move {
        let Some(directory) = &endpoints.directory else { return DIRECTORY_OFF.reply(OFF) };
        match directory.clear().await {
            Ok(()) => text("cleared\n".to_owned()),
            Err(problem) => failed(problem),
        }
    })
}

/// The number of a request, or the reply that it is missing or none.
pub(super) fn phone(
    endpoints: &Endpoints,
    request: &HttpRequest<'_>,
) -> Result<Phone, Box<HttpReply>> {
    let number = number(request)?;
    let phone = endpoints.responder.phone(&number);
    phone.map_err(|_| Box::new(incomplete(&number)))
}

/// What is posted as the number, or the reply that it is missing.
pub(super) fn number<'r>(request: &'r HttpRequest<'_>) -> Result<Cow<'r, str>, Box<HttpReply>> {
    let [number] = values(request.fields(), ["number"]);
    let missing = "the number is missing (post it as number=NUMBER)";
    number.one().map(number_lossy).ok_or_else(|| Box::new(NUMBER_MISSING.reply(missing)))
}

/// What was typed is no number, so it may be shown to the operator.
fn incomplete(typed: &str) -> HttpReply {
    let typed: String = typed.chars().filter(|one| !one.is_control()).take(TYPED_MAX).collect();
    let problem =
        format!("`{typed}` is not a complete Brazilian number: write it with its area code\n");
    with_status(StatusCode::BAD_REQUEST, problem)
}

/// A problem of this machine, with its text: only operators read it.
fn failed(problem: impl Display) -> HttpReply {
    with_status(StatusCode::INTERNAL_SERVER_ERROR, format!("{problem}\n"))
}

fn with_status(status: StatusCode, body: String) -> HttpReply {
    let mut reply = text(body);
    *reply.status_mut() = status;
    reply
}
