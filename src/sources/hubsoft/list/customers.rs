//! Reads a page of the list of all customers.
//!
//! Tax numbers, streets, e-mails, logins and passwords are skipped without being kept.

use serde::Deserialize;
use serde::de::MapAccess;

use crate::domain::failure::Failure;
use crate::domain::phone::Phone;
use crate::sources::directory::{ListPage, ListedCustomer};
use crate::sources::hubsoft::flag::Flag;
use crate::sources::hubsoft::loose::{List, Loose, Object, skip, value};
use crate::sources::hubsoft::places::{SERVICES_MAX, ServiceRow};
use crate::sources::hubsoft::short_text::{cut, id};
use crate::sources::hubsoft::wire;

use super::reply::{self, ListRows, PagingFields};

/// Maximum rows kept of one page: more than can be requested. The others count as unreadable.
const ROWS_MAX: usize = 600;
/// Maximum digits of a customer code.
const CODE_DIGITS_MAX: usize = 20;

/// The list of all customers.
#[derive(Clone)]
pub(super) struct AllCustomers;

impl ListRows for AllCustomers {
    const PATH: &'static str = "api/v1/integracao/cliente/todos";
    const KEY: &'static str = "clientes";
    const NAME: &'static str = "the list of customers";
    type Row = CustomerRow;
}

/// Parses a page.
pub(super) fn page(body: &[u8]) -> Result<ListPage, Failure> {
    let read = reply::read::<AllCustomers, ROWS_MAX>(body)?;
    let PagingFields { pagina_atual, ultima_pagina, total_registros } = read.paging;
    let customers: Vec<_> =
        read.rows.into_iter().flatten().filter_map(CustomerRow::customer).collect();
    Ok(ListPage {
        unreadable: read.total - customers.len(),
        customers,
        number: pagina_atual.and_then(|number| number.try_into().ok()),
        last: ultima_pagina.and_then(|number| number.try_into().ok()),
        total: total_registros,
    })
}

/// One customer of a page.
#[derive(Default)]
pub(super) struct CustomerRow {
    id_cliente: Option<u64>,
    codigo_cliente: Loose,
    nome_razaosocial: Loose,
    nome_fantasia: Loose,
    telefones: [Loose; 3],
    alerta: Flag,
    servicos: List<Option<ServiceRow>, SERVICES_MAX>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
pub(super) enum CustomerRowKey {
    Alerta,
    CodigoCliente,
    IdCliente,
    NomeFantasia,
    NomeRazaosocial,
    Servicos,
    TelefonePrimario,
    TelefoneSecundario,
    TelefoneTerciario,
    #[serde(other)]
    Other,
}

impl Object for CustomerRow {
    type Key = CustomerRowKey;

    fn set<'de, A: MapAccess<'de>>(
        &mut self,
        key: CustomerRowKey,
        from: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            CustomerRowKey::Alerta => self.alerta = value(from)?,
            CustomerRowKey::CodigoCliente => self.codigo_cliente = value(from)?,
            CustomerRowKey::IdCliente => self.id_cliente = id(from)?,
            CustomerRowKey::NomeFantasia => self.nome_fantasia = value(from)?,
            CustomerRowKey::NomeRazaosocial => self.nome_razaosocial = value(from)?,
            CustomerRowKey::Servicos => self.servicos = value(from)?,
            CustomerRowKey::TelefonePrimario => self.telefones[0] = value(from)?,
            CustomerRowKey::TelefoneSecundario => self.telefones[1] = value(from)?,
            CustomerRowKey::TelefoneTerciario => self.telefones[2] = value(from)?,
            CustomerRowKey::Other => skip(from)?,
        }
        Ok(())
    }
}

impl CustomerRow {
    /// Returns the customer; `None` if the id is unreadable.
    fn customer(self) -> Option<ListedCustomer> {
        let name = wire::name(&self.nome_razaosocial, &self.nome_fantasia);
        let code = self.codigo_cliente.digits();
        let services = self.servicos.items().into_iter().flatten();
        Some(ListedCustomer {
            id: self.id_cliente?,
            code: if code.len() > CODE_DIGITS_MAX { String::new() } else { code },
            name: cut(&name).to_owned(),
            phones: phones(&self.telefones),
            alert: self.alerta.value(),
            services: services.map(ServiceRow::place).collect(),
        })
    }
}

/// Returns the numbers of the fields, each once.
fn phones(fields: &[Loose]) -> Vec<Phone> {
    let mut phones = Vec::new();
    for phone in fields.iter().filter_map(Loose::text).flat_map(Phone::stored) {
        if !phones.contains(&phone) {
            phones.push(phone);
        }
    }
    phones
}
