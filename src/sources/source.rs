//! The contract of a source: what answers who has a number, and in which shape.

use std::pin::Pin;

use tokio::time::Instant;

use crate::domain::failure::Failure;
use crate::domain::finding::Record;
use crate::domain::phone::Phone;
use crate::sources::flight::Partial;

/// What a source answers, some time.
pub type Fetch<'a> = Pin<Box<dyn Future<Output = Result<Fetched, Failure>> + Send + 'a>>;

/// What a source knows about one number.
#[derive(Clone, Debug, PartialEq)]
pub struct Fetched {
    pub record: Record,
    /// Whether the source looked everywhere. If not, the record answers this call, and the next
    /// one soon asks again.
    pub complete: bool,
}

impl From<Record> for Fetched {
    fn from(record: Record) -> Self {
        Self { record, complete: true }
    }
}

/// Somebody who knows who has a number. Sources stand one behind the other.
pub trait Source: Send + Sync {
    /// Asks for the verified customers of `phone`. It must end by itself, as flights outlive
    /// calls; `deadline` is that of the call it is asked for, after which it came too late.
    /// What is known before the end goes to `partial`.
    fn fetch<'a>(
        &'a self,
        phone: &'a Phone,
        deadline: Instant,
        partial: Partial<Fetched>,
    ) -> Fetch<'a>;
}
