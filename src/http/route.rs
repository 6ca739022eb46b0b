//! Reads a request without a socket: which door it knocks at, and what it asks there.

use std::time::{Duration, Instant};

use crate::call::{Call, Did};
use crate::render::Format;

use super::form::{Form, Value, decode, decode_lossy};

/// A door: where a request comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// FreeSWITCH's mod_xml_curl.
    Dialplan,
    /// Is the service alive?
    Health,
    /// `caller` in the query, the answer in a format.
    Lookup(Format),
}

/// One row of the table of doors.
pub(super) struct Route {
    pub(super) path: &'static str,
    pub(super) door: Door,
    /// Methods served, as the `Allow` header writes them; HEAD goes with GET.
    pub(super) methods: &'static str,
}

/// Every path that is served.
pub(super) const ROUTES: [Route; 4] = [
    Route { path: "/asterisk", door: Door::Lookup(Format::Hash), methods: "GET, HEAD" },
    Route { path: "/freeswitch/dialplan", door: Door::Dialplan, methods: "GET, HEAD, POST" },
    Route { path: "/healthz", door: Door::Health, methods: "GET, HEAD" },
    Route { path: "/v1/lookup", door: Door::Lookup(Format::Json), methods: "GET, HEAD" },
];

/// Why a request is not answered; its text goes to the log, never to the PBX, which would take
/// an error's body for data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("the parameter `caller` is missing: ask for {0}?caller=NUMBER")]
    CallerMissing(&'static str),
    #[error("the method is not served here: use {0}")]
    Method(&'static str),
    #[error("a % in `caller` or `did` is not followed by two hexadecimal digits: use URIENCODE()")]
    Percent,
    #[error("there is no such path: the doors are /asterisk, /v1/lookup, /freeswitch/dialplan")]
    Path,
}

impl Refusal {
    pub(super) fn status(self) -> u16 {
        match self {
            Self::CallerMissing(_) | Self::Percent => 400,
            Self::Method(_) => 405,
            Self::Path => 404,
        }
    }
}

/// Finds the door of `path` that serves `method`. FreeSWITCH sends the method as its
/// configuration spells it, so `get` is GET there.
pub(super) fn find(method: &str, path: &str) -> Result<&'static Route, Refusal> {
    let route = ROUTES.iter().find(|route| route.path == path).ok_or(Refusal::Path)?;
    let loose = route.door == Door::Dialplan && !method.eq_ignore_ascii_case("HEAD");
    let served = route
        .methods
        .split(", ")
        .any(|known| known == method || loose && known.eq_ignore_ascii_case(method));
    if served { Ok(route) } else { Err(Refusal::Method(route.methods)) }
}

/// Reads a call from the query of a door that takes `caller`.
pub(super) fn lookup_call(
    route: &'static Route,
    query: &str,
    accepted: Instant,
) -> Result<Call, Refusal> {
    let form = Form::new(query);
    let caller = match form.get("caller") {
        Value::Absent => return Err(Refusal::CallerMissing(route.path)),
        Value::One(raw) => Some(decode(raw).ok_or(Refusal::Percent)?.into_owned()),
        Value::Repeated => None,
    };
    let did = match form.get("did") {
        Value::One(raw) => Did::new(&decode(raw).ok_or(Refusal::Percent)?),
        Value::Absent | Value::Repeated => None,
    };
    Ok(Call { door: route.path, caller, did, accepted, patience: patience(&form) })
}

/// Why mod_xml_curl is told "not found".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Elsewhere {
    /// It is a dialplan, but nobody knows of which context.
    ContextMissing,
    /// Another context or another section.
    Other,
}

/// Reads a call from what mod_xml_curl sends in `form`, and in the `query` of its gateway URL;
/// only a dialplan in `entry_context` is answered.
///
/// `Hunt-Context` is what is looked up now. `Caller-Context` will not do: it keeps the entry
/// context when the dialplan goes on elsewhere, and answering it again would loop the call.
pub(super) fn dialplan_call(
    form: &str,
    query: &str,
    entry_context: &str,
    accepted: Instant,
) -> Result<Call, Elsewhere> {
    let (form, query) = (Form::new(form), Form::new(query));
    let field = |key| match form.get(key) {
        Value::One(raw) => Some(decode_lossy(raw)),
        Value::Absent | Value::Repeated => None,
    };
    if field("section").as_deref() != Some("dialplan") {
        return Err(Elsewhere::Other);
    }
    match form.get("Hunt-Context") {
        Value::Absent => return Err(Elsewhere::ContextMissing),
        Value::One(raw) if decode_lossy(raw) == entry_context => {}
        Value::One(_) | Value::Repeated => return Err(Elsewhere::Other),
    }
    let shown = match form.get("Caller-Privacy-Hide-Number") {
        Value::Absent => true,
        Value::One(raw) => matches!(raw, "" | "false"),
        Value::Repeated => false,
    };
    let did = match query.get("did") {
        Value::One(raw) => Some(decode_lossy(raw)),
        Value::Absent | Value::Repeated => field("Hunt-Destination-Number"),
    };
    Ok(Call {
        door: "/freeswitch/dialplan",
        caller: field("Caller-Caller-ID-Number")
            .filter(|_| shown)
            .map(|number| number.into_owned()),
        did: did.and_then(|number| Did::new(&number)),
        accepted,
        patience: patience(&query).or_else(|| patience(&form)),
    })
}

