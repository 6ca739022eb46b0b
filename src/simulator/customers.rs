//! Customers to put into the simulator: the vendor's printed two, and invented ones.

use serde_json::{Value, json};

use super::account::{CLIENT_SECRET, PASSWORD, TOKEN_PREFIX, USERNAME};

/// The CPF of every invented customer; valid by its check digits and assigned to no person.
pub const CANARY_CPF: &str = "00000000191";
/// The access password of every invented customer.
pub const CANARY_PASSWORD: &str = "canario-senha";
/// Stands in the stack trace of `Fault::Trace`.
pub const CANARY_TRACE: &str = "canario-rastro";

/// What HubSoft sends or receives and must not leave bina: none of these may appear in an
/// answer, a log line, a metric or a file.
pub const CANARIES: [&str; 14] = [
    CANARY_CPF,
    CANARY_PASSWORD,
    CANARY_TRACE,
    CLIENT_SECRET,
    PASSWORD,
    TOKEN_PREFIX,
    USERNAME,
    "canario.cliente@example.com",
    "canario-login",
    "CANARIO-RG",
    "RUA DO CANARIO",
    "2001:db8:ca::7",
    "192.0.2.177",
    "-19.9191",
];

/// How far an invented customer's code is from its id, so that mixing up the two shows.
pub(super) const CODE_OFFSET: u64 = 1_000;

/// The two customers of the vendor's printed page: `cliente-consulta.rst` with the one missing
/// comma mended (after the first `ultima_conexao`) and nothing else changed.
pub fn printed_example() -> Vec<Value> {
    let page: Value = serde_json::from_str(include_str!("printed_example.json"))
        .expect("the file is compiled in, and a test parses it");
    page["clientes"].as_array().expect("the page shows a list of customers").clone()
}

/// An invented customer with every field, with one service in use and no alert: `id_cliente` is `id`,
/// `codigo_cliente` is `id + 1000`, and `phone` stands in `telefone_primario` as it is given.
pub fn customer(id: u64, name: &str, phone: &str) -> Value {
    json!({
        "id_cliente": id,
        "codigo_cliente": id.saturating_add(CODE_OFFSET),
        "nome_razaosocial": name,
        "nome_fantasia": null,
        "tipo_pessoa": "pf",
        "cpf_cnpj": CANARY_CPF,
        "telefone_primario": phone,
        "telefone_secundario": null,
        "telefone_terciario": "",
        "email_principal": "canario.cliente@example.com",
        "email_secundario": null,
        "rg": "CANARIO-RG",
        "rg_emissao": null,
        "inscricao_municipal": null,
        "inscricao_estadual": null,
        "data_cadastro": "2021-03-04 10:11:12",
        "data_nascmento": "1980-01-01 00:00:00",
        "alerta": false,
        "alerta_mensagens": [],
        "servicos": [service(id)],
    })
}

/// The same customer with an alert switched on; without messages it is an alert without text.
pub fn with_alert(mut customer: Value, messages: &[&str]) -> Value {
    customer["alerta"] = json!(true);
    customer["alerta_mensagens"] = json!(messages);
    customer
}

fn service(id: u64) -> Value {
    let mut service = json!({
        "id_cliente_servico": id.saturating_add(2 * CODE_OFFSET),
        "numero_plano": 1,
        "nome": "FIBRA 300M",
        "valor": 99.9,
        "status": "Serviço Habilitado",
        "status_prefixo": "servico_habilitado",
        "tecnologia": "FIBRA",
        "login": "canario-login",
        "senha": CANARY_PASSWORD,
        "ipv4": "192.0.2.177",
        "ipv6": "2001:db8:ca::7",
        "mac_addr": "02:00:00:00:00:01",
        "ultima_conexao": last_connection(),
        "porta_atendimento": { "numero": 1, "equipamento": "A1R1C1" },
        "interface": { "nome": "PON1", "tipo": "gpon", "called_sid": null },
        "interface_roteamento": { "nome": "ether1", "tipo": "ethernet", "called_sid": null },
        "equipamento_conexao": { "nome": "OLT LUZ", "ipv4": "192.0.2.10", "ipv6": null },
        "equipamento_roteamento": { "nome": "BNG LUZ", "ipv4": "192.0.2.20", "ipv6": null },
        "pacotes": [],
        "senhas": [{
            "id_cliente_servico_senha": 6,
            "descricao": "Wi-Fi",
            "usuario": "canario-login",
            "senha": CANARY_PASSWORD,
        }],
    });
    for kind in ["cadastral", "cobranca", "fiscal", "instalacao"] {
        service[format!("endereco_{kind}")] = address();
    }
    service
}

pub(super) fn last_connection() -> Value {
    json!({
        "conectado": true,
        "ultima_conexao_datetime": "2026-11-22 18:22:24-03",
        "ultima_desconexao_datetime": null,
        "ultima_conexao": "22/11/2026 18:22:24",
        "ultima_desconexao": null,
        "ultimo_ipv4": "192.0.2.177",
        "ultimo_nas_ip": "192.0.2.20",
        "status_txt": "CONECTADO HÁ 0 MES(ES), 0 DIA(S), 1 HORA(S) e 2 MINUTO(S)",
        "status_txt_resumido": "CONECTADO HÁ 0 MES(ES), 0 DIA(S), 1 HORA(S) e 2 MINUTO(S)",
    })
}

fn address() -> Value {
    json!({
        "completo": "RUA DO CANARIO, 12 - CENTRO, CIDADE FICTÍCIA/MG | CEP: 35000-000",
        "logradouro": "RUA",
        "endereco": "DO CANARIO",
        "numero": "12",
        "complemento": null,
        "referencia": null,
        "bairro": "CENTRO",
        "cep": "35000000",
        "estado": "MG",
        "uf": "MINAS GERAIS",
        "cidade": "CIDADE FICTÍCIA",
        "coordenadas": { "latitude": -19.9191, "longitude": -43.9386 },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_page_has_two_customers_and_one_alert() {
        let customers = printed_example();
        let codes: Vec<_> = customers.iter().map(|each| each["codigo_cliente"].clone()).collect();
        assert_eq!(codes, [json!(421), json!(422)]);
        assert_eq!(customers[0]["alerta_mensagens"].as_array().map(Vec::len), Some(2));
        assert_eq!(customers[1]["alerta"], json!(false));
    }

    #[test]
    fn an_invented_customer_has_every_field_of_the_printed_page() {
        let (printed, invented) = (&printed_example()[1], customer(7, "ANA", "37999990001"));
        let lacks = |printed: &Value, invented: &Value| {
            printed.as_object().unwrap().keys().find(|key| invented.get(key).is_none()).cloned()
        };
        assert_eq!(lacks(printed, &invented), None);
        assert_eq!(lacks(&printed["servicos"][0], &invented["servicos"][0]), None);
    }

    #[test]
    fn a_customer_contains_every_canary() {
        let written = customer(7, "ANA", "37999990001").to_string();
        for canary in CANARIES.iter().filter(|canary| {
            ![CANARY_TRACE, CLIENT_SECRET, PASSWORD, TOKEN_PREFIX, USERNAME].contains(canary)
        }) {
            assert!(written.contains(canary), "{canary}");
        }
    }
}
