//! The queries for a page of the list of customers and for a table.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::failure::Failure;
use crate::sources::directory::{ChangeSubject, ChangedSince, ListPage, PageRequest};
use crate::sources::hubsoft::body::BodyClass;
use crate::sources::hubsoft::query::Query;
use crate::sources::reasons;

use super::customers::{self, AllCustomers};
use super::reply::ListRows;
use super::table_rows::TableRow;
use super::tables::table;

/// Maximum time for one request. A page of 100 customers takes up to 45 s in production.
const ATTEMPT: Duration = Duration::from_secs(60);
/// Maximum customers that HubSoft lists on one page.
const PAGE_ROWS_MAX: u32 = 500;
/// What a customer's services are listed with: what their places need, because each relation makes the
/// answer slower.
const RELATIONS: &str =
    "endereco_instalacao,interface,equipamento_conexao,grupos,porta_atendimento";

/// Requests one page of the list of customers.
#[derive(Clone)]
pub(super) struct CustomerPage(pub(super) PageRequest);

impl Query for CustomerPage {
    type Answer = ListPage;

    fn path(&self) -> Cow<'static, str> {
        AllCustomers::PATH.into()
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        let PageRequest { number, rows, changed, .. } = &self.0;
        let mut parameters = vec![
            ("pagina", number.to_string()),
            ("itens_por_pagina", rows.clamp(&1, &PAGE_ROWS_MAX).to_string()),
            ("relacoes", RELATIONS.to_owned()),
        ];
        if let Some(ChangedSince { subject, first_day }) = changed {
            let (date, first) = match subject {
                ChangeSubject::Customer => ("tipo_data_cliente", "data_inicio"),
                ChangeSubject::Service => {
                    ("tipo_data_cliente_servico", "data_inicio_cliente_servico")
                }
            };
            parameters.push((date, "data_atualizacao".to_owned()));
            parameters.push((first, first_day.clone()));
        }
        parameters
    }

    fn read(&self, body: &[u8]) -> Result<ListPage, Failure> {
        customers::page(body)
    }

    fn attempt(&self) -> Option<Duration> {
        Some(attempt_until(self.0.deadline))
    }

    fn body_class(&self) -> BodyClass {
        BodyClass::List
    }

    fn forbidden(&self) -> Failure {
        reasons::PERMISSION.because(AllCustomers::NAME)
    }
}

/// Requests a table.
#[derive(Clone)]
pub(super) struct TableQuery<T> {
    deadline: Instant,
    table: PhantomData<T>,
}

impl<T> TableQuery<T> {
    pub(super) fn new(deadline: Instant) -> Self {
        Self { deadline, table: PhantomData }
    }
}

impl<T: ListRows> Query for TableQuery<T>
where
    T::Row: TableRow,
{
    type Answer = Vec<<T::Row as TableRow>::Entry>;

    fn path(&self) -> Cow<'static, str> {
        T::PATH.into()
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn read(&self, body: &[u8]) -> Result<Self::Answer, Failure> {
        table::<T>(body)
    }

    fn attempt(&self) -> Option<Duration> {
        Some(attempt_until(self.deadline))
    }

    fn body_class(&self) -> BodyClass {
        BodyClass::Table
    }

    fn forbidden(&self) -> Failure {
        reasons::PERMISSION.because(T::NAME)
    }
}

fn attempt_until(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now()).min(ATTEMPT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(rows: u32, changed: Option<ChangeSubject>) -> String {
        let changed =
            changed.map(|subject| ChangedSince { subject, first_day: "2026-11-30".to_owned() });
        let request = PageRequest { number: 7, rows, changed, deadline: Instant::now() };
        let pairs = CustomerPage(request).parameters();
        let pairs: Vec<_> = pairs.iter().map(|(key, value)| format!("{key}={value}")).collect();
        pairs.join("&").replace(&format!("&relacoes={RELATIONS}"), "")
    }

    #[test]
    fn a_page_is_requested_with_the_documented_parameters() {
        assert_eq!(parameters(200, None), "pagina=7&itens_por_pagina=200");
        assert_eq!(parameters(900, None), "pagina=7&itens_por_pagina=500");
        assert_eq!(
            parameters(0, Some(ChangeSubject::Customer)),
            "pagina=7&itens_por_pagina=1&tipo_data_cliente=data_atualizacao&data_inicio=2026-11-30"
        );
        assert_eq!(
            parameters(500, Some(ChangeSubject::Service)),
            "pagina=7&itens_por_pagina=500&tipo_data_cliente_servico=data_atualizacao\
             &data_inicio_cliente_servico=2026-11-30"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_takes_a_minute_at_most_and_ends_at_its_deadline() {
        let now = Instant::now();
        assert_eq!(attempt_until(now + Duration::from_secs(600)), ATTEMPT);
        assert_eq!(attempt_until(now + Duration::from_secs(5)), Duration::from_secs(5));
        assert_eq!(attempt_until(now - Duration::from_secs(5)), Duration::ZERO);
    }
}
