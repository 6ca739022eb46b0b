//! Keeps recordings over a restart, if `speech.folder` is set: for engines that are slow or cost money.
//!
//! A file is named by its key and by the hash of its audio, so that one that is not whole is noticed.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::task::spawn_blocking;
use tokio::time::Instant;
use tracing::warn;

use crate::runtime::state_folder::{FolderProblem, PrivateFolder};

use super::recordings::KEPT;
use super::render_key::{AudioHash, RenderKey};

/// Longest recording: two minutes of 16 kB a second.
const RECORDING_BYTES_MAX: u64 = 2 << 20;
/// So many files are looked at; a day of alerts leaves some dozens.
const FILES_MAX: usize = 10_000;
const ENDING: &str = ".wav";

/// The folder of the recordings, used on threads that may wait for a disk.
#[derive(Clone, Default)]
pub(super) struct SpeechFolder(Arc<Mutex<FolderWork>>);

#[derive(Default)]
struct FolderWork {
    open: Option<OpenRecordings>,
    /// What has been reported, and is not reported again.
    problem: Option<FolderProblem>,
}

/// The folder with what is in it.
struct OpenRecordings {
    path: PathBuf,
    folder: PrivateFolder,
    files: HashMap<RenderKey, AudioHash>,
    /// What an earlier run has left, and no alert has asked for yet.
    left: HashSet<RenderKey>,
    opened: Instant,
}

impl SpeechFolder {
    /// Opens the folder at `path`, unless it is open, and removes recordings: those that are `dropped`, and
    /// an hour after the start what nobody has asked for since.
    pub(super) async fn tend(
        &self,
        path: PathBuf,
        dropped: Vec<RenderKey>,
        kept: HashSet<RenderKey>,
        now: Instant,
    ) {
        self.run(move |work| work.tend(&path, &dropped, &kept, now)).await;
    }

    /// The recordings of an earlier run that have one of `keys` and are whole.
    pub(super) async fn read(&self, keys: Vec<RenderKey>) -> Vec<(RenderKey, Vec<u8>)> {
        let read = move |work: &mut FolderWork| {
            let open = work.open.as_mut()?;
            let found = keys.into_iter().filter_map(|key| Some((key.clone(), open.read(&key)?)));
            Some(found.collect())
        };
        self.run(read).await.flatten().unwrap_or_default()
    }

    /// Writes a recording, whole or not at all.
    pub(super) async fn save(&self, key: RenderKey, wav: Vec<u8>) {
        self.run(move |work| {
            if let Some(open) = &mut work.open {
                let saved = open.save(key, &wav);
                work.report(saved.err());
            }
        })
        .await;
    }

    async fn run<T: Send + 'static>(
        &self,
        done: impl FnOnce(&mut FolderWork) -> T + Send + 'static,
    ) -> Option<T> {
        let work = Arc::clone(&self.0);
        spawn_blocking(move || done(&mut work.lock())).await.ok()
    }
}

impl FolderWork {
    fn tend(
        &mut self,
        path: &Path,
        dropped: &[RenderKey],
        kept: &HashSet<RenderKey>,
        now: Instant,
    ) {
        if self.open.as_ref().is_none_or(|open| open.path != path) {
            let opened = OpenRecordings::at(path, now);
            self.open = opened.map_err(|problem| self.report(Some(problem))).ok();
        }
        if let Some(open) = &mut self.open {
            dropped.iter().for_each(|key| open.remove(key));
            open.remove_left(kept, now);
        }
    }

    fn report(&mut self, problem: Option<FolderProblem>) {
        if let Some(problem) = problem.as_ref().filter(|_| problem != self.problem) {
            warn!("speech.folder: {problem}; recordings are kept in memory");
        }
        self.problem = problem;
    }
}

impl OpenRecordings {
    fn at(path: &Path, now: Instant) -> Result<Self, FolderProblem> {
        let folder = PrivateFolder::open(path)?;
        let names = folder.names(FILES_MAX)?;
        let is_ours = |name: &str| parts(name).is_some();
        names.iter().for_each(|name| folder.remove_unfinished(name, is_ours));
        let files: HashMap<_, _> = names.iter().filter_map(|name| parts(name)).collect();
        let left = files.keys().cloned().collect();
        Ok(Self { path: path.to_owned(), folder, files, left, opened: now })
    }

    fn read(&mut self, key: &RenderKey) -> Option<Vec<u8>> {
        self.left.remove(key);
        let audio = self.files.get(key)?;
        let bytes = self.folder.read(&name(key, audio), RECORDING_BYTES_MAX);
        let whole = bytes.ok().filter(|bytes| AudioHash::of(bytes) == *audio);
        if whole.is_none() {
            self.remove(key);
        }
        whole
    }

    fn save(&mut self, key: RenderKey, wav: &[u8]) -> Result<(), FolderProblem> {
        self.remove(&key);
        let audio = AudioHash::of(wav);
        self.folder.replace(&name(&key, &audio), wav, RECORDING_BYTES_MAX)?;
        self.files.insert(key, audio);
        Ok(())
    }

    fn remove(&mut self, key: &RenderKey) {
        if let Some(audio) = self.files.remove(key) {
            self.folder.remove(&name(key, &audio));
        }
    }

    fn remove_left(&mut self, kept: &HashSet<RenderKey>, now: Instant) {
        if now.duration_since(self.opened) < KEPT {
            return;
        }
        for key in std::mem::take(&mut self.left) {
            if !kept.contains(&key) {
                self.remove(&key);
            }
        }
    }
}

/// `KEY.AUDIO.wav`.
fn name(key: &RenderKey, audio: &AudioHash) -> String {
    format!("{}.{}{ENDING}", key.as_str(), audio.as_str())
}

/// What a file's name says; none for files that are not bina's.
fn parts(name: &str) -> Option<(RenderKey, AudioHash)> {
    let (key, audio) = name.strip_suffix(ENDING)?.split_once('.')?;
    Some((RenderKey::parse(key)?, AudioHash::parse(audio)?))
}
