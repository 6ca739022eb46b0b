//! Writes a generated customer as HubSoft does.
//!
//! As text and not through values, which unoptimised take a hundred times as long: a page has 500.

use std::fmt::Write;

use serde_json::Value;

use crate::simulator::customers::{CANARY_CPF, CANARY_PASSWORD, last_connection};
use crate::simulator::relations::ShownRelations;
use crate::simulator::reply::{php_escaped, php_json};

use super::Population;
use super::customer::{GeneratedService, ShownConnection, registered};
use super::dice::{Draw, roll};
use super::names;
use super::network::CITY_DISTRICTS;
use super::phones::GeneratedPhone;

const WRITES: &str = "a String takes every text";
const PLACES_OF_ADDRESSES: [&str; 4] =
    ["endereco_cadastral", "endereco_cobranca", "endereco_fiscal", "endereco_instalacao"];

/// The flag of a customer, with the messages of the alerts if it is on.
pub(super) enum ShownFlag<'a> {
    Off,
    On(&'a [String]),
    /// The list has no flags.
    Omitted,
}

/// The customer, with these relations of his services.
pub(super) fn customer(
    population: &Population,
    index: u32,
    phones: &[GeneratedPhone],
    services: &[GeneratedService],
    shown: &ShownRelations,
    flag: &ShownFlag<'_>,
) -> String {
    let mut out = String::with_capacity(2_048);
    let phone = |position| phone_field(population, index, phones, position);
    let since = registered(population, index);
    let (year, month, day) = (since / 10_000, since / 100 % 100, since % 100);
    write!(
        out,
        r#"{{"id_cliente":{id},"codigo_cliente":{code},"nome_razaosocial":"{name}","nome_fantasia":null,"tipo_pessoa":"pf","cpf_cnpj":"{CANARY_CPF}","telefone_primario":{first},"telefone_secundario":{second},"telefone_terciario":{third},"email_principal":"canario.cliente@example.com","email_secundario":null,"rg":"CANARIO-RG","rg_emissao":null,"inscricao_municipal":null,"inscricao_estadual":null,"data_cadastro":"{year}-{month:02}-{day:02} 10:11:12","data_nascmento":"1980-01-01 00:00:00","servicos":["#,
        id = population.id(index),
        code = population.code(index),
        name = php_escaped(&population.name(index)),
        first = phone(0),
        second = phone(1),
        third = phone(2),
    )
    .expect(WRITES);
    for (number, service) in services.iter().enumerate() {
        out.push_str(if number == 0 { "" } else { "," });
        write_service(&mut out, population, index, service, shown);
    }
    out.push(']');
    match flag {
        ShownFlag::Off => out.push_str(r#","alerta":false,"alerta_mensagens":[]"#),
        ShownFlag::On(messages) => {
            let messages = php_escaped(&Value::from(messages.to_vec()).to_string());
            write!(out, r#","alerta":true,"alerta_mensagens":{messages}"#).expect(WRITES);
        }
        ShownFlag::Omitted => {}
    }
    out.push('}');
    out
}

/// A field without a number is empty in one of several ways.
fn phone_field(
    population: &Population,
    index: u32,
    phones: &[GeneratedPhone],
    position: usize,
) -> String {
    match phones.get(position) {
        Some(phone) => format!("\"{}\"", phone.typed(population, index)),
        None => match roll(population.seed, Draw::PhoneFormat, index) % 20 {
            0 => r#""0""#.to_owned(),
            1 => r#""NAO TEM""#.to_owned(),
            2..12 => r#""""#.to_owned(),
            _ => "null".to_owned(),
        },
    }
}

fn write_service(
    out: &mut String,
    population: &Population,
    index: u32,
    service: &GeneratedService,
    shown: &ShownRelations,
) {
    let (prefix, status, _) = service.status;
    write!(
        out,
        r#"{{"id_cliente_servico":{id},"id_servico":100,"numero_plano":1,"nome":"FIBRA 300M","valor":99.9,"status":"{status}","status_prefixo":"{prefix}","tecnologia":"FIBRA","velocidade_download":"300 Mbits","velocidade_upload":"150 Mbits","login":"canario-login","senha":"{CANARY_PASSWORD}","referencia":null,"ipv4":"192.0.2.177","ipv6":"2001:db8:ca::7","mac_addr":"02:00:00:00:00:01","phy_addr":null,"motivo_cancelamento":null,"motivo_cancelamento_prefixo":null,"anotacoes":null"#,
        id = service.id,
        status = php_escaped(status),
    )
    .expect(WRITES);
    let mut add = |name: &str, relation: &dyn Fn() -> String| {
        if shown.has(name) {
            write!(out, r#","{name}":{}"#, relation()).expect(WRITES);
        }
    };
    for place in PLACES_OF_ADDRESSES {
        add(place, &|| address(population, index, service));
    }
    add("equipamento_conexao", &|| equipment(service));
    add("equipamento_roteamento", &|| {
        r#"{"nome":"BNG LUZ","ipv4":"192.0.2.20","ipv6":null}"#.to_owned()
    });
    add("grupos", &|| groups(service));
    add("interface", &|| interface(service));
    add("interface_roteamento", &|| {
        r#"{"nome":"ether1","tipo":"ethernet","called_sid":null}"#.to_owned()
    });
    add("pacotes", &|| "[]".to_owned());
    add("porta_atendimento", &|| optical_port(service));
    add("senhas", &|| {
        format!(
            r#"[{{"id_cliente_servico_senha":6,"descricao":"Wi-Fi","usuario":"canario-login","senha":"{CANARY_PASSWORD}"}}]"#
        )
    });
    add("ultima_conexao", &|| String::from_utf8(php_json(&last_connection())).expect("is ASCII"));
    out.push('}');
}

fn groups(service: &GeneratedService) -> String {
    let group =
        |(id, name): &(u64, &str)| format!(r#"{{"id":{id},"descricao":"{}"}}"#, php_escaped(name));
    let groups: Vec<_> = service.groups.iter().map(group).collect();
    format!("[{}]", groups.join(","))
}

fn interface(service: &GeneratedService) -> String {
    let name = match service.connection {
        ShownConnection::Absent => return "null".to_owned(),
        ShownConnection::Generic => "Interface Conexão Genérica".to_owned(),
        ShownConnection::Named => names::interface(service.place.interface()),
        ShownConnection::Unlisted => format!("PON ANTIGA {}", service.place.interface()),
    };
    format!(r#"{{"nome":"{}","tipo":"gpon","called_sid":null}}"#, php_escaped(&name))
}

fn equipment(service: &GeneratedService) -> String {
    let (name, address) = match service.connection {
        ShownConnection::Absent => return "null".to_owned(),
        ShownConnection::Generic => ("GENERICO".to_owned(), "192.168.2.100".to_owned()),
        ShownConnection::Named | ShownConnection::Unlisted => {
            names::equipment_at(service.place.interface())
        }
    };
    format!(r#"{{"nome":"{name}","ipv4":"{address}","ipv6":null}}"#)
}

fn optical_port(service: &GeneratedService) -> String {
    match service.connection {
        ShownConnection::Absent => "[]".to_owned(),
        ShownConnection::Generic => r#"{"numero":null,"equipamento":null}"#.to_owned(),
        ShownConnection::Named | ShownConnection::Unlisted => {
            let port = service.place.position % 8 + 1;
            let name = names::optical_box(service.place.box_number());
            format!(r#"{{"numero":{port},"equipamento":"{name}"}}"#)
        }
    }
}

fn address(population: &Population, index: u32, service: &GeneratedService) -> String {
    let district = names::district_as_typed(population, service.place.district, index);
    let district = php_escaped(&district);
    let city = php_escaped(&names::city(service.place.district / CITY_DISTRICTS));
    format!(
        r#"{{"completo":"RUA DO CANARIO, 12 - {district}, {city}\/MG | CEP: 35000-000","logradouro":"RUA","endereco":"DO CANARIO","numero":"12","complemento":null,"referencia":null,"bairro":"{district}","cep":"35000000","estado":"MG","uf":"MINAS GERAIS","cidade":"{city}","coordenadas":{{"latitude":-19.9191,"longitude":-43.9386}}}}"#
    )
}
