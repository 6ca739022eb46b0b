//! `bina directory`: shows the directory of the running service, starts a walk, clears it.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::anyhow;
use tokio::time::sleep;

use crate::app::config::Config;
use crate::domain::zone::Zone;
use crate::runtime::wall_clock;
use crate::sources::directory::{
    Activity, DirectoryStatus, GenerationStatus, KindStatus, WalkProgress,
};

use super::operation::{Operation, read_answer};
use super::{DirectoryTask, Failed, print_line};

/// What to do without the listener that the requests go to.
const INSTEAD: &str = "the requests go to that listener, because only the service opens its files: set \
                       it and restart the service";
/// How often the progress of a walk is requested.
const REFRESH: Duration = Duration::from_millis(500);
/// Characters of the progress bar.
const BAR: usize = 30;

/// How the status is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StatusForm {
    Json,
    Text,
}

/// Does `task` in the service that the file at `path` configures.
pub(super) async fn run(path: &Path, task: DirectoryTask, form: StatusForm) -> Result<(), Failed> {
    if form == StatusForm::Json && task != DirectoryTask::Status {
        return Err(Failed::Configuration(anyhow!("--json is for `bina directory status` only")));
    }
    let config = Config::load(path)?;
    let zone = config.hubsoft.timezone;
    let service = Operation::of(&config, INSTEAD)?;
    match task {
        DirectoryTask::Status if form == StatusForm::Json => {
            print_line(service.get("/v1/directory").await?.trim_end());
        }
        DirectoryTask::Status => print(&status(&service).await?, zone),
        DirectoryTask::Walk => {
            print_line(service.post("/v1/directory/walk", "").await?.trim_end());
            let walked = follow(&service).await?;
            print(&walked, zone);
            return walked.last_walk.map_or(Ok(()), |problem| {
                Err(Failed::Runtime(anyhow!("the walk was not whole: {problem}")))
            });
        }
        DirectoryTask::Clear => {
            print_line(service.post("/v1/directory/clear", "").await?.trim_end());
        }
    }
    Ok(())
}

/// Requests the status; an answer of another version is an error.
pub(super) async fn status(service: &Operation) -> Result<DirectoryStatus, Failed> {
    read_answer(&service.get("/v1/directory").await?)
}

/// Shows the progress until the walk has ended, and returns the status then.
async fn follow(service: &Operation) -> Result<DirectoryStatus, Failed> {
    let is_terminal = io::stderr().is_terminal();
    let mut shown = String::new();
    loop {
        sleep(REFRESH).await;
        let status = status(service).await?;
        if has_ended(&status) {
            if is_terminal {
                let _ = write!(io::stderr(), "\r{:78}\r", "");
            }
            return Ok(status);
        }
        let Some(walk) = &status.walk else { continue };
        if is_terminal {
            let _ = write!(io::stderr(), "\r{:78.78}", progress(walk, status.activity));
            continue;
        }
        // A log of the command needs no bar, only what the walk waits for.
        let waiting = waiting(walk).unwrap_or_default();
        if waiting != shown && !waiting.is_empty() {
            let _ = writeln!(io::stderr(), "{waiting}");
        }
        shown = waiting;
    }
}

/// Whether no walk is in progress or due.
fn has_ended(status: &DirectoryStatus) -> bool {
    status.activity == Activity::Waiting && status.next_walk_in_s != Some(0)
}

/// What the walk waits for: a first page, or one that has failed.
fn waiting(walk: &WalkProgress) -> Option<String> {
    match &walk.failure {
        Some(failure) => Some(format!("waiting for HubSoft: {failure}")),
        None if walk.rows_total.is_none() => Some("waiting for HubSoft".to_owned()),
        None => None,
    }
}

/// How far the walk is, in one line.
fn progress(walk: &WalkProgress, activity: Activity) -> String {
    let paused =
        (activity == Activity::Paused).then(|| "paused: calls wait for HubSoft".to_owned());
    let bar = walk.rows_total.map(|total| bar(walk.rows_done, total));
    let parts = bar.into_iter().chain(paused).chain(waiting(walk));
    parts.collect::<Vec<_>>().join(", ")
}

