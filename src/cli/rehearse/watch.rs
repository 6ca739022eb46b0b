//! Stands between the lookup and HubSoft to note why a caller got no answer from there.
//!
//! An answer says `unavailable` and nothing more: the reason is for the log. As every caller of
//! a rehearsal is asked for at most once, what became of the request tells the reason.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::domain::failure::Failure;
use crate::domain::phone::Phone;
use crate::sources::hubsoft::HubSoft;
use crate::sources::reasons;
use crate::sources::shared_request::Partial;
use crate::sources::source::{Budget, Fetch, Key, Sighting, Source};

/// A source that remembers what became of each request.
pub(super) struct Watched {
    requests_max: usize,
    state: Mutex<State>,
}

struct State {
    hubsoft: Arc<HubSoft>,
    requests: HashMap<Key, Request>,
    under_way: usize,
}

enum Request {
    Answered,
    Failed(Failure),
    UnderWay,
}

impl Watched {
    /// Watches `hubsoft`, of which the lookup wants at most `requests_max` requests at once.
    pub(super) fn new(hubsoft: Arc<HubSoft>, requests_max: usize) -> Self {
        let state = State { hubsoft, requests: HashMap::new(), under_way: 0 };
        Self { requests_max, state: Mutex::new(state) }
    }

    /// From now on asks `hubsoft`, and forgets what was noted.
    pub(super) fn ask(&self, hubsoft: Arc<HubSoft>) {
        let mut state = self.state.lock();
        state.hubsoft = hubsoft;
        state.requests.clear();
    }

    /// Why the call of `phone`, just answered, could not be told more.
    pub(super) fn reason(&self, phone: &Phone) -> Failure {
        let state = self.state.lock();
        match state.requests.get(&Key::from(*phone)) {
            Some(Request::Failed(failure)) => failure.clone(),
            Some(Request::Answered | Request::UnderWay) => reasons::DEADLINE.failure(),
            // It did not come this far.
            None if state.under_way >= self.requests_max => reasons::BUSY.failure(),
            None => reasons::BREAKER_OPEN.failure(),
        }
    }
}

impl Source for Watched {
    fn fetch<'a>(&'a self, key: &'a Key, budget: Budget, partial: Partial<Sighting>) -> Fetch<'a> {
        Box::pin(async move {
            let hubsoft = {
                let mut state = self.state.lock();
                state.under_way += 1;
                state.requests.insert(*key, Request::UnderWay);
                Arc::clone(&state.hubsoft)
            };
            let result = hubsoft.fetch(key, budget, partial).await;
            let mut state = self.state.lock();
            state.under_way -= 1;
            let request = result
                .as_ref()
                .map_or_else(|failure| Request::Failed(failure.clone()), |_| Request::Answered);
            state.requests.insert(*key, request);
            drop(state);
            result
        })
    }
}
