//! Keeps one token for everybody: one request in flight, renewed at 80 % of its life.
//!
//! A request for a token that fails is not repeated at once, and each refusal of the credentials
//! doubles the pause: `/oauth/token` allows few requests, and too many could lock the account. After
//! one that brought no answer of HubSoft's own, nothing was refused, and a second is enough.

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

/// Shortest pause after an answer that brought no token: 5 s when jitter takes ten per cent off.
const PAUSE_MIN: Duration = Duration::from_millis(5_600);
/// Pause after a request that HubSoft did not answer: 1 s when jitter takes ten per cent off.
const UNANSWERED: Duration = Duration::from_millis(1_120);
/// Longest pause while HubSoft goes on refusing us.
const PAUSE_MAX: Duration = Duration::from_secs(5 * 60);
/// Longest pause that HubSoft can ask for; with jitter, a little above a minute.
const ASKED_MAX: Duration = Duration::from_secs(60);
/// A token refused so soon after another one means that new tokens do not help.
const STORM: Duration = Duration::from_secs(5);

/// The token in use, shared so that two calls can tell whether they were refused the same one.
pub(super) type Token = Arc<Secret>;

/// How often the same failure is logged while it goes on.
const TOLD_AGAIN: Duration = Duration::from_secs(60);

/// The keeper of the token.
pub(super) struct TokenKeeper {
    api: Arc<Api>,
    state: SharedTokenState,
    results: Results,
}

/// The token and the pauses between requests for one, which may outlive the client that asks.
#[derive(Clone)]
pub(super) struct SharedTokenState(Arc<Mutex<TokenState>>);

struct TokenState {
    held: Option<Held>,
    flight: Option<SharedRequest<Held>>,
    /// Until when nobody asks for a token again.
    paused_until: Option<Instant>,
    /// How long the next pause is, if refusals go on.
    pause: Duration,
    /// When a token was last refused before its time.
    refused_at: Option<Instant>,
    /// What came of the last request for a token.
    result: &'static str,
    /// The failure that was logged last, and when.
    told: Option<(&'static str, Instant)>,
}

#[derive(Clone)]
struct Held {
    token: Token,
    /// 80 % of its life is over: still good, but a new one is asked for.
    renew_at: Instant,
    expires_at: Instant,
}

impl TokenKeeper {
    /// Asks through `api`, and goes on with what `state` holds.
    pub(super) fn new(api: Arc<Api>, state: SharedTokenState, results: Results) -> Self {
        Self { api, state, results }
    }

    /// The same token and pauses for another client of the same HubSoft.
    pub(super) fn renewed(&self, api: Arc<Api>) -> Self {
        Self { api, state: self.state.clone(), results: self.results.clone() }
    }

    /// What came of the last request for a token: `usable`, `refused`, `not asked for yet`, or another
    /// reason why there is none.
    pub(super) fn result(&self) -> &'static str {
        self.state.lock().result
    }

    /// The token to use now; asks for one when there is none.
    pub(super) async fn current(&self) -> Result<Token, Failure> {
        let flight = {
            let mut state = self.state.lock();
            let now = Instant::now();
            if let Some(held) = state.held.as_ref().filter(|held| now < held.renew_at) {
                return Ok(Arc::clone(&held.token));
            }
            let flight = self.board(&mut state, now);
            if let Some(held) = state.held.as_ref().filter(|held| now < held.expires_at) {
                return Ok(Arc::clone(&held.token));
            }
            flight?
        };
        flight.completed().await.map(|held| held.token)
    }

    /// Forgets `token`, which HubSoft refused before its time: an update there voids them all.
    /// Whoever was refused an older one finds the newer one untouched.
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

    /// A lookup was answered: whatever the trouble was, it is over.
    pub(super) fn accepted(&self) {
        self.state.lock().pause = PAUSE_MIN;
    }

    fn board(&self, state: &mut TokenState, now: Instant) -> Result<SharedRequest<Held>, Failure> {
        if let Some(flight) = &state.flight {
            return Ok(flight.clone());
        }
        if state.paused_until.is_some_and(|until| now < until) {
            return Err(reasons::NO_TOKEN.failure());
        }
        let (api, shared) = (Arc::clone(&self.api), self.state.clone());
        let results = self.results.clone();
        let fetch = async move { api.grant().await.map(Held::new) };
        let flight = SharedRequest::start(fetch, move |result| {
            results.count(result);
            shared.lock().land(result);
        });
        state.flight = Some(flight.clone());
        Ok(flight)
    }
}

impl Held {
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
            flight: None,
            paused_until: None,
            pause: PAUSE_MIN,
            refused_at: None,
            result: "not asked for yet",
            told: None,
        })))
    }
}

impl SharedTokenState {
    fn lock(&self) -> MutexGuard<'_, TokenState> {
        self.0.lock()
    }
}

impl TokenState {
    fn land(&mut self, result: &Result<Held, Failure>) {
        self.flight = None;
        self.paused_until = None;
        self.result = match result {
            Ok(_) => "usable",
            Err(failure) if failure.is(&reasons::TOKEN) => "refused",
            Err(failure) => failure.label(),
        };
        match result {
            Ok(held) => {
                self.held = Some(held.clone());
                self.told = None;
                info!("new HubSoft token");
            }
            Err(failure) => {
                let now = Instant::now();
                self.tell(now, failure);
                self.rest(now, failure);
            }
        }
    }

    /// Logs a failure, but not each second while it goes on.
    fn tell(&mut self, now: Instant, failure: &Failure) {
        let label = failure.label();
        let known = self.told.is_some_and(|(told, at)| told == label && now < at + TOLD_AGAIN);
        if !known {
            error!(failure = %label, "no HubSoft token: {failure}");
            self.told = Some((label, now));
        }
    }

    /// Lets nobody ask for a while; longer each time HubSoft refuses us, but not when it is
    /// merely away, so that calls are answered soon after it is back.
    fn rest(&mut self, now: Instant, failure: &Failure) {
        let unanswered = [&reasons::BROKEN, &reasons::CONNECT, &reasons::FIREWALL, &reasons::TLS];
        let refused = failure.is(&reasons::TOKEN);
        let pause = match failure.requested_pause() {
            _ if refused => self.pause,
            Some(asked) => PAUSE_MIN.max(asked).min(ASKED_MAX),
            None if failure.is_any(&unanswered) => UNANSWERED,
            None => PAUSE_MIN,
        };
        self.paused_until = Some(now + jittered(pause));
        if refused {
            self.pause = (self.pause * 2).min(PAUSE_MAX);
        }
    }
}
