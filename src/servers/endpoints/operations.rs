//! Endpoints of whoever runs the service: is it alive, does it answer calls, what has it counted.

use std::sync::Arc;

use hyper::header::ACCEPT;

use crate::answering::render::{Format, Page, render};
use crate::domain::call::Call;
use crate::runtime::metrics::Exposition;
use crate::servers::form::{number_lossy, values};
use crate::servers::http::{Endpoint, GET, HttpReply, HttpRequest, POST, Rejection};
use crate::sources::breaker::{Breaker, BreakerState};
use crate::sources::hubsoft::HubSoft;

use super::{Action, Endpoints, Row, Waiting, page, text};

/// What monitoring requests, at both listeners.
pub(super) static PROBES: [Row; 2] = [
    Endpoint::for_everyone("/healthz", &GET, Action::Now(alive)),
    Endpoint::new("/readyz", &GET, Action::Now(ready)),
];

/// What only the listener of operation serves.
pub(super) static ROWS: [Row; 2] = [
    Endpoint::new("/metrics", &GET, Action::Now(counted)),
    Endpoint::new("/v1/forget", &POST, Action::Now(forget)),
];

/// The service's check of itself, at the listener that calls come in by.
pub(super) static OWN: [Row; 1] = [Endpoint::new("/v1/watchdog", &GET, Action::Wait(check))];

pub(super) static NUMBER_MISSING: Rejection = Rejection::new(400, "number_missing");

/// The modules that `/readyz` asks.
#[derive(Clone)]
pub struct Readiness {
    pub breaker: Arc<Breaker>,
    /// The client, where HubSoft is the source.
    pub hubsoft: Option<Arc<HubSoft>>,
}

impl Readiness {
    fn report(&self) -> String {
        let breaker = match self.breaker.state() {
            BreakerState::Closed => "closed",
            BreakerState::HalfOpen => "half-open",
            BreakerState::Open => "open",
        };
        let token = self.hubsoft.as_ref().map_or("not asked for yet", |one| one.token_state());
        format!("ready\nhubsoft breaker {breaker}\nhubsoft token {token}\n")
    }

    /// Sets the gauges of these modules.
    pub(super) fn measure(&self) {
        self.breaker.measure();
        if let Some(hubsoft) = &self.hubsoft {
            hubsoft.measure();
        }
    }
}

/// HubSoft's state is deliberately not part of it: a service that is restarted because HubSoft is down
/// would lose its cache when it is needed most.
fn alive(_: &Endpoints, _: &HttpRequest<'_>) -> HttpReply {
    text("ok\n".to_owned())
}

/// Whoever can ask is answered, as the configuration is read and the listeners are open by then.
/// HubSoft's state is reported and not required.
fn ready(endpoints: &Endpoints, _: &HttpRequest<'_>) -> HttpReply {
    text(endpoints.readiness.report())
}

/// The metrics, in the format that is requested.
fn counted(endpoints: &Endpoints, request: &HttpRequest<'_>) -> HttpReply {
    let accept = request.headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    let exposition = Exposition::accepted(accept.unwrap_or_default());
    page(Page { content_type: exposition.content_type(), body: endpoints.metrics(exposition) })
}

/// Purges a number from the cache, and says what came of it.
fn forget(endpoints: &Endpoints, request: &HttpRequest<'_>) -> HttpReply {
    let [number] = values(request.fields(), ["number"]);
    let Some(number) = number.one() else {
        let missing = "the number to forget is missing: post it as number=NUMBER";
        return NUMBER_MISSING.reply(missing);
    };
    text(match endpoints.responder.purge(&number_lossy(number)) {
        Ok(true) => "forgotten\n".to_owned(),
        Ok(false) => "nothing was remembered\n".to_owned(),
        Err(reason) => format!("no number that could be remembered: {reason}\n"),
    })
}

/// Goes the way of a call without a number, so that HubSoft is not asked. It is counted apart from the
/// calls, as `door="watchdog"`, and leaves no line in the log.
fn check<'a>(endpoints: &'a Endpoints, request: &'a HttpRequest<'a>) -> Waiting<'a> {
    let caller = Some(String::new());
    let accepted = request.accepted;
    let call = Call { interface: "watchdog", caller, did: None, accepted, timeout: None };
    Box::pin(async move {
        let answer = endpoints.responder.check(&call).await;
        page(render(Format::Json, &answer, &endpoints.freeswitch))
    })
}