/// What the PBX is ready to wait; unreadable counts as not said.
fn patience(form: &Form<'_>) -> Option<Duration> {
    match form.get("deadline_ms") {
        Value::One(raw) => {
            let text = decode(raw).filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?;
            text.parse().ok().map(Duration::from_millis)
        }
        Value::Absent | Value::Repeated => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> Result<Call, Refusal> {
        lookup_call(&ROUTES[0], query, Instant::now())
    }

    fn caller(query: &str) -> Option<String> {
        asked(query).expect("a good request").caller
    }

    #[test]
    fn the_caller_is_decoded_once_and_keeps_its_plus() {
        assert_eq!(caller("caller=%2B5537988242968").as_deref(), Some("+5537988242968"));
        assert_eq!(caller("did=1&caller=+5537988242968&x").as_deref(), Some("+5537988242968"));
        assert_eq!(caller("caller=").as_deref(), Some(""));
    }

    #[test]
    fn a_repeated_caller_cannot_be_trusted() {
        assert_eq!(caller("caller=37988242968&caller=37999450812"), None);
        assert_eq!(caller("caller=37988242968&%63aller=37999450812"), None);
    }

    #[test]
    fn a_request_without_caller_is_wrong() {
        assert_eq!(asked("").expect_err("no caller"), Refusal::CallerMissing("/asterisk"));
        assert_eq!(asked("Caller=1").expect_err("no caller").status(), 400);
        assert_eq!(asked("caller=%zz").expect_err("broken"), Refusal::Percent);
        assert_eq!(asked("caller=1&did=%").expect_err("broken"), Refusal::Percent);
    }

    #[test]
    fn a_deadline_is_read_or_ignored() {
        let patience = |query: &str| asked(query).expect("a good request").patience;
        assert_eq!(patience("caller=1&deadline_ms=300"), Some(Duration::from_millis(300)));
        assert_eq!(patience("caller=1&deadline_ms=%33%30%30"), Some(Duration::from_millis(300)));
        for odd in [
            "deadline_ms=",
            "deadline_ms=+300",
            "deadline_ms=x",
            "deadline_ms=-1",
            "deadline_ms=1e3",
            "",
        ] {
            assert_eq!(patience(&format!("caller=1&{odd}")), None, "{odd}");
        }
    }

    #[test]
    fn each_path_serves_its_methods_and_nothing_else() {
        assert!(find("GET", "/asterisk").is_ok());
        assert!(find("get", "/freeswitch/dialplan").is_ok());
        assert!(find("get", "/asterisk").is_err());
        assert!(find("head", "/freeswitch/dialplan").is_err());
        assert_eq!(find("POST", "/asterisk").err(), Some(Refusal::Method("GET, HEAD")));
        assert_eq!(
            find("DELETE", "/freeswitch/dialplan").map_err(Refusal::status).err(),
            Some(405)
        );
        assert_eq!(find("GET", "/asterisk/").err(), Some(Refusal::Path));
    }

    const HUNT: &str = "hostname=pbx01&section=dialplan&tag_name=&Caller-Context=bina\
        &Caller-Caller-ID-Number=%2B5537988242968&Hunt-Context=bina\
        &Hunt-Destination-Number=3732221234";

    #[test]
    fn the_dialplan_door_answers_its_entry_context_only() {
        let call = dialplan_call(HUNT, "", "bina", Instant::now()).expect("its own context");
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
            assert!(dialplan_call(&other, "", "bina", Instant::now()).is_err(), "{other}");
        }
    }

    #[test]
    fn a_hidden_absent_or_repeated_number_is_no_number() {
        for odd in [
            format!("{HUNT}&Caller-Privacy-Hide-Number=true"),
            format!("{HUNT}&Caller-Caller-ID-Number=37999450812"),
            HUNT.replace("Caller-Caller-ID-Number", "Caller-Other"),
        ] {
            let call = dialplan_call(&odd, "", "bina", Instant::now()).expect("its own context");
            assert_eq!(call.caller, None, "{odd}");
        }
        let shown = format!("{HUNT}&Caller-Privacy-Hide-Number=false");
        let call = dialplan_call(&shown, "", "bina", Instant::now()).expect("its own context");
        assert!(call.caller.is_some());
    }

    #[test]
    fn the_gateway_url_may_carry_the_called_number_and_a_deadline() {
        let query = "did=3730001000&deadline_ms=300";
        let call = dialplan_call(HUNT, query, "bina", Instant::now()).expect("its own context");
        assert_eq!(call.did, Did::new("3730001000"));
        assert_eq!(call.patience, Some(Duration::from_millis(300)));
    }

    #[test]
    fn a_dialplan_without_a_context_is_told_apart() {
        let without = HUNT.replace("&Hunt-Context=bina", "");
        let elsewhere = dialplan_call(&without, "", "bina", Instant::now());
        assert_eq!(elsewhere.err(), Some(Elsewhere::ContextMissing));
    }
}
