//! One page of the list: its rows, its paging, and what the faults make of them.

use serde_json::{Value, json};

use crate::simulator::population::ListedRow;
use crate::simulator::registry::CustomerRegistry;
use crate::simulator::relations::ShownRelations;
use crate::simulator::reply::{Reply, php_json};

use super::fault::ListFault;
use super::parameters::ListParameters;
use super::selection::{ListRow, Selection, written};
use super::varied;

/// The answer to a request that no fault refuses.
pub(super) fn reply(
    parameters: &ListParameters,
    registry: &CustomerRegistry,
    faults: &[ListFault],
) -> Reply {
    let selection = Selection::new(parameters, registry, faults);
    let relations = &ShownRelations::Only(parameters.relations.clone());
    let with_flags = faults.contains(&ListFault::AlertFlags);
    let shown = ListedRow { relations, with_cancelled: parameters.with_cancelled, with_flags };
    let rows = rows(parameters, &selection, faults).into_iter();
    let customers: Vec<_> = rows.map(|row| written(row, registry, &shown)).collect();
    let body = format!(
        r#"{{"status":"success","msg":"Dados consultados com sucesso","paginacao":{},"clientes":[{}]}}"#,
        paging(parameters, selection.len(), faults),
        customers.join(","),
    );
    if !faults.contains(&ListFault::VariedTypes) {
        return Reply::json(200, body);
    }
    let mut answer = serde_json::from_str(&body).expect("it was just written");
    varied::vary(&mut answer);
    Reply::json(200, php_json(&answer))
}

fn rows(
    parameters: &ListParameters,
    selection: &Selection<'_>,
    faults: &[ListFault],
) -> Vec<ListRow> {
    let number = parameters.page.saturating_sub(first_page(faults));
    let count = parameters.rows as usize;
    let first = number as usize * count;
    let mut rows = selection.rows(first, count);
    for fault in faults {
        match fault {
            ListFault::MissingRows { page, rows: missing } if *page == parameters.page => {
                rows.truncate(rows.len().saturating_sub(*missing as usize));
            }
            ListFault::RepeatedCustomer { page } if *page == parameters.page && first > 0 => {
                let repeated = selection.rows(first - 1, 1);
                rows.splice(..repeated.len().min(rows.len()), repeated);
            }
            _ => {}
        }
    }
    rows
}

fn paging(parameters: &ListParameters, total: usize, faults: &[ListFault]) -> Value {
    let first = first_page(faults);
    let current = parameters.page.max(first);
    let moved = faults.iter().map(|fault| match fault {
        ListFault::MovingTotal { rows_per_page } => rows_per_page * i64::from(current - first),
        _ => 0,
    });
    let total = (total as u64).saturating_add_signed(moved.sum());
    let pages = total.div_ceil(u64::from(parameters.rows)).max(1);
    json!({
        "primeira_pagina": first,
        "ultima_pagina": u64::from(first) + pages - 1,
        "pagina_atual": current,
        "total_registros": total,
    })
}

fn first_page(faults: &[ListFault]) -> u32 {
    u32::from(faults.contains(&ListFault::FirstPageOne))
}
