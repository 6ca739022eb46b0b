//! Endpoints of the directory, and the purge of a number, which reaches the directory, too.

use std::fmt::Display;

use hyper::StatusCode;

use crate::answering::render::Page;
use crate::domain::phone::Phone;
use crate::servers::form::{number_lossy, values};
use crate::servers::http::{Endpoint, GET, HttpReply, HttpRequest, POST, Rejection};

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

const OFF: &str = "the directory is off: set directory.enabled = true and reload";

/// Purges a number from the cache and the directory, and reports the result.
fn forget<'a>(endpoints: &'a Endpoints, request: &'a HttpRequest<'a>) -> Waiting<'a> {
    Box::pin(async move {
        let phone = match phone(endpoints, request) {
            Ok(phone) => phone,
            Err(reply) => return *reply,
        };
        let was_cached = endpoints.responder.purge(&phone);
        let was_listed = match &endpoints.directory {
            Some(directory) => match directory.forget(&phone).await {
                Ok(removed) => removed > 0,
                Err(problem) => return failed(problem),
            },
            None => false,
        };
        let is_forgotten = was_cached || was_listed;
        text(if is_forgotten { "forgotten\n" } else { "nothing was remembered\n" }.to_owned())
    })
}

/// Reports whether anything of a number is left in memory or on disk.
fn verify<'a>(endpoints: &'a Endpoints, request: &'a HttpRequest<'a>) -> Waiting<'a> {
    Box::pin(async move {
        let phone = match phone(endpoints, request) {
            Ok(phone) => phone,
            Err(reply) => return *reply,
        };
        let mut lines = vec![(endpoints.responder.remembers(&phone), "cache".to_owned())];
        if let Some(directory) = &endpoints.directory {
            match directory.traces(&phone).await {
                Ok(traces) => lines.extend(traces),
                Err(problem) => return failed(problem),
            }
        }
        let is_clean = lines.iter().all(|(is_left, _)| !is_left);
        let lines = lines.iter().map(|(is_left, place)| {
            format!("{place}: {}\n", if *is_left { "it is here" } else { "nothing" })
        });
        let body: String = lines.collect();
        if is_clean { text(body) } else { failed(body) }
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
fn phone(endpoints: &Endpoints, request: &HttpRequest<'_>) -> Result<Phone, Box<HttpReply>> {
    let [number] = values(request.fields(), ["number"]);
    let Some(number) = number.one() else {
        let missing = "the number to forget is missing (post it as number=NUMBER)";
        return Err(Box::new(NUMBER_MISSING.reply(missing)));
    };
    let phone = endpoints.responder.phone(&number_lossy(number));
    phone
        .map_err(|reason| Box::new(text(format!("no number that could be remembered: {reason}\n"))))
}

/// A problem of this machine, with its text: only operators read it.
fn failed(problem: impl Display) -> HttpReply {
    let mut reply = text(format!("{problem}\n"));
    *reply.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    reply
}
