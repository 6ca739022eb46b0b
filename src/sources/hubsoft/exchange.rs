//! Runs queries to HubSoft with a shared token, limiter and retry budget.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::domain::failure::Failure;
use crate::runtime::tasks::Tasks;
use crate::sources::limiter::{Limiter, NoSlot, Urgency};
use crate::sources::reasons;
use crate::sources::source::Budget;

use super::Settings;
use super::api::{Api, SetupError};
use super::metrics::HubsoftMetrics;
use super::query::Query;
use super::resolver::Dns;
use super::retries::Retries;
use super::token::{SharedTokenState, Token, TokenKeeper};

/// Minimum remaining time of a call for a retry.
const RETRY_LEFT_MIN: Duration = Duration::from_millis(300);

/// The queries to one HubSoft.
pub(super) struct Exchange {
    api: Arc<Api>,
    tokens: TokenKeeper,
    limiter: Arc<Limiter>,
    retries: Arc<Retries>,
    metrics: HubsoftMetrics,
    calls: Arc<CallsInProgress>,
}

/// Counts the requests for calls, so that background work pauses meanwhile.
#[derive(Default)]
struct CallsInProgress(AtomicUsize);

impl CallsInProgress {
    /// Counts a request until the value is dropped, if it is one for a call.
    fn begin(&self, urgency: Urgency) -> Option<CallInProgress<'_>> {
        urgency.is_for_call().then(|| {
            self.0.fetch_add(1, Ordering::Relaxed);
            CallInProgress(self)
        })
    }
}

/// One request for a call.
struct CallInProgress<'a>(&'a CallsInProgress);

impl Drop for CallInProgress<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Exchange {
    /// Sends no request. It needs a tokio runtime for its background tasks.
    pub(super) fn new(
        settings: Settings,
        dns: Dns,
        tasks: &Tasks,
        metrics: HubsoftMetrics,
    ) -> Result<Self, SetupError> {
        let limiter = Arc::new(Limiter::new(settings.limiter.clone()));
        let api = Arc::new(Api::new(settings, dns, tasks, metrics.dns.clone())?);
        let results = metrics.tokens.clone();
        let tokens = TokenKeeper::new(Arc::clone(&api), SharedTokenState::default(), results);
        let (retries, calls) = (Arc::new(Retries::new()), Arc::default());
        Ok(Self { api, tokens, limiter, retries, metrics, calls })
    }

    /// The same HubSoft with other settings. Token and pauses are kept, so that frequent reloads do not
    /// cause more requests.
    pub(super) fn renewed(&self, settings: Settings, dns: Dns) -> Result<Self, SetupError> {
        self.limiter.adjust(settings.limiter.clone(), Instant::now().into_std());
        let new = Self::new(settings, dns, self.api.tasks(), self.metrics.clone())?;
        Ok(Self {
            tokens: self.tokens.renewed(Arc::clone(&new.api)),
            limiter: Arc::clone(&self.limiter),
            retries: Arc::clone(&self.retries),
            calls: Arc::clone(&self.calls),
            ..new
        })
    }

    /// Whether requests for calls are in progress.
    pub(super) fn has_calls(&self) -> bool {
        self.calls.0.load(Ordering::Relaxed) > 0
    }

    pub(super) fn metrics(&self) -> &HubsoftMetrics {
        &self.metrics
    }

    /// Sets the gauge of the limiter.
    pub(super) fn measure(&self) {
        let now = Instant::now().into_std();
        self.metrics.limiter_rate.set(self.limiter.rate(now));
    }

    pub(super) fn api(&self) -> &Api {
        &self.api
    }

    pub(super) fn limiter(&self) -> &Limiter {
        &self.limiter
    }

