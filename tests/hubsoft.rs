//! What the HubSoft client concludes from answers, and how it asks, over real sockets.

mod app;

use std::time::Duration;

use bina::customer::Customer;
use bina::finding::{Failure, Record};
use bina::hubsoft::HubSoft;
use bina::lookup::Source;
use bina::phone::Phone;
use bina::sim::{Matching, Mood, RetryAfter, Sim, customer, printed_example, with_alert};
use serde_json::Value;

const PHONE: &str = "37999990001";

fn phone(text: &str) -> Phone {
    Phone::parse(text, None).expect("a number")
}

fn client(sim: &Sim, settings: &str) -> HubSoft {
    HubSoft::new(app::config(&format!("{}{settings}", app::connection(sim))).hubsoft)
        .expect("a client")
}

/// Asks a simulator that says exactly this to every lookup.
async fn concluded(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Result<Record, Failure> {
    let sim = Sim::start(vec![]).await.expect("loopback");
    sim.set_token_mood(Mood::Normal);
    let headers = headers.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    sim.set_mood(Mood::Answer { status, headers: headers.collect(), body: body.to_owned() });
    client(&sim, "").fetch(&phone(PHONE)).await
}

async fn concluded_from(body: &str) -> Result<Record, Failure> {
    concluded(200, &[("Content-Type", "application/json")], body.as_bytes()).await
}

/// The one customer in a success whose `clientes` holds `fields` besides a phone.
async fn read(fields: &str) -> Customer {
    let body = format!(
        r#"{{"status":"success","msg":"ok","clientes":[{{"telefone_primario":"{PHONE}",{fields}}}]}}"#
    );
    let record = concluded_from(&body).await.unwrap_or_else(|failure| panic!("{failure}: {body}"));
    assert_eq!(record.customers().len(), 1, "{body}");
    record.customers()[0].clone()
}

async fn alert_of(fields: &str) -> Option<Vec<String>> {
    let texts = read(fields).await.alert?;
    Some(texts.iter().map(|text| text.reveal().to_owned()).collect())
}

#[tokio::test]
async fn the_vendors_printed_example_is_understood() {
    let sim = Sim::start(printed_example()).await.expect("loopback");
    let client = client(&sim, "ultima_conexao = \"sim\"\n");
    let record = client.fetch(&phone("37988242968")).await.expect("found");
    let [customer] = record.customers() else { panic!("one customer") };
    assert_eq!((customer.id.as_str(), customer.code.as_str()), ("11201", "421"));
    assert_eq!(customer.name, "GUILHERME SILVA");
    assert_eq!(customer.alert_texts().len(), 2);
    assert_eq!(customer.service_status.as_deref(), Some("servico_habilitado"));
    assert_eq!(customer.connected, Some(true));
    let record = client.fetch(&phone("37999450812")).await.expect("found");
    assert_eq!(record.customers().len(), 1);
    assert_eq!(record.customers()[0].alert, None);
}

#[tokio::test]
async fn every_way_to_write_the_alert_flag_is_understood() {
    for on in ["true", "1", "\"1\"", "\"true\"", "\"sim\"", "\"SIM\"", "\" Sim \"", "1.0"] {
        assert!(read(&format!(r#""alerta":{on}"#)).await.alerted(), "{on}");
    }
    for off in ["false", "0", "\"0\"", "\"nao\"", "\"não\"", "\"false\"", "\"\"", "null", "[]"] {
        let fields = format!(r#""alerta":{off},"alerta_mensagens":["texto"]"#);
        assert!(!read(&fields).await.alerted(), "{off}");
    }
    assert!(!read(r#""alerta_mensagens":["texto"]"#).await.alerted(), "missing");
}

#[tokio::test]
async fn an_alert_flag_of_unknown_type_counts_only_with_something_to_say() {
    for odd in ["{}", "{\"a\":1}", "[1]", "7", "\"talvez\""] {
        assert!(!read(&format!(r#""alerta":{odd}"#)).await.alerted(), "{odd}");
        let blank = format!(r#""alerta":{odd},"alerta_mensagens":["  "]"#);
        assert!(!read(&blank).await.alerted(), "{odd}");
        let fields = format!(r#""alerta":{odd},"alerta_mensagens":["texto"]"#);
        assert!(read(&fields).await.alerted(), "{odd}");
    }
}

#[tokio::test]
async fn alert_texts_come_in_many_shapes() {
    for (texts, expected) in [
        (r#"["um","dois"]"#, &["um", "dois"][..]),
        (r#""um""#, &["um"]),
        ("null", &[]),
        ("[]", &[]),
        ("{}", &[]),
        ("7", &["7"]),
        (r#"[null,"um",false,["x"],"",2]"#, &["um", "2"]),
        (r#"{"0":"um","1":"dois"}"#, &["um", "dois"]),
        (r#"{"3":{"id_alerta":5,"texto_alerta":"um"}}"#, &["um"]),
        (r#"[{"id_alerta":5,"texto_alerta":"um","data_inicio":"2026-11-22 10:00:00"}]"#, &["um"]),
        (r#"[{"mensagem":"um","usuario":"Fulano de Tal da Silva"},"dois"]"#, &["um", "dois"]),
        (r#"{"texto_alerta":"um"}"#, &["um"]),
        (r#"["ALERTA\n\n21/08/2023 15:49 - Maria\n"]"#, &["ALERTA"]),
    ] {
        let fields = format!(r#""alerta":true,"alerta_mensagens":{texts}"#);
        assert_eq!(
            alert_of(&fields).await.as_deref(),
            Some(&expected.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>()[..]),
            "{texts}"
        );
    }
    assert_eq!(alert_of(r#""alerta":true"#).await, Some(vec![]));
}

#[tokio::test]
async fn ids_and_names_vary_in_type() {
    let customer =
        read(r#""id_cliente":"90010","codigo_cliente":7010,"nome_razaosocial":"ANA""#).await;
    assert_eq!((&*customer.id, &*customer.code, &*customer.name), ("90010", "7010", "ANA"));
    let customer = read(
        r#""id_cliente":null,"codigo_cliente":"x7","nome_razaosocial":null,"nome_fantasia":"LOJA""#,
    )
    .await;
    assert_eq!((&*customer.id, &*customer.code, &*customer.name), ("", "", "LOJA"));
    let customer =
        read(r#""id_cliente":[],"codigo_cliente":{"a":[1]},"nome_razaosocial":{"x":"y"}"#).await;
    assert_eq!((&*customer.id, &*customer.code, &*customer.name), ("", "", ""));
    assert_eq!(read(r#""codigo_cliente":421.0"#).await.code, "421");
    assert_eq!(read(r#""id_cliente":1,"id_cliente":2"#).await.id, "2", "the last of two keys wins");
}

#[tokio::test]
async fn the_first_service_that_is_not_enabled_names_the_status() {
    for (services, expected) in [
        (
            r#"[{"status_prefixo":"servico_habilitado"},{"status_prefixo":"suspenso_debito"}]"#,
            Some("suspenso_debito"),
        ),
        (
            r#"{"1":{"status_prefixo":"cancelado"},"2":{"status_prefixo":"servico_habilitado"}}"#,
            Some("cancelado"),
        ),
        (r#"[{"status_prefixo":"servico_habilitado"}]"#, Some("servico_habilitado")),
        (r#"[{"status_prefixo":"${x}"},{"status_prefixo":null},{},7,null]"#, None),
        ("[]", None),
        ("null", None),
        (r#""x""#, None),
    ] {
        let customer = read(&format!(r#""servicos":{services}"#)).await;
        assert_eq!(customer.service_status.as_deref(), expected, "{services}");
    }
}

#[tokio::test]
async fn a_connection_is_known_only_when_a_service_says() {
    for (connections, expected) in [
        (r#"{"conectado":true}"#, Some(true)),
        (r#"{"conectado":false}"#, Some(false)),
        (r#"{"conectado":"1"}"#, Some(true)),
        (r#"{"conectado":0}"#, Some(false)),
        (r#"{"conectado":null}"#, None),
        ("{}", None),
        ("[]", None),
        ("null", None),
        (r#""sim""#, None),
    ] {
        let fields =
            format!(r#""servicos":[{{"ultima_conexao":[]}},{{"ultima_conexao":{connections}}}]"#);
        assert_eq!(read(&fields).await.connected, expected, "{connections}");
    }
    let both = r#""servicos":[{"ultima_conexao":{"conectado":false}},{"ultima_conexao":{"conectado":true}}]"#;
    assert_eq!(read(both).await.connected, Some(true));
}

#[tokio::test]
async fn only_customers_who_have_the_number_are_believed() {
    for (stored, own) in [
        (r#""telefone_primario":"37999990001""#, true),
        (r#""telefone_secundario":"(37) 99999-0001""#, true),
        (r#""telefone_terciario":"+5537999990001""#, true),
        (r#""telefone_primario":37999990001"#, true),
        (r#""telefone_primario":37999990001.0"#, true),
        (r#""telefone_primario":"3799990001""#, true),
        (r#""telefone_primario":"037999990001""#, true),
        (r#""telefone_primario":"31999990001""#, false),
        (r#""telefone_primario":"999990001""#, false),
        (r#""telefone_primario":"99990001""#, false),
        (r#""telefone_primario":null,"telefone_secundario":"","telefone_terciario":[]"#, false),
        (r#""telefone_quarto":"37999990001""#, false),
        (r#""nome_razaosocial":"37999990001""#, false),
    ] {
        let body = format!(r#"{{"status":"success","clientes":[{{{stored}}}]}}"#);
        let record = concluded_from(&body).await.expect("a success");
        assert_eq!(record.customers().len(), usize::from(own), "{stored}");
    }
}

#[tokio::test]
async fn a_list_of_customers_may_be_an_object_with_number_keys() {
    let one = format!(r#"{{"telefone_primario":"{PHONE}"}}"#);
    for (list, count) in [
        (format!(r#"{{"0":{one},"7":{one}}}"#), 2),
        ("{}".to_owned(), 0),
        ("[]".to_owned(), 0),
        (format!("[{one}]"), 1),
    ] {
        let body = format!(r#"{{"clientes":{list},"status":"success"}}"#);
        assert_eq!(
            concluded_from(&body).await.expect("a success").customers().len(),
            count,
            "{list}"
        );
    }
}

#[tokio::test]
async fn what_is_no_success_or_no_list_is_never_nobody() {
    let customer = format!(r#"[{{"telefone_primario":"{PHONE}","alerta":true}}]"#);
    for (body, label) in [
        (r#"{"status":"error","msg":"Favor preencher o atributo (busca)"}"#.to_owned(), "refused"),
        (format!(r#"{{"status":"error","clientes":{customer}}}"#), "refused"),
        (format!(r#"{{"status":"error","clientes":{customer},"status":"error"}}"#), "refused"),
        (r#"{"status":"error","clientes":[]}"#.to_owned(), "refused"),
        (format!(r#"{{"clientes":{customer}}}"#), "invalid_answer"),
        (format!(r#"{{"status":null,"clientes":{customer}}}"#), "invalid_answer"),
        (r#"{"status":"success"}"#.to_owned(), "invalid_answer"),
        (r#"{"status":"success","clientes":null}"#.to_owned(), "invalid_answer"),
        (r#"{"status":"success","clientes":"nenhum"}"#.to_owned(), "invalid_answer"),
        (r#"{"status":"success","clientes":[null]}"#.to_owned(), "invalid_answer"),
        (r#"{"status":"success","clientes":{"id_cliente":1}}"#.to_owned(), "invalid_answer"),
        (r#"{"message":"Unauthenticated."}"#.to_owned(), "invalid_answer"),
        ("[]".to_owned(), "invalid_answer"),
        ("null".to_owned(), "invalid_answer"),
        (String::new(), "invalid_answer"),
        ("<!DOCTYPE html><html></html>".to_owned(), "invalid_answer"),
        (r#"{"status":"success","clientes":[]}x"#.to_owned(), "invalid_answer"),
        (r#"{"status":"success","clientes":["#.to_owned(), "invalid_answer"),
    ] {
        let failure = concluded_from(&body).await.expect_err(&body);
        assert_eq!(failure.label(), label, "{body}");
    }
}

#[tokio::test]
async fn oddities_outside_our_fields_do_no_harm() {
    let deep = format!(r#""interface":{}{}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert!(read(&format!(r#"{deep},"alerta":true"#)).await.alerted());
    let deep = format!(r#""alerta":{}{}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert!(!read(&deep).await.alerted());
    assert_eq!(read(r#""valor":1e999,"nome_razaosocial":"ANA""#).await.name, "ANA");
    assert_eq!(read(r#""x":"\ud83d","nome_razaosocial":"A\ude00B""#).await.name, "A\u{fffd}B");
}

#[tokio::test]
async fn bodies_with_a_bom_or_latin_1_are_read() {
    let body = format!(
        r#"{{"status":"success","clientes":[{{"telefone_primario":"{PHONE}","nome_razaosocial":"JOÃO"}}]}}"#
    );
    let bom = format!("\u{feff}{body}");
    let latin: Vec<u8> =
        body.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect();
    for bytes in [bom.as_bytes(), &latin] {
        let record = concluded(200, &[], bytes).await.expect("readable");
        assert_eq!(record.customers()[0].name, "JOÃO");
    }
}

#[tokio::test]
async fn each_http_trouble_has_its_own_name() {
    let nobody = br#"{"status":"success","clientes":[]}"#;
    for (status, headers, label) in [
        (201, vec![], "server"),
        (204, vec![], "server"),
        (302, vec![("Location", "/login")], "redirect"),
        (307, vec![("Location", "http://127.0.0.1:9/")], "redirect"),
        (401, vec![], "token"),
        (403, vec![], "refused"),
        (404, vec![], "server"),
        (429, vec![("Retry-After", "7")], "throttled"),
        (500, vec![], "server"),
        (502, vec![], "server"),
        (503, vec![("Retry-After", "60")], "unavailable"),
        (200, vec![("Content-Encoding", "gzip")], "invalid_answer"),
    ] {
        let body: &[u8] = if status == 204 { b"" } else { nobody };
        let failure = concluded(status, &headers, body).await.expect_err("no success");
        assert_eq!(failure.label(), label, "{status}");
    }
}

#[tokio::test]
async fn a_wait_that_hubsoft_asks_for_is_kept() {
    let throttled = concluded(429, &[("Retry-After", "7")], b"{}").await;
    let retry_after = Some(Duration::from_secs(7));
    assert_eq!(throttled, Err(Failure::Throttled { retry_after }));
    let unavailable = concluded(503, &[("Retry-After", "60")], b"").await;
    assert_eq!(
        unavailable,
        Err(Failure::Unavailable { retry_after: Some(Duration::from_secs(60)) })
    );
}

/// A simulator that meets lookups with `mood`, and what the client makes of it.
async fn met(mood: Mood, settings: &str) -> (Sim, Result<Record, Failure>) {
    let sim = Sim::start(vec![customer(1, "ANA", PHONE)]).await.expect("loopback");
    sim.set_token_mood(Mood::Normal);
    sim.set_mood(mood);
    let result = client(&sim, settings).fetch(&phone(PHONE)).await;
    (sim, result)
}

#[tokio::test]
async fn troubles_below_http_have_names_too() {
    for (mood, label) in [
        (Mood::Truncated, "invalid_answer"),
        (Mood::TruncatedChunked, "invalid_answer"),
        (Mood::Reset, "invalid_answer"),
        (Mood::GzipBomb, "invalid_answer"),
        (Mood::Huge { bytes: 5_000_000 }, "too_large"),
        (Mood::HugeChunked { bytes: 5_000_000 }, "too_large"),
        (Mood::Silent, "timeout"),
        (Mood::Drip { byte_every: Duration::from_millis(50) }, "timeout"),
        (Mood::Throttled { retry_after: RetryAfter::Never }, "throttled"),
        (Mood::Trace, "refused"),
        (Mood::WrongTypes, "invalid_answer"),
    ] {
        let name = format!("{mood:?}");
        let (_sim, result) = met(mood, "attempt_ms = 400\n").await;
        assert_eq!(result.expect_err(&name).label(), label, "{name}");
    }
}

#[tokio::test]
async fn no_connection_is_told_apart_from_a_slow_one() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    let client = client(&sim, "");
    drop(sim);
    assert_eq!(client.fetch(&phone(PHONE)).await, Err(Failure::Connect));
}

#[tokio::test]
async fn a_body_over_the_cap_is_an_error_and_below_it_is_read() {
    let many: Vec<Value> = (0..20).map(|id| customer(id, "ANA", PHONE)).collect();
    let sim = Sim::start(many).await.expect("loopback");
    let small = client(&sim, "body_bytes_max = 20000\n").fetch(&phone(PHONE)).await;
    assert_eq!(small, Err(Failure::TooLarge));
    let large = client(&sim, "").fetch(&phone(PHONE)).await.expect("below 4 MiB");
    assert_eq!(large.customers().len(), 20);
}

#[tokio::test]
async fn the_request_is_the_one_on_the_page() {
    let sim = Sim::start(vec![customer(1, "ANA", PHONE)]).await.expect("loopback");
    client(&sim, "").fetch(&phone(PHONE)).await.expect("found");
    let requests = sim.requests();
    let lookup =
        requests.iter().find(|request| request.path.ends_with("/cliente")).expect("a lookup");
    assert_eq!(lookup.path, "/api/v1/integracao/cliente");
    assert_eq!(lookup.accept.as_deref(), Some("application/json"));
    let pairs = |query: &[(&str, &str)]| {
        query
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect::<Vec<_>>()
    };
    let expected = [("busca", "telefone"), ("termo_busca", PHONE), ("limit", "20")];
    assert_eq!(lookup.query, pairs(&expected));
}

#[tokio::test]
async fn the_pages_other_parameters_are_sent_only_when_set() {
    let sim = Sim::start(vec![customer(1, "ANA", PHONE)]).await.expect("loopback");
    let settings = "limit = 100\ncancelado = \"sim\"\nultima_conexao = \"sim\"\n";
    client(&sim, settings).fetch(&phone(PHONE)).await.expect("found");
    let requests = sim.requests();
    let lookup = requests.last().expect("a lookup");
    for pair in [("limit", "100"), ("cancelado", "sim"), ("ultima_conexao", "sim")] {
        assert!(
            lookup.query.iter().any(|(key, value)| (key.as_str(), value.as_str()) == pair),
            "{pair:?}"
        );
    }
}

fn terms(sim: &Sim) -> Vec<String> {
    let term = |request: bina::sim::Request| {
        request.query.into_iter().find(|(key, _)| key == "termo_busca").map(|(_, value)| value)
    };
    sim.requests().into_iter().filter_map(term).collect()
}

#[tokio::test]
async fn the_second_way_to_write_a_mobile_is_tried_only_when_the_first_finds_nobody() {
    let old = customer(1, "ANA", "3799990001");
    let sim = Sim::start(vec![old]).await.expect("loopback");
    sim.set_matching(Matching::Exact);
    let found = client(&sim, "").fetch(&phone(PHONE)).await.expect("found");
    assert_eq!(found.customers().len(), 1);
    assert_eq!(terms(&sim), ["37999990001", "3799990001"]);

    let sim = Sim::start(vec![customer(1, "ANA", PHONE)]).await.expect("loopback");
    client(&sim, "").fetch(&phone(PHONE)).await.expect("found");
    assert_eq!(terms(&sim), ["37999990001"]);
}

#[tokio::test]
async fn a_stranger_whose_number_ends_alike_is_nobody() {
    let sim = Sim::start(vec![customer(1, "LONGE", "31999990001")]).await.expect("loopback");
    let record = client(&sim, "").fetch(&phone(PHONE)).await.expect("answered");
    assert!(record.is_nobody());
    assert!(sim.lookups() >= 1);
}

#[tokio::test]
async fn nobody_needs_an_answer_to_each_way_of_writing_the_number() {
    for (first, second) in [
        (Mood::Normal, Mood::ServerError),
        (Mood::StatusError, Mood::Normal),
        (Mood::Normal, Mood::Silent),
        (Mood::Html, Mood::Normal),
    ] {
        let sim = Sim::start(vec![]).await.expect("loopback");
        let name = format!("{first:?}, {second:?}");
        sim.script(vec![first, second]);
        let result = client(&sim, "attempt_ms = 300\n").fetch(&phone(PHONE)).await;
        assert!(result.is_err(), "{name}: {result:?}");
    }
}

#[tokio::test]
async fn a_customer_found_the_second_way_counts_although_the_first_way_failed() {
    let sim = Sim::start(vec![customer(1, "ANA", PHONE)]).await.expect("loopback");
    sim.script(vec![Mood::StatusError]);
    let record = client(&sim, "").fetch(&phone(PHONE)).await.expect("found");
    assert_eq!(record.customers().len(), 1);
}

#[tokio::test]
async fn a_hubsoft_in_trouble_is_not_asked_twice_for_one_call() {
    for mood in [Mood::Unavailable, Mood::Throttled { retry_after: RetryAfter::Never }] {
        let (sim, result) = met(mood, "").await;
        assert!(result.is_err());
        assert_eq!(sim.lookups(), 1);
    }
}

#[tokio::test]
async fn one_token_serves_many_lookups() {
    let sim = Sim::start(vec![customer(1, "ANA", PHONE)]).await.expect("loopback");
    let client = client(&sim, "");
    let phone = phone(PHONE);
    for _ in 0..5 {
        client.fetch(&phone).await.expect("found");
    }
    assert_eq!((sim.token_requests(), sim.lookups()), (1, 5));
}

#[tokio::test]
async fn fifty_lookups_without_a_token_ask_for_one() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    sim.set_token_mood(Mood::Slow { first_byte: Duration::from_millis(100) });
    let client = std::sync::Arc::new(client(&sim, ""));
    let mut lookups = tokio::task::JoinSet::new();
    for last in 0..50 {
        let client = std::sync::Arc::clone(&client);
        lookups.spawn(async move { client.fetch(&phone(&format!("379999100{last:02}"))).await });
    }
    while let Some(result) = lookups.join_next().await {
        assert!(result.expect("no panic").is_ok());
    }
    assert_eq!(sim.token_requests(), 1);
}

#[tokio::test]
async fn a_voided_token_costs_one_new_token_and_one_retry() {
    let sim = Sim::start(vec![customer(1, "ANA", PHONE)]).await.expect("loopback");
    let client = client(&sim, "");
    client.fetch(&phone(PHONE)).await.expect("found");
    sim.void_tokens();
    client.fetch(&phone(PHONE)).await.expect("found with a new token");
    assert_eq!((sim.token_requests(), sim.lookups()), (2, 3));
}

#[tokio::test]
async fn a_lookup_that_stays_unauthorized_is_retried_once_and_no_more() {
    let (sim, result) = met(Mood::Unauthorized, "").await;
    assert_eq!(result, Err(Failure::Token));
    assert_eq!((sim.token_requests(), sim.lookups()), (2, 2));
}

#[tokio::test]
async fn refused_credentials_are_not_tried_again_at_once() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    sim.set_token_mood(Mood::WrongPassword);
    let client = client(&sim, "");
    for _ in 0..5 {
        assert_eq!(client.fetch(&phone(PHONE)).await, Err(Failure::Token));
    }
    assert_eq!((sim.token_requests(), sim.lookups()), (1, 0));
}

#[tokio::test]
async fn a_token_is_renewed_at_four_fifths_of_its_life() {
    let sim = Sim::start(vec![]).await.expect("loopback");
    sim.set_token_life(2);
    let client = client(&sim, "");
    client.fetch(&phone(PHONE)).await.expect("answered");
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    client.fetch(&phone(PHONE)).await.expect("answered");
    assert_eq!(sim.token_requests(), 1, "after 60 % of its life");
    tokio::time::sleep(Duration::from_millis(500)).await;
    client.fetch(&phone(PHONE)).await.expect("answered");
    client.fetch(&phone(PHONE)).await.expect("answered");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(sim.token_requests(), 2, "after 85 % of its life");
}

#[tokio::test]
async fn a_token_answer_of_odd_types_is_read_or_refused() {
    for (body, good) in [
        (r#"{"access_token":"t","expires_in":"2592000"}"#, true),
        (r#"{"access_token":"t"}"#, true),
        (r#"{"access_token":"t","expires_in":-1}"#, true),
        (r#"{"access_token":"t","expires_in":1e300}"#, true),
        (r#"{"access_token":null,"expires_in":10}"#, false),
        (r#"{"error":"invalid_credentials"}"#, false),
        ("<html>", false),
    ] {
        let sim = Sim::start(vec![]).await.expect("loopback");
        let body = body.as_bytes().to_owned();
        sim.set_token_mood(Mood::Answer { status: 200, headers: vec![], body: body.clone() });
        let _ = client(&sim, "").fetch(&phone(PHONE)).await;
        assert_eq!(sim.lookups() > 0, good, "{}", String::from_utf8_lossy(&body));
    }
}

#[tokio::test]
async fn a_redirect_is_never_followed() {
    let other = Sim::start(vec![]).await.expect("loopback");
    for status in [301, 302, 307, 308] {
        let to = format!("{}/oauth/token", other.base_url());
        let (_sim, result) = met(Mood::Redirect { to: to.clone(), status }, "").await;
        assert_eq!(result, Err(Failure::Redirect(status)));
        let sim = Sim::start(vec![]).await.expect("loopback");
        sim.set_token_mood(Mood::Redirect { to, status });
        let _ = client(&sim, "").fetch(&phone(PHONE)).await;
    }
    assert_eq!(other.connections(), 0, "not a byte went to the other host");
}

#[tokio::test]
async fn no_failure_text_names_a_url_a_number_or_a_secret() {
    for mood in
        [Mood::Silent, Mood::HangUp, Mood::Reset, Mood::Trace, Mood::HugeHeaders, Mood::Html]
    {
        let (sim, result) = met(mood, "attempt_ms = 300\n").await;
        let failure = result.expect_err("no mood to answer");
        let text = format!("{failure} {failure:?}");
        let secrets = [PHONE, "http://", sim.credentials().password, bina::sim::CANARY_TRACE];
        assert!(secrets.iter().all(|secret| !text.contains(secret)), "{text}");
    }
}

#[tokio::test]
async fn a_base_url_with_a_path_is_kept() {
    for base in ["/hub", "/hub/"] {
        let sim = Sim::start(vec![]).await.expect("loopback");
        let text =
            app::connection(&sim).replace(&sim.base_url(), &format!("{}{base}", sim.base_url()));
        let client = HubSoft::new(app::config(&text).hubsoft).expect("a client");
        let _ = client.fetch(&phone(PHONE)).await;
        assert_eq!(sim.requests()[0].path, "/hub/oauth/token");
    }
}

#[tokio::test]
async fn an_alert_of_any_verified_customer_is_kept() {
    let quiet = customer(1, "ANA", PHONE);
    let alerted = with_alert(customer(2, "BIA", PHONE), &["Rompimento"]);
    let sim = Sim::start(vec![quiet, alerted, customer(3, "LONGE", "11999990001")])
        .await
        .expect("loopback");
    let record = client(&sim, "").fetch(&phone(PHONE)).await.expect("found");
    let alerts: Vec<_> = record.customers().iter().map(Customer::alerted).collect();
    assert_eq!(alerts, [false, true]);
}
