//! What monitoring and the service's own check receive: the state of modules, and no call in the log.

mod app;
#[allow(dead_code, reason = "the tests of operation use the rest")]
#[path = "operation/served.rs"]
mod served;

use std::net::SocketAddr;

use app::{Reply, TestApp, exchange};
use bina::simulator::{Fault, Sim, printed_example};
use served::{File, Served};

async fn sim() -> Sim {
    let sim = Sim::start(printed_example()).await.expect("loopback");
    sim.set_token_fault(Fault::Normal);
    sim
}

async fn get(address: SocketAddr, path: &str) -> Reply {
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    Reply::read(&exchange(address, request.as_bytes()).await)
}

#[tokio::test]
async fn readiness_is_that_of_the_applications_own_breaker() {
    let (failing, good) = (sim().await, sim().await);
    failing.set_fault(Fault::ServerError);
    let (one, other) = (TestApp::start(&failing).await, TestApp::start(&good).await);
    for last in 0..5 {
        one.asterisk(&format!("3798824290{last}")).await;
    }
    let breaker = |reply: Reply| reply.body.lines().nth(1).map(str::to_owned);
    assert_eq!(breaker(one.get("/readyz").await).as_deref(), Some("hubsoft breaker open"));
    assert_eq!(breaker(other.get("/readyz").await).as_deref(), Some("hubsoft breaker closed"));
}

#[tokio::test]
async fn each_application_counts_for_itself() {
    let sim = sim().await;
    let (one, other) = (TestApp::start(&sim).await, TestApp::start(&sim).await);
    assert_eq!(one.get("/nowhere").await.status, 404);
    one.asterisk("3733330001").await;
    for (sample, counted) in [
        ("bina_http_refused_total{reason=\"path\"}", 1),
        ("bina_cache_records", 1),
        ("bina_upstream_requests_total{result=\"ok\"}", 1),
        ("bina_token_requests_total{result=\"ok\"}", 1),
        ("bina_task_restarts_total{task=\"hubsoft client\"}", 0),
    ] {
        assert!(one.metrics_text().contains(sample), "{sample}");
        assert_eq!((one.counted(sample), other.counted(sample)), (counted, 0), "{sample}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_that_of_the_hubsoft_that_is_configured() {
    let (first, second) = (sim().await, sim().await);
    // The directory and the alerts would request a token, too.
    let off = "[directory]\nenabled = false\n[alerts]\nenabled = false\n";
    let settings = format!("{}{off}", app::RULES);
    let file = File::new("probes", &first, &settings);
    let served = Served::start(&file);
    assert!(served.has_logged("new HubSoft token"), "{}", served.log());
    let ready = "ready\nhubsoft breaker closed\nhubsoft token usable\n";
    assert_eq!(get(served.http, "/readyz").await.body, ready);

    file.write(&second, &settings);
    served.signal("HUP");
    assert!(served.has_logged("configuration reloaded"), "{}", served.log());
    let ready = "ready\nhubsoft breaker closed\nhubsoft token not asked for yet\n";
    assert_eq!(get(served.http, "/readyz").await.body, ready);
    get(served.http, "/asterisk?caller=37988242968").await;
    let ready = "ready\nhubsoft breaker closed\nhubsoft token usable\n";
    assert_eq!(get(served.metrics, "/readyz").await.body, ready);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_services_own_check_is_counted_apart_and_not_logged() {
    let sim = sim().await;
    let file = File::new("own-check", &sim, app::RULES);
    let served = Served::start(&file);
    let check = get(served.http, "/v1/watchdog").await;
    assert_eq!(check.status, 200);
    assert!(check.body.contains("\"status\":\"no_number\""), "{}", check.body);
    assert!(check.body.ends_with("\"end\":\"1\"}"), "{}", check.body);
    assert_eq!(get(served.metrics, "/v1/watchdog").await.status, 404);
    // A call without a number is one, whatever else is in its query.
    get(served.http, "/v1/lookup?caller=&watchdog=1").await;
    assert!(served.has_logged("call answered door=/v1/lookup"), "{}", served.log());
    assert_eq!(served.log().matches("call answered").count(), 1, "{}", served.log());
    let page = get(served.metrics, "/metrics").await.body;
    for door in ["watchdog", "/v1/lookup"] {
        let counted = format!("bina_calls_total{{door=\"{door}\",status=\"no_number\"}} 1\n");
        assert!(page.contains(&counted), "{counted}{page}");
    }
    // The check is no call without a number.
    assert!(page.contains("bina_calls_skipped_total{reason=\"anonymous\"} 1\n"), "{page}");
    assert!(page.contains("bina_call_duration_seconds_count{source=\"none\"} 1\n"), "{page}");
    assert_eq!(sim.lookups(), 0);
}
