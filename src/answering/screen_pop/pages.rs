//! Which pages were opened, so that only those are closed. A call is kept as a digest with the key of this
//! process, from which no number can be read.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::agent_call::AgentCall;

/// Pages that are remembered; a call center has fewer calls in progress.
const PAGES_MAX: usize = 4_000;
/// How long a page is remembered: longer than a call.
const KEPT: Duration = Duration::from_secs(3_600);

/// Whether a call's page is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PageState {
    /// HubSoft opened it.
    Open,
    /// The request is sent, and it is not known what HubSoft made of it.
    Opening,
    /// It was not requested, or HubSoft refused it.
    NotOpened,
}

/// The pages of the last hour, by agent and call.
pub(super) struct Pages {
    key: RandomState,
    states: HashMap<u64, (PageState, Instant)>,
    started: Instant,
}

impl Pages {
    pub(super) fn new(now: Instant) -> Self {
        Self { key: RandomState::new(), states: HashMap::new(), started: now }
    }

    /// What is known of a call's page.
    pub(super) fn state(&self, call: &AgentCall, now: Instant) -> Option<PageState> {
        let (state, at) = self.states.get(&self.key.hash_one(call))?;
        (now < *at + KEPT).then_some(*state)
    }

    /// Notes that a page is requested. One that is open already stays open, whatever HubSoft answers.
    pub(super) fn request(&mut self, call: &AgentCall, now: Instant) {
        let state = match self.state(call, now) {
            Some(PageState::Open) => PageState::Open,
            _ => PageState::Opening,
        };
        self.note(call, state, now);
    }

    /// Notes that HubSoft opened a page.
    pub(super) fn open(&mut self, call: &AgentCall, now: Instant) {
        self.note(call, PageState::Open, now);
    }

    /// Notes that the last request for a page opened none.
    pub(super) fn not_opened(&mut self, call: &AgentCall, now: Instant) {
        if self.state(call, now) != Some(PageState::Open) {
            self.note(call, PageState::NotOpened, now);
        }
    }

    /// Forgets a page, and returns what was known of it.
    pub(super) fn forget(&mut self, call: &AgentCall, now: Instant) -> Option<PageState> {
        let state = self.state(call, now);
        self.states.remove(&self.key.hash_one(call));
        state
    }

    /// Whether a page of which nothing is known may have been opened before the start of the program.
    pub(super) fn may_be_older(&self, now: Instant) -> bool {
        now < self.started + KEPT
    }

    fn note(&mut self, call: &AgentCall, state: PageState, now: Instant) {
        let digest = self.key.hash_one(call);
        if self.states.len() >= PAGES_MAX && !self.states.contains_key(&digest) {
            self.make_space(now);
        }
        self.states.insert(digest, (state, now));
    }

    /// Removes what is too old, else the oldest page.
    fn make_space(&mut self, now: Instant) {
        self.states.retain(|_, (_, at)| now < *at + KEPT);
        if self.states.len() >= PAGES_MAX {
            let oldest = self.states.iter().min_by_key(|(_, (_, at))| *at).map(|(key, _)| *key);
            oldest.and_then(|oldest| self.states.remove(&oldest));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::agent_call::Agent;
    use crate::domain::customer_code::CustomerCode;

    fn call(agent: usize) -> AgentCall {
        AgentCall {
            agent: Agent::extension(&agent.to_string()).expect("an extension"),
            phone: None,
            code: CustomerCode::parse("421"),
            id: None,
        }
    }

    #[test]
    fn the_pages_are_bounded_and_the_oldest_is_forgotten_first() {
        let now = Instant::now();
        let mut pages = Pages::new(now);
        for agent in 0..=PAGES_MAX {
            pages.open(&call(agent), now + Duration::from_millis(agent as u64));
        }
        assert_eq!(pages.states.len(), PAGES_MAX);
        assert_eq!(pages.state(&call(0), now), None);
        assert_eq!(pages.state(&call(1), now), Some(PageState::Open));
        assert_eq!(pages.state(&call(1), now + 2 * KEPT), None);
        pages.open(&call(0), now + 2 * KEPT);
        assert_eq!(pages.states.len(), 1, "what is too old is gone");
    }

    #[test]
    fn a_page_that_is_open_stays_so_though_it_is_requested_again() {
        let now = Instant::now();
        let mut pages = Pages::new(now);
        pages.request(&call(1), now);
        pages.not_opened(&call(1), now);
        assert_eq!(pages.state(&call(1), now), Some(PageState::NotOpened));
        pages.open(&call(1), now);
        pages.request(&call(1), now);
        pages.not_opened(&call(1), now);
        assert_eq!(pages.forget(&call(1), now), Some(PageState::Open));
        assert_eq!(pages.state(&call(1), now), None);
    }
}
