//! Where the directory is kept: its sealed files and the forgotten numbers, or memory only.

use std::borrow::Cow;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tracing::warn;

use crate::runtime::state_folder::{StateError, StateFolder};
use crate::runtime::wall_clock;

use super::content::Content;
use super::files::{AgeLimit, DirectoryFiles, FileFate};
use super::forgotten::Forgotten;
use super::keys::DirectoryKeys;
use super::list::ScopeTables;
use super::packed::{Builder, Generation, PhoneHash};
use super::sealed::{SealedFacts, SealedKind};
use super::walk::WalkHistory;
use super::{Directory, Trace};

/// Maximum bytes of a file's beginning: tables of 200,000 entries take some 20 MB.
const BEGINNING_BYTES_MAX: u32 = 64 << 20;

/// The files of the directory, or memory only.
pub(super) struct Storage {
    pub(super) forgotten: Arc<Forgotten>,
    /// The state folder, if it could be opened.
    pub(super) path: Option<PathBuf>,
    /// None without a state folder, and after the directory was closed. Locked while a file is read or
    /// written.
    files: Mutex<Option<DirectoryFiles>>,
    is_closed: AtomicBool,
    problems: Mutex<FileProblems>,
}

/// What has failed last, each with its remedy, until it succeeds.
#[derive(Default)]
struct FileProblems {
    folder: Option<String>,
    directory: Option<String>,
    walk: Option<String>,
}

impl FileProblems {
    fn of(&mut self, kind: SealedKind) -> &mut Option<String> {
        match kind {
            SealedKind::Directory => &mut self.directory,
            SealedKind::Walk => &mut self.walk,
        }
    }
}

/// What precedes the generation in the directory's file.
#[derive(Deserialize, Serialize)]
pub(super) struct DirectoryBeginning<'a> {
    pub(super) history: WalkHistory,
    pub(super) whole_at_s: Option<u64>,
    pub(super) read_at_s: u64,
    pub(super) tables: Cow<'a, ScopeTables>,
}

/// What precedes the customers in the file of a walk.
#[derive(Deserialize, Serialize)]
pub(super) struct WalkBeginning {
    /// As `Progress::to_json` writes it.
    pub(super) progress: String,
    /// Customers that were left out, because they were forgotten.
    pub(super) left_out: usize,
}

/// Where a directory is kept.
pub enum DirectoryPlace {
    /// In place of one that was closed: in this folder, or in memory only.
    After(ClosedDirectory, Option<PathBuf>),
    /// In a folder that is opened now.
    Folder(PathBuf),
    /// In memory only.
    Memory,
}

/// What a directory leaves to the one after it.
pub struct ClosedDirectory {
    open: Option<(PathBuf, Arc<StateFolder>)>,
    forgotten: Arc<Forgotten>,
}

impl ClosedDirectory {
    /// Frees the folder, though calls in progress may still have the directory.
    pub fn release(self) {
        self.forgotten.detach();
    }
}

impl Storage {
    /// Opens the state folder. Without one, or if it cannot be used, the directory is in memory only,
    /// which is logged.
    pub(super) fn open(place: DirectoryPlace, keys: DirectoryKeys) -> io::Result<Self> {
        let (closed, path) = match place {
            DirectoryPlace::After(closed, path) => (Some(closed), path),
            DirectoryPlace::Folder(path) => (None, Some(path)),
            DirectoryPlace::Memory => (None, None),
        };
        let Some(path) = path else {
            warn!(
                "directory in memory only: there is no state folder (use StateDirectory= of systemd, \
                 or set service.state_folder)"
            );
            return Self::in_memory(closed, FileProblems::default());
        };
        let is_open =
            |closed: &&ClosedDirectory| closed.open.as_ref().is_some_and(|(open, _)| *open == path);
        if let Some(closed) = closed.as_ref().filter(is_open)
            && let Some((path, folder)) = &closed.open
        {
            return Ok(Self::with(Arc::clone(&closed.forgotten), path, folder, keys));
        }
        match StateFolder::shared(&path).and_then(|folder| {
            let forgotten = forgotten(closed.as_ref(), &folder)?;
            Ok(Self::with(forgotten, &path, &folder, keys))
        }) {
            Ok(storage) => Ok(storage),
            Err(problem) => {
                warn!("directory in memory only: {problem}");
                let folder = Some(problem.to_string());
                Self::in_memory(closed, FileProblems { folder, ..FileProblems::default() })
            }
        }
    }

