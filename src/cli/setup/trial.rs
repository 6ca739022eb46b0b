//! Tries the credentials at HubSoft, and what they permit.

use tokio::time::timeout_at;

use crate::app::config::Config;
use crate::runtime::language::{Language, Text};
use crate::sources::directory::{CustomerList, PageRequest};
use crate::sources::hubsoft::HubSoft;
use crate::sources::reasons::{self, RefusedCredentials};

use super::super::doctor::{
    CheckReport, REQUEST_MAX, Trouble, examine_alerts, examine_network, in_time, look_up, token,
};
use super::super::{Failed, client};
use super::terminal::with_progress;
use super::texts;

/// Customers of the page that is requested.
const ROWS: u32 = 10;

/// What a trial showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TrialOutcome {
    /// There is a token, and each permission is reported.
    Good,
    /// There is a token, and calls would not be answered all the same.
    Limited,
    /// HubSoft refuses these credentials, or any of them.
    Refused(Option<RefusedCredentials>),
    Unreachable,
}

/// Requests a token, a look-up, the list of customers and that of alerts, and prints what each yields.
pub(super) async fn examine(config: &Config, language: Language) -> Result<TrialOutcome, Failed> {
    let hubsoft = client(config)?;
    let work = examined(config, &hubsoft, language);
    Ok(with_progress(texts::WAITING.of(language), work).await)
}

async fn examined(config: &Config, hubsoft: &HubSoft, language: Language) -> TrialOutcome {
    let mut report = CheckReport::new(language);
    if !examine_network(&config.hubsoft, &mut report).await {
        return TrialOutcome::Unreachable;
    }
    match token(hubsoft, &mut report).await {
        Ok(()) => {}
        Err(Trouble::Failure(failure)) if failure.is(&reasons::TOKEN) => {
            return TrialOutcome::Refused(RefusedCredentials::of(&failure));
        }
        Err(_) => return TrialOutcome::Unreachable,
    }
    look_up(config, hubsoft, None, &mut report).await;
    list(hubsoft, &mut report).await;
    examine_alerts(config, hubsoft, &mut report).await;
    if report.has_failed() { TrialOutcome::Limited } else { TrialOutcome::Good }
}

/// Whether the list of all customers may be read, from which the directory is made.
async fn list(hubsoft: &HubSoft, report: &mut CheckReport) {
    const WHAT: Text = texts::WHAT_LIST;
    let deadline = report.deadline(REQUEST_MAX);
    let request = PageRequest { number: 0, rows: ROWS, changed: None, deadline };
    let page = in_time(timeout_at(deadline, hubsoft.page(request)).await);
    match page.map(|page| page.total.unwrap_or(page.customers.len() as u64)) {
        Ok(count) => report.ok(WHAT, texts::LIST_READ.message(&[("count", &count)])),
        Err(trouble) => {
            report.warning(WHAT, texts::LIST_REFUSED.message(&[("trouble", &trouble)]));
        }
    }
}
