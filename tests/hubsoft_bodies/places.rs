//! Where the services of a customer are: what the client reads, and what it leaves alone.

use bina::domain::place::{District, InterfaceName, ServicePlace};

use crate::{PHONE, sighted};

/// Where the services of the only customer are, with these fields.
async fn places(fields: &str) -> Vec<ServicePlace> {
    let body = format!(
        r#"{{"status":"success","clientes":[{{"telefone_primario":"{PHONE}","codigo_cliente":7,{fields}}}]}}"#
    );
    let sighting = sighted(200, &[], body.as_bytes()).await;
    let sighting = sighting.unwrap_or_else(|failure| panic!("{failure}: {body}"));
    assert_eq!(sighting.record.customers().len(), 1, "{body}");
    sighting.places.map_or_else(Vec::new, |places| places.to_vec())
}

/// A service with everything that an answer may have.
fn service(port: &str) -> String {
    format!(
        r#"{{"status_prefixo":"servico_habilitado","login":"CANARIO-LOGIN","senha":"CANARIO-SENHA",
        "ultima_conexao":{{"conectado":true}},"porta_atendimento":{port},
        "interface":{{"nome":"PON1","tipo":"gpon"}},"grupos":[{{"id":17,"descricao":"X"}},5],
        "equipamento_conexao":{{"nome":"OLT LUZ","ipv4":"192.0.2.10","ipv6":null}},
        "equipamento_roteamento":{{"nome":"CANARIO-BNG","ipv4":"192.0.2.20"}},
        "endereco_cadastral":{{"bairro":"CANARIO-BAIRRO","cidade":"CANARIO-CIDADE"}},
        "endereco_instalacao":{{"completo":"CANARIO-RUA, 12","endereco":"CANARIO-RUA","numero":"12",
        "bairro":"CENTRO","estado":"MG","uf":"MINAS GERAIS","cidade":"FICTÍCIA","cep":"CANARIO"}}}}"#
    )
}

fn place(optical_box: Option<&str>) -> ServicePlace {
    let text = |text: &str| text.to_owned();
    ServicePlace {
        status: text("servico_habilitado"),
        interface: Some(InterfaceName {
            equipment: text("OLT LUZ"),
            address: text("192.0.2.10"),
            interface: text("PON1"),
        }),
        optical_box: optical_box.map(str::to_owned),
        district: Some(District {
            city: text("FICTÍCIA"),
            states: [text("MG"), text("MINAS GERAIS")],
            ibge: None,
            district: text("CENTRO"),
        }),
        groups: vec![5, 17],
    }
}

#[tokio::test]
async fn the_places_of_services_are_read_and_nothing_else_of_them() {
    let port = |name: &str| format!(r#"{{"numero":1,"equipamento":"{name}"}}"#);
    let two = [service(&port("A1")), service(&port("A2"))].join(",");
    let read = places(&format!(r#""servicos":[{two}]"#)).await;
    assert_eq!(read, [place(Some("A1")), place(Some("A2"))]);
    assert!(!format!("{read:?}").contains("CANARIO"), "{read:?}");
}

#[tokio::test]
async fn a_hostile_field_of_a_service_costs_only_itself() {
    let deep = format!("{}{}", r#"{"equipamento":["#.repeat(40), "]}".repeat(40));
    let long = format!(r#"{{"equipamento":"{}"}}"#, "x".repeat(100_000));
    for port in ["null", "[]", "7", "true", r#""x""#, r#"[{"equipamento":1}]"#, "{}", &deep] {
        let read = places(&format!(r#""servicos":[{}]"#, service(port))).await;
        assert_eq!(read, [place(None)], "{port}");
    }
    let read = places(&format!(r#""servicos":{{"7":{}}}"#, service(&long))).await;
    assert_eq!(read, [place(Some(&"x".repeat(256)))]);
    let odd = r#""status_prefixo":[1],"interface":7,"endereco_instalacao":"RUA","grupos":{"a":1}"#;
    assert_eq!(places(&format!(r#""servicos":[{{{odd}}}]"#)).await, [ServicePlace::default()]);
}

#[tokio::test]
async fn services_that_are_not_all_readable_have_no_places() {
    let own = service("null");
    let many = vec![&*own; 65].join(",");
    for services in ["null", "[]", "7", r#""x""#, r#"{"a":1}"#, "[null]"] {
        assert_eq!(places(&format!(r#""servicos":{services}"#)).await, [], "{services}");
    }
    for services in [format!("{own},null"), format!("{own},7"), many] {
        assert_eq!(places(&format!(r#""servicos":[{services}]"#)).await, []);
    }
    assert_eq!(places(r#""id_cliente":1"#).await, []);
    let customer = |code: u32| {
        format!(r#"{{"codigo_cliente":{code},"telefone_primario":"{PHONE}","servicos":[{own}]}}"#)
    };
    let two = format!(r#"{{"status":"success","clientes":[{},{}]}}"#, customer(1), customer(2));
    let sighting = sighted(200, &[], two.as_bytes()).await.expect("two customers");
    assert_eq!((sighting.record.customers().len(), sighting.places), (2, None));
}
