//! A HubSoft in the test's own process, behind bina's limiter, which waits for its slots as bina's client
//! does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use bina::domain::alert_text::AlertText;
use bina::domain::failure::Failure;
use bina::domain::finding::Record;
use bina::domain::local_time::LocalTime;
use bina::domain::reported::ReportedCustomer;
use bina::sources::alerts::{AlertFuture, AlertList, AlertPage, ListedAlert};
use bina::sources::directory::{CustomerList, ListFuture, ListPage, PageRequest, ScopeTables};
use bina::sources::limiter::{Limiter, NoSlot, Settings, Urgency};
use bina::sources::reasons;
use bina::sources::shared_request::Partial;
use bina::sources::source::{Budget, Fetch, Key, Sighting, Source};
use parking_lot::Mutex;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::dice::Dice;
use crate::outages::Outage;
use crate::population::{Population, tables};

pub(crate) const RATE: f64 = 10.0;
pub(crate) const BURST: u32 = 10;
/// Of the log-normal distribution: one answer in six takes more than 1.65 times the median.
const SIGMA: f64 = 0.5;
/// How long bina's client waits for an answer.
const ATTEMPT: Duration = Duration::from_secs(3);
/// A page of customers takes so long.
const PAGE_TIME: Duration = Duration::from_secs(2);

/// An alert of HubSoft that has begun.
pub(crate) struct Published {
    pub(crate) id: u64,
    pub(crate) text: String,
    pub(crate) outage: Outage,
    pub(crate) ends: Option<LocalTime>,
}

/// How HubSoft is at present.
struct Condition {
    median: Duration,
    is_dead: bool,
    dice: Dice,
}

/// The HubSoft of a provider.
pub(crate) struct StubHubsoft {
    pub(crate) population: Arc<Population>,
    limiter: Limiter,
    condition: Mutex<Condition>,
    alerts: Mutex<Vec<Published>>,
    calls: AtomicUsize,
    /// What was requested, and when.
    pub(crate) requests: Mutex<Vec<(Urgency, Instant)>>,
    /// Whether its list of customers takes time, and is behind the limiter as well.
    is_list_slow: AtomicBool,
}

impl StubHubsoft {
    pub(crate) fn new(population: Arc<Population>, median: Duration, seed: u64) -> Self {
        Self {
            population,
            limiter: Limiter::new(Settings { rate: RATE, burst: BURST }),
            condition: Mutex::new(Condition { median, is_dead: false, dice: Dice::new(seed) }),
            alerts: Mutex::default(),
            calls: AtomicUsize::new(0),
            requests: Mutex::default(),
            is_list_slow: AtomicBool::new(false),
        }
    }

    pub(crate) fn publish(&self, alert: Published) {
        self.alerts.lock().push(alert);
    }

    pub(crate) fn delete_alerts(&self) {
        self.alerts.lock().clear();
    }

    /// It accepts connections and answers nothing from now on.
    pub(crate) fn die(&self) {
        self.condition.lock().is_dead = true;
    }

    /// Its list of customers takes time from now on.
    pub(crate) fn slow_list(&self) {
        self.is_list_slow.store(true, Ordering::Relaxed);
    }

    /// Sends a request in a slot, as `sources/hubsoft/exchange.rs` does.
    async fn request(&self, budget: Budget) -> Result<(), Failure> {
        self.slot(budget).await?;
        self.requests.lock().push((budget.urgency, Instant::now()));
        let is_list = matches!(budget.urgency, Urgency::Bulk | Urgency::Feed);
        let start = Instant::now();
        let answered = timeout(ATTEMPT, self.answer_time()).await;
        if !is_list {
            self.limiter.took(start.elapsed());
        }
        answered.map_err(|_| reasons::TIMEOUT.failure())
    }

    async fn answer_time(&self) {
        let took = {
            let Condition { median, is_dead, dice } = &mut *self.condition.lock();
            (!*is_dead).then(|| dice.log_normal(*median, SIGMA))
        };
        match took {
            Some(took) => sleep(took).await,
            None => std::future::pending().await,
        }
    }

