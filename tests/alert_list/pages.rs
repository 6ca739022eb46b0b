//! Where a page has its rows and its paging.

use bina::domain::failure::Failure;
use bina::sources::alerts::AlertPage;
use serde_json::{Value, json};

use crate::{alert, list, read};

/// Number, last page and total, then the ids.
fn stated(body: &Value) -> ([Option<u64>; 3], Vec<u64>) {
    let page = read(body).expect("a page");
    let ids = page.alerts.iter().map(|alert| alert.id).collect();
    ([page.number.map(u64::from), page.last.map(u64::from), page.total], ids)
}

fn example(name: &str) -> Result<AlertPage, Failure> {
    let path = format!("{}/tests/alert_list/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let body = std::fs::read(path).expect("an example");
    bina::sources::hubsoft::read_alert_page(&body)
}

#[test]
fn the_paging_is_read_wherever_it_is() {
    let rows = json!([alert(json!({})), alert(json!({"id_alerta": 302}))]);
    let laravel = json!({"current_page": 1, "last_page": 1, "total": 2});
    let texts = json!({"current_page": "1", "last_page": "1", "total": "2"});
    let hubsoft = json!({
        "primeira_pagina": 0, "ultima_pagina": 0, "pagina_atual": 0, "total_registros": 2,
    });
    let from_one = json!({
        "primeira_pagina": "1", "ultima_pagina": "1", "pagina_atual": "1", "total_registros": "2",
    });
    for body in [
        json!({"status": "success", "data": rows, "meta": laravel}),
        json!({"status": "success", "data": rows, "meta": texts}),
        json!({"status": "success", "alertas": {"data": rows, "meta": laravel}}),
        json!({"status": "success", "data": {"alertas": rows}, "meta": laravel}),
        json!({"status": "success", "avisos": rows, "paginacao": from_one}),
        json!({"status": "success", "alertas": rows, "paginacao": hubsoft}),
        json!({"paginacao": from_one, "alertas": {"data": rows}, "status": "success"}),
    ] {
        assert_eq!(stated(&body), ([Some(1), Some(1), Some(2)], vec![301, 302]), "{body}");
    }
}

#[test]
fn rows_at_two_places_are_all_read() {
    let body = json!({
        "status": "success", "alertas": [],
        "avisos": [alert(json!({}))], "current_page": 1, "last_page": 1, "total": 1,
    });
    assert_eq!(stated(&body).1, [301]);
}

#[test]
fn an_alert_in_the_place_of_the_list_is_counted_as_unreadable() {
    for body in [json!({"status": "success", "alertas": alert(json!({}))}), list(alert(json!({})))]
    {
        let page = read(&body).expect("a page");
        assert_eq!((page.alerts.len(), page.unreadable), (0, 1), "{body}");
    }
}

#[test]
fn each_example_is_read_to_its_last_scope() {
    let page = example("resource_with_links").expect("a page");
    assert_eq!((page.number, page.last, page.total), (Some(1), Some(2), Some(103)));
    let [cut, planned] = &page.alerts[..] else { panic!("two alerts") };
    assert_eq!(cut.scope.interfaces.iter().copied().collect::<Vec<_>>(), [7001, 7002]);
    assert_eq!(cut.scope.pops.iter().copied().collect::<Vec<_>>(), [51]);
    assert!(cut.ends.is_none() && cut.is_published);
    let ends = [planned.ends, planned.may_last].map(|time| time.expect("a time").to_string());
    assert_eq!(ends, ["2026-12-01 00:00:00", "2026-12-02 00:00:00"]);
    assert!(planned.scope.districts.iter().any(|(city, name)| *city == 1597 && name == "centro"));
    assert!(planned.scope.unknown_kinds.is_empty());
    let other = example("other_paging").expect("a page");
    assert_eq!((other.number, other.last, other.total), (Some(1), Some(1), Some(2)));
    let [visible, hidden] = &other.alerts[..] else { panic!("two alerts") };
    assert!(visible.is_published && !hidden.is_published);
    assert!(visible.scope.unknown_kinds.contains("grupos_cliente"));
    let ends = visible.ends.map(|time| time.to_string());
    assert_eq!(ends.as_deref(), Some("2026-11-30 18:00:00"));
}
