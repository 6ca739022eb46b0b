//! What the HubSoft client concludes from the list of alerts, and from the answer about one customer's code.

mod app;
#[path = "alert_list/bodies.rs"]
mod bodies;
#[path = "alert_list/mutations.rs"]
mod mutations;
#[path = "alert_list/pages.rs"]
mod pages;
#[path = "alert_list/requests.rs"]
mod requests;
#[path = "alert_list/scopes.rs"]
mod scopes;
#[path = "customer_list/stub.rs"]
#[allow(dead_code, reason = "the tests of the list of customers use the rest")]
mod stub;

use bina::domain::failure::Failure;
use bina::sources::alerts::{AlertPage, ListedAlert};
use bina::sources::hubsoft::read_alert_page;
use bina::sources::reasons;
use serde_json::{Value, json};

/// An alert as HubSoft lists it, with other `fields`.
fn alert(fields: Value) -> Value {
    let mut alert = json!({
        "id_alerta": 301,
        "descricao": "Rompimento de fibra no Centro.",
        "atendimento": true, "faturamento": false, "id_usuario": 12,
        "created_at": "2026-11-29 14:02:11", "updated_at": "2026-11-29 14:02:11",
        "parametros": [], "visivel_via_api": true, "deleted_at": null,
        "data_inicio": null, "data_fim": null,
        "texto_alerta": "Rompimento de fibra no Centro.\n\n29/11/2026 14:02 - NOC Plantão\n",
        "data_cadastro_br": "29/11/2026 14:02",
        "bairros": [], "cidades": [], "grupos_cliente": [], "grupos_cliente_servico": [],
        "interfaces_conexao": [], "caixa_optica": [], "servico_status": [],
        "usuario": {"id": 12, "name": "NOC Plantão"},
    });
    let Value::Object(fields) = fields else { panic!("fields") };
    alert.as_object_mut().expect("an object").extend(fields);
    alert
}

fn list(alerts: Value) -> Value {
    json!({
        "status": "success", "msg": "Alertas consultados com sucesso!",
        "alertas": {
            "current_page": 1, "data": alerts, "last_page": 1, "per_page": "100", "total": 1,
            "next_page_url": "http://other.example/api?page=2",
        },
    })
}

fn read(body: &Value) -> Result<AlertPage, Failure> {
    read_alert_page(body.to_string().as_bytes())
}

fn page(alerts: Value) -> AlertPage {
    read(&list(alerts)).expect("a page")
}

/// The only alert of a page with these fields.
fn one(fields: Value) -> ListedAlert {
    let mut page = page(json!([alert(fields)]));
    assert_eq!((page.alerts.len(), page.unreadable), (1, 0));
    page.alerts.remove(0)
}

#[test]
fn a_page_states_its_number_and_those_of_all() {
    let empty = page(json!([]));
    let numbers = (empty.alerts.len(), empty.number, empty.last, empty.total);
    assert_eq!(numbers, (0, Some(1), Some(1), Some(1)));
    let mut body = list(json!([]));
    body["alertas"]["current_page"] = json!("2");
    body["alertas"]["last_page"] = json!("3");
    body["alertas"]["total"] = json!("201");
    let texts = read(&body).expect("a page");
    assert_eq!((texts.number, texts.last, texts.total), (Some(2), Some(3), Some(201)));
}

#[test]
fn rows_come_as_an_object_without_the_frame_or_without_paging() {
    let rows = json!({"3": alert(json!({})), "7": alert(json!({"id_alerta": 302}))});
    assert_eq!(page(rows).alerts.len(), 2);
    let rows = json!([alert(json!({}))]);
    let bare = json!({"status": "success", "alertas": rows});
    assert_eq!(read(&bare).expect("a page").alerts.len(), 1);
    let unframed = json!({"status": "success", "current_page": 1, "data": rows, "total": 1});
    let page = read(&unframed).expect("a page");
    assert_eq!((page.alerts.len(), page.number, page.total), (1, Some(1), Some(1)));
}

#[test]
fn the_text_has_no_signature_and_may_be_missing() {
    let text = |fields| one(fields).text.map(|text| text.reveal().to_owned());
    assert_eq!(text(json!({})).as_deref(), Some("Rompimento de fibra no Centro."));
    let described = json!({"texto_alerta": null});
    assert_eq!(text(described).as_deref(), Some("Rompimento de fibra no Centro."));
    let signature = json!({"descricao": "", "texto_alerta": "\n\n29/11/2026 14:02 - NOC\n"});
    assert_eq!(text(signature), None);
    assert_eq!(text(json!({"descricao": null, "texto_alerta": []})), None);
}

#[test]
fn what_is_deleted_or_hidden_is_not_published() {
    for (fields, is_published) in [
        (json!({}), true),
        (json!({"visivel_via_api": 1}), true),
        (json!({"visivel_via_api": "sim"}), true),
        (json!({"visivel_via_api": null}), false),
        (json!({"visivel_via_api": 0}), false),
        (json!({"visivel_via_api": "não"}), false),
        (json!({"visivel": null}), false),
        (json!({"visivel": "sim", "publicado": 1}), true),
        (json!({"publicado": "0"}), false),
        (json!({"visivel_via_api": false}), false),
        (json!({"visivel_via_api": "0"}), false),
        (json!({"deleted_at": "2026-11-29 15:00:00"}), false),
        (json!({"deleted_at": ""}), true),
        (json!({"deleted_at": "0000-00-00 00:00:00"}), true),
        (json!({"deleted_at": {"date": "2026-11-29 15:00:00.000000"}}), false),
    ] {
        assert_eq!(one(fields.clone()).is_published, is_published, "{fields}");
    }
}

