//! Calls at agents' telephones: reported at once, sent behind the calls.

mod app;

use std::time::{Duration, Instant};

use bina::simulator::{Fault, ScreenAction, Sim, customer};
use serde_json::json;
use tokio::time::sleep;

use crate::app::{Reply, TestApp};

/// Waits until so many reports have arrived.
async fn reported(sim: &Sim, count: usize) -> Vec<(ScreenAction, serde_json::Value)> {
    let start = Instant::now();
    while sim.screen_reports().len() < count && start.elapsed() < Duration::from_secs(5) {
        sleep(Duration::from_millis(10)).await;
    }
    sim.screen_reports().into_iter().map(|report| (report.action, report.body)).collect()
}

async fn post(app: &TestApp, path: &str, form: &str) -> Reply {
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    Reply::read(&app::exchange(app.address, request.as_bytes()).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ringing_telephone_opens_the_customers_page() {
    let sim = Sim::start(Vec::new()).await.expect("loopback");
    let app = TestApp::start(&sim).await;
    let ringing = "ramal=1001&telefone=%2B5537988242968&codigo_cliente=421";
    assert_eq!(post(&app, "/v1/calls/ringing", ringing).await.body, "queued");
    let reports = reported(&sim, 1).await;
    let body = json!({"ramal": "1001", "telefone": "37988242968", "codigo_cliente": "421"});
    assert_eq!(reports, [(ScreenAction::Open, body.clone())]);
    let ended = app.get(&format!("/v1/calls/ended?{ringing}")).await;
    assert_eq!((ended.status, &*ended.body), (200, "queued"));
    assert_eq!(reported(&sim, 2).await[1], (ScreenAction::Close, body));
    let internal = app.get("/v1/calls/ringing?identificador_interno=7&id_cliente=11201").await;
    assert_eq!(internal.body, "queued");
    let body = json!({"identificador_interno": "7", "id_cliente": "11201"});
    assert_eq!(reported(&sim, 3).await[2], (ScreenAction::Open, body));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_names_no_agent_or_no_caller_is_not_reported() {
    let sim = Sim::start(Vec::new()).await.expect("loopback");
    let app = TestApp::start(&sim).await;
    for odd in ["", "ramal=", "ramal=SIP%2F1001", "ramal=10%0a01", "ramal=1&ramal=2", "ramal=${X}"]
    {
        let reply = app.get(&format!("/v1/calls/ringing?{odd}&telefone=37988242968")).await;
        assert_eq!((reply.status, &*reply.body), (400, ""), "{odd}");
    }
    for unknown in ["", "telefone=", "telefone=anonymous", "codigo_cliente=x", "telefone=190"] {
        let reply = app.get(&format!("/v1/calls/ringing?ramal=1001&{unknown}")).await;
        assert_eq!((reply.status, &*reply.body), (200, "skipped"), "{unknown}");
    }
    sleep(Duration::from_millis(200)).await;
    assert!(sim.screen_reports().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_or_dead_hubsoft_holds_no_pbx_and_no_lookup() {
    let sim = Sim::start(vec![customer(1, "ANA", "37988240001")]).await.expect("loopback");
    let app = TestApp::start(&sim).await;
    sim.set_screen_fault(Fault::Silent);
    let start = Instant::now();
    for agent in 0..300 {
        let body =
            app.get(&format!("/v1/calls/ringing?ramal={agent}&telefone=37988240001")).await.body;
        assert!(["queued", "dropped"].contains(&&*body), "{body}");
    }
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    let answer = app.get("/cid?caller=37988240001").await;
    assert_eq!(answer.body, "ANA");
    let metrics = app.metrics_text();
    let full = r#"bina_screen_pops_total{event="ringing",result="queue_full"}"#;
    let full = metrics.lines().find_map(|line| line.strip_prefix(full)).expect("counted");
    assert!(full.trim().parse::<u32>().expect("a number") > 50, "{full}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_logged_and_counted_and_the_next_report_is_sent() {
    let sim = Sim::start(Vec::new()).await.expect("loopback");
    let app = TestApp::start(&sim).await;
    sim.set_screen_fault(Fault::StatusError);
    app.get("/v1/calls/ringing?ramal=1&telefone=37988240001").await;
    let start = Instant::now();
    let failed = r#"bina_screen_pops_total{event="ringing",result="failed"} 1"#;
    while !app.metrics_text().contains(failed) && start.elapsed() < Duration::from_secs(5) {
        sleep(Duration::from_millis(10)).await;
    }
    assert!(app.metrics_text().contains(failed));
    sim.set_screen_fault(Fault::Normal);
    app.get("/v1/calls/ringing?ramal=1&telefone=37988240001").await;
    assert_eq!(reported(&sim, 1).await.len(), 1);
}

/// Waits until a line of the metrics is there.
async fn measured(app: &TestApp, line: &str) -> bool {
    let start = Instant::now();
    while !app.metrics_text().contains(line) && start.elapsed() < Duration::from_secs(5) {
        sleep(Duration::from_millis(10)).await;
    }
    app.metrics_text().contains(line)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_is_named_and_costs_no_lookup_its_token() {
    let sim = Sim::start(vec![customer(1, "ANA", "37988240001")]).await.expect("loopback");
    let app = TestApp::start(&sim).await;
    let refusal = r#"{"status":"error","msg":"Você não possui permissão para essa ação."}"#;
    for (nth, (status, body)) in [(401, ""), (403, ""), (200, refusal)].into_iter().enumerate() {
        let body = body.as_bytes().to_vec();
        sim.set_screen_fault(Fault::Answer { status, headers: Vec::new(), body });
        app.get("/v1/calls/ringing?ramal=1&telefone=37988240001").await;
        let failed =
            format!(r#"bina_screen_pops_total{{event="ringing",result="failed"}} {}"#, nth + 1);
        assert!(measured(&app, &failed).await, "{status}");
    }
    // The 401 is counted as what it is.
    let named = r#"bina_upstream_requests_total{result="permission"} 2"#;
    assert!(app.metrics_text().contains(named));
    assert_eq!(sim.token_requests(), 1, "a 401 of a screen requests no token");
    assert_eq!(app.get("/cid?caller=37988240001").await.body, "ANA");
}
