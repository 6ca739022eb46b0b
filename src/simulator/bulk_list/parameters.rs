//! The parameters of the bulk list, as the vendor documents them.
//!
//! Stricter than the real server, as the search is: what is not documented is an error. Of the
//! newer filters by ids there is none.

use crate::simulator::population::UpdateDates;
use crate::simulator::relations::RELATIONS;

const ROWS_MAX: u32 = 500;
const NAMES: [&str; 11] = [
    "pagina",
    "itens_por_pagina",
    "relacoes",
    "cancelado",
    "servico_status",
    "tipo_data_cliente",
    "data_inicio",
    "data_fim",
    "tipo_data_cliente_servico",
    "data_inicio_cliente_servico",
    "data_fim_cliente_servico",
];

/// Which date of a customer or of the services a filter compares.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum FilteredDate {
    Birth,
    Registered,
    Updated,
}

const CUSTOMER_DATES: [(&str, FilteredDate); 3] = [
    ("data_atualizacao", FilteredDate::Updated),
    ("data_cadastro", FilteredDate::Registered),
    ("data_nascimento", FilteredDate::Birth),
];
/// The dates of a sale and of an activation are those of the registration here.
const SERVICE_DATES: [(&str, FilteredDate); 4] = [
    ("data_atualizacao", FilteredDate::Updated),
    ("data_cadastro", FilteredDate::Registered),
    ("data_habilitacao", FilteredDate::Registered),
    ("data_venda", FilteredDate::Registered),
];
/// Of every customer, as the digits of `YYYYMMDD`.
const BIRTHDAY: u32 = 19800101;

/// From a day to a day, as the digits of `YYYYMMDD`.
#[derive(Clone, Copy, Debug)]
pub(super) struct DayFilter {
    date: FilteredDate,
    first: u32,
    last: u32,
}

/// A request for a page that the documentation allows.
#[derive(Debug)]
pub(super) struct ListParameters {
    pub(super) page: u32,
    pub(super) rows: u32,
    pub(super) relations: Vec<String>,
    pub(super) with_cancelled: bool,
    /// Prefixes of the states that a service must have one of; empty if any will do.
    pub(super) statuses: Vec<String>,
    customer_days: Option<DayFilter>,
    service_days: Option<DayFilter>,
}

impl ListParameters {
    /// Reads the parameters; the error names the wrong one.
    pub(super) fn read(query: &[(String, String)]) -> Result<Self, String> {
        if let Some((unknown, _)) = query.iter().find(|(name, _)| !NAMES.contains(&&**name)) {
            return Err(format!("O atributo ({unknown}) não existe"));
        }
        let rows = number(query, "itens_por_pagina")?;
        if !(1..=ROWS_MAX).contains(&rows) {
            return Err(wrong("itens_por_pagina"));
        }
        let relations = names(query, "relacoes");
        if relations.iter().any(|name| !RELATIONS.contains(&name.as_str())) {
            return Err(wrong("relacoes"));
        }
        let with_cancelled = match value(query, "cancelado") {
            None | Some("nao") => false,
            Some("sim") => true,
            Some(_) => return Err(wrong("cancelado")),
        };
        Ok(Self {
            page: number(query, "pagina")?,
            rows,
            relations,
            with_cancelled,
            statuses: names(query, "servico_status"),
            customer_days: days(query, &CUSTOMER_DATES, "cliente", "")?,
            service_days: days(query, &SERVICE_DATES, "cliente_servico", "_cliente_servico")?,
        })
    }

    pub(super) fn filters_days(&self) -> bool {
        self.customer_days.is_some() || self.service_days.is_some()
    }

    pub(super) fn accepts_days(&self, dates: UpdateDates) -> bool {
        let accepts = |filter: Option<DayFilter>, updated| {
            filter.is_none_or(|filter| filter.accepts(dates.registered, updated))
        };
        accepts(self.customer_days, dates.customer) && accepts(self.service_days, dates.services)
    }

    /// The day on or after which a customer has to be updated; 0 if none is given.
    pub(super) fn updated_since(&self) -> u32 {
        let filters = [self.customer_days, self.service_days].into_iter().flatten();
        let updated = filters.filter(|filter| filter.date == FilteredDate::Updated);
        updated.map(|filter| filter.first).max().unwrap_or(0)
    }
}

impl DayFilter {
    fn accepts(self, registered: u32, updated: u32) -> bool {
        let day = match self.date {
            FilteredDate::Birth => BIRTHDAY,
            FilteredDate::Registered => registered,
            FilteredDate::Updated => updated,
        };
        (self.first..=self.last).contains(&day)
    }
}

/// A filter by date, if one of its days is given.
fn days(
    query: &[(String, String)],
    dates: &[(&str, FilteredDate)],
    subject: &str,
    ending: &str,
) -> Result<Option<DayFilter>, String> {
    let name = format!("tipo_data_{subject}");
    let wanted = value(query, &name).unwrap_or("data_cadastro");
    let found = dates.iter().find(|(known, _)| *known == wanted);
    let (_, date) = *found.ok_or_else(|| wrong(&name))?;
    let given = |name: &str| match value(query, name) {
        None => Ok(None),
        Some(text) => day(text).map(Some).ok_or_else(|| wrong(name)),
    };
    let first = given(&format!("data_inicio{ending}"))?;
    let last = given(&format!("data_fim{ending}"))?;
    let filter = DayFilter { date, first: first.unwrap_or(0), last: last.unwrap_or(u32::MAX) };
    Ok((first.is_some() || last.is_some()).then_some(filter))
}

/// The digits of `YYYY-MM-DD`, whatever follows.
pub(super) fn day(text: &str) -> Option<u32> {
    let text = text.get(..10)?;
    let is_dash = |at: usize| text.as_bytes()[at] == b'-';
    let digits: String = text.split('-').collect();
    (is_dash(4) && is_dash(7)).then(|| digits.parse().ok()).flatten()
}

fn names(query: &[(String, String)], name: &str) -> Vec<String> {
    let list = value(query, name).unwrap_or_default().split(',').map(str::trim);
    list.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn number(query: &[(String, String)], name: &str) -> Result<u32, String> {
    let given = value(query, name).ok_or_else(|| format!("Favor preencher o atributo ({name})"))?;
    given.parse().map_err(|_| wrong(name))
}

/// PHP takes the last of several, and an empty one for none.
fn value<'a>(query: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let given = query.iter().rev().find(|(each, _)| each == name);
    given.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
}

fn wrong(name: &str) -> String {
    format!("O valor do atributo ({name}) é inválido")
}
