//! Writes the journal: lines of a day are appended to its file; all files are searched and purged.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tracing::{info, warn};

use crate::runtime::metrics::size;
use crate::runtime::state_folder::{StateError, StateFolder};
use crate::sources::directory::PhoneHasher;

use super::cleaning::{CleaningTime, DayCleaning};
use super::days::{self, DAY_S, EntryFate, JournalLimits};
use super::entry::{JournalEntry, JournalFile, write_entry};
use super::key;
use super::metrics::{DropReason, JournalMetrics};

/// Bytes of most lines, so that their text grows in one place.
const LINE_BYTES: usize = 384;

/// The day's file that is appended to.
#[derive(Clone, Copy)]
struct OpenDay {
    day: u64,
    bytes: u64,
}

/// Why calls are not written.
#[derive(Debug, thiserror::Error)]
enum WriteError {
    #[error(
        "`{}` has the calls of another day, which are not old (the clock of this machine may be wrong: set it)",
        .0.display()
    )]
    Occupied(PathBuf),
    #[error(transparent)]
    State(#[from] StateError),
}

/// Where the journal is written.
pub(super) struct JournalDisk {
    path: Option<PathBuf>,
    /// None in memory, and while the folder cannot be opened.
    folder: Option<Arc<StateFolder>>,
    /// Whether the folder's key has been read.
    has_key: bool,
    today: Option<OpenDay>,
    cleaning: DayCleaning,
    limits: JournalLimits,
    /// Why nothing is written.
    problem: Option<String>,
}

impl JournalDisk {
    /// A journal in the folder at `path`; without one, nothing is written.
    pub(super) fn at(path: Option<&Path>) -> Self {
        let remedy = "use StateDirectory= of systemd, or set service.state_folder";
        let missing = || format!("there is no state folder ({remedy})");
        Self {
            path: path.map(Path::to_owned),
            folder: None,
            has_key: false,
            today: None,
            cleaning: DayCleaning::default(),
            limits: JournalLimits::default(),
            problem: if path.is_none() { Some(missing()) } else { None },
        }
    }

    pub(super) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Opens the folder, unless it is open; none without a path.
    fn folder(&mut self) -> Result<Option<Arc<StateFolder>>, StateError> {
        let Some(path) = &self.path else { return Ok(None) };
        if self.folder.is_none() {
            self.folder = Some(StateFolder::shared(path)?);
        }
        Ok(self.folder.clone())
    }

    /// Reads the folder's key until it has been read; returns it when it is.
    pub(super) fn read_key(&mut self) -> Result<Option<PhoneHasher>, StateError> {
        if self.has_key {
            return Ok(None);
        }
        let Some(folder) = self.folder()? else { return Ok(None) };
        let hasher = key::hasher(&folder)?;
        self.has_key = true;
        Ok(Some(hasher))
    }

