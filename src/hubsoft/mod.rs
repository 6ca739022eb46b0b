//! Asks HubSoft who has a number, and believes only customers who really have it.

mod api;
mod certificate;
mod client;
mod examination;
mod failure;
mod flag;
mod json;
mod loose;
mod resolver;
mod retries;
mod services;
mod token;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use tokio::time::{Instant, sleep_until};

use crate::customer::Customer;
use crate::finding::{Failure, Record};
use crate::limiter::{self, Limiter, Refusal};
use crate::lookup::{Fetch, Source};
use crate::metrics;
use crate::phone::Phone;

use self::api::Api;
use self::retries::Retries;
use self::token::{Token, Tokens};
use self::wire::Listing;

pub use self::api::Unusable;
pub use self::certificate::{Shown, shake_hands};
pub use self::client::{certificates, provide_tls};
pub use self::examination::{Counts, Writing, Written};
pub use self::resolver::{Addresses, Dns, system as system_dns};
pub use self::wire::{Credentials, Wanted};

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
    limiter: Limiter,
    retries: Retries,
}

/// One request that was made for a number, for `bina lookup --explain`.
pub struct Step<'a> {
    /// What was searched for.
    pub term: &'a str,
    pub took: Duration,
    /// How many customers came, and how many of them have the number.
    pub outcome: Result<(usize, usize), &'a Failure>,
}

impl HubSoft {
    /// Makes a client; nothing is asked yet. It needs tokio's runtime for its background work.
    pub fn new(settings: Settings) -> Result<Self, Unusable> {
        Self::with_dns(settings, resolver::system())
    }

