//! Reads a request without a socket: which door it knocks at, and what it asks there.

use std::net::IpAddr;
use std::time::Instant;

use crate::answering::render::Format;
use crate::answering::responder::WATCHDOG;
use crate::domain::call::{Call, Did};
use crate::runtime::access::RATE_MAX;
use crate::servers::form::{Value, number, number_lossy, values};

use super::Side;
use super::freeswitch::{Elsewhere, dialplan_call, httapi_call};

/// A door: where a request comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// FreeSWITCH's mod_xml_curl.
    Dialplan,
    /// Empties the memory of one number.
    Forget,
    /// Is the service alive?
    Health,
    /// FreeSWITCH's mod_httapi.
    Httapi,
    /// `caller` in the query, the answer in a format.
    Lookup(Format),
    /// What Prometheus reads.
    Metrics,
    /// Does it answer calls, and how does HubSoft stand?
    Ready,
    /// A recording, named behind the path.
    Recording,
}

/// Methods that are served; HEAD goes with GET.
#[derive(Clone, Copy)]
struct Methods {
    list: &'static [&'static str],
    /// As the `Allow` header writes them.
    allow: &'static str,
}

/// One row of the table of doors.
pub(super) struct Route {
    /// The whole path, or its beginning when it ends with a slash.
    pub(super) path: &'static str,
    pub(super) door: Door,
    methods: Methods,
    /// Where it is served.
    sides: &'static [Side],
}

const BOTH: &[Side] = &[Side::Operation, Side::Phones];
const OPERATION: &[Side] = &[Side::Operation];
const PHONES: &[Side] = &[Side::Phones];
const READ: Methods = Methods { list: &["GET", "HEAD"], allow: "GET, HEAD" };
const READ_OR_POST: Methods = Methods { list: &["GET", "HEAD", "POST"], allow: "GET, HEAD, POST" };
const POST: Methods = Methods { list: &["POST"], allow: "POST" };

/// Every path that is served.
pub(super) const ROUTES: [Route; 13] = [
    Route::new("/asterisk", Door::Lookup(Format::Hash), READ, PHONES),
    Route::new("/cid", Door::Lookup(Format::Cid), READ, PHONES),
    Route::new("/freeswitch/dialplan", Door::Dialplan, READ_OR_POST, PHONES),
    Route::new("/freeswitch/httapi", Door::Httapi, READ_OR_POST, PHONES),
    Route::new("/freeswitch/vars", Door::Lookup(Format::Vars), READ, PHONES),
    Route::new("/healthz", Door::Health, READ, BOTH),
    Route::new("/match", Door::Lookup(Format::Match), READ, PHONES),
    Route::new("/metrics", Door::Metrics, READ, OPERATION),
    Route::new("/prompts/", Door::Recording, READ, PHONES),
    Route::new("/readyz", Door::Ready, READ, BOTH),
    Route::new("/route", Door::Lookup(Format::Route), READ, PHONES),
    Route::new("/v1/forget", Door::Forget, POST, OPERATION),
    Route::new("/v1/lookup", Door::Lookup(Format::Json), READ, PHONES),
];

/// The paths of one listener, and where the others are.
fn paths(side: Side) -> String {
    let here = ROUTES.iter().filter(|route| route.sides.contains(&side));
    let here: Vec<_> = here.map(|route| route.path).collect();
    let elsewhere = match side {
        Side::Phones => "/metrics and /v1/forget are at listen.metrics",
        Side::Operation => "the PBX asks at listen.http",
    };
    format!("{}; {elsewhere}", here.join(", "))
}

impl Route {
    const fn new(path: &'static str, door: Door, methods: Methods, sides: &'static [Side]) -> Self {
        Self { path, door, methods, sides }
    }

    fn serves(&self, side: Side, path: &str) -> bool {
        let below = self.path.ends_with('/') && path.starts_with(self.path);
        self.sides.contains(&side) && (path == self.path || below)
    }

    /// Tells whether methods are FreeSWITCH's, which sends them as its configuration spells them.
    fn is_loose(&self) -> bool {
        matches!(self.door, Door::Dialplan | Door::Httapi)
    }
}

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
    #[error("the number to forget is missing: post it as number=NUMBER")]
    NumberMissing,
    #[error(
        "more than {RATE_MAX} requests a second from {0}; if it is a PBX, name it in listen.pbx"
    )]
    Rate(IpAddr),
    #[error("there is no such path here, but {}", paths(*.0))]
    Path(Side),
    #[error(
        "there is no such recording: name it in [prompts], put NAME.wav into listen.prompts_folder, \
         and reload bina"
    )]
    Recording,
    #[error(
        "{0} shows no credential, or a wrong one: give it one of access.token_files or basic_files"
    )]
    Unauthorized(IpAddr),
}

