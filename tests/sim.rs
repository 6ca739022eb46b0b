//! Shows on the wire that the simulator is right without a fault, and wrong as each fault defines.

#[path = "sim/alert_faults.rs"]
mod alert_faults;
#[path = "sim/alerts.rs"]
mod alerts;
#[path = "sim/bulk_list.rs"]
mod bulk_list;
#[path = "sim/certificates.rs"]
mod certificates;
#[path = "sim/client.rs"]
mod client;
#[path = "sim/control.rs"]
mod control;
#[path = "sim/faults.rs"]
mod faults;
#[path = "sim/list_faults.rs"]
mod list_faults;
#[path = "sim/listener.rs"]
mod listener;
#[path = "sim/mixed.rs"]
mod mixed;
#[path = "sim/noc.rs"]
mod noc;
#[path = "sim/population.rs"]
mod population;
#[path = "sim/rate_limit.rs"]
mod rate_limit;
#[path = "sim/tls.rs"]
mod tls;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use bina::simulator::{self, Fault, Matching, Sim};
use serde_json::json;
use tokio::net::TcpStream;
use tokio::time::timeout;

use client::{
    Client, PHONE, SILENCE, account, by_phone, client_with, get, lookup, reply_in, start, token,
    token_request,
};

// ------------ Without faults -------------------------------------------------------------------

#[tokio::test]
async fn a_lookup_finds_the_customer_as_php_writes_him() {
    let reply = reply_in(Fault::Normal).await;
    assert_eq!((reply.status, reply.ids()), (200, vec![1]));
    assert_eq!(reply.json()["status"], "success");
    let body = String::from_utf8(reply.body.clone()).unwrap();
    assert!(body.contains(r"JO\u00c3O LUZ") && body.contains(r"rompida\/centro"));
    assert!(reply.header("Set-Cookie").is_some() && reply.header("ETag").is_none());
}

#[tokio::test]
async fn the_printed_example_is_served_and_found() {
    let sim = Sim::start(simulator::printed_example()).await.unwrap();
    let request = lookup(&token(&sim).await, "busca=telefone&termo_busca=37988242968");
    let reply = Client::to(&sim).await.exchange(&request).await;
    assert_eq!(reply.ids(), [11201]);
    let request =
        lookup(&token(&sim).await, "busca=nome_razaosocial&termo_busca=guilherme&limit=2");
    let reply = Client::to(&sim).await.exchange(&request).await;
    assert_eq!(reply.ids(), [11202, 11201], "oldest first");
}

#[tokio::test]
async fn one_connection_carries_many_requests() {
    let sim = start().await;
    let request = by_phone(&token(&sim).await);
    let mut client = Client::to(&sim).await;
    for _ in 0..3 {
        assert_eq!(client.exchange(&request).await.status, 200);
    }
    assert_eq!((sim.connections(), sim.lookups(), sim.token_requests()), (2, 3, 1));
}

#[tokio::test]
async fn two_hundred_connections_are_answered_at_once() {
    let sim = start().await;
    let request = by_phone(&token(&sim).await);
    let mut clients = Vec::new();
    for _ in 0..200 {
        clients.push(Client::to(&sim).await);
    }
    for client in &mut clients {
        client.say(&request).await;
    }
    for client in &mut clients {
        assert_eq!(client.reply().await.ids(), [1]);
    }
}

#[tokio::test]
async fn a_client_that_wants_the_connection_closed_gets_that() {
    let sim = start().await;
    let mut client = Client::to(&sim).await;
    let reply = client.exchange(&get("/login", "Connection: close\r\n")).await;
    assert_eq!(reply.status, 200);
    assert_eq!(client.rest().await.1.unwrap(), 0);
}

#[tokio::test]
async fn an_idle_connection_is_closed_at_the_limit() {
    let sim = start().await;
    sim.set_keep_alive(Duration::from_millis(50));
    let mut client = Client::to(&sim).await;
    assert_eq!(client.exchange(&get("/login", "")).await.status, 200);
    assert_eq!(client.rest().await.1.unwrap(), 0);
}

#[tokio::test]
async fn input_that_is_not_a_request_is_refused_and_not_logged() {
    let sim = start().await;
    for (request, status) in [
        ("GET /\r\n\r\n".to_owned(), 400),
        (format!("GET / HTTP/1.1\r\nHost: h\r\nX: {}\r\n\r\n", "a".repeat(17_000)), 431),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 70000\r\n\r\n".to_owned(), 413),
    ] {
        assert_eq!(Client::to(&sim).await.exchange(&request).await.status, status);
    }
    assert!(sim.requests().is_empty());
}