    /// Makes a client that learns HubSoft's addresses from `dns`.
    pub fn with_dns(settings: Settings, dns: Dns) -> Result<Self, Unusable> {
        let limiter = Limiter::new(settings.limiter.clone());
        metrics::limiter_rate(limiter.rate());
        let api = Arc::new(Api::new(settings, dns)?);
        Ok(Self { tokens: Tokens::new(Arc::clone(&api)), api, limiter, retries: Retries::new() })
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

    /// Asks for the customers of `phone`, and tells `observe` of each request.
    ///
    /// At most two ways to write the number are tried, one after the other, up to the first
    /// with a verified customer. "Nobody" needs an answer to each of them.
    pub async fn ask(
        &self,
        phone: &Phone,
        deadline: Instant,
        observe: &(dyn Fn(Step<'_>) + Sync),
    ) -> Result<Record, Failure> {
        let mut failed = None;
        for candidate in phone.candidates() {
            let (term, start) = (candidate.as_str(), Instant::now());
            let asked = self.customers(term, phone, deadline).await;
            let outcome = asked.as_ref().map(|(returned, own)| (*returned, own.len()));
            observe(Step { term, took: start.elapsed(), outcome });
            match asked {
                Ok((_, own)) if !own.is_empty() => return Ok(recorded(own)),
                Ok(_) => {}
                Err(failure) if concerns_one_term(&failure) => failed = Some(failure),
                Err(failure) => return Err(failure),
            }
        }
        failed.map_or_else(|| Ok(Record::default()), Err)
    }

    /// How many customers were returned for `term`, and those who have `phone`.
    async fn customers(
        &self,
        term: &str,
        phone: &Phone,
        deadline: Instant,
    ) -> Result<(usize, Vec<Customer>), Failure> {
        // Or each call would be told of a missing token, and not of what is missing for one.
        self.api.usable()?;
        let token = self.tokens.current().await?;
        let listed = match self.listed(term, &token, deadline).await {
            Err(Failure::Token) => {
                let renewed = self.renewed(&token).await?;
                let listed = self.in_turn(term, &renewed, deadline).await;
                if listed.as_ref().is_err_and(|failure| *failure == Failure::Token) {
                    self.tokens.refused(&renewed);
                    return Err(Failure::Unauthorized);
                }
                listed?
            }
            listed => listed?,
        };
        self.tokens.accepted();
        let returned = listed.customers.len();
        let own = verified(listed, phone)?;
        Ok((returned, own))
    }

    /// Makes one request, and a second one when the connection broke under the first: HubSoft
    /// may close an idle connection at the very moment it is used.
    async fn listed(
        &self,
        term: &str,
        token: &Token,
        deadline: Instant,
    ) -> Result<Listing, Failure> {
        self.retries.earn();
        match self.in_turn(term, token, deadline).await {
            Err(Failure::Broken)
                if deadline.duration_since(Instant::now()) >= RETRY_LEFT_MIN
                    && self.retries.spend() =>
            {
                metrics::upstream_retried();
                self.in_turn(term, token, deadline).await
            }
            listed => listed,
        }
    }

    /// Makes one request when the limiter says that it may be made.
    async fn in_turn(
        &self,
        term: &str,
        token: &Token,
        deadline: Instant,
    ) -> Result<Listing, Failure> {
        // Past the deadline a request still feeds the next call's answer, but takes no turn that
        // another call could use: only one that is free now.
        let now = Instant::now();
        let turn = self.limiter.admit(now.into_std(), deadline.max(now).into_std());
        let turn = Instant::from_std(turn.map_err(Failure::from)?);
        // tokio's timer counts whole milliseconds, and would wait for the next one even for a turn
        // that has come.
        if turn > now {
            sleep_until(turn).await;
        }
        let start = Instant::now();
        let listed = self.api.lookup(term, token).await;
        self.learn(&listed, start.elapsed());
        listed
    }

    /// Tells the limiter what it can learn from a request.
    fn learn<T>(&self, result: &Result<T, Failure>, took: Duration) {
        metrics::upstream(result.as_ref().map_or_else(|failure| failure.label(), |_| "ok"), took);
        let now = Instant::now().into_std();
        match result {
            Err(Failure::Throttled { retry_after }) => {
                self.limiter.throttled(now);
                retry_after.inspect(|wait| self.limiter.pause(now, *wait));
            }
            Err(Failure::Unavailable { retry_after }) => {
                retry_after.inspect(|wait| self.limiter.pause(now, *wait));
            }
            // Neither was an answer waited for.
            Err(Failure::Connect | Failure::Broken | Failure::Tls(_)) => {}
            _ => self.limiter.took(took),
        }
        metrics::limiter_rate(self.limiter.rate());
    }

    async fn renewed(&self, refused: &Token) -> Result<Token, Failure> {
        self.tokens.refused(refused);
        self.tokens.current().await
    }
}

impl Source for HubSoft {
    fn fetch<'a>(&'a self, phone: &'a Phone, deadline: Instant) -> Fetch<'a> {
        Box::pin(self.ask(phone, deadline, &|_| {}))
    }
}

/// What the body of an answer to a lookup says of `phone`; for the fuzz targets, which have no socket.
pub fn conclude(body: &[u8], phone: &Phone, wanted: &Wanted) -> Result<Record, Failure> {
    verified(wire::listing(body, wanted)?, phone).map(Record::new)
}

/// The customers who have `phone`. When none has and something in the list could not be read, it
/// may have been the caller, so that is no "nobody".
fn verified(listing: Listing, phone: &Phone) -> Result<Vec<Customer>, Failure> {
    let mut own: Vec<Customer> = Vec::new();
    for customer in listing.customers.into_iter().filter_map(|one| one.verified(phone)) {
        // A search that matches two of a customer's numbers may list it twice.
        let known = own.iter().any(|other| !other.id.is_empty() && other.id == customer.id);
        if !known {
            own.push(customer);
        }
    }
    if own.is_empty() && listing.odd {
        return Err(Failure::InvalidAnswer("a customer that is no object"));
    }
    Ok(own)
}

/// What is kept of verified customers; alert texts that are too long for that are counted.
fn recorded(own: Vec<Customer>) -> Record {
    let (record, texts_cut) = Record::bounded(own);
    metrics::alert_texts_cut(texts_cut);
    record
}

/// Tells whether a failure may come from what was searched for. Any other one would only meet
/// the next request too, and double the load of a HubSoft in trouble.
fn concerns_one_term(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::InvalidAnswer(_) | Failure::Refused | Failure::Server(_) | Failure::TooLarge
    )
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Paused => Self::Paused,
            Refusal::Predicted => Self::Shed,
        }
    }
}
