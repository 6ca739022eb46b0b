//! Caches one token for all queries: one shared request, renewal at 80 % of its life.
//!
//! A failed token request is not repeated immediately, and each refusal of the credentials doubles the
//! pause: `/oauth/token` allows few requests, and too many could lock the account. If HubSoft did not
//! answer, nothing was refused, and a pause of one second is enough.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::time::Instant;
use tracing::{error, info};

use crate::domain::failure::Failure;
use crate::runtime::jitter::jittered;
use crate::runtime::secret::Secret;
use crate::sources::reasons;
use crate::sources::shared_request::SharedRequest;

use super::api::Api;
use super::grant::Granted;
use super::metrics::Results;

/// Minimum pause after an answer without a token: 5 s with ten per cent of jitter.
const PAUSE_MIN: Duration = Duration::from_millis(5_600);
/// Pause after a request that HubSoft did not answer: 1 s with ten per cent of jitter.
const UNANSWERED: Duration = Duration::from_millis(1_120);
/// Maximum pause while HubSoft refuses the credentials.
const PAUSE_MAX: Duration = Duration::from_secs(5 * 60);
/// Maximum pause that HubSoft can request; with jitter, a little above a minute.
const REQUESTED_MAX: Duration = Duration::from_secs(60);
/// If a token is refused so soon after another one, new tokens do not help.
const STORM: Duration = Duration::from_secs(5);

/// The current token, shared so that two calls can compare the tokens that were refused.
pub(super) type Token = Arc<Secret>;

/// Minimum interval between two log lines for the same failure.
const LOG_INTERVAL: Duration = Duration::from_secs(60);

/// The current token, and the client that renews it.
pub(super) struct TokenKeeper {
    api: Arc<Api>,
    state: SharedTokenState,
    results: Results,
}

/// The token and the pauses between token requests, which may outlive the client.
#[derive(Clone)]
pub(super) struct SharedTokenState(Arc<Mutex<TokenState>>);

struct TokenState {
    held: Option<HeldToken>,
    request: Option<SharedRequest<HeldToken>>,
    /// The time before which no token is requested.
    paused_until: Option<Instant>,
    /// The next pause, if refusals continue.
    pause: Duration,
    /// When a token was last refused before its expiry.
    refused_at: Option<Instant>,
    /// The result of the last token request.
    result: &'static str,
    /// The last logged failure, and its time.
    logged: Option<(&'static str, Instant)>,
}

#[derive(Clone)]
struct HeldToken {
    token: Token,
    /// After 80 % of its life: it is still valid, but a new one is requested.
    renew_at: Instant,
    expires_at: Instant,
}

impl TokenKeeper {
    /// Requests tokens with `api`, starting with those in `state`.
    pub(super) fn new(api: Arc<Api>, state: SharedTokenState, results: Results) -> Self {
        Self { api, state, results }
    }

    /// The same token and pauses for another client of the same HubSoft.
    pub(super) fn renewed(&self, api: Arc<Api>) -> Self {
        Self { api, state: self.state.clone(), results: self.results.clone() }
    }

    /// Returns the result of the last token request: `usable`, `refused`, `not asked for yet`, or another
    /// reason why there is no token.
    pub(super) fn result(&self) -> &'static str {
        self.state.lock().result
    }

    /// Returns the current token, and requests one if there is none.
    pub(super) async fn current(&self) -> Result<Token, Failure> {
        let request = {
            let mut state = self.state.lock();
            let now = Instant::now();
            if let Some(held) = state.held.as_ref().filter(|held| now < held.renew_at) {
                return Ok(Arc::clone(&held.token));
            }
            let request = self.join(&mut state, now);
            if let Some(held) = state.held.as_ref().filter(|held| now < held.expires_at) {
                return Ok(Arc::clone(&held.token));
            }
            request?
        };
        request.completed().await.map(|held| held.token)
    }

