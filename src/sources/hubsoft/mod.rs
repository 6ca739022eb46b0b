//! Queries HubSoft for the customers of a number, document or code, and verifies that they have it.

mod addresses;
mod alerts;
mod api;
mod body;
mod by_identity;
mod by_phone;
mod certificate;
mod client;
mod credential_text;
mod examination;
mod exchange;
mod failure;
mod flag;
mod grant;
mod json;
mod list;
mod loose;
mod metrics;
mod owners;
mod page;
mod places;
mod query;
mod race;
mod refusal;
mod resolver;
mod retries;
mod screens;
mod search;
mod services;
mod settings;
mod short_text;
mod texts;
mod token;
mod trust;
mod wire;

use crate::domain::failure::Failure;
use crate::domain::finding::Record;
use crate::domain::phone::Phone;
use crate::domain::zone::Zone;
use crate::runtime::tasks::Tasks;
use crate::sources::shared_request::Partial;
use crate::sources::source::{Budget, Fetch, Key, Sighting, Source};

use self::by_identity::Identity;
use self::exchange::Exchange;
use self::owners::Verified;

pub use self::alerts::read_alert_page;
pub use self::api::SetupError;
pub use self::certificate::{Handshake, shake_hands};
pub use self::client::provide_tls;
pub use self::examination::{MatchCounts, Writing, Written};
pub use self::grant::ApiCredentials;
pub use self::list::{read_page, read_tables};
pub use self::metrics::HubsoftMetrics;
pub use self::resolver::{Addresses, Dns, system as system_dns};
pub use self::search::{Observe, SearchStep};
pub use self::settings::{PhoneMatch, Settings};
pub use self::trust::certificates;
pub use self::wire::Wanted;

/// The HubSoft of one provider.
pub struct HubSoft {
    exchange: Exchange,
    wanted: Wanted,
    phone_match: PhoneMatch,
    ex_customers: bool,
    timezone: Zone,
}

impl HubSoft {
    /// Creates a client without sending a request. It needs a tokio runtime for its background tasks.
    pub fn new(settings: Settings) -> Result<Self, SetupError> {
        Self::with_dns(settings, resolver::system())
    }

    /// Like `new`, with its background tasks among `tasks`, and its `metrics`.
    pub fn supervised(
        settings: Settings,
        tasks: &Tasks,
        metrics: HubsoftMetrics,
    ) -> Result<Self, SetupError> {
        Self::made(settings, resolver::system(), tasks, metrics)
    }

    /// Creates a client that resolves the addresses of HubSoft with `dns`.
    pub fn with_dns(settings: Settings, dns: Dns) -> Result<Self, SetupError> {
        Self::made(settings, dns, &Tasks::default(), HubsoftMetrics::default())
    }

    fn made(
        settings: Settings,
        dns: Dns,
        tasks: &Tasks,
        metrics: HubsoftMetrics,
    ) -> Result<Self, SetupError> {
        Ok(Self {
            wanted: settings.wanted.clone(),
            phone_match: settings.phone_match,
            ex_customers: settings.ex_customers,
            timezone: settings.timezone,
            exchange: Exchange::new(settings, dns, tasks, metrics)?,
        })
    }

    /// Creates a client of the same HubSoft with other settings. Token and pauses are kept, so that
    /// frequent reloads do not cause more requests.
    pub fn renewed(&self, settings: Settings) -> Result<Self, SetupError> {
        Ok(Self {
            wanted: settings.wanted.clone(),
            phone_match: settings.phone_match,
            ex_customers: settings.ex_customers,
            timezone: settings.timezone,
            exchange: self.exchange.renewed(settings, resolver::system())?,
        })
    }

    /// Sets the gauges of its state.
    pub fn measure(&self) {
        self.exchange.measure();
    }

    /// Returns an error while HubSoft cannot be queried because this machine has no CA certificates.
    pub fn usable(&self) -> Result<(), Failure> {
        self.exchange.api().usable()
    }

    /// The result of the last token request, for monitoring.
    pub fn token_state(&self) -> &'static str {
        self.exchange.token_result()
    }

    /// The number of retries because of a broken connection.
    pub fn second_tries(&self) -> u64 {
        self.exchange.second_tries()
    }

    /// Obtains a token before the first call. A failure is logged, and the next call tries again.
    pub async fn warm(&self) -> Result<(), Failure> {
        self.exchange.warm().await
    }
}

impl Source for HubSoft {
    fn fetch<'a>(&'a self, key: &'a Key, budget: Budget, partial: Partial<Sighting>) -> Fetch<'a> {
        Box::pin(async move {
            match key {
                Key::Phone(phone) => self.lookup(phone, budget, &partial, &|_| {}).await,
                Key::Code(code) => self.identified(Identity::Code(*code), budget).await,
                Key::Document(document) => {
                    self.identified(Identity::Document(*document), budget).await
                }
            }
        })
    }
}

/// Parses the body of a lookup for `phone`, for the fuzz targets, which have no socket.
pub fn conclude(body: &[u8], phone: &Phone, wanted: &Wanted) -> Result<Record, Failure> {
    let listing = wire::listing(body, wanted)?;
    let Verified { own, .. } = owners::verified(listing, |listed| listed.has_phone(phone))?;
    let ex_customers = false;
    Ok(Record::new(owners::counted(own, ex_customers)))
}
