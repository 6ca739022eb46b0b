//! The search of the vendor's page: its parameters, and which customers it finds.
//!
//! Stricter than the real server: a parameter or value that the page does not list is an error, so that
//! a client's typing mistake shows here and not at a provider's.

use std::cmp::Ordering;

use serde_json::{Value, json};

/// How `busca=telefone` and `busca=cpf_cnpj` find customers; the vendor does not document it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Matching {
    /// The stored digits are the term's digits.
    Exact,
    /// The stored digits contain the term's last eight, so that other customers are
    /// returned too and the client has to verify them.
    #[default]
    Like,
}

/// The parameters of the page, in its order, each with the values it may have (none: any) and the
/// value it has when it is not sent (none: it must be).
type Parameter = (&'static str, &'static [&'static str], Option<&'static str>);
const PARAMETERS: [Parameter; 8] = [
    (
        "busca",
        &[
            "nome_razaosocial",
            "nome_fantasia",
            "cpf_cnpj",
            "codigo_cliente",
            // Not on the page: newer.
            "id_cliente",
            "telefone",
            "login_radius",
            "ipv4",
            "mac",
        ],
        None,
    ),
    ("termo_busca", &[], None),
    ("limit", &[], Some("5")),
    ("cancelado", &["sim", "nao"], Some("nao")),
    ("ultima_conexao", &["sim", "nao"], Some("nao")),
    ("incluir_contrato", &["sim", "nao"], Some("nao")),
    // The page lists two fields and uses a third in its own example.
    ("order_by", &["data_cadastro", "data_fechamento", "codigo_cliente"], Some("data_cadastro")),
    ("order_type", &["asc", "desc"], Some("asc")),
];
const LIMIT_MAX: usize = 100;

/// A search the page allows.
#[derive(Debug)]
pub(super) struct CustomerSearch {
    pub(super) by: String,
    pub(super) term: String,
    limit: usize,
    with_cancelled: bool,
    with_connection: bool,
    order_by: String,
    descending: bool,
}

impl CustomerSearch {
    /// Reads the parameters; the error names the wrong one.
    pub(super) fn read(query: &[(String, String)]) -> Result<Self, String> {
        let known = |name: &str| PARAMETERS.iter().any(|each| each.0 == name);
        if let Some((unknown, _)) = query.iter().find(|(name, _)| !known(name)) {
            return Err(format!("O atributo ({unknown}) não existe"));
        }
        let values = PARAMETERS.iter().map(|parameter| parameter_value(parameter, query));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        let [by, term, limit, cancelled, connection, _contract, order_by, order_type] =
            values.try_into().expect("one value per parameter");
        let limit = limit.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
        Ok(Self {
            by,
            term,
            limit: limit.ok_or("O atributo (limit) deve ser um número entre 1 e 100")?,
            with_cancelled: cancelled == "sim",
            with_connection: connection == "sim",
            order_by,
            descending: order_type == "desc",
        })
    }

    /// Those of the customers who are found, trimmed to what was requested.
    pub(super) fn run<'a>(
        &self,
        customers: impl Iterator<Item = &'a Value>,
        matching: Matching,
    ) -> Vec<Value> {
        let mut hits: Vec<_> = customers.filter(|each| self.hits(each, matching)).collect();
        hits.sort_by(|one, other| {
            let order = compare(&one[&self.order_by], &other[&self.order_by]);
            if self.descending { order.reverse() } else { order }
        });
        hits.into_iter().take(self.limit).map(|hit| self.trim(hit.clone())).collect()
    }

    fn hits(&self, customer: &Value, matching: Matching) -> bool {
        let contains =
            |field: &str| text(&customer[field]).to_lowercase().contains(&self.term.to_lowercase());
        let serves = |field: &str| {
            let services = customer["servicos"].as_array().into_iter().flatten();
            services.into_iter().any(|service| text(&service[field]) == self.term)
        };
        match self.by.as_str() {
            "telefone" => has_phone(customer, &digits(&self.term), matching),
            "nome_razaosocial" | "nome_fantasia" => contains(&self.by),
            "login_radius" => serves("login"),
            "ipv4" => serves("ipv4"),
            "mac" => serves("mac_addr"),
            "cpf_cnpj" => has_document(customer, &digits(&self.term), matching),
            exact => text(&customer[exact]) == self.term,
        }
    }

    /// Removes what was not requested.
    fn trim(&self, mut customer: Value) -> Value {
        if let Some(services) = customer.get_mut("servicos").and_then(Value::as_array_mut) {
            services
                .retain(|service| self.with_cancelled || service["status_prefixo"] != "cancelado");
            for service in services.iter_mut().filter(|_| !self.with_connection) {
                if let Some(connection) = service.get_mut("ultima_conexao") {
                    // PHP's empty array, where an object stands if requested.
                    *connection = json!([]);
                }
            }
        }
        customer
    }
}

/// The value sent, or the one for a parameter that was not sent; PHP takes the last of several.
fn parameter_value(parameter: &Parameter, query: &[(String, String)]) -> Result<String, String> {
    let (name, allowed, default) = *parameter;
    let sent = query.iter().rev().find(|(each, _)| each == name).map(|(_, value)| value.trim());
    let value = sent
        .filter(|value| !value.is_empty())
        .or(default)
        .ok_or_else(|| format!("Favor preencher o atributo ({name})"))?;
    if !allowed.is_empty() && !allowed.contains(&value) {
        return Err(format!("O valor do atributo ({name}) é inválido"));
    }
    Ok(value.to_owned())
}

fn has_phone(customer: &Value, wanted: &str, matching: Matching) -> bool {
    let fields = ["telefone_primario", "telefone_secundario", "telefone_terciario"];
    let tail = &wanted[wanted.len().saturating_sub(8)..];
    !wanted.is_empty()
        && fields.iter().map(|field| digits(&text(&customer[field]))).any(|stored| match matching {
            Matching::Exact => stored == wanted,
            Matching::Like => stored.contains(tail),
        })
}

fn has_document(customer: &Value, wanted: &str, matching: Matching) -> bool {
    let stored = digits(&text(&customer["cpf_cnpj"]));
    let tail = &wanted[wanted.len().saturating_sub(8)..];
    !wanted.is_empty()
        && match matching {
            Matching::Exact => stored == wanted,
            Matching::Like => stored.contains(tail),
        }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// A field as text: one provider sends as a number what another sends as a string.
fn text(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => String::new(),
    }
}

/// Numbers by value and before the rest, which goes by its text; dates are written so that the
/// order of their text is that of time.
fn compare(one: &Value, other: &Value) -> Ordering {
    let number = |value| text(value).parse::<f64>().ok();
    match (number(one), number(other)) {
        (Some(one), Some(other)) => one.total_cmp(&other),
        (None, None) => text(one).cmp(&text(other)),
        (one, other) => other.is_some().cmp(&one.is_some()),
    }
}
