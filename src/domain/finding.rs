//! Holds what came of a lookup: customers, nobody, no number, or the reason it could not be told.

use std::slice;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::alert::Alert;
use crate::domain::allocation;
use crate::domain::customer::Customer;
use crate::domain::found::FoundCustomer;
use crate::domain::phone::NoNumber;
use crate::domain::reported::{ReportedCustomer, bound_texts};

/// What HubSoft knows about one number: its verified customers, none of them for "nobody".
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record(Customers);

/// One customer stands in the record itself, as nearly every number has one.
#[derive(Clone, Debug, PartialEq)]
enum Customers {
    One(FoundCustomer),
    Several(Arc<[FoundCustomer]>),
}

impl Default for Customers {
    fn default() -> Self {
        Self::Several(Arc::default())
    }
}

impl Record {
    /// Keeps the verified customers of one number, each with its name only when there is no other:
    /// the names of several are nobody's business.
    pub fn new(customers: Vec<ReportedCustomer>) -> Self {
        Self::bounded(customers).0
    }

    /// The same, and how many alert texts were not kept whole.
    pub fn bounded(mut customers: Vec<ReportedCustomer>) -> (Self, usize) {
        let cut = bound_texts(&mut customers);
        let record = match customers.len() {
            1 => customers.pop().map(|one| Customers::One(FoundCustomer::new(one))),
            _ => Some(Customers::Several(
                customers.into_iter().map(FoundCustomer::unnamed).collect(),
            )),
        };
        (Self(record.unwrap_or_default()), cut)
    }

    /// The verified customers.
    pub fn customers(&self) -> &[FoundCustomer] {
        match &self.0 {
            Customers::One(found) => slice::from_ref(found),
            Customers::Several(several) => several,
        }
    }

    /// Whose number it is, when it is one customer's alone.
    pub fn identity(&self) -> Option<&Customer> {
        if let Customers::One(found) = &self.0 { Some(found.customer()) } else { None }
    }

    /// Tells whether the number belongs to no customer.
    pub fn is_nobody(&self) -> bool {
        self.customers().is_empty()
    }

    /// The alerts of all customers.
    pub fn alerts(&self) -> impl Iterator<Item = &Arc<Alert>> {
        self.customers().iter().flat_map(FoundCustomer::alerts)
    }

    /// The same record with another `Arc` for each alert.
    pub fn map_alerts(self, mut change: impl FnMut(&Arc<Alert>) -> Arc<Alert>) -> Self {
        let mut changed = |found: FoundCustomer| found.map_alerts(&mut change);
        Self(match self.0 {
            Customers::One(found) => Customers::One(changed(found)),
            Customers::Several(several) if several.is_empty() => Customers::Several(several),
            Customers::Several(several) => {
                Customers::Several(several.iter().cloned().map(changed).collect())
            }
        })
    }

    /// Bytes of memory the record takes from the allocator, besides itself and the alerts, which
    /// it may share with other records.
    pub fn weight(&self) -> usize {
        let customers: usize = self.customers().iter().map(FoundCustomer::weight).sum();
        match &self.0 {
            Customers::Several(several) if !several.is_empty() => {
                allocation::of_arc(size_of_val(&**several)) + customers
            }
            // Everybody's "nobody" is the same.
            _ => customers,
        }
    }
}

/// Where a finding comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Memory, young enough to be taken as it is.
    Cache,
    /// HubSoft, asked for this call.
    Hubsoft,
    /// Nowhere: nothing was or could be asked.
    None,
    /// Memory, past its time, because HubSoft did not answer soon enough.
    Stale,
}

/// What the lookup found for one call.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// Verified customers. `alert_expired` when the record is too old to play an alert from.
    Found { record: Record, origin: Origin, alert_expired: bool },
    /// Nothing to look up; HubSoft was not asked.
    NoNumber(NoNumber),
    /// HubSoft answered that nobody has this number.
    Nobody(Origin),
    /// It could not be told in time.
    Unavailable(Failure),
}

