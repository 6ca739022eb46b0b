//! The control path: what may be ordered, text in and text out; no socket, no clock.
//!
//! ```text
//! curl -d '{"mood":"slow","first_byte_ms":200}' http://127.0.0.1:PORT/sim/mood
//! curl -d '{"mood":"wrong_password","route":"token"}' http://127.0.0.1:PORT/sim/mood
//! curl -d '{"door":"blackhole"}' http://127.0.0.1:PORT/sim/door
//! curl http://127.0.0.1:PORT/sim/requests
//! ```

use std::time::Instant;

use serde_json::{Map, Value, json};

use super::api::Route;
use super::desk::{Desk, Request};
use super::door::Door;
use super::mood::Mood;
use super::question::Question;
use super::reply::Reply;

/// How many requests are shown, the latest ones; the counts are of all.
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
/// How much of a secret is shown at most: enough to tell two of our tokens apart.
const SECRET_SHOWN_MAX: usize = 24;

/// Something that a controller wants.
#[derive(Debug)]
pub(super) enum Order {
    /// A certificate and its key, as PEM, for new connections.
    Certificate(Vec<u8>),
    CloseConnections,
    Desk(DeskOrder),
    Door(Door),
    ShowDoor,
}

/// Something that concerns the desk alone.
#[derive(Debug)]
pub(super) enum DeskOrder {
    Customers(Vec<Value>),
    ForgetRequests,
    /// Of one route, or of all.
    Mood(Option<Route>, Mood),
    ShowMood,
    ShowMoods,
    ShowRequests,
    VoidTokens,
}

/// Why nothing is done.
#[derive(Debug)]
pub(super) enum Refusal {
    /// There is no such path, or not with that method.
    Unknown,
    /// The body is wrong, in these words.
    Wrong(String),
}

type Read = fn(&[u8]) -> Result<Order, String>;

/// Every path, and how its body is read; a test walks them.
const PATHS: [(&str, &str, Read); 11] = [
    ("POST", "/sim/certificate", |body| Ok(Order::Certificate(body.to_vec()))),
    ("POST", "/sim/close-connections", |_| Ok(Order::CloseConnections)),
    ("POST", "/sim/customers", customers),
    ("GET", "/sim/door", |_| Ok(Order::ShowDoor)),
    ("POST", "/sim/door", door),
    ("GET", "/sim/mood", |_| Ok(Order::Desk(DeskOrder::ShowMood))),
    ("POST", "/sim/mood", mood),
    ("GET", "/sim/moods", |_| Ok(Order::Desk(DeskOrder::ShowMoods))),
    ("DELETE", "/sim/requests", |_| Ok(Order::Desk(DeskOrder::ForgetRequests))),
    ("GET", "/sim/requests", |_| Ok(Order::Desk(DeskOrder::ShowRequests))),
    ("POST", "/sim/void-tokens", |_| Ok(Order::Desk(DeskOrder::VoidTokens))),
];

/// Reads what is wanted.
pub(super) fn read(question: &Question) -> Result<Order, Refusal> {
    let wanted = (question.method.as_str(), question.path.as_str());
    let found = PATHS.iter().find(|(method, path, _)| (*method, *path) == wanted);
    let (_, _, read) = found.ok_or(Refusal::Unknown)?;
    read(&question.body).map_err(Refusal::Wrong)
}

/// Does what concerns the desk, and says how things are then.
pub(super) fn obey(desk: &mut Desk, order: DeskOrder, now: Instant) -> Value {
    match order {
        DeskOrder::Customers(customers) => desk.hub.customers = customers,
        DeskOrder::ForgetRequests => desk.forget(),
        DeskOrder::Mood(None, mood) => desk.set_every_mood(mood),
        DeskOrder::Mood(route, mood) => desk.set_mood(route, mood),
        DeskOrder::ShowMood => {}
        DeskOrder::ShowMoods => return known_moods(),
        DeskOrder::ShowRequests => return requests(desk, now),
        DeskOrder::VoidTokens => desk.hub.tokens.void(),
    }
    let (every, lookup, token) = desk.moods();
    json!({
        "customers": desk.hub.customers.len(),
        "mood": every.spelled(),
        "lookup": lookup.map(Mood::spelled),
        "token": token.map(Mood::spelled),
    })
}

/// Writes what an order came to.
pub(super) fn reply(done: Result<Value, Refusal>) -> Reply {
    let (status, said) = match done {
        Ok(said) => (200, said),
        Err(Refusal::Unknown) => {
            let known = PATHS.map(|(method, path, _)| format!("{method} {path}")).join(", ");
            (404, json!({ "error": format!("no such path: write one of {known}") }))
        }
        Err(Refusal::Wrong(problem)) => (400, json!({ "error": problem })),
    };
    let body = format!("{said}\n").into_bytes();
    Reply { status, headers: Vec::new(), body }.with("Content-Type", "application/json")
}

/// Says what new connections meet.
pub(super) fn shown_door(door: Door) -> Value {
    json!({ "door": door })
}

fn customers(body: &[u8]) -> Result<Order, String> {
    let customers: Vec<Value> = json(body)?;
    if let Some(at) = customers.iter().position(|customer| !customer.is_object()) {
        return Err(format!("customer {} is no object as HubSoft lists them", at + 1));
    }
    Ok(Order::Desk(DeskOrder::Customers(customers)))
}

