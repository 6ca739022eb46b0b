//! Whatever one place of a list becomes, the alerts that were not touched stay, or the list is not complete.

use bina::sources::alerts::{AlertPage, ListedAlert};
use serde_json::{Value, json};

use crate::{alert, list, read};

/// What a place may become.
fn others() -> Vec<Value> {
    vec![
        json!(null),
        json!(false),
        json!(true),
        json!(0),
        json!(7),
        json!(-1),
        json!(1.5e300),
        json!(""),
        json!("x"),
        json!("0000-00-00"),
        json!("7,8"),
        json!([]),
        json!([null]),
        json!([7]),
        json!([[7]]),
        json!({}),
        json!({"0": 7}),
        json!({"id": 7}),
        json!({"data": []}),
    ]
}

fn original() -> Value {
    let alert = |id: u64| {
        alert(json!({
            "id_alerta": id,
            "data_inicio": "2026-11-29 10:00:00", "data_fim": "2026-11-30 18:00:00",
            "bairros": ["Centro"], "cidades": [{"id_cidade": 1597, "nome": "CLÁUDIO"}],
            "interfaces_conexao": [{"id_interface_conexao": 7001}],
            "pops": [{"id_pop": 51}],
            "parametros": {"bairros": ["Centro"], "id_cidade_bairros": [1597]},
        }))
    };
    let mut body = list(json!([alert(301), alert(302), alert(303)]));
    body["alertas"]["total"] = json!(3);
    body
}

/// The pointers of all places of a document.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{index}"), all);
            }
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(key, item)| places(item, &format!("{at}/{key}"), all));
        }
        _ => {}
    }
}

/// The row that a place is in.
fn row(place: &str) -> Option<usize> {
    place.strip_prefix("/alertas/data/")?.split('/').next()?.parse().ok()
}

/// Whether a single page with these numbers can be a complete list.
fn is_complete(page: &AlertPage) -> bool {
    let rows = page.alerts.len() as u64;
    let is_only = (page.number, page.last.is_some_and(|last| last <= 1)) == (Some(1), true);
    is_only && page.unreadable == 0 && page.total == Some(rows)
}

fn check(body: &Value, place: &str, expected: &[ListedAlert], what: &str) {
    let Ok(page) = read(body) else { return };
    let untouched: Vec<_> =
        expected.iter().enumerate().filter(|(at, _)| row(place) != Some(*at)).collect();
    let has_all = untouched.iter().all(|(_, alert)| page.alerts.contains(alert));
    assert!(has_all || !is_complete(&page), "{place} {what}: alerts are lost");
    if row(place).is_some() {
        assert!(has_all, "{place} {what}: one row has changed another");
        assert_eq!(page.alerts.len() + page.unreadable, 3, "{place} {what}: a row is lost");
    }
}

#[test]
fn no_change_of_one_place_loses_the_alerts_beside_it() {
    let original = original();
    let expected = read(&original).expect("a page").alerts;
    let mut all = Vec::new();
    places(&original, "", &mut all);
    assert!(all.len() > 100);
    for place in &all {
        for other in others() {
            let mut body = original.clone();
            *body.pointer_mut(place).expect("a place") = other.clone();
            check(&body, place, &expected, &format!("= {other}"));
        }
    }
}

#[test]
fn no_field_that_is_removed_or_renamed_loses_the_alerts_beside_it() {
    let original = original();
    let expected = read(&original).expect("a page").alerts;
    let mut all = Vec::new();
    places(&original, "", &mut all);
    for place in &all {
        let Some((parent, key)) = place.rsplit_once('/') else { continue };
        let mut body = original.clone();
        let Some(fields) = body.pointer_mut(parent).and_then(Value::as_object_mut) else {
            continue;
        };
        let value = fields.remove(key).expect("a field");
        check(&body, place, &expected, "removed");
        let fields = body.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object");
        fields.insert(format!("{key}_novo"), value);
        check(&body, place, &expected, "renamed");
    }
}

#[test]
fn an_unreadable_scope_never_becomes_a_smaller_one() {
    let original = original();
    let kinds = |alert: &ListedAlert| {
        let scope = &alert.scope;
        [scope.interfaces.is_empty(), scope.pops.is_empty(), scope.cities.is_empty()]
    };
    for (kind, key) in [
        ("interfaces_conexao", "id_interface_conexao"),
        ("pops", "id_pop"),
        ("cidades", "id_cidade"),
    ] {
        for other in [json!(null), json!("x"), json!([7]), json!({"id_x": 3}), json!(true)] {
            let mut body = original.clone();
            let Some(list) = body.pointer_mut(&format!("/alertas/data/0/{kind}")) else { continue };
            *list = json!([{key: 7}, other]);
            let page = read(&body).expect("a page");
            let alert = &page.alerts[0];
            let is_unknown = alert.scope.unknown_kinds.contains(kind);
            assert!(is_unknown, "{kind} {other}: {:?}", kinds(alert));
        }
    }
}
