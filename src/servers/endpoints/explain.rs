//! Endpoint that explains how the next call of a number would be answered.

use crate::answering::explanation::CallExplanation;
use crate::domain::call::Did;
use crate::servers::form::{number_lossy, values};
use crate::servers::http::{Endpoint, HttpReply, HttpRequest, POST};

use super::alerts::json;
use super::directory::phone;
use super::{Action, Endpoints, Row};

/// At the operations listener.
pub(super) static ROWS: [Row; 1] = [Endpoint::new("/v1/explain", &POST, Action::Now(explain))];

/// Explains the number that is posted as `number`, called at `did`. HubSoft is not queried.
fn explain(endpoints: &Endpoints, request: &HttpRequest<'_>) -> HttpReply {
    let phone = match phone(endpoints, request) {
        Ok(phone) => phone,
        Err(reply) => return *reply,
    };
    let [did] = values(request.fields(), ["did"]);
    let did = did.one().and_then(|did| Did::new(&number_lossy(did)));
    json(&CallExplanation {
        outlook: endpoints.responder.lookup().outlook(&phone.into()),
        caller: endpoints.alerts.caller(&phone, did.as_ref()),
    })
}
