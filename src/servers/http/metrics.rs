//! Counts the requests that are refused, by reason.

use crate::runtime::metrics::{ByWords, Label, Registry};

use super::guard::{RATE, UNAUTHORIZED};
use super::rejection::Rejection;
use super::request::{BODY_BROKEN, BODY_LATE, BODY_LONG};
use super::{METHOD, PATH};

/// The server's own rejections; an application has others.
static REJECTIONS: [&Rejection; 7] =
    [&BODY_BROKEN, &BODY_LATE, &BODY_LONG, &METHOD, &PATH, &RATE, &UNAUTHORIZED];

/// Why a connection is closed without a request that could be answered.
#[derive(Clone, Copy, Debug)]
pub(super) enum Closing {
    HeadLong,
    NoHttp,
    Plain,
    Tls,
    TlsLate,
}

impl Label for Closing {
    const NAME: &'static str = "reason";
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::HeadLong, "head_long"),
        (Self::NoHttp, "no_http"),
        (Self::Plain, "plain"),
        (Self::Tls, "tls"),
        (Self::TlsLate, "tls_late"),
    ];

    fn index(self) -> usize {
        self as usize
    }
}

/// What an HTTP server counts.
#[derive(Clone, Debug)]
pub struct HttpMetrics {
    refused: ByWords<1>,
}

impl Default for HttpMetrics {
    fn default() -> Self {
        Self::of(&[])
    }
}

impl HttpMetrics {
    /// Begins with the server's own reasons and those of `rejections`.
    pub fn of(rejections: &[&Rejection]) -> Self {
        let closings = Closing::WORDS.iter().map(|(_, word)| *word);
        let rejections = REJECTIONS.iter().chain(rejections).map(|rejection| rejection.reason);
        Self { refused: ByWords::beginning("reason", closings.chain(rejections)) }
    }

    pub fn register(&self, registry: &mut Registry) {
        registry.register("http_refused", "HTTP requests refused, by reason", &self.refused);
    }

    pub(super) fn closed(&self, closing: Closing) {
        self.refused.count(closing.word());
    }

    pub(super) fn rejected(&self, rejection: &Rejection) {
        self.refused.count(rejection.reason);
    }
}
