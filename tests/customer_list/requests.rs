//! Requests for pages and tables over sockets: their order, refusals and limits.

use std::time::Duration;

use bina::domain::failure::Failure;
use bina::runtime::metrics::{Exposition, Registry};
use bina::simulator::{Population, Sim};
use bina::sources::directory::{CustomerList, ListPage, PageRequest, ScopeTables};
use bina::sources::hubsoft::{HubSoft, HubsoftMetrics};
use bina::sources::reasons;
use bina::sources::shared_request::Partial;
use bina::sources::source::Source;
use tokio::time::Instant;

use crate::app::{self, key, soon};
use crate::example;
use crate::stub::{StubAnswer, StubHubsoft};

const PHONE: &str = "3733330001";
const LIST: &str = "/api/v1/integracao/cliente/todos?";
const TABLES: [(&str, &str); 6] = [
    ("/api/v1/integracao/configuracao/cidade", "cities"),
    ("/api/v1/integracao/rede/equipamento", "equipment"),
    ("/api/v1/integracao/rede/pop", "pops"),
    ("/api/v1/integracao/rede/caixa_optica", "optical_boxes"),
    ("/api/v1/integracao/configuracao/servico_status", "statuses"),
    ("/api/v1/integracao/configuracao/grupo_cliente_servico", "service_groups"),
];

fn later(wait: Duration) -> Instant {
    Instant::now() + wait
}

async fn page(client: &HubSoft) -> Result<ListPage, Failure> {
    let deadline = later(Duration::from_secs(30));
    client.page(PageRequest { number: 0, rows: 200, changed: None, deadline }).await
}

async fn tables(client: &HubSoft) -> Result<ScopeTables, Failure> {
    client.tables(later(Duration::from_secs(30))).await
}

/// The table of a path, as an example answer.
fn table(path: &str) -> StubAnswer {
    let (_, name) =
        TABLES.into_iter().find(|(of, _)| *of == path.trim_end_matches('?')).expect(path);
    StubAnswer::new(200, example(name))
}

#[tokio::test]
async fn a_page_is_one_request() {
    let hubsoft = StubHubsoft::start(|_| StubAnswer::new(200, example("first_page"))).await;
    let page = page(&hubsoft.client("")).await.expect("a page");
    assert_eq!((page.customers.len(), page.number), (3, Some(0)));
    let expected = format!(
        "{LIST}pagina=0&itens_por_pagina=200&relacoes=endereco_instalacao%2Cinterface\
         %2Cequipamento_conexao%2Cgrupos%2Cporta_atendimento"
    );
    assert_eq!(hubsoft.requests(), [expected]);
}

