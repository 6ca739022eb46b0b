//! Rules for customers without an alert: by their services, and in the order of the rules.

mod app;

use bina::simulator::{Sim, customer, with_alert};
use serde_json::{Value, json};

use crate::app::{Reply, TestApp};

const RULES: &str = r#"
[prompts]
fibra = "rompimento-fibra"
debito = "debito"
geral = "aviso-geral"
[[rule]]
name = "fibra"
text = "rompimento*"
play = "fibra"
route = "suporte"
[[rule]]
name = "suspenso"
alerta = "any"
servico_status = ["suspenso_debito", "suspenso_parcialmente"]
play = "debito"
route = "financeiro"
[[rule]]
name = "instalacao"
alerta = false
servico_status = "aguardando_instalacao"
play = []
route = "agenda"
[general]
prompt = "geral"
"#;

/// A customer whose services have these statuses.
fn having(id: u64, phone: &str, statuses: &[&str]) -> Value {
    let mut customer = customer(id, "ANA", phone);
    let service = customer["servicos"][0].clone();
    let services: Vec<_> = statuses
        .iter()
        .map(|status| {
            let mut service = service.clone();
            service["status_prefixo"] = json!(status);
            service
        })
        .collect();
    customer["servicos"] = json!(services);
    customer
}

async fn answer(app: &TestApp, caller: &str) -> Value {
    serde_json::from_str(&app.get(&format!("/v1/lookup?caller={caller}")).await.body).expect("JSON")
}