impl Refusal {
    pub(super) fn status(self) -> u16 {
        match self {
            Self::CallerMissing(_) | Self::NumberMissing | Self::Percent => 400,
            Self::Method(_) => 405,
            Self::Path(_) | Self::Recording => 404,
            Self::Rate(_) => 429,
            Self::Unauthorized(_) => 401,
        }
    }
}

/// Finds the door of `path` that serves `method`. FreeSWITCH sends the method as its
/// configuration spells it, so `get` is GET there.
///
/// FreePBX writes a slash between the host and a path that begins with one, so `//cid` is `/cid`.
pub(super) fn find(side: Side, method: &str, path: &str) -> Result<&'static Route, Refusal> {
    let path = single_slash(path);
    let route = ROUTES.iter().find(|route| route.serves(side, path)).ok_or(Refusal::Path(side))?;
    let loose = route.is_loose() && !method.eq_ignore_ascii_case("HEAD");
    let is_served = |known: &&str| *known == method || loose && known.eq_ignore_ascii_case(method);
    let served = route.methods.list.iter().any(is_served);
    if served { Ok(route) } else { Err(Refusal::Method(route.methods.allow)) }
}

/// Tells whether `path` is answered whoever asks: monitoring finds out without a secret that the
/// service is alive.
pub(super) fn is_for_everybody(path: &str) -> bool {
    let path = single_slash(path);
    ROUTES.iter().any(|route| route.door == Door::Health && route.path == path)
}

/// The path with one slash at its beginning, where it has several.
fn single_slash(path: &str) -> &str {
    let rest = path.trim_start_matches('/');
    if path.len() > rest.len() { &path[path.len() - rest.len() - 1..] } else { path }
}

/// A request without its socket.
pub(super) struct Asked<'a> {
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    /// The body, where the method has one; FreeSWITCH's fields are in it, else in the query.
    pub(super) body: Option<&'a str>,
    pub(super) accepted: Instant,
}

/// What a request wants.
#[derive(Debug)]
pub(super) enum Wanted<'a> {
    Alive,
    Answer(Format, Call),
    /// A dialplan that is not ours to answer.
    Elsewhere(Elsewhere),
    /// Nothing: FreeSWITCH says that the call has ended.
    Farewell,
    /// That this number is forgotten.
    Forget(String),
    Metrics,
    Ready,
    /// The recording of this sound.
    Recording(&'a str),
}

impl Route {
    /// Reads what `asked` wants at this door; a dialplan is answered in `entry_context` only.
    pub(super) fn read<'a>(
        &self,
        asked: &Asked<'a>,
        entry_context: &str,
    ) -> Result<Wanted<'a>, Refusal> {
        let fields = asked.body.unwrap_or(asked.query);
        match self.door {
            Door::Dialplan => {
                Ok(match dialplan_call(fields, asked.query, entry_context, asked.accepted) {
                    Ok(call) => Wanted::Answer(Format::Dialplan, call),
                    Err(elsewhere) => Wanted::Elsewhere(elsewhere),
                })
            }
            Door::Forget => {
                let [forgotten] = values(fields, ["number"]);
                let raw = forgotten.one().ok_or(Refusal::NumberMissing)?;
                Ok(Wanted::Forget(number_lossy(raw).into_owned()))
            }
            Door::Health => Ok(Wanted::Alive),
            Door::Httapi => Ok(match httapi_call(fields, asked.query, asked.accepted) {
                Some(call) => Wanted::Answer(Format::Httapi, call),
                None => Wanted::Farewell,
            }),
            Door::Lookup(format) => {
                let call = lookup_call(self, asked.query, asked.accepted)?;
                Ok(Wanted::Answer(format, call))
            }
            Door::Metrics => Ok(Wanted::Metrics),
            Door::Ready => Ok(Wanted::Ready),
            Door::Recording => {
                let name = single_slash(asked.path).strip_prefix(self.path);
                let sound = name.and_then(|name| name.strip_suffix(".wav"));
                sound.map(Wanted::Recording).ok_or(Refusal::Recording)
            }
        }
    }

    /// Tells whether a request with `method` has a body that is read.
    pub(super) fn takes_body(&self, method: &str) -> bool {
        method.eq_ignore_ascii_case("POST") && self.methods.list.contains(&"POST")
    }
}

