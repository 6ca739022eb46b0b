//! The endpoints of calls: one for each interface of a PBX.

mod freeswitch;
mod query;

use tracing::Level;

use crate::answering::render::{Format, farewell, not_found};
use crate::runtime::logging::RateLimitedLog;
use crate::servers::http::{
    ANY_CASE_GET_OR_POST, Endpoint, GET, GET_OR_POST, HttpReply, HttpRequest, Rejection,
};

use self::freeswitch::{dialplan_call, httapi_call};
use self::query::{numbered_call, query_call};
use super::{Action, ReadCall, Row, body_reply};

pub(super) static ROWS: [Row; 8] = [
    by_query("/asterisk", Format::Hash),
    by_number("/cid", Format::Cid),
    by_freeswitch("/freeswitch/dialplan", Format::Dialplan, dialplan_call),
    by_freeswitch("/freeswitch/httapi", Format::Httapi, httapi_call),
    by_query("/freeswitch/vars", Format::Vars),
    by_number("/match", Format::Match),
    by_number("/route", Format::Route),
    by_query("/v1/lookup", Format::Json),
];

pub(super) static CALLER_MISSING: Rejection = Rejection::new(400, "caller_missing");
pub(super) static PERCENT: Rejection = Rejection::new(400, "percent");
static CONTEXT_MISSING: RateLimitedLog = RateLimitedLog::new(Level::INFO, "dialplan not found");

/// An endpoint that also takes what a caller has typed. A PBX posts that, because it logs addresses.
const fn by_query(path: &'static str, format: Format) -> Row {
    Endpoint::new(path, &GET_OR_POST, Action::Call(format, query_call))
}

/// An endpoint that answers about the number alone.
const fn by_number(path: &'static str, format: Format) -> Row {
    Endpoint::new(path, &GET, Action::Call(format, numbered_call))
}

const fn by_freeswitch(path: &'static str, format: Format, read: ReadCall) -> Row {
    Endpoint::new(path, &ANY_CASE_GET_OR_POST, Action::Call(format, read))
}

/// Why a request contains no call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCall {
    /// The parameter `caller` is missing.
    CallerMissing,
    /// A dialplan request without a context.
    ContextMissing,
    /// FreeSWITCH reports the end of a call, once for each call.
    Ended,
    /// A dialplan request for another context, or a request for another section.
    OtherContext,
    /// A number has a malformed percent encoding.
    Percent,
}

/// The reply to a request without a call.
pub(super) fn without_call(reason: NoCall, request: &HttpRequest<'_>) -> HttpReply {
    match reason {
        NoCall::CallerMissing => CALLER_MISSING.reply(format_args!(
            "the parameter `caller` is missing (request {}?caller=NUMBER)",
            request.endpoint
        )),
        NoCall::ContextMissing => {
            CONTEXT_MISSING.log(
                "the request has no Hunt-Context (remove the enable-post-var lines from \
                 xml_curl.conf.xml, then restart FreeSWITCH when there are no calls)",
            );
            body_reply(not_found())
        }
        NoCall::Ended => body_reply(farewell()),
        NoCall::OtherContext => body_reply(not_found()),
        NoCall::Percent => PERCENT.reply(
            "a % in `caller` or `did` is not followed by two hexadecimal digits (use URIENCODE())",
        ),
    }
}