    fn with(
        forgotten: Arc<Forgotten>,
        path: &Path,
        folder: &Arc<StateFolder>,
        keys: DirectoryKeys,
    ) -> Self {
        let files = DirectoryFiles::new(Arc::clone(folder), keys);
        Self {
            forgotten,
            path: Some(path.to_owned()),
            files: Mutex::new(Some(files)),
            is_closed: AtomicBool::default(),
            problems: Mutex::default(),
        }
    }

    fn in_memory(closed: Option<ClosedDirectory>, problems: FileProblems) -> io::Result<Self> {
        let forgotten = match closed {
            Some(closed) => {
                closed.forgotten.detach();
                closed.forgotten
            }
            None => Arc::new(Forgotten::in_memory()?),
        };
        Ok(Self {
            forgotten,
            path: None,
            files: Mutex::default(),
            is_closed: AtomicBool::default(),
            problems: Mutex::new(problems),
        })
    }

    /// The first of the present problems.
    pub(super) fn problem(&self) -> Option<String> {
        let problems = self.problems.lock();
        let all = [&problems.folder, &problems.directory, &problems.walk];
        all.into_iter().flatten().next().cloned().or_else(|| self.forgotten.problem())
    }

    /// Fails if a state folder is configured that cannot be used.
    pub(super) fn usable_folder(&self) -> Result<(), String> {
        self.problems.lock().folder.clone().map_or(Ok(()), Err)
    }

    /// Whether the file of the directory may have what memory has not.
    pub(super) fn is_behind(&self) -> bool {
        self.problems.lock().directory.is_some()
    }

    /// Whether another directory has taken the place of this one.
    pub(super) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }
}

/// The forgotten numbers in a folder. Those of the directory before come along, unless the folder has
/// some of its own, whose hashes have another key.
fn forgotten(
    closed: Option<&ClosedDirectory>,
    folder: &Arc<StateFolder>,
) -> Result<Arc<Forgotten>, StateError> {
    let own = Forgotten::open(Arc::clone(folder))?;
    let Some(closed) = closed.filter(|closed| closed.forgotten.count() > 0) else {
        return Ok(Arc::new(own));
    };
    if own.count() > 0 {
        warn!(
            "forgotten numbers stay in the state folder of before: the new one has others (run `bina \
             forget` again for those of the old one)"
        );
        return Ok(Arc::new(own));
    }
    closed.forgotten.attach(Arc::clone(folder))?;
    Ok(Arc::clone(&closed.forgotten))
}

impl Directory {
    /// Ends all work on the files for good, and returns what the directory after this one needs. Waits
    /// for a file that is being written.
    pub fn close(&self) -> ClosedDirectory {
        let mut files = self.storage.files.lock();
        self.storage.is_closed.store(true, Ordering::Release);
        let folder = files.take().map(|files| files.folder());
        let open = self.storage.path.clone().zip(folder);
        ClosedDirectory { open, forgotten: Arc::clone(&self.storage.forgotten) }
    }

    /// Saves the content. An error is noted for operators, and its text returned.
    pub(super) fn save_content(&self, content: &Content) -> Result<(), String> {
        let generation = &content.generation;
        let facts = SealedFacts {
            generation: generation.facts().number,
            made_at_s: content.currency.read_at_s,
            rows: generation.customers() as u64,
        };
        let beginning = DirectoryBeginning {
            history: self.history.lock().clone(),
            whole_at_s: content.currency.whole_at_s,
            read_at_s: content.currency.read_at_s,
            tables: Cow::Borrowed(&content.tables),
        };
        self.change_file(SealedKind::Directory, |files| {
            files.save(SealedKind::Directory, facts, |to| {
                write_beginning(&beginning, to)?;
                generation.write(to)
            })
        })
    }

