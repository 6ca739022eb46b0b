//! Keeps one token for everybody: one request in flight, renewed at 80 % of its life.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tracing::{info, warn};

use crate::finding::Failure;
use crate::flight::Flight;
use crate::secret::Secret;

use super::api::Api;
use super::wire::Granted;

/// Pause after HubSoft refused the credentials. Each further try could lock the account.
const REFUSED_PAUSE: Duration = Duration::from_secs(5);

/// The token in use, shared so that two calls can tell whether they were refused the same one.
pub(super) type Token = Arc<Secret>;

/// The keeper of the token.
pub(super) struct Tokens {
    api: Arc<Api>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    flight: Option<Flight<Held>>,
    /// Until when nobody asks again, because the credentials were refused.
    refused_until: Option<Instant>,
}

#[derive(Clone)]
struct Held {
    token: Token,
    /// 80 % of its life is over: still good, but a new one is asked for.
    renew_at: Instant,
    expires_at: Instant,
}

impl Tokens {
    pub(super) fn new(api: Arc<Api>) -> Self {
        Self { api, state: Arc::default() }
    }

    /// The token to use now; asks for one when there is none.
    pub(super) async fn current(&self) -> Result<Token, Failure> {
        let flight = {
            let mut state = lock(&self.state);
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
        flight.landed().await.map(|held| held.token)
    }

    /// Forgets `token`, which HubSoft refused before its time: an update there voids them all.
    /// Whoever was refused an older one finds the newer one untouched.
    pub(super) fn refused(&self, token: &Token) {
        let mut state = lock(&self.state);
        if state.held.as_ref().is_some_and(|held| Arc::ptr_eq(&held.token, token)) {
            state.held = None;
        }
    }

    fn board(&self, state: &mut State, now: Instant) -> Result<Flight<Held>, Failure> {
        if let Some(flight) = &state.flight {
            return Ok(flight.clone());
        }
        if state.refused_until.is_some_and(|until| now < until) {
            return Err(Failure::Token);
        }
        let (api, shared) = (Arc::clone(&self.api), Arc::clone(&self.state));
        let fetch = async move { api.grant().await.map(Held::new) };
        let flight = Flight::start(fetch, move |result| land(&shared, result));
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

fn land(state: &Mutex<State>, result: &Result<Held, Failure>) {
    let mut state = lock(state);
    state.flight = None;
    state.refused_until = None;
    match result {
        Ok(held) => {
            state.held = Some(held.clone());
            info!("new HubSoft token");
        }
        Err(failure) => {
            warn!(failure = failure.label(), "no HubSoft token: {failure}");
            if *failure == Failure::Token {
                state.refused_until = Some(Instant::now() + REFUSED_PAUSE);
            }
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
