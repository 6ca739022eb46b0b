//! Reads the list of active alerts, and single customers by their code, as `AlertList` describes them.

mod kinds;
mod parameters;
mod query;
mod rows;
mod scope;
mod scope_list;
mod times;

use tokio::time::Instant;

use crate::domain::failure::Failure;
use crate::domain::reported::ReportedCustomer;
use crate::domain::zone::Zone;
use crate::sources::alerts::{AlertFuture, AlertList, AlertPage};
use crate::sources::limiter::Urgency;
use crate::sources::reasons;
use crate::sources::source::Budget;

use super::HubSoft;
use super::owners::counted;
use super::wire::Wanted;

use self::query::{AlertListPage, CustomersByCode};

/// What the list is, in a failure.
const LIST: &str = "the list of alerts";

impl AlertList for HubSoft {
    fn alerts(&self, page: u32, deadline: Instant) -> AlertFuture<'_, AlertPage> {
        let budget = Budget { deadline, urgency: Urgency::Feed };
        let query = AlertListPage { page, zone: self.timezone, deadline };
        Box::pin(async move { self.exchange.run(&query, budget).await })
    }

    fn customer<'a>(
        &'a self,
        code: &'a str,
        urgency: Urgency,
        deadline: Instant,
    ) -> AlertFuture<'a, Option<ReportedCustomer>> {
        // A probe is about alerts, so that the connection is not asked for.
        let wanted = Wanted { ultima_conexao: false, ..self.wanted };
        let query = CustomersByCode { code: code.to_owned(), wanted };
        Box::pin(async move {
            let own = self.exchange.run(&query, Budget { deadline, urgency }).await?;
            let mut customers = counted(own, self.ex_customers);
            match customers.len() {
                0 | 1 => Ok(customers.pop()),
                _ => Err(reasons::INVALID_ANSWER.because("several customers have one code")),
            }
        })
    }
}

/// Parses the body of a page, for the fuzz targets, which have no socket. Its times are Brasília's.
pub fn read_alert_page(body: &[u8]) -> Result<AlertPage, Failure> {
    rows::page(body, Zone::default())
}
