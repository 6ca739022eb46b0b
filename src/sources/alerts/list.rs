//! The contract of a list of active alerts, which the feed reads, and of probes of single customers.

use std::future::Future;
use std::pin::Pin;

use tokio::time::Instant;

use crate::domain::alert_text::AlertText;
use crate::domain::failure::Failure;
use crate::domain::local_time::LocalTime;
use crate::domain::reported::ReportedCustomer;
use crate::sources::directory::AlertScope;
use crate::sources::limiter::Urgency;

/// One alert as the source lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedAlert {
    /// The source's internal id, which identifies the alert.
    pub id: u64,
    /// Whether customers' answers may show it: it is not deleted, and visible to the API.
    pub is_published: bool,
    /// `None` if nothing is left after the signature.
    pub text: Option<AlertText>,
    /// By the provider's clock; `None` if it has begun.
    pub starts: Option<LocalTime>,
    /// By the provider's clock; `None` if it is open. Of an ambiguous end, the earliest meaning.
    pub ends: Option<LocalTime>,
    /// The latest meaning of an ambiguous end: midnight may stand for the whole day.
    pub may_last: Option<LocalTime>,
    pub scope: AlertScope,
}

impl ListedAlert {
    /// When it certainly is over; `None` if it is open.
    pub fn may_last_until(&self) -> Option<LocalTime> {
        self.may_last.or(self.ends)
    }
}

/// One page of the list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertPage {
    pub alerts: Vec<ListedAlert>,
    /// Alerts on the page that cannot be read; a list with any is not complete.
    pub unreadable: usize,
    /// The number of this page as the source states it; the first is 1.
    pub number: Option<u32>,
    /// The number of the last page.
    pub last: Option<u32>,
    /// How many alerts the whole list has.
    pub total: Option<u64>,
    /// When an alert of the page was made or changed last, by the provider's clock.
    pub newest: Option<LocalTime>,
}

/// The future result of a request to an alert list.
pub type AlertFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// A list of active alerts, and the customers whom they concern.
pub trait AlertList: Send + Sync {
    /// Requests one page; the first is 1.
    fn alerts(&self, page: u32, deadline: Instant) -> AlertFuture<'_, AlertPage>;

    /// Requests the customer with a code; `None` if nobody has it.
    fn customer<'a>(
        &'a self,
        code: &'a str,
        urgency: Urgency,
        deadline: Instant,
    ) -> AlertFuture<'a, Option<ReportedCustomer>>;
}
