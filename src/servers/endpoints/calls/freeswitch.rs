//! Parses the requests of FreeSWITCH's modules: the fields of a call, in a query or a body.

use std::time::Duration;

use crate::domain::call::{Call, Did, StatedTrunk};
use crate::servers::form::{
    FormValue, decode_lossy, identification, number_lossy, stated_trunk, values,
};
use crate::servers::http::HttpRequest;

use super::NoCall;

/// Parses a request of mod_xml_curl, and the query of its gateway URL; only a dialplan in
/// `entry_context` is answered.
///
/// `Hunt-Context` is the context of this lookup. `Caller-Context` is unsuitable: it keeps the entry
/// context when the dialplan continues elsewhere, and answering it again would loop the call.
pub(super) fn dialplan_call(
    request: &HttpRequest<'_>,
    entry_context: &str,
) -> Result<Call, NoCall> {
    let fields = CallFields::new(request.fields(), request.query, "Hunt-Destination-Number");
    if fields.section.one().map(decode_lossy).as_deref() != Some("dialplan") {
        return Err(NoCall::OtherContext);
    }
    match fields.context {
        FormValue::Absent => return Err(NoCall::ContextMissing),
        FormValue::One(raw) if decode_lossy(raw) == entry_context => {}
        FormValue::One(_) | FormValue::Repeated => return Err(NoCall::OtherContext),
    }
    Ok(fields.call(request))
}

/// Parses a request of mod_httapi, and the query of its URL; there is no call when it only reports
/// the end of one.
pub(super) fn httapi_call(request: &HttpRequest<'_>, _: &str) -> Result<Call, NoCall> {
    let fields = CallFields::new(request.fields(), request.query, "Caller-Destination-Number");
    if fields.exiting == FormValue::One("true") {
        return Err(NoCall::Ended);
    }
    let [document, code] = values(request.query, ["documento", "codigo"]);
    let identification = identification(document, code);
    Ok(Call { identification, ..fields.call(request) })
}

/// The fields of a call, and the parameters of the URL. With GET both are in the query.
struct CallFields<'a> {
    section: FormValue<'a>,
    context: FormValue<'a>,
    exiting: FormValue<'a>,
    caller: FormValue<'a>,
    hidden: FormValue<'a>,
    called: FormValue<'a>,
    did: FormValue<'a>,
    trunk: FormValue<'a>,
    peer: FormValue<'a>,
    timeout: Option<Duration>,
}

impl<'a> CallFields<'a> {
    /// Parses `form`, in which the field `called` has the called number.
    fn new(form: &'a str, query: &'a str, called: &str) -> Self {
        let keys = [
            "section",
            "Hunt-Context",
            "exiting",
            "Caller-Caller-ID-Number",
            "Caller-Privacy-Hide-Number",
            called,
            "deadline_ms",
            "Caller-Network-Addr",
        ];
        let [section, context, exiting, caller, hidden, called, timeout, peer] = values(form, keys);
        let [did, own_timeout, trunk] = values(query, ["did", "deadline_ms", "trunk"]);
        let timeout = own_timeout.millis().or_else(|| timeout.millis());
        Self { section, context, exiting, caller, hidden, called, did, trunk, peer, timeout }
    }

    fn call(&self, request: &HttpRequest<'_>) -> Call {
        let caller = self.caller.one().filter(|_| self.is_presented());
        // The called number in the URL takes precedence.
        let did = |value: FormValue<'_>| Did::new(&number_lossy(value.one()?));
        let caller = caller.map(|raw| number_lossy(raw).into_owned());
        Call {
            did: did(self.did).or_else(|| did(self.called)),
            trunk: stated_trunk(self.trunk).or_else(|| self.peer()),
            client: Some(request.client),
            timeout: self.timeout,
            ..Call::of(caller, request.endpoint, request.accepted)
        }
    }

    /// The address from which the call reached FreeSWITCH.
    fn peer(&self) -> Option<StatedTrunk> {
        StatedTrunk::address(&decode_lossy(self.peer.one()?)).map(StatedTrunk::Address)
    }

