//! The HubSoft client over real sockets: requests, tokens, limits and refusals.

mod app;
#[path = "hubsoft/firewall_pages.rs"]
mod firewall_pages;

use std::time::Duration;

use app::{client, key, soon};
use bina::domain::failure::Failure;
use bina::domain::finding::Record;
use bina::domain::found::FoundCustomer;
use bina::simulator::{Fault, Matching, RetryAfter, Sim, customer, with_alert};
use bina::sources::hubsoft::HubSoft;
use bina::sources::reasons::{self, RefusedCredentials};
use bina::sources::shared_request::Partial;
use bina::sources::source::{Budget, Source};
use serde_json::Value;

const PHONE: &str = "37999990001";
/// A number with one form, for tests that count requests.
const LANDLINE: &str = "3733330001";

/// A simulator that answers lookups with `fault`, and what the client makes of it.
async fn met(fault: Fault, settings: &str) -> (Sim, Result<Record, Failure>) {
    met_with(PHONE, fault, settings).await
}

async fn met_with(number: &str, fault: Fault, settings: &str) -> (Sim, Result<Record, Failure>) {
    let sim = Sim::start(vec![customer(1, "ANA", number)]).await.expect("loopback");
    sim.set_token_fault(Fault::Normal);
    sim.set_fault(fault);
    let result = client(&sim, settings).fetch(&key(number), soon(), Partial::ignored()).await;
    (sim, result.map(|fetched| fetched.record))
}

#[tokio::test]
async fn failures_below_http_have_labels_too() {
    for (fault, label) in [
        (Fault::Truncated, "invalid_answer"),
        (Fault::TruncatedChunked, "invalid_answer"),
        (Fault::Reset, "invalid_answer"),
        (Fault::GzipBomb, "invalid_answer"),
        (Fault::Huge { bytes: 5_000_000 }, "too_large"),
        (Fault::HugeChunked { bytes: 5_000_000 }, "too_large"),
        (Fault::Silent, "timeout"),
        (Fault::Drip { byte_every: Duration::from_millis(50) }, "timeout"),
        (Fault::Throttled { retry_after: RetryAfter::Never }, "throttled"),
        (Fault::Trace, "refused"),
        (Fault::WrongTypes, "invalid_answer"),
    ] {
        let name = format!("{fault:?}");
        let (_sim, result) = met_with(LANDLINE, fault, "attempt_ms = 400\n").await;
        assert_eq!(result.expect_err(&name).label(), label, "{name}");
    }
}

#[tokio::test]
async fn a_failed_connection_is_distinguished_from_a_slow_one() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    let client = client(&sim, "");
    drop(sim);
    assert_eq!(
        client.fetch(&key(PHONE), soon(), Partial::ignored()).await,
        Err(reasons::CONNECT.failure())
    );
}

#[tokio::test]
async fn a_body_over_the_cap_is_an_error_and_below_it_is_read() {
    let many: Vec<Value> = (0..20).map(|id| customer(id, "ANA", PHONE)).collect();
    let sim = Sim::start(many).await.expect("loopback");
    let small = client(&sim, "body_bytes_max = 20000\n")
        .fetch(&key(PHONE), soon(), Partial::ignored())
        .await;
    assert_eq!(small, Err(reasons::TOO_LARGE.failure()));
    let large = client(&sim, "")
        .fetch(&key(PHONE), soon(), Partial::ignored())
        .await
        .expect("below 4 MiB")
        .record;
    assert_eq!(large.customers().len(), 20);
}

#[tokio::test]
async fn the_request_is_the_documented_one() {
    let sim = Sim::start(vec![customer(1, "ANA", PHONE)]).await.expect("loopback");
    client(&sim, "").fetch(&key(PHONE), soon(), Partial::ignored()).await.expect("found");
    let requests = sim.requests();
    let lookup =
        requests.iter().find(|request| request.path.ends_with("/cliente")).expect("a lookup");
    assert_eq!(lookup.path, "/api/v1/integracao/cliente");
    assert_eq!(lookup.accept.as_deref(), Some("application/json"));
    let pairs = |query: &[(&str, &str)]| {
        query
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect::<Vec<_>>()
    };
    let expected = [("busca", "telefone"), ("termo_busca", PHONE), ("limit", "20")];
    assert_eq!(lookup.query, pairs(&expected));
}

