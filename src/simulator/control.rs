//! The control path: its commands, text in and text out; no socket, no clock.
//!
//! ```text
//! curl -d '{"fault":"slow","first_byte_ms":200}' http://127.0.0.1:PORT/sim/fault
//! curl -d '{"fault":"wrong_password","route":"token"}' http://127.0.0.1:PORT/sim/fault
//! curl -d '{"listener":"blackhole"}' http://127.0.0.1:PORT/sim/listener
//! curl -d '{"customers":50000,"seed":7}' http://127.0.0.1:PORT/sim/population
//! curl -d '[{"fault":"slow_page","page_ms":500}]' http://127.0.0.1:PORT/sim/list
//! curl -d '{"per_second":10,"burst":20}' http://127.0.0.1:PORT/sim/rate-limit
//! curl http://127.0.0.1:PORT/sim/requests
//! ```
//!
//! `alert_control` has those about alerts.

use std::time::Instant;

use serde_json::{Map, Value, json};

use super::alert_control::{self, AlertCommand, PATHS_OF_ONE, json};
use super::bulk_list::ListFault;
use super::endpoint::SimEndpoint;
use super::fault::Fault;
use super::latency::SimLatency;
use super::listener::ListenerMode;
use super::population::{GeneratedCustomers, Population, PopulationUpdate};
use super::rate_limit::{RequestAllowance, SimRateLimit};
use super::reply::Reply;
use super::request::ReceivedRequest;
use super::state::{LoggedRequest, SimulatorState};

/// How many requests are listed, the latest ones; the counts are of all.
const SHOWN_MAX: usize = 1_000;
/// Headers and parameters whose values are shortened.
const SECRETS: [&str; 8] = [
    "access_token",
    "authorization",
    "client_secret",
    "cookie",
    "password",
    "proxy-authorization",
    "refresh_token",
    "token",
];
/// How much of a secret is shown at most: enough to distinguish two of our tokens.
const SECRET_SHOWN_MAX: usize = 24;

/// One command of a controller.
#[derive(Debug)]
pub(super) enum ControlCommand {
    Alerts(AlertCommand),
    /// A certificate and its key, as PEM, for new connections.
    Certificate(Vec<u8>),
    CloseConnections,
    Listener(ListenerMode),
    ShowListener,
    State(StateCommand),
}

/// A command that changes or reads the state alone.
#[derive(Debug)]
pub(super) enum StateCommand {
    Customers(Vec<Value>),
    ClearRequests,
    /// Of one route, or of all.
    Fault(Option<SimEndpoint>, Fault),
    /// How long each answer takes, or nothing of its own.
    Latency(Option<SimLatency>),
    ListFaults(Vec<ListFault>),
    /// Generated customers, or none.
    Population(Option<Population>),
    PopulationUpdate(PopulationUpdate),
    /// A rate limit, or none.
    RateLimit(Option<SimRateLimit>),
    ShowFault,
    ShowFaults,
    ShowList,
    ShowRequests,
    VoidTokens,
}

/// Why a command is rejected.
#[derive(Debug)]
pub(super) enum ControlError {
    /// There is no such path, or not with that method.
    Unknown,
    /// The body is wrong, for this reason.
    Wrong(String),
}

const WRONG_ROUTE: &str =
    "a route is alerts, list, lookup, tables or token; without one, it is all";

type Read = fn(&[u8]) -> Result<ControlCommand, String>;

