//! Asks HubSoft who has a number, and believes only customers who really have it.

mod addresses;
mod api;
mod body;
mod certificate;
mod client;
mod examination;
mod failure;
mod flag;
mod grant;
mod json;
mod loose;
mod owners;
mod page;
mod race;
mod resolver;
mod retries;
mod search;
mod services;
mod token;
mod trust;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use tokio::time::{Instant, sleep_until};

use crate::domain::failure::Failure;
use crate::domain::finding::Record;
use crate::domain::phone::Phone;
use crate::runtime::metrics;
use crate::sources::limiter::{self, Limiter, Refusal};
use crate::sources::reasons;
use crate::sources::shared_request::Partial;
use crate::sources::source::{Budget, Fetch, Key, Sighting, Source};

use self::api::Api;
use self::owners::Verified;
use self::retries::Retries;
use self::token::{Token, TokenState, Tokens};

pub use self::api::Unusable;
pub use self::certificate::{Shown, shake_hands};
pub use self::client::provide_tls;
pub use self::examination::{Counts, Writing, Written};
pub use self::grant::Credentials;
pub use self::resolver::{Addresses, Dns, system as system_dns};
pub use self::search::{Observe, Step};
pub use self::trust::certificates;
pub use self::wire::Wanted;

/// Where HubSoft is, who asks, and within which limits.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub base_url: Url,
    /// Allows plain http, which shows token and customers to the network.
    pub insecure_http: bool,
    pub credentials: Credentials,
    /// Certificates to trust besides the system's.
    pub ca_pem: Option<Vec<u8>>,
    pub wanted: Wanted,
    pub phone_match: PhoneMatch,
    /// Whether the alert of a customer counts who has no live service any more.
    pub ex_customers: bool,
    /// Longest wait for a connection, name resolution included.
    pub connect: Duration,
    /// Longest time for one request. Calls do not wait that long: they have their own deadline.
    pub attempt: Duration,
    /// Longest body; 100 customers with 3 services each need 1 MB.
    pub body_bytes_max: usize,
    /// How fast HubSoft may be asked.
    pub limiter: limiter::Settings,
}

impl Settings {
    /// Tells whether `other` is the same HubSoft, requested by the same user: a token of one is good
    /// for the other, and so is what is cached.
    pub fn is_same_upstream(&self, other: &Self) -> bool {
        self.base_url == other.base_url && self.credentials == other.credentials
    }

    /// Tells whether `other` makes the same record of the same answer.
    pub fn reads_alike(&self, other: &Self) -> bool {
        self.wanted == other.wanted
            && self.phone_match == other.phone_match
            && self.ex_customers == other.ex_customers
    }

    pub const CONNECT: Duration = Duration::from_millis(250);
    pub const ATTEMPT: Duration = Duration::from_millis(3_000);
    pub const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
}

/// Time that must be left of a call for a second try to be of use.
const RETRY_LEFT_MIN: Duration = Duration::from_millis(300);

/// The HubSoft of one provider.
pub struct HubSoft {
    api: Arc<Api>,
    tokens: Tokens,
    limiter: Arc<Limiter>,
    retries: Arc<Retries>,
    /// Most customers in one answer.
    limit: u8,
    phone_match: PhoneMatch,
    ex_customers: bool,
}

/// How HubSoft compares a searched number with the stored ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PhoneMatch {
    /// All digits, so that a mobile is searched for with and without its ninth digit.
    #[default]
    Exact,
    /// The ends, so that one spelling finds both.
    Suffix,
}

/// A list of customers that is requested.
#[derive(Clone, Copy)]
struct Request<'a> {
    /// Whose owners are believed.
    phone: &'a Phone,
    term: &'a str,
    limit: usize,
    deadline: Instant,
    slot: Slot,
}

/// Which slot of the limiter a request takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slot {
    /// The next one in time for its call.
    Own,
    /// One that no other call can use, or none.
    Spare,
}

impl HubSoft {
    /// Makes a client; nothing is asked yet. It needs tokio's runtime for its background work.
    pub fn new(settings: Settings) -> Result<Self, Unusable> {
        Self::with_dns(settings, resolver::system())
    }

    /// Makes a client that learns HubSoft's addresses from `dns`.
    pub fn with_dns(settings: Settings, dns: Dns) -> Result<Self, Unusable> {
        let limiter = Arc::new(Limiter::new(settings.limiter.clone()));
        metrics::limiter_rate(limiter.rate());
        let (limit, phone_match) = (settings.wanted.limit, settings.phone_match);
        let ex_customers = settings.ex_customers;
        let api = Arc::new(Api::new(settings, dns)?);
        let tokens = Tokens::new(Arc::clone(&api), TokenState::default());
        let retries = Arc::new(Retries::new());
        Ok(Self { api, tokens, limiter, retries, limit, phone_match, ex_customers })
    }

    /// Makes a client of the same HubSoft with other settings. The token goes on, and so does every
    /// pause: whoever reloads often must not request more often.
    pub fn renewed(&self, settings: Settings) -> Result<Self, Unusable> {
        self.limiter.adjust(settings.limiter.clone(), Instant::now().into_std());
        let new = Self::new(settings)?;
        metrics::limiter_rate(self.limiter.rate());
        Ok(Self {
            tokens: self.tokens.renewed(Arc::clone(&new.api)),
            limiter: Arc::clone(&self.limiter),
            retries: Arc::clone(&self.retries),
            ..new
        })
    }