/// Reads a call from the query of a door that takes `caller`.
fn lookup_call(route: &Route, query: &str, accepted: Instant) -> Result<Call, Refusal> {
    let keys = ["caller", "did", "deadline_ms", WATCHDOG];
    let [presented, called, patience, watchdog] = values(query, keys);
    let caller = match presented {
        Value::Absent => return Err(Refusal::CallerMissing(route.path)),
        Value::One(raw) => Some(number(raw).ok_or(Refusal::Percent)?.into_owned()),
        Value::Repeated => None,
    };
    let did = match called.one() {
        Some(raw) => Did::new(&number(raw).ok_or(Refusal::Percent)?),
        None => None,
    };
    // The service's own look at itself. Only a call from nobody can be one.
    let watched = matches!((presented, watchdog), (Value::One(""), Value::One(_)));
    let door = if watched { WATCHDOG } else { route.path };
    Ok(Call { door, caller, did, accepted, patience: patience.millis() })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn phones(method: &str, path: &str) -> Result<&'static Route, Refusal> {
        find(Side::Phones, method, path)
    }

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
    fn a_form_encoders_spaces_are_no_plus() {
        assert_eq!(caller("caller=37+98824+2968").as_deref(), Some("37 98824 2968"));
        let called = asked("caller=&did=%2837%29+3222-1234").expect("a good request").did;
        assert_eq!(called, Did::new("3732221234"));
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
    fn what_is_for_operation_is_not_served_to_the_phone_systems() {
        let operation = |method, path| find(Side::Operation, method, path);
        for (method, path) in [("GET", "/metrics"), ("POST", "/v1/forget")] {
            assert!(operation(method, path).is_ok());
            assert_eq!(phones(method, path).err(), Some(Refusal::Path(Side::Phones)), "{path}");
        }
        assert_eq!(operation("GET", "/asterisk").err(), Some(Refusal::Path(Side::Operation)));
        assert_eq!(operation("GET", "/v1/forget").err(), Some(Refusal::Method("POST")));
        for path in ["/healthz", "/readyz"] {
            assert!(operation("GET", path).is_ok() && phones("GET", path).is_ok());
        }
    }

    #[test]
    fn a_recording_is_named_behind_its_doors_path() {
        let wanted = |path| {
            let asked = Asked { path, query: "", body: None, accepted: Instant::now() };
            phones("GET", path).expect("a recording's path").read(&asked, "bina")
        };
        for (path, name) in
            [("/prompts/aviso-geral.wav", "aviso-geral"), ("/prompts/sul/aviso.wav", "sul/aviso")]
        {
            assert!(matches!(wanted(path), Ok(Wanted::Recording(sound)) if sound == name));
        }
        for path in ["/prompts/aviso", "/prompts/"] {
            assert_eq!(wanted(path).err(), Some(Refusal::Recording), "{path}");
        }
    }

    #[test]
    fn each_path_serves_its_methods_and_nothing_else() {
        assert!(phones("GET", "/asterisk").is_ok());
        assert!(phones("get", "/freeswitch/dialplan").is_ok());
        assert!(phones("get", "/asterisk").is_err());
        assert!(phones("head", "/freeswitch/dialplan").is_err());
        assert_eq!(phones("POST", "/asterisk").err(), Some(Refusal::Method("GET, HEAD")));
        assert_eq!(
            phones("DELETE", "/freeswitch/dialplan").map_err(Refusal::status).err(),
            Some(405)
        );
        assert_eq!(phones("GET", "/asterisk/").err(), Some(Refusal::Path(Side::Phones)));
        assert!(phones("post", "/freeswitch/httapi").is_ok());
        assert!(
            phones("GET", "/prompts/aviso.wav").is_ok_and(|route| route.door == Door::Recording)
        );
        assert_eq!(phones("GET", "/prompts").err(), Some(Refusal::Path(Side::Phones)));
        assert!(phones("GET", "//cid").is_ok_and(|route| route.path == "/cid"));
        assert!(
            phones("GET", "/").is_err()
                && phones("GET", "").is_err()
                && phones("GET", "cid").is_err()
        );
    }
}
