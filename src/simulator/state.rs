//! The simulator's one mutable state: its customers and tokens, its faults, and the log of requests.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use super::api::{Hub, Route};
use super::endpoint::SimEndpoint;
use super::fault::{Fault, RetryAfter};
use super::latency::SimLatency;
use super::mixed::draw;
use super::plan::{ReplyPlan, ReplyStep};
use super::rate_limit::RequestAllowance;
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
    pub endpoint: SimEndpoint,
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

    /// Whether it looks up one customer by his code, not a caller by his number.
    pub fn is_by_code(&self) -> bool {
        self.endpoint == SimEndpoint::Lookup && self.parameter("busca") == Some("codigo_cliente")
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
    own_faults: EndpointFaults,
    /// The rate limit, if there is one.
    pub(super) allowance: Option<RequestAllowance>,
    /// How long each answer takes, if that is set.
    pub(super) latency: Option<SimLatency>,
    /// How many answers have taken such a time.
    delayed: u64,
    /// How many requests had a mixed fault since a fault was set.
    drawn: u64,
    /// The faults of the next lookups.
    pub(super) script: VecDeque<Fault>,
    /// The faults of the next pages of the bulk list.
    pub(super) list_script: VecDeque<Fault>,
    /// The faults of the next pages of the list of alerts.
    pub(super) alert_script: VecDeque<Fault>,
    pub(super) log: Vec<LoggedRequest>,
    pub(super) connections: usize,
    counts: BTreeMap<SimEndpoint, usize>,
    /// How many requests exceeded the rate limit.
    pub(super) throttled: usize,
}

/// The faults of single endpoints, once set.
pub(super) type EndpointFaults = BTreeMap<SimEndpoint, Fault>;

impl SimulatorState {
    pub(super) fn new(hub: Hub) -> Self {
        Self {
            hub,
            fault: Fault::Normal,
            own_faults: EndpointFaults::new(),
            allowance: None,
            latency: None,
            delayed: 0,
            drawn: 0,
            script: VecDeque::new(),
            list_script: VecDeque::new(),
            alert_script: VecDeque::new(),
            log: Vec::new(),
            connections: 0,
            counts: BTreeMap::new(),
            throttled: 0,
        }
    }

    /// Sets the fault of one endpoint, or of all that have none of their own.
    pub(super) fn set_fault(&mut self, endpoint: Option<SimEndpoint>, fault: Fault) {
        self.drawn = 0;
        match endpoint {
            None => self.fault = fault,
            Some(endpoint) => drop(self.own_faults.insert(endpoint, fault)),
        }
    }

    /// Sets the fault of every endpoint, which then has none of its own.
    pub(super) fn set_every_fault(&mut self, fault: Fault) {
        self.set_fault(None, fault);
        self.own_faults.clear();
    }

    /// The fault of all endpoints, and those of single ones.
    pub(super) fn faults(&self) -> (&Fault, &EndpointFaults) {
        (&self.fault, &self.own_faults)
    }

    /// How many requests for an endpoint were read.
    pub(super) fn count(&self, endpoint: SimEndpoint) -> usize {
        self.counts.get(&endpoint).copied().unwrap_or(0)
    }

    /// Clears the log and its counts. Connections are still numbered from the first.
    pub(super) fn clear_log(&mut self) {
        self.log = Vec::new();
        self.counts.clear();
        self.throttled = 0;
    }

    /// Decides what a request receives, and logs it.
    pub(super) fn decide(
        &mut self,
        request: &ReceivedRequest,
        arrival: Arrival,
        at: Instant,
    ) -> ReplyPlan {
        let route = Route::of(request);
        let fault = self.fault_now(request, arrival, at);
        let mut plan = fault.plan(route, || self.hub.answer(request, at));
        let of_list = Some(&self.hub.list).filter(|_| route == Route::List);
        let wait = of_list.map_or(Duration::ZERO, |list| list.wait(&request.query));
        let wait = wait + self.draw_latency();
        if !wait.is_zero() {
            plan.steps.insert(0, ReplyStep::Wait(wait));
        }
        if request.closes {
            plan.steps.push(ReplyStep::Close);
        }
        self.log_request(request, route, arrival.connection, at, plan.status);
        plan
    }

    fn draw_latency(&mut self) -> Duration {
        let drawn = self.latency.map(|latency| latency.draw(self.delayed));
        self.delayed += u64::from(drawn.is_some());
        drawn.unwrap_or_default()
    }

    /// The fault for a request: a 429 beyond the rate limit, which uses up no scripted fault.
    fn fault_now(&mut self, request: &ReceivedRequest, arrival: Arrival, at: Instant) -> Fault {
        if self.allowance.as_mut().is_some_and(|allowance| !allowance.take(at)) {
            self.throttled += 1;
            return Fault::Throttled { retry_after: RetryAfter::Seconds(1) };
        }
        let route = Route::of(request);
        let fault = self.fault_for(route, arrival);
        let is_truncated = route == Route::List && self.hub.list.truncates(&request.query);
        if is_truncated { Fault::Truncated } else { fault }
    }

    /// The fault that is set for a request, after drawing from a mixed one.
    fn fault_for(&mut self, route: Route, arrival: Arrival) -> Fault {
        let endpoint = route.endpoint();
        let scripted = match endpoint {
            SimEndpoint::Alerts => self.alert_script.pop_front(),
            SimEndpoint::List => self.list_script.pop_front(),
            SimEndpoint::Lookup => self.script.pop_front(),
            SimEndpoint::Other
            | SimEndpoint::Screens
            | SimEndpoint::Tables
            | SimEndpoint::Token => None,
        };
        let own = scripted.or_else(|| self.own_faults.get(&endpoint).cloned());
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
        let endpoint = route.endpoint();
        *self.counts.entry(endpoint).or_default() += 1;
        if self.log.len() < LOG_MAX {
            self.log.push(LoggedRequest {
                accept: request.header("accept").map(str::to_owned),
                at,
                bearer: request.bearer().map(str::to_owned),
                connection,
                endpoint,
                headers: request.headers.clone(),
                method: request.method.clone(),
                path: request.path.clone(),
                query: request.query.clone(),
                status,
            });
        }
    }
}
