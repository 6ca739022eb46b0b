//! Searches for a number in each spelling in which it may be stored, and in lists that may be incomplete.
//!
//! ```text
//! first spelling --- not found, or only former customers ---> second spelling, which decides
//!               '--- found ---> partial result; second spelling, if a slot can be spared
//! second spelling, in parallel with the first if a slot can be spared immediately
//! ```

use std::mem;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

use crate::domain::failure::Failure;
use crate::domain::finding::Record;
use crate::domain::phone::{Candidate, Phone};
use crate::domain::place::ServicePlace;
use crate::domain::reported::ReportedCustomer;
use crate::sources::limiter::Urgency;
use crate::sources::reasons;
use crate::sources::shared_request::Partial;
use crate::sources::source::{Budget, Sighting};

use super::by_identity::{CustomersByIdentity, Identity};
use super::by_phone::CustomersByPhone;
use super::owners::{Verified, add, counted};
use super::query::LimitedQuery;
use super::wire::CUSTOMERS_MAX;
use super::{HubSoft, PhoneMatch};

/// Maximum limit of one search.
const LIMIT_MAX: u8 = CUSTOMERS_MAX as u8;
/// Time that a call needs after its lookup.
const RENDER_TIME: Duration = Duration::from_millis(50);
/// Maximum time of the second spelling after the first, while a call waits and afterwards.
const SECOND_WAIT: Duration = Duration::from_millis(400);
const SECOND_WAIT_WITHOUT_CALL: Duration = Duration::from_secs(1);

/// One completed search for a number, for `bina lookup --explain`.
pub struct SearchStep<'a> {
    /// The search term.
    pub term: &'a str,
    pub took: Duration,
    /// The number of returned customers, and how many of them have the number.
    pub outcome: Result<(usize, usize), &'a Failure>,
}

