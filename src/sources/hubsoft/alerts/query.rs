//! The queries for a page of the list of alerts, and for the customer with a code.

use std::borrow::Cow;
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::failure::Failure;
use crate::domain::reported::ReportedCustomer;
use crate::sources::alerts::AlertPage;
use crate::sources::hubsoft::by_phone::LOOKUP_PATH;
use crate::sources::hubsoft::query::Query;
use crate::sources::hubsoft::wire::{self, Listed, Wanted};
use crate::sources::reasons;

use super::{LIST, rows};

/// Maximum time for one page.
const ATTEMPT: Duration = Duration::from_secs(10);
/// The list has this path and the number of alerts of a page. `page` counts from 1.
const PATH: &str = "api/v1/integracao/configuracao/alerta/paginado/100";

/// Requests one page of the list of alerts.
#[derive(Clone)]
pub(super) struct AlertListPage {
    pub(super) page: u32,
    pub(super) deadline: Instant,
}

impl Query for AlertListPage {
    type Answer = AlertPage;

    fn path(&self) -> Cow<'static, str> {
        PATH.into()
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        vec![("ativo", "sim".to_owned()), ("page", self.page.to_string())]
    }

    fn read(&self, body: &[u8]) -> Result<AlertPage, Failure> {
        rows::page(body)
    }

    fn attempt(&self) -> Option<Duration> {
        Some(self.deadline.saturating_duration_since(Instant::now()).min(ATTEMPT))
    }

    fn forbidden(&self) -> Failure {
        reasons::PERMISSION.because(LIST)
    }
}

/// Requests the customer with a code.
#[derive(Clone)]
pub(super) struct CustomersByCode {
    pub(super) code: String,
    pub(super) wanted: Wanted,
}

impl Query for CustomersByCode {
    type Answer = Vec<ReportedCustomer>;

    fn path(&self) -> Cow<'static, str> {
        LOOKUP_PATH.into()
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut parameters = vec![
            ("busca", "codigo_cliente".to_owned()),
            ("termo_busca", self.code.clone()),
            ("limit", self.wanted.limit.to_string()),
        ];
        if self.wanted.cancelado {
            parameters.push(("cancelado", "sim".to_owned()));
        }
        parameters
    }

    /// The customers with exactly this code. The search may return others, too.
    fn read(&self, body: &[u8]) -> Result<Vec<ReportedCustomer>, Failure> {
        let listing = wire::listing(body, &self.wanted)?;
        let customers = listing.customers.into_iter().map(Listed::customer);
        let own: Vec<_> =
            customers.filter(|customer| is_same(&customer.code, &self.code)).collect();
        if own.is_empty() && listing.has_invalid {
            return Err(reasons::INVALID_ANSWER.because("a customer is not an object"));
        }
        if own.is_empty() && listing.returned >= usize::from(self.wanted.limit) {
            return Err(reasons::LIST_FULL.failure());
        }
        Ok(own)
    }
}

/// Compares codes, which may have leading zeros.
fn is_same(one: &str, other: &str) -> bool {
    let plain = |code: &'_ str| code.trim_start_matches('0').to_owned();
    !one.is_empty() && plain(one) == plain(other)
}
