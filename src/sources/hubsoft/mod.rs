//! Asks HubSoft who has a number, and believes only customers who really have it.

mod addresses;
mod api;
mod body;
mod by_phone;
mod certificate;
mod client;
mod examination;
mod exchange;
mod failure;
mod flag;
mod grant;
mod json;
mod loose;
mod owners;
mod page;
mod question;
mod race;
mod resolver;
mod retries;
mod search;
mod services;
mod token;
mod trust;
mod wire;

use std::time::Duration;

use reqwest::Url;

use crate::domain::failure::Failure;
use crate::domain::finding::Record;
use crate::domain::phone::Phone;
use crate::runtime::tasks::Tasks;
use crate::sources::limiter;
use crate::sources::reasons;
use crate::sources::shared_request::Partial;
use crate::sources::source::{Budget, Fetch, Key, Sighting, Source};

use self::exchange::Exchange;
use self::owners::Verified;

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

/// The HubSoft of one provider.
pub struct HubSoft {
    exchange: Exchange,
    wanted: Wanted,
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

impl HubSoft {
    /// Makes a client; nothing is asked yet. It needs tokio's runtime for its background work.
    pub fn new(settings: Settings) -> Result<Self, Unusable> {
        Self::with_dns(settings, resolver::system())
    }

    /// The same, with its background work among the tasks of the application.
    pub fn supervised(settings: Settings, tasks: &Tasks) -> Result<Self, Unusable> {
        Self::made(settings, resolver::system(), tasks)
    }

    /// Makes a client that learns HubSoft's addresses from `dns`.
    pub fn with_dns(settings: Settings, dns: Dns) -> Result<Self, Unusable> {
        Self::made(settings, dns, &Tasks::default())
    }

    fn made(settings: Settings, dns: Dns, tasks: &Tasks) -> Result<Self, Unusable> {
        Ok(Self {
            wanted: settings.wanted.clone(),
            phone_match: settings.phone_match,
            ex_customers: settings.ex_customers,
            exchange: Exchange::new(settings, dns, tasks)?,
        })
    }

    /// Makes a client of the same HubSoft with other settings. The token goes on, and so does every
    /// pause: whoever reloads often must not request more often.
    pub fn renewed(&self, settings: Settings) -> Result<Self, Unusable> {
        Ok(Self {
            wanted: settings.wanted.clone(),
            phone_match: settings.phone_match,
            ex_customers: settings.ex_customers,
            exchange: self.exchange.renewed(settings, resolver::system())?,
        })
    }

    /// Returns why HubSoft cannot be requested for now: this machine has no CA certificates.
    pub fn usable(&self) -> Result<(), Failure> {
        self.exchange.api().usable()
    }

    /// What came of the last request for a token, for whoever monitors the service.
    pub fn token_state(&self) -> &'static str {
        self.exchange.token_result()
    }

    /// How many requests were made a second time because their connection broke.
    pub fn second_tries(&self) -> u64 {
        self.exchange.second_tries()
    }

    /// Gets a token, so that the first call does not have to. A failure is logged already, and
    /// the next call tries again.
    pub async fn warm(&self) -> Result<(), Failure> {
        self.exchange.warm().await
    }
}

impl Source for HubSoft {
    fn fetch<'a>(&'a self, key: &'a Key, budget: Budget, partial: Partial<Sighting>) -> Fetch<'a> {
        Box::pin(async move {
            let Key::Phone(phone) = key else { return Err(reasons::UNSUPPORTED.failure()) };
            self.ask(phone, budget, &partial, &|_| {}).await
        })
    }
}

/// What the body of an answer to a lookup says of `phone`; for the fuzz targets, which have no socket.
pub fn conclude(body: &[u8], phone: &Phone, wanted: &Wanted) -> Result<Record, Failure> {
    let Verified { own, .. } = owners::verified(wire::listing(body, wanted)?, phone)?;
    Ok(owners::recorded(owners::counted(own, false)))
}