/// The share of the list that has been read.
fn bar(done: u64, total: u64) -> String {
    let total = total.max(done).max(1);
    let full = usize::try_from(done * BAR as u64 / total).unwrap_or(BAR);
    format!(
        "[{}{}] {} % of {total} customers",
        "#".repeat(full),
        ".".repeat(BAR - full),
        done * 100 / total,
    )
}

fn print(status: &DirectoryStatus, zone: Zone) {
    lines(status, zone).iter().for_each(print_line);
}

/// The lines of the status, the most important first.
pub(super) fn lines(status: &DirectoryStatus, zone: Zone) -> Vec<String> {
    let mut lines = vec![match &status.generation {
        Some(generation) => content(generation),
        None if status.activity == Activity::Opening => "directory: opening its file".to_owned(),
        None => "directory: empty: callers are not recognised from it yet".to_owned(),
    }];
    lines.extend(status.walk.as_ref().map(|walk| {
        let pages = walk.pages_total.map(|pages| format!(", page {} of {pages}", walk.pages_done));
        format!("walk: {}{}", progress(walk, status.activity), pages.unwrap_or_default())
    }));
    lines.extend(status.last_walk.as_ref().map(|last| format!("last walk: {last}")));
    lines.extend(status.next_walk_in_s.map(|seconds| {
        let at = zone.local_time(wall_clock::now_s() + seconds);
        format!("next walk: {at}, in {}", span(seconds))
    }));
    lines.push(match &status.folder {
        Some(folder) => format!("state folder: {folder}"),
        None => "state folder: none: after a restart the list is read again".to_owned(),
    });
    lines.extend(status.file_problem.as_ref().map(|problem| format!("problem: {problem}")));
    if status.forgotten > 0 {
        lines.push(format!("forgotten numbers: {}", status.forgotten));
    }
    lines.extend(status.joins.iter().flat_map(joins));
    lines
}

fn content(generation: &GenerationStatus) -> String {
    let GenerationStatus { number, age_s, is_whole, customers, numbers, services, bytes } =
        generation;
    let extent = if *is_whole { "whole" } else { "not whole" };
    format!(
        "directory: {customers} customers, {numbers} numbers, {services} services; generation \
         {number}, {extent}, {} old, {:.1} MB",
        span(*age_s),
        *bytes as f64 / 1e6,
    )
}

fn joins(kind: &KindStatus) -> Vec<String> {
    let forbidden = if kind.is_forbidden { "; HubSoft does not permit its table" } else { "" };
    let mut lines = vec![format!("{}: {:.1} % join{forbidden}", kind.kind, kind.percent)];
    if !kind.unjoined.is_empty() {
        let names = kind.unjoined.iter().map(|(name, count)| format!("{name} ({count})"));
        lines.push(format!("  without a join: {}", names.collect::<Vec<_>>().join(", ")));
    }
    lines
}

/// A time span in its largest useful unit.
fn span(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        7_200..=172_799 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_never_exceeds_its_width() {
        for (done, total, shown) in [
            (0, 0, "[..............................] 0 % of 1 customers"),
            (50, 100, "[###############...............] 50 % of 100 customers"),
            (120, 100, "[##############################] 100 % of 120 customers"),
        ] {
            assert_eq!(bar(done, total), shown);
        }
    }

    #[test]
    fn before_the_first_page_no_total_is_shown() {
        let silent = WalkProgress::default();
        assert_eq!(progress(&silent, Activity::Walking), "waiting for HubSoft");
        let failed = WalkProgress { failure: Some("too late".to_owned()), ..silent };
        assert_eq!(progress(&failed, Activity::Walking), "waiting for HubSoft: too late");
        let later = WalkProgress { rows_done: 9, rows_total: Some(9), ..failed };
        let shown = progress(&later, Activity::Walking);
        assert!(shown.ends_with("100 % of 9 customers, waiting for HubSoft: too late"), "{shown}");
    }

    #[test]
    fn a_walk_that_is_due_has_not_ended() {
        let waiting = |seconds| DirectoryStatus {
            activity: Activity::Waiting,
            next_walk_in_s: Some(seconds),
            ..DirectoryStatus::default()
        };
        assert!(has_ended(&waiting(60)) && !has_ended(&waiting(0)));
    }

    #[test]
    fn an_empty_directory_in_memory_is_stated_in_two_lines() {
        let lines = lines(&DirectoryStatus::default(), Zone::default());
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[1].ends_with("after a restart the list is read again"));
    }
}
