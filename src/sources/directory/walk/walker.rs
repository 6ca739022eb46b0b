//! Walks through a list of all customers, page by page.

use std::time::Duration;

use tokio::time::Instant;

use crate::domain::failure::Failure;
use crate::sources::directory::{ChangeSubject, ChangedSince};

use super::filter::{FilterTrust, ProbedTotals};
use super::outcome::{WalkEnd, WalkFault, WalkOutcome};
use super::paging::{PageStep, ROWS_MIN};
use super::progress::{Collector, Progress, RESUMED_WITHIN};
use super::reading::ListReading;
use super::requests::Requests;
use super::setup::Walker;
use super::status::WalkPhase;

/// A walk that takes longer ends, and is continued later. Pauses for calls do not count.
const WALK_MAX: Duration = Duration::from_secs(12 * 3_600);
/// A restart repeats so many pages, or the pages of this time, at most.
const SAVE_EVERY: u64 = 20;
const SAVE_AFTER: Duration = Duration::from_secs(60);

/// When the progress was saved last.
struct LastSave {
    pages: u64,
    at: Instant,
}

impl Walker<'_> {
    /// Reads everybody. An earlier walk is continued if `resume` is its progress and `collector` has what
    /// was saved with it; otherwise the collector is cleared.
    pub async fn whole(
        &self,
        collector: &mut dyn Collector,
        resume: Option<Progress>,
    ) -> WalkOutcome {
        let customers = collector.customers() as u64;
        let now_s = (self.now_s)();
        let resume = resume.filter(|progress| progress.is_resumable(customers, now_s));
        let progress = resume.unwrap_or_else(|| {
            collector.clear();
            Progress::new(self.settings.page_rows, now_s)
        });
        let mut requests = Requests::new(self);
        let mut reading = ListReading::whole(collector, progress);
        let ended = self.read(&mut requests, &mut reading).await;
        let end = ended.err().unwrap_or_else(|| whole_or_partial(&reading.progress));
        if matches!(end, WalkEnd::Failed(_) | WalkEnd::NoPermission(_)) {
            reading.collector.save(&reading.progress).await;
        }
        self.outcome(end, reading.progress, &requests)
    }

    /// Reads who has changed since `first_day`. `everybody` is the total without the filter, which a list
    /// of changes must not have.
    pub async fn changes(
        &self,
        collector: &mut dyn Collector,
        first_day: &str,
        everybody: u64,
    ) -> WalkOutcome {
        let mut requests = Requests::new(self);
        let mut progress = Progress::new(self.settings.page_rows, (self.now_s)());
        let mut end = WalkEnd::Changes;
        for subject in [ChangeSubject::Customer, ChangeSubject::Service] {
            let since = ChangedSince { subject, first_day: first_day.to_owned() };
            progress = progress.next_list();
            let mut reading = ListReading::changes(collector, progress, since, everybody);
            let ended = self.read(&mut requests, &mut reading).await;
            progress = reading.progress;
            let shortfall = progress.seen.shortfall_of_changes(progress.customers);
            let failed = ended.err();
            let has_failed = failed.is_some();
            if let Some(other) = failed.or_else(|| shortfall.map(WalkEnd::Partial)) {
                end = other;
            }
            if has_failed {
                break;
            }
        }
        progress.customers = collector.customers() as u64;
        self.outcome(end, progress, &requests)
    }

    /// Probes the filter by the date of a change, with `tomorrow` (local, as `YYYY-MM-DD`).
    pub async fn probe(&self, tomorrow: &str) -> Result<FilterTrust, Failure> {
        let mut requests = Requests::new(self);
        let totals = self.probed_totals(&mut requests, tomorrow).await;
        self.enter(WalkPhase::Idle);
        Ok(totals?.trust((self.now_s)()))
    }

    async fn probed_totals(
        &self,
        requests: &mut Requests<'_>,
        tomorrow: &str,
    ) -> Result<ProbedTotals, Failure> {
        let since = |subject| ChangedSince { subject, first_day: tomorrow.to_owned() };
        let of_customers = since(ChangeSubject::Customer);
        let of_services = since(ChangeSubject::Service);
        let unfiltered = requests.page(0, ROWS_MIN, None).await?.page.total;
        let customer = requests.page(0, ROWS_MIN, Some(&of_customers)).await?.page.total;
        let service = requests.page(0, ROWS_MIN, Some(&of_services)).await?.page.total;
        Ok(ProbedTotals { unfiltered, customer, service })
    }

    /// Reads a list to its end.
    async fn read(
        &self,
        requests: &mut Requests<'_>,
        reading: &mut ListReading<'_>,
    ) -> Result<(), WalkEnd> {
        let sent_before = reading.progress.requests;
        let sent_elsewhere = requests.sent;
        let mut saved = LastSave { pages: reading.progress.pages, at: Instant::now() };
        reading.note();
        loop {
            self.check_time(requests, &reading.progress)?;
            let step = self.next_page(requests, reading).await;
            reading.progress.requests = sent_before + requests.sent - sent_elsewhere;
            self.status.send_modify(|status| status.progress(&reading.progress));
            reading.note();
            match step? {
                PageStep::End => return Ok(()),
                PageStep::Endless => return Err(WalkEnd::Failed(WalkFault::Endless)),
                PageStep::More if reading.lists_everybody() => {
                    return Err(WalkEnd::Failed(WalkFault::FilterIgnored));
                }
                PageStep::More => saved.save_if_due(reading).await,
            }
        }
    }

    /// Requests the next page until it is read, or the attempts are used up.
    async fn next_page(
        &self,
        requests: &mut Requests<'_>,
        reading: &mut ListReading<'_>,
    ) -> Result<PageStep, WalkEnd> {
        loop {
            let paging = &reading.progress.paging;
            let (number, rows) = (paging.number(), paging.rows());
            let since = reading.changes.as_ref().map(|changes| &changes.since);
            let accepted = match requests.page(number, rows, since).await {
                Ok(answer) => reading.accept(number, answer).await,
                Err(failure) => Err(failure),
            };
            let failure = match accepted {
                Ok(step) => return Ok(step),
                Err(failure) => failure,
            };
            self.status.send_modify(|status| status.failure = Some(failure.to_string()));
            if let Some(end) = reading.failed(&failure) {
                return Err(end);
            }
            requests.back_off(reading.progress.paging.failures(), &failure);
        }
    }

    fn check_time(&self, requests: &Requests<'_>, progress: &Progress) -> Result<(), WalkEnd> {
        let age_s = (self.now_s)().saturating_sub(progress.started_at_s);
        let is_too_long = requests.worked() > WALK_MAX || age_s >= RESUMED_WITHIN.as_secs();
        if is_too_long { Err(WalkEnd::Failed(WalkFault::TooLong)) } else { Ok(()) }
    }

    fn outcome(&self, end: WalkEnd, progress: Progress, requests: &Requests<'_>) -> WalkOutcome {
        self.status.send_modify(|status| {
            status.progress(&progress);
            status.phase = WalkPhase::Idle;
            status.problem = end.problem();
        });
        let (took, busy, paused) = (requests.took(), requests.busy, requests.paused);
        WalkOutcome { end, progress, took, busy, paused }
    }
}

impl LastSave {
    async fn save_if_due(&mut self, reading: &mut ListReading<'_>) {
        let pages = reading.progress.pages;
        let is_due = pages >= self.pages + SAVE_EVERY || self.at.elapsed() >= SAVE_AFTER;
        if is_due && reading.changes.is_none() {
            reading.collector.save(&reading.progress).await;
            *self = Self { pages, at: Instant::now() };
        }
    }
}

/// Judges a list that has been read to its end.
fn whole_or_partial(progress: &Progress) -> WalkEnd {
    let shortfall = progress.seen.shortfall(progress.customers);
    shortfall.map_or(WalkEnd::Whole, WalkEnd::Partial)
}