/// Every path, and how its body is read; a test walks them.
const PATHS: [(&str, &str, Read); 24] = [
    ("POST", "/sim/alert-faults", |body| alert_control::faults(body).map(ControlCommand::Alerts)),
    ("DELETE", "/sim/alerts", |_| Ok(ControlCommand::Alerts(AlertCommand::Clear))),
    ("GET", "/sim/alerts", |_| Ok(ControlCommand::Alerts(AlertCommand::Show))),
    ("POST", "/sim/alerts", |body| alert_control::add(body).map(ControlCommand::Alerts)),
    ("POST", "/sim/certificate", |body| Ok(ControlCommand::Certificate(body.to_vec()))),
    ("POST", "/sim/clock", |body| alert_control::clock(body).map(ControlCommand::Alerts)),
    ("POST", "/sim/close-connections", |_| Ok(ControlCommand::CloseConnections)),
    ("POST", "/sim/customers", customers),
    ("GET", "/sim/fault", |_| Ok(ControlCommand::State(StateCommand::ShowFault))),
    ("POST", "/sim/fault", fault),
    ("GET", "/sim/faults", |_| Ok(ControlCommand::State(StateCommand::ShowFaults))),
    ("POST", "/sim/latency", latency),
    ("GET", "/sim/list", |_| Ok(ControlCommand::State(StateCommand::ShowList))),
    ("POST", "/sim/list", list_faults),
    ("GET", "/sim/listener", |_| Ok(ControlCommand::ShowListener)),
    ("POST", "/sim/listener", listener),
    // As `bina demo` printed it in 0.1.0.
    ("POST", "/sim/mood", fault),
    ("DELETE", "/sim/population", |_| Ok(ControlCommand::State(StateCommand::Population(None)))),
    ("POST", "/sim/population", population),
    ("POST", "/sim/population-update", population_update),
    ("POST", "/sim/rate-limit", rate_limit),
    ("DELETE", "/sim/requests", |_| Ok(ControlCommand::State(StateCommand::ClearRequests))),
    ("GET", "/sim/requests", |_| Ok(ControlCommand::State(StateCommand::ShowRequests))),
    ("POST", "/sim/void-tokens", |_| Ok(ControlCommand::State(StateCommand::VoidTokens))),
];

/// Reads a command.
pub(super) fn read(request: &ReceivedRequest) -> Result<ControlCommand, ControlError> {
    let wanted = (request.method.as_str(), request.path.as_str());
    let found = PATHS.iter().find(|(method, path, _)| (*method, *path) == wanted);
    let command = match found {
        Some((_, _, read)) => read(&request.body),
        None => alert_control::read_one(wanted.0, wanted.1, &request.body)
            .ok_or(ControlError::Unknown)?
            .map(ControlCommand::Alerts),
    };
    command.map_err(ControlError::Wrong)
}

/// Executes a command on the state, and returns what it is then.
pub(super) fn execute(state: &mut SimulatorState, command: StateCommand, now: Instant) -> Value {
    match command {
        StateCommand::Customers(customers) => state.hub.registry.listed = customers,
        StateCommand::ClearRequests => state.clear_log(),
        StateCommand::Fault(None, fault) => state.set_every_fault(fault),
        StateCommand::Fault(route, fault) => state.set_fault(route, fault),
        StateCommand::Latency(latency) => state.latency = latency,
        StateCommand::ListFaults(faults) => {
            state.hub.list.set_faults(faults);
            return list(state);
        }
        StateCommand::Population(population) => {
            state.hub.registry.generated = population.map(GeneratedCustomers::new);
        }
        StateCommand::PopulationUpdate(update) => {
            if let Some(generated) = &mut state.hub.registry.generated {
                generated.update(&update);
            }
        }
        StateCommand::RateLimit(limit) => {
            state.allowance = limit.map(|limit| RequestAllowance::new(limit, now));
        }
        StateCommand::ShowFault => {}
        StateCommand::ShowFaults => return known_faults(),
        StateCommand::ShowList => return list(state),
        StateCommand::ShowRequests => return requests(state, now),
        StateCommand::VoidTokens => state.hub.tokens.void(),
    }
    let (every, own) = state.faults();
    let mut shown = json!({
        "customers": state.hub.registry.len(),
        "fault": every.to_json(),
        "latency": state.latency,
        "rate_limit": state.allowance.map(|allowance| allowance.limit),
    });
    for (endpoint, name) in SimEndpoint::WITH_FAULTS {
        shown[name] = json!(own.get(&endpoint).map(Fault::to_json));
    }
    shown
}

/// Writes the result of a command.
pub(super) fn reply(done: Result<Value, ControlError>) -> Reply {
    let (status, answer) = match done {
        Ok(answer) => (200, answer),
        Err(ControlError::Unknown) => {
            let known = PATHS.map(|(method, path, _)| format!("{method} {path}")).join(", ");
            let known = format!("{known}, {}", PATHS_OF_ONE.join(", "));
            (404, json!({ "error": format!("no such path: write one of {known}") }))
        }
        Err(ControlError::Wrong(problem)) => (400, json!({ "error": problem })),
    };
    let body = format!("{answer}\n").into_bytes();
    Reply { status, headers: Vec::new(), body }.with("Content-Type", "application/json")
}

