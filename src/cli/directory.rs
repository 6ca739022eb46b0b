//! `bina directory`: shows the directory of the running service, starts a walk, clears it.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::anyhow;
use tokio::time::sleep;

use crate::app::config::Config;
use crate::sources::directory::{
    Activity, DirectoryStatus, GenerationStatus, KindStatus, WalkProgress,
};

use super::operation::Operation;
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
    let config = Config::load(path)?;
    let service = Operation::of(&config, INSTEAD)?;
    match task {
        DirectoryTask::Status if form == StatusForm::Json => {
            print_line(service.get("/v1/directory").await?.trim_end());
        }
        DirectoryTask::Status => print(&status(&service).await?),
        DirectoryTask::Walk => {
            print_line(service.post("/v1/directory/walk", "").await?.trim_end());
            follow(&service).await?;
        }
        DirectoryTask::Clear => {
            print_line(service.post("/v1/directory/clear", "").await?.trim_end());
        }
    }
    Ok(())
}

/// Requests the status; an answer of another version is an error.
pub(super) async fn status(service: &Operation) -> Result<DirectoryStatus, Failed> {
    let body = service.get("/v1/directory").await?;
    serde_json::from_str(&body).map_err(|error| {
        let text = "cannot read the answer of the service";
        Failed::Runtime(anyhow!("{text} ({error}): restart it after an upgrade of bina"))
    })
}

/// Shows the progress until the walk has ended, as a bar on a terminal.
async fn follow(service: &Operation) -> Result<(), Failed> {
    let is_terminal = io::stderr().is_terminal();
    loop {
        sleep(REFRESH).await;
        let status = status(service).await?;
        if matches!(status.activity, Activity::Waiting) {
            if is_terminal {
                let _ = write!(io::stderr(), "\r{:78}\r", "");
            }
            print(&status);
            return Ok(());
        }
        if is_terminal && let Some(walk) = &status.walk {
            let _ = write!(io::stderr(), "\r{:78}", bar(walk, status.activity));
        }
    }
}

/// One line with the share of the list that has been read.
fn bar(walk: &WalkProgress, activity: Activity) -> String {
    let total = walk.rows_total.unwrap_or_default().max(walk.rows_done).max(1);
    let full = usize::try_from(walk.rows_done * BAR as u64 / total).unwrap_or(BAR);
    let paused = if activity == Activity::Paused { ", paused: calls wait for HubSoft" } else { "" };
    format!(
        "[{}{}] {} % of {total} customers{paused}",
        "#".repeat(full),
        ".".repeat(BAR - full),
        walk.rows_done * 100 / total,
    )
}

fn print(status: &DirectoryStatus) {
    lines(status).iter().for_each(print_line);
}

/// The lines of the status, the most important first.
pub(super) fn lines(status: &DirectoryStatus) -> Vec<String> {
    let mut lines = vec![match &status.generation {
        Some(generation) => content(generation),
        None if status.activity == Activity::Opening => "directory: opening its file".to_owned(),
        None => "directory: empty: callers are not recognised from it yet".to_owned(),
    }];
    lines.extend(status.walk.as_ref().map(|walk| {
        let pages = walk.pages_total.map(|pages| format!(" of {pages}")).unwrap_or_default();
        format!("walk: {}, page {}{pages}", bar(walk, status.activity), walk.pages_done)
    }));
    lines.extend(status.last_walk.as_ref().map(|last| format!("last walk: {last}")));
    lines.extend(status.next_walk_in_s.map(|seconds| format!("next walk: in {}", span(seconds))));
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
    let mut lines = vec![format!("{}: {:.1} % join", kind.kind, kind.percent)];
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
            (0, None, "[..............................] 0 % of 1 customers"),
            (50, Some(100), "[###############...............] 50 % of 100 customers"),
            (120, Some(100), "[##############################] 100 % of 120 customers"),
        ] {
            let walk = WalkProgress { rows_done: done, rows_total: total, ..Default::default() };
            assert_eq!(bar(&walk, Activity::Walking), shown);
        }
    }

    #[test]
    fn an_empty_directory_in_memory_is_stated_in_two_lines() {
        let lines = lines(&DirectoryStatus::default());
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[1].ends_with("after a restart the list is read again"));
    }
}