    /// The result of the last token request.
    pub(super) fn token_result(&self) -> &'static str {
        self.tokens.result()
    }

    pub(super) fn second_tries(&self) -> u64 {
        self.retries.spent()
    }

    /// Obtains a token before the first query. A failure is logged, and the next query tries again.
    pub(super) async fn warm(&self) -> Result<(), Failure> {
        self.tokens.current().await.map(|_| ())
    }

    /// Runs a query, again with a new token if the first one is refused.
    pub(super) async fn run<Q: Query>(
        &self,
        query: &Q,
        budget: Budget,
    ) -> Result<Q::Answer, Failure> {
        let _call = self.calls.begin(budget.urgency);
        // Checked first, because otherwise each call would report a missing token and not its cause.
        self.api.usable()?;
        let token = self.tokens.current().await?;
        let answer = match self.with_retry(query, budget, &token).await {
            Err(failure) if failure.is(&reasons::TOKEN) && !query.renews_token() => {
                return Err(query.forbidden());
            }
            Err(failure) if failure.is(&reasons::TOKEN) => {
                self.tokens.refused(&token);
                let renewed = self.tokens.current().await?;
                let answer = self.in_slot(query, budget, &renewed).await;
                // Another query may succeed with the new token. If not, that query replaces it.
                if answer.as_ref().is_err_and(|failure| failure.is(&reasons::TOKEN)) {
                    return Err(reasons::UNAUTHORIZED.failure());
                }
                answer?
            }
            answer => answer?,
        };
        self.tokens.accepted();
        Ok(answer)
    }

    /// Sends a request, and retries if the connection broke: HubSoft may close an idle connection at the
    /// moment it is used.
    async fn with_retry<Q: Query>(
        &self,
        query: &Q,
        budget: Budget,
        token: &Token,
    ) -> Result<Q::Answer, Failure> {
        self.retries.earn();
        match self.in_slot(query, budget, token).await {
            Err(failure)
                if failure.is(&reasons::BROKEN)
                    && budget.deadline.duration_since(Instant::now()) >= RETRY_LEFT_MIN
                    && self.retries.spend() =>
            {
                self.metrics.retries.inc();
                self.in_slot(query, budget, token).await
            }
            answer => answer,
        }
    }

    /// Sends one request in a slot of the limiter.
    async fn in_slot<Q: Query>(
        &self,
        query: &Q,
        budget: Budget,
        token: &Token,
    ) -> Result<Q::Answer, Failure> {
        slot(&self.limiter, budget).await?;
        let start = Instant::now();
        let answer = self.api.send_query(query, token).await;
        let took = start.elapsed();
        self.metrics.requests.count(&answer);
        self.update_limiter(answer.as_ref().err(), budget.urgency);
        // Neither a list nor a probe, which may be many at once, predicts the latency of a call.
        if budget.urgency.is_for_call() {
            self.measure_latency(answer.as_ref().err(), took);
        }
        answer
    }

    /// Slows the limiter down if HubSoft requests it: for background work, only background work.
    fn update_limiter(&self, failure: Option<&Failure>, urgency: Urgency) {
        let now = Instant::now().into_std();
        if failure.is_some_and(|failure| failure.is(&reasons::THROTTLED)) {
            self.limiter.throttled(now, urgency);
        }
        if let Some(pause) = failure.and_then(Failure::requested_pause) {
            self.limiter.pause(now, pause, urgency);
        }
    }

    /// Updates the latency of a lookup, by which the limiter predicts that of the next ones.
    fn measure_latency(&self, failure: Option<&Failure>, took: Duration) {
        self.metrics.duration.observe(took);
        // These failures do not measure the latency of an answer.
        let unanswered = [
            &reasons::BROKEN,
            &reasons::CONNECT,
            &reasons::THROTTLED,
            &reasons::TLS,
            &reasons::UNAVAILABLE,
        ];
        if !failure.is_some_and(|failure| failure.is_any(&unanswered)) {
            self.limiter.took(took);
        }
    }
}

/// Waits for a slot of the limiter until the deadline. A call for which the slot is too late fails
/// immediately, and so does a second spelling, which is optional.
async fn slot(limiter: &Limiter, budget: Budget) -> Result<(), Failure> {
    loop {
        let now = Instant::now();
        // After its deadline a request still fills the cache for the next call, but only in a slot that
        // is free now, so that it takes none from another call.
        let deadline = budget.deadline.max(now).into_std();
        match limiter.admit(now.into_std(), deadline, budget.urgency) {
            Ok(slot) => {
                let slot = Instant::from_std(slot);
                // The timer of tokio rounds up to the next millisecond, even for a slot that is due.
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
            Err(no_slot) => return Err(no_slot.into()),
        }
    }
}

impl From<NoSlot> for Failure {
    fn from(no_slot: NoSlot) -> Self {
        match no_slot {
            NoSlot::Late | NoSlot::NotBefore(_) => reasons::SHED.failure(),
            NoSlot::Paused => reasons::PAUSED.failure(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::limiter;

    const SECOND: Duration = Duration::from_secs(1);

    /// Returns how long a request waits for its slot after a call has taken the only one of a second.
    async fn waited(urgency: Urgency, timeout: Duration) -> Result<Duration, Failure> {
        let limiter = Limiter::new(limiter::Settings { rate: 1.0, burst: 1 });
        let start = Instant::now();
        let budget = |urgency| Budget { deadline: start + timeout, urgency };
        slot(&limiter, budget(Urgency::Call)).await.expect("a full bucket");
        slot(&limiter, budget(urgency)).await.map(|()| start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_waits_for_its_slot_unless_it_is_a_second_spelling() {
        let shed = Err(reasons::SHED.failure());
        for (urgency, timeout, expected) in [
            (Urgency::Feed, 5 * SECOND, Ok(SECOND)),
            (Urgency::Probe, 5 * SECOND, Ok(SECOND * 5 / 4)),
            (Urgency::Bulk, 5 * SECOND, Ok(SECOND * 3 / 2)),
            (Urgency::Screen, 5 * SECOND, Ok(SECOND * 3 / 2)),
            (Urgency::Bulk, SECOND, shed.clone()),
            (Urgency::Screen, SECOND, shed.clone()),
            (Urgency::Call, SECOND, shed.clone()),
            (Urgency::SecondSpelling, 5 * SECOND, shed.clone()),
        ] {
            assert_eq!(waited(urgency, timeout).await, expected, "{urgency:?} {timeout:?}");
        }
    }
}
