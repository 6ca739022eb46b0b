//! Rejects a request: the client gets a status with an empty body, the log and the metrics the reason.

use std::fmt::Display;

use tracing::Level;

use crate::runtime::logging::Sparing;

use super::reply::{HttpReply, empty};

/// One kind of rejection. It limits its own log lines, so that a flood of one kind hides no other.
pub struct Rejection {
    status: u16,
    /// Its word in `bina_http_refused_total`.
    pub(super) reason: &'static str,
    log: Sparing,
}

impl Rejection {
    /// A kind that is the client's mistake.
    pub const fn new(status: u16, reason: &'static str) -> Self {
        Self::logged(Level::INFO, status, reason)
    }

    /// A kind that the operator has to look into.
    pub const fn warning(status: u16, reason: &'static str) -> Self {
        Self::logged(Level::WARN, status, reason)
    }

    const fn logged(level: Level, status: u16, reason: &'static str) -> Self {
        Self { status, reason, log: Sparing::new(level, "request refused") }
    }

    /// The reply to one request. `text` goes to the log only: a PBX would take a body for data.
    pub fn reply(&'static self, text: impl Display) -> HttpReply {
        self.log.say(format_args!("{}, {text}", self.status));
        let mut reply = empty(self.status);
        reply.extensions_mut().insert(self);
        reply
    }

    /// The rejection that made `reply`, if one did; the server counts it.
    pub(super) fn of(reply: &HttpReply) -> Option<&'static Self> {
        reply.extensions().get::<&'static Self>().copied()
    }
}