/// Writes what happens to new connections.
pub(super) fn listener_json(mode: ListenerMode) -> Value {
    json!({ "listener": mode })
}

fn customers(body: &[u8]) -> Result<ControlCommand, String> {
    let customers: Vec<Value> = json(body)?;
    if let Some(at) = customers.iter().position(|customer| !customer.is_object()) {
        return Err(format!("customer {} is no object as HubSoft lists them", at + 1));
    }
    Ok(ControlCommand::State(StateCommand::Customers(customers)))
}

fn listener(body: &[u8]) -> Result<ControlCommand, String> {
    let mut given: Map<String, Value> = json(body)?;
    let mode = given
        .remove("listener")
        .ok_or("\"listener\" is missing: write blackhole, open or refuse")?;
    serde_json::from_value(mode)
        .map(ControlCommand::Listener)
        .map_err(|problem| problem.to_string())
}

fn fault(body: &[u8]) -> Result<ControlCommand, String> {
    let mut given: Map<String, Value> = json(body)?;
    let name = given.remove("fault").or_else(|| given.remove("mood"));
    let endpoint = |route: &Value| route.as_str().and_then(SimEndpoint::named).ok_or(WRONG_ROUTE);
    let route = given.remove("route").as_ref().map(endpoint).transpose()?;
    let name = name.as_ref().and_then(Value::as_str).unwrap_or_default();
    let fault = Fault::named(name, &given)?;
    Ok(ControlCommand::State(StateCommand::Fault(route, fault)))
}

fn list_faults(body: &[u8]) -> Result<ControlCommand, String> {
    json(body).map(|faults| ControlCommand::State(StateCommand::ListFaults(faults)))
}

fn population(body: &[u8]) -> Result<ControlCommand, String> {
    json(body).map(|given| ControlCommand::State(StateCommand::Population(Some(given))))
}

fn population_update(body: &[u8]) -> Result<ControlCommand, String> {
    json(body).map(|update| ControlCommand::State(StateCommand::PopulationUpdate(update)))
}

fn latency(body: &[u8]) -> Result<ControlCommand, String> {
    json(body).map(|latency| ControlCommand::State(StateCommand::Latency(latency)))
}

fn rate_limit(body: &[u8]) -> Result<ControlCommand, String> {
    json(body).map(|limit| ControlCommand::State(StateCommand::RateLimit(limit)))
}

/// Every fault as it may be set, with an example of its parameters.
fn known_faults() -> Value {
    let example = |(name, parameters)| {
        let read = serde_json::from_str(parameters).ok();
        read.and_then(|parameters| Fault::named(name, &parameters).ok())
            .map(|fault| fault.to_json())
    };
    Fault::VALUES.map(example).into_iter().collect()
}

/// The faults of the list that are set, and those that may be.
fn list(state: &SimulatorState) -> Value {
    let set = state.hub.list.faults().iter().map(ListFault::to_json);
    let known = ListFault::EXAMPLES.into_iter().flat_map(serde_json::from_str::<Value>);
    json!({ "list_faults": set.collect::<Value>(), "known": known.collect::<Value>() })
}

fn requests(state: &SimulatorState, now: Instant) -> Value {
    let shown = &state.log[state.log.len().saturating_sub(SHOWN_MAX)..];
    json!({
        "alert_requests": state.count(SimEndpoint::Alerts),
        "connections": state.connections,
        "list_requests": state.count(SimEndpoint::List),
        "lookups": state.count(SimEndpoint::Lookup),
        "table_requests": state.count(SimEndpoint::Tables),
        "throttled": state.throttled,
        "token_requests": state.count(SimEndpoint::Token),
        "requests": shown.iter().map(|request| shown_request(request, now)).collect::<Value>(),
    })
}

fn shown_request(request: &LoggedRequest, now: Instant) -> Value {
    let pairs = |pairs: &[(String, String)]| -> Value {
        pairs.iter().map(|(name, value)| json!([name, shown_value(name, value)])).collect()
    };
    json!({
        "ago_ms": now.saturating_duration_since(request.at).as_millis() as u64,
        "connection": request.connection,
        "method": request.method,
        "path": request.path,
        "query": pairs(&request.query),
        "headers": pairs(&request.headers),
        "bearer": request.bearer.as_deref().map(shortened),
        "status": request.status,
    })
}