#[tokio::test]
async fn optional_parameters_are_sent_only_when_set() {
    let sim = Sim::start(vec![customer(1, "ANA", PHONE)]).await.expect("loopback");
    let settings = "limit = 100\ncancelado = \"sim\"\nultima_conexao = \"sim\"\n";
    client(&sim, settings).fetch(&key(PHONE), soon(), Partial::ignored()).await.expect("found");
    let requests = sim.requests();
    let lookup = requests.last().expect("a lookup");
    for pair in [("limit", "100"), ("cancelado", "sim"), ("ultima_conexao", "sim")] {
        assert!(
            lookup.query.iter().any(|(key, value)| (key.as_str(), value.as_str()) == pair),
            "{pair:?}"
        );
    }
}

#[tokio::test]
async fn a_customer_whose_number_only_ends_alike_is_not_found() {
    let sim = Sim::start(vec![customer(1, "LONGE", "31999990001")]).await.expect("loopback");
    let record = client(&sim, "")
        .fetch(&key(PHONE), soon(), Partial::ignored())
        .await
        .expect("answered")
        .record;
    assert!(record.is_not_found());
    assert!(sim.lookups() >= 1);
}

#[tokio::test]
async fn not_found_needs_an_answer_to_every_form_of_the_number() {
    for (first, second) in [
        (Fault::Normal, Fault::ServerError),
        (Fault::StatusError, Fault::Normal),
        (Fault::Normal, Fault::Silent),
        (Fault::Html, Fault::Normal),
    ] {
        let sim = Sim::start(vec![]).await.expect("loopback");
        let name = format!("{first:?}, {second:?}");
        sim.script(vec![first, second]);
        let result =
            client(&sim, "attempt_ms = 300\n").fetch(&key(PHONE), soon(), Partial::ignored()).await;
        assert!(result.is_err(), "{name}: {result:?}");
    }
}

#[tokio::test]
async fn a_failing_hubsoft_is_not_queried_twice_for_one_call() {
    for fault in [Fault::Unavailable, Fault::Throttled { retry_after: RetryAfter::Never }] {
        let (sim, result) = met_with(LANDLINE, fault, "").await;
        assert!(result.is_err());
        assert_eq!(sim.lookups(), 1);
    }
}

#[tokio::test]
async fn one_token_serves_many_lookups() {
    let sim = Sim::start(vec![customer(1, "ANA", LANDLINE)]).await.expect("loopback");
    let client = client(&sim, "");
    for _ in 0..5 {
        client.fetch(&key(LANDLINE), soon(), Partial::ignored()).await.expect("found");
    }
    assert_eq!((sim.token_requests(), sim.lookups()), (1, 5));
}

#[tokio::test]
async fn fifty_lookups_without_a_token_send_one_token_request() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    sim.set_token_fault(Fault::Slow { first_byte: Duration::from_millis(100) });
    let client = std::sync::Arc::new(client(&sim, ""));
    let mut lookups = tokio::task::JoinSet::new();
    for last in 0..50 {
        let client = std::sync::Arc::clone(&client);
        lookups.spawn(async move {
            client.fetch(&key(&format!("379999100{last:02}")), soon(), Partial::ignored()).await
        });
    }
    while let Some(result) = lookups.join_next().await {
        assert!(result.expect("no panic").is_ok());
    }
    assert_eq!(sim.token_requests(), 1);
}

#[tokio::test]
async fn a_voided_token_costs_one_new_token_and_one_retry() {
    let sim = Sim::start(vec![customer(1, "ANA", LANDLINE)]).await.expect("loopback");
    let client = client(&sim, "");
    client.fetch(&key(LANDLINE), soon(), Partial::ignored()).await.expect("found");
    sim.void_tokens();
    client.fetch(&key(LANDLINE), soon(), Partial::ignored()).await.expect("found with a new token");
    assert_eq!((sim.token_requests(), sim.lookups()), (2, 3));
}

