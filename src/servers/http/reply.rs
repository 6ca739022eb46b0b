//! Holds what is sent to a client: a body that is there as a whole, or one that is still being made.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use tokio::sync::mpsc::Receiver;

/// What an endpoint answers.
pub type HttpReply = Response<ReplyBody>;

/// The body of a reply. Nearly all are `Whole` and are not boxed.
pub enum ReplyBody {
    /// Pieces that are sent as they come, until the sender is dropped.
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

/// A reply with all of its body.
pub fn whole(content_type: HeaderValue, bytes: impl Into<Bytes>) -> HttpReply {
    let mut reply = Response::new(ReplyBody::Whole(Full::new(bytes.into())));
    reply.headers_mut().insert(CONTENT_TYPE, content_type);
    reply
}

/// A reply whose body comes in pieces. Who takes none of them for two seconds is closed, as everywhere;
/// while there is no piece to send, nothing is noticed of the client.
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

/// HEAD is answered like GET, with the length of the body that is left out.
pub(super) fn without_body(reply: HttpReply) -> HttpReply {
    let (mut parts, body) = reply.into_parts();
    let length = body.size_hint().exact();
    // A 304 has no body because the client has it already: its length is not the representation's.
    if let Some(length) = length.filter(|_| parts.status != StatusCode::NOT_MODIFIED) {
        parts.headers.insert(CONTENT_LENGTH, length.into());
    }
    Response::from_parts(parts, ReplyBody::Whole(Full::default()))
}
