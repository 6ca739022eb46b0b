//! Pages that are broken, huge or hostile: none is fatal, and none becomes an empty page.

use bina::sources::directory::{ListPage, ListedCustomer};
use bina::sources::hubsoft::{read_page, read_tables};
use bina::sources::reasons;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::example;

/// A page whose `clientes` is `customers`.
fn page_of(customers: &str) -> ListPage {
    let body = format!(r#"{{"status":"success","clientes":{customers}}}"#);
    read_page(body.as_bytes()).unwrap_or_else(|failure| panic!("{failure}: {body:.200}"))
}

/// A customer with `fields` besides an id.
fn customer(fields: &str) -> ListedCustomer {
    let mut page = page_of(&format!(r#"[{{"id_cliente":1,{fields}}}]"#));
    assert_eq!((page.customers.len(), page.unreadable), (1, 0), "{fields:.200}");
    page.customers.remove(0)
}

#[test]
fn a_body_without_a_list_is_a_failure() {
    for body in [
        "",
        "[]",
        "null",
        "{}",
        r#"{"status":"success"}"#,
        r#"{"status":"success","clientes":null}"#,
        r#"{"status":"success","clientes":"nenhum"}"#,
        r#"{"status":"success","clientes":{"id_cliente":1}}"#,
        r#"{"clientes":[]}"#,
        r#"{"status":["success"],"clientes":[]}"#,
    ] {
        let failure = read_page(body.as_bytes()).expect_err(body);
        assert!(failure.is(&reasons::INVALID_ANSWER), "{body}: {failure}");
    }
    assert_eq!(page_of("[]"), ListPage::default());
    assert_eq!(page_of("{}"), ListPage::default(), "PHP's empty array");
}

#[test]
fn a_page_truncated_at_any_byte_is_rejected() {
    let page = example("first_page");
    for end in 0..page.len() - 1 {
        let failure = read_page(&page.as_bytes()[..end]).expect_err("truncated");
        assert!(failure.is(&reasons::INVALID_ANSWER), "{end}: {failure}");
        assert!(!failure.to_string().contains("CANARIO"), "{failure}");
    }
}

#[test]
fn unreadable_customers_are_counted() {
    for (row, unreadable) in [
        (r#"{"id_cliente":7}"#, 0),
        (r#"{"id_cliente":"7"}"#, 0),
        (r#"{"id_cliente":1,"id_cliente":7}"#, 0),
        (r#"{"id_cliente":null}"#, 1),
        (r#"{"id_cliente":0}"#, 1),
        (r#"{"id_cliente":-7}"#, 1),
        (r#"{"id_cliente":1e300}"#, 1),
        (r#"{"id_cliente":[7]}"#, 1),
        (r#"{"codigo_cliente":7}"#, 1),
        ("{}", 1),
        ("[]", 1),
        ("null", 1),
        ("7", 1),
    ] {
        let page = page_of(&format!(r#"[{row},{{"id_cliente":8}}]"#));
        assert_eq!(page.unreadable, unreadable, "{row}");
        let ids: Vec<_> = page.customers.iter().map(|customer| customer.id).collect();
        assert_eq!(ids, [7, 8][unreadable..], "{row}");
    }
}

#[test]
fn rows_beyond_what_can_be_requested_count_as_unreadable() {
    let rows = vec![r#"{"id_cliente":7}"#; 5_000].join(",");
    let page = page_of(&format!("[{rows}]"));
    assert_eq!(page.customers.len() + page.unreadable, 5_000);
    assert!((500..=600).contains(&page.customers.len()), "{}", page.customers.len());
}

#[test]
fn numbers_of_pages_are_read_if_they_are_numbers() {
    for (number, expected) in [
        ("4", Some(4)),
        (r#""4""#, Some(4)),
        ("4.0", Some(4)),
        ("-1", None),
        (r#""-1""#, None),
        ("4294967296", None),
        ("1e300", None),
        ("null", None),
        ("true", None),
        ("[4]", None),
    ] {
        let paging = format!(r#"{{"pagina_atual":{number},"ultima_pagina":{number}}}"#);
        let body = format!(r#"{{"paginacao":{paging},"clientes":[],"status":"success"}}"#);
        let page = read_page(body.as_bytes()).expect("a page");
        assert_eq!((page.number, page.last, page.total), (expected, expected, None), "{number}");
    }
    let body = r#"{"status":"success","paginacao":[],"clientes":[]}"#;
    assert_eq!(read_page(body.as_bytes()), Ok(ListPage::default()));
}

#[test]
fn lists_and_texts_of_a_customer_are_bounded() {
    let long = "x".repeat(100_000);
    let service = format!(
        r#"{{"status_prefixo":"{long}","interface":{{"nome":"{long}"}},"grupos":[{}]}}"#,
        (1..1_000).map(|id| format!(r#"{{"id":{id}}}"#)).collect::<Vec<_>>().join(",")
    );
    let services = vec![service.as_str(); 20].join(",");
    let listed = customer(&format!(r#""nome_razaosocial":"{long}","servicos":[{services}]"#));
    let place = &listed.services[0];
    let interface = place.interface.as_ref().expect("it is named");
    assert_eq!((listed.name.len(), interface.interface.len()), (256, 256));
    assert_eq!((place.status.as_str(), place.groups.len()), ("", 32));
    let many = customer(&format!(r#""servicos":[{}]"#, vec!["{}"; 1_000].join(",")));
    assert_eq!(many.services.len(), 64);
    let code = customer(&format!(r#""codigo_cliente":"{}""#, "7".repeat(100_000))).code;
    assert_eq!(code, "", "a part of a code is another customer's");
}

#[test]
fn the_placeholder_of_an_unregistered_interface_is_no_place() {
    for (equipment, interface, is_place) in [
        ("OLT", "GPON1/1/1", true),
        ("OLT", "", true),
        ("", "GPON1/1/1", true),
        ("", "", false),
        ("OLT", "Interface Conexão Genérica", false),
        ("OLT", "INTERFACE CONEXAO GENERICA", false),
        ("GENERICO", "ether1", false),
        ("Genérico 2", "", false),
    ] {
        let listed = customer(&format!(
            r#""servicos":[{{"interface":{{"nome":"{interface}"}},
            "equipamento_conexao":{{"nome":"{equipment}","ipv4":null,"ipv6":"fd00::1"}}}}]"#
        ));
        let stated = &listed.services[0].interface;
        assert_eq!(stated.is_some(), is_place, "{equipment} {interface}");
        assert!(stated.as_ref().is_none_or(|stated| stated.address == "fd00::1"));
    }
}

#[test]
fn fields_of_a_service_may_be_missing_or_of_any_type() {
    for field in ["null", "[]", "{}", "7", r#""x""#, "true", "[[[]]]", r#"{"nome":{"a":1}}"#] {
        let listed = customer(&format!(
            r#""servicos":[{{"status_prefixo":{field},"interface":{field},"grupos":{field},
            "equipamento_conexao":{field},"porta_atendimento":{field},
            "endereco_instalacao":{field}}}]"#
        ));
        let place = &listed.services[0];
        assert_eq!((&place.interface, &place.optical_box), (&None, &None), "{field}");
        assert_eq!((&place.district, place.groups.len()), (&None, 0), "{field}");
    }
    let ids = customer(r#""servicos":[{"grupos":[17,"5",{"id":5},{"x":1},null,-3]}]"#);
    assert_eq!(ids.services[0].groups, [5, 17]);
}

#[test]
fn names_are_read_as_in_a_lookup() {
    for (fields, name) in [
        (r#""nome_razaosocial":" ANA &amp; FILHOS ","nome_fantasia":"LOJA""#, "ANA & FILHOS"),
        (r#""nome_razaosocial":null,"nome_fantasia":"LOJA""#, "LOJA"),
        (r#""nome_razaosocial":["ANA"]"#, ""),
        (r#""nome_razaosocial":"JOÃ\u0083O""#, "JOÃO"),
    ] {
        assert_eq!(customer(fields).name, name, "{fields}");
    }
}

#[test]
fn a_deeply_nested_body_is_no_crash() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        let nested = [open.repeat(100_000), "1".to_owned(), close.repeat(100_000)].concat();
        let body = format!(r#"{{"status":"success","clientes":[{{"servicos":{nested}}}]}}"#);
        let page = read_page(body.as_bytes()).expect("what is skipped may be deep");
        assert_eq!(page.unreadable, 1);
        assert!(read_page(nested.as_bytes()).is_err());
        read_tables(body.as_bytes());
    }
}

#[test]
fn nothing_that_was_not_wanted_is_read_or_printed() {
    let page = read_page(example("first_page").as_bytes()).expect("a page");
    let printed = format!("{page:?}");
    assert!(!printed.contains("INVENTADO") && !printed.contains("99999"), "{printed}");
    let places: Vec<_> = page.customers.iter().flat_map(|customer| &customer.services).collect();
    let printed = format!("{places:?}");
    for canary in ["CANARIO", "ACACIAS", "u20001"] {
        assert!(!printed.contains(canary), "{canary}: {printed}");
    }
}

#[test]
fn a_table_keeps_only_rows_with_id_and_name() {
    let body = json!({
        "status": "success",
        "cidades": {"0": {"id_cidade": "1", "nome": "A", "bairros": ["CENTRO", {"nome": "SUL"}, 7, null]},
                    "1": {"id_cidade": 2}, "2": null},
        "equipamentos": [{"id_equipamento": 1, "nome": "OLT", "ipv6": "fd00::1",
            "interfaces": {"0": {"id_interface_conexao": "3", "nome": "P1"}, "1": {"nome": "P2"}}}],
        "pops": [{"id_pop": 1, "nome": "P", "equipamentos": null}, {"nome": "Q"}],
        "caixas_opticas": [{"id_caixa_optica": 1, "nome": null, "display": "A1"}, {"id_caixa_optica": 2}],
    });
    let tables = read_tables(body.to_string().as_bytes());
    let [city] = &tables.cities[..] else { panic!("one city") };
    assert_eq!((city.id, city.districts.join(" ")), (1, "CENTRO SUL 7".to_owned()));
    let [interface] = &tables.interfaces[..] else { panic!("one interface") };
    assert_eq!((interface.id, interface.address.as_str()), (3, "fd00::1"));
    assert_eq!((tables.pops.len(), tables.boxes), (1, vec![(1, "A1".to_owned())]));
    assert!(tables.statuses.is_empty(), "its list is missing");
}

#[test]
fn a_table_is_bounded() {
    let rows = vec![r#"{"id":1,"display":"A"}"#; 200_100].join(",");
    let body = format!(r#"{{"status":"success","grupo_cliente_servico":[{rows}]}}"#);
    assert_eq!(read_tables(body.as_bytes()).groups.len(), 200_000);
}

/// Any JSON of a few levels, some of whose keys are those of a page.
fn any_json() -> impl Strategy<Value = Value> {
    let keys = "clientes|servicos|paginacao|id_cliente|interface|nome|grupos|id|bairro|[a-z]{1,3}";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(keys, inner, 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..500)) {
        let _ = read_page(&body);
        read_tables(&body);
    }

    #[test]
    fn any_value_in_any_place_leaves_a_page(value in any_json(), rows in any_json()) {
        let customer = json!({"id_cliente": 7, "servicos": [value], "telefone_primario": value});
        let body = json!({"status": "success", "paginacao": value, "clientes": [customer, rows]});
        let page = read_page(body.to_string().as_bytes()).expect("a page");
        prop_assert_eq!(page.customers.len() + page.unreadable, 2);
    }

    #[test]
    fn one_changed_byte_is_a_page_or_a_failure(at in any::<prop::sample::Index>(), byte: u8) {
        let mut body = example("first_page").into_bytes();
        let at = at.index(body.len());
        body[at] = byte;
        if let Ok(page) = read_page(&body) {
            prop_assert!(page.customers.len() + page.unreadable <= 3);
        }
    }
}
