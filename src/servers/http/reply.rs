//! Replies with a complete body, or with one that is streamed.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use tokio::sync::mpsc::Receiver;

/// An endpoint's reply.
pub type HttpReply = Response<ReplyBody>;

/// The body of a reply. Nearly all are `Whole`, which is not boxed.
pub enum ReplyBody {
    /// Pieces that are sent as they arrive, until the sender is dropped.
    Stream(Receiver<Bytes>),
    Whole(Full<Bytes>),
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Self::Stream(pieces) => {
                pieces.poll_recv(context).map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
            }
            Self::Whole(whole) => Pin::new(whole).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Stream(_) => false,
            Self::Whole(whole) => whole.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Stream(_) => SizeHint::default(),
            Self::Whole(whole) => whole.size_hint(),
        }
    }
}

/// A reply with a complete body.
pub fn whole(content_type: HeaderValue, bytes: impl Into<Bytes>) -> HttpReply {
    let mut reply = Response::new(ReplyBody::Whole(Full::new(bytes.into())));
    reply.headers_mut().insert(CONTENT_TYPE, content_type);
    reply
}

/// A reply with a streamed body. A client that reads nothing for two seconds is closed, as with other
/// replies; a disconnect is not detected while there is no piece to send.
pub fn stream(content_type: HeaderValue, pieces: Receiver<Bytes>) -> HttpReply {
    let mut reply = Response::new(ReplyBody::Stream(pieces));
    reply.headers_mut().insert(CONTENT_TYPE, content_type);
    reply
}

/// A reply without a body.
pub fn empty(status: u16) -> HttpReply {
    let mut reply = Response::new(ReplyBody::Whole(Full::default()));
    *reply.status_mut() = StatusCode::from_u16(status).expect("only real statuses are sent");
    reply
}

/// Turns a reply to GET into one to HEAD: without its body, but with its length.
pub(super) fn without_body(reply: HttpReply) -> HttpReply {
    let (mut parts, body) = reply.into_parts();
    let length = body.size_hint().exact();
    // The empty body of a 304 has not the length of the representation.
    if let Some(length) = length.filter(|_| parts.status != StatusCode::NOT_MODIFIED) {
        parts.headers.insert(CONTENT_LENGTH, length.into());
    }
    Response::from_parts(parts, ReplyBody::Whole(Full::default()))
}
