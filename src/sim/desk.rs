//! The simulator's one changeable state: what it knows, its mood, and the log of what it was asked.

use std::collections::VecDeque;
use std::time::Instant;

use super::api::{Hub, Route};
use super::mood::Mood;
use super::plan::{Plan, Step};
use super::question::Question;

/// A rehearsal of a day asks less; beyond it requests are counted but no longer kept.
const LOG_MAX: usize = 100_000;

/// One request as the simulator read it, and what it decided to say.
#[derive(Clone, Debug)]
pub struct Request {
    /// The `Accept` header.
    pub accept: Option<String>,
    /// When it was read whole.
    pub at: Instant,
    /// The bearer token, whether known or not.
    pub bearer: Option<String>,
    /// Which connection brought it, counted from 1 in the order accepted.
    pub connection: usize,
    /// Every header, names as sent.
    pub headers: Vec<(String, String)>,
    pub method: String,
    /// Percent-decoded, without the query.
    pub path: String,
    /// Percent-decoded, in the order sent.
    pub query: Vec<(String, String)>,
    /// None if no status line is sent (`Silent`, `HangUp`). A client that left early may not have
    /// seen it.
    pub status: Option<u16>,
}

impl Request {
    pub fn had_bearer(&self) -> bool {
        self.bearer.is_some()
    }

    /// The last value of a query parameter, which is the one that counts in PHP.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().rev().find(|(each, _)| each == name)?;
        Some(&found.1)
    }
}

/// What a request meets.
pub(super) struct Desk {
    pub(super) hub: Hub,
    pub(super) mood: Mood,
    /// Rules `/oauth/token` alone, once set.
    pub(super) token_mood: Option<Mood>,
    /// The moods of the next lookups.
    pub(super) script: VecDeque<Mood>,
    pub(super) log: Vec<Request>,
    pub(super) connections: usize,
    pub(super) lookups: usize,
    pub(super) token_requests: usize,
}

impl Desk {
    pub(super) fn new(hub: Hub) -> Self {
        Self {
            hub,
            mood: Mood::Normal,
            token_mood: None,
            script: VecDeque::new(),
            log: Vec::new(),
            connections: 0,
            lookups: 0,
            token_requests: 0,
        }
    }

    /// Says what a request gets, and notes it.
    pub(super) fn decide(&mut self, question: &Question, connection: usize, at: Instant) -> Plan {
        let route = Route::of(question);
        let mood = self.mood_for(route);
        let mut plan = mood.plan(route, || self.hub.answer(question, at));
        if question.closes {
            plan.steps.push(Step::Close);
        }
        self.note(question, route, connection, at, plan.status);
        plan
    }

    fn mood_for(&mut self, route: Route) -> Mood {
        let scripted = match route {
            Route::Lookup => self.script.pop_front(),
            Route::Token => self.token_mood.clone(),
            Route::Login | Route::Other => None,
        };
        scripted.unwrap_or_else(|| self.mood.clone())
    }

    fn note(
        &mut self,
        question: &Question,
        route: Route,
        connection: usize,
        at: Instant,
        status: Option<u16>,
    ) {
        match route {
            Route::Lookup => self.lookups += 1,
            Route::Token => self.token_requests += 1,
            Route::Login | Route::Other => {}
        }
        if self.log.len() < LOG_MAX {
            self.log.push(Request {
                accept: question.header("accept").map(str::to_owned),
                at,
                bearer: question.bearer().map(str::to_owned),
                connection,
                headers: question.headers.clone(),
                method: question.method.clone(),
                path: question.path.clone(),
                query: question.query.clone(),
                status,
            });
        }
    }
}
