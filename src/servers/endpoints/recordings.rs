//! The endpoint of recordings: serves them completely or in parts, and revalidates copies.

use hyper::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, ETAG, HeaderMap, HeaderName, HeaderValue,
    IF_NONE_MATCH, IF_RANGE, RANGE,
};
use hyper::{Method, StatusCode};

use crate::answering::speech::{RECORDINGS_PATH, Speech};
use crate::servers::http::{Endpoint, GET, HttpReply, HttpRequest, Rejection, empty, whole};
use crate::servers::recordings::Recording;

use super::range::{Part, part};
use super::{Action, Endpoints, Row};

/// How long a PBX uses its copy without revalidation: short enough for new recordings, long enough
/// for few requests in a mass outage.
const CACHE: HeaderValue = HeaderValue::from_static("max-age=300");
/// The name of a spoken text is a hash of its audio, so a copy is never stale.
pub const SPOKEN_CACHE: HeaderValue =
    HeaderValue::from_static("public, max-age=31536000, immutable");
/// Asterisk determines the format from this header, not from the file name.
const WAV: HeaderValue = HeaderValue::from_static("audio/wav");
const BYTES: HeaderValue = HeaderValue::from_static("bytes");

pub(super) static NOT_SERVED: Rejection = Rejection::new(404, "recording");
pub(super) static NOT_IN_RANGE: Rejection = Rejection::new(416, "range");

pub(super) static ROWS: [Row; 1] = [Endpoint::new("/prompts/", &GET, Action::Now(recording))];

/// Answers with the recording or the requested part of it, or with 304 when one of the client's tags
/// matches.
fn recording(endpoints: &Endpoints, request: &HttpRequest<'_>) -> HttpReply {
    let sound = request.rest.strip_suffix(".wav");
    if let Some(recording) = sound.and_then(|sound| spoken(&endpoints.speech, sound)) {
        return served(&recording, request, SPOKEN_CACHE);
    }
    let Some(recording) = sound.and_then(|sound| endpoints.recordings.find(sound)) else {
        return NOT_SERVED.reply(
            "there is no such recording (name it in [prompts], put NAME.wav into \
             listen.prompts_folder, and reload bina; one below fala/ has expired)",
        );
    };
    served(recording, request, CACHE)
}

/// The recording of an alert's words.
pub fn spoken(speech: &Speech, sound: &str) -> Option<Recording> {
    let name = sound.strip_prefix(RECORDINGS_PATH)?;
    let bytes = speech.spoken().recording(name)?;
    Some(Recording { bytes, tag: format!("\"{name}\"") })
}

/// The recording or the part of it that is requested, which a PBX may use as long as `cache` says.
pub fn served(recording: &Recording, request: &HttpRequest<'_>, cache: HeaderValue) -> HttpReply {
    let mut reply = if has_copy(request.headers, &recording.tag) {
        empty(304)
    } else {
        match wanted(recording, request) {
            Part::Some { first, last } => partial(recording, first, last),
            Part::Unsatisfiable => return unsatisfiable(recording),
            Part::Whole => whole(WAV, recording.bytes.clone()),
        }
    };
    let headers = reply.headers_mut();
    headers.insert(ACCEPT_RANGES, BYTES);
    headers.insert(CACHE_CONTROL, cache);
    if let Ok(tag) = HeaderValue::from_str(&recording.tag) {
        headers.insert(ETAG, tag);
    }
    reply
}

fn has_copy(headers: &HeaderMap, tag: &str) -> bool {
    headers.get_all(IF_NONE_MATCH).iter().any(|tags| names(tags, tag))
}

fn names(tags: &HeaderValue, tag: &str) -> bool {
    let mut tags = tags.to_str().unwrap_or_default().split(',').map(str::trim);
    tags.any(|sent| sent == "*" || sent.strip_prefix("W/").unwrap_or(sent) == tag)
}

/// The part that a request asks for. Ranges apply to GET only, and only if the client's other parts
/// are of the same recording.
fn wanted(recording: &Recording, request: &HttpRequest<'_>) -> Part {
    let header = |name: HeaderName| {
        let mut lines = request.headers.get_all(name).iter();
        let line = lines.next().filter(|_| lines.next().is_none());
        line.and_then(|line| line.to_str().ok())
    };
    // A date in `If-Range` never matches, because no `Last-Modified` is sent.
    let is_same =
        !request.headers.contains_key(IF_RANGE) || header(IF_RANGE) == Some(recording.tag.as_str());
    match header(RANGE) {
        Some(range) if is_same && request.method == Method::GET.as_str() => {
            part(range, recording.bytes.len())
        }
        _ => Part::Whole,
    }
}

fn partial(recording: &Recording, first: usize, last: usize) -> HttpReply {
    let all = recording.bytes.len();
    let mut reply = whole(WAV, recording.bytes.slice(first..=last));
    *reply.status_mut() = StatusCode::PARTIAL_CONTENT;
    add(&mut reply, CONTENT_RANGE, &format!("bytes {first}-{last}/{all}"));
    reply
}

fn unsatisfiable(recording: &Recording) -> HttpReply {
    let all = recording.bytes.len();
    let mut reply =
        NOT_IN_RANGE.reply(format_args!("the range is outside the recording's {all} bytes"));
    reply.headers_mut().insert(ACCEPT_RANGES, BYTES);
    add(&mut reply, CONTENT_RANGE, &format!("bytes */{all}"));
    reply
}

fn add(reply: &mut HttpReply, name: HeaderName, value: &str) {
    let value = HeaderValue::from_str(value).expect("digits and a few signs");
    reply.headers_mut().insert(name, value);
}