    /// Whether the caller does not withhold the number.
    fn is_presented(&self) -> bool {
        matches!(self.hidden, FormValue::Absent | FormValue::One("" | "false"))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use hyper::header::HeaderMap;

    use super::*;

    /// The result of `read` for `form`, posted to `URL?query`.
    fn read(
        read: fn(&HttpRequest<'_>, &str) -> Result<Call, NoCall>,
        form: &str,
        query: &str,
    ) -> Result<Call, NoCall> {
        let request = HttpRequest {
            endpoint: "/freeswitch",
            rest: "",
            method: "POST",
            query,
            headers: &HeaderMap::new(),
            body: Some(form.to_owned()),
            client: std::net::Ipv4Addr::LOCALHOST.into(),
            is_encrypted: false,
            accepted: Instant::now(),
        };
        read(&request, "bina")
    }

    fn hunted(form: &str, query: &str) -> Result<Call, NoCall> {
        read(dialplan_call, form, query)
    }

    const HUNT: &str = "hostname=pbx01&section=dialplan&tag_name=&Caller-Context=bina\
        &Caller-Caller-ID-Number=%2B5537988242968&Hunt-Context=bina\
        &Hunt-Destination-Number=3732221234";

    #[test]
    fn a_dialplan_is_answered_in_its_entry_context_only() {
        let call = hunted(HUNT, "").expect("its own context");
        assert_eq!(call.caller.as_deref(), Some("+5537988242968"));
        assert_eq!(call.did, Did::new("3732221234"));
        for other in [
            HUNT.replace("Hunt-Context=bina", "Hunt-Context=public"),
            HUNT.replace("&Hunt-Context=bina", ""),
            HUNT.replace("section=dialplan", "section=directory"),
            HUNT.replace("section=dialplan&", ""),
            format!("{HUNT}&Hunt-Context=bina"),
            String::new(),
        ] {
            assert!(hunted(&other, "").is_err(), "{other}");
        }
    }

    #[test]
    fn a_withheld_absent_or_repeated_number_is_none() {
        for odd in [
            format!("{HUNT}&Caller-Privacy-Hide-Number=true"),
            format!("{HUNT}&Caller-Caller-ID-Number=37999450812"),
            HUNT.replace("Caller-Caller-ID-Number", "Caller-Other"),
        ] {
            let call = hunted(&odd, "").expect("its own context");
            assert_eq!(call.caller, None, "{odd}");
        }
        let shown = format!("{HUNT}&Caller-Privacy-Hide-Number=false");
        let call = hunted(&shown, "").expect("its own context");
        assert!(call.caller.is_some());
    }

    #[test]
    fn the_gateway_url_may_carry_the_called_number_and_a_deadline() {
        let query = "did=3730001000&deadline_ms=300";
        let call = hunted(HUNT, query).expect("its own context");
        assert_eq!(call.did, Did::new("3730001000"));
        assert_eq!(call.timeout, Some(Duration::from_millis(300)));
    }

    #[test]
    fn a_dialplan_without_a_context_is_detected() {
        let without = HUNT.replace("&Hunt-Context=bina", "");
        let elsewhere = hunted(&without, "");
        assert_eq!(elsewhere.err(), Some(NoCall::ContextMissing));
    }

    const EXECUTE: &str = "session_id=b75f752f&hostname=pbx01&Caller-Context=bina\
        &Caller-Caller-ID-Number=%2B5537988242968&Caller-Destination-Number=3732221234\
        &url=http%3A//127.0.0.1%3A8573/freeswitch/httapi";

    fn executed(form: &str, query: &str) -> Call {
        read(httapi_call, form, query).expect("the call continues")
    }

    #[test]
    fn httapi_names_the_caller_and_the_number_that_was_called() {
        let call = executed(EXECUTE, "");
        assert_eq!(call.caller.as_deref(), Some("+5537988242968"));
        assert_eq!(call.did, Did::new("3732221234"));
        let overridden = executed(EXECUTE, "did=3730001000&deadline_ms=300");
        assert_eq!(overridden.did, Did::new("3730001000"));
        assert_eq!(overridden.timeout, Some(Duration::from_millis(300)));
        let blank = executed(EXECUTE, "did=");
        assert_eq!(blank.did, Did::new("3732221234"), "the URL names a variable that is not set");
        assert_eq!(executed("session_id=1", "").caller, None);
    }

    #[test]
    fn httapi_with_get_has_everything_in_the_query() {
        let query = format!("did=3730001000&{EXECUTE}");
        let call = executed(&query, &query);
        assert_eq!(call.caller.as_deref(), Some("+5537988242968"));
        assert_eq!(call.did, Did::new("3730001000"));
    }

    #[test]
    fn httapi_reports_the_end_of_a_call() {
        let exiting = |form: &str| read(httapi_call, form, "").err() == Some(NoCall::Ended);
        assert!(exiting(&format!("{EXECUTE}&exiting=true")));
        assert!(exiting(&format!("exiting=true&{EXECUTE}")));
        assert!(!exiting(EXECUTE));
        assert!(!exiting(&format!("{EXECUTE}&exiting=false")));
    }

    #[test]
    fn httapi_ignores_a_withheld_or_repeated_number() {
        for odd in ["Caller-Privacy-Hide-Number=true", "Caller-Caller-ID-Number=37999450812"] {
            assert_eq!(executed(&format!("{EXECUTE}&{odd}"), "").caller, None, "{odd}");
        }
    }
}
