//! What HubSoft can be asked: where a query goes, and how its answer is read.

use std::borrow::Cow;
use std::time::Duration;

use crate::domain::failure::Failure;

/// A query to HubSoft. Each has a file of its own; all of them go through one `Exchange`.
pub(super) trait Query: Clone + Send + Sync + 'static {
    type Answer: Send + 'static;

    /// Where it goes, below the base URL.
    fn path(&self) -> Cow<'static, str>;

    fn parameters(&self) -> Vec<(&'static str, String)>;

    /// Reads the body of an answer with HTTP 200. A long body is read on a thread of its own.
    fn read(&self, body: &[u8]) -> Result<Self::Answer, Failure>;

    /// Longest time for one request, if it is not `hubsoft.attempt_ms`.
    fn attempt(&self) -> Option<Duration> {
        None
    }
}
