//! Endpoints by which a PBX reports calls at agents' telephones. They answer at once, whatever HubSoft does.
//!
//! They have an effect with GET, too, so that a page of another site must not make a browser send it.

use hyper::header::{HOST, HeaderMap, HeaderName, ORIGIN};

use crate::answering::screen_pop::Accepted;
use crate::domain::agent_call::{Agent, AgentCall, AgentEvent};
use crate::domain::call::{Call, Did};
use crate::domain::customer_code::CustomerCode;
use crate::domain::phone::Phone;
use crate::servers::form::{FormValue, decode_lossy, number_lossy, stated_trunk, values};
use crate::servers::http::{Endpoint, GET_OR_POST_ONLY, HttpReply, HttpRequest, Rejection};

use super::{Action, Endpoints, Row, text};

pub(super) static ROWS: [Row; 2] = [
    Endpoint::new("/v1/calls/ended", &GET_OR_POST_ONLY, Action::Now(ended)),
    Endpoint::new("/v1/calls/ringing", &GET_OR_POST_ONLY, Action::Now(ringing)),
];

pub(super) static AGENT_MISSING: Rejection = Rejection::new(400, "agent_missing");
pub(super) static CROSS_SITE: Rejection = Rejection::warning(403, "cross_site");

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

fn ringing(endpoints: &Endpoints, request: &HttpRequest<'_>) -> HttpReply {
    report(endpoints, request, AgentEvent::Ringing)
}

fn ended(endpoints: &Endpoints, request: &HttpRequest<'_>) -> HttpReply {
    report(endpoints, request, AgentEvent::Ended)
}

fn report(endpoints: &Endpoints, request: &HttpRequest<'_>, event: AgentEvent) -> HttpReply {
    if is_cross_site(request.headers) {
        return CROSS_SITE.reply(format_args!(
            "a page of another site made a browser request {}",
            request.endpoint
        ));
    }
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

/// Whether a page elsewhere has made a browser send the request, as far as the browser says. A PBX sends neither
/// header.
fn is_cross_site(headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text(&FETCH_SITE).is_some_and(|site| site != "same-origin" && site != "none");
    let host = text(&HOST).unwrap_or_default();
    let is_own = |origin: &str| {
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host))
    };
    site || text(&ORIGIN).is_some_and(|origin| !is_own(origin))
}

fn agent_call(endpoints: &Endpoints, request: &HttpRequest<'_>) -> Option<AgentCall> {
    let keys = ["ramal", "identificador_interno", "codigo_cliente", "id_cliente"];
    let [extension, internal_id, code, id] = values(request.fields(), keys);
    let of = |value: FormValue<'_>| value.one().map(|raw| decode_lossy(raw).into_owned());
    let digits = |value| of(value).as_deref().and_then(CustomerCode::parse);
    let extension = of(extension).as_deref().and_then(Agent::extension);
    let agent = extension.or_else(|| of(internal_id).as_deref().and_then(Agent::internal_id))?;
    Some(AgentCall { agent, phone: phone(endpoints, request), code: digits(code), id: digits(id) })
}

/// The caller's number, read as the lookup of the call reads it.
fn phone(endpoints: &Endpoints, request: &HttpRequest<'_>) -> Option<Phone> {
    let [presented, called, trunk] = values(request.fields(), ["telefone", "did", "trunk"]);
    let caller = number_lossy(presented.one()?).into_owned();
    let call = Call {
        did: called.one().and_then(|raw| Did::new(&number_lossy(raw))),
        trunk: stated_trunk(trunk),
        ..Call::of(Some(caller), request.endpoint, request.accepted)
    };
    endpoints.responder.phone_of(&call).ok()
}
