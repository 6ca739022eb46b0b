//! Whose number it is: two forms, full lists, customers who have left, over real sockets.

mod app;

use std::time::Duration;

use app::{client, key, soon};
use bina::domain::failure::Failure;
use bina::simulator::{Fault, Matching, Sim, customer, with_alert};
use bina::sources::hubsoft::HubSoft;
use bina::sources::reasons;
use bina::sources::shared_request::Partial;
use bina::sources::source::{Budget, Sighting, Source};
use serde_json::{Value, json};

const NEW: &str = "37999990001";
const OLD: &str = "3799990001";
/// One request at a time: there is no slot for a second form beside the first.
const ONE_SLOT: &str = "[limiter]\nrate = 2\nburst = 1\n";

async fn exact(customers: Vec<Value>) -> Sim {
    let sim = Sim::start(customers).await.expect("loopback");
    sim.set_matching(Matching::Exact);
    sim
}

async fn fetched(client: &HubSoft) -> Result<Sighting, Failure> {
    client.fetch(&key(NEW), soon(), Partial::ignored()).await
}

/// How many customers, how many of them with an alert, and whether the look was complete.
fn counts(fetched: &Sighting) -> (usize, usize, bool) {
    let customers = fetched.record.customers();
    let alerted = customers.iter().filter(|known| known.alerted()).count();
    (customers.len(), alerted, fetched.is_complete)
}

fn terms(sim: &Sim) -> Vec<String> {
    let term = |request: bina::simulator::LoggedRequest| {
        request.query.into_iter().find(|(key, _)| key == "termo_busca").map(|(_, value)| value)
    };
    let mut terms: Vec<_> = sim.requests().into_iter().filter_map(term).collect();
    terms.sort();
    terms
}

fn limits(sim: &Sim) -> Vec<String> {
    let limit = |request: bina::simulator::LoggedRequest| {
        request.query.into_iter().find(|(key, _)| key == "limit").map(|(_, value)| value)
    };
    sim.requests().into_iter().filter_map(limit).collect()
}

fn with_services(mut customer: Value, statuses: &[&str]) -> Value {
    let service = |status: &&str| json!({ "id_cliente_servico": 1, "status_prefixo": status });
    customer["servicos"] = statuses.iter().map(service).collect();
    customer
}

#[tokio::test]
async fn two_registrations_under_two_forms_are_one_finding() {
    let quiet = customer(1, "ANA", NEW);
    let alerted = with_alert(customer(2, "BIA", OLD), &["Rompimento"]);
    let sim = exact(vec![quiet, alerted]).await;
    let found = fetched(&client(&sim, "")).await.expect("found");
    assert_eq!(counts(&found), (2, 1, true));
    assert!(found.record.identity().is_none());
    assert_eq!(terms(&sim), [OLD, NEW]);
}

#[tokio::test]
async fn one_customer_with_both_forms_is_one() {
    let mut ana = customer(1, "ANA", NEW);
    ana["telefone_secundario"] = json!(OLD);
    let sim = exact(vec![ana]).await;
    let found = fetched(&client(&sim, "")).await.expect("found");
    assert_eq!(counts(&found), (1, 0, true));
}

#[tokio::test]
async fn without_a_slot_the_first_form_counts_and_is_incomplete() {
    let sim = exact(vec![customer(1, "ANA", NEW), customer(2, "BIA", OLD)]).await;
    let client = client(&sim, ONE_SLOT);
    assert_eq!(counts(&fetched(&client).await.expect("found")), (1, 0, false));
    assert_eq!(terms(&sim), [NEW]);
    // Half a second later the slot is free while the first search is in progress.
    sim.set_fault(Fault::Slow { first_byte: Duration::from_millis(600) });
    assert_eq!(counts(&fetched(&client).await.expect("found")), (2, 0, true));
}

#[tokio::test]
async fn a_second_form_that_fails_or_hangs_costs_the_call_nothing() {
    for fault in [Fault::ServerError, Fault::Silent] {
        let sim = exact(vec![customer(1, "ANA", NEW)]).await;
        let client = client(&sim, "");
        fetched(&client).await.expect("found");
        tokio::time::sleep(Duration::from_millis(200)).await;
        let deadline = tokio::time::Instant::now() + Duration::from_millis(800);
        let name = format!("{fault:?}");
        sim.script(vec![Fault::Slow { first_byte: Duration::from_millis(1) }, fault]);
        // Which of the two comes first is not known; the first one's failure is an answer, too.
        let result = client.fetch(&key(NEW), Budget::of_call(deadline), Partial::ignored()).await;
        let late = deadline.elapsed();
        assert!(late.is_zero() || result.is_err(), "{name}: {late:?}");
    }
}

#[tokio::test]
async fn no_name_is_returned_when_the_first_form_failed() {
    for fault in [Fault::ServerError, Fault::StatusError, Fault::Html] {
        let sim = exact(vec![customer(2, "BIA", OLD)]).await;
        let client = client(&sim, ONE_SLOT);
        let name = format!("{fault:?}");
        sim.script(vec![fault]);
        assert!(fetched(&client).await.is_err(), "{name}");
        assert_eq!(terms(&sim), [NEW], "{name}: the second one would change nothing");
    }
}

#[tokio::test]
async fn the_second_form_decides_when_the_first_one_finds_no_customer() {
    for settings in ["", ONE_SLOT] {
        let sim = exact(vec![customer(1, "ANA", OLD)]).await;
        let found = fetched(&client(&sim, settings)).await.expect("found");
        assert_eq!(counts(&found), (1, 0, true));
        assert_eq!(terms(&sim), [OLD, NEW]);
    }
}

