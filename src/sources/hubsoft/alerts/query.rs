//! The queries for a page of the list of alerts, and for the customer with a code.

use std::borrow::Cow;
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::failure::Failure;
use crate::domain::reported::ReportedCustomer;
use crate::domain::zone::Zone;
use crate::sources::alerts::AlertPage;
use crate::sources::hubsoft::body::BodyClass;
use crate::sources::hubsoft::by_phone::{LOOKUP_PATH, search_parameters};
use crate::sources::hubsoft::owners::{Verified, verified};
use crate::sources::hubsoft::query::Query;
use crate::sources::hubsoft::wire::{self, Wanted};
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
    /// The zone of its times.
    pub(super) zone: Zone,
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
        rows::page(body, self.zone)
    }

    fn body_class(&self) -> BodyClass {
        BodyClass::Alerts
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

    fn body_class(&self) -> BodyClass {
        BodyClass::Probe
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        search_parameters("codigo_cliente", &self.code, &self.wanted)
    }

    /// The customers with exactly this code. The search may return others, too.
    fn read(&self, body: &[u8]) -> Result<Vec<ReportedCustomer>, Failure> {
        let listing = wire::listing(body, &self.wanted)?;
        let Verified { returned, own } = verified(listing, |listed| listed.has_code(&self.code))?;
        if own.is_empty() && returned >= usize::from(self.wanted.limit) {
            return Err(reasons::LIST_FULL.failure());
        }
        Ok(own)
    }
}
