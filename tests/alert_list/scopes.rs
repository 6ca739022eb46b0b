//! The scope of an alert: each kind in each form, and what cannot be read makes its kind unknown.

use std::collections::BTreeSet;

use bina::sources::directory::AlertScope;
use serde_json::{Value, json};

use crate::one;

fn scope(fields: Value) -> AlertScope {
    one(fields).scope
}

fn unknown(kinds: &[&str]) -> BTreeSet<String> {
    kinds.iter().map(|kind| (*kind).to_owned()).collect()
}

#[test]
fn an_alert_without_a_scope_has_no_kind() {
    let nothing = scope(json!({}));
    assert_eq!(nothing, AlertScope::default());
    for empty in [json!(null), json!(""), json!([]), json!({}), json!(false)] {
        let fields = json!({"pops": empty, "zonas": empty, "bairros": empty, "cidades": empty});
        assert_eq!(scope(fields), AlertScope::default(), "{empty}");
    }
}

#[test]
fn each_kind_is_read_in_each_form() {
    let forms = |key: &str| {
        [
            json!([{key: 7, "nome": "X"}, {key: "8"}]),
            json!([{"id": 7, "descricao": "X"}, {"id": 8}]),
            json!([7, 8]),
            json!(["7", "8"]),
            json!({"0": {key: 7}, "1": {key: 8}}),
            json!([{"id": 900, "id_alerta": 301, key: 7}, {"id_alerta": 301, "id": 1, key: 8}]),
            json!([{"id": 7, "pivot": {"id_alerta": 301, key: 7}}, {"id": 8, "id_alerta": null}]),
            json!([{"nome": "X", "pivot": {"id_alerta": 301, key: 7}}, {key: 8}]),
            json!({"7": {"nome": "X"}, "8": {"nome": "Y"}}),
            json!({"7": "X", "8": "Y"}),
            json!("7,8"),
            json!(" 7 ; 8 "),
            json!("[7, 8]"),
        ]
    };
    let read = |list: &str, key: &str, of: fn(&AlertScope) -> &BTreeSet<u64>| {
        for form in forms(key) {
            let scope = scope(json!({list: form}));
            assert_eq!(*of(&scope), BTreeSet::from([7, 8]), "{form}");
            assert_eq!(scope.kinds().len(), 1, "{form}");
            assert!(scope.unknown_kinds.is_empty(), "{form}");
        }
    };
    read("cidades", "id_cidade", |scope| &scope.cities);
    read("interfaces_conexao", "id_interface_conexao", |scope| &scope.interfaces);
    read("pops", "id_pop", |scope| &scope.pops);
    read("caixa_optica", "id_caixa_optica", |scope| &scope.boxes);
    read("servico_status", "id_servico_status", |scope| &scope.statuses);
    read("grupos_cliente_servico", "id_grupo_cliente_servico", |scope| &scope.groups);
}

#[test]
fn one_entry_needs_no_list() {
    for form in [json!({"id_pop": 51, "descricao": "X"}), json!({"id": 51}), json!(51), json!("51")]
    {
        let scope = scope(json!({"pops": form}));
        assert_eq!(scope.pops, BTreeSet::from([51]), "{form}");
        assert!(scope.unknown_kinds.is_empty(), "{form}");
    }
}

#[test]
fn a_row_that_links_an_alert_has_the_id_of_what_it_links() {
    for row in [
        json!({"id": 900, "id_alerta": 301, "id_interface": 7}),
        json!({"id": 900, "alerta_id": 301, "interface_conexao_id": 7}),
        json!({"id": 900, "id_alerta": 301, "interface_conexao": {"id": 7, "nome": "GPON"}}),
        json!({"id": 900, "id_alerta": 301, "interface": {"id_interface_conexao": 7}}),
        json!({"id": 7, "equipamento": {"id": 4, "id_pop": 51}}),
    ] {
        let scope = scope(json!({"interfaces_conexao": [row]}));
        assert_eq!(scope.interfaces, BTreeSet::from([7]), "{row}");
    }
}