    /// Tells why HubSoft cannot be asked for now: this machine has no CA certificates.
    pub fn usable(&self) -> Result<(), Failure> {
        self.api.usable()
    }

    /// How many requests were made a second time because their connection broke.
    pub fn second_tries(&self) -> u64 {
        self.retries.spent()
    }

    /// Gets a token, so that the first call does not have to. A failure is logged already, and
    /// the next call tries again.
    pub async fn warm(&self) -> Result<(), Failure> {
        self.tokens.current().await.map(|_| ())
    }

    /// Requests a list of customers, with a new token if the first one is refused.
    async fn customers(&self, request: Request<'_>) -> Result<Verified, Failure> {
        // Or each call would be told of a missing token, and not of what is missing for one.
        self.api.usable()?;
        let token = self.tokens.current().await?;
        let listed = match self.tried(request, &token).await {
            Err(failure) if failure.is(&reasons::TOKEN) => {
                let renewed = self.renewed_token(&token).await?;
                let listed = self.in_turn(request, &renewed).await;
                // Another number may be answered with the new token. If it is not, that one replaces it.
                if listed.as_ref().is_err_and(|failure| failure.is(&reasons::TOKEN)) {
                    return Err(reasons::UNAUTHORIZED.failure());
                }
                listed?
            }
            listed => listed?,
        };
        self.tokens.accepted();
        Ok(listed)
    }

    /// Makes one request, and a second one when the connection broke under the first: HubSoft
    /// may close an idle connection at the very moment it is used.
    async fn tried(&self, request: Request<'_>, token: &Token) -> Result<Verified, Failure> {
        self.retries.earn();
        match self.in_turn(request, token).await {
            Err(failure)
                if failure.is(&reasons::BROKEN)
                    && request.deadline.duration_since(Instant::now()) >= RETRY_LEFT_MIN
                    && self.retries.spend() =>
            {
                metrics::upstream_retried();
                self.in_turn(request, token).await
            }
            listed => listed,
        }
    }

    /// Makes one request when the limiter says that it may be made.
    async fn in_turn(&self, request: Request<'_>, token: &Token) -> Result<Verified, Failure> {
        let now = Instant::now();
        let turn = self.turn(request, now)?;
        // tokio's timer counts whole milliseconds, and would wait for the next one even for a turn
        // that has come.
        if turn > now {
            sleep_until(turn).await;
        }
        let start = Instant::now();
        let listed = self.api.lookup(request, token).await;
        self.learn(&listed, start.elapsed());
        listed
    }

    /// When `request` may be made.
    fn turn(&self, request: Request<'_>, now: Instant) -> Result<Instant, Failure> {
        match request.slot {
            // Past the deadline a request still feeds the next call's answer, but takes no turn that
            // another call could use: only one that is free now.
            Slot::Own => {
                let deadline = request.deadline.max(now).into_std();
                let turn = self.limiter.admit(now.into_std(), deadline);
                Ok(Instant::from_std(turn.map_err(Failure::from)?))
            }
            Slot::Spare if self.limiter.spare(now.into_std()) => Ok(now),
            Slot::Spare => Err(reasons::SHED.failure()),
        }
    }

    /// Tells the limiter what it can learn from a request.
    fn learn<T>(&self, result: &Result<T, Failure>, took: Duration) {
        metrics::upstream(result.as_ref().map_or_else(|failure| failure.label(), |_| "ok"), took);
        let now = Instant::now().into_std();
        let failure = result.as_ref().err();
        if failure.is_some_and(|failure| failure.is(&reasons::THROTTLED)) {
            self.limiter.throttled(now);
        }
        if let Some(pause) = failure.and_then(Failure::asked_pause) {
            self.limiter.pause(now, pause);
        }
        // For none of these was an answer waited for.
        let unanswered = [
            &reasons::BROKEN,
            &reasons::CONNECT,
            &reasons::THROTTLED,
            &reasons::TLS,
            &reasons::UNAVAILABLE,
        ];
        if !failure.is_some_and(|failure| failure.is_any(&unanswered)) {
            self.limiter.took(took);
        }
        metrics::limiter_rate(self.limiter.rate());
    }

    async fn renewed_token(&self, refused: &Token) -> Result<Token, Failure> {
        self.tokens.refused(refused);
        self.tokens.current().await
    }
}

impl Source for HubSoft {
    fn fetch<'a>(&'a self, key: &'a Key, budget: Budget, partial: Partial<Sighting>) -> Fetch<'a> {
        Box::pin(async move {
            let Key::Phone(phone) = key else { return Err(reasons::UNSUPPORTED.failure()) };
            self.ask(phone, budget.deadline, &partial, &|_| {}).await
        })
    }
}

/// What the body of an answer to a lookup says of `phone`; for the fuzz targets, which have no socket.
pub fn conclude(body: &[u8], phone: &Phone, wanted: &Wanted) -> Result<Record, Failure> {
    let Verified { own, .. } = owners::verified(wire::listing(body, wanted)?, phone)?;
    Ok(owners::recorded(owners::counted(own, false)))
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Paused => reasons::PAUSED.failure(),
            Refusal::Predicted => reasons::SHED.failure(),
        }
    }
}
