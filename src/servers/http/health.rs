//! Answers who runs the service: is it alive, does it answer calls, what has it counted.

use hyper::header::{ACCEPT, HeaderMap};

use crate::answering::render::{Page, TEXT};
use crate::answering::responder::Responder;
use crate::runtime::metrics::{self, Exposition};

/// The answer of `/healthz`. HubSoft's state is deliberately not part of it: a service that is
/// restarted because HubSoft is down would lose its memory when it is needed most.
pub(super) fn alive() -> Page {
    text("ok\n".to_owned())
}

/// The answer of `/readyz`: who can ask it is answered, as the configuration is read and the doors
/// are open by then. How HubSoft stands is told and not required.
pub(super) fn ready() -> Page {
    let condition = metrics::condition();
    text(format!(
        "ready\nhubsoft breaker {}\nhubsoft token {}\n",
        condition.breaker, condition.token
    ))
}

/// The answer of `/metrics`, in the format that is asked for.
pub(super) fn metrics(request: &HeaderMap) -> Page {
    let accept = request.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let exposition = Exposition::accepted(accept);
    Page { content_type: exposition.content_type(), body: metrics::written(exposition) }
}

/// Forgets a number, and says what came of it.
pub(super) fn forgotten(responder: &Responder, number: &str) -> Page {
    text(match responder.forget(number) {
        Ok(true) => "forgotten\n".to_owned(),
        Ok(false) => "nothing was remembered\n".to_owned(),
        Err(reason) => format!("no number that could be remembered: {reason}\n"),
    })
}

fn text(body: String) -> Page {
    Page { content_type: TEXT, body }
}
