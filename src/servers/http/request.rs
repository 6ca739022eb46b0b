//! Reads a request within its limits, with its complete body.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use hyper::header::HeaderMap;
use tokio::time::timeout;

use super::rejection::Rejection;
use super::reply::HttpReply;

/// Longest body; mod_xml_curl posts all variables of a channel, usually 5 kB.
const BODY_BYTES_MAX: usize = 256 * 1024;
/// Longest wait for the body.
const BODY_TIMEOUT: Duration = Duration::from_secs(1);

pub(super) static BODY_BROKEN: Rejection = Rejection::new(400, "body_broken");
pub(super) static BODY_LATE: Rejection = Rejection::new(408, "body_late");
pub(super) static BODY_LONG: Rejection = Rejection::new(413, "body_long");

/// A request without its socket.
pub struct HttpRequest<'a> {
    /// The path of the endpoint in its table.
    pub endpoint: &'static str,
    /// The rest of the request's path after that.
    pub rest: &'a str,
    pub method: &'a str,
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    /// The body, if the method has one.
    pub body: Option<String>,
    /// The client's address.
    pub client: IpAddr,
    /// Whether the connection has TLS.
    pub is_encrypted: bool,
    pub accepted: Instant,
}

impl HttpRequest<'_> {
    /// The form fields: the body with POST, otherwise the query.
    pub fn fields(&self) -> &str {
        self.body.as_deref().unwrap_or(self.query)
    }
}

/// Reads a body within its limits, or rejects the request. Names and values are ASCII on the wire;
/// other bytes become U+FFFD, which no number contains.
pub(super) async fn read_body(body: &mut Incoming) -> Result<String, Box<HttpReply>> {
    let whole = match timeout(BODY_TIMEOUT, collect(body)).await {
        Ok(collected) => collected?,
        Err(_) => {
            let late = format_args!("the body did not arrive within {BODY_TIMEOUT:?}");
            return Err(Box::new(BODY_LATE.reply(late)));
        }
    };
    Ok(String::from_utf8(whole)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// Joins the pieces of a body. They are copied, because chunks of one byte would otherwise take forty
/// bytes of memory for each byte of the body.
async fn collect(body: &mut Incoming) -> Result<Vec<u8>, Box<HttpReply>> {
    let mut whole = Vec::new();
    // A declared length that is too large is refused before the body is read.
    let mut length = body.size_hint().lower();
    while length <= BODY_BYTES_MAX as u64 {
        let Some(frame) = body.frame().await else { return Ok(whole) };
        let Ok(frame) = frame else {
            let broken = BODY_BROKEN.reply("the body is truncated or chunked incorrectly");
            return Err(Box::new(broken));
        };
        // Trailers are ignored.
        if let Ok(data) = frame.into_data() {
            length = (whole.len() + data.len()) as u64;
            whole.extend_from_slice(&data);
        }
    }
    let long = format_args!("the body is longer than {BODY_BYTES_MAX} bytes");
    Err(Box::new(BODY_LONG.reply(long)))
}