#[tokio::test]
async fn each_refusal_is_told_apart_and_not_repeated() {
    let forbidden = || reasons::PERMISSION.because("the list of customers");
    for (status, body, expected, requests) in [
        (403, r#"{"message":"This action is unauthorized."}"#.to_owned(), forbidden(), 1),
        (403, "<html>".to_owned(), reasons::FIREWALL.with_status(403), 1),
        (200, example("no_permission"), forbidden(), 1),
        (200, example("status_error"), reasons::REFUSED.failure(), 1),
        (200, "<html>".to_owned(), reasons::FIREWALL.with_status(200), 1),
        (401, "{}".to_owned(), reasons::UNAUTHORIZED.failure(), 2),
        (404, "{}".to_owned(), reasons::of_status(404), 1),
        (429, "{}".to_owned(), reasons::THROTTLED.retry_after(None), 1),
        (500, "{}".to_owned(), reasons::of_status(500), 1),
        (504, "{}".to_owned(), reasons::of_status(504), 1),
    ] {
        let answer = StubAnswer::new(status, body);
        let hubsoft = StubHubsoft::start(move |_| answer.clone()).await;
        assert_eq!(page(&hubsoft.client("")).await, Err(expected), "{status}");
        assert_eq!((hubsoft.requests().len(), hubsoft.token_requests()), (requests, requests));
    }
}

#[tokio::test]
async fn a_body_over_the_cap_is_an_error() {
    let hubsoft = StubHubsoft::start(|_| StubAnswer::new(200, example("first_page"))).await;
    let client = hubsoft.client("body_bytes_max = 2000\n");
    assert_eq!(page(&client).await, Err(reasons::TOO_LARGE.failure()));
}

#[tokio::test]
async fn a_request_of_the_list_ends_at_its_own_deadline() {
    let hubsoft =
        StubHubsoft::start(|_| StubAnswer { missing: 9, ..StubAnswer::new(200, "{") }).await;
    let client = hubsoft.client("attempt_ms = 100\nconnect_ms = 100\n");
    let start = Instant::now();
    let deadline = start + Duration::from_millis(400);
    let request = PageRequest { number: 0, rows: 200, changed: None, deadline };
    assert_eq!(client.page(request).await, Err(reasons::TIMEOUT.failure()));
    let took = start.elapsed().as_millis();
    assert!((400..2_000).contains(&took), "{took} ms: neither that of a lookup nor a minute");
}

#[tokio::test]
async fn a_pause_requested_of_the_list_holds_the_list_and_one_of_a_lookup_holds_both() {
    let throttled = StubAnswer { header: "Retry-After: 30", ..StubAnswer::new(429, "{}") };
    let hubsoft = StubHubsoft::start(move |_| throttled.clone()).await;
    let client = hubsoft.client("");
    assert!(page(&client).await.expect_err("throttled").is(&reasons::THROTTLED));
    assert_eq!(page(&client).await, Err(reasons::PAUSED.failure()));
    // It may be the limit of the list alone. If it is that of all requests, one lookup finds out.
    let lookup = async || client.fetch(&key(PHONE), soon(), Partial::ignored()).await;
    assert!(lookup().await.expect_err("throttled").is(&reasons::THROTTLED));
    assert_eq!(lookup().await, Err(reasons::PAUSED.failure()));
}

#[tokio::test]
async fn the_time_of_a_page_is_not_among_those_of_lookups() {
    let hubsoft = StubHubsoft::start(|_| StubAnswer::new(200, example("first_page"))).await;
    let metrics = HubsoftMetrics::default();
    let mut registry = Registry::default();
    metrics.register(&mut registry);
    page(&hubsoft.client_with("", metrics)).await.expect("a page");
    let text = registry.written(Exposition::Prometheus);
    assert!(text.contains("bina_upstream_duration_seconds_count 0"), "{text}");
    assert!(text.contains(r#"bina_upstream_requests_total{result="ok"} 1"#), "{text}");
}

#[tokio::test]
async fn pages_that_never_end_hold_no_lookup_with_a_long_body() {
    let long = |of: usize| {
        let filler = "x".repeat(of);
        format!(
            r#"{{"status":"success","x":"{filler}","clientes":[{{"telefone_primario":"{PHONE}"}}]}}"#
        )
    };
    let hubsoft = StubHubsoft::start(move |path| {
        let missing = if path.starts_with(LIST) { 9 } else { 0 };
        StubAnswer { missing, ..StubAnswer::new(200, long(200_000)) }
    });
    let hubsoft = hubsoft.await;
    let client = hubsoft.client("");
    let pages = async { tokio::join!(page(&client), page(&client), page(&client)) };
    let lookups = async {
        while hubsoft.requests().len() < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let start = Instant::now();
        for _ in 0..3 {
            let found = client.fetch(&key(PHONE), soon(), Partial::ignored()).await;
            assert_eq!(found.expect("found").record.customers().len(), 1);
        }
        start.elapsed()
    };
    let took = tokio::select! {
        _ = pages => panic!("they never end"),
        took = lookups => took,
    };
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[tokio::test]
async fn the_tables_are_requested_one_after_the_other() {
    let hubsoft = StubHubsoft::start(table).await;
    let tables = tables(&hubsoft.client("")).await.expect("tables");
    let paths = TABLES.map(|(path, _)| path);
    let requested = hubsoft.requests();
    assert!(requested.iter().map(|path| path.trim_end_matches('?')).eq(paths), "{requested:?}");
    let lengths = [tables.cities.len(), tables.interfaces.len(), tables.pops.len()];
    assert_eq!(lengths, [2, 4, 2]);
    let lengths = [tables.boxes.len(), tables.statuses.len(), tables.groups.len()];
    assert_eq!(lengths, [3, 2, 2]);
}

#[tokio::test]
async fn a_table_that_cannot_be_read_is_empty() {
    for refusal in [
        StubAnswer::new(403, "{}"),
        StubAnswer::new(401, "{}"),
        StubAnswer::new(404, "{}"),
        StubAnswer::new(500, "{}"),
        StubAnswer::new(200, example("no_permission")),
        StubAnswer::new(200, "<html>"),
        StubAnswer::new(200, r#"{"status":"success"}"#),
    ] {
        let is_refused = |path: &str| path.contains("rede/pop");
        let one = refusal.clone();
        let hubsoft = StubHubsoft::start(
            move |path| if is_refused(path) { one.clone() } else { table(path) },
        );
        let read = tables(&hubsoft.await.client("")).await.expect("tables");
        assert_eq!((read.pops.len(), read.boxes.len(), read.groups.len()), (0, 3, 2));
    }
}

#[tokio::test]
async fn tables_fail_together_if_none_can_be_read() {
    for (answer, requests) in [
        (StubAnswer::new(403, "{}"), 6),
        (StubAnswer::new(500, "{}"), 6),
        (StubAnswer::new(429, "{}"), 1),
        (StubAnswer::new(503, "{}"), 1),
    ] {
        let status = answer.status;
        let hubsoft = StubHubsoft::start(move |_| answer.clone()).await;
        assert!(tables(&hubsoft.client("")).await.is_err(), "{status}");
        assert_eq!(hubsoft.requests().len(), requests, "{status}");
    }
}

/// The optical boxes of 600,000 customers take more bytes than an answer to a lookup may have.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_may_be_longer_than_an_answer_to_a_lookup() {
    let population = Population { customers: 600_000, seed: 3 };
    let sim = Sim::start_generated(population).await.expect("loopback");
    let hubsoft = app::client(&sim, "[limiter]\nrate = 100\nburst = 100\n");
    let deadline = Instant::now() + Duration::from_secs(60);
    let tables = hubsoft.tables(deadline).await.expect("all tables");
    assert!(tables.boxes.len() > 70_000, "{} boxes", tables.boxes.len());
}
