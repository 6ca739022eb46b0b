//! A simulated HubSoft with faults, for `bina demo` and every test that needs an upstream.
//!
//! It is written from the vendor's page alone and shares no code with the client, so that a
//! mistake in one does not hide in the other. It listens on loopback only and holds invented
//! customers only.
//!
//! The way of a request:
//!
//! ```text
//! socket -> listener -> connection -> request -> state -> fault -> [api, search, -> plan -> socket
//!           accepts     TLS                      log      which     alerts,         steps
//!           or not                                        fault     bulk_list]
//!                                                                   the right answer
//! controller -> connection -> request -> [control, alert_control] -> [state, listener, tls]
//! ```
//!
//! Read `fault`, `bulk_list`, `alerts` and `listener` for what can go wrong, `api` and `search` for the
//! right answers, `population` for customers by the hundred thousand, `noc` for alerts and whom they
//! concern, `control` for how another process sets it all, and `server` for how it fits together. Only `server`, `connection`, `listener` and
//! `shared` wait.

#![expect(clippy::large_futures, reason = "few connections, each with its buffer")]

mod account;
mod alert_control;
mod alerts;
mod api;
mod bomb;
mod bulk_list;
mod connection;
mod control;
mod customers;
mod dice;
mod encoding;
mod endpoint;
#[cfg(test)]
mod examples;
mod fault;
mod fault_names;
mod latency;
mod listener;
mod mixed;
mod noc;
mod plan;
mod population;
mod rate_limit;
mod registry;
mod relations;
mod reply;
mod request;
mod scope_table;
mod screens;
mod search;
mod server;
mod shared;
mod state;
mod time_of_day;
mod tls;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::ServerConfig;
use serde_json::Value;

use account::CREDENTIALS;
use api::Hub;
use population::GeneratedCustomers;
use rate_limit::RequestAllowance;
use registry::CustomerRegistry;
use server::Server;
use shared::SharedSimulator;
use state::SimulatorState;

pub use account::{AccountCredentials, CLIENT_ID, CLIENT_SECRET, PASSWORD, TOKEN_PREFIX, USERNAME};
pub use alerts::{
    AlertFault, AlertTime, CombiningRule, ScopeEntry, ScopeForm, SimAlert, SimDistrict, SimScope,
};
pub use bulk_list::ListFault;
pub use customers::{
    CANARIES, CANARY_CPF, CANARY_PASSWORD, CANARY_TRACE, customer, printed_example, with_alert,
};
pub use dice::dice;
pub use endpoint::SimEndpoint;
pub use fault::{Fault, RetryAfter};
pub use latency::SimLatency;
pub use listener::ListenerMode;
pub use noc::SimCaller;
pub use population::{
    CANARY_SURNAME, INTERFACE_CUSTOMERS, Population, PopulationChange, PopulationShares,
    PopulationUpdate,
};
pub use rate_limit::{SimRateLimit, burst_needed};
pub use screens::{ScreenAction, ScreenReport};
pub use search::Matching;
pub use state::LoggedRequest;

/// A running simulator; dropping it closes every socket before it returns.
pub struct Sim {
    server: Server,
    shared: Arc<SharedSimulator>,
}

// ------------ Start and addresses --------------------------------------------------------------

impl Sim {
    /// Starts on a free port of 127.0.0.1, in `Fault::Normal`.
    pub async fn start(customers: Vec<Value>) -> io::Result<Self> {
        Self::start_at((Ipv4Addr::LOCALHOST, 0).into(), customers).await
    }

    /// Starts on that address, for instance the one of a simulator that was dropped. Refuses an
    /// address that is not loopback: the simulator answers every client that can reach it.
    pub async fn start_at(addr: SocketAddr, customers: Vec<Value>) -> io::Result<Self> {
        Self::start_with(addr, customers, None).await
    }

    /// Starts with TLS and the certificate of `tls`.
    pub async fn start_tls(customers: Vec<Value>, tls: Arc<ServerConfig>) -> io::Result<Self> {
        Self::start_with((Ipv4Addr::LOCALHOST, 0).into(), customers, Some(tls)).await
    }

    /// Starts with generated customers, and no others.
    pub async fn start_generated(population: Population) -> io::Result<Self> {
        let sim = Self::start(Vec::new()).await?;
        sim.set_population(Some(population));
        Ok(sim)
    }

