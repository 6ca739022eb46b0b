//! Endpoint that explains how the next call of a number would be answered.

use std::time::Instant;

use crate::domain::call::{Call, Did};
use crate::servers::form::{number_lossy, values};
use crate::servers::http::{Endpoint, HttpReply, HttpRequest, POST};

use super::alerts::json;
use super::directory::number;
use super::{Action, Endpoints, Row};

/// At the operations listener.
pub(super) static ROWS: [Row; 1] = [Endpoint::new("/v1/explain", &POST, Action::Now(explain))];

/// Explains a call whose caller ID is posted as `number`, at the called number `did`. HubSoft is not queried.
fn explain(endpoints: &Endpoints, request: &HttpRequest<'_>) -> HttpReply {
    let caller = match number(request) {
        Ok(caller) => caller,
        Err(reply) => return *reply,
    };
    let [did] = values(request.fields(), ["did"]);
    let call = Call {
        interface: "explain",
        caller: Some(caller.into_owned()),
        did: did.one().and_then(|did| Did::new(&number_lossy(did))),
        accepted: Instant::now(),
        timeout: None,
    };
    let caller = |phone: Option<&_>| endpoints.alerts.caller(phone, call.did.as_ref());
    json(&endpoints.responder.explain(&call, caller))
}
