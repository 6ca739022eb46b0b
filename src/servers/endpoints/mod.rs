//! The endpoints of each HTTP listener, and their handlers.
//!
//! A new endpoint is a row in its module's table, with a handler function.

mod agent_calls;
mod alert_operations;
mod alerts;
mod calls;
mod directory;
mod explain;
mod operations;
mod places;
mod range;
mod recordings;
mod reports;

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use hyper::header::{HeaderMap, HeaderValue};

use crate::answering::journal::Journal;
use crate::answering::render::{Format, Freeswitch, Page, TEXT, render};
use crate::answering::responder::Responder;
use crate::answering::screen_pop::ScreenPops;
use crate::answering::speech::Speech;
use crate::domain::call::Call;
use crate::runtime::metrics::{Exposition, Registry};
use crate::servers::http::{
    Application, Endpoint, EndpointTable, HttpReply, HttpRequest, HttpServer, Rejection, whole,
};
use crate::servers::recordings::Recordings;
use crate::sources::alerts::{Alerts, LocalAlerts};
use crate::sources::directory::Directory;

pub use self::alert_operations::AlertOperations;
pub use self::calls::NoCall;

pub use self::operations::Readiness;
pub use self::recordings::{SPOKEN_CACHE, served, spoken};

/// The state that endpoints use.
pub struct Endpoints {
    pub responder: Arc<Responder>,
    pub freeswitch: Freeswitch,
    pub recordings: Recordings,
    pub readiness: Readiness,
    /// The directory, if it is on.
    pub directory: Option<Arc<Directory>>,
    /// Where a directory that is off may have left its files.
    pub state_folder: Option<PathBuf>,
    /// The administrator's own alerts.
    pub local_alerts: Arc<LocalAlerts>,
    /// The active alerts.
    pub alerts: Arc<Alerts>,
    /// The journal of calls.
    pub journal: Arc<Journal>,
    pub speech: Arc<Speech>,
    /// The reports of calls at agents' telephones.
    pub screen_pops: Arc<ScreenPops>,
    pub metrics: Arc<Registry>,
}

impl Endpoints {
    /// The metrics; gauges of a state are set now, by the modules that are active.
    pub fn metrics(&self, exposition: Exposition) -> String {
        self.responder.lookup().measure();
        self.readiness.measure();
        if let Some(directory) = &self.directory {
            directory.measure();
        }
        self.alerts.measure();
        self.journal.measure();
        self.screen_pops.measure();
        self.metrics.written(exposition)
    }
}

/// The HTTP server with all endpoints.
pub type Http = HttpServer<Endpoints>;

