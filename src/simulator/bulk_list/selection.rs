//! Which customers a request is about, and in which order; and how a row is written.

use serde_json::{Value, json};

use crate::simulator::population::{ListedRow, UpdateDates};
use crate::simulator::registry::CustomerRegistry;
use crate::simulator::relations::{RELATIONS, ShownRelations};
use crate::simulator::reply::php_escaped;

use super::fault::ListFault;
use super::parameters::{ListParameters, day};

/// A customer of the list.
#[derive(Clone, Copy)]
pub(super) enum ListRow {
    /// A position among the listed ones.
    Listed(usize),
    /// The index of a generated one.
    Generated(u32),
}

/// The rows of all pages together.
pub(super) enum Selection<'a> {
    /// The rows that a filter has kept.
    Filtered(Vec<ListRow>),
    /// All of them, which are not written down.
    Whole(&'a CustomerRegistry),
}

impl<'a> Selection<'a> {
    pub(super) fn new(
        parameters: &ListParameters,
        registry: &'a CustomerRegistry,
        faults: &[ListFault],
    ) -> Self {
        let ignores_days = faults.contains(&ListFault::FilterIgnored);
        let filters_days = parameters.filters_days() && !ignores_days;
        if !filters_days && parameters.statuses.is_empty() {
            return Self::Whole(registry);
        }
        let keeps = |dates, statuses: &dyn Fn() -> Vec<String>| {
            (!filters_days || parameters.accepts_days(dates))
                && (parameters.statuses.is_empty()
                    || statuses().iter().any(|status| parameters.statuses.contains(status)))
        };
        let listed = registry
            .listed
            .iter()
            .enumerate()
            .filter(|(_, customer)| keeps(dates(customer), &|| statuses(customer)));
        let mut rows: Vec<_> = listed.map(|(position, _)| ListRow::Listed(position)).collect();
        if let Some(generated) = &registry.generated {
            let since = if filters_days { parameters.updated_since() } else { 0 };
            let kept = generated.updated_since(since).filter(|index| {
                let statuses = || generated.statuses(*index).into_iter().map(str::to_owned);
                keeps(generated.dates(*index), &|| statuses().collect())
            });
            rows.extend(kept.map(ListRow::Generated));
        }
        Self::Filtered(rows)
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Filtered(rows) => rows.len(),
            Self::Whole(registry) => registry.len(),
        }
    }

    /// At most `count` rows from the `first` on.
    pub(super) fn rows(&self, first: usize, count: usize) -> Vec<ListRow> {
        match self {
            Self::Filtered(rows) => rows.iter().skip(first).take(count).copied().collect(),
            Self::Whole(registry) => {
                let listed = (first..registry.listed.len()).map(ListRow::Listed);
                let skipped = first.saturating_sub(registry.listed.len());
                let generated = registry.generated.iter().flat_map(|all| all.from(skipped));
                listed.chain(generated.map(ListRow::Generated)).take(count).collect()
            }
        }
    }
}

/// The customer of a row, as JSON with the escapes of PHP.
pub(super) fn written(row: ListRow, registry: &CustomerRegistry, shown: &ListedRow<'_>) -> String {
    match row {
        ListRow::Generated(index) => {
            let generated = registry.generated.as_ref();
            generated.map_or_else(String::new, |generated| generated.listed(index, shown))
        }
        ListRow::Listed(position) => {
            php_escaped(&trimmed(registry.listed[position].clone(), shown).to_string())
        }
    }
}

/// Removes what is not requested.
fn trimmed(customer: Value, shown: &ListedRow<'_>) -> Value {
    let mut customer = with_relations(customer, shown.relations);
    let services = customer.get_mut("servicos").and_then(Value::as_array_mut);
    if let Some(services) = services {
        services.retain(|service| shown.with_cancelled || service["status_prefixo"] != "cancelado");
    }
    if let Some(fields) = customer.as_object_mut().filter(|_| !shown.with_flags) {
        fields.remove("alerta");
        fields.remove("alerta_mensagens");
    }
    customer
}

/// Removes the relations that are not requested; a requested one that is unknown is PHP's empty array.
fn with_relations(mut customer: Value, relations: &ShownRelations) -> Value {
    if let Some(fields) = customer.as_object_mut() {
        fields.remove("data_atualizacao");
    }
    let services = customer.get_mut("servicos").and_then(Value::as_array_mut);
    let objects = services.into_iter().flatten().filter_map(Value::as_object_mut);
    for service in objects {
        for relation in RELATIONS {
            if !relations.has(relation) {
                service.remove(relation);
            } else if !service.contains_key(relation) {
                service.insert(relation.to_owned(), json!([]));
            }
        }
    }
    customer
}

/// A listed customer may have an update date of his own, which the list does not show.
fn dates(customer: &Value) -> UpdateDates {
    let day = |field: &str| customer[field].as_str().and_then(day);
    let registered = day("data_cadastro").unwrap_or(0);
    let updated = day("data_atualizacao").unwrap_or(registered);
    UpdateDates { registered, customer: updated, services: updated }
}

fn statuses(customer: &Value) -> Vec<String> {
    let services = customer["servicos"].as_array().into_iter().flatten();
    services.filter_map(|service| service["status_prefixo"].as_str()).map(str::to_owned).collect()
}
