//! The contract of sources and memories: what is looked up, within which budget, and what comes of it.

use std::fmt;
use std::pin::Pin;
use std::time::{Duration, Instant};

use crate::domain::document::Document;
use crate::domain::failure::Failure;
use crate::domain::finding::Record;
use crate::domain::phone::Phone;
use crate::sources::limiter::Urgency;
use crate::sources::shared_request::Partial;

/// What a look-up is about. It masks itself wherever it is printed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    Document(Document),
    Phone(Phone),
}

impl From<Phone> for Key {
    fn from(phone: Phone) -> Self {
        Self::Phone(phone)
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

/// Which source learnt a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Hubsoft,
}

/// What is recorded for a key, by whom it was learnt and how long ago. The age travels with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    pub record: Record,
    pub origin: Origin,
    /// How long ago the origin said so.
    pub age: Duration,
    /// Whether the source looked everywhere. If not, the record answers this call, and the next
    /// one soon queries again.
    pub is_complete: bool,
}

impl Sighting {
    /// A complete record that HubSoft has just returned.
    pub fn of_hubsoft(record: Record) -> Self {
        Self { record, origin: Origin::Hubsoft, age: Duration::ZERO, is_complete: true }
    }
}

/// What a request may cost.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// That of the call which is waiting; after it, the answer comes too late for that call.
    pub deadline: tokio::time::Instant,
    pub urgency: Urgency,
}

impl Budget {
    /// The budget of a call that ends at `deadline`.
    pub fn of_call(deadline: tokio::time::Instant) -> Self {
        Self { deadline, urgency: Urgency::Call }
    }
}

/// What a source answers, some time.
pub type Fetch<'a> = Pin<Box<dyn Future<Output = Result<Sighting, Failure>> + Send + 'a>>;

/// What can be queried for the customers of a key. Sources stand one behind the other.
pub trait Source: Send + Sync {
    /// Queries the verified customers of `key`. It must end by itself, as requests outlive calls.
    /// What is found before the end goes to `partial`.
    fn fetch<'a>(&'a self, key: &'a Key, budget: Budget, partial: Partial<Sighting>) -> Fetch<'a>;
}

/// What holds sightings and answers at once: it never waits.
pub trait SightingStore: Send + Sync {
    /// What is held of `key` at `now`, with its age.
    fn recall(&self, key: &Key, now: Instant) -> Option<Sighting>;

    /// Takes what was found for `key`, unless what it holds is younger.
    fn learn(&self, key: &Key, sighting: &Sighting, now: Instant);

    /// Purges what is held of `key`, and returns whether there was anything.
    fn purge(&self, key: &Key) -> bool;
}
