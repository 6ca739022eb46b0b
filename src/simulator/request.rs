//! Reads one HTTP/1.1 request out of the bytes that have arrived; no socket, no clock.
//!
//! Strict and bounded: what nginx rejects is rejected with the status of nginx.

use percent_encoding::percent_decode_str;

/// The request head as nginx limits it by default, four times 8 KiB, rounded down to one buffer.
const HEAD_MAX: usize = 16 * 1024;

/// One request as it was received.
#[derive(Clone, Debug)]
pub(super) struct ReceivedRequest {
    pub(super) method: String,
    /// Without the query.
    pub(super) path: String,
    /// Percent-decoded, in the order sent.
    pub(super) query: Vec<(String, String)>,
    /// Names as sent.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// Whether the client wants the connection closed after the answer.
    pub(super) closes: bool,
}

impl ReceivedRequest {
    /// The first header of that name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// The token of `Authorization: Bearer …`.
    pub(super) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }
}

/// What the bytes received so far amount to.
#[derive(Debug)]
pub(super) enum Reading {
    /// Not a request this server takes: answer with this status and close.
    Bad(u16),
    /// More bytes are needed.
    Partial,
    /// A request, and how many bytes it took.
    Whole(ReceivedRequest, usize),
}

/// Reads the request at the start of `received`, whose body has at most `body_max` bytes.
pub(super) fn read(received: &[u8], body_max: usize) -> Reading {
    let Some(head_end) = received.windows(4).position(|four| four == b"\r\n\r\n") else {
        return if received.len() > HEAD_MAX { Reading::Bad(431) } else { Reading::Partial };
    };
    if head_end > HEAD_MAX {
        return Reading::Bad(431);
    }
    let Some(mut request) = std::str::from_utf8(&received[..head_end]).ok().and_then(read_head)
    else {
        return Reading::Bad(400);
    };
    if request.header("transfer-encoding").is_some() {
        return Reading::Bad(411);
    }
    let body_start = head_end + 4;
    let length = match request.header("content-length").map(str::parse) {
        None => 0,
        Some(Ok(length)) if length <= body_max => length,
        Some(Ok(_)) => return Reading::Bad(413),
        Some(Err(_)) => return Reading::Bad(400),
    };
    let Some(body) = received.get(body_start..body_start + length) else {
        return Reading::Partial;
    };
    request.body = body.to_vec();
    Reading::Whole(request, body_start + length)
}

fn read_head(head: &str) -> Option<ReceivedRequest> {
    let mut lines = head.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let known = matches!(version, "HTTP/1.0" | "HTTP/1.1");
    if !known || words.next().is_some() || !target.starts_with('/') {
        return None;
    }
    let headers = lines.map(read_header).collect::<Option<Vec<_>>>()?;
    // RFC 9112, 3.2: a request without Host is malformed, and nginx answers 400.
    if version == "HTTP/1.1" && find(&headers, "host").is_none() {
        return None;
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let closes = version == "HTTP/1.0"
        || find(&headers, "connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
    Some(ReceivedRequest {
        method: method.to_owned(),
        path: decode(path),
        query: read_query(query),
        headers,
        body: Vec::new(),
        closes,
    })
}

/// Whether a media type is JSON.
pub(super) fn is_json(media_type: &str) -> bool {
    let kind = media_type.split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json")
}

fn read_header(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let token = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    token.then(|| (name.to_owned(), value.trim().to_owned()))
}

fn read_query(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode_form(name), decode_form(value)))
        .collect()
}

/// PHP reads a plus in a query as a space, so `termo_busca=+55…` loses its plus there too.
fn decode_form(text: &str) -> String {
    decode(&text.replace('+', " "))
}

/// Percent-decodes as PHP does: what is no escape stays as it is, broken UTF-8 is replaced.
fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The first header of that name, in any case.
pub(super) fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = headers.iter().find(|(each, _)| each.eq_ignore_ascii_case(name))?;
    Some(&found.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY_MAX: usize = 1_000;

    fn whole(bytes: &[u8]) -> (ReceivedRequest, usize) {
        match read(bytes, BODY_MAX) {
            Reading::Whole(request, taken) => (request, taken),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_query_is_decoded_as_php_decodes_it() {
        let (request, _) = whole(b"GET /a%2Fb?x=1%202+3&y&z=%zz%e3 HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_eq!(request.path, "/a/b");
        let pairs = [("x", "1 2 3"), ("y", ""), ("z", "%zz\u{fffd}")];
        assert_eq!(request.query, pairs.map(|(name, value)| (name.into(), value.into())));
    }

    #[test]
    fn a_request_is_complete_only_with_its_body() {
        let bytes = b"POST /t HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcNEXT";
        assert!(matches!(read(&bytes[..bytes.len() - 5], BODY_MAX), Reading::Partial));
        let (request, taken) = whole(bytes);
        assert_eq!((request.body.as_slice(), taken), (&b"abc"[..], bytes.len() - 4));
    }

    #[test]
    fn a_request_that_is_not_http_is_rejected_with_a_status() {
        let status = |bytes: &[u8]| match read(bytes, BODY_MAX) {
            Reading::Bad(status) => status,
            other => panic!("{other:?}"),
        };
        assert_eq!(status(b"GET / HTTP/1.1\r\n\r\n"), 400);
        assert_eq!(status(b"GET / HTTP/0.9\r\nHost: h\r\n\r\n"), 400);
        assert_eq!(status(b"GET  / HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
        assert_eq!(status(b"\x16\x03\x01\xff\r\n\r\n"), 400);
        assert_eq!(status(b"P / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"), 411);
        assert_eq!(status(b"P / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n"), 413);
        assert_eq!(status(&[b'a'; HEAD_MAX + 1]), 431);
    }
}
