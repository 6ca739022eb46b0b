//! The control path, as a shell script or another process uses it.

use std::io;
use std::time::Duration;

use bina::simulator::{AlertFault, CANARIES, Fault, ListFault, PASSWORD, Sim, customer};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::certificates::Authority;
use crate::client::{
    Client, PHONE, Reply, SILENCE, account, by_phone, get, lookup, start, token, token_request,
};
use crate::tls::meet;

/// Orders something on a connection of its own.
async fn order(sim: &Sim, method: &str, path: &str, body: &str) -> Reply {
    let length = body.len();
    let head = format!("{method} {path} HTTP/1.1\r\nHost: c\r\nContent-Length: {length}\r\n\r\n");
    let mut controller = Client::at(sim.control_addr()).await;
    timeout(Duration::from_secs(10), controller.exchange(&(head + body))).await.unwrap()
}

async fn post(sim: &Sim, path: &str, body: &Value) -> Value {
    let reply = order(sim, "POST", path, &body.to_string()).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    reply.json()
}

async fn shown(sim: &Sim, path: &str) -> Value {
    order(sim, "GET", path, "").await.json()
}

// ------------ Faults ----------------------------------------------------------------------------

#[tokio::test]
async fn every_fault_can_be_set_and_is_listed() {
    let sim = start().await;
    let known = shown(&sim, "/sim/faults").await;
    assert_eq!(known.as_array().unwrap().len(), Fault::VALUES.len());
    for (name, parameters) in Fault::VALUES {
        let mut fault: Value = serde_json::from_str(parameters).unwrap();
        fault["fault"] = json!(name);
        assert!(known.as_array().unwrap().contains(&fault), "{name}");
        assert_eq!(post(&sim, "/sim/fault", &fault).await["fault"], fault);
        assert_eq!(shown(&sim, "/sim/fault").await["fault"], fault);
    }
}

#[tokio::test]
async fn a_fault_that_is_set_takes_effect() {
    let sim = start().await;
    let request = by_phone(&token(&sim).await);
    for (fault, status) in [
        (json!({ "fault": "server_error" }), 500),
        (json!({ "fault": "throttled", "retry_after": "never" }), 429),
        (json!({ "fault": "throttled", "retry_after": { "date": 784_111_777 } }), 429),
        (json!({ "fault": "answer", "status": 502, "body": "nginx" }), 502),
        (json!({ "fault": "normal" }), 200),
    ] {
        post(&sim, "/sim/fault", &fault).await;
        assert_eq!(Client::to(&sim).await.exchange(&request).await.status, status, "{fault}");
    }
}

#[tokio::test]
async fn a_fault_can_be_set_for_one_route() {
    let sim = start().await;
    let (request, mut client) = (by_phone(&token(&sim).await), Client::to(&sim).await);
    let token = token_request(&account(&sim).to_string());
    let mut met =
        async || (client.exchange(&request).await.status, client.exchange(&token).await.status);
    post(&sim, "/sim/fault", &json!({ "fault": "server_error", "route": "lookup" })).await;
    assert_eq!(met().await, (500, 200));
    post(&sim, "/sim/fault", &json!({ "fault": "unavailable", "route": "token" })).await;
    assert_eq!(met().await, (500, 503));
    post(&sim, "/sim/fault", &json!({ "fault": "normal" })).await;
    assert_eq!(met().await, (200, 200));
}

