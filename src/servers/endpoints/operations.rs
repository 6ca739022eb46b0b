//! Endpoints of operators: liveness, readiness, metrics, and purging a number.

use std::sync::Arc;

use hyper::header::ACCEPT;

use crate::answering::render::{Format, Page, render};
use crate::domain::call::Call;
use crate::runtime::metrics::Exposition;
use crate::servers::form::{number_lossy, values};
use crate::servers::http::{Endpoint, GET, HttpReply, HttpRequest, POST, Rejection};
use crate::sources::breaker::{Breaker, BreakerState};
use crate::sources::hubsoft::HubSoft;

use super::{Action, Endpoints, Row, Waiting, body_reply, text};

/// The endpoints of monitoring, at both listeners.
pub(super) static PROBES: [Row; 2] = [
    Endpoint::for_everyone("/healthz", &GET, Action::Now(alive)),
    Endpoint::new("/readyz", &GET, Action::Now(ready)),
];

/// The endpoints of the metrics listener only.
pub(super) static ROWS: [Row; 2] = [
    Endpoint::new("/metrics", &GET, Action::Now(metrics_body)),
    Endpoint::new("/v1/forget", &POST, Action::Now(forget)),
];

/// The service's self-check, at the listener for calls.
pub(super) static OWN: [Row; 1] = [Endpoint::new("/v1/watchdog", &GET, Action::Wait(check))];

pub(super) static NUMBER_MISSING: Rejection = Rejection::new(400, "number_missing");

/// The modules whose state `/readyz` reports.
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

/// Deliberately independent of HubSoft's state: a restart because HubSoft is down would empty the
/// cache when it is needed most.
fn alive(_: &Endpoints, _: &HttpRequest<'_>) -> HttpReply {
    text("ok\n".to_owned())
}

/// Always ready: when it is reachable, the configuration is loaded and the listeners are open.
/// HubSoft's state is reported, but not required.
fn ready(endpoints: &Endpoints, _: &HttpRequest<'_>) -> HttpReply {
    text(endpoints.readiness.report())
}

/// The metrics, in the requested format.
fn metrics_body(endpoints: &Endpoints, request: &HttpRequest<'_>) -> HttpReply {
    let accept = request.headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    let exposition = Exposition::accepted(accept.unwrap_or_default());
    body_reply(Page {
        content_type: exposition.content_type(),
        body: endpoints.metrics(exposition),
    })
}

/// Purges a number from the cache, and reports the result.
fn forget(endpoints: &Endpoints, request: &HttpRequest<'_>) -> HttpReply {
    let [number] = values(request.fields(), ["number"]);
    let Some(number) = number.one() else {
        let missing = "the number to forget is missing (post it as number=NUMBER)";
        return NUMBER_MISSING.reply(missing);
    };
    text(match endpoints.responder.purge(&number_lossy(number)) {
        Ok(true) => "forgotten\n".to_owned(),
        Ok(false) => "nothing was remembered\n".to_owned(),
        Err(reason) => format!("no number that could be remembered: {reason}\n"),
    })
}

/// Answers a call without a number, which needs no lookup in HubSoft. It is counted separately from
/// the calls, as `door="watchdog"`, and is not logged.
fn check<'a>(endpoints: &'a Endpoints, request: &'a HttpRequest<'a>) -> Waiting<'a> {
    let caller = Some(String::new());
    let accepted = request.accepted;
    let call = Call { interface: "watchdog", caller, did: None, accepted, timeout: None };
    Box::pin(async move {
        let answer = endpoints.responder.check(&call).await;
        body_reply(render(Format::Json, &answer, &endpoints.freeswitch))
    })
}