    async fn slot(&self, budget: Budget) -> Result<(), Failure> {
        loop {
            let now = Instant::now();
            let deadline = budget.deadline.max(now).into_std();
            match self.limiter.admit(now.into_std(), deadline, budget.urgency) {
                Ok(slot) => {
                    let slot = Instant::from_std(slot);
                    if slot > now {
                        sleep_until(slot).await;
                    }
                    return Ok(());
                }
                Err(NoSlot::NotBefore(at))
                    if budget.urgency != Urgency::SecondSpelling && at < deadline =>
                {
                    sleep_until(Instant::from_std(at)).await;
                }
                Err(NoSlot::Paused) => return Err(reasons::PAUSED.failure()),
                Err(_) => return Err(reasons::SHED.failure()),
            }
        }
    }

    /// The customer as an individual answer has him now.
    fn reported(&self, index: u32) -> ReportedCustomer {
        let alerts = self.alerts.lock();
        let concerns = |alert: &&Published| alert.outage.concerns(&self.population, index);
        let texts = alerts.iter().filter(concerns).filter_map(|alert| AlertText::new(&alert.text));
        let texts: Vec<_> = texts.collect();
        ReportedCustomer {
            id: (index + 1).to_string(),
            code: Population::code(index),
            name: format!("Cliente {index}"),
            alert: (!texts.is_empty()).then_some(texts),
            service_status: Some("servico_habilitado".into()),
            services: self.population.places(index),
            ..ReportedCustomer::default()
        }
    }

    fn page_of_alerts(&self) -> AlertPage {
        let alerts = self.alerts.lock();
        let listed = alerts.iter().map(|alert| ListedAlert {
            id: alert.id,
            is_published: true,
            text: AlertText::new(&alert.text),
            starts: None,
            ends: alert.ends,
            may_last: None,
            scope: alert.outage.scope(),
        });
        let total = Some(alerts.len() as u64);
        AlertPage {
            alerts: listed.collect(),
            unreadable: 0,
            number: Some(1),
            last: Some(1),
            total,
            newest: None,
        }
    }
}

impl Source for StubHubsoft {
    fn fetch<'a>(&'a self, key: &'a Key, budget: Budget, _: Partial<Sighting>) -> Fetch<'a> {
        Box::pin(async move {
            let Key::Phone(phone) = key else { return Err(reasons::REFUSED.failure()) };
            self.calls.fetch_add(1, Ordering::Relaxed);
            let answer = self.request(budget).await;
            self.calls.fetch_sub(1, Ordering::Relaxed);
            answer?;
            let found = self.population.with_number(phone);
            let customer = found.map(|index| self.reported(index));
            let places = customer.as_ref().map(|customer| customer.services.clone().into());
            let record = Record::new(customer.into_iter().collect());
            Ok(Sighting { places, ..Sighting::of_hubsoft(record) })
        })
    }
}

impl AlertList for StubHubsoft {
    fn alerts(&self, _: u32, deadline: Instant) -> AlertFuture<'_, AlertPage> {
        Box::pin(async move {
            self.request(Budget { deadline, urgency: Urgency::Feed }).await?;
            Ok(self.page_of_alerts())
        })
    }

    fn customer<'a>(
        &'a self,
        code: &'a str,
        urgency: Urgency,
        deadline: Instant,
    ) -> AlertFuture<'a, Option<ReportedCustomer>> {
        Box::pin(async move {
            self.request(Budget { deadline, urgency }).await?;
            Ok(Population::with_code(code).map(|index| self.reported(index)))
        })
    }
}

impl CustomerList for StubHubsoft {
    fn page(&self, request: PageRequest) -> ListFuture<'_, ListPage> {
        Box::pin(async move {
            if self.is_list_slow.load(Ordering::Relaxed) {
                let urgency = Urgency::Bulk;
                self.slot(Budget { deadline: request.deadline, urgency }).await?;
                self.requests.lock().push((urgency, Instant::now()));
                sleep(PAGE_TIME).await;
            }
            let from = (request.number * request.rows) as usize;
            let rows = self.population.listed.iter().skip(from).take(request.rows as usize);
            Ok(ListPage {
                customers: rows.cloned().collect(),
                unreadable: 0,
                number: Some(request.number),
                last: Some((self.population.listed.len() as u32).div_ceil(request.rows) - 1),
                total: Some(self.population.listed.len() as u64),
            })
        })
    }

    fn is_busy(&self) -> bool {
        self.calls.load(Ordering::Relaxed) > 0
    }

    fn tables(&self, _: Instant) -> ListFuture<'_, ScopeTables> {
        Box::pin(async { Ok(tables()) })
    }
}