/// The handler of an endpoint.
pub enum Action {
    /// Parses a call, which is answered in a format by its deadline. Separate from `Wait`, so that an
    /// answer from the cache needs no box.
    Call(Format, ReadCall),
    /// Answers immediately.
    Now(fn(&Endpoints, &HttpRequest<'_>) -> HttpReply),
    /// Answers asynchronously.
    Wait(for<'a> fn(&'a Endpoints, &'a HttpRequest<'a>) -> Waiting<'a>),
}

/// Parses a call from a request; the text is the entry context, in which alone a dialplan is
/// answered.
pub type ReadCall = fn(&HttpRequest<'_>, &str) -> Result<Call, NoCall>;

/// A future answer.
pub type Waiting<'a> = Pin<Box<dyn Future<Output = HttpReply> + Send + 'a>>;

type Row = Endpoint<Action>;

/// The endpoints of phone systems, at `listen.http`.
pub static PHONES: EndpointTable<Action> = EndpointTable::new(
    &[&agent_calls::ROWS, &calls::ROWS, &operations::PROBES, &operations::OWN, &recordings::ROWS],
    "/metrics, /v1/alerts, /v1/forget and /v1/report are at listen.metrics",
);

/// The endpoints of operators, at `listen.metrics`.
pub static OPERATION: EndpointTable<Action> = EndpointTable::new(
    &[
        &operations::PROBES,
        &operations::ROWS,
        &alerts::ROWS,
        &directory::ROWS,
        &explain::ROWS,
        &places::ROWS,
        &reports::ROWS,
    ],
    "the PBX uses listen.http",
);

/// The rejections of the endpoints, which metrics begin with.
pub static REJECTIONS: [&Rejection; 8] = [
    &agent_calls::AGENT_MISSING,
    &agent_calls::CROSS_SITE,
    &calls::CALLER_MISSING,
    &calls::PERCENT,
    &directory::DIRECTORY_OFF,
    &directory::NUMBER_MISSING,
    &recordings::NOT_IN_RANGE,
    &recordings::NOT_SERVED,
];

impl Application for Endpoints {
    type Action = Action;

    async fn answer(&self, action: &'static Action, request: &HttpRequest<'_>) -> HttpReply {
        match action {
            Action::Call(format, read) => match read(request, &self.freeswitch.entry_context) {
                Ok(call) => {
                    let answer = self.responder.respond(&call).await;
                    body_reply(render(*format, &answer, &self.freeswitch))
                }
                Err(no_call) => calls::without_call(no_call, request),
            },
            Action::Now(answer) => answer(self, request),
            Action::Wait(answer) => answer(self, request).await,
        }
    }
}

fn body_reply(body: Page) -> HttpReply {
    whole(content_type(body.content_type), body.body)
}

fn text(body: String) -> HttpReply {
    body_reply(Page { content_type: TEXT, body })
}

/// The header's value. Most answers are texts, for which it is a constant.
fn content_type(mime: &'static str) -> HeaderValue {
    const PLAIN: HeaderValue = HeaderValue::from_static(TEXT);
    if mime == TEXT { PLAIN } else { HeaderValue::from_static(mime) }
}

/// The paths by which calls come in, which metrics begin with.
pub fn paths_of_calls() -> impl Iterator<Item = &'static str> {
    let is_call = |row: &&Row| matches!(row.action, Action::Call(..));
    PHONES.endpoints().filter(is_call).map(|row| row.path)
}

/// Every path that is served, for the tests that compare it with the snippets.
pub fn paths() -> impl Iterator<Item = &'static str> {
    let rows = PHONES.endpoints().chain(OPERATION.endpoints());
    rows.map(|row| row.path).collect::<BTreeSet<_>>().into_iter()
}

/// Parses the call of a request as the endpoints do; for the fuzz targets, which have no socket.
pub fn call(method: &str, target: &str, body: &str, entry_context: &str) -> Option<Call> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let row = PHONES.find(path).filter(|row| row.methods.include(method))?;
    let Action::Call(_, read) = &row.action else { return None };
    let request = HttpRequest {
        endpoint: row.path,
        rest: row.rest(path)?,
        method,
        query,
        headers: &HeaderMap::new(),
        body: row.methods.take_body(method).then(|| body.to_owned()),
        client: Ipv4Addr::LOCALHOST.into(),
        is_encrypted: false,
        accepted: Instant::now(),
    };
    read(&request, entry_context).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(table: &'static EndpointTable<Action>, method: &str, path: &str) -> Option<bool> {
        table.find(path).map(|row| row.methods.include(method))
    }

    #[test]
    fn operator_endpoints_are_not_served_to_phone_systems() {
        for (method, path) in [("GET", "/metrics"), ("POST", "/v1/forget")] {
            assert_eq!(allows(&OPERATION, method, path), Some(true));
            assert_eq!(allows(&PHONES, method, path), None, "{path}");
        }
        assert_eq!(allows(&OPERATION, "GET", "/asterisk"), None);
        assert_eq!(allows(&OPERATION, "GET", "/v1/forget"), Some(false));
        for path in ["/healthz", "/readyz"] {
            assert_eq!(allows(&OPERATION, "GET", path), Some(true));
            assert_eq!(allows(&PHONES, "GET", path), Some(true));
        }
    }

    #[test]
    fn each_path_serves_its_methods_and_nothing_else() {
        for (method, path, allowed) in [
            ("GET", "/asterisk", Some(true)),
            ("get", "/freeswitch/dialplan", Some(true)),
            ("get", "/asterisk", Some(false)),
            ("head", "/freeswitch/dialplan", Some(false)),
            ("POST", "/asterisk", Some(true)),
            ("POST", "/route", Some(false)),
            ("DELETE", "/freeswitch/dialplan", Some(false)),
            ("GET", "/asterisk/", None),
            ("post", "/freeswitch/httapi", Some(true)),
            ("GET", "/prompts/aviso.wav", Some(true)),
            ("GET", "/prompts", None),
            ("GET", "//cid", Some(true)),
            ("GET", "/", None),
        ] {
            assert_eq!(allows(&PHONES, method, path), allowed, "{method} {path}");
        }
    }

    #[test]
    fn no_table_has_a_path_twice() {
        for table in [&PHONES, &OPERATION] {
            let paths: Vec<_> = table.endpoints().map(|row| row.path).collect();
            assert_eq!(paths.iter().collect::<BTreeSet<_>>().len(), paths.len(), "{paths:?}");
        }
    }
}
