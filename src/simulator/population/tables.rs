//! The tables that give the names of the generated network their ids.

use serde_json::{Value, json};

use crate::simulator::scope_table::ScopeTable;

use super::Population;
use super::customer::{GROUPS, STATES};
use super::names;
use super::network::{CITY_DISTRICTS, EQUIPMENT_INTERFACES, box_named_as, pop_of};

pub(super) const FIRST_CITY_ID: u64 = 1_501;
const FIRST_EQUIPMENT_ID: u64 = 5_001;
pub(super) const FIRST_POP_ID: u64 = 501;
pub(super) const FIRST_BOX_ID: u64 = 200_001;
pub(super) const FIRST_INTERFACE_ID: u64 = 70_001;
const FIRST_IBGE: u64 = 3_100_001;

/// The rows of a table.
pub(in crate::simulator) fn rows(table: ScopeTable, population: &Population) -> Vec<Value> {
    match table {
        ScopeTable::Boxes => {
            (0..population.boxes()).map(|number| optical_box(population, number)).collect()
        }
        ScopeTable::Cities => {
            (0..population.cities()).map(|city| self::city(population, city)).collect()
        }
        ScopeTable::Equipment => (0..population.equipment())
            .map(|number| equipment_with_interfaces(population, number))
            .collect(),
        ScopeTable::Pops => (0..population.pops()).map(|pop| self::pop(population, pop)).collect(),
        ScopeTable::ServiceGroups => GROUPS.iter().map(group).collect(),
        ScopeTable::Statuses => STATES.iter().map(status).collect(),
    }
}

fn city(population: &Population, number: u32) -> Value {
    let first = number * CITY_DISTRICTS;
    let districts = first..population.districts().min(first + CITY_DISTRICTS);
    let named = districts.clone().map(names::district);
    let named = named.chain(districts.filter_map(names::misspelt));
    json!({
        "id_cidade": FIRST_CITY_ID + u64::from(number),
        "nome": names::city(number),
        "uf": "MG",
        "ibge": (FIRST_IBGE + u64::from(number)).to_string(),
        "bairros": named.map(|name| json!({ "nome": name })).collect::<Value>(),
    })
}

fn equipment_with_interfaces(population: &Population, number: u32) -> Value {
    let interface = |interface| {
        json!({
            "id_interface_conexao": population.interface_id(interface),
            "nome": names::interface(interface),
            "descricao": null,
            "tipo": "gpon",
        })
    };
    let first = number * EQUIPMENT_INTERFACES;
    let all = first..population.interfaces().min(first + EQUIPMENT_INTERFACES);
    let mut equipment = equipment(number);
    equipment["autentica_radius"] = json!(false);
    equipment["tipo"] = json!("OLT");
    equipment["interfaces"] = all.map(interface).collect();
    equipment
}

fn equipment(number: u32) -> Value {
    json!({
        "id_equipamento": FIRST_EQUIPMENT_ID + u64::from(number),
        "nome": names::equipment(number),
        "ipv4": names::address(number),
        "ipv6": null,
        "modelo": "MA5800",
        "fabricante": "HUAWEI",
    })
}

fn pop(population: &Population, number: u32) -> Value {
    let all = (0..population.equipment()).filter(|each| pop_of(*each) == number);
    json!({
        "id_pop": population.pop_id(number),
        "nome": names::pop(number),
        "equipamentos": all.map(equipment).collect::<Value>(),
    })
}

fn optical_box(population: &Population, number: u32) -> Value {
    let name = names::optical_box(number);
    let is_double = box_named_as(number) != number;
    let display = if is_double { format!("{name} (Projeto Norte)") } else { name.clone() };
    json!({ "id_caixa_optica": population.box_id(number), "nome": name, "display": display })
}

fn status((prefix, description, id): &(&str, &str, u64)) -> Value {
    json!({ "id_servico_status": id, "descricao": description, "prefixo": prefix })
}

fn group((id, name): &(u64, &str)) -> Value {
    json!({ "id": id, "display": name, "ativo": true })
}
