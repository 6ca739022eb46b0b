//! Endpoint that explains how the next call of a number would be answered.

use std::time::Instant;

use crate::domain::call::{Call, Did};
use crate::servers::form::{number_lossy, stated_trunk, values};
use crate::servers::http::{Endpoint, HttpRequest, POST};

use super::alerts::json;
use super::directory::number;
use super::{Action, Endpoints, Row, Waiting};

/// At the operations listener.
pub(super) static ROWS: [Row; 1] = [Endpoint::new("/v1/explain", &POST, Action::Wait(explain))];

/// Explains a call whose caller ID is posted as `number`, at the called number `did`, by `trunk`. HubSoft is queried only
/// with `query=1`.
fn explain<'a>(endpoints: &'a Endpoints, request: &'a HttpRequest<'a>) -> Waiting<'a> {
    Box::pin(async move {
        let caller = match number(request) {
            Ok(caller) => caller,
            Err(reply) => return *reply,
        };
        let [did, query, trunk] = values(request.fields(), ["did", "query", "trunk"]);
        let did = did.one().and_then(|did| Did::new(&number_lossy(did)));
        let call = Call::of(Some(caller.into_owned()), "explain", Instant::now());
        let call = Call { did, trunk: stated_trunk(trunk), ..call };
        let caller = |phone: Option<&_>| endpoints.alerts.caller(phone, call.did.as_ref());
        let hubsoft = endpoints.readiness.hubsoft.as_deref().filter(|_| query.one() == Some("1"));
        json(&endpoints.responder.explain(&call, hubsoft, caller).await)
    })
}
