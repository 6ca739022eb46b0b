//! Puts questions to HubSoft: one token, one limiter and one ration of second tries for all of them.

use std::sync::Arc;
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

/// Time that must be left of a call for a second try to be of use.
const RETRY_LEFT_MIN: Duration = Duration::from_millis(300);

/// The way to one HubSoft and back.
pub(super) struct Exchange {
    api: Arc<Api>,
    tokens: TokenKeeper,
    limiter: Arc<Limiter>,
    retries: Arc<Retries>,
    metrics: HubsoftMetrics,
}

impl Exchange {
    /// Sends nothing yet. It needs tokio's runtime for its background work.
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
        Ok(Self { api, tokens, limiter, retries: Arc::new(Retries::new()), metrics })
    }

    /// The same HubSoft with other settings. The token goes on, and so does every pause: whoever
    /// reloads often must not request more often.
    pub(super) fn renewed(&self, settings: Settings, dns: Dns) -> Result<Self, SetupError> {
        self.limiter.adjust(settings.limiter.clone(), Instant::now().into_std());
        let new = Self::new(settings, dns, self.api.tasks(), self.metrics.clone())?;
        Ok(Self {
            tokens: self.tokens.renewed(Arc::clone(&new.api)),
            limiter: Arc::clone(&self.limiter),
            retries: Arc::clone(&self.retries),
            ..new
        })
    }

    pub(super) fn metrics(&self) -> &HubsoftMetrics {
        &self.metrics
    }

    /// Sets the gauge of the limiter.
    pub(super) fn measure(&self) {
        self.metrics.limiter_rate.set(self.limiter.rate());
    }

    pub(super) fn api(&self) -> &Api {
        &self.api
    }

    pub(super) fn limiter(&self) -> &Limiter {
        &self.limiter
    }

    /// What came of the last request for a token.
    pub(super) fn token_result(&self) -> &'static str {
        self.tokens.result()
    }

    pub(super) fn second_tries(&self) -> u64 {
        self.retries.spent()
    }

    /// Gets a token before there is a query. A failure is logged already, and the next query
    /// tries again.
    pub(super) async fn warm(&self) -> Result<(), Failure> {
        self.tokens.current().await.map(|_| ())
    }

    /// Puts a query, with a new token if the first one is refused.
    pub(super) async fn answer<Q: Query>(
        &self,
        query: &Q,
        budget: Budget,
    ) -> Result<Q::Answer, Failure> {
        // Or each call would be told of a missing token, and not of what is missing for one.
        self.api.usable()?;
        let token = self.tokens.current().await?;
        let answer = match self.tried(query, budget, &token).await {
            Err(failure) if failure.is(&reasons::TOKEN) => {
                self.tokens.refused(&token);
                let renewed = self.tokens.current().await?;
                let answer = self.in_slot(query, budget, &renewed).await;
                // Another query may be answered with the new token. If it is not, that one replaces it.
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

    /// Makes one request, and a second one when the connection broke under the first: HubSoft
    /// may close an idle connection at the very moment it is used.
    async fn tried<Q: Query>(
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

    /// Makes one request in a slot of the limiter.
    async fn in_slot<Q: Query>(
        &self,
        query: &Q,
        budget: Budget,
        token: &Token,
    ) -> Result<Q::Answer, Failure> {
        slot(&self.limiter, budget).await?;
        let start = Instant::now();
        let answer = self.api.ask(query, token).await;
        let took = start.elapsed();
        self.metrics.requests.count(&answer);
        self.metrics.duration.observe(took);
        self.learn(answer.as_ref().err(), took, budget.urgency);
        answer
    }

    /// Lets the limiter learn from a request.
    fn learn(&self, failure: Option<&Failure>, took: Duration, urgency: Urgency) {
        let now = Instant::now().into_std();
        if failure.is_some_and(|failure| failure.is(&reasons::THROTTLED)) {
            self.limiter.throttled(now);
        }
        if let Some(pause) = failure.and_then(Failure::requested_pause) {
            self.limiter.pause(now, pause);
        }
        // For none of these was an answer waited for.
        let unanswered = [
            &reasons::BROKEN,
            &reasons::CONNECT,
            &reasons::THROTTLED,
            &reasons::TLS,
            &reasons::UNAVAILABLE,
        ];
        // A list takes longer than a look-up, and is no measure for a call.
        let is_list = matches!(urgency, Urgency::Bulk | Urgency::Feed);
        if !is_list && !failure.is_some_and(|failure| failure.is_any(&unanswered)) {
            self.limiter.took(took);
        }
    }
}

/// Waits for a slot of the limiter. A call that cannot have one in time gets none at once, and so
/// does a second spelling, which may do without; other requests wait until their deadline.
async fn slot(limiter: &Limiter, budget: Budget) -> Result<(), Failure> {
    loop {
        let now = Instant::now();
        // Past the deadline a request still feeds the next call's answer, but takes no slot that
        // another call could use: only one that is free now.
        let deadline = budget.deadline.max(now).into_std();
        match limiter.admit(now.into_std(), deadline, budget.urgency) {
            Ok(slot) => {
                let slot = Instant::from_std(slot);
                // tokio's timer counts whole milliseconds, and would wait for the next one even for a
                // slot that has come.
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

    /// How long a request waits for its slot after a call has taken the only one of a second.
    async fn waited(urgency: Urgency, patience: Duration) -> Result<Duration, Failure> {
        let limiter = Limiter::new(limiter::Settings { rate: 1.0, burst: 1 });
        let start = Instant::now();
        let budget = |urgency| Budget { deadline: start + patience, urgency };
        slot(&limiter, budget(Urgency::Call)).await.expect("a full bucket");
        slot(&limiter, budget(urgency)).await.map(|()| start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_waits_for_its_slot_until_its_deadline_and_a_second_spelling_not_at_all() {
        let shed = Err(reasons::SHED.failure());
        for (urgency, patience, expected) in [
            (Urgency::Feed, 5 * SECOND, Ok(SECOND)),
            (Urgency::Probe, 5 * SECOND, Ok(SECOND * 5 / 4)),
            (Urgency::Bulk, 5 * SECOND, Ok(SECOND * 3 / 2)),
            (Urgency::Bulk, SECOND, shed.clone()),
            (Urgency::Call, SECOND, shed.clone()),
            (Urgency::SecondSpelling, 5 * SECOND, shed.clone()),
        ] {
            assert_eq!(waited(urgency, patience).await, expected, "{urgency:?} {patience:?}");
        }
    }
}