fn door(body: &[u8]) -> Result<Order, String> {
    let mut given: Map<String, Value> = json(body)?;
    let door =
        given.remove("door").ok_or("\"door\" is missing: write blackhole, open or refuse")?;
    serde_json::from_value(door).map(Order::Door).map_err(|problem| problem.to_string())
}

fn mood(body: &[u8]) -> Result<Order, String> {
    let mut given: Map<String, Value> = json(body)?;
    let name = given.remove("mood");
    let route = match given.remove("route").as_ref().map(Value::as_str) {
        None => None,
        Some(Some("lookup")) => Some(Route::Lookup),
        Some(Some("token")) => Some(Route::Token),
        Some(_) => return Err("a route is lookup or token; without one, it is all".to_owned()),
    };
    let name = name.as_ref().and_then(Value::as_str).unwrap_or_default();
    let mood = Mood::named(name, &given)?;
    Ok(Order::Desk(DeskOrder::Mood(route, mood)))
}

fn json<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|problem| format!("not the JSON that is read: {problem}"))
}

/// Every mood as it may be ordered, with an example of its parameters.
fn known_moods() -> Value {
    let example = |(name, parameters)| {
        let read = serde_json::from_str(parameters).ok();
        read.and_then(|parameters| Mood::named(name, &parameters).ok()).map(|mood| mood.spelled())
    };
    Mood::VALUES.map(example).into_iter().collect()
}

fn requests(desk: &Desk, now: Instant) -> Value {
    let shown = &desk.log[desk.log.len().saturating_sub(SHOWN_MAX)..];
    json!({
        "connections": desk.connections,
        "lookups": desk.lookups,
        "token_requests": desk.token_requests,
        "requests": shown.iter().map(|request| shown_request(request, now)).collect::<Value>(),
    })
}

fn shown_request(request: &Request, now: Instant) -> Value {
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
    use super::super::account::Tokens;
    use super::super::api::Hub;
    use super::super::search::Matching;
    use super::*;

    fn asked(method: &str, path: &str, body: &str) -> Result<Order, Refusal> {
        read(&Question {
            method: method.to_owned(),
            path: path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: body.into(),
            closes: false,
        })
    }

    fn problem(path: &str, body: &str) -> String {
        match asked("POST", path, body).unwrap_err() {
            Refusal::Unknown => "unknown".to_owned(),
            Refusal::Wrong(problem) => problem,
        }
    }

    #[test]
    fn a_wrong_path_or_method_is_told_the_right_ones() {
        for (method, path) in [("GET", "/"), ("PUT", "/sim/mood"), ("GET", "/sim/mood/")] {
            let reply = reply(asked(method, path, "").map(|_| Value::Null));
            assert_eq!(reply.status, 404);
            let body = String::from_utf8(reply.body).unwrap();
            assert!(
                PATHS.iter().all(|(method, path, _)| body.contains(&format!("{method} {path}")))
            );
        }
    }

    #[test]
    fn a_wrong_body_is_told_what_is_wrong() {
        for (path, body, part) in [
            ("/sim/customers", "{}", "expected a sequence"),
            ("/sim/customers", "[{}, 7]", "customer 2"),
            ("/sim/door", "{}", "blackhole, open or refuse"),
            ("/sim/door", r#"{"door":"ajar"}"#, "`refuse`"),
            ("/sim/mood", "", "not the JSON"),
            ("/sim/mood", "{}", "server_error"),
            ("/sim/mood", r#"{"mood":"html","route":"login"}"#, "lookup or token"),
            ("/sim/mood", r#"{"mood":"html","route":7}"#, "lookup or token"),
            ("/sim/mood", r#"{"mood":"html","rout":"token"}"#, "rout"),
        ] {
            let problem = problem(path, body);
            assert!(problem.contains(part), "{problem}");
        }
    }

    #[test]
    fn a_mood_for_all_ends_those_of_single_routes() {
        let hub =
            Hub { customers: Vec::new(), matching: Matching::default(), tokens: Tokens::new() };
        let mut desk = Desk::new(hub);
        let mut set = |route, mood| obey(&mut desk, DeskOrder::Mood(route, mood), Instant::now());
        set(Some(Route::Token), Mood::WrongPassword);
        let said = set(Some(Route::Lookup), Mood::Silent);
        assert_eq!(said["mood"]["mood"], "normal");
        assert_eq!(
            (&said["lookup"]["mood"], &said["token"]["mood"]),
            (&json!("silent"), &json!("wrong_password"))
        );
        let said = set(None, Mood::Html);
        assert_eq!(said["mood"]["mood"], "html");
        assert!(said["lookup"].is_null() && said["token"].is_null());
    }

    #[test]
    fn a_secret_shows_at_most_a_quarter_of_itself() {
        assert_eq!(shortened("12345678"), "12…");
        assert_eq!(shortened("çã"), "…");
        assert_eq!(shortened(&"a".repeat(1_000)).chars().count(), SECRET_SHOWN_MAX + 1);
        assert_eq!(shown_value("AUTHORIZATION", "Bearer abcdefgh"), "Bea…");
        assert_eq!(shown_value("termo_busca", "37999990001"), "37999990001");
    }
}
