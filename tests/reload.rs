//! What outlives a reload of the configuration: token, pauses and breaker of the same HubSoft, and
//! nothing of another one.

mod app;
#[allow(dead_code, reason = "tests/operation.rs uses the rest")]
#[path = "operation/served.rs"]
mod served;

use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use app::{Reply, exchange};
use bina::simulator::{Fault, RetryAfter, Sim, customer};
use served::{File, Served};
use tokio::time::sleep;

const PHONE: &str = "3733330001";

async fn sim(name: &str) -> Sim {
    let sim = Sim::start(vec![customer(1, name, PHONE)]).await.expect("loopback");
    sim.set_token_fault(Fault::Normal);
    sim
}

async fn answer(address: SocketAddr, caller: &str) -> Vec<(String, String)> {
    let request =
        format!("GET /asterisk?caller={caller} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    app::pairs(&Reply::read(&exchange(address, request.as_bytes()).await).body)
}

async fn field(address: SocketAddr, caller: &str, key: &str) -> String {
    app::field(&answer(address, caller).await, key).to_owned()
}

/// Reloads with another rate each time.
async fn reload_often(served: &Served, file: &File, sim: &Sim, times: usize) {
    for rate in 1..=times {
        file.write(sim, &format!("{}[limiter]\nrate = {rate}\n", app::RULES));
        served.signal("HUP");
        sleep(Duration::from_millis(150)).await;
        field(served.http, &format!("37333400{rate:02}"), "status").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_not_tried_again_by_reloads() {
    let sim = sim("ANA").await;
    sim.set_token_fault(Fault::WrongPassword);
    let file = File::new("storm", &sim, app::RULES);
    let served = Served::start(&file);
    reload_often(&served, &file, &sim, 15).await;
    assert_eq!(served.log().matches("HubSoft client replaced").count(), 15, "{}", served.log());
    assert_eq!(sim.token_requests(), 1, "within three seconds");
}

/// systemd copies a credential at the start of the service, and not at a reload.
#[tokio::test(flavor = "multi_thread")]
async fn a_reload_reports_a_secret_that_only_a_restart_brings() {
    let sim = sim("ANA").await;
    sim.set_token_fault(Fault::WrongPassword);
    let own = std::env::temp_dir().join(format!("bina-{}-secrets", std::process::id()));
    let credentials = own.join("credentials");
    fs::create_dir_all(&credentials).expect("a folder");
    for name in ["client_secret", "password"] {
        fs::write(own.join(name), "old").expect("a file");
    }
    sleep(Duration::from_millis(20)).await;
    for name in ["client_secret", "password"] {
        fs::write(credentials.join(name), "old").expect("a file");
    }
    let text = format!(
        "[listen]\nhttp = \"127.0.0.1:0\"\nagi = \"127.0.0.1:0\"\nmetrics = \"127.0.0.1:0\"\n\
         console = \"off\"\n[hubsoft]\nbase_url = \"{}\"\ninsecure_http = true\n\
         client_id = \"4\"\nusername = \"u@x\"\nclient_secret_file = \"client_secret\"\n\
         password_file = \"password\"\n[directory]\nenabled = false\n",
        sim.base_url()
    );
    let file = File(own.join("bina.toml"));
    fs::write(&file.0, text).expect("a file");
    let with = format!("CREDENTIALS_DIRECTORY={} exec \"$@\"", credentials.display());
    let served = Served::in_shell(&file, &with);
    assert!(!served.log().contains("has changed since"), "{}", served.log());
    sleep(Duration::from_millis(20)).await;
    fs::write(own.join("password"), "right").expect("a file");
    served.signal("HUP");
    let remedy = "password has changed since bina was started, and systemd hands it over at the start \
                  only: run `sudo systemctl restart bina`";
    assert!(served.has_logged(remedy), "{}", served.log());
    assert!(served.has_logged("configuration reloaded"), "{}", served.log());
    assert!(!served.log().contains("client_secret has changed"), "{}", served.log());
    drop(file);
    let _ = fs::remove_dir_all(&own);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_after_outlives_reloads() {
    let sim = sim("ANA").await;
    let file = File::new("pause", &sim, app::RULES);
    let served = Served::start(&file);
    sim.set_lookup_fault(Fault::Throttled { retry_after: RetryAfter::Seconds(60) });
    field(served.http, "3733340099", "status").await;
    let before = sim.lookups();
    reload_often(&served, &file, &sim, 5).await;
    assert_eq!((sim.lookups() - before, sim.token_requests()), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_breaker_outlives_reloads() {
    let sim = sim("ANA").await;
    let file = File::new("breaker", &sim, app::RULES);
    let served = Served::start(&file);
    sim.set_lookup_fault(Fault::ServerError);
    for last in 0..5 {
        field(served.http, &format!("373334010{last}"), "status").await;
    }
    let before = sim.lookups();
    file.write(&sim, &format!("{}[limiter]\nrate = 9\n", app::RULES));
    served.signal("HUP");
    assert!(served.has_logged("HubSoft client replaced"), "{}", served.log());
    assert_eq!(field(served.http, "3733340199", "status").await, "unavailable");
    assert_eq!(sim.lookups(), before, "HubSoft is not queried:\n{}", served.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_hubsoft_begins_with_an_empty_cache() {
    let (old, new) = (sim("ANTIGO").await, sim("NOVO").await);
    let file = File::new("another", &old, app::RULES);
    let served = Served::start(&file);
    assert_eq!(field(served.http, PHONE, "nome").await, "ANTIGO");
    file.write(&new, app::RULES);
    served.signal("HUP");
    assert!(served.has_logged("cache emptied"), "{}", served.log());
    sleep(Duration::from_millis(100)).await;
    let answered = answer(served.http, PHONE).await;
    let of = |key| app::field(&answered, key);
    assert_eq!((of("nome"), of("source")), ("NOVO", "hubsoft"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_to_the_old_hubsoft_does_not_fill_the_new_cache() {
    let (old, new) = (sim("ANTIGO").await, sim("NOVO").await);
    let file = File::new("under-way", &old, app::RULES);
    let served = Served::start(&file);
    field(served.http, "3733340001", "status").await;
    old.set_lookup_fault(Fault::Slow { first_byte: Duration::from_millis(600) });
    let http = served.http;
    let calling = tokio::spawn(async move { field(http, PHONE, "nome").await });
    sleep(Duration::from_millis(100)).await;
    file.write(&new, app::RULES);
    served.signal("HUP");
    assert_eq!(calling.await.expect("no panic"), "ANTIGO", "it ends as it began");
    assert_eq!(field(served.http, PHONE, "nome").await, "NOVO");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_user_begins_with_an_empty_cache_too() {
    let sim = sim("ANA").await;
    let file = File::new("user", &sim, app::RULES);
    let served = Served::start(&file);
    assert_eq!(field(served.http, PHONE, "source").await, "hubsoft");
    let text = fs::read_to_string(&file.0).expect("a file");
    let changed = text.replace("client_id = \"", "client_id = \"9");
    assert_ne!(text, changed);
    fs::write(&file.0, changed).expect("a file");
    served.signal("HUP");
    assert!(served.has_logged("cache emptied"), "{}", served.log());
    sleep(Duration::from_millis(100)).await;
    assert_eq!(field(served.http, PHONE, "status").await, "unavailable");
}

/// The value of a gauge at `listen.metrics`.
async fn gauge(served: &Served, name: &str) -> Option<String> {
    let request = b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let page = Reply::read(&exchange(served.metrics, request).await).body;
    let line = page.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
    line.map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn gauges_are_those_of_the_new_hubsoft_and_counters_go_on() {
    let (old, new) = (sim("ANTIGO").await, sim("NOVO").await);
    let file = File::new("gauges", &old, app::RULES);
    let served = Served::start(&file);
    field(served.http, PHONE, "status").await;
    assert_eq!(gauge(&served, "bina_cache_records").await.as_deref(), Some("1"));
    old.set_lookup_fault(Fault::ServerError);
    for last in 0..5 {
        field(served.http, &format!("373334020{last}"), "status").await;
    }
    assert_eq!(gauge(&served, "bina_breaker_state").await.as_deref(), Some("2"));
    file.write(&new, app::RULES);
    served.signal("HUP");
    assert!(served.has_logged("configuration reloaded"), "{}", served.log());
    assert_eq!(gauge(&served, "bina_breaker_state").await.as_deref(), Some("0"));
    assert_eq!(gauge(&served, "bina_cache_records").await.as_deref(), Some("0"));
    let answered = "bina_calls_total{door=\"/asterisk\",status=\"unavailable\"}";
    assert_eq!(gauge(&served, answered).await.as_deref(), Some("5"));
}
