//! Counts what is requested of HubSoft and what comes of it.

use crate::domain::failure::Failure;
use crate::runtime::metrics::{ByLabel, ByWords, Counter, Label, Level, Registry, Seconds};
use crate::sources::reasons;

/// What came of a request for the addresses of HubSoft's name.
#[derive(Clone, Copy, Debug)]
pub(super) enum DnsResult {
    Failed,
    Ok,
}

impl Label for DnsResult {
    const NAME: &'static str = "result";
    const WORDS: &'static [(Self, &'static str)] = &[(Self::Failed, "failed"), (Self::Ok, "ok")];

    fn index(self) -> usize {
        self as usize
    }
}

/// Counts those requests by their result.
pub(super) type DnsResults = ByLabel<DnsResult>;

/// Counts requests by their result: `ok`, or the reason why they failed.
#[derive(Clone, Debug)]
pub(super) struct Results(ByWords<1>);

impl Default for Results {
    fn default() -> Self {
        Self(ByWords::beginning("result", reasons::labels().into_iter().chain(["ok"])))
    }
}

impl Results {
    pub(super) fn count<T>(&self, result: &Result<T, Failure>) {
        self.0.count(result.as_ref().map_or_else(Failure::label, |_| "ok"));
    }
}

/// What a client of HubSoft counts.
#[derive(Clone, Debug, Default)]
pub struct HubsoftMetrics {
    pub(super) alert_texts_cut: Counter,
    pub(super) dns: DnsResults,
    pub(super) duration: Seconds,
    pub(super) limiter_rate: Level,
    pub(super) requests: Results,
    pub(super) retries: Counter,
    pub(super) tokens: Results,
    pub(super) unverified: Counter,
}

impl HubsoftMetrics {
    pub fn register(&self, registry: &mut Registry) {
        let help = "Alert texts truncated or left out, over 16 KiB for a number";
        registry.register("alert_texts_cut", help, &self.alert_texts_cut);
        registry.register("dns_lookups", "Lookups of HubSoft's name, by result", &self.dns);
        let help = "Requests per second that the limiter allows at present";
        registry.register("limiter_rate", help, &self.limiter_rate);
        let help = "Lookups for which HubSoft returned customers, none of whom has the number";
        registry.register("lookups_unverified", help, &self.unverified);
        registry.register("token_requests", "Token requests, by result", &self.tokens.0);
        let help = "Duration of a request to HubSoft";
        registry.register("upstream_duration_seconds", help, &self.duration);
        registry.register("upstream_requests", "Requests to HubSoft, by result", &self.requests.0);
        let help = "Requests to HubSoft repeated on a new connection";
        registry.register("upstream_retries", help, &self.retries);
    }
}