    /// Removes the file of `kind`. An error is noted for operators, and its text returned.
    pub(super) fn remove_file(&self, kind: SealedKind) -> Result<(), String> {
        self.change_file(kind, |files| files.remove(kind))
    }

    /// Changes the file of `kind`, if there is a folder. The result is recorded for operators, the log and
    /// the metrics.
    pub(super) fn change_file(
        &self,
        kind: SealedKind,
        change: impl FnOnce(&DirectoryFiles) -> Result<(), StateError>,
    ) -> Result<(), String> {
        let files = self.storage.files.lock();
        let Some(files) = files.as_ref() else { return Ok(()) };
        let problem = change(files).err().map(|error| error.to_string());
        if let Some(problem) = &problem {
            warn!("directory: {problem}");
            self.metrics.save_failures.inc();
        }
        self.storage.problems.lock().of(kind).clone_from(&problem);
        problem.map_or(Ok(()), Err)
    }

    /// Opens the file of `kind`. What cannot be used is reported.
    pub(super) fn open_file<T>(
        &self,
        kind: SealedKind,
        days_max: u64,
        read: impl FnOnce(&mut dyn Read) -> io::Result<T>,
    ) -> Option<T> {
        let files = self.storage.files.lock();
        let age = AgeLimit { now_s: wall_clock::now_s(), days_max };
        match files.as_ref()?.open(kind, age, |_, from| read(from)) {
            Ok(opened) => opened.map(|(_, content)| content),
            Err(unusable) => {
                warn!("directory: {unusable}");
                *self.storage.problems.lock().of(kind) = Some(unusable.to_string());
                None
            }
        }
    }

    /// The files in which a number may be, and whether it is there.
    pub(super) fn traces_on_disk(&self, hash: PhoneHash) -> Vec<Trace> {
        if let Err(problem) = self.storage.usable_folder() {
            return vec![(true, format!("state folder ({problem})"))];
        }
        let files = self.storage.files.lock();
        let Some(files) = files.as_ref() else { return Vec::new() };
        let age = AgeLimit { now_s: wall_clock::now_s(), days_max: u64::MAX };
        let directory = files.open(SealedKind::Directory, age, |_, from| {
            let _: DirectoryBeginning<'_> = read_beginning(from)?;
            Ok(Generation::read(from)?.find(hash).len() > 0)
        });
        let walk = files.open(SealedKind::Walk, age, |_, from| {
            let _: WalkBeginning = read_beginning(from)?;
            Ok(Builder::read(from, self.hasher.clone())?.contains(hash))
        });
        [("directory file", directory), ("file of the walk", walk)]
            .map(|(file, opened)| match opened {
                Ok(opened) => (opened.is_some_and(|(_, is_there)| is_there), file.to_owned()),
                Err(unusable) => {
                    let is_left = !matches!(unusable.fate, FileFate::Removed);
                    (is_left, format!("{file} ({unusable})"))
                }
            })
            .into()
    }
}

/// Writes the beginning of a file: its length, then JSON.
pub(super) fn write_beginning(beginning: &impl Serialize, to: &mut dyn Write) -> io::Result<()> {
    let json = serde_json::to_vec(beginning)?;
    let length = u32::try_from(json.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(&json)
}

/// Reads the beginning of a file.
pub(super) fn read_beginning<T: for<'de> Deserialize<'de>>(from: &mut dyn Read) -> io::Result<T> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length);
    if length > BEGINNING_BYTES_MAX {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut json = Vec::new();
    from.take(length.into()).read_to_end(&mut json)?;
    serde_json::from_slice(&json).map_err(|_| io::ErrorKind::InvalidData.into())
}
