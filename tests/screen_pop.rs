//! Calls at agents' telephones: reported at once, sent behind the calls.

mod app;

use std::time::{Duration, Instant};

use bina::simulator::{Fault, RetryAfter, ScreenAction, Sim, customer};
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

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_that_a_screen_is_asked_for_holds_no_lookup() {
    for fault in [Fault::Throttled { retry_after: RetryAfter::Seconds(30) }, Fault::Unavailable] {
        let sim = Sim::start(vec![customer(1, "ANA", "37988240001")]).await.expect("loopback");
        let app = TestApp::start(&sim).await;
        sim.set_screen_fault(fault.clone());
        app.get("/v1/calls/ringing?ramal=1&telefone=37988240002").await;
        let failed = r#"bina_screen_pops_total{event="ringing",result="failed"} 1"#;
        assert!(measured(&app, failed).await, "{fault:?}");
        assert_eq!(app.get("/cid?caller=37988240001").await.body, "ANA", "{fault:?}");
        // HubSoft asked for a pause of its screens.
        app.get("/v1/calls/ringing?ramal=2&telefone=37988240002").await;
        let resting = r#"bina_screen_pops_total{event="ringing",result="resting"} 1"#;
        assert!(measured(&app, resting).await, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_of_a_report_is_read_as_that_of_a_lookup() {
    let sim = Sim::start(Vec::new()).await.expect("loopback");
    let trunk = "[[trunk]]\nname = \"e1\"\ndid = [\"3732001000\"]\ncategory_digit = \"first\"\n";
    let app = TestApp::with(&sim, trunk).await;
    for (stated, number) in [
        ("trunk=e1", "1932221234"),
        ("did=3732001000", "1932221234"),
        ("did=%2B553732001000", "1932221234"),
        ("did=3732001001", "11932221234"),
        ("trunk=", "11932221234"),
    ] {
        let before = sim.screen_reports().len();
        app.get(&format!("/v1/calls/ringing?ramal=1&telefone=11932221234&{stated}")).await;
        let reports = reported(&sim, before + 1).await;
        assert_eq!(reports[before].1["telefone"], number, "{stated}");
        let lookup = app.get(&format!("/v1/lookup?caller=11932221234&{stated}")).await.body;
        assert!(lookup.contains(&format!(r#""telefone":"{number}""#)), "{stated}: {lookup}");
        app.get(&format!("/v1/calls/ended?ramal=1&telefone=11932221234&{stated}")).await;
        assert_eq!(reported(&sim, before + 2).await[before + 1].1["telefone"], number, "{stated}");
    }
    // The trunk never presents such a number, so that it is nobody's.
    let none = app.get("/v1/calls/ringing?ramal=1&telefone=11988242968&trunk=e1").await;
    assert_eq!((none.status, &*none.body), (200, "skipped"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_head_and_no_page_of_another_site_opens_a_page() {
    let sim = Sim::start(Vec::new()).await.expect("loopback");
    let app = TestApp::start(&sim).await;
    let query = |method: &str, header: &str| {
        format!(
            "{method} /v1/calls/ringing?ramal=1&telefone=37988242968 HTTP/1.1\r\nHost: bina:8573\r\n\
             {header}Connection: close\r\n\r\n"
        )
    };
    assert_eq!(app.query(&query("HEAD", "")).await.status, 405);
    for header in [
        "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n",
        "Origin: http://evil.example\r\n",
        "Origin: null\r\n",
        "Origin: http://bina:8573.evil.example\r\n",
    ] {
        let reply = app.query(&query("GET", header)).await;
        assert_eq!((reply.status, &*reply.body), (403, ""), "{header}");
    }
    assert!(app.metrics_text().contains(r#"bina_http_refused_total{reason="cross_site"} 5"#));
    sleep(Duration::from_millis(200)).await;
    assert!(sim.screen_reports().is_empty());
    for header in ["Sec-Fetch-Site: none\r\n", "Origin: http://bina:8573\r\n"] {
        assert_eq!(app.query(&query("GET", header)).await.body, "queued", "{header}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_closed_though_hubsoft_throttles_its_end() {
    let sim = Sim::start(Vec::new()).await.expect("loopback");
    let app = TestApp::start(&sim).await;
    app.get("/v1/calls/ringing?ramal=1&telefone=37988240001").await;
    assert_eq!(reported(&sim, 1).await[0].0, ScreenAction::Open);
    sim.set_screen_fault(Fault::Throttled { retry_after: RetryAfter::Seconds(3) });
    assert_eq!(app.get("/v1/calls/ended?ramal=1&telefone=37988240001").await.body, "queued");
    assert!(measured(&app, r#"bina_upstream_requests_total{result="throttled"} 1"#).await);
    sim.set_screen_fault(Fault::Normal);
    sleep(Duration::from_secs(3)).await;
    assert_eq!(reported(&sim, 2).await[1].0, ScreenAction::Close);
}
