//! Endpoints by which a PBX reports calls at agents' telephones. They answer at once, whatever HubSoft does.

use crate::answering::screen_pop::Accepted;
use crate::domain::agent_call::{Agent, AgentCall, AgentEvent};
use crate::domain::customer_code::CustomerCode;
use crate::servers::form::{FormValue, decode_lossy, number_lossy, values};
use crate::servers::http::{Endpoint, GET_OR_POST, HttpReply, HttpRequest, Rejection};

use super::{Action, Endpoints, Row, text};

pub(super) static ROWS: [Row; 2] = [
    Endpoint::new("/v1/calls/ended", &GET_OR_POST, Action::Now(ended)),
    Endpoint::new("/v1/calls/ringing", &GET_OR_POST, Action::Now(ringing)),
];

pub(super) static AGENT_MISSING: Rejection = Rejection::new(400, "agent_missing");

fn ringing(endpoints: &Endpoints, request: &HttpRequest<'_>) -> HttpReply {
    report(endpoints, request, AgentEvent::Ringing)
}

fn ended(endpoints: &Endpoints, request: &HttpRequest<'_>) -> HttpReply {
    report(endpoints, request, AgentEvent::Ended)
}

fn report(endpoints: &Endpoints, request: &HttpRequest<'_>, event: AgentEvent) -> HttpReply {
    let Some(call) = agent_call(endpoints, request) else {
        return AGENT_MISSING.reply(format_args!(
            "`ramal` or `identificador_interno` is missing, or has other characters than letters, digits \
             and . _ - (request {}?ramal=EXTENSION&telefone=NUMBER)",
            request.endpoint
        ));
    };
    let word = match endpoints.screen_pops.take(call, event) {
        Accepted::Queued => "queued",
        Accepted::Dropped => "dropped",
        Accepted::Skipped => "skipped",
    };
    text(word.to_owned())
}

fn agent_call(endpoints: &Endpoints, request: &HttpRequest<'_>) -> Option<AgentCall> {
    let keys = ["ramal", "identificador_interno", "telefone", "codigo_cliente", "id_cliente"];
    let [extension, internal_id, phone, code, id] = values(request.fields(), keys);
    let of = |value: FormValue<'_>| value.one().map(|raw| decode_lossy(raw).into_owned());
    let digits = |value| of(value).as_deref().and_then(CustomerCode::parse);
    let extension = of(extension).as_deref().and_then(Agent::extension);
    let agent = extension.or_else(|| of(internal_id).as_deref().and_then(Agent::internal_id))?;
    let phone = phone.one().and_then(|raw| endpoints.responder.phone(&number_lossy(raw)).ok());
    Some(AgentCall { agent, phone, code: digits(code), id: digits(id) })
}
