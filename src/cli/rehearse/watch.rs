//! A source between the lookup and HubSoft that records why a caller got no answer from there.
//!
//! An answer has only the status `unavailable`; its reason is logged. A rehearsal requests every
//! caller at most once, so the outcome of the request determines the reason.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::domain::failure::Failure;
use crate::domain::phone::Phone;
use crate::sources::hubsoft::HubSoft;
use crate::sources::reasons;
use crate::sources::shared_request::Partial;
use crate::sources::source::{Budget, Fetch, Key, Sighting, Source};

/// A source that records the outcome of each request.
pub(super) struct RecordingSource {
    requests_max: usize,
    state: Mutex<Records>,
}

struct Records {
    hubsoft: Arc<HubSoft>,
    requests: HashMap<Key, RequestState>,
    in_flight: usize,
}

enum RequestState {
    Answered,
    Failed(Failure),
    InFlight,
}

impl RecordingSource {
    /// Forwards to `hubsoft`; the lookup makes at most `requests_max` requests at a time.
    pub(super) fn new(hubsoft: Arc<HubSoft>, requests_max: usize) -> Self {
        let state = Records { hubsoft, requests: HashMap::new(), in_flight: 0 };
        Self { requests_max, state: Mutex::new(state) }
    }

    /// Forwards to `hubsoft` from now on, and discards the records.
    pub(super) fn forward_to(&self, hubsoft: Arc<HubSoft>) {
        let mut state = self.state.lock();
        state.hubsoft = hubsoft;
        state.requests.clear();
    }

    /// Why the call of `phone`, just answered, was unavailable.
    pub(super) fn reason(&self, phone: &Phone) -> Failure {
        let state = self.state.lock();
        match state.requests.get(&Key::from(*phone)) {
            Some(RequestState::Failed(failure)) => failure.clone(),
            Some(RequestState::Answered | RequestState::InFlight) => reasons::DEADLINE.failure(),
            // The lookup made no request.
            None if state.in_flight >= self.requests_max => reasons::BUSY.failure(),
            None => reasons::BREAKER_OPEN.failure(),
        }
    }
}

impl Source for RecordingSource {
    fn fetch<'a>(&'a self, key: &'a Key, budget: Budget, partial: Partial<Sighting>) -> Fetch<'a> {
        Box::pin(async move {
            let hubsoft = {
                let mut state = self.state.lock();
                state.in_flight += 1;
                state.requests.insert(*key, RequestState::InFlight);
                Arc::clone(&state.hubsoft)
            };
            let result = hubsoft.fetch(key, budget, partial).await;
            let mut state = self.state.lock();
            state.in_flight -= 1;
            let request = result.as_ref().map_or_else(
                |failure| RequestState::Failed(failure.clone()),
                |_| RequestState::Answered,
            );
            state.requests.insert(*key, request);
            drop(state);
            result
        })
    }
}
