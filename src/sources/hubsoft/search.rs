//! Looks for a number in each way it may be stored, and in lists that may not hold everybody.
//!
//! ```text
//! first spelling --- nobody, or only who has left ---> second spelling, which decides
//!               '--- found ---> this is known so far; second spelling, if a slot can be spared
//! second spelling, beside the first where a slot can be spared at once
//! ```

use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

use crate::domain::failure::Failure;
use crate::domain::finding::Record;
use crate::domain::phone::{Candidate, Phone};
use crate::domain::reported::ReportedCustomer;
use crate::sources::limiter::Urgency;
use crate::sources::reasons;
use crate::sources::shared_request::Partial;
use crate::sources::source::{Budget, Sighting};

use super::by_phone::CustomersByPhone;
use super::owners::{Verified, add, counted};
use super::wire::CUSTOMERS_MAX;
use super::{HubSoft, PhoneMatch};

/// The largest limit of one search.
const LIMIT_MAX: u8 = CUSTOMERS_MAX as u8;
/// What a call needs after its lookup, to be answered in time.
const AFTERWARDS: Duration = Duration::from_millis(50);
/// How long the second spelling may take beyond the first, and when no call waits for it any more.
const BEYOND: Duration = Duration::from_millis(400);
const UNHURRIED: Duration = Duration::from_secs(1);

/// One search that was made for a number, for `bina lookup --explain`.
pub struct SearchStep<'a> {
    /// What was searched for.
    pub term: &'a str,
    pub took: Duration,
    /// How many customers came, and how many of them have the number.
    pub outcome: Result<(usize, usize), &'a Failure>,
}

/// What is told of each search.
pub type Observe<'a> = &'a (dyn Fn(SearchStep<'_>) + Sync);

/// What one search brought.
pub(super) struct Found {
    pub(super) returned: usize,
    /// Those who have the number.
    pub(super) own: Vec<ReportedCustomer>,
    /// Whether the list ended before its limit, so that nobody is missing.
    pub(super) complete: bool,
}

impl Found {
    /// Tells whether somebody was found who is a customer still. Who has left may have passed the
    /// number on to one who is stored in the other spelling.
    fn has_live_customer(&self) -> bool {
        self.own.iter().any(|customer| customer.has_live_service)
    }

    /// Adds what another search brought.
    fn and(mut self, other: Self) -> Self {
        self.returned += other.returned;
        add(&mut self.own, other.own);
        self.complete &= other.complete;
        self
    }
}

/// A number that is searched for, and who is told what.
#[derive(Clone, Copy)]
struct NumberSearch<'a> {
    phone: &'a Phone,
    budget: Budget,
    partial: &'a Partial<Sighting>,
    observe: Observe<'a>,
}

impl HubSoft {
    /// Fetches the customers of `phone`, and tells `observe` of each search, and `partial` of those
    /// whom the first spelling has found.
    ///
    /// "Not found" needs an answer to each spelling. A failure of the first one is the answer, as
    /// whoever the second one finds may not be the only one.
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
        self.concluded(found)
    }

    /// Searches for both spellings, at the same time if a slot can be spared.
    async fn both(
        &self,
        search: NumberSearch<'_>,
        first: Candidate,
        second: Candidate,
    ) -> Result<Found, Failure> {
        let start = Instant::now();
        let mut beside = pin!(self.searched(search, second, Urgency::SecondSpelling));
        let mut other = None;
        let found = {
            let mut decisive = pin!(self.searched(search, first, search.budget.urgency));
            loop {
                tokio::select! {
                    // The slot of the first spelling is taken before one is spared.
                    biased;
                    found = &mut decisive => break found?,
                    found = &mut beside, if other.is_none() => other = Some(found),
                }
            }
        };
        if !found.has_live_customer() {
            let other = match other {
                Some(other) => other,
                None => beside.await,
            };
            let other = match other {
                Err(failure) if failure.is(&reasons::SHED) => {
                    self.searched(search, second, search.budget.urgency).await?
                }
                other => other?,
            };
            return Ok(found.and(other));
        }
        let record = Record::new(counted(found.own.clone(), self.ex_customers));
        search.partial.report(Sighting { is_complete: false, ..Sighting::of_hubsoft(record) });
        let until = welcome_until(search.budget.deadline, start.elapsed());
        let other = match other {
            Some(Err(failure)) if failure.is(&reasons::SHED) => {
                timeout_at(until, self.searched_later(search, second, until)).await
            }
            Some(other) => Ok(other),
            None => timeout_at(until, beside).await,
        };
        Ok(match other {
            Ok(Ok(other)) => found.and(other),
            // The first spelling's answer stands until the next call.
            Ok(Err(_)) | Err(_) => Found { complete: false, ..found },
        })
    }

    /// Searches when a slot can be spared, if that is before `until`.
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

    /// Searches for one spelling, and tells of it.
    async fn searched(
        &self,
        search: NumberSearch<'_>,
        spelling: Candidate,
        urgency: Urgency,
    ) -> Result<Found, Failure> {
        let (term, start) = (spelling.as_str(), Instant::now());
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

    /// Searches for `term`, once more with the largest limit when the list is full: the caller may be
    /// one of those who were left out.
    pub(super) async fn search(
        &self,
        term: &str,
        phone: &Phone,
        budget: Budget,
    ) -> Result<Found, Failure> {
        let (term, wanted) = (term.to_owned(), self.wanted.clone());
        let mut query = CustomersByPhone { phone: *phone, term, wanted };
        let found = self.listed(&query, budget).await?;
        if found.complete || query.wanted.limit >= LIMIT_MAX {
            return Ok(found);
        }
        query.wanted.limit = LIMIT_MAX;
        match self.listed(&query, budget).await {
            Err(failure) if found.own.is_empty() => Err(failure),
            Err(_) => Ok(found),
            all => all,
        }
    }

    async fn listed(&self, query: &CustomersByPhone, budget: Budget) -> Result<Found, Failure> {
        let Verified { returned, own } = self.exchange.answer(query, budget).await?;
        Ok(Found { returned, own, complete: returned < usize::from(query.wanted.limit) })
    }

    /// The record of all that was found.
    fn concluded(&self, found: Found) -> Result<Sighting, Failure> {
        let metrics = self.exchange.metrics();
        if !found.own.is_empty() {
            let (record, texts_cut) = Record::bounded(counted(found.own, self.ex_customers));
            metrics.alert_texts_cut.inc_by(texts_cut as u64);
            return Ok(Sighting { is_complete: found.complete, ..Sighting::of_hubsoft(record) });
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

/// Until when the second spelling is waited for, after the first one `took` so long. Past the deadline
/// no call waits any more.
fn welcome_until(deadline: Instant, took: Duration) -> Instant {
    let now = Instant::now();
    if now >= deadline {
        return now + UNHURRIED;
    }
    (deadline - AFTERWARDS).min(now + BEYOND.max(2 * took))
}