#[tokio::test]
async fn a_lookup_that_stays_unauthorized_is_retried_once_and_no_more() {
    let (sim, result) = met_with(LANDLINE, Fault::Unauthorized, "").await;
    assert_eq!(result, Err(reasons::UNAUTHORIZED.failure()));
    assert_eq!((sim.token_requests(), sim.lookups()), (2, 2));
}

#[tokio::test]
async fn refused_credentials_are_not_tried_again_at_once() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    sim.set_token_fault(Fault::WrongPassword);
    let client = client(&sim, "");
    assert_eq!(
        client.fetch(&key(PHONE), soon(), Partial::ignored()).await,
        Err(RefusedCredentials::User.failure())
    );
    for _ in 0..5 {
        assert_eq!(
            client.fetch(&key(PHONE), soon(), Partial::ignored()).await,
            Err(reasons::NO_TOKEN.failure())
        );
    }
    assert_eq!((sim.token_requests(), sim.lookups()), (1, 0));
}

#[tokio::test]
async fn a_token_is_renewed_at_four_fifths_of_its_life() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    sim.set_token_life(2);
    let client = client(&sim, "");
    client.fetch(&key(PHONE), soon(), Partial::ignored()).await.expect("answered");
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    client.fetch(&key(PHONE), soon(), Partial::ignored()).await.expect("answered");
    assert_eq!(sim.token_requests(), 1, "after 60 % of its life");
    tokio::time::sleep(Duration::from_millis(500)).await;
    client.fetch(&key(PHONE), soon(), Partial::ignored()).await.expect("answered");
    client.fetch(&key(PHONE), soon(), Partial::ignored()).await.expect("answered");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(sim.token_requests(), 2, "after 85 % of its life");
}