#[tokio::test]
async fn an_unknown_fault_is_answered_with_the_known_ones() {
    let sim = start().await;
    let reply = order(&sim, "POST", "/sim/fault", r#"{"fault":"sleepy"}"#).await;
    assert_eq!(reply.status, 400);
    let error = reply.json()["error"].as_str().unwrap().to_owned();
    assert!(error.contains("sleepy"));
    assert!(Fault::VALUES.iter().all(|(name, _)| error.contains(name)));
}

#[tokio::test]
async fn every_fault_of_the_list_can_be_set_and_is_listed() {
    let sim = start().await;
    for example in ListFault::EXAMPLES {
        let fault: Value = serde_json::from_str(example).unwrap();
        let shown_now = post(&sim, "/sim/list", &json!([fault])).await;
        assert_eq!(shown_now["list_faults"], json!([fault]));
        assert!(shown_now["known"].as_array().unwrap().contains(&fault));
    }
    assert_eq!(post(&sim, "/sim/list", &json!([])).await["list_faults"], json!([]));
    assert_eq!(shown(&sim, "/sim/list").await["list_faults"], json!([]));
}

#[tokio::test]
async fn customers_are_generated_and_changed_by_command() {
    let sim = start().await;
    let population = json!({ "customers": 60_000, "seed": 7 });
    assert_eq!(post(&sim, "/sim/population", &population).await["customers"], 60_001);
    let path = "/sim/population-update";
    let removed = json!({ "removed": { "indexes": [1, 2] } });
    assert_eq!(post(&sim, path, &removed).await["customers"], 59_999);
    let old = sim.generated_phones(3);
    let change = json!({ "indexes": [3], "change": "phones", "day": 20_261_130 });
    post(&sim, path, &json!({ "changed": change })).await;
    assert_ne!(sim.generated_phones(3), old);
    let reply = order(&sim, "DELETE", "/sim/population", "").await;
    assert_eq!(reply.json()["customers"], 1);
}

// ------------ Alerts ---------------------------------------------------------------------------

#[tokio::test]
async fn alerts_are_published_edited_and_ended_by_command() {
    let sim = start().await;
    post(&sim, "/sim/population", &json!({ "customers": 5_000, "seed": 7 })).await;
    let scope = json!({ "interfaces": [70_001], "statuses": ["servico_habilitado"] });
    let alert = json!({ "text": "Fibra", "scope": scope, "ends": 600, "rule": "or" });
    let shown_now = post(&sim, "/sim/alerts", &json!([alert, { "text": "Outro" }])).await;
    assert_eq!(shown_now["added"], json!([301, 302]));
    let edit = r#"{"text":"Volta 20h","visible":false}"#;
    let edited = order(&sim, "PUT", "/sim/alerts/301", edit).await.json()["alerts"][0].clone();
    assert_eq!((&edited["text"], &edited["visible"]), (&json!("Volta 20h"), &json!(false)));
    assert_eq!((&edited["rule"], &edited["scope"]["interfaces"]), (&json!("or"), &json!([70_001])));
    let ended = order(&sim, "DELETE", "/sim/alerts/302", "").await.json();
    assert!(ended["alerts"][1]["deleted"].is_string() && ended["alerts"][0]["deleted"].is_null());
    order(&sim, "DELETE", "/sim/alerts", "").await;
    assert_eq!(shown(&sim, "/sim/alerts").await["alerts"], json!([]));
}

#[tokio::test]
async fn a_wrong_alert_is_rejected_with_the_reason() {
    let sim = start().await;
    for (method, path, body, part) in [
        ("POST", "/sim/alerts", r#"[{"texto":"Fibra"}]"#, "texto"),
        ("POST", "/sim/alerts", r#"[{"scope":{"pops":["POP 9"]}}]"#, "POP 9"),
        ("POST", "/sim/alerts", r#"[{"ends":"amanhã"}]"#, "2026-11-29 14:02:11"),
        ("PUT", "/sim/alerts/7", "{}", "no alert 7"),
        ("DELETE", "/sim/alerts/7", "", "no alert 7"),
        ("POST", "/sim/alert-faults", r#"[{"fault":"sleepy"}]"#, "repeated_page"),
    ] {
        let reply = order(&sim, method, path, body).await;
        assert_eq!(reply.status, 400);
        assert!(reply.json()["error"].as_str().unwrap().contains(part), "{path} {body}");
    }
}

#[tokio::test]
async fn every_fault_of_the_alerts_can_be_set_and_is_listed() {
    let sim = start().await;
    for example in AlertFault::EXAMPLES {
        let fault: Value = serde_json::from_str(example).unwrap();
        let shown_now = post(&sim, "/sim/alert-faults", &json!([fault])).await;
        assert_eq!(shown_now["alert_faults"], json!([fault]));
        assert!(shown_now["known_faults"].as_array().unwrap().contains(&fault));
    }
}

#[tokio::test]
async fn clock_latency_and_rate_limit_are_set_by_command() {
    let sim = start().await;
    let clock = json!({ "ahead_s": -86_400, "zone_s": 0 });
    let yesterday =
        post(&sim, "/sim/clock", &clock).await["now"].as_str().unwrap()[..10].to_owned();
    assert!(sim.provider_time().starts_with(&yesterday));
    let latency = json!({ "median_ms": 1.0, "sigma": 0.5, "seed": 7 });
    assert_eq!(post(&sim, "/sim/latency", &latency).await["latency"], latency);
    post(&sim, "/sim/rate-limit", &json!({ "per_second": 0.001, "burst": 1 })).await;
    token(&sim).await;
    let reply = Client::to(&sim).await.exchange(&get("/login", "")).await;
    assert_eq!(reply.status, 429);
    assert_eq!(shown(&sim, "/sim/requests").await["throttled"], 1);
    assert_eq!(post(&sim, "/sim/rate-limit", &json!(null)).await["rate_limit"], json!(null));
}

// ------------ Customers, tokens, requests ------------------------------------------------------

#[tokio::test]
async fn customers_are_replaced_and_tokens_voided() {
    let sim = start().await;
    let (request, mut client) = (by_phone(&token(&sim).await), Client::to(&sim).await);
    let customers = json!([customer(8, "BIA", PHONE), customer(9, "CAIO", PHONE)]);
    assert_eq!(post(&sim, "/sim/customers", &customers).await["customers"], 2);
    assert_eq!(client.exchange(&request).await.ids(), [8, 9]);
    post(&sim, "/sim/void-tokens", &json!(null)).await;
    assert_eq!(client.exchange(&request).await.status, 401);
}

#[tokio::test]
async fn the_log_is_readable_without_secrets() {
    let sim = start().await;
    let token = token(&sim).await;
    let query = format!("busca=telefone&termo_busca={PHONE}&password={PASSWORD}");
    Client::to(&sim).await.exchange(&lookup(&token, &query)).await;
    let reply = order(&sim, "GET", "/sim/requests", "").await;
    let text = String::from_utf8(reply.body.clone()).unwrap();
    assert!(CANARIES.iter().filter(|canary| !canary.ends_with('-')).all(|c| !text.contains(c)));
    assert!(!text.contains(&token[..40]));
    let log = reply.json();
    assert_eq!((&log["lookups"], &log["token_requests"]), (&json!(1), &json!(1)));
    assert_eq!((&log["connections"], log["requests"].as_array().unwrap().len()), (&json!(2), 2));
    let last = &log["requests"][1];
    assert_eq!((&last["method"], &last["status"]), (&json!("GET"), &json!(200)));
    assert_eq!(last["path"], "/api/v1/integracao/cliente");
    assert_eq!(last["query"][1], json!(["termo_busca", PHONE]));
    assert!(last["ago_ms"].as_u64().unwrap() < 60_000);
}

#[tokio::test]
async fn the_log_can_be_cleared_and_lists_the_latest_thousand() {
    let sim = start().await;
    let mut client = Client::to(&sim).await;
    for number in 0..1_002 {
        client.exchange(&get(&format!("/{number}"), "")).await;
    }
    let log = shown(&sim, "/sim/requests").await;
    let requests = log["requests"].as_array().unwrap();
    assert_eq!((requests.len(), &requests[0]["path"]), (1_000, &json!("/2")));
    order(&sim, "DELETE", "/sim/requests", "").await;
    assert_eq!(shown(&sim, "/sim/requests").await["requests"], json!([]));
    assert_eq!((sim.requests().len(), sim.lookups()), (0, 0));
}

// ------------ Connections ----------------------------------------------------------------------

#[tokio::test]
async fn the_controller_is_unaffected_by_faults_and_the_listener_and_not_counted() {
    let sim = start().await;
    sim.set_fault(Fault::Silent);
    post(&sim, "/sim/listener", &json!({ "listener": "refuse" })).await;
    let problem = TcpStream::connect(sim.addr()).await.unwrap_err();
    assert_eq!(problem.kind(), io::ErrorKind::ConnectionRefused);
    assert_eq!(shown(&sim, "/sim/listener").await, json!({ "listener": "refuse" }));
    assert_eq!(shown(&sim, "/sim/fault").await["fault"], json!({ "fault": "silent" }));
    assert_eq!((sim.connections(), sim.lookups(), sim.requests().len()), (0, 0, 0));
    post(&sim, "/sim/listener", &json!({ "listener": "open" })).await;
    TcpStream::connect(sim.addr()).await.unwrap();
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_blackhole_can_be_set_and_removed() {
    let sim = start().await;
    post(&sim, "/sim/listener", &json!({ "listener": "blackhole" })).await;
    timeout(SILENCE, TcpStream::connect(sim.addr())).await.unwrap_err();
    post(&sim, "/sim/listener", &json!({ "listener": "open" })).await;
    timeout(SILENCE, TcpStream::connect(sim.addr())).await.unwrap().unwrap();
}

#[tokio::test]
async fn open_connections_can_be_closed_by_command() {
    let sim = start().await;
    let mut client = Client::to(&sim).await;
    assert_eq!(client.exchange(&get("/login", "")).await.status, 200);
    post(&sim, "/sim/close-connections", &json!(null)).await;
    assert_eq!(client.rest().await.1.unwrap(), 0);
}

#[tokio::test]
async fn a_certificate_can_be_set() {
    let (sim, authority) = (start().await, Authority::new());
    let pem = authority.good_pem("localhost");
    assert_eq!(order(&sim, "POST", "/sim/certificate", &pem).await.status, 200);
    meet(&sim, &authority, "localhost").await.unwrap();
    for (wrong, part) in [("", "no certificate"), (authority.pem(), "key: ")] {
        let reply = order(&sim, "POST", "/sim/certificate", wrong).await;
        assert_eq!(reply.status, 400);
        assert!(reply.json()["error"].as_str().unwrap().contains(part));
    }
}

// ------------ Its limits -----------------------------------------------------------------------

#[tokio::test]
async fn the_control_path_is_on_its_own_port_only() {
    let sim = start().await;
    let reply = Client::to(&sim).await.exchange(&get("/sim/fault", "")).await;
    assert_eq!((reply.status, sim.requests().len()), (404, 1));
    let reply = Client::at(sim.control_addr()).await.exchange(&by_phone("x")).await;
    assert_eq!((reply.status, sim.requests().len()), (404, 1));
    assert!(reply.json()["error"].as_str().unwrap().contains("POST /sim/fault"));
    assert!(sim.control_addr().ip().is_loopback());
}

#[tokio::test]
async fn a_controllers_body_is_limited() {
    let sim = start().await;
    let customers: Vec<_> = (1..=300).map(|id| customer(id, "ANA", PHONE)).collect();
    assert_eq!(post(&sim, "/sim/customers", &json!(customers)).await["customers"], 300);
    let head = "POST /sim/customers HTTP/1.1\r\nHost: c\r\nContent-Length: 16777217\r\n\r\n";
    assert_eq!(Client::at(sim.control_addr()).await.exchange(head).await.status, 413);
}

#[tokio::test]
async fn one_connection_carries_many_commands() {
    let sim = start().await;
    let mut controller = Client::at(sim.control_addr()).await;
    for _ in 0..3 {
        assert_eq!(controller.exchange(&get("/sim/listener", "")).await.status, 200);
    }
    let reply = controller.exchange(&get("/sim/listener", "Connection: close\r\n")).await;
    assert_eq!((reply.status, controller.rest().await.1.unwrap()), (200, 0));
}