#[tokio::test]
async fn an_unknown_path_is_not_found() {
    let sim = start().await;
    let reply = Client::to(&sim).await.exchange(&get("/api/v2/cliente", "")).await;
    assert_eq!((reply.status, reply.json()["message"].as_str()), (404, Some("Not Found")));
}

// ------------ Tokens ---------------------------------------------------------------------------

#[tokio::test]
async fn every_token_is_fresh_and_has_its_lifetime() {
    let sim = start().await;
    assert_ne!(token(&sim).await, token(&sim).await);
    let request = token_request(&account(&sim).to_string());
    let reply = Client::to(&sim).await.exchange(&request).await.json();
    assert_eq!((&reply["token_type"], &reply["expires_in"]), (&json!("Bearer"), &json!(2_592_000)));
    assert!(reply["refresh_token"].is_string());
}

#[tokio::test]
async fn a_token_request_needs_all_five_fields_right() {
    let sim = start().await;
    for (field, error) in [
        ("client_id", "invalid_client"),
        ("client_secret", "invalid_client"),
        ("grant_type", "invalid_credentials"),
        ("password", "invalid_credentials"),
        ("username", "invalid_credentials"),
    ] {
        let mut wrong = account(&sim);
        wrong[field] = json!("wrong");
        let reply = Client::to(&sim).await.exchange(&token_request(&wrong.to_string())).await;
        assert_eq!(reply.status, 401, "{field}");
        assert_eq!(reply.json()["error"], error);
    }
}

#[tokio::test]
async fn a_form_instead_of_json_is_refused() {
    let sim = start().await;
    let request = token_request(&account(&sim).to_string())
        .replace("application/json", "application/x-www-form-urlencoded");
    assert_eq!(Client::to(&sim).await.exchange(&request).await.status, 401);
}

