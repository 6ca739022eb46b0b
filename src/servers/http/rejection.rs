//! Rejects requests: the client receives a status with an empty body; log and metrics contain the
//! reason.

use std::fmt::Display;

use tracing::Level;

use crate::runtime::logging::RateLimitedLog;

use super::reply::{HttpReply, empty};

/// One kind of rejection. Its log lines are limited separately, so that a flood does not suppress
/// others.
pub struct Rejection {
    status: u16,
    /// Its label value in `bina_http_refused_total`.
    pub(super) reason: &'static str,
    log: RateLimitedLog,
}

impl Rejection {
    /// A kind that is the client's error.
    pub const fn new(status: u16, reason: &'static str) -> Self {
        Self::logged(Level::INFO, status, reason)
    }

    /// A kind that needs the operator's attention.
    pub const fn warning(status: u16, reason: &'static str) -> Self {
        Self::logged(Level::WARN, status, reason)
    }

    const fn logged(level: Level, status: u16, reason: &'static str) -> Self {
        Self { status, reason, log: RateLimitedLog::new(level, "request refused") }
    }

    /// The reply to one request. `text` is only logged, because a PBX would use a body as data.
    pub fn reply(&'static self, text: impl Display) -> HttpReply {
        self.log.log(format_args!("{}, {text}", self.status));
        let mut reply = empty(self.status);
        reply.extensions_mut().insert(self);
        reply
    }

    /// The rejection that made `reply`, if one did; the server counts it.
    pub(super) fn of(reply: &HttpReply) -> Option<&'static Self> {
        reply.extensions().get::<&'static Self>().copied()
    }
}
