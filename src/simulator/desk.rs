//! The simulator's one changeable state: what it knows, its mood, and the log of what it was asked.

use std::collections::VecDeque;
use std::time::Instant;

use super::api::{Hub, Route};
use super::mixed::draw;
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

/// Where a request came in.
#[derive(Clone, Copy)]
pub(super) struct Way {
    /// Counted from 1 in the order accepted.
    pub(super) connection: usize,
    /// Whether that connection has brought a request before.
    pub(super) reused: bool,
}

/// What a request meets.
pub(super) struct Desk {
    pub(super) hub: Hub,
    mood: Mood,
    /// Rules lookups alone, once set.
    lookup_mood: Option<Mood>,
    /// Rules `/oauth/token` alone, once set.
    token_mood: Option<Mood>,
    /// How many requests have met a mixed mood since a mood was set.
    drawn: u64,
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
            lookup_mood: None,
            token_mood: None,
            drawn: 0,
            script: VecDeque::new(),
            log: Vec::new(),
            connections: 0,
            lookups: 0,
            token_requests: 0,
        }
    }

    /// Sets the mood of one route, or of all that have none of their own.
    pub(super) fn set_mood(&mut self, route: Option<Route>, mood: Mood) {
        self.drawn = 0;
        match route {
            Some(Route::Lookup) => self.lookup_mood = Some(mood),
            Some(Route::Token) => self.token_mood = Some(mood),
            _ => self.mood = mood,
        }
    }

    /// Sets the mood of every route, which then has none of its own.
    pub(super) fn set_every_mood(&mut self, mood: Mood) {
        self.set_mood(None, mood);
        (self.lookup_mood, self.token_mood) = (None, None);
    }

    /// The mood of all routes, and those of lookups and `/oauth/token` if they have their own.
    pub(super) fn moods(&self) -> (&Mood, Option<&Mood>, Option<&Mood>) {
        (&self.mood, self.lookup_mood.as_ref(), self.token_mood.as_ref())
    }

    /// Forgets the log and its counts. Connections are still numbered from the first.
    pub(super) fn forget(&mut self) {
        self.log = Vec::new();
        (self.lookups, self.token_requests) = (0, 0);
    }

    /// Says what a request gets, and notes it.
    pub(super) fn decide(&mut self, question: &Question, way: Way, at: Instant) -> Plan {
        let route = Route::of(question);
        let mood = self.mood_for(route, way);
        let mut plan = mood.plan(route, || self.hub.answer(question, at));
        if question.closes {
            plan.steps.push(Step::Close);
        }
        self.note(question, route, way.connection, at, plan.status);
        plan
    }

    /// The mood that a request meets, with everything about it decided.
    fn mood_for(&mut self, route: Route, way: Way) -> Mood {
        let own = match route {
            Route::Lookup => self.script.pop_front().or_else(|| self.lookup_mood.clone()),
            Route::Token => self.token_mood.clone(),
            Route::Login | Route::Other => None,
        };
        match own.unwrap_or_else(|| self.mood.clone()) {
            Mood::Mixed { seed, share } => {
                self.drawn += 1;
                draw(seed, share, self.drawn)
            }
            Mood::ResetReused if !way.reused => Mood::Normal,
            decided => decided,
        }
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