    async fn start_with(
        addr: SocketAddr,
        customers: Vec<Value>,
        tls: Option<Arc<ServerConfig>>,
    ) -> io::Result<Self> {
        let registry = CustomerRegistry { listed: customers, generated: None };
        let hub = Hub { registry, ..Hub::default() };
        let (shared, listener_commands) = SharedSimulator::new(SimulatorState::new(hub));
        shared.settings().tls = tls;
        let shared = Arc::new(shared);
        let server = Server::start(addr, Arc::clone(&shared), listener_commands).await?;
        Ok(Self { server, shared })
    }

    pub fn addr(&self) -> SocketAddr {
        self.server.addr
    }

    /// Where the control path is: plain HTTP on a port of its own, which neither a fault nor the
    /// listener's mode can close. `control` lists its commands.
    pub fn control_addr(&self) -> SocketAddr {
        self.server.control_addr
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end; `https://localhost:PORT` with TLS, as
    /// certificates are issued for names. For one issued for the address itself use `addr()`.
    pub fn base_url(&self) -> String {
        match self.shared.settings().tls {
            None => format!("http://{}", self.addr()),
            Some(_) => format!("https://localhost:{}", self.addr().port()),
        }
    }

    /// What the token route requires.
    pub fn credentials(&self) -> AccountCredentials {
        CREDENTIALS
    }
}

// ------------ What it does with a request ------------------------------------------------------

impl Sim {
    pub fn set_customers(&self, customers: Vec<Value>) {
        self.shared.state().hub.registry.listed = customers;
    }

    /// Generates customers besides those of `set_customers`, which the list has first; none ends that.
    pub fn set_population(&self, population: Option<Population>) {
        self.shared.state().hub.registry.generated = population.map(GeneratedCustomers::new);
    }

    /// Changes generated customers, for the list and for lookups.
    pub fn update_population(&self, update: &PopulationUpdate) {
        if let Some(generated) = &mut self.shared.state().hub.registry.generated {
            generated.update(update);
        }
    }

    /// The numbers that a generated customer has now: area code and number, with the ninth digit.
    pub fn generated_phones(&self, index: u32) -> Vec<String> {
        let state = self.shared.state();
        let generated = state.hub.registry.generated.as_ref();
        generated.map_or_else(Vec::new, |generated| generated.phones(index))
    }

    pub fn set_matching(&self, matching: Matching) {
        self.shared.state().hub.matching = matching;
    }

    /// Sets the fault for every request: all routes, the token route among them unless it has a fault
    /// of its own. A test of a *lookup's* fault calls `set_token_fault(Fault::Normal)` first, or its
    /// client never gets that far.
    pub fn set_fault(&self, fault: Fault) {
        self.shared.state().set_fault(None, fault);
    }

    /// Sets the fault of the bulk list alone, from now on, whatever `set_fault` sets.
    pub fn set_list_fault(&self, fault: Fault) {
        self.shared.state().set_fault(Some(SimEndpoint::List), fault);
    }

    /// Sets the fault of the scope tables alone, from now on, whatever `set_fault` sets.
    pub fn set_table_fault(&self, fault: Fault) {
        self.shared.state().set_fault(Some(SimEndpoint::Tables), fault);
    }

    /// Sets the mistakes of the bulk list, all of which apply, from now on; none by default.
    pub fn set_list_faults(&self, faults: Vec<ListFault>) {
        self.shared.state().hub.list.set_faults(faults);
    }

    /// Sets the fault of lookups alone, from now on, whatever `set_fault` sets.
    pub fn set_lookup_fault(&self, fault: Fault) {
        self.shared.state().set_fault(Some(SimEndpoint::Lookup), fault);
    }

    /// Sets the fault of agents' screens alone, from now on, whatever `set_fault` sets.
    pub fn set_screen_fault(&self, fault: Fault) {
        self.shared.state().set_fault(Some(SimEndpoint::Screens), fault);
    }

    /// Sets the fault of `/oauth/token` alone, from now on, whatever `set_fault` sets.
    pub fn set_token_fault(&self, fault: Fault) {
        self.shared.state().set_fault(Some(SimEndpoint::Token), fault);
    }

    /// Mixes faults in: `set_fault` with `Fault::Mixed`.
    pub fn mix_faults(&self, seed: u64, share: f64) {
        self.set_fault(Fault::Mixed { seed, share });
    }

