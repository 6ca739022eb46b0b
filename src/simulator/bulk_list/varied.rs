//! An answer whose values have other types, as PHP and other versions write them.

use serde_json::{Map, Value};

/// The first key of an array that PHP has filtered: the keys no longer begin at 0.
const GROUPS_BEGIN_AT: usize = 3;

/// Changes types, and no value that a client needs.
pub(super) fn vary(answer: &mut Value) {
    if let Some(paging) = answer["paginacao"].as_object_mut() {
        paging.values_mut().for_each(number_to_text);
    }
    each(&mut answer["clientes"], vary_customer);
    array_to_object(&mut answer["clientes"], 0);
}

fn vary_customer(customer: &mut Value) {
    number_to_text(&mut customer["id_cliente"]);
    for phone in ["telefone_primario", "telefone_secundario", "telefone_terciario"] {
        digits_to_number(&mut customer[phone]);
    }
    each(&mut customer["servicos"], vary_service);
    array_to_object(&mut customer["servicos"], 0);
}

fn vary_service(service: &mut Value) {
    number_to_text(&mut service["id_cliente_servico"]);
    if service.get("grupos").is_some() {
        each(&mut service["grupos"], |group| number_to_text(&mut group["id"]));
        array_to_object(&mut service["grupos"], GROUPS_BEGIN_AT);
    }
    if let Some(address) = service.get_mut("endereco_instalacao").and_then(Value::as_object_mut) {
        let name = address.get("uf").cloned().unwrap_or_default();
        let short = address.insert("estado".to_owned(), name).unwrap_or_default();
        address.insert("uf".to_owned(), short);
    }
}

fn each(list: &mut Value, change: impl FnMut(&mut Value)) {
    list.as_array_mut().into_iter().flatten().for_each(change);
}

fn array_to_object(list: &mut Value, first: usize) {
    if let Value::Array(values) = list
        && !values.is_empty()
    {
        let numbered = values.drain(..).zip(first..);
        let object: Map<_, _> = numbered.map(|(value, key)| (key.to_string(), value)).collect();
        *list = Value::Object(object);
    }
}

fn number_to_text(value: &mut Value) {
    if value.is_number() {
        *value = value.to_string().into();
    }
}

/// Only digits without a zero in front, which a number would lose; an empty one becomes 0.
fn digits_to_number(value: &mut Value) {
    match value {
        Value::Null => *value = 0.into(),
        Value::String(text) if !text.starts_with('0') => {
            if let Ok(number) = text.parse::<u64>() {
                *value = number.into();
            }
        }
        _ => {}
    }
}
