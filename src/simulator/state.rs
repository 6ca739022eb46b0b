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
    own_faults: RouteFaults,
    /// How many requests had a mixed fault since a fault was set.
    drawn: u64,
    /// The faults of the next lookups.
    pub(super) script: VecDeque<Fault>,
    /// The faults of the next pages of the list.
    pub(super) list_script: VecDeque<Fault>,
    pub(super) log: Vec<LoggedRequest>,
    pub(super) connections: usize,
    pub(super) list_requests: usize,
    pub(super) lookups: usize,
    pub(super) table_requests: usize,
    pub(super) token_requests: usize,
}

/// The faults of single routes, once set.
#[derive(Clone, Debug, Default)]
pub(super) struct RouteFaults {
    pub(super) list: Option<Fault>,
    pub(super) lookup: Option<Fault>,
    /// Of all tables.
    pub(super) tables: Option<Fault>,
    /// Of `/oauth/token`.
    pub(super) token: Option<Fault>,
}

/// A route, or several, that may have a fault of their own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum FaultyRoute {
    List,
    Lookup,
    Tables,
    Token,
}

impl SimulatorState {
    pub(super) fn new(hub: Hub) -> Self {
        Self {
            hub,
            fault: Fault::Normal,
            own_faults: RouteFaults::default(),
            drawn: 0,
            script: VecDeque::new(),
            list_script: VecDeque::new(),
            log: Vec::new(),
            connections: 0,
            list_requests: 0,
            lookups: 0,
            table_requests: 0,
            token_requests: 0,
        }
    }

    /// Sets the fault of one route, or of all that have none of their own.
    pub(super) fn set_fault(&mut self, route: Option<FaultyRoute>, fault: Fault) {
        self.drawn = 0;
        match route {
            None => self.fault = fault,
            Some(FaultyRoute::List) => self.own_faults.list = Some(fault),
            Some(FaultyRoute::Lookup) => self.own_faults.lookup = Some(fault),
            Some(FaultyRoute::Tables) => self.own_faults.tables = Some(fault),
            Some(FaultyRoute::Token) => self.own_faults.token = Some(fault),
        }
    }

    /// Sets the fault of every route, which then has none of its own.
    pub(super) fn set_every_fault(&mut self, fault: Fault) {
        self.set_fault(None, fault);
        self.own_faults = RouteFaults::default();
    }

    /// The fault of all routes, and those of single ones.
    pub(super) fn faults(&self) -> (&Fault, &RouteFaults) {
        (&self.fault, &self.own_faults)
    }

    /// Clears the log and its counts. Connections are still numbered from the first.
    pub(super) fn clear_log(&mut self) {
        self.log = Vec::new();
        (self.list_requests, self.lookups) = (0, 0);
        (self.table_requests, self.token_requests) = (0, 0);
    }

    /// Decides what a request receives, and logs it.
    pub(super) fn decide(
        &mut self,
        request: &ReceivedRequest,
        arrival: Arrival,
        at: Instant,
    ) -> ReplyPlan {
        let route = Route::of(request);
        let mut fault = self.fault_for(route, arrival);
        if route == Route::List && self.hub.list.truncates(&request.query) {
            fault = Fault::Truncated;
        }
        let mut plan = fault.plan(route, || self.hub.answer(request, at));
        let wait = self.hub.list.wait(&request.query);
        if route == Route::List && !wait.is_zero() {
            plan.steps.insert(0, ReplyStep::Wait(wait));
        }
        if request.closes {
            plan.steps.push(ReplyStep::Close);
        }
        self.log_request(request, route, arrival.connection, at, plan.status);
        plan
    }

    /// The fault for a request, after drawing from a mixed one.
    fn fault_for(&mut self, route: Route, arrival: Arrival) -> Fault {
        let own = match route {
            Route::List => self.list_script.pop_front().or_else(|| self.own_faults.list.clone()),
            Route::Lookup => self.script.pop_front().or_else(|| self.own_faults.lookup.clone()),
            Route::Table(_) => self.own_faults.tables.clone(),
            Route::Token => self.own_faults.token.clone(),
            Route::Forbidden | Route::Login | Route::Other => None,
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
            Route::List => self.list_requests += 1,
            Route::Lookup => self.lookups += 1,
            Route::Table(_) => self.table_requests += 1,
            Route::Token => self.token_requests += 1,
            Route::Forbidden | Route::Login | Route::Other => {}
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
