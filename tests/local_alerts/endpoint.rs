//! Local alerts at the operations listener, with a body of JSON.

use bina::simulator::{Fault, Sim};
use bina::sources::alerts::{AlertChange, AlertListing};

use crate::app::{self, Reply, TestApp};
use crate::scene::Scene;

const JSON: &str = "Content-Type: application/json\r\n";

async fn request(app: &TestApp, line: &str, headers: &str, body: &str) -> (u16, String) {
    let request = format!(
        "{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let reply = Reply::read(&app::exchange(app.metrics, request.as_bytes()).await);
    (reply.status, reply.body)
}

async fn add(app: &TestApp, body: &str) -> (u16, String) {
    request(app, "POST /v1/alerts", JSON, body).await
}

fn change(answer: (u16, String)) -> AlertChange {
    assert_eq!(answer.0, 200, "{}", answer.1);
    serde_json::from_str(&answer.1).expect("JSON")
}

async fn listed(app: &TestApp) -> AlertListing {
    let (status, body) = request(app, "GET /v1/alerts", "", "").await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_added_listed_extended_and_ended() {
    let scene = Scene::start("endpoint").await;
    scene.walked().await;
    scene.sim.set_fault(Fault::HangUp);
    let app = scene.app();
    let body = r#"{"text":"Queda no POP","pop":["POP 000"],"minutes":60,"by":"zabbix sul"}"#;
    let added = change(add(app, body).await).alert;
    assert!(added.customers > Some(800), "{:?}", added.customers);
    assert_eq!((&*added.by, &*added.from), ("zabbix-sul", "127.0.0.1"));
    assert_eq!(listed(app).await.alerts, std::slice::from_ref(&added));
    let extend = format!(r#"{{"id":"{}","minutes":120}}"#, added.id);
    let later = change(request(app, "POST /v1/alerts/extend", JSON, &extend).await).alert;
    assert!(later.until_s > added.until_s.map(|end_s| end_s + 3_000));
    let delete = format!("DELETE /v1/alerts?id={}&by=ana", added.id);
    let ended = change(request(app, &delete, "", "").await);
    assert_eq!(ended.message, format!("alert `{}` ended", added.id));
    assert_eq!(listed(app).await.alerts, []);
    assert_eq!(request(app, &delete, "", "").await.0, 404);
    let scene = scene.restarted().await;
    assert_eq!(listed(scene.app()).await.alerts, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_keeps_an_alert_for_everyone() {
    let scene = Scene::start("endpoint-kept").await;
    let added = change(add(scene.app(), r#"{"text":"Falha geral","everyone":true}"#).await);
    let scene = scene.restarted().await;
    assert_eq!(listed(scene.app()).await.alerts, [added.alert]);
}

/// What a caller hears of the expected end.
async fn forecast(app: &TestApp) -> String {
    let start = std::time::Instant::now();
    loop {
        let body = app.get("/v1/lookup?caller=37900000000").await.body;
        let answer: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        // The board is made behind the change.
        if answer["source"] == "local" || start.elapsed().as_secs() > 5 {
            return answer["previsao"].as_str().expect("a text").to_owned();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_end_that_was_given_is_announced() {
    let sim = Sim::start(Vec::new()).await.expect("loopback");
    let app =
        TestApp::with(&sim, "[prompts]\ngeral = \"aviso\"\n[general]\nprompt = \"geral\"\n").await;
    let added = change(add(&app, r#"{"text":"Falha geral","everyone":true}"#).await);
    assert!(added.alert.is_end_default && added.message.ends_with(" (default)"), "{added:?}");
    assert_eq!(forecast(&app).await, "", "nobody expects the default end");
    let extend = format!(r#"{{"id":"{}","minutes":120}}"#, added.alert.id);
    let later = change(request(&app, "POST /v1/alerts/extend", JSON, &extend).await).alert;
    let (end, start) = (later.until.expect("an end"), std::time::Instant::now());
    while forecast(&app).await.is_empty() && start.elapsed().as_secs() < 5 {}
    let said = forecast(&app).await;
    assert!(!later.is_end_default && said.ends_with(&end[11..].replace(':', "h")), "{said} {end}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_means_no_place_is_answered_with_the_nearest() {
    let scene = Scene::start("endpoint-nearest").await;
    let body = r#"{"text":"Queda","district":["Centrp"]}"#;
    scene.walked().await;
    let (status, text) = add(scene.app(), body).await;
    assert_eq!(status, 400);
    assert!(text.starts_with("no district `Centrp`; nearest: `CENTRO` ("), "{text}");
    assert_eq!(listed(scene.app()).await.alerts, []);
}

#[tokio::test]
async fn a_request_that_is_wrong_is_refused_with_its_reason() {
    let sim = Sim::start(Vec::new()).await.expect("loopback");
    let app = TestApp::start(&sim).await;
    let everyone = r#"{"text":"Falha geral","everyone":true}"#;
    for (line, headers, body, status, text) in [
        ("POST /v1/alerts", "", everyone, 415, "application/json"),
        ("POST /v1/alerts", "Content-Type: text/plain\r\n", everyone, 415, "application/json"),
        ("POST /v1/alerts", JSON, "{", 400, "not the JSON"),
        ("POST /v1/alerts", JSON, r#"{"text":"x","todos":true}"#, 400, "unknown field `todos`"),
        ("POST /v1/alerts", JSON, r#"{"text":"x"}"#, 400, "has no scope"),
        ("POST /v1/alerts", JSON, r#"{"text":"x","city":["Betim"]}"#, 400, "directory"),
        ("POST /v1/alerts/extend", JSON, r#"{"id":"a2a2","minutes":5}"#, 404, "`a2a2`"),
        ("DELETE /v1/alerts", "", "", 400, "?id=ID"),
        ("PUT /v1/alerts", "", "", 405, ""),
        ("GET /v1/alerts/extend", "", "", 405, ""),
    ] {
        let (answered, reason) = request(&app, line, headers, body).await;
        assert_eq!(answered, status, "{line} {body}: {reason}");
        assert!(reason.contains(text), "{line} {body}: {reason}");
    }
    let listing = listed(&app).await;
    assert!(listing.alerts.is_empty() && listing.problem.is_some(), "there is no state folder");
}

#[tokio::test]
async fn a_field_of_another_type_is_named_with_what_it_takes() {
    let sim = Sim::start(Vec::new()).await.expect("loopback");
    let app = TestApp::start(&sim).await;
    for (body, text) in [
        (r#"{"text":7}"#, "`text`: invalid type: integer `7`, expected a string"),
        (r#"{"city":[7]}"#, "`city`: invalid type: integer `7`, expected a string"),
        (r#"{"did":7}"#, "`did`: invalid type: integer `7`, expected a name or a list of names"),
        (r#"{"minutes":"90"}"#, "`minutes`: invalid type: string \"90\", expected a number of min"),
        (r#"{"minutes":-1}"#, "`minutes`: invalid type: integer `-1`, expected a number of min"),
        (r#"{"everyone":"yes"}"#, "`everyone`: invalid type: string \"yes\", expected a boolean"),
        (r#"["text"]"#, "expected an object"),
        (r#"{"text":"x","city":"Betim"}"#, "directory"),
        (
            r#"{"text":"x","everyone":true,"until":"2026-12-05"}"#,
            "add the time, like `2026-12-05 18",
        ),
    ] {
        let (status, reason) = add(&app, body).await;
        assert!(status == 400 && reason.contains(text), "{body}: {reason}");
    }
    let body = r#"{"id":"a2a2","minutes":"90"}"#;
    let (status, reason) = request(&app, "POST /v1/alerts/extend", JSON, body).await;
    assert!(status == 400 && reason.contains("`minutes`: invalid type"), "{reason}");
}

#[tokio::test]
async fn a_client_without_the_credential_changes_nothing() {
    let sim = Sim::start(Vec::new()).await.expect("loopback");
    let token = std::env::temp_dir().join(format!("bina-local-token-{}", std::process::id()));
    std::fs::write(&token, "um-token-inventado-de-32-letras-ou-mais").expect("a file");
    let settings = format!("{}[access]\ntoken_files = [\"{}\"]\n", app::RULES, token.display());
    let app = TestApp::with(&sim, &settings).await;
    let everyone = r#"{"text":"Falha geral","everyone":true}"#;
    assert_eq!(add(&app, everyone).await.0, 401);
    assert_eq!(request(&app, "DELETE /v1/alerts?id=a2a2", "", "").await.0, 401);
    assert_eq!(request(&app, "GET /v1/alerts", "", "").await.0, 401);
    let bearer = format!("{JSON}Authorization: Bearer um-token-inventado-de-32-letras-ou-mais\r\n");
    assert_eq!(request(&app, "POST /v1/alerts", &bearer, everyone).await.0, 200);
    let _ = std::fs::remove_file(token);
}
