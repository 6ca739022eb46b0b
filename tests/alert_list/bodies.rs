//! Bodies and statuses over sockets: nothing but a list is one, and the list delays no lookup.

use std::time::Duration;

use bina::domain::failure::Failure;
use bina::runtime::metrics::{Exposition, Registry};
use bina::sources::alerts::{AlertList, AlertPage};
use bina::sources::hubsoft::{HubSoft, HubsoftMetrics};
use bina::sources::limiter::Urgency;
use bina::sources::reasons;
use bina::sources::shared_request::Partial;
use bina::sources::source::Source;
use serde_json::json;
use tokio::time::Instant;

use crate::app::{key, soon};
use crate::stub::{StubAnswer, StubHubsoft};
use crate::{alert, list};

const PHONE: &str = "3733330001";
const LIST: &str = "/api/v1/integracao/configuracao/alerta";

async fn first(client: &HubSoft) -> Result<AlertPage, Failure> {
    client.alerts(1, Instant::now() + Duration::from_secs(10)).await
}

fn whole() -> String {
    list(json!([alert(json!({}))])).to_string()
}

/// A list whose only alert has a text of so many bytes.
fn long(bytes: usize) -> String {
    list(json!([alert(json!({"descricao": "x".repeat(bytes)}))])).to_string()
}

fn customer() -> String {
    let filler = "x".repeat(200_000);
    json!({
        "status": "success", "x": filler,
        "clientes": [{"codigo_cliente": 7, "telefone_primario": PHONE, "servicos": []}],
    })
    .to_string()
}

#[tokio::test]
async fn each_refusal_is_a_failure_and_no_list() {
    let forbidden = || reasons::PERMISSION.because("the list of alerts");
    let empty = list(json!([])).to_string();
    for (status, body, expected) in [
        (401, empty.clone(), reasons::UNAUTHORIZED.failure()),
        (403, r#"{"message":"This action is unauthorized."}"#.to_owned(), forbidden()),
        (403, "<html>".to_owned(), reasons::FIREWALL.with_status(403)),
        (404, empty.clone(), reasons::of_status(404)),
        (429, empty.clone(), reasons::THROTTLED.retry_after(None)),
        (500, empty.clone(), reasons::of_status(500)),
        (503, empty.clone(), reasons::UNAVAILABLE.failure()),
        (200, "<html>".to_owned(), reasons::FIREWALL.with_status(200)),
    ] {
        let answer = StubAnswer::new(status, body.clone());
        let hubsoft = StubHubsoft::start(move |_| answer.clone()).await;
        assert_eq!(first(&hubsoft.client("")).await, Err(expected), "{status} {body}");
    }
}

#[tokio::test]
async fn a_page_may_be_longer_than_an_answer_to_a_lookup() {
    for (bytes, is_read) in [(6_000_000, true), (17_000_000, false)] {
        let answer = StubAnswer::new(200, long(bytes));
        let hubsoft = StubHubsoft::start(move |_| answer.clone()).await;
        let page = first(&hubsoft.client("")).await;
        let expected = if is_read { Ok(1) } else { Err(reasons::TOO_LARGE.failure()) };
        assert_eq!(page.map(|page| page.alerts.len()), expected, "{bytes}");
    }
}

#[tokio::test]
async fn pages_and_probes_that_never_end_hold_no_lookup() {
    let hubsoft = StubHubsoft::start(|path| {
        let is_lookup = path.contains("busca=telefone");
        let body = if path.starts_with(LIST) { long(200_000) } else { customer() };
        StubAnswer { missing: if is_lookup { 0 } else { 9 }, ..StubAnswer::new(200, body) }
    })
    .await;
    let client = hubsoft.client("");
    let probe = || client.customer("7", Urgency::UndecidedProbe, soon().deadline);
    let endless = async { tokio::join!(first(&client), first(&client), probe(), probe()) };
    let lookups = async {
        while hubsoft.requests().len() < 4 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        for _ in 0..3 {
            let found = client.fetch(&key(PHONE), soon(), Partial::ignored()).await;
            assert_eq!(found.expect("found").record.customers().len(), 1);
        }
    };
    tokio::select! {
        _ = endless => panic!("they never end"),
        () = lookups => {}
    }
}

#[tokio::test]
async fn neither_a_page_nor_a_probe_is_among_the_times_of_lookups() {
    let hubsoft = StubHubsoft::start(|path| {
        StubAnswer::new(200, if path.starts_with(LIST) { whole() } else { customer() })
    });
    let hubsoft = hubsoft.await;
    let metrics = HubsoftMetrics::default();
    let mut registry = Registry::default();
    metrics.register(&mut registry);
    let client = hubsoft.client_with("", metrics);
    first(&client).await.expect("a page");
    for urgency in [Urgency::UndecidedProbe, Urgency::Probe] {
        let deadline = Instant::now() + Duration::from_secs(10);
        assert!(client.customer("7", urgency, deadline).await.expect("an answer").is_some());
    }
    let text = registry.written(Exposition::Prometheus);
    assert!(text.contains("bina_upstream_duration_seconds_count 0"), "{text}");
    assert!(text.contains(r#"bina_upstream_requests_total{result="ok"} 3"#), "{text}");
}