#[tokio::test]
async fn an_unknown_a_voided_and_an_ended_token_are_refused() {
    let sim = start().await;
    let mut client = Client::to(&sim).await;
    let voided = token(&sim).await;
    sim.void_tokens();
    sim.set_token_life(0);
    let ended = token(&sim).await;
    sim.set_token_life(60);
    let good = token(&sim).await;
    for (token, status) in [("unknown", 401), (&voided, 401), (&ended, 401), (&good, 200)] {
        assert_eq!(client.exchange(&by_phone(token)).await.status, status);
    }
    assert_eq!(client.exchange(&by_phone("x")).await.body, br#"{"message":"Unauthenticated."}"#);
}

#[tokio::test]
async fn without_accepting_json_a_client_is_sent_to_the_login_page() {
    let sim = start().await;
    let token = token(&sim).await;
    for accept in ["Accept: text/html\r\n", "Accept: */*\r\n", ""] {
        let request = by_phone(&token).replace("Accept: application/json\r\n", accept);
        let reply = Client::to(&sim).await.exchange(&request).await;
        assert_eq!((reply.status, reply.header("Location")), (302, Some("/login")));
    }
}

// ------------ Parameters -----------------------------------------------------------------------

#[tokio::test]
async fn an_undocumented_parameter_is_an_error_with_status_200() {
    let sim = start().await;
    let (token, mut client) = (token(&sim).await, Client::to(&sim).await);
    let good = "busca=telefone&termo_busca=37999990001";
    for query in [
        "termo_busca=1".to_owned(),
        "busca=telefone".to_owned(),
        "busca=fone&termo_busca=1".to_owned(),
        format!("{good}&limit=0"),
        format!("{good}&limit=101"),
        format!("{good}&limit=muitos"),
        format!("{good}&cancelado=true"),
        format!("{good}&ultima_conexao=1"),
        format!("{good}&limite=5"),
    ] {
        let reply = client.exchange(&lookup(&token, &query)).await;
        assert_eq!((reply.status, &reply.json()["status"]), (200, &json!("error")), "{query}");
    }
    let reply = client.exchange(&lookup(&token, "")).await;
    let expected = json!({ "status": "error", "msg": "Favor preencher o atributo (busca)" });
    assert_eq!(reply.json(), expected);
}

#[tokio::test]
async fn a_phone_matches_as_a_substring_by_default() {
    let stored = ["3799990001", "(37) 99999-0001", "11999990001", "37999990002"];
    let customers =
        (1..).zip(stored).map(|(id, phone)| simulator::customer(id, "ANA", phone)).collect();
    let sim = Sim::start(customers).await.unwrap();
    let (request, mut client) = (by_phone(&token(&sim).await), Client::to(&sim).await);
    assert_eq!(client.exchange(&request).await.ids(), [1, 2, 3]);
    sim.set_matching(Matching::Exact);
    assert_eq!(client.exchange(&request).await.ids(), [2]);
}

#[tokio::test]
async fn five_customers_are_returned_unless_more_are_requested() {
    let sim = Sim::start((1..=9).map(|id| simulator::customer(id, "ANA", PHONE)).collect())
        .await
        .unwrap();
    let (token, mut client) = (token(&sim).await, Client::to(&sim).await);
    let query = format!("busca=telefone&termo_busca={PHONE}");
    assert_eq!(client.exchange(&lookup(&token, &query)).await.ids(), [1, 2, 3, 4, 5]);
    assert_eq!(client.exchange(&by_phone(&token)).await.ids().len(), 9);
    sim.set_customers(Vec::new());
    assert!(client.exchange(&by_phone(&token)).await.ids().is_empty());
}

#[tokio::test]
async fn cancelled_services_and_connections_are_returned_only_on_request() {
    let mut customer = simulator::customer(1, "ANA", PHONE);
    let mut cancelled = customer["servicos"][0].clone();
    cancelled["status_prefixo"] = json!("cancelado");
    customer["servicos"].as_array_mut().unwrap().push(cancelled);
    let sim = Sim::start(vec![customer]).await.unwrap();
    let (token, mut client) = (token(&sim).await, Client::to(&sim).await);
    let query = format!("busca=telefone&termo_busca={PHONE}");
    let mut services = async |more: &str| {
        let reply = client.exchange(&lookup(&token, &format!("{query}{more}"))).await;
        reply.json()["clientes"][0]["servicos"].as_array().unwrap().clone()
    };
    let quiet = services("").await;
    assert_eq!((quiet.len(), &quiet[0]["ultima_conexao"]), (1, &json!([])));
    let all = services("&cancelado=sim&ultima_conexao=sim").await;
    assert_eq!((all.len(), &all[0]["ultima_conexao"]["conectado"]), (2, &json!(true)));
}

#[tokio::test]
async fn the_log_has_requests_and_their_status() {
    let sim = start().await;
    let token = token(&sim).await;
    let request = lookup(&token, "busca=telefone&termo_busca=37%2099999-0001");
    Client::to(&sim).await.exchange(&request).await;
    let log = sim.requests();
    let (first, last) = (&log[0], &log[1]);
    assert_eq!((first.method.as_str(), first.path.as_str()), ("POST", "/oauth/token"));
    assert!(!first.had_bearer() && last.had_bearer());
    assert_eq!(last.parameter("termo_busca"), Some("37 99999-0001"));
    assert_eq!(last.accept.as_deref(), Some("application/json"));
    assert_eq!(last.bearer.as_deref(), Some(token.as_str()));
    assert_eq!((last.status, last.connection), (Some(200), 2));
    assert!(first.at <= last.at && last.at <= Instant::now());
}

// ------------ Its life -------------------------------------------------------------------------

#[tokio::test]
async fn a_dropped_simulator_has_closed_everything_and_can_start_on_its_port_again() {
    let (sim, mut silent) = client_with(Fault::Silent).await;
    timeout(SILENCE, silent.rest()).await.unwrap_err();
    let (addr, old_token) = (sim.addr(), token(&sim).await);
    drop(sim);
    assert!(TcpStream::connect(addr).await.is_err());
    assert!(silent.rest().await.0.is_empty());
    let again = Sim::start_at(addr, Vec::new()).await.unwrap();
    assert_eq!(again.addr(), addr);
    token(&again).await;
    assert_eq!(Client::to(&again).await.exchange(&by_phone(&old_token)).await.status, 401);
}

#[tokio::test]
async fn a_port_that_is_taken_is_an_error() {
    let sim = start().await;
    let problem = Sim::start_at(sim.addr(), Vec::new()).await.err().unwrap();
    assert_eq!(problem.kind(), io::ErrorKind::AddrInUse);
}

#[tokio::test]
async fn an_address_that_others_can_reach_is_refused() {
    let everywhere: SocketAddr = (Ipv4Addr::UNSPECIFIED, 0).into();
    let problem = Sim::start_at(everywhere, Vec::new()).await.err().unwrap();
    assert_eq!(problem.kind(), io::ErrorKind::InvalidInput);
}
