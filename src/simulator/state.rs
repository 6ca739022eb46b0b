//! The simulator's one mutable state: its customers and tokens, its faults, and the log of requests.

use std::collections::VecDeque;
use std::time::Instant;

use super::api::{Hub, Route};
use super::fault::Fault;
use super::mixed::draw;
use super::plan::{ReplyPlan, ReplyStep};
use super::request::ReceivedRequest;

/// A rehearsal of a day sends fewer; beyond it requests are counted but no longer kept.
const LOG_MAX: usize = 100_000;

/// One request as the simulator read it, and the status it answered.
#[derive(Clone, Debug)]
pub struct LoggedRequest {
    /// The `Accept` header.
    pub accept: Option<String>,
    /// When it was read whole.
    pub at: Instant,
    /// The bearer token, whether valid or not.
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

impl LoggedRequest {
    pub fn had_bearer(&self) -> bool {
        self.bearer.is_some()
    }

    /// The last value of a query parameter, which is the one that counts in PHP.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().rev().find(|(each, _)| each == name)?;
        Some(&found.1)
    }
}

/// The connection of a request.
#[derive(Clone, Copy)]
pub(super) struct Arrival {
    /// Counted from 1 in the order accepted.
    pub(super) connection: usize,
    /// Whether that connection has brought a request before.
    pub(super) reused: bool,
}

/// Decides the reply to each request.
pub(super) struct SimulatorState {
    pub(super) hub: Hub,
    fault: Fault,
    /// For lookups alone, once set.
    lookup_fault: Option<Fault>,
    /// For `/oauth/token` alone, once set.
    token_fault: Option<Fault>,
    /// How many requests had a mixed fault since a fault was set.
    drawn: u64,
    /// The faults of the next lookups.
    pub(super) script: VecDeque<Fault>,
    pub(super) log: Vec<LoggedRequest>,
    pub(super) connections: usize,
    pub(super) lookups: usize,
    pub(super) token_requests: usize,
}

impl SimulatorState {
    pub(super) fn new(hub: Hub) -> Self {
        Self {
            hub,
            fault: Fault::Normal,
            lookup_fault: None,
            token_fault: None,
            drawn: 0,
            script: VecDeque::new(),
            log: Vec::new(),
            connections: 0,
            lookups: 0,
            token_requests: 0,
        }
    }

    /// Sets the fault of one route, or of all that have none of their own.
    pub(super) fn set_fault(&mut self, route: Option<Route>, fault: Fault) {
        self.drawn = 0;
        match route {
            Some(Route::Lookup) => self.lookup_fault = Some(fault),
            Some(Route::Token) => self.token_fault = Some(fault),
            _ => self.fault = fault,
        }
    }

    /// Sets the fault of every route, which then has none of its own.
    pub(super) fn set_every_fault(&mut self, fault: Fault) {
        self.set_fault(None, fault);
        (self.lookup_fault, self.token_fault) = (None, None);
    }

    /// The fault of all routes, and those of lookups and `/oauth/token` if they have their own.
    pub(super) fn faults(&self) -> (&Fault, Option<&Fault>, Option<&Fault>) {
        (&self.fault, self.lookup_fault.as_ref(), self.token_fault.as_ref())
    }

    /// Clears the log and its counts. Connections are still numbered from the first.
    pub(super) fn clear_log(&mut self) {
        self.log = Vec::new();
        (self.lookups, self.token_requests) = (0, 0);
    }

    /// Decides what a request receives, and logs it.
    pub(super) fn decide(
        &mut self,
        request: &ReceivedRequest,
        arrival: Arrival,
        at: Instant,
    ) -> ReplyPlan {
        let route = Route::of(request);
        let fault = self.fault_for(route, arrival);
        let mut plan = fault.plan(route, || self.hub.answer(request, at));
        if request.closes {
            plan.steps.push(ReplyStep::Close);
        }
        self.log_request(request, route, arrival.connection, at, plan.status);
        plan
    }

    /// The fault for a request, after drawing from a mixed one.
    fn fault_for(&mut self, route: Route, arrival: Arrival) -> Fault {
        let own = match route {
            Route::Lookup => self.script.pop_front().or_else(|| self.lookup_fault.clone()),
            Route::Token => self.token_fault.clone(),
            Route::Login | Route::Other => None,
        };
        match own.unwrap_or_else(|| self.fault.clone()) {
            Fault::Mixed { seed, share } => {
                self.drawn += 1;
                draw(seed, share, self.drawn)
            }
            Fault::ResetReused if !arrival.reused => Fault::Normal,
            decided => decided,
        }
    }

    fn log_request(
        &mut self,
        request: &ReceivedRequest,
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
            self.log.push(LoggedRequest {
                accept: request.header("accept").map(str::to_owned),
                at,
                bearer: request.bearer().map(str::to_owned),
                connection,
                headers: request.headers.clone(),
                method: request.method.clone(),
                path: request.path.clone(),
                query: request.query.clone(),
                status,
            });
        }
    }
}