    /// Drops `token`, which HubSoft refused before its expiry: an update of HubSoft voids all tokens. If
    /// the current token is a newer one, it is kept.
    pub(super) fn refused(&self, token: &Token) {
        let mut state = self.state.lock();
        if !state.held.as_ref().is_some_and(|held| Arc::ptr_eq(&held.token, token)) {
            return;
        }
        let now = Instant::now();
        state.held = None;
        if state.refused_at.is_some_and(|at| now < at + STORM) {
            state.rest(now, &reasons::TOKEN.failure());
        }
        state.refused_at = Some(now);
    }

    /// Resets the pause, because a query was answered.
    pub(super) fn accepted(&self) {
        self.state.lock().pause = PAUSE_MIN;
    }

    /// Joins the token request, or starts one unless there is a pause.
    fn join(
        &self,
        state: &mut TokenState,
        now: Instant,
    ) -> Result<SharedRequest<HeldToken>, Failure> {
        if let Some(request) = &state.request {
            return Ok(request.clone());
        }
        if state.paused_until.is_some_and(|until| now < until) {
            return Err(reasons::NO_TOKEN.failure());
        }
        let api = Arc::clone(&self.api);
        let shared = self.state.clone();
        let results = self.results.clone();
        let fetch = async move { api.grant().await.map(HeldToken::new) };
        let request = SharedRequest::start(fetch, move |result| {
            results.count(result);
            shared.lock().complete(result);
        });
        state.request = Some(request.clone());
        Ok(request)
    }
}

impl HeldToken {
    fn new(granted: Granted) -> Self {
        let now = Instant::now();
        Self {
            token: Arc::new(granted.token),
            renew_at: now + granted.life.mul_f64(0.8),
            expires_at: now + granted.life,
        }
    }
}

impl Default for SharedTokenState {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(TokenState {
            held: None,
            request: None,
            paused_until: None,
            pause: PAUSE_MIN,
            refused_at: None,
            result: "not asked for yet",
            logged: None,
        })))
    }
}

impl SharedTokenState {
    fn lock(&self) -> MutexGuard<'_, TokenState> {
        self.0.lock()
    }
}

impl TokenState {
    fn complete(&mut self, result: &Result<HeldToken, Failure>) {
        self.request = None;
        self.paused_until = None;
        self.result = match result {
            Ok(_) => "usable",
            Err(failure) if failure.is(&reasons::TOKEN) => "refused",
            Err(failure) => failure.label(),
        };
        match result {
            Ok(held) => {
                self.held = Some(held.clone());
                self.logged = None;
                info!("new HubSoft token");
            }
            Err(failure) => {
                let now = Instant::now();
                self.log(now, failure);
                self.rest(now, failure);
            }
        }
    }

    /// Logs a failure, but not repeatedly while it continues.
    fn log(&mut self, now: Instant, failure: &Failure) {
        let label = failure.label();
        let is_repeated =
            self.logged.is_some_and(|(last, at)| last == label && now < at + LOG_INTERVAL);
        if !is_repeated {
            error!(failure = %label, "no HubSoft token: {failure}");
            self.logged = Some((label, now));
        }
    }

    /// Pauses token requests. The pause grows while HubSoft refuses the credentials, but not while it is
    /// unreachable, so that calls are answered soon after it recovers.
    fn rest(&mut self, now: Instant, failure: &Failure) {
        let unanswered = [&reasons::BROKEN, &reasons::CONNECT, &reasons::FIREWALL, &reasons::TLS];
        let is_refusal = failure.is(&reasons::TOKEN);
        let pause = match failure.requested_pause() {
            _ if is_refusal => self.pause,
            Some(requested) => PAUSE_MIN.max(requested).min(REQUESTED_MAX),
            None if failure.is_any(&unanswered) => UNANSWERED,
            None => PAUSE_MIN,
        };
        self.paused_until = Some(now + jittered(pause));
        if is_refusal {
            self.pause = (self.pause * 2).min(PAUSE_MAX);
        }
    }
}
