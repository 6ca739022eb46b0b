//! The HTTP server: connections, TLS, access and limits; what it serves is a table of endpoints.
//!
//! Both PBXs take the body of an error for data, so every error's body is empty and its reason
//! stands in the log. What is refused whatever the endpoint, and with what:
//!
//! ```text
//! head not there after 2 s, or nothing said for 2 s        closed
//! head over 16 KiB, or over 64 headers                     431
//! no HTTP/1 (a raw space, NUL, HTTP/0.9, TLS, AGI)         400
//! HTTP/2 by prior knowledge                                closed
//! body over 256 KiB, declared or counted                   413
//! body not there after 1 s                                 408
//! body that breaks off, or is wrongly chunked              400
//! answer not taken for 2 s, recording below 4 kB a second  closed
//! no credential, or a wrong one, where there are any       401
//! the 51st request of an unknown address within a second   429
//! no TLS from another machine, where there is a certificate closed
//! TLS not agreed upon after 2 s                            closed
//! ```
//! Odd but answered, because there is no proxy in front that could read it otherwise, and no name
//! by which this server would tell its clients apart: no `Host` or several, an absolute URL as
//! target, lines that end with LF only. `Transfer-Encoding` beside `Content-Length` is read as
//! chunked, answered, and the connection closed, so that nothing behind it is taken for a request.

mod connection;
mod endpoint;
mod guard;
mod metrics;
mod opening;
mod pace;
mod rejection;
mod reply;
mod request;
mod stream;

use std::time::Instant;

use hyper::body::Incoming;
use hyper::header::{ALLOW, HeaderValue};
use hyper::{Method, Request};

use self::guard::Client;
use self::reply::without_body;
use self::request::read_body;

pub use self::connection::serve;
pub use self::endpoint::{
    ANY_CASE_GET_OR_POST, Access, Endpoint, EndpointTable, GET, Methods, POST,
};
pub use self::guard::Guard;
pub use self::metrics::HttpMetrics;
pub use self::rejection::Rejection;
pub use self::reply::{HttpReply, ReplyBody, empty, stream, whole};
pub use self::request::HttpRequest;

static METHOD: Rejection = Rejection::new(405, "method");
static PATH: Rejection = Rejection::new(404, "path");

/// What is behind a table of endpoints.
pub trait Application: Send + Sync + 'static {
    /// What the rows of its tables name.
    type Action: Sync + 'static;

    /// Answers a request that was admitted, with the action of its endpoint.
    fn answer(
        &self,
        action: &'static Self::Action,
        request: &HttpRequest<'_>,
    ) -> impl Future<Output = HttpReply> + Send;
}

/// What connections are served with; a reload replaces it as a whole.
pub struct HttpServer<A> {
    pub application: A,
    pub guard: Guard,
    pub metrics: HttpMetrics,
}

impl<A: Application> HttpServer<A> {
    async fn answer(
        &self,
        table: &'static EndpointTable<A::Action>,
        client: Client,
        // By reference: hyper moves the future of each answer, and with it what that has taken.
        request: &mut Request<Incoming>,
    ) -> HttpReply {
        let accepted = Instant::now();
        let endpoint = table.find(request.uri().path());
        // Without a credential nobody learns which paths there are.
        let access = endpoint.map_or(Access::Credential, |endpoint| endpoint.access);
        let admitted = self.guard.admit(client, access, request.headers(), accepted);
        let reply = match (admitted, endpoint) {
            (Ok(()), Some(endpoint)) => self.serve(endpoint, request, accepted).await,
            (Ok(()), None) => PATH.reply(format_args!("there is no such path here, but {table}")),
            (Err(denial), _) => self.guard.deny(denial, client),
        };
        if let Some(rejection) = Rejection::of(&reply) {
            self.metrics.rejected(rejection);
        }
        if *request.method() == Method::HEAD { without_body(reply) } else { reply }
    }

    async fn serve(
        &self,
        endpoint: &'static Endpoint<A::Action>,
        request: &mut Request<Incoming>,
        accepted: Instant,
    ) -> HttpReply {
        let methods = endpoint.methods;
        if !methods.include(request.method().as_str()) {
            return not_allowed(methods);
        }
        let body = if methods.take_body(request.method().as_str()) {
            match read_body(request.body_mut()).await {
                Ok(body) => Some(body),
                Err(rejected) => return *rejected,
            }
        } else {
            None
        };
        let request = HttpRequest {
            endpoint: endpoint.path,
            rest: endpoint.rest(request.uri().path()).unwrap_or_default(),
            method: request.method().as_str(),
            query: request.uri().query().unwrap_or_default(),
            headers: request.headers(),
            body,
            accepted,
        };
        self.application.answer(&endpoint.action, &request).await
    }
}

fn not_allowed(methods: &Methods) -> HttpReply {
    let text = format_args!("the method is not served here: use {}", methods.allow);
    let mut reply = METHOD.reply(text);
    reply.headers_mut().insert(ALLOW, HeaderValue::from_static(methods.allow));
    reply
}