#[tokio::test]
async fn a_token_response_of_unexpected_types_is_read_or_rejected() {
    for (body, good) in [
        (r#"{"access_token":"t","expires_in":"2592000"}"#, true),
        (r#"{"access_token":"t"}"#, true),
        (r#"{"access_token":"t","expires_in":-1}"#, true),
        (r#"{"access_token":"t","expires_in":1e300}"#, true),
        (r#"{"access_token":null,"expires_in":10}"#, false),
        (r#"{"error":"invalid_credentials"}"#, false),
        ("<html>", false),
    ] {
        let sim = Sim::start(vec![]).await.expect("loopback");
        let body = body.as_bytes().to_owned();
        sim.set_token_fault(Fault::Answer { status: 200, headers: vec![], body: body.clone() });
        let _ = client(&sim, "").fetch(&key(PHONE), soon(), Partial::ignored()).await;
        assert_eq!(sim.lookups() > 0, good, "{}", String::from_utf8_lossy(&body));
    }
}

#[tokio::test]
async fn a_refused_token_names_the_credentials_that_were_refused() {
    for (status, body, refused) in [
        (401, r#"{"error":"invalid_client"}"#, Some(RefusedCredentials::Client)),
        (401, r#"{"error":"invalid_credentials"}"#, Some(RefusedCredentials::User)),
        (400, r#"{"error":"invalid_grant"}"#, Some(RefusedCredentials::User)),
        (200, r#"{"status":"error","error":"invalid_client"}"#, Some(RefusedCredentials::Client)),
        (400, r#"{"error":"unsupported_grant_type"}"#, None),
        (401, r#"{"message":"Unauthenticated."}"#, None),
        (401, "{", None),
    ] {
        let sim = Sim::start(vec![]).await.expect("loopback");
        sim.set_token_fault(Fault::Answer { status, headers: vec![], body: body.into() });
        let failure = client(&sim, "").warm().await.expect_err("no token");
        assert!(failure.is(&reasons::TOKEN), "{body}: {failure}");
        assert_eq!(RefusedCredentials::of(&failure), refused, "{body}");
    }
}

#[tokio::test]
async fn a_redirect_is_never_followed() {
    let other = Sim::start(vec![]).await.expect("loopback");
    for status in [301, 302, 307, 308] {
        let to = format!("{}/oauth/token", other.base_url());
        let (_sim, result) = met(Fault::Redirect { to: to.clone(), status }, "").await;
        assert_eq!(result, Err(reasons::REDIRECT.with_status(status)));
        let sim = Sim::start(vec![]).await.expect("loopback");
        sim.set_token_fault(Fault::Redirect { to, status });
        let _ = client(&sim, "").fetch(&key(PHONE), soon(), Partial::ignored()).await;
    }
    assert_eq!(other.connections(), 0, "not a byte went to the other host");
}

#[tokio::test]
async fn no_failure_text_names_a_url_a_number_or_a_secret() {
    for fault in
        [Fault::Silent, Fault::HangUp, Fault::Reset, Fault::Trace, Fault::HugeHeaders, Fault::Html]
    {
        let (sim, result) = met(fault, "attempt_ms = 300\n").await;
        let failure = result.expect_err("no fault to answer");
        let text = format!("{failure} {failure:?}");
        let secrets = [PHONE, "http://", sim.credentials().password, bina::simulator::CANARY_TRACE];
        assert!(secrets.iter().all(|secret| !text.contains(secret)), "{text}");
    }
}

#[tokio::test]
async fn a_base_url_with_a_path_is_kept() {
    for base in ["/hub", "/hub/"] {
        let sim = Sim::start(vec![]).await.expect("loopback");
        let text =
            app::connection(&sim).replace(&sim.base_url(), &format!("{}{base}", sim.base_url()));
        let client = HubSoft::new(app::config(&text).hubsoft).expect("a client");
        let _ = client.fetch(&key(PHONE), soon(), Partial::ignored()).await;
        assert_eq!(sim.requests()[0].path, "/hub/oauth/token");
    }
}

#[tokio::test]
async fn an_alert_of_any_verified_customer_is_kept() {
    let quiet = customer(1, "ANA", PHONE);
    let alerted = with_alert(customer(2, "BIA", PHONE), &["Rompimento"]);
    let sim = Sim::start(vec![quiet, alerted, customer(3, "LONGE", "11999990001")])
        .await
        .expect("loopback");
    let record = client(&sim, "")
        .fetch(&key(PHONE), soon(), Partial::ignored())
        .await
        .expect("found")
        .record;
    let alerts: Vec<_> = record.customers().iter().map(FoundCustomer::alerted).collect();
    assert_eq!(alerts, [false, true]);
}

#[tokio::test]
async fn a_customer_who_is_listed_twice_is_one_customer() {
    let ana = customer(1, "ANA", PHONE);
    let sim =
        Sim::start(vec![ana.clone(), ana, customer(2, "BIA", PHONE)]).await.expect("loopback");
    let record = client(&sim, "")
        .fetch(&key(PHONE), soon(), Partial::ignored())
        .await
        .expect("found")
        .record;
    assert_eq!(record.customers().len(), 2);
}

#[tokio::test]
async fn a_request_past_its_deadline_still_queries_the_second_form_when_a_slot_is_free() {
    let sim = Sim::start(vec![customer(1, "ANA", "3799990001")]).await.expect("loopback");
    sim.set_matching(Matching::Exact);
    sim.set_fault(Fault::Slow { first_byte: Duration::from_millis(150) });
    let passed = tokio::time::Instant::now() + Duration::from_millis(100);
    let record = client(&sim, "")
        .fetch(&key(PHONE), Budget::of_call(passed), Partial::ignored())
        .await
        .expect("found")
        .record;
    assert_eq!(record.customers().len(), 1);
    assert_eq!(sim.lookups(), 2);
}

#[tokio::test]
async fn the_retry_after_of_the_token_route_is_honoured() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    sim.set_token_fault(Fault::Throttled { retry_after: RetryAfter::Seconds(30) });
    let client = client(&sim, "");
    assert!(client.fetch(&key(PHONE), soon(), Partial::ignored()).await.is_err());
    tokio::time::sleep(Duration::from_millis(6_500)).await;
    assert_eq!(
        client.fetch(&key(PHONE), soon(), Partial::ignored()).await,
        Err(reasons::NO_TOKEN.failure())
    );
    assert_eq!(sim.token_requests(), 1);
}
