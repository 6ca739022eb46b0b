//! Endpoints of operators: liveness, readiness, metrics, and the self-check.

use std::sync::Arc;

use hyper::header::ACCEPT;

use crate::answering::render::{Format, Page, render};
use crate::domain::call::Call;
use crate::runtime::metrics::Exposition;
use crate::servers::http::{Endpoint, GET, HttpReply, HttpRequest};
use crate::sources::breaker::{Breaker, BreakerState};
use crate::sources::hubsoft::HubSoft;

use super::{Action, Endpoints, Row, Waiting, body_reply, text};

/// The endpoints of monitoring, at both listeners.
pub(super) static PROBES: [Row; 2] = [
    Endpoint::for_everyone("/healthz", &GET, Action::Now(alive)),
    Endpoint::new("/readyz", &GET, Action::Now(ready)),
];

/// The endpoints of the metrics listener only.
pub(super) static ROWS: [Row; 1] = [Endpoint::new("/metrics", &GET, Action::Now(metrics_body))];

/// The service's self-check, at the listener for calls.
pub(super) static OWN: [Row; 1] = [Endpoint::new("/v1/watchdog", &GET, Action::Wait(check))];

/// The modules whose state `/readyz` reports.
#[derive(Clone)]
pub struct Readiness {
    pub breaker: Arc<Breaker>,
    /// The client, where HubSoft is the source.
    pub hubsoft: Option<Arc<HubSoft>>,
}

impl Readiness {
    /// The state of the breaker, and of the token in a word.
    pub fn states(&self) -> (BreakerState, &'static str) {
        let token = self.hubsoft.as_ref().map_or("not asked for yet", |one| one.token_state());
        (self.breaker.state(), token)
    }

    fn report(&self) -> String {
        let (breaker, token) = self.states();
        let breaker = match breaker {
            BreakerState::Closed => "closed",
            BreakerState::HalfOpen => "half-open",
            BreakerState::Open => "open",
        };
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

/// Answers a call without a number, which needs no lookup in HubSoft. It is counted separately from
/// the calls, as `door="watchdog"`, and is not logged.
fn check<'a>(endpoints: &'a Endpoints, request: &'a HttpRequest<'a>) -> Waiting<'a> {
    let call = Call::of(Some(String::new()), "watchdog", request.accepted);
    Box::pin(async move {
        let answer = endpoints.responder.check(&call).await;
        body_reply(render(Format::Json, &answer, &endpoints.freeswitch))
    })
}
