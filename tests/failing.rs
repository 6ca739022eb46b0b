//! Is it HubSoft, or is it one caller: what an answer about one number does to the calls of others.

mod app;

use std::time::Duration;

use app::{TestApp, field};
use bina::simulator::{Fault, Sim, customer, with_alert};

const ALERTED: &str = "3733330001";

async fn started() -> (Sim, TestApp) {
    let alerted = with_alert(customer(1, "ANA", ALERTED), &["Rompimento"]);
    let sim = Sim::start(vec![alerted]).await.expect("loopback");
    sim.set_token_fault(Fault::Normal);
    let app = TestApp::start(&sim).await;
    (sim, app)
}

async fn status(app: &TestApp, caller: &str) -> String {
    field(&app.asterisk(caller).await, "status").to_owned()
}

/// A landline of its own for each `index`, which has one form.
fn other(index: usize) -> String {
    format!("37333400{index:02}")
}

fn answer(status: u16, body: &str) -> Fault {
    Fault::Answer { status, headers: vec![], body: body.as_bytes().to_vec() }
}

#[tokio::test]
async fn answers_about_unknown_callers_do_not_cost_a_customer_the_prompt() {
    let refusal = r#"{"status":"error","msg":"Nenhum cliente encontrado"}"#;
    for (code, body) in [
        (204, ""),
        (400, refusal),
        (404, refusal),
        (404, "<html>404</html>"),
        (406, ""),
        (410, refusal),
        (422, r#"{"message":"The given data was invalid."}"#),
        (200, refusal),
        (200, r#"{"status":"success","clientes":null}"#),
        (200, r#"{"status":"success"}"#),
        (200, r#"{"status":"success","clientes":[{"id_cli"#),
        (200, "Warning: Undefined index in /var/www/html/index.php on line 12"),
        (200, ""),
    ] {
        let (sim, app) = started().await;
        for index in 0..8 {
            sim.script(vec![answer(code, body)]);
            assert_eq!(status(&app, &other(index)).await, "unavailable", "{code} {body}");
        }
        let customer = app.asterisk(ALERTED).await;
        let (found, alerted) = (field(&customer, "status"), field(&customer, "alerta"));
        assert_eq!((found, alerted), ("found", "1"), "{code} {body}");
    }
}

#[tokio::test]
async fn a_caller_whose_record_is_broken_and_who_redials_costs_others_nothing() {
    let (sim, app) = started().await;
    for redial in 0..8 {
        sim.script(vec![Fault::ServerError]);
        assert_eq!(status(&app, &other(0)).await, "unavailable", "redial {redial}");
        // One that was not used is for the next redial.
        sim.script(vec![]);
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
    assert!(sim.lookups() <= 2, "it is left alone for three seconds: {}", sim.lookups());
    assert_eq!(status(&app, ALERTED).await, "found");
}

#[tokio::test]
async fn five_numbers_that_fail_open_the_breaker() {
    let (sim, app) = started().await;
    for index in 0..5 {
        sim.script(vec![Fault::ServerError]);
        assert_eq!(status(&app, &other(index)).await, "unavailable");
    }
    let before = sim.lookups();
    assert_eq!(status(&app, ALERTED).await, "unavailable");
    assert_eq!(sim.lookups(), before, "HubSoft is not queried");
}

#[tokio::test]
async fn a_number_with_which_every_token_is_refused_takes_no_token_from_others() {
    let (sim, app) = started().await;
    for _ in 0..3 {
        sim.script(vec![Fault::Unauthorized, Fault::Unauthorized]);
        assert_eq!(status(&app, &other(0)).await, "unavailable");
        sim.script(vec![]);
        for index in 1..4 {
            assert_eq!(status(&app, &other(index)).await, "not_found");
        }
    }
    assert_eq!(status(&app, ALERTED).await, "found");
    assert!(sim.token_requests() <= 2, "{}", sim.token_requests());
}

#[tokio::test]
async fn a_recovered_hubsoft_is_queried_although_it_answers_404_for_unknown_numbers() {
    let (sim, app) = started().await;
    sim.set_lookup_fault(Fault::ServerError);
    for index in 0..5 {
        assert_eq!(status(&app, &other(index)).await, "unavailable");
    }
    sim.set_lookup_fault(answer(404, r#"{"status":"error"}"#));
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!(status(&app, &other(10)).await, "unavailable");
    sim.set_lookup_fault(Fault::Normal);
    assert_eq!(status(&app, ALERTED).await, "found");
}