async fn heard(app: &TestApp, caller: &str) -> [String; 4] {
    let answer = answer(app, caller).await;
    ["alerta", "rule", "route", "prompt"]
        .map(|key| answer[key].as_str().expect("a text").to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_customer_without_an_alert_takes_the_finance_route() {
    let suspended = ["servico_habilitado", "suspenso_debito"];
    let outage = with_alert(having(2, "37988240002", &suspended), &["Rompimento no Centro"]);
    let other = with_alert(having(3, "37988240003", &suspended), &["Liga depois"]);
    let alerted =
        with_alert(having(5, "37988240005", &["aguardando_instalacao"]), &["Liga depois"]);
    let sim = Sim::start(vec![
        having(1, "37988240001", &suspended),
        outage,
        other,
        having(4, "37988240004", &["aguardando_instalacao"]),
        alerted,
        having(6, "37988240006", &["servico_habilitado"]),
        // Two customers of one number: each condition holds for one and the same.
        having(7, "37988240007", &["servico_habilitado"]),
        having(8, "37988240007", &["suspenso_debito"]),
    ]);
    let sim = sim.await.expect("loopback");
    let app = TestApp::with(&sim, RULES).await;
    for (caller, expected) in [
        ("37988240001", ["0", "suspenso", "financeiro", "bina/debito"]),
        ("37988240002", ["1", "fibra", "suporte", "bina/rompimento-fibra"]),
        ("37988240003", ["1", "suspenso", "financeiro", "bina/debito"]),
        ("37988240004", ["0", "instalacao", "agenda", ""]),
        ("37988240005", ["1", "", "", "bina/aviso-geral"]),
        ("37988240006", ["0", "", "", ""]),
        ("37988240007", ["0", "suspenso", "financeiro", "bina/debito"]),
        ("37988240009", ["0", "", "", ""]),
    ] {
        assert_eq!(heard(&app, caller).await, expected, "{caller}");
    }
}

/// Adds a local alert for everyone.
async fn announce(app: &TestApp, text: &str) {
    let body = format!(r#"{{"text":"{text}","everyone":true,"minutes":60}}"#);
    let request = format!(
        "POST /v1/alerts HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let reply = Reply::read(&app::exchange(app.metrics, request.as_bytes()).await);
    assert_eq!(reply.status, 200, "{}", reply.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_local_alert_goes_before_a_suspension_in_the_order_of_the_rules() {
    let suspended = having(1, "37988240001", &["suspenso_debito"]);
    let installing = having(4, "37988240004", &["aguardando_instalacao"]);
    let sim = Sim::start(vec![suspended, installing]).await.expect("loopback");
    let app = TestApp::with(&sim, RULES).await;
    announce(&app, "Rompimento de fibra").await;
    let start = std::time::Instant::now();
    while answer(&app, "37900000000").await["source"] != "local" && start.elapsed().as_secs() < 5 {}
    assert_eq!(
        heard(&app, "37988240001").await,
        ["1", "fibra", "suporte", "bina/rompimento-fibra"]
    );
    assert_eq!(
        heard(&app, "37988240004").await,
        ["1", "fibra", "suporte", "bina/rompimento-fibra"]
    );
    let sim = Sim::start(vec![
        having(1, "37988240001", &["suspenso_debito"]),
        having(4, "37988240004", &["aguardando_instalacao"]),
    ]);
    let sim = sim.await.expect("loopback");
    let app = TestApp::with(&sim, RULES).await;
    announce(&app, "Falha geral").await;
    let start = std::time::Instant::now();
    while answer(&app, "37900000000").await["source"] != "local" && start.elapsed().as_secs() < 5 {}
    // The general prompt comes after all rules; a rule that is silent still routes.
    let [_, rule, route, prompt] = heard(&app, "37988240001").await;
    assert_eq!([rule, route, prompt], ["suspenso", "financeiro", "bina/debito"]);
    assert_eq!(heard(&app, "37988240004").await, ["1", "", "agenda", "bina/aviso-geral"]);
}

/// A note of the staff is an alert, too, and says nothing about the outage.
#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_customer_with_a_note_hears_of_the_outage_first_too() {
    let noted = with_alert(having(1, "37988240001", &["suspenso_debito"]), &["Liga depois"]);
    let sim = Sim::start(vec![noted]).await.expect("loopback");
    let app = TestApp::with(&sim, RULES).await;
    let first = heard(&app, "37988240001").await;
    assert_eq!(first, ["1", "suspenso", "financeiro", "bina/debito"]);
    assert_eq!(answer(&app, "37988240001").await["avisado"], "0", "nobody said the note");
    announce(&app, "Rompimento de fibra").await;
    let start = std::time::Instant::now();
    while answer(&app, "37900000000").await["source"] != "local" && start.elapsed().as_secs() < 5 {}
    let outage = heard(&app, "37988240001").await;
    assert_eq!(outage, ["1", "fibra", "suporte", "bina/rompimento-fibra"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_record_still_says_which_services_are_suspended() {
    let suspended = having(1, "37988240001", &["suspenso_debito"]);
    let installing = having(4, "37988240004", &["aguardando_instalacao"]);
    let sim = Sim::start(vec![suspended, installing]).await.expect("loopback");
    // No record is young enough to say whether there is an alert.
    let app = TestApp::with(&sim, &format!("[lookup]\nalert_s = 0\n{RULES}")).await;
    assert_eq!(heard(&app, "37988240001").await, ["0", "suspenso", "financeiro", "bina/debito"]);
    assert_eq!(heard(&app, "37988240004").await, ["0", "", "", ""], "it needs to be certain");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_explanation_names_the_rules_for_customers_without_an_alert() {
    let suspended = having(1, "37988240001", &["suspenso_debito"]);
    let sim = Sim::start(vec![suspended]).await.expect("loopback");
    let app = TestApp::with(&sim, RULES).await;
    answer(&app, "37988240001").await;
    let request = "POST /v1/explain HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
        Content-Length: 18\r\n\r\nnumber=37988240001";
    let reply = Reply::read(&app::exchange(app.metrics, request.as_bytes()).await);
    let explained: Value = serde_json::from_str(&reply.body).expect("JSON");
    let verdicts: Vec<_> = explained["rules"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|rule| rule["verdict"].as_str().expect("a word"))
        .collect();
    assert_eq!(verdicts, ["needs_alert", "chosen", "customer"], "{explained}");
}
