//! The console: pages in a browser for operators, on a listener of its own.
//!
//! ```text
//! browser -> listener.console -> http -> Console: Visit (host, session, form) -> page -> HTML
//!                                          |                                       ^
//!                                          '-- live: calls as they come (SSE) -----'
//! ```
//! The pages read what the modules of the service already have. The configuration stays a file; an operator
//! adds and ends local alerts, and nothing else.

mod active;
mod alert_words;
mod assets;
mod controls;
mod layout;
mod links;
mod live;
mod mass;
mod pages;
mod sessions;
mod settings;
mod shown;
mod texts;
mod visit;
mod words;

use std::pin::Pin;
use std::sync::Arc;

use hyper::StatusCode;
use hyper::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, LOCATION};

use crate::answering::figures::Figures;
use crate::answering::journal::Journal;
use crate::answering::responder::Responder;
use crate::answering::speech::Speech;
use crate::domain::prompt::SoundForm;
use crate::servers::endpoints::Readiness;
use crate::servers::http::{
    Application, Endpoint, EndpointTable, HttpReply, HttpRequest, HttpServer, empty, whole,
};
use crate::servers::recordings::Recordings;
use crate::sources::alerts::{Alerts, LocalAlerts};
use crate::sources::directory::Directory;

use self::sessions::Sessions;
use self::visit::VisitDenial;

pub use self::live::Live;
pub use self::settings::Settings;
pub use self::visit::Visit;

/// What the pages show and change.
pub struct ConsoleParts {
    pub settings: Settings,
    pub responder: Arc<Responder>,
    pub figures: Arc<Figures>,
    pub readiness: Readiness,
    pub directory: Option<Arc<Directory>>,
    pub local_alerts: Arc<LocalAlerts>,
    pub alerts: Arc<Alerts>,
    pub journal: Arc<Journal>,
    pub speech: Arc<Speech>,
    pub recordings: Recordings,
    /// How Asterisk's prompts name a sound.
    pub sound_form: SoundForm,
    pub live: Arc<Live>,
}

/// The console of one configuration.
pub struct Console {
    /// Shared with the streams, which outlive their request.
    parts: Arc<ConsoleParts>,
    sessions: Sessions,
    /// Held while an alert is added: an equal one must not be added at the same time.
    adding: tokio::sync::Mutex<()>,
}

impl Console {
    /// A console in which nobody has logged in yet.
    pub fn new(parts: ConsoleParts) -> Self {
        Self {
            parts: Arc::new(parts),
            sessions: Sessions::default(),
            adding: tokio::sync::Mutex::default(),
        }
    }

    /// Ends the open streams.
    pub fn close(&self) {
        self.parts.live.close();
    }
}

/// The HTTP server of the console.
pub type ConsoleHttp = HttpServer<Console>;

/// A future page.
type Answering<'a> = Pin<Box<dyn Future<Output = HttpReply> + Send + 'a>>;

/// What an endpoint needs of its visitor, and what it does.
pub enum ConsoleAction {
    /// For everyone, logged in or not.
    Open(for<'a> fn(&'a Console, Visit<'a>) -> Answering<'a>),
    /// For who may read.
    Read(for<'a> fn(&'a Console, Visit<'a>) -> Answering<'a>),
    /// For who may act.
    Act(for<'a> fn(&'a Console, Visit<'a>) -> Answering<'a>),
}

type PageRow = Endpoint<ConsoleAction>;

/// The endpoints of the console.
pub static PAGES: EndpointTable<ConsoleAction> = EndpointTable::new(
    &[&assets::ROWS, &live::ROWS, &pages::ROWS],
    "the PBX uses listen.http, monitoring listen.metrics",
);

impl Application for Console {
    type Action = ConsoleAction;

    async fn answer(&self, action: &'static ConsoleAction, request: &HttpRequest<'_>) -> HttpReply {
        let visit = Visit::new(self, request);
        let (admitted, answer) = match action {
            ConsoleAction::Open(answer) => (Ok(()), answer),
            ConsoleAction::Read(answer) => (visit.read(), answer),
            ConsoleAction::Act(answer) => (visit.act().map(|_| ()), answer),
        };
        let reply = match admitted {
            Ok(()) => answer(self, visit).await,
            Err(denial) => denied(denial, &visit),
        };
        protected(reply)
    }
}

/// What a person reads whose request is refused.
fn denied(denial: VisitDenial, visit: &Visit<'_>) -> HttpReply {
    let (status, text) = match denial {
        VisitDenial::Login if visit.request.method == "GET" => {
            let (path, query) = (visit.request.endpoint, visit.request.query);
            return redirect(&links::login_path(path, query));
        }
        VisitDenial::Login => (StatusCode::FORBIDDEN, texts::DENIED_IDLE),
        VisitDenial::Host => (StatusCode::MISDIRECTED_REQUEST, texts::DENIED_HOST),
        VisitDenial::Origin => (StatusCode::FORBIDDEN, texts::DENIED_ORIGIN),
        VisitDenial::Form => (StatusCode::FORBIDDEN, texts::DENIED_FORM),
        VisitDenial::ReadOnly => (StatusCode::FORBIDDEN, texts::DENIED_READ_ONLY),
    };
    layout::notice(visit, status, text.of(visit.language))
}

/// Adds the headers that keep a browser from running, framing or storing what is not ours.
fn protected(mut reply: HttpReply) -> HttpReply {
    const POLICY: HeaderValue = HeaderValue::from_static(
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; \
         media-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    );
    let headers = reply.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    let fixed = [
        ("x-content-type-options", "nosniff"),
        // `no-referrer` would have Chromium send `Origin: null` with the console's own forms.
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    reply
}

/// Sends the browser to `path` by GET.
fn redirect(path: &str) -> HttpReply {
    let mut reply = empty(StatusCode::SEE_OTHER.as_u16());
    if let Ok(path) = HeaderValue::from_str(path) {
        reply.headers_mut().insert(LOCATION, path);
    }
    reply
}

/// A reply with `status` and an HTML page.
fn html(status: StatusCode, page: String) -> HttpReply {
    const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
    let mut reply = whole(HTML, page);
    *reply.status_mut() = status;
    reply
}
