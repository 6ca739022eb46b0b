//! Requests for pages of alerts and for single customers, against the simulator.

use std::time::Duration;

use bina::domain::failure::Failure;
use bina::simulator::{AlertFault, Fault, Population, ScopeForm, Sim, SimAlert, SimScope};
use bina::sources::alerts::{AlertList, AlertPage};
use bina::sources::hubsoft::HubSoft;
use bina::sources::limiter::Urgency;
use bina::sources::reasons;
use tokio::time::Instant;

use crate::app;

fn later() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

async fn alerts(client: &HubSoft, page: u32) -> Result<AlertPage, Failure> {
    client.alerts(page, later()).await
}

/// A provider with an alert on each of the first interfaces.
async fn provider(count: u64) -> Sim {
    let population = Population { customers: 5_000, seed: 7 };
    let sim = Sim::start_generated(population).await.expect("loopback");
    let alert = |at: u64| SimAlert {
        text: format!("Rompimento {at}"),
        scope: SimScope { interfaces: vec![(70_001 + at).into()], ..SimScope::default() },
        ..SimAlert::default()
    };
    sim.publish_alerts((0..count).map(alert).collect()).expect("interfaces");
    sim
}

#[tokio::test]
async fn a_page_has_a_hundred_alerts_and_the_next_one_the_rest() {
    let sim = provider(103).await;
    let client = app::client(&sim, "");
    let first = alerts(&client, 1).await.expect("a page");
    let numbers = (first.number, first.last, first.total, first.alerts.len());
    assert_eq!(numbers, (Some(1), Some(2), Some(103), 100));
    let second = alerts(&client, 2).await.expect("a page");
    assert_eq!((second.number, second.alerts.len()), (Some(2), 3));
    assert!(second.alerts.iter().all(|alert| alert.scope.interfaces.len() == 1));
}

#[tokio::test]
async fn the_scope_is_the_same_in_each_form_that_has_ids() {
    let sim = provider(1).await;
    let client = app::client(&sim, "");
    let plain = alerts(&client, 1).await.expect("a page");
    for form in [ScopeForm::Numbered, ScopeForm::Numbers, ScopeForm::Texts] {
        sim.set_alert_faults(vec![AlertFault::ScopeForm { form }]);
        assert_eq!(alerts(&client, 1).await.expect("a page"), plain, "{form:?}");
    }
    sim.set_alert_faults(vec![AlertFault::UnknownScope]);
    let page = alerts(&client, 1).await.expect("a page");
    assert_eq!(page.alerts[0].scope.unknown_kinds.len(), 1);
}

#[tokio::test]
async fn a_refusal_names_the_list_and_no_fault_is_a_page() {
    let sim = provider(1).await;
    let client = app::client(&sim, "");
    let forbidden = Err(reasons::PERMISSION.because("the list of alerts"));
    for fault in [AlertFault::Forbidden, AlertFault::PermissionError] {
        sim.set_alert_faults(vec![fault.clone()]);
        assert_eq!(alerts(&client, 1).await, forbidden, "{fault:?}");
    }
    sim.set_alert_faults(Vec::new());
    for fault in [Fault::Empty, Fault::Html, Fault::HangUp, Fault::BadJson] {
        sim.set_alert_list_fault(fault.clone());
        assert!(alerts(&client, 1).await.is_err(), "{fault:?}");
    }
    sim.set_alert_list_fault(Fault::Normal);
    assert!(alerts(&client, 1).await.is_ok());
}

#[tokio::test]
async fn a_customer_is_found_by_the_exact_code_alone() {
    let sim = provider(2).await;
    let client = app::client(&sim, "");
    let affected = sim.affected_callers(301, 1, 1).remove(0);
    let other = sim.unaffected_callers(&[301, 302], 1, 1).remove(0);
    let ask = |code: String| {
        let client = &client;
        async move { client.customer(&code, Urgency::UndecidedProbe, later()).await }
    };
    let customer = ask(affected.code.to_string()).await.expect("an answer").expect("a customer");
    let texts = customer.alert.expect("an alert");
    assert_eq!((customer.code, texts[0].reveal()), (affected.code.to_string(), "Rompimento 0"));
    let customer = ask(other.code.to_string()).await.expect("an answer").expect("a customer");
    assert_eq!(customer.alert, None);
    assert_eq!(ask("99999999".into()).await, Ok(None));
    sim.set_fault(Fault::BadJson);
    assert!(ask(other.code.to_string()).await.is_err());
}