    /// Why nothing is written, if nothing is.
    pub(super) fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Appends entries of one span of time, and removes old days. `key` says why the folder's key cannot
    /// be read: what is written without it would be found by nobody.
    pub(super) fn write(
        &mut self,
        entries: &[JournalEntry<'_>],
        key: Result<(), StateError>,
        time: CleaningTime,
        metrics: &JournalMetrics,
    ) {
        match self.try_write(entries, key, time, metrics) {
            Ok(()) => {
                if self.path.is_some() && self.problem.take().is_some() {
                    info!("the journal is written again");
                }
            }
            Err(error) => self.failed(&error, entries.len(), metrics),
        }
    }

    /// A call never waits for the disk, so what cannot be written is lost.
    fn failed(&mut self, error: &impl Display, lost: usize, metrics: &JournalMetrics) {
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
        entries: &[JournalEntry<'_>],
        key: Result<(), StateError>,
        time: CleaningTime,
        metrics: &JournalMetrics,
    ) -> Result<(), WriteError> {
        let Some(folder) = self.folder()? else { return Ok(()) };
        self.cleaning.clean(&folder, time, self.limits, metrics)?;
        key?;
        if entries.is_empty() {
            return Ok(());
        }
        let day = time.now_s / DAY_S;
        let mut today = self.open_day(&folder, day, metrics)?;
        let mut text = Vec::with_capacity(entries.len() * LINE_BYTES);
        let mut written = 0;
        for entry in entries {
            let begin = text.len();
            write_entry(entry, &mut text);
            let is_told = entry.key.is_some();
            let bytes_max = if is_told { self.limits.day } else { self.limits.day_of_all };
            if today.bytes + text.len() as u64 > bytes_max {
                text.truncate(begin);
                metrics.dropped.count(DropReason::Day);
            } else {
                written += 1;
            }
        }
        if !text.is_empty() {
            folder.append(&days::file_of(day), &text)?;
        }
        today.bytes += text.len() as u64;
        self.today = Some(today);
        metrics.written.inc_by(written);
        metrics.bytes.inc_by(size(text.len()));
        Ok(())
    }

    /// The file of a day, begun if it is not there.
    fn open_day(
        &self,
        folder: &StateFolder,
        day: u64,
        metrics: &JournalMetrics,
    ) -> Result<OpenDay, WriteError> {
        if let Some(today) = self.today.filter(|today| today.day == day) {
            return Ok(today);
        }
        let file = days::file_of(day);
        let bytes = match days::at(folder, file)? {
            Some(at) if at.day == Some(day) => at.bytes,
            // Old days have been removed.
            Some(_) => return Err(WriteError::Occupied(folder.path_of(&file))),
            None => {
                let bytes = days::begin(folder, day)?;
                metrics.bytes.inc_by(i64::try_from(bytes).unwrap_or_default());
                bytes
            }
        };
        Ok(OpenDay { day, bytes })
    }

    /// Does `work` for each entry of all files. Returns what is wrong with those that cannot be read.
    pub(super) fn each_entry(
        &mut self,
        mut work: impl FnMut(JournalEntry<'static>),
    ) -> Vec<StateError> {
        self.each_file(|folder, at| {
            let bytes = folder.read(&at.file)?.unwrap_or_default();
            JournalFile::read(&bytes).entries.into_iter().for_each(&mut work);
            Ok(())
        })
    }

    /// Removes entries from all files. Returns how many, and what is wrong with the files where they are
    /// left.
    pub(super) fn purge(
        &mut self,
        is_gone: impl Fn(&JournalEntry<'_>) -> bool,
    ) -> (usize, Vec<StateError>) {
        self.today = None;
        let mut removed = 0;
        let fate = |entry: &mut JournalEntry<'_>| {
            if is_gone(entry) { EntryFate::Gone } else { EntryFate::Kept }
        };
        let problems = self.each_file(|folder, at| {
            removed += days::rewrite(folder, at, fate)?;
            Ok(())
        });
        (removed, problems)
    }

    fn each_file(
        &mut self,
        mut work: impl FnMut(&StateFolder, &days::DayFile) -> Result<(), StateError>,
    ) -> Vec<StateError> {
        let folder = match self.folder() {
            Ok(Some(folder)) => folder,
            Ok(None) => return Vec::new(),
            Err(error) => return vec![error],
        };
        let files = days::files(&folder).into_iter();
        files.filter_map(|at| at.and_then(|at| work(&folder, &at)).err()).collect()
    }

    /// Has the old days removed with the next writing.
    pub(super) fn clean_again(&mut self) {
        self.cleaning.repeat();
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Instant;

    use super::super::entry::write_day;
    use super::*;

    const FIRST_DAY: u64 = 20_787;

    fn call(is_told: bool) -> JournalEntry<'static> {
        let status = "found".into();
        JournalEntry {
            at_s: 1_000_000_000,
            status,
            key: is_told.then_some(7),
            ..Default::default()
        }
    }

    /// Bytes of a call as it is written.
    fn length(is_told: bool) -> u64 {
        let mut text = Vec::new();
        write_entry(&call(is_told), &mut text);
        text.len() as u64
    }

    /// Bytes of a file without a call.
    fn head() -> u64 {
        let mut text = Vec::new();
        write_day(FIRST_DAY, &mut text);
        text.len() as u64
    }

    struct LimitedDisk {
        path: PathBuf,
        disk: JournalDisk,
        metrics: JournalMetrics,
    }

    impl Drop for LimitedDisk {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.path);
        }
    }

    impl LimitedDisk {
        fn new(name: &str, limits: JournalLimits) -> Self {
            let name = format!("bina-journal-disk-{name}-{}", std::process::id());
            let path = std::env::temp_dir().join(name);
            let _ = fs::remove_dir_all(&path);
            let mut disk = JournalDisk::at(Some(&path));
            disk.limits = limits;
            Self { path, disk, metrics: JournalMetrics::default() }
        }

        fn write(&mut self, day: u64, entries: &[JournalEntry<'_>]) {
            let now_s = (FIRST_DAY + day) * DAY_S;
            let time = CleaningTime { now: Instant::now(), now_s, kept_days: 30 };
            self.disk.write(entries, Ok(()), time, &self.metrics);
            assert_eq!(self.disk.problem(), None);
        }

        /// The bytes of all days, by name.
        fn bytes(&self) -> Vec<u64> {
            let files = (0..400)
                .filter_map(|slot| fs::metadata(self.path.join(format!("journal.{slot:03}"))).ok());
            files.map(|about| about.len()).collect()
        }

        fn dropped(&self, reason: DropReason) -> u64 {
            self.metrics.dropped.of(reason).get()
        }
    }

    #[test]
    fn a_day_is_as_long_as_it_may_be_and_what_was_told_has_its_last_part() {
        let limits = JournalLimits { day: 1_000, day_of_all: 600, all: 100_000 };
        let mut limited = LimitedDisk::new("day", limits);
        for _ in 0..3 {
            limited.write(0, &vec![call(false); 5]);
        }
        let silent = (600 - head()) / length(false);
        assert_eq!(limited.bytes(), [head() + silent * length(false)]);
        assert_eq!(limited.dropped(DropReason::Day), 15 - silent);
        let told = (1_000 - limited.bytes()[0]) / length(true);
        limited.write(0, &vec![call(true); 9]);
        assert_eq!(limited.dropped(DropReason::Day), 15 - silent + 9 - told);
        assert!(told > 0 && limited.bytes()[0] <= 1_000);
        // The next day has its own bytes, and a restart goes on where the file ends.
        limited.write(1, &[call(false)]);
        limited.disk.today = None;
        limited.write(1, &[call(false)]);
        assert_eq!(limited.bytes()[1], head() + 2 * length(false));
    }

    #[test]
    fn all_days_are_as_long_as_they_may_be_and_the_oldest_make_room() {
        let limits = JournalLimits { day: 1_000, day_of_all: 1_000, all: 5_000 };
        let mut limited = LimitedDisk::new("all", limits);
        let calls = (1_000 - head()) / length(false);
        for day in 0..20 {
            limited.write(day, &vec![call(false); 20]);
            let bytes = limited.bytes();
            assert!(bytes.iter().sum::<u64>() <= 5_000, "day {day}: {bytes:?}");
            assert_eq!(bytes.len(), (day as usize + 1).min(5));
        }
        assert_eq!(limited.dropped(DropReason::Space), 15 * calls);
        let bytes = limited.bytes().iter().sum::<u64>();
        assert_eq!(u64::try_from(limited.metrics.bytes.get()), Ok(bytes));
    }
}