fn shown_value(name: &str, value: &str) -> String {
    let secret = SECRETS.iter().any(|secret| name.eq_ignore_ascii_case(secret));
    if secret { shortened(value) } else { value.to_owned() }
}

/// Its beginning, and never more than a quarter.
fn shortened(secret: &str) -> String {
    let shown = (secret.chars().count() / 4).min(SECRET_SHOWN_MAX);
    secret.chars().take(shown).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::super::api::Hub;
    use super::*;

    fn command(method: &str, path: &str, body: &str) -> Result<ControlCommand, ControlError> {
        read(&ReceivedRequest {
            method: method.to_owned(),
            path: path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: body.into(),
            closes: false,
        })
    }

    fn problem(path: &str, body: &str) -> String {
        match command("POST", path, body).unwrap_err() {
            ControlError::Unknown => "unknown".to_owned(),
            ControlError::Wrong(problem) => problem,
        }
    }

    #[test]
    fn an_unknown_path_or_method_is_answered_with_the_known_ones() {
        for (method, path) in [("GET", "/"), ("PUT", "/sim/fault"), ("GET", "/sim/fault/")] {
            let reply = reply(command(method, path, "").map(|_| Value::Null));
            assert_eq!(reply.status, 404);
            let body = String::from_utf8(reply.body).unwrap();
            assert!(
                PATHS.iter().all(|(method, path, _)| body.contains(&format!("{method} {path}")))
            );
        }
    }

    #[test]
    fn a_wrong_body_is_rejected_with_the_reason() {
        for (path, body, part) in [
            ("/sim/customers", "{}", "expected a sequence"),
            ("/sim/customers", "[{}, 7]", "customer 2"),
            ("/sim/listener", "{}", "blackhole, open or refuse"),
            ("/sim/listener", r#"{"listener":"ajar"}"#, "`refuse`"),
            ("/sim/list", r#"[{"fault":"sleepy"}]"#, "slow_page"),
            ("/sim/list", r#"[{"fault":"missing_rows","page":1}]"#, "rows"),
            ("/sim/population", r#"{"customers":5}"#, "seed"),
            ("/sim/population-update", r#"{"moved":{}}"#, "removed"),
            ("/sim/fault", "", "not the JSON"),
            ("/sim/fault", "{}", "server_error"),
            ("/sim/fault", r#"{"fault":"html","route":"login"}"#, "list, lookup, tables or token"),
            ("/sim/fault", r#"{"fault":"html","route":7}"#, "list, lookup, tables or token"),
            ("/sim/fault", r#"{"fault":"html","rout":"token"}"#, "rout"),
        ] {
            let problem = problem(path, body);
            assert!(problem.contains(part), "{problem}");
        }
    }

    #[test]
    fn the_path_and_key_of_0_1_0_are_still_accepted() {
        let read = command("POST", "/sim/mood", r#"{"mood":"silent"}"#);
        let expected =
            matches!(read, Ok(ControlCommand::State(StateCommand::Fault(None, Fault::Silent))));
        assert!(expected, "{read:?}");
    }

    #[test]
    fn a_fault_for_all_routes_replaces_those_of_single_routes() {
        let mut state = SimulatorState::new(Hub::default());
        let mut set =
            |route, fault| execute(&mut state, StateCommand::Fault(route, fault), Instant::now());
        set(Some(SimEndpoint::Token), Fault::WrongPassword);
        let answer = set(Some(SimEndpoint::Lookup), Fault::Silent);
        assert_eq!(answer["fault"]["fault"], "normal");
        assert_eq!(
            (&answer["lookup"]["fault"], &answer["token"]["fault"]),
            (&json!("silent"), &json!("wrong_password"))
        );
        let answer = set(None, Fault::Html);
        assert_eq!(answer["fault"]["fault"], "html");
        assert!(answer["lookup"].is_null() && answer["token"].is_null());
    }

    #[test]
    fn at_most_a_quarter_of_a_secret_is_shown() {
        assert_eq!(shortened("12345678"), "12…");
        assert_eq!(shortened("çã"), "…");
        assert_eq!(shortened(&"a".repeat(1_000)).chars().count(), SECRET_SHOWN_MAX + 1);
        assert_eq!(shown_value("AUTHORIZATION", "Bearer abcdefgh"), "Bea…");
        assert_eq!(shown_value("termo_busca", "37999990001"), "37999990001");
    }
}
