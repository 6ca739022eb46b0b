//! The HTTP server: connections, TLS, access and limits, for a table of endpoints.
//!
//! Both PBXs would use the body of an error as data, so every error has an empty body, and its
//! reason is logged. Requests that are refused at every endpoint, and the reply:
//!
//! ```text
//! head incomplete after 2 s, or idle for 2 s               closed
//! head over 16 KiB, or over 64 headers                     431
//! not HTTP/1 (a raw space, NUL, HTTP/0.9, TLS, AGI)        400
//! HTTP/2 by prior knowledge                                closed
//! body over 256 KiB, declared or counted                   413
//! body incomplete after 1 s                                408
//! body truncated, or chunked incorrectly                   400
//! answer not read for 2 s, recording below 4 kB a second   closed
//! no credential, or a wrong one, if any are configured     401
//! the 51st request of an unknown address within a second   429
//! plain HTTP from another machine, with TLS configured     closed
//! TLS handshake incomplete after 2 s                       closed
//! ```
//! Unusual requests that are answered, because there is no proxy in front that could interpret them
//! differently, and no virtual hosts: no `Host` or several, an absolute URL as target, lines that
//! end with LF only. With both `Transfer-Encoding` and `Content-Length`, the body is read as
//! chunked and the connection is closed after the answer, so that no further bytes are parsed as a
//! request.

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
    ANY_CASE_GET_OR_POST, Access, Endpoint, EndpointTable, GET, GET_OR_POST, GET_OR_POST_ONLY,
    GET_POST_OR_DELETE, Methods, POST,
};
pub use self::guard::Guard;
pub use self::metrics::HttpMetrics;
pub use self::rejection::Rejection;
pub use self::reply::{HttpReply, ReplyBody, empty, stream, whole};
pub use self::request::HttpRequest;

static METHOD: Rejection = Rejection::new(405, "method");
static PATH: Rejection = Rejection::new(404, "path");

/// The application behind a table of endpoints.
pub trait Application: Send + Sync + 'static {
    /// The type of the actions in its tables.
    type Action: Sync + 'static;

    /// Answers a request that was admitted, with the action of its endpoint.
    fn answer(
        &self,
        action: &'static Self::Action,
        request: &HttpRequest<'_>,
    ) -> impl Future<Output = HttpReply> + Send;
}

/// The server's state; a reload replaces it as a whole.
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
        // Clients without a credential cannot probe for paths.
        let access = endpoint.map_or(Access::Credential, |endpoint| endpoint.access);
        let admitted = self.guard.admit(client, access, request.headers(), accepted);
        let reply = match (admitted, endpoint) {
            (Ok(()), Some(endpoint)) => self.serve(endpoint, client, request, accepted).await,
            (Ok(()), None) => {
                PATH.reply(format_args!("there is no such path (available: {table})"))
            }
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
        client: Client,
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
            client: client.address,
            is_encrypted: client.is_encrypted,
            accepted,
        };
        self.application.answer(&endpoint.action, &request).await
    }
}

fn not_allowed(methods: &Methods) -> HttpReply {
    let text = format_args!("the method is not supported (use {})", methods.allow);
    let mut reply = METHOD.reply(text);
    reply.headers_mut().insert(ALLOW, HeaderValue::from_static(methods.allow));
    reply
}