/// A callback for each search.
pub type Observe<'a> = &'a (dyn Fn(SearchStep<'_>) + Sync);

/// The result of one or more searches.
pub(super) struct Found {
    pub(super) returned: usize,
    /// The customers who have the number.
    pub(super) own: Vec<ReportedCustomer>,
    /// Whether the list is below its limit, so that no customer is missing.
    pub(super) complete: bool,
}

impl Found {
    /// Returns whether a current customer was found. The number of a former one may now belong to a
    /// customer who is stored in the other spelling.
    fn has_live_customer(&self) -> bool {
        self.own.iter().any(|customer| customer.has_live_service)
    }

    /// Adds the result of another search.
    fn merge(mut self, other: Self) -> Self {
        self.returned += other.returned;
        add(&mut self.own, other.own);
        self.complete &= other.complete;
        self
    }
}

/// The parameters of the searches for a number.
#[derive(Clone, Copy)]
struct NumberSearch<'a> {
    phone: &'a Phone,
    budget: Budget,
    partial: &'a Partial<Sighting>,
    observe: Observe<'a>,
}

impl HubSoft {
    /// Fetches the customers of `phone`. Reports each search to `observe`, and the customers of the first
    /// spelling to `partial`.
    ///
    /// "Not found" requires an answer for each spelling. If the first one fails, the lookup fails, because
    /// the second one may miss customers.
    pub async fn lookup(
        &self,
        phone: &Phone,
        budget: Budget,
        partial: &Partial<Sighting>,
        observe: Observe<'_>,
    ) -> Result<Sighting, Failure> {
        let search = NumberSearch { phone, budget, partial, observe };
        let mut spellings = phone.candidates();
        let first = spellings.next().expect("a number has a spelling");
        let found = match spellings.next() {
            Some(second) if self.phone_match == PhoneMatch::Exact => {
                self.both(search, first, second).await?
            }
            _ => self.searched(search, first, budget.urgency).await?,
        };
        self.sighting(found)
    }

    /// Searches for both spellings, in parallel if a slot can be spared.
    async fn both(
        &self,
        search: NumberSearch<'_>,
        first: Candidate,
        second: Candidate,
    ) -> Result<Found, Failure> {
        let start = Instant::now();
        let mut optional = pin!(self.searched(search, second, Urgency::SecondSpelling));
        let mut other = None;
        let found = {
            let mut decisive = pin!(self.searched(search, first, search.budget.urgency));
            loop {
                tokio::select! {
                    // The first spelling takes its slot first.
                    biased;
                    found = &mut decisive => break found?,
                    found = &mut optional, if other.is_none() => other = Some(found),
                }
            }
        };
        if !found.has_live_customer() {
            let other = match other {
                Some(other) => other,
                None => optional.await,
            };
            let other = match other {
                Err(failure) if failure.is(&reasons::SHED) => {
                    self.searched(search, second, search.budget.urgency).await?
                }
                other => other?,
            };
            return Ok(found.merge(other));
        }
        let record = Record::new(counted(found.own.clone(), self.ex_customers));
        search.partial.report(Sighting { is_complete: false, ..Sighting::of_hubsoft(record) });
        let until = second_deadline(search.budget.deadline, start.elapsed());
        let other = match other {
            Some(Err(failure)) if failure.is(&reasons::SHED) => {
                timeout_at(until, self.searched_later(search, second, until)).await
            }
            Some(other) => Ok(other),
            None => timeout_at(until, optional).await,
        };
        Ok(match other {
            Ok(Ok(other)) => found.merge(other),
            // The answer of the first spelling is used until the next call.
            Ok(Err(_)) | Err(_) => Found { complete: false, ..found },
        })
    }

    /// Searches as soon as a slot can be spared, if that is before `until`.
    async fn searched_later(
        &self,
        search: NumberSearch<'_>,
        spelling: Candidate,
        until: Instant,
    ) -> Result<Found, Failure> {
        let now = Instant::now().into_std();
        let spared =
            Instant::from_std(self.exchange.limiter().free_at(now, Urgency::SecondSpelling));
        if spared >= until {
            return Err(reasons::SHED.failure());
        }
        sleep_until(spared).await;
        self.searched(search, spelling, Urgency::SecondSpelling).await
    }

    /// Searches for one spelling, and reports it to the observer.
    async fn searched(
        &self,
        search: NumberSearch<'_>,
        spelling: Candidate,
        urgency: Urgency,
    ) -> Result<Found, Failure> {
        let term = spelling.as_str();
        let start = Instant::now();
        let budget = Budget { urgency, ..search.budget };
        let result = self.search(term, search.phone, budget).await;
        let outcome = result.as_ref().map(|found| (found.returned, found.own.len()));
        let was_made =
            urgency != Urgency::SecondSpelling || outcome != Err(&reasons::SHED.failure());
        if was_made {
            (search.observe)(SearchStep { term, took: start.elapsed(), outcome });
        }
        result
    }

    /// Searches for `term`, again with the maximum limit if the list is full, because the caller may be
    /// missing in it.
    pub(super) async fn search(
        &self,
        term: &str,
        phone: &Phone,
        budget: Budget,
    ) -> Result<Found, Failure> {
        let wanted = self.wanted.clone();
        self.all(CustomersByPhone { phone: *phone, term: term.to_owned(), wanted }, budget).await
    }

    /// Fetches the customers with a document or a code.
    pub(super) async fn identified(
        &self,
        identity: Identity,
        budget: Budget,
    ) -> Result<Sighting, Failure> {
        let query = CustomersByIdentity { identity, wanted: self.wanted.clone() };
        self.sighting(self.all(query, budget).await?)
    }

    /// Searches, and again with the maximum limit if the list is full.
    async fn all(&self, mut query: impl LimitedQuery, budget: Budget) -> Result<Found, Failure> {
        let found = self.listed(&mut query, budget).await?;
        if found.complete || query.wanted().limit >= LIMIT_MAX {
            return Ok(found);
        }
        query.wanted().limit = LIMIT_MAX;
        match self.listed(&mut query, budget).await {
            Err(failure) if found.own.is_empty() => Err(failure),
            Err(_) => Ok(found),
            all => all,
        }
    }

    async fn listed(
        &self,
        query: &mut impl LimitedQuery,
        budget: Budget,
    ) -> Result<Found, Failure> {
        let Verified { returned, own } = self.exchange.run(query, budget).await?;
        Ok(Found { returned, own, complete: returned < usize::from(query.wanted().limit) })
    }

    /// Converts the result of all searches into a sighting.
    fn sighting(&self, found: Found) -> Result<Sighting, Failure> {
        let metrics = self.exchange.metrics();
        if !found.own.is_empty() {
            let is_complete = found.complete;
            let mut customers = counted(found.own, self.ex_customers);
            let places = places(&mut customers);
            let (record, texts_cut) = Record::bounded(customers);
            metrics.alert_texts_cut.inc_by(texts_cut as u64);
            return Ok(Sighting { is_complete, places, ..Sighting::of_hubsoft(record) });
        }
        if !found.complete {
            return Err(reasons::LIST_FULL.failure());
        }
        if found.returned > 0 {
            metrics.unverified.inc();
        }
        Ok(Sighting::of_hubsoft(Record::default()))
    }
}

/// Takes where the services of the only customer are, if they are listed.
fn places(customers: &mut [ReportedCustomer]) -> Option<Arc<[ServicePlace]>> {
    let [customer] = customers else { return None };
    let services = mem::take(&mut customer.services);
    (!services.is_empty()).then(|| services.into())
}

/// Returns the deadline of the second spelling, after the first one `took` so long. After `deadline`
/// no call waits any more.
fn second_deadline(deadline: Instant, took: Duration) -> Instant {
    let now = Instant::now();
    if now >= deadline {
        return now + SECOND_WAIT_WITHOUT_CALL;
    }
    (deadline - RENDER_TIME).min(now + SECOND_WAIT.max(2 * took))
}