/// Why HubSoft could not tell. Each text names the thing and the remedy, never a URL or a number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// HubSoft failed too often; it is not asked for a while.
    #[error("HubSoft failed too often and is not asked for a moment: see the failures before")]
    BreakerOpen,
    /// The connection broke before an answer came.
    #[error("the connection to HubSoft broke")]
    Broken,
    /// Too many lookups are under way already; this one was not started.
    #[error("too many lookups under way: HubSoft is slow, or raise lookup.flights_max")]
    Busy,
    /// No connection: refused, unreachable, name not found, or not within the connect limit.
    #[error("cannot connect to HubSoft: check hubsoft.base_url, DNS and the network")]
    Connect,
    /// The call's own deadline came first; the lookup goes on and feeds the cache.
    #[error("HubSoft did not answer within the call's deadline")]
    Deadline,
    /// A page of HTML came instead of HubSoft's answer.
    #[error(
        "a firewall's or web server's page came, not HubSoft's answer (HTTP {0}): check \
         hubsoft.base_url, and have this machine's address let through"
    )]
    Firewall(u16),
    /// The answer has more headers, or longer ones, than are read.
    #[error(
        "HubSoft's answer has more than 100 headers, or too long ones: see what the web server or \
         proxy before it adds"
    )]
    HeadTooLarge,
    /// The answer is not what the API's page describes.
    #[error("HubSoft's answer cannot be used ({0}): check hubsoft.base_url")]
    InvalidAnswer(&'static str),
    /// More customers match the number than HubSoft lists, and none of those listed has it.
    #[error(
        "HubSoft found more customers than it lists, and the caller may be one of the others: write the customers' numbers there as digits with area code"
    )]
    ListFull,
    /// A bug in bina; the call was answered all the same.
    #[error("the lookup panicked: please report this as a bug of bina")]
    Panic,
    /// There is no token, and it is too soon to ask for one again.
    #[error(
        "there is no token, as the last request for one failed a moment ago: see the failure before"
    )]
    NoToken,
    /// HubSoft asked for a pause, which is not over.
    #[error("HubSoft asked for a pause, which is not over")]
    Paused,
    /// HubSoft points to another address, which is never followed: it would get the token.
    #[error("HubSoft redirects (HTTP {0}): put the final address into hubsoft.base_url")]
    Redirect(u16),
    /// HubSoft understood and refused (`status` is not success).
    #[error("HubSoft refused the lookup: check the integration's permissions in HubSoft")]
    Refused,
    /// An HTTP error without a meaning of its own.
    #[error("HubSoft answered HTTP {0}: {remedy}", remedy = if *.0 < 500 { "check hubsoft.base_url" } else { "tell HubSoft's support" })]
    Server(u16),
    /// Its turn within `limiter.rate` would have come after the call's deadline.
    #[error("more calls than limiter.rate allows to ask for: this one was not looked up")]
    Shed,
    /// Too many requests; `retry_after` when HubSoft said how long to wait.
    #[error("HubSoft limits our requests (HTTP 429)")]
    Throttled { retry_after: Option<Duration> },
    /// The request took longer than the client's own limit.
    #[error("HubSoft is slow: no answer within hubsoft.attempt_ms; tell its support")]
    Timeout,
    /// There is no TLS connection that can be trusted; the text names cause and remedy.
    #[error("no trusted TLS connection to HubSoft: {0}")]
    Tls(String),
    /// The token was refused: wrong client or user, or the account is locked.
    #[error("token refused: check hubsoft.client_id, client_secret, username and password")]
    Token,
    /// The body is longer than the limit.
    #[error("HubSoft's answer is longer than hubsoft.body_bytes_max")]
    TooLarge,
    /// A lookup with a token just given was refused.
    #[error("HubSoft refuses a token it has just given: check the permissions of hubsoft.username")]
    Unauthorized,
    /// Maintenance (HTTP 503); `retry_after` when HubSoft said how long to wait.
    #[error("HubSoft is under maintenance (HTTP 503)")]
    Unavailable { retry_after: Option<Duration> },
}

/// What a failure says something about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// HubSoft answered, but not what can be used, for this number. It says nothing of HubSoft as
    /// a whole.
    AboutThisKey,
    Bug,
    /// HubSoft was not asked at all.
    NotAsked,
    /// HubSoft itself, or the way there.
    Upstream,
}

impl Failure {
    /// Every word `label` can say, so that metrics begin with each of them at zero.
    pub const LABELS: [&'static str; 22] = [
        "breaker_open",
        "broken",
        "busy",
        "connect",
        "deadline",
        "firewall",
        "invalid_answer",
        "list_full",
        "no_token",
        "panic",
        "paused",
        "redirect",
        "refused",
        "server",
        "shed",
        "throttled",
        "timeout",
        "tls",
        "token",
        "too_large",
        "unauthorized",
        "unavailable",
    ];

    /// What the failure says something about.
    pub fn kind(&self) -> Kind {
        match self {
            Self::BreakerOpen | Self::Busy | Self::NoToken | Self::Paused | Self::Shed => {
                Kind::NotAsked
            }
            // Some versions answer 404 or 422 for a number that nobody has; which do is not known.
            Self::InvalidAnswer(_) | Self::ListFull | Self::Refused | Self::TooLarge => {
                Kind::AboutThisKey
            }
            Self::Server(status) if *status < 500 && *status != 408 => Kind::AboutThisKey,
            Self::Panic => Kind::Bug,
            _ => Kind::Upstream,
        }
    }

    /// One word for the log and for metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::BreakerOpen => "breaker_open",
            Self::Broken => "broken",
            Self::Busy => "busy",
            Self::Connect => "connect",
            Self::Deadline => "deadline",
            Self::Firewall(_) => "firewall",
            Self::HeadTooLarge | Self::TooLarge => "too_large",
            Self::InvalidAnswer(_) => "invalid_answer",
            Self::ListFull => "list_full",
            Self::NoToken => "no_token",
            Self::Panic => "panic",
            Self::Paused => "paused",
            Self::Redirect(_) => "redirect",
            Self::Refused => "refused",
            Self::Server(_) => "server",
            Self::Shed => "shed",
            Self::Throttled { .. } => "throttled",
            Self::Timeout => "timeout",
            Self::Tls(_) => "tls",
            Self::Token => "token",
            Self::Unauthorized => "unauthorized",
            Self::Unavailable { .. } => "unavailable",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_failures_are_listed() {
        let some = [Failure::BreakerOpen, Failure::Deadline, Failure::Server(500), Failure::Token];
        assert!(some.iter().all(|failure| Failure::LABELS.contains(&failure.label())));
        assert!(Failure::LABELS.is_sorted(), "as the variants are");
    }

    #[test]
    fn an_http_error_and_slowness_name_their_remedies() {
        for (failure, remedy) in [
            (Failure::Server(404), ": check hubsoft.base_url"),
            (Failure::Server(410), ": check hubsoft.base_url"),
            (Failure::Server(500), ": tell HubSoft's support"),
            (Failure::Server(502), ": tell HubSoft's support"),
            (Failure::Timeout, "; tell its support"),
        ] {
            assert!(failure.to_string().ends_with(remedy), "{failure}");
        }
    }
}
