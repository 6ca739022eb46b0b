//! Writes the journal: lines of a day are appended to its file, old days are removed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tracing::{info, warn};

use crate::runtime::metrics::{Gauge, size};
use crate::runtime::state_folder::{StateError, StateFolder};

use super::days::{self, BYTES_MAX, DAY_BYTES_ALL, DAY_BYTES_MAX, DAY_S, DayFile};
use super::entry::{JournalEntry, write_entry};
use super::metrics::{DropReason, JournalMetrics};

/// The day's file that is appended to.
#[derive(Clone, Copy)]
struct OpenDay {
    day: u64,
    bytes: u64,
}

/// Where the journal is written.
pub(super) struct JournalDisk {
    path: Option<PathBuf>,
    /// None in memory, and while the folder cannot be opened.
    folder: Option<Arc<StateFolder>>,
    today: Option<OpenDay>,
    /// The day on which old days were last removed.
    cleaned: Option<u64>,
    /// Why nothing is written.
    problem: Option<String>,
}

impl JournalDisk {
    /// A journal in the folder at `path`; without one, nothing is written.
    pub(super) fn at(path: Option<&Path>) -> Self {
        let path = path.map(Path::to_owned);
        let mut disk = Self { path, folder: None, today: None, cleaned: None, problem: None };
        if disk.path.is_none() {
            let remedy = "use StateDirectory= of systemd, or set service.state_folder";
            disk.problem = Some(format!("there is no state folder ({remedy})"));
        }
        disk
    }

    pub(super) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Opens the folder, unless it is open; none without a path.
    pub(super) fn folder(&mut self) -> Result<Option<Arc<StateFolder>>, StateError> {
        let Some(path) = &self.path else { return Ok(None) };
        if self.folder.is_none() {
            self.folder = Some(StateFolder::shared(path)?);
        }
        Ok(self.folder.clone())
    }

    /// Why nothing is written, if nothing is.
    pub(super) fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Appends entries of one span of time, and removes days older than `kept_days`.
    pub(super) fn write(
        &mut self,
        entries: &[JournalEntry],
        (now_s, kept_days): (u64, u64),
        metrics: &JournalMetrics,
    ) {
        match self.try_write(entries, (now_s, kept_days), metrics) {
            Ok(()) => {
                if self.path.is_some() && self.problem.take().is_some() {
                    info!("the journal is written again");
                }
            }
            Err(error) => self.failed(&error, entries.len(), metrics),
        }
    }

    /// A call never waits for the disk, so what cannot be written is lost.
    fn failed(&mut self, error: &StateError, lost: usize, metrics: &JournalMetrics) {
        metrics.dropped.of(DropReason::Disk).inc_by(lost as u64);
        self.today = None;
        let text = format!("calls are not written to the journal: {error}");
        if self.problem.as_deref() != Some(&*text) {
            warn!("{text}");
            self.problem = Some(text);
        }
    }

    fn try_write(
        &mut self,
        entries: &[JournalEntry],
        (now_s, kept_days): (u64, u64),
        metrics: &JournalMetrics,
    ) -> Result<(), StateError> {
        let Some(folder) = self.folder()? else { return Ok(()) };
        let day = now_s / DAY_S;
        if self.cleaned != Some(day) {
            remove_old(&folder, day, kept_days, metrics)?;
            self.cleaned = Some(day);
        }
        if entries.is_empty() {
            return Ok(());
        }
        let mut today = self.open_day(&folder, day, metrics)?;
        let mut text = String::new();
        let mut written = 0;
        for entry in entries {
            let begin = text.len();
            write_entry(entry, &mut text);
            let bytes_max = if entry.key.is_some() { DAY_BYTES_MAX } else { DAY_BYTES_ALL };
            if today.bytes + text.len() as u64 > bytes_max {
                text.truncate(begin);
                metrics.dropped.count(DropReason::Day);
            } else {
                written += 1;
            }
        }
        if !text.is_empty() {
            folder.append(&days::file_of(day), text.as_bytes())?;
        }
        today.bytes += text.len() as u64;
        self.today = Some(today);
        metrics.written.inc_by(written);
        metrics.bytes.inc_by(size(text.len()));
        Ok(())
    }

    /// The file of a day, begun if it is not there or another day's.
    fn open_day(
        &self,
        folder: &StateFolder,
        day: u64,
        metrics: &JournalMetrics,
    ) -> Result<OpenDay, StateError> {
        if let Some(today) = self.today.filter(|today| today.day == day) {
            return Ok(today);
        }
        let all = days::files(folder)?;
        set_bytes(&metrics.bytes, &all);
        let known = all.iter().find(|at| at.day == Some(day));
        let bytes = match known {
            Some(at) => at.bytes,
            None => {
                let bytes = days::begin(folder, day)?;
                metrics.bytes.inc_by(i64::try_from(bytes).unwrap_or_default());
                bytes
            }
        };
        Ok(OpenDay { day, bytes })
    }

    /// Removes entries from all files; returns how many.
    pub(super) fn purge(
        &mut self,
        is_gone: impl Fn(&JournalEntry) -> bool,
    ) -> Result<usize, StateError> {
        let Some(folder) = self.folder()? else { return Ok(0) };
        self.today = None;
        let mut removed = 0;
        for at in days::files(&folder)? {
            removed += days::purge(&folder, &at, &is_gone)?;
        }
        Ok(removed)
    }

    /// Has the old days removed with the next writing.
    pub(super) fn clean_again(&mut self) {
        self.cleaned = None;
    }
}

/// Removes days that are older than the journal is kept, that have not come yet or that no file states,
/// and the oldest ones beyond the limit of all files.
fn remove_old(
    folder: &StateFolder,
    today: u64,
    kept_days: u64,
    metrics: &JournalMetrics,
) -> Result<(), StateError> {
    let is_kept = |day: u64| day + kept_days >= today && day <= today + 1;
    let (mut kept, old): (Vec<_>, Vec<_>) =
        days::files(folder)?.into_iter().partition(|at| at.day.is_some_and(is_kept));
    for at in old {
        folder.remove(&at.file)?;
    }
    kept.sort_by_key(|at| at.day);
    let mut bytes: u64 = kept.iter().map(|at| at.bytes).sum();
    let mut oldest = 0;
    while bytes > BYTES_MAX {
        let at = kept[oldest];
        let lines = folder.read(&at.file)?.unwrap_or_default();
        let lines = lines.iter().filter(|byte| **byte == b'\n').count() as u64 / 2;
        folder.remove(&at.file)?;
        warn!("a day of the journal was removed: all days together exceed {} MiB", BYTES_MAX >> 20);
        metrics.dropped.of(DropReason::Space).inc_by(lines);
        bytes -= at.bytes;
        oldest += 1;
    }
    set_bytes(&metrics.bytes, &kept[oldest..]);
    Ok(())
}

fn set_bytes(gauge: &Gauge, files: &[DayFile]) {
    let bytes: u64 = files.iter().map(|at| at.bytes).sum();
    gauge.set(i64::try_from(bytes).unwrap_or(i64::MAX));
}
