//! Serves recordings to a PBX on another machine, and tells it when its own copy is still good.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH};
use hyper::{Response, StatusCode};

use crate::servers::recordings::Recording;

/// How long a PBX plays its copy without asking: short enough for a new recording to be heard soon,
/// long enough for a mass outage to fetch it only now and then.
const CACHE: &str = "max-age=300";

/// Answers with the recording, or with 304 when one of the tags in `request` is its own.
pub(super) fn answer(recording: &Recording, request: &HeaderMap) -> Response<Full<Bytes>> {
    let known = request.get_all(IF_NONE_MATCH).iter().any(|tags| names(tags, &recording.tag));
    let mut response = if known {
        let mut response = Response::new(Full::default());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        let mut response = Response::new(Full::new(recording.bytes.clone()));
        // Asterisk goes by this rather than by the name.
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("audio/wav"));
        response
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(CACHE));
    if let Ok(tag) = HeaderValue::from_str(&recording.tag) {
        headers.insert(ETAG, tag);
    }
    response
}

fn names(tags: &HeaderValue, tag: &str) -> bool {
    let mut tags = tags.to_str().unwrap_or_default().split(',').map(str::trim);
    tags.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}