#[test]
fn the_window_is_read_or_the_alert_is_unreadable() {
    let window = |fields| {
        let alert = one(fields);
        [alert.starts, alert.ends].map(|time| time.map_or(String::new(), |time| time.to_string()))
    };
    let both = json!({"data_inicio": "2026-11-30 02:00:00", "data_fim": "2026-11-30 06:00:00"});
    assert_eq!(window(both), ["2026-11-30 02:00:00", "2026-11-30 06:00:00"]);
    let hours = json!({"data_inicio": "2026-11-30", "hora_inicio": "08:30", "data_fim": ""});
    assert_eq!(window(hours), ["2026-11-30 08:30:00", ""]);
    for broken in [
        json!({"data_fim": "amanhã"}),
        json!({"data_fim": "2026-13-30 10:00:00"}),
        json!({"data_inicio": ["2026-11-30"]}),
        json!({"data_fim": true}),
        json!({"visivel_via_api": "talvez"}),
        json!({"id_alerta": null}),
        json!({"id_alerta": "x"}),
    ] {
        let page = page(json!([alert(broken.clone()), alert(json!({}))]));
        assert_eq!((page.alerts.len(), page.unreadable), (1, 1), "{broken}");
    }
}

#[test]
fn an_end_at_midnight_may_last_the_whole_day() {
    let window = |fields| {
        let alert = one(fields);
        [alert.ends, alert.may_last_until()].map(|time| time.expect("an end").to_string())
    };
    let (day, next) = ("2026-11-30 00:00:00", "2026-12-01 00:00:00");
    for end in [day, "2026-11-30", "30/11/2026"] {
        assert_eq!(window(json!({"data_fim": end})), [day, next], "{end}");
    }
    let whole = json!({"data_inicio": "2026-11-30", "data_fim": "2026-11-30"});
    assert_eq!(window(whole), [next, next], "it does not end before it begins");
    let sure = json!({"data_fim": day, "hora_fim": "18:00:00"});
    assert_eq!(window(sure), ["2026-11-30 18:00:00", "2026-11-30 18:00:00"]);
    for none in [json!("0000-00-00"), json!("0000-00-00 00:00:00"), json!(""), json!(null)] {
        assert_eq!(one(json!({"data_fim": none})).may_last_until(), None, "{none}");
    }
}

#[test]
fn rows_that_are_no_alerts_are_counted() {
    let page = page(json!([null, 7, "x", [], {}, alert(json!({}))]));
    assert_eq!((page.alerts.len(), page.unreadable), (1, 5));
    let many: Vec<_> = (1..=2_050).map(|id| alert(json!({"id_alerta": id}))).collect();
    let page = self::page(json!(many));
    assert_eq!((page.alerts.len(), page.unreadable), (2_000, 50));
}

#[test]
fn an_error_is_never_an_empty_list() {
    let refused = reasons::REFUSED.failure();
    let forbidden = reasons::PERMISSION.because("the list of alerts");
    let invalid = |why| reasons::INVALID_ANSWER.because(why);
    for (body, failure) in [
        (json!({"status": "error", "msg": "Erro", "alertas": {"data": []}}), refused),
        (json!({"status": "error", "msg": "Sem permissão para este recurso"}), forbidden),
        (json!({"status": "success"}), invalid("no list")),
        (json!({"status": "success", "alertas": null}), invalid("no list")),
        (json!({"status": "success", "alertas": {"data": null}}), invalid("no list")),
        (json!({"status": "success", "alertas": {"data": "x"}}), invalid("no list")),
        (json!({"alertas": {"data": []}}), invalid("no status")),
        (json!({}), invalid("no status")),
    ] {
        assert_eq!(read(&body), Err(failure), "{body}");
    }
    let whole = list(json!([alert(json!({}))])).to_string();
    for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        assert!(read_alert_page(&whole.as_bytes()[..end]).is_err(), "cut at {end}");
    }
    for body in ["", "[]", "null", "<html></html>", "\u{feff}"] {
        assert!(read_alert_page(body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn hostile_bodies_are_bounded() {
    let deep = format!("{{\"status\":\"success\",\"alertas\":{}", "[".repeat(200_000));
    assert!(read_alert_page(deep.as_bytes()).is_err());
    let ids: Vec<_> = (1..=30_000).collect();
    let large = one(json!({"interfaces_conexao": ids}));
    assert!(large.scope.interfaces.is_empty(), "not a part of them");
    assert!(large.scope.unknown_kinds.contains("interfaces_conexao"));
    let kinds: serde_json::Map<_, _> =
        (0..1_000).map(|at| (format!("kind_{at}{}", "x".repeat(500)), json!([1]))).collect();
    let many = one(Value::Object(kinds));
    assert!(many.scope.unknown_kinds.len() <= 16);
    assert!(many.scope.unknown_kinds.iter().all(|kind| kind.len() <= 40));
}
