//! The report on calls: what the files of the journal say about a span of time.

mod query;
mod tables;
mod tally;
mod text;
mod texts;

use std::io;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use tokio::task::spawn_blocking;

use crate::answering::suspicion::Suspicion;
use crate::domain::local_time::LocalTime;
use crate::domain::zone::Zone;

use super::days::{self, DAY_S};
use super::{Journal, JournalEntry};

use self::query::ReportSpan;
use self::tally::ReportTally;

pub use self::query::{ReportError, ReportForm, ReportQuery};

/// Maximum calls of one report, because it counts callers in memory.
const CALLS_MAX: usize = 2_000_000;
/// Maximum days that are named because they cannot be read.
const UNREAD_MAX: usize = 5;

/// What is known of the calls of a span of time. Times are seconds since the epoch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    pub since_s: u64,
    pub until_s: u64,
    pub calls: u64,
    /// Distinct callers with a number.
    pub callers: u64,
    /// Calls without a number.
    pub without_number: u64,
    /// Calls that an alert's prompt was chosen for.
    pub told: u64,
    pub told_callers: u64,
    /// Told callers who did not call again within `told_s` of the first telling.
    pub deflected: u64,
    pub told_s: u64,
    /// Callers who called more than once.
    pub repeat_callers: u64,
    pub first_s: Option<u64>,
    pub last_s: Option<u64>,
    pub alerts: Vec<ReportedAlert>,
    pub districts: Vec<DistrictLine>,
    pub intervals: Vec<IntervalLine>,
    /// Length of an interval.
    pub interval_s: u64,
    /// Who heard the alert that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heard: Option<Vec<HeardLine>>,
    /// Where an outage is suspected now.
    pub suspicions: Vec<Suspicion>,
    /// What limits the report.
    pub problems: Vec<String>,
}

/// One alert's calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReportedAlert {
    /// `local:a7k2`, `hubsoft:17`, or `text:` and the key of its text.
    pub alert: String,
    pub rule: String,
    pub calls: u64,
    pub callers: u64,
    pub deflected: u64,
    pub first_s: u64,
    pub last_s: u64,
}

/// One district's calls; without a name, those of callers whose district is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DistrictLine {
    pub district: String,
    pub calls: u64,
    pub callers: u64,
    pub told: u64,
}

/// The calls of one interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct IntervalLine {
    pub at_s: u64,
    pub calls: u64,
    pub told: u64,
}

/// One call that heard an alert.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HeardLine {
    pub at_s: u64,
    /// The customer's code; empty if there is not exactly one customer.
    pub code: String,
    /// The keyed hash of the number, in hexadecimal digits; empty without a number.
    pub caller: String,
    pub rule: String,
    pub prompt: String,
    pub district: String,
    pub again: bool,
}

impl Journal {
    /// Reports as `query` asks, in its form. It reads files, so it takes some time.
    pub async fn report(self: &Arc<Self>, query: &ReportQuery) -> Result<String, ReportError> {
        let report = self.reported(query).await?;
        Ok(written(&report, query, self.inputs.now().zone))
    }

    /// The report that `query` asks for, whatever its form.
    pub async fn reported(self: &Arc<Self>, query: &ReportQuery) -> Result<Report, ReportError> {
        self.flush().await;
        let inputs = self.inputs.now();
        let span = query.span(inputs.zone, (inputs.now_s)())?;
        let Some(path) = inputs.folder.clone() else { return Err(ReportError::NoFolder) };
        let journal = Arc::clone(self);
        let told_s = inputs.told.as_secs();
        let done = spawn_blocking(move || {
            let mut report = read(&path, &span, told_s)?;
            report.suspicions = journal.suspicions.list();
            report.problems.extend(journal.problem());
            Ok(report)
        });
        done.await.unwrap_or(Err(ReportError::Bug))
    }
}

/// Reports from the files in the folder at `path`, for a service that does not run.
pub fn report_of_files(
    path: &Path,
    query: &ReportQuery,
    (zone, told_s): (Zone, u64),
    now_s: u64,
) -> Result<String, ReportError> {
    let report = read(path, &query.span(zone, now_s)?, told_s)?;
    Ok(written(&report, query, zone))
}

fn read(path: &Path, span: &ReportSpan, told_s: u64) -> Result<Report, ReportError> {
    let mut tally = ReportTally::new(span, told_s);
    let mut damaged = 0;
    let mut unread = Vec::new();
    // A call may be written shortly after midnight.
    let days = span.since_s / DAY_S..=span.until_s / DAY_S + 1;
    let day_count = days.end() - days.start() + 1;
    for day in days {
        let file = match days::read(path, day) {
            Ok(file) => file,
            Err(error) => {
                unread.push((day, error));
                continue;
            }
        };
        damaged += file.damaged;
        let is_in = |entry: &&JournalEntry<'_>| (span.since_s..span.until_s).contains(&entry.at_s);
        for entry in file.entries.iter().filter(is_in) {
            if tally.calls() >= CALLS_MAX {
                break;
            }
            tally.add(entry);
        }
    }
    if let Some((_, error)) = unread.first().filter(|_| unread.len() as u64 == day_count) {
        return Err(unreadable(path, error));
    }
    let is_cut = tally.calls() >= CALLS_MAX;
    let mut report = tally.report();
    if is_cut {
        let text = format!("only the first {CALLS_MAX} calls are in it: choose a later --until");
        report.problems.push(text);
    }
    if damaged > 0 {
        report.problems.push(format!("{damaged} damaged lines of the journal are not in it"));
    }
    report.problems.extend(unread_days(&unread));
    Ok(report)
}

/// The days that are not in a report, and why.
fn unread_days(unread: &[(u64, io::Error)]) -> Vec<String> {
    let named = unread.iter().take(UNREAD_MAX).map(|(day, error)| {
        let (year, month, date) =
            LocalTime::of(i64::try_from(day * DAY_S).unwrap_or(i64::MAX)).day();
        let file = days::file_of(*day).name;
        format!("the calls of {year}-{month:02}-{date:02} (UTC) are not in it: {file}: {error}")
    });
    let more = unread.len().saturating_sub(UNREAD_MAX);
    let others = (more > 0).then(|| format!("those of {more} other days are not in it either"));
    named.chain(others).collect()
}

fn unreadable(path: &Path, error: &io::Error) -> ReportError {
    ReportError::Unreadable(format!("{error}, in `{}`", path.display()))
}

fn written(report: &Report, query: &ReportQuery, zone: Zone) -> String {
    match query.form {
        ReportForm::Csv => tables::csv(report, zone),
        ReportForm::Json => serde_json::to_string(report).unwrap_or_default() + "\n",
        ReportForm::Text => text::text(report, zone, query.language),
    }
}