#[tokio::test]
async fn a_hubsoft_that_matches_suffixes_is_queried_once() {
    for stored in [NEW, OLD] {
        let sim = Sim::start(vec![customer(1, "ANA", stored)]).await.expect("loopback");
        let found = fetched(&client(&sim, "phone_match = \"suffix\"\n")).await.expect("found");
        assert_eq!(counts(&found), (1, 0, true));
        assert_eq!(terms(&sim), [NEW]);
    }
}

/// So many customers of another area whose numbers end like the caller's.
fn others(count: u64) -> Vec<Value> {
    (0..count).map(|id| customer(1_000 + id, "LONGE", "11999990001")).collect()
}

#[tokio::test]
async fn a_full_list_is_requested_again_with_the_largest_limit() {
    let mut customers = others(20);
    customers.push(with_alert(customer(1, "ANA", NEW), &["Rompimento"]));
    let sim = Sim::start(customers).await.expect("loopback");
    let found = fetched(&client(&sim, "phone_match = \"suffix\"\n")).await.expect("found");
    assert_eq!(counts(&found), (1, 1, true));
    assert_eq!(limits(&sim), ["20", "100"]);
}

#[tokio::test]
async fn a_list_that_stays_full_never_becomes_not_found_and_verified_customers_count() {
    let sim = Sim::start(others(150)).await.expect("loopback");
    let suffix = "phone_match = \"suffix\"\n";
    assert_eq!(fetched(&client(&sim, suffix)).await, Err(reasons::LIST_FULL.failure()));
    let mut customers = vec![customer(1, "ANA", NEW)];
    customers.extend(others(150));
    sim.set_customers(customers);
    let found = fetched(&client(&sim, suffix)).await.expect("found");
    assert_eq!(counts(&found), (1, 0, false));
}

#[tokio::test]
async fn an_ex_customer_does_not_stand_for_the_current_one() {
    for statuses in [&["cancelado"][..], &["inativo", "cancelado"], &[]] {
        let left = with_alert(customer(1, "ANTES", NEW), &["Cliente inadimplente"]);
        let present = customer(2, "AGORA", NEW);
        let sim = exact(vec![with_services(left.clone(), statuses), present]).await;
        let settings = "cancelado = \"sim\"\nex_customers = \"sim\"\n";
        let found = fetched(&client(&sim, settings)).await.expect("found");
        assert_eq!(counts(&found), (1, 0, true), "{statuses:?}");
        assert_eq!(found.record.identity().map(|known| known.name()), Some("AGORA"));
        sim.set_customers(vec![with_services(left, statuses)]);
        let alone = fetched(&client(&sim, settings)).await.expect("found");
        assert_eq!(counts(&alone), (1, 1, true), "{statuses:?}");
        let alone = fetched(&client(&sim, "cancelado = \"sim\"\n")).await.expect("found");
        assert_eq!(counts(&alone), (1, 0, true), "{statuses:?}");
    }
}

#[tokio::test]
async fn a_suspended_or_awaited_service_is_live() {
    for status in ["suspenso_debito", "suspenso_pedido_cliente", "aguardando_instalacao"] {
        let ana = with_alert(customer(1, "ANA", NEW), &["Rompimento"]);
        let ana = with_services(ana, &["cancelado", status]);
        let sim = exact(vec![ana, customer(2, "BIA", NEW)]).await;
        let settings = "cancelado = \"sim\"\n";
        let found = fetched(&client(&sim, settings)).await.expect("found");
        assert_eq!(counts(&found), (2, 1, true), "{status}");
    }
}

#[tokio::test]
async fn the_same_customer_twice_has_the_alerts_of_both() {
    let quiet = customer(1, "ANA", NEW);
    let alerted = with_alert(customer(1, "ANA", NEW), &["Rompimento"]);
    let sim = exact(vec![quiet, alerted]).await;
    assert_eq!(counts(&fetched(&client(&sim, "")).await.expect("found")), (1, 1, true));
}

#[tokio::test]
async fn an_ex_customer_is_named_only_when_no_customer_has_the_other_form() {
    let left = with_services(customer(1, "ANTES", NEW), &["cancelado"]);
    let present = with_alert(customer(2, "AGORA", OLD), &["Rompimento"]);
    for settings in ["", ONE_SLOT] {
        let sim = exact(vec![left.clone(), present.clone()]).await;
        let settings = &format!("cancelado = \"sim\"\n{settings}");
        let found = fetched(&client(&sim, settings)).await.expect("found");
        assert_eq!(counts(&found), (1, 1, true));
        sim.set_customers(vec![left.clone()]);
        let client = client(&sim, settings);
        assert_eq!(counts(&fetched(&client).await.expect("found")), (1, 0, true));
        // The second one fails, and the first one alone returns no name.
        sim.script(vec![Fault::Normal, Fault::ServerError]);
        if settings.contains(ONE_SLOT) {
            assert!(fetched(&client).await.is_err());
        }
    }
}

#[tokio::test]
async fn a_bucket_of_one_has_a_slot_for_the_second_form_a_moment_later() {
    let sim = exact(vec![customer(1, "ANA", NEW), customer(2, "BIA", OLD)]).await;
    let client = client(&sim, "[limiter]\nrate = 15\nburst = 1\n");
    assert_eq!(counts(&fetched(&client).await.expect("found")), (2, 0, true));
}
