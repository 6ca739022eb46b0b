//! A query to HubSoft: its path, its parameters, and the parser of its answer.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;

use crate::domain::failure::Failure;
use crate::sources::reasons;

use super::body::BodyClass;
use super::owners::Verified;
use super::wire::Wanted;

/// A query to HubSoft. Each has its own file; all of them run in an `Exchange`.
pub(super) trait Query: Clone + Send + Sync + 'static {
    type Answer: Send + 'static;

    /// The path below the base URL.
    fn path(&self) -> Cow<'static, str>;

    fn parameters(&self) -> Vec<(&'static str, String)>;

    /// The JSON to post; without one the query is a GET.
    fn body(&self) -> Option<Bytes> {
        None
    }

    /// Parses the body of an answer with HTTP 200. A long body is parsed on a separate thread.
    fn read(&self, body: &[u8]) -> Result<Self::Answer, Failure>;

    /// Maximum time for one request, if it is not `hubsoft.attempt_ms`.
    fn attempt(&self) -> Option<Duration> {
        None
    }

    /// The class of its long bodies.
    fn body_class(&self) -> BodyClass {
        BodyClass::Lookup
    }

    /// Whether a refused token is renewed for it.
    fn renews_token(&self) -> bool {
        true
    }

    /// The failure of an answer with HTTP 403.
    fn forbidden(&self) -> Failure {
        reasons::REFUSED.failure()
    }
}

/// A search for customers, whose list may be cut at its limit.
pub(super) trait LimitedQuery: Query<Answer = Verified> {
    /// The parameters, with the limit.
    fn wanted(&mut self) -> &mut Wanted;
}