#[test]
fn a_district_belongs_to_its_city() {
    let expected = BTreeSet::from([AlertScope::district(1597, "sao jose")]);
    for fields in [
        json!({"bairros": ["SÃO JOSÉ"], "cidades": [{"id_cidade": 1597}]}),
        json!({"bairros": [{"nome": "São  José", "id_cidade": 1597}], "cidades": [1, 2]}),
        json!({"bairros": [{"bairro": "São José"}], "parametros": {"id_cidade_bairros": [1597]}}),
        json!({
            "bairros": ["São José"],
            "parametros": {"bairros": ["Centro", "São José"], "id_cidade_bairros": [1, "1597"]},
        }),
        json!({"bairros": {"4": "São José"}, "parametros": {"id_cidade_bairros": {"0": 1597}}}),
        json!({"cidades": [{"id_cidade": 1597, "bairros": [{"nome": "São José"}]}]}),
        json!({"cidades": {"id_cidade": 1597, "bairros": ["São José"]}}),
        json!({
            "bairros": ["São José"],
            "cidades": [
                {"id_cidade": 1, "bairros": ["Centro"]},
                {"id_cidade": 1597, "bairros": ["SAO JOSE"]},
            ],
        }),
        json!({"parametros": {"bairros": ["São José"], "id_cidade_bairros": ["1597"]}}),
        json!({"parametros": "{\"bairros\": [\"São José\"], \"id_cidade_bairros\": [1597]}"}),
        json!({"bairros": [{"nome": "São José", "cidade": {"id_cidade": 1597, "nome": "X"}}]}),
        json!({"bairros": "São José", "cidades": "1597"}),
    ] {
        let scope = scope(fields.clone());
        assert_eq!(scope.districts, expected, "{fields}");
        assert!(scope.unknown_kinds.is_empty(), "{fields}");
    }
}

#[test]
fn two_districts_of_a_name_have_each_their_city() {
    let scope = scope(json!({
        "bairros": ["Centro", "Centro"],
        "parametros": {"bairros": ["Centro", "Centro"], "id_cidade_bairros": [1, 2]},
    }));
    let expected = [1, 2].map(|city| AlertScope::district(city, "centro"));
    assert_eq!(scope.districts, BTreeSet::from(expected));
}

#[test]
fn what_cannot_be_read_makes_its_kind_unknown() {
    for (fields, kind) in [
        (json!({"interfaces_conexao": [{"id_interface_conexao": 7}, null]}), "interfaces_conexao"),
        (json!({"interfaces_conexao": ["GPON 1/1"]}), "interfaces_conexao"),
        (json!({"pops": [{"id_pop": -1}]}), "pops"),
        (json!({"caixa_optica": [[7]]}), "caixa_optica"),
        (json!({"bairros": ["Centro"]}), "bairros"),
        (json!({"bairros": ["Centro"], "cidades": [1, 2]}), "bairros"),
        (json!({"bairros": [{"id_cidade": 1}]}), "bairros"),
        (json!({"grupos_cliente": [{"id_grupo_cliente": 3}]}), "grupos_cliente"),
        (json!({"zonas_atendimento": [{"id_zona_atendimento": 12}]}), "zonas_atendimento"),
        (json!({"novidade": {"0": 5}}), "novidade"),
        (json!({"zonas_atendimento": {"id_zona_atendimento": 12}}), "zonas_atendimento"),
        (json!({"grupos_cliente": "3,4"}), "grupos_cliente"),
        (json!({"parametros": {"id_grupo_cliente": [3]}}), "id_grupo_cliente"),
        (json!({"interfaces_conexao": [{"id": 900, "id_alerta": 301}]}), "interfaces_conexao"),
        (json!({"interfaces_conexao": [{"id_equipamento": 4}]}), "interfaces_conexao"),
        (json!({"pops": {"0": "X", "1": "Y"}}), "pops"),
        (json!({"pops": {"id_pop": 51, "0": 52}}), "pops"),
        (json!({"pops": "POP Norte"}), "pops"),
        (json!({"pops": true}), "pops"),
        (json!({"pops": "[7, 8"}), "pops"),
        (json!({"bairros": "Centro, Norte"}), "bairros"),
        (json!({"cidades": [{"id_cidade": 1, "bairros": [null]}]}), "bairros"),
    ] {
        let scope = scope(fields.clone());
        assert_eq!(scope.unknown_kinds, unknown(&[kind]), "{fields}");
        let known = [&scope.interfaces, &scope.pops, &scope.boxes];
        assert!(known.iter().all(|ids| ids.is_empty()), "never a part: {fields}");
    }
}

#[test]
fn a_kind_beside_an_unknown_one_is_read() {
    let scope = scope(json!({
        "interfaces_conexao": [{"id_interface_conexao": 7001}],
        "zonas_atendimento": [{"id_zona_atendimento": 12}],
    }));
    assert_eq!(scope.interfaces, BTreeSet::from([7001]));
    assert_eq!(scope.unknown_kinds, unknown(&["zonas_atendimento"]));
}
