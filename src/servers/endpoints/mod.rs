//! The endpoints of each HTTP listener, and what answers them.
//!
//! A new one is a row of its module with a function that answers, and nothing else.

mod calls;
mod operations;
mod range;
mod recordings;

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use hyper::header::{HeaderMap, HeaderValue};

use crate::answering::render::{Format, Freeswitch, Page, TEXT, render};
use crate::answering::responder::Responder;
use crate::domain::call::Call;
use crate::runtime::metrics::{Exposition, Registry};
use crate::servers::http::{
    Application, Endpoint, EndpointTable, HttpReply, HttpRequest, HttpServer, Rejection, whole,
};
use crate::servers::recordings::Recordings;

pub use self::calls::NoCall;

pub use self::operations::Readiness;

/// What endpoints answer from.
pub struct Endpoints {
    pub responder: Arc<Responder>,
    pub freeswitch: Freeswitch,
    pub recordings: Recordings,
    pub readiness: Readiness,
    pub metrics: Arc<Registry>,
}

impl Endpoints {
    /// The metrics; gauges of a state are set now, by the modules that are active.
    pub fn metrics(&self, exposition: Exposition) -> String {
        self.responder.lookup().measure();
        self.readiness.measure();
        self.metrics.written(exposition)
    }
}

/// The HTTP server with all endpoints.
pub type Http = HttpServer<Endpoints>;

/// What an endpoint does with a request.
pub enum Action {
    /// Reads a call, which is answered in a format by its deadline. It stands apart from `Wait` so that
    /// an answer from the cache needs no box.
    Call(Format, ReadCall),
    /// Answers at once.
    Now(fn(&Endpoints, &HttpRequest<'_>) -> HttpReply),
    /// Waits for something before it answers.
    Wait(for<'a> fn(&'a Endpoints, &'a HttpRequest<'a>) -> Waiting<'a>),
}

/// Reads a call from a request; a dialplan is answered in the entry context only, which is given.
pub type ReadCall = fn(&HttpRequest<'_>, &str) -> Result<Call, NoCall>;

/// An answer that has to be waited for.
pub type Waiting<'a> = Pin<Box<dyn Future<Output = HttpReply> + Send + 'a>>;

type Row = Endpoint<Action>;

/// What the phone systems request, at `listen.http`.
pub static PHONES: EndpointTable<Action> = EndpointTable::new(
    &[&calls::ROWS, &operations::PROBES, &operations::OWN, &recordings::ROWS],
    "/metrics and /v1/forget are at listen.metrics",
);

/// What is for whoever runs the service, at `listen.metrics`.
pub static OPERATION: EndpointTable<Action> =
    EndpointTable::new(&[&operations::PROBES, &operations::ROWS], "the PBX asks at listen.http");

/// The rejections of the endpoints, which metrics begin with.
pub static REJECTIONS: [&Rejection; 5] = [
    &calls::CALLER_MISSING,
    &calls::PERCENT,
    &operations::NUMBER_MISSING,
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
                    page(render(*format, &answer, &self.freeswitch))
                }
                Err(no_call) => calls::without_call(no_call, request),
            },
            Action::Now(answer) => answer(self, request),
            Action::Wait(answer) => answer(self, request).await,
        }
    }
}

fn page(page: Page) -> HttpReply {
    whole(content_type(page.content_type), page.body)
}

fn text(body: String) -> HttpReply {
    page(Page { content_type: TEXT, body })
}

/// The header's value. Most answers are texts, for which it is made and checked only once.
fn content_type(words: &'static str) -> HeaderValue {
    const PLAIN: HeaderValue = HeaderValue::from_static(TEXT);
    if words == TEXT { PLAIN } else { HeaderValue::from_static(words) }
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

/// The call a request is about, as the endpoints read it; for the fuzz targets, which have no socket.
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
    fn what_is_for_operation_is_not_served_to_the_phone_systems() {
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
            ("POST", "/asterisk", Some(false)),
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
    fn no_path_stands_twice_in_a_table() {
        for table in [&PHONES, &OPERATION] {
            let paths: Vec<_> = table.endpoints().map(|row| row.path).collect();
            assert_eq!(paths.iter().collect::<BTreeSet<_>>().len(), paths.len(), "{paths:?}");
        }
    }
}
