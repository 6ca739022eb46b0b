//! Asks HubSoft who has a number, and believes only customers who really have it.

mod api;
mod json;
mod loose;
mod token;
mod wire;

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Url;

use crate::customer::Customer;
use crate::finding::{Failure, Record};
use crate::lookup::{Fetch, Source};
use crate::phone::Phone;

use self::api::Api;
use self::token::{Token, Tokens};

pub use self::api::{Unusable, certificates};
pub use self::wire::{Credentials, Wanted};

/// Where HubSoft is, who asks, and within which limits.
#[derive(Clone, Debug)]
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
}

impl Settings {
    pub const CONNECT: Duration = Duration::from_millis(250);
    pub const ATTEMPT: Duration = Duration::from_millis(3_000);
    pub const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
}

/// The HubSoft of one provider.
pub struct HubSoft {
    api: Arc<Api>,
    tokens: Tokens,
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
    /// Makes a client; nothing is asked yet.
    pub fn new(settings: Settings) -> Result<Self, Unusable> {
        let api = Arc::new(Api::new(settings)?);
        Ok(Self { tokens: Tokens::new(Arc::clone(&api)), api })
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
        observe: &(dyn Fn(Step<'_>) + Sync),
    ) -> Result<Record, Failure> {
        let mut failed = None;
        for candidate in phone.candidates() {
            let (term, start) = (candidate.as_str(), Instant::now());
            let asked = self.customers(term, phone).await;
            let outcome = asked.as_ref().map(|(returned, own)| (*returned, own.len()));
            observe(Step { term, took: start.elapsed(), outcome });
            match asked {
                Ok((_, own)) if !own.is_empty() => return Ok(Record::new(own)),
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
    ) -> Result<(usize, Vec<Customer>), Failure> {
        let token = self.tokens.current().await?;
        let listed = match self.api.lookup(term, &token).await {
            Err(Failure::Token) => {
                let renewed = self.renewed(&token).await?;
                self.api.lookup(term, &renewed).await?
            }
            listed => listed?,
        };
        let returned = listed.len();
        Ok((returned, listed.into_iter().filter_map(|one| one.verified(phone)).collect()))
    }

    async fn renewed(&self, refused: &Token) -> Result<Token, Failure> {
        self.tokens.refused(refused);
        self.tokens.current().await
    }
}

impl Source for HubSoft {
    fn fetch<'a>(&'a self, phone: &'a Phone) -> Fetch<'a> {
        Box::pin(self.ask(phone, &|_| {}))
    }
}

/// Tells whether a failure may come from what was searched for. Any other one would only meet
/// the next request too, and double the load of a HubSoft in trouble.
fn concerns_one_term(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::InvalidAnswer(_) | Failure::Refused | Failure::Server(_) | Failure::TooLarge
    )
}