    /// The next lookups receive these faults, one each in that order, and after them the set fault
    /// again. Faults left over from an earlier script are dropped.
    pub fn script(&self, faults: Vec<Fault>) {
        self.shared.state().script = faults.into();
    }

    /// The next pages of the list receive these faults, as `script` has it for lookups.
    pub fn script_list(&self, faults: Vec<Fault>) {
        self.shared.state().list_script = faults.into();
    }

    /// Sets how many requests are answered, whatever they are for; the rest receives a 429. None, which is
    /// the default, ends that.
    pub fn set_rate_limit(&self, limit: Option<SimRateLimit>) {
        let allowance = limit.map(|limit| RequestAllowance::new(limit, Instant::now()));
        self.shared.state().allowance = allowance;
    }

    /// Sets how long each answer takes, whatever it is for, from now on; none by default.
    pub fn set_latency(&self, latency: Option<SimLatency>) {
        self.shared.state().latency = latency;
    }

    /// Makes every token issued so far a 401, as an update of the real server does.
    pub fn void_tokens(&self) {
        self.shared.state().hub.tokens.void();
    }

    /// Sets how long the tokens issued from now on live, as their answer says; thirty days by default.
    pub fn set_token_life(&self, seconds: u64) {
        self.shared.state().hub.tokens.set_life(Duration::from_secs(seconds));
    }
}

// ------------ What it does with a connection ---------------------------------------------------

impl Sim {
    /// Sets how long a connection may be idle before it is closed, from its next wait on; 75 seconds
    /// by default. Close to a client's pace, it causes the keep-alive race.
    pub fn set_keep_alive(&self, limit: Duration) {
        self.shared.settings().keep_alive = limit;
    }

    /// Sets what happens to new connections, and returns when it does. Open connections go on: a
    /// client that keeps some is affected only after `close_connections`.
    ///
    /// Fails, and refuses, if the system does not leave connections unanswered as
    /// `ListenerMode::Blackhole` needs it.
    pub async fn set_listener(&self, mode: ListenerMode) -> io::Result<()> {
        self.shared.set_listener(mode).await
    }

    /// Presents that certificate to new connections, and no longer accepts plain HTTP.
    pub fn set_tls(&self, tls: Arc<ServerConfig>) {
        self.shared.settings().tls = Some(tls);
    }

    /// Closes every open connection, also in the middle of a reply, and returns when they are closed.
    pub async fn close_connections(&self) {
        self.shared.close_connections().await;
    }
}

// ------------ What it received -----------------------------------------------------------------

impl Sim {
    /// Every request read so far, in the order read, without malformed ones (answered with a 4xx)
    /// and those of the control path.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.shared.state().log.clone()
    }

    /// What was reported of calls at agents' telephones, oldest first.
    pub fn screen_reports(&self) -> Vec<ScreenReport> {
        self.shared.state().hub.screens.0.clone()
    }

    /// Clears the log of requests and its counts.
    pub fn clear_requests(&self) {
        self.shared.state().clear_log();
    }

    /// How many connections were accepted so far, used or not.
    pub fn connections(&self) -> usize {
        self.shared.state().connections
    }

    /// How many requests for an endpoint were read so far.
    pub fn requests_of(&self, endpoint: SimEndpoint) -> usize {
        self.shared.state().count(endpoint)
    }

    /// When each request for one of these endpoints was read, in that order; `burst_needed` judges them.
    pub fn request_times(&self, endpoints: &[SimEndpoint]) -> Vec<Instant> {
        let log = &self.shared.state().log;
        let wanted = log.iter().filter(|request| endpoints.contains(&request.endpoint));
        wanted.map(|request| request.at).collect()
    }

    /// How many requests received a 429 for the rate limit so far.
    pub fn throttled(&self) -> usize {
        self.shared.state().throttled
    }

    /// How many pages of the bulk list were requested so far.
    pub fn list_requests(&self) -> usize {
        self.requests_of(SimEndpoint::List)
    }

    /// How many scope tables were requested so far.
    pub fn table_requests(&self) -> usize {
        self.requests_of(SimEndpoint::Tables)
    }

    /// How many lookups were read so far.
    pub fn lookups(&self) -> usize {
        self.requests_of(SimEndpoint::Lookup)
    }

    /// How many token requests were read so far.
    pub fn token_requests(&self) -> usize {
        self.requests_of(SimEndpoint::Token)
    }
}
