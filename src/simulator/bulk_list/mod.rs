//! The bulk list: every customer, page by page, with the mistakes that real ones have.
//!
//! ```text
//! query -> parameters -> selection -> page -> [varied] -> reply
//!          or an error   which rows   which      types
//!                        the filter   rows are
//!                        keeps        shown
//! ```

mod fault;
mod page;
mod parameters;
mod selection;
mod varied;

use std::time::Duration;

use super::registry::CustomerRegistry;
use super::reply::Reply;
use parameters::ListParameters;

pub use fault::ListFault;

/// How the list misbehaves, and what it remembers for that.
#[derive(Default)]
pub(super) struct BulkList {
    faults: Vec<ListFault>,
    /// How many times a page with `ListFault::FailingPage` was an error.
    failed: u32,
}

impl BulkList {
    pub(super) fn set_faults(&mut self, faults: Vec<ListFault>) {
        *self = Self { faults, failed: 0 };
    }

    pub(super) fn faults(&self) -> &[ListFault] {
        &self.faults
    }

    pub(super) fn forbids_list(&self) -> bool {
        self.faults.contains(&ListFault::ForbiddenList)
    }

    pub(super) fn forbids_tables(&self) -> bool {
        self.faults.contains(&ListFault::ForbiddenTables)
    }

    /// The page that is requested; the error names the parameter that is wrong.
    pub(super) fn page(
        &mut self,
        query: &[(String, String)],
        registry: &CustomerRegistry,
    ) -> Result<Reply, String> {
        let parameters = ListParameters::read(query)?;
        if self.exceeds_the_rows(&parameters) {
            return Ok(gateway_timeout());
        }
        if self.fails_now(&parameters) {
            return Err("Erro ao consultar os dados.".to_owned());
        }
        Ok(page::reply(&parameters, registry, &self.faults))
    }

    /// How long the answer to a request waits.
    pub(super) fn wait(&self, query: &[(String, String)]) -> Duration {
        let Ok(parameters) = ListParameters::read(query) else { return Duration::ZERO };
        let wait = |fault: &ListFault| match fault {
            ListFault::SlowPage { page, relation, row } => {
                *page + *relation * parameters.relations.len() as u32 + *row * parameters.rows
            }
            _ => Duration::ZERO,
        };
        self.faults.iter().map(wait).sum()
    }

    /// Whether the body of the page that is requested ends in its middle.
    pub(super) fn truncates(&self, query: &[(String, String)]) -> bool {
        let truncated = |number| self.faults.contains(&ListFault::TruncatedPage { page: number });
        ListParameters::read(query).is_ok_and(|parameters| truncated(parameters.page))
    }

    fn exceeds_the_rows(&self, parameters: &ListParameters) -> bool {
        self.faults.iter().any(|fault| {
            matches!(fault, ListFault::GatewayTimeout { rows_max } if parameters.rows > *rows_max)
        })
    }

    fn fails_now(&mut self, parameters: &ListParameters) -> bool {
        let fails = self.faults.iter().any(|fault| {
            matches!(fault, ListFault::FailingPage { page, times }
                if parameters.page == *page && self.failed < *times)
        });
        self.failed += u32::from(fails);
        fails
    }
}

fn gateway_timeout() -> Reply {
    const PAGE: &str = "<html><head><title>504 Gateway Time-out</title></head><body><center>\
                        <h1>504 Gateway Time-out</h1></center><hr><center>nginx/1.16.1</center>\
                        </body></html>";
    Reply::html(504, PAGE)
}
