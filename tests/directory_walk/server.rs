//! A list of customers in memory, with the mistakes of real ones.

use std::collections::BTreeMap;
use std::time::Duration;

use bina::domain::failure::Failure;
use bina::sources::directory::{
    CustomerList, ListFuture, ListPage, ListedCustomer, PageRequest, ScopeTables,
};
use bina::sources::reasons;
use parking_lot::Mutex;
use tokio::time::{Instant, sleep};

/// What is wrong with one answer.
#[derive(Clone, Debug)]
pub(crate) enum Mistake {
    /// The page has a customer twice.
    Double,
    Empty,
    Fail(Failure),
    /// A customer is added at the beginning of the list, before the answer.
    Insert,
    /// So many rows of the page are missing.
    Lack(usize),
    /// The total is not stated.
    NoTotal,
    /// It is the answer to a request for a later page.
    Other,
    /// A customer is removed from the beginning of the list, before the answer.
    Remove,
    /// The id of the first customer is unreadable.
    Unreadable,
}

/// How the server counts pages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counting {
    /// The first page; page 0 is the same one, or empty.
    pub(crate) first: u32,
    pub(crate) is_page_0_empty: bool,
    /// The number that is stated for the first page; `None` to state none.
    pub(crate) stated_first: Option<u32>,
    /// The number that is stated for a last page that is the first.
    pub(crate) last_first: Option<u32>,
    /// Whether the last page is returned for a page after it, instead of an empty one.
    pub(crate) repeats_last: bool,
}

impl Default for Counting {
    fn default() -> Self {
        Self {
            first: 0,
            is_page_0_empty: false,
            stated_first: Some(0),
            last_first: Some(0),
            repeats_last: false,
        }
    }
}

/// One request that was received.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) at: Instant,
    pub(crate) answered_at: Instant,
    pub(crate) request: PageRequest,
}

pub(crate) struct Server {
    pub(crate) ids: Mutex<Vec<u64>>,
    pub(crate) changed: [Vec<u64>; 2],
    pub(crate) counting: Counting,
    /// Pages are never larger.
    pub(crate) rows_max: u32,
    /// Larger pages fail with 504.
    pub(crate) rows_good: u32,
    /// How long a page takes, and each row of it.
    pub(crate) times: (Duration, Duration),
    /// The mistakes, by the request that they concern.
    pub(crate) mistakes: BTreeMap<usize, Mistake>,
    pub(crate) received: Mutex<Vec<Received>>,
    /// Held while a request is in flight.
    pub(crate) in_flight: tokio::sync::Mutex<()>,
}

impl Server {
    pub(crate) fn new(customers: u64) -> Self {
        Self {
            ids: Mutex::new((1..=customers).collect()),
            changed: [Vec::new(), Vec::new()],
            counting: Counting::default(),
            rows_max: 500,
            rows_good: 500,
            times: (Duration::from_millis(500), Duration::ZERO),
            mistakes: BTreeMap::new(),
            received: Mutex::default(),
            in_flight: tokio::sync::Mutex::default(),
        }
    }

    /// Makes the same mistake with all requests in `at`.
    pub(crate) fn wrong(mut self, at: impl IntoIterator<Item = usize>, mistake: Mistake) -> Self {
        self.mistakes.extend(at.into_iter().take(100).map(|at| (at, mistake.clone())));
        self
    }

    pub(crate) fn requests(&self) -> usize {
        self.received.lock().len()
    }

    /// How long requests were in flight.
    pub(crate) fn busy(&self) -> Duration {
        self.received.lock().iter().map(|one| one.answered_at - one.at).sum()
    }

    /// The answer without mistakes.
    fn page(&self, request: &PageRequest) -> ListPage {
        let all = self.ids.lock().clone();
        let ids = match &request.changed {
            Some(changed) if changed.first_day.as_str() > "2026-12-01" => Vec::new(),
            Some(changed) => self.changed[changed.subject as usize].clone(),
            None => all,
        };
        let rows = request.rows.min(self.rows_max) as usize;
        let pages = ids.len().div_ceil(rows).max(1) as u32;
        let counting = &self.counting;
        let mut index = request.number.saturating_sub(counting.first);
        if counting.repeats_last {
            index = index.min(pages - 1);
        }
        let mut on_page: Vec<_> = ids.chunks(rows).nth(index as usize).unwrap_or_default().to_vec();
        if counting.is_page_0_empty && request.number == 0 {
            on_page.clear();
        }
        ListPage {
            customers: on_page.into_iter().map(customer).collect(),
            unreadable: 0,
            number: counting.stated_first.map(|first| index + first),
            last: counting.last_first.map(|first| pages - 1 + first),
            total: Some(ids.len() as u64),
        }
    }

    fn answer(
        &self,
        request: &PageRequest,
        mistake: Option<&Mistake>,
    ) -> Result<ListPage, Failure> {
        match mistake {
            Some(Mistake::Fail(failure)) => return Err(failure.clone()),
            Some(Mistake::Insert) => self.ids.lock().insert(0, 1_000_000),
            Some(Mistake::Remove) => drop(self.ids.lock().remove(0)),
            _ => {}
        }
        if request.rows.min(self.rows_max) > self.rows_good {
            return Err(reasons::of_status(504));
        }
        let mut page = self.page(request);
        match mistake {
            Some(Mistake::Double) => page.customers.extend(page.customers.first().cloned()),
            Some(Mistake::Empty) => page.customers.clear(),
            Some(Mistake::Lack(rows)) => {
                page.customers.truncate(page.customers.len().saturating_sub(*rows));
            }
            Some(Mistake::NoTotal) => page.total = None,
            Some(Mistake::Other) => {
                page = self.page(&PageRequest { number: request.number + 2, ..request.clone() });
            }
            Some(Mistake::Unreadable) if !page.customers.is_empty() => {
                page.customers.remove(0);
                page.unreadable = 1;
            }
            _ => {}
        }
        Ok(page)
    }
}

fn customer(id: u64) -> ListedCustomer {
    ListedCustomer { id, code: id.to_string(), ..ListedCustomer::default() }
}

impl CustomerList for Server {
    fn page(&self, request: PageRequest) -> ListFuture<'_, ListPage> {
        Box::pin(async move {
            let _in_flight = self.in_flight.try_lock().expect("one page is in flight");
            let at = Instant::now();
            let index = {
                let mut received = self.received.lock();
                let answered_at = at + self.times.0 + self.times.1 * request.rows;
                received.push(Received { at, answered_at, request: request.clone() });
                received.len() - 1
            };
            sleep(self.times.0 + self.times.1 * request.rows).await;
            self.answer(&request, self.mistakes.get(&index))
        })
    }

    fn tables(&self, _: Instant) -> ListFuture<'_, ScopeTables> {
        Box::pin(async { Ok(ScopeTables::default()) })
    }
}
