//! What the HubSoft client concludes from the bodies it gets, however their types vary.

mod app;
#[path = "hubsoft_bodies/places.rs"]
mod places;

use std::time::Duration;

use app::{client, key, soon};
use bina::domain::customer::Customer;
use bina::domain::failure::Failure;
use bina::domain::finding::Record;
use bina::domain::found::FoundCustomer;
use bina::simulator::{Fault, Sim, printed_example};
use bina::sources::reasons;
use bina::sources::shared_request::Partial;
use bina::sources::source::{Sighting, Source};

const PHONE: &str = "37999990001";

/// Queries a simulator that returns exactly this to every lookup.
async fn concluded(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Result<Record, Failure> {
    sighted(status, headers, body).await.map(|sighting| sighting.record)
}

async fn sighted(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Result<Sighting, Failure> {
    let sim = Sim::start(vec![]).await.expect("loopback");
    sim.set_token_fault(Fault::Normal);
    let headers = headers.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    sim.set_fault(Fault::Answer { status, headers: headers.collect(), body: body.to_owned() });
    let client = client(&sim, "ultima_conexao = \"sim\"\n");
    client.fetch(&key(PHONE), soon(), Partial::ignored()).await
}

async fn concluded_from(body: &str) -> Result<Record, Failure> {
    concluded(200, &[("Content-Type", "application/json")], body.as_bytes()).await
}

/// The one customer in a success whose `clientes` holds `fields` besides a phone.
async fn found(fields: &str) -> FoundCustomer {
    let body = format!(
        r#"{{"status":"success","msg":"ok","clientes":[{{"telefone_primario":"{PHONE}",{fields}}}]}}"#
    );
    let record = concluded_from(&body).await.unwrap_or_else(|failure| panic!("{failure}: {body}"));
    assert_eq!(record.customers().len(), 1, "{body}");
    record.customers()[0].clone()
}

/// Who that customer is.
async fn read(fields: &str) -> Customer {
    found(fields).await.customer().clone()
}

async fn alert_of(fields: &str) -> Option<Vec<String>> {
    let found = found(fields).await;
    let texts = found.alerts().map(|alert| alert.reveal().to_owned()).collect();
    found.alerted().then_some(texts)
}

#[tokio::test]
async fn the_vendors_printed_example_is_parsed() {
    let sim = Sim::start(printed_example()).await.expect("loopback");
    let client = client(&sim, "ultima_conexao = \"sim\"\n");
    let record =
        client.fetch(&key("37988242968"), soon(), Partial::ignored()).await.expect("found").record;
    let [found] = record.customers() else { panic!("one customer") };
    let customer = found.customer();
    assert_eq!((customer.id(), customer.code()), ("11201", "421"));
    assert_eq!(customer.name(), "GUILHERME SILVA");
    assert_eq!(found.alerts().count(), 2);
    assert_eq!(customer.service_status(), "servico_habilitado");
    assert_eq!(customer.connected(), Some(true));
    let record =
        client.fetch(&key("37999450812"), soon(), Partial::ignored()).await.expect("found").record;
    assert_eq!(record.customers().len(), 1);
    assert!(!record.customers()[0].alerted());
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
        (r#""21/08/2023 15:49 - Maria""#, &["21/08/2023 15:49 - Maria"]),
        (
            r#""28/11/2026 14:30 - Rompimento de fibra""#,
            &["28/11/2026 14:30 - Rompimento de fibra"],
        ),
        (r#""<p>Manuten&ccedil;&atilde;o programada<\/p>""#, &["Manutenção programada"]),
        (r#""Manuten&amp;ccedil;&#227;o""#, &["Manutenção"]),
        (r#""Queda&nbsp;de<br>energia""#, &["Queda de energia"]),
        (r#""Manuten\u00c3\u00a7\u00c3\u00a3o""#, &["Manutenção"]),
        (r#""\u202arompi\u202cmento""#, &["rompimento"]),
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
    assert_eq!((customer.id(), customer.code(), customer.name()), ("90010", "7010", "ANA"));
    let customer = read(
        r#""id_cliente":null,"codigo_cliente":"x7","nome_razaosocial":null,"nome_fantasia":"LOJA""#,
    )
    .await;
    assert_eq!((customer.id(), customer.code(), customer.name()), ("", "", "LOJA"));
    let customer =
        read(r#""id_cliente":[],"codigo_cliente":{"a":[1]},"nome_razaosocial":{"x":"y"}"#).await;
    assert_eq!((customer.id(), customer.code(), customer.name()), ("", "", ""));
    assert_eq!(read(r#""codigo_cliente":421.0"#).await.code(), "421");
    assert_eq!(
        read(r#""id_cliente":1,"id_cliente":2"#).await.id(),
        "2",
        "the last of two keys wins"
    );
}

#[tokio::test]
async fn names_lose_markup_and_broken_encodings() {
    for (stored, name) in [
        ("JO&Atilde;O &amp; CIA", "JOÃO CIA"),
        ("JO\\u00c3\\u0083O", "JOÃO"),
        ("JOÃO", "JOÃO"),
        ("\\u202aANA\\u202c", "ANA"),
        ("P&D LTDA", "P D LTDA"),
    ] {
        let customer = read(&format!(r#""nome_razaosocial":"{stored}""#)).await;
        assert_eq!(customer.name(), name, "{stored}");
    }
}

#[tokio::test]
async fn the_alert_texts_of_a_number_are_bounded_together() {
    let texts = vec![format!("\"{}\"", "palavra ".repeat(1_900)); 64].join(",");
    let one =
        format!(r#"{{"telefone_primario":"{PHONE}","alerta":true,"alerta_mensagens":[{texts}]}}"#);
    let body = format!(r#"{{"status":"success","clientes":[{one},{one},{one}]}}"#);
    let record = concluded_from(&body).await.expect("found");
    assert_eq!(record.customers().len(), 3);
    let bytes = |found: &FoundCustomer| found.alerts().map(|alert| alert.bytes()).sum::<usize>();
    let kept: Vec<_> = record.customers().iter().map(bytes).collect();
    assert!(kept.iter().sum::<usize>() <= 16 * 1024, "{kept:?}");
    assert!(kept.iter().all(|bytes| *bytes > 5_000), "each has its share: {kept:?}");
}

#[tokio::test]
async fn every_service_status_is_kept_once_in_the_order_of_hubsoft() {
    let services = r#"[{"status_prefixo":"aguardando_migracao"},{"status_prefixo":"suspenso_debito"},
        {"status_prefixo":"suspenso_debito"},{"status_prefixo":"servico_habilitado"},null,{}]"#;
    let customer = read(&format!(r#""servicos":{services}"#)).await;
    let statuses: Vec<_> = customer.service_statuses().collect();
    assert_eq!(statuses, ["aguardando_migracao", "suspenso_debito", "servico_habilitado"]);
}

#[tokio::test]
async fn the_first_live_service_that_is_not_enabled_names_the_status() {
    for (services, expected) in [
        (
            r#"[{"status_prefixo":"servico_habilitado"},{"status_prefixo":"suspenso_debito"}]"#,
            "suspenso_debito",
        ),
        (
            r#"{"1":{"status_prefixo":"cancelado"},"2":{"status_prefixo":"servico_habilitado"}}"#,
            "servico_habilitado",
        ),
        (r#"[{"status_prefixo":"cancelado"},{"status_prefixo":"inativo"}]"#, "cancelado"),
        (
            r#"[{"status_prefixo":"cancelado"},{"status_prefixo":"aguardando_migracao"},{"status_prefixo":"servico_habilitado"}]"#,
            "aguardando_migracao",
        ),
        (r#"[{"status_prefixo":"servico_habilitado"}]"#, "servico_habilitado"),
        (r#"[{"status_prefixo":"${x}"},{"status_prefixo":null},{},7,null]"#, ""),
        ("[]", ""),
        ("null", ""),
        (r#""x""#, ""),
    ] {
        let customer = read(&format!(r#""servicos":{services}"#)).await;
        assert_eq!(customer.service_status(), expected, "{services}");
    }
}

#[tokio::test]
async fn a_connection_is_reported_only_when_a_service_has_it() {
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
        assert_eq!(read(&fields).await.connected(), expected, "{connections}");
    }
    let both = r#""servicos":[{"ultima_conexao":{"conectado":false}},{"ultima_conexao":{"conectado":true}}]"#;
    assert_eq!(read(both).await.connected(), Some(true));
}

#[tokio::test]
async fn only_customers_who_have_the_number_are_accepted() {
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
async fn a_failure_or_an_answer_without_a_list_never_becomes_not_found() {
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
        (
            r#"{"status":"success","clientes":["x",[],{"telefone_primario":"1"}]}"#.to_owned(),
            "invalid_answer",
        ),
        (r#"{"status":"success","clientes":{"id_cliente":1}}"#.to_owned(), "invalid_answer"),
        (r#"{"message":"Unauthenticated."}"#.to_owned(), "invalid_answer"),
        ("[]".to_owned(), "invalid_answer"),
        ("null".to_owned(), "invalid_answer"),
        (String::new(), "invalid_answer"),
        ("<!DOCTYPE html><html></html>".to_owned(), "firewall"),
        ("<br />\n<b>Warning</b>: Undefined index".to_owned(), "invalid_answer"),
        (r#"{"status":"success","clientes":[]}x"#.to_owned(), "invalid_answer"),
        (r#"{"status":"success","clientes":["#.to_owned(), "invalid_answer"),
    ] {
        let failure = concluded_from(&body).await.expect_err(&body);
        assert_eq!(failure.label(), label, "{body}");
    }
}

#[tokio::test]
async fn unexpected_values_outside_our_fields_are_ignored() {
    let deep = format!(r#""interface":{}{}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert!(found(&format!(r#"{deep},"alerta":true"#)).await.alerted());
    let deep = format!(r#""alerta":{}{}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert!(!found(&deep).await.alerted());
    assert_eq!(read(r#""valor":1e999,"nome_razaosocial":"ANA""#).await.name(), "ANA");
    assert_eq!(read(r#""x":"\ud83d","nome_razaosocial":"A\ude00B""#).await.name(), "A B");
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
        assert_eq!(record.customers()[0].customer().name(), "JOÃO");
    }
}

#[tokio::test]
async fn each_http_failure_has_its_own_label() {
    let unknown = br#"{"status":"success","clientes":[]}"#;
    for (status, headers, label) in [
        (201, vec![], "server"),
        (204, vec![], "server"),
        (302, vec![("Location", "/login")], "redirect"),
        (307, vec![("Location", "http://127.0.0.1:9/")], "redirect"),
        (401, vec![], "unauthorized"),
        (403, vec![], "refused"),
        (404, vec![], "server"),
        (429, vec![("Retry-After", "7")], "throttled"),
        (500, vec![], "server"),
        (502, vec![], "server"),
        (503, vec![("Retry-After", "60")], "unavailable"),
        (200, vec![("Content-Encoding", "gzip")], "invalid_answer"),
    ] {
        let body: &[u8] = if status == 204 { b"" } else { unknown };
        let failure = concluded(status, &headers, body).await.expect_err("no success");
        assert_eq!(failure.label(), label, "{status}");
    }
}

#[tokio::test]
async fn a_retry_after_is_honoured() {
    let throttled = concluded(429, &[("Retry-After", "7")], b"{}").await;
    let retry_after = Some(Duration::from_secs(7));
    assert_eq!(throttled, Err(reasons::THROTTLED.retry_after(retry_after)));
    let unavailable = concluded(503, &[("Retry-After", "60")], b"").await;
    assert_eq!(unavailable, Err(reasons::UNAVAILABLE.retry_after(Some(Duration::from_secs(60)))));
}

#[tokio::test]
async fn a_malformed_customer_does_not_hide_the_right_one() {
    let body = format!(
        r#"{{"status":"success","clientes":[null,"x",[],7,{{"telefone_primario":"{PHONE}"}}]}}"#
    );
    assert_eq!(concluded_from(&body).await.expect("found").customers().len(), 1);
}

#[tokio::test]
async fn a_connection_that_was_not_requested_is_not_reported() {
    let body = format!(
        r#"{{"status":"success","clientes":[{{"telefone_primario":"{PHONE}","servicos":[{{"ultima_conexao":{{"conectado":true}}}}]}}]}}"#
    );
    let sim = Sim::start(vec![]).await.expect("loopback");
    sim.set_token_fault(Fault::Normal);
    sim.set_fault(Fault::Answer { status: 200, headers: vec![], body: body.into_bytes() });
    let record = client(&sim, "")
        .fetch(&key(PHONE), soon(), Partial::ignored())
        .await
        .expect("found")
        .record;
    assert_eq!(record.customers()[0].customer().connected(), None);
}

#[tokio::test]
async fn numbers_beyond_what_a_float_can_hold_are_no_ids() {
    assert_eq!(read(r#""id_cliente":18446744073709551617"#).await.id(), "");
    assert_eq!(read(r#""id_cliente":18446744073709551615"#).await.id(), "18446744073709551615");
    assert_eq!(read(r#""codigo_cliente":421.5"#).await.code(), "");
}

#[tokio::test]
async fn an_alert_object_without_text_is_ignored() {
    let fields = r#""alerta":true,"alerta_mensagens":[{"mensagem":"","data":"21/08/2023 15:49"}]"#;
    assert_eq!(alert_of(fields).await, Some(vec![]));
}
