//! A state folder and keys of a test's own.

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bina::runtime::secret::Secret;
use bina::runtime::state_folder::StateFolder;
use bina::sources::directory::{
    AgeLimit, DirectoryFiles, DirectoryKeys, SealedFacts, SealedKind, UnusableFile,
};

pub(crate) const NOW: AgeLimit = AgeLimit { now_s: 1_800_000_000, days_max: 14 };
pub(crate) const FACTS: SealedFacts =
    SealedFacts { generation: 7, made_at_s: NOW.now_s - 3_600, rows: 3 };

pub(crate) fn keys_of(secret: &str, base_url: &str) -> DirectoryKeys {
    DirectoryKeys::new(Secret::new(secret.to_owned()), base_url, "7")
}

pub(crate) fn keys() -> DirectoryKeys {
    keys_of("um-segredo-inventado", "https://api.example")
}

/// A folder that is removed at its end.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let name =
            format!("bina-state-{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        Self(std::env::temp_dir().join(name))
    }

    pub(crate) fn open(&self) -> Arc<StateFolder> {
        Arc::new(StateFolder::open(&self.0).expect("a folder"))
    }

    pub(crate) fn files(&self) -> DirectoryFiles {
        DirectoryFiles::new(self.open(), keys())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The names in the folder, but that of the lock.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("a folder");
        let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        let names = entries.map(|entry| name(entry.expect("readable")));
        let mut names: Vec<_> = names.filter(|name| name != "lock").collect();
        names.sort();
        names
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Saves `content` as the directory.
pub(crate) fn save(files: &DirectoryFiles, content: &[u8]) {
    files.save(SealedKind::Directory, FACTS, |to| to.write_all(content)).expect("saved");
}

/// The directory's content, if there is a file.
pub(crate) fn load(files: &DirectoryFiles) -> Result<Option<Vec<u8>>, UnusableFile> {
    let loaded = files.open(SealedKind::Directory, NOW, |_, from| {
        let mut content = Vec::new();
        from.read_to_end(&mut content).map(|_| content)
    });
    loaded.map(|found| found.map(|(_, content)| content))
}

pub(crate) fn read_all(mut from: impl Read) -> std::io::Result<Vec<u8>> {
    let mut content = Vec::new();
    from.read_to_end(&mut content).map(|_| content)
}
