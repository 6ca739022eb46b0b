//! The contract of sources and stores: the key of a lookup, its budget and its result.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::domain::customer_code::CustomerCode;
use crate::domain::document::Document;
use crate::domain::failure::Failure;
use crate::domain::finding::Record;
use crate::domain::phone::Phone;
use crate::domain::place::ServicePlace;
use crate::sources::limiter::Urgency;
use crate::sources::shared_request::Partial;

/// The key of a lookup. It masks itself wherever it is printed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    Code(CustomerCode),
    Document(Document),
    Phone(Phone),
}

impl From<Phone> for Key {
    fn from(phone: Phone) -> Self {
        Self::Phone(phone)
    }
}

impl From<CustomerCode> for Key {
    fn from(code: CustomerCode) -> Self {
        Self::Code(code)
    }
}

impl From<Document> for Key {
    fn from(document: Document) -> Self {
        Self::Document(document)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => code.fmt(f),
            Self::Document(document) => document.fmt(f),
            Self::Phone(phone) => phone.fmt(f),
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The source of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The directory, which is read ahead of the calls and has no alerts.
    Directory,
    Hubsoft,
}

/// The record of a key, its origin and its age. The age is kept when a record passes between sources.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    pub record: Record,
    pub origin: Origin,
    /// Time since the origin returned the record.
    pub age: Duration,
    /// Whether the source searched everywhere. If not, the record answers this call, and a later call
    /// soon queries again.
    pub is_complete: bool,
    /// Where the services of the only customer are, if the origin has just said so. No cache keeps it.
    pub places: Option<Arc<[ServicePlace]>>,
}

impl Sighting {
    /// A complete record that HubSoft has just returned.
    pub fn of_hubsoft(record: Record) -> Self {
        let age = Duration::ZERO;
        Self { record, origin: Origin::Hubsoft, age, is_complete: true, places: None }
    }
}

/// The budget of a request: time and urgency.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// The deadline of the waiting call; a later answer is too late for it.
    pub deadline: tokio::time::Instant,
    pub urgency: Urgency,
}

impl Budget {
    /// The budget of a call that ends at `deadline`.
    pub fn of_call(deadline: tokio::time::Instant) -> Self {
        Self { deadline, urgency: Urgency::Call }
    }
}

/// The future result of a source.
pub type Fetch<'a> = Pin<Box<dyn Future<Output = Result<Sighting, Failure>> + Send + 'a>>;

/// A source of the customers of a key. Sources wrap each other.
pub trait Source: Send + Sync {
    /// Queries the verified customers of `key`. It must terminate by itself, because requests outlive
    /// calls. Partial results are reported to `partial`.
    fn fetch<'a>(&'a self, key: &'a Key, budget: Budget, partial: Partial<Sighting>) -> Fetch<'a>;
}

/// A store of sightings, which never blocks.
pub trait SightingStore: Send + Sync {
    /// Returns the sighting of `key`, with its age at `now`.
    fn recall(&self, key: &Key, now: Instant) -> Option<Sighting>;

    /// Stores a sighting of `key`, unless the stored one is younger.
    fn learn(&self, key: &Key, sighting: &Sighting, now: Instant);

    /// Purges `key`, and returns whether it was stored.
    fn purge(&self, key: &Key) -> bool;
}
