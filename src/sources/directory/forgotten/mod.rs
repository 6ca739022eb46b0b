//! The numbers that must not be learnt again: a tombstone for each, which outlives walks and secrets.
//!
//! The file holds hashes by a random key of its own, so that it needs none of HubSoft's secrets. `insert`
//! and `remove` block until the disk has the change; `contains` only looks into memory.

mod lines;

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use tracing::{error, warn};

use crate::domain::phone::Phone;
use crate::runtime::state_folder::{StateError, StateFile, StateFolder};

pub use self::lines::ForgottenFile;

use self::lines::{KEY_BYTES, write_gone, write_key};

/// Most tombstones: a century of three a day.
pub const FORGOTTEN_MAX: usize = 100_000;
/// Four times what the lines of so many take.
const FILE: StateFile = StateFile { name: "forgotten", bytes_max: 32 << 20 };
/// The first file that was damaged, until an operator removes it.
const DAMAGED: StateFile = StateFile { name: "forgotten.damaged", ..FILE };

/// The forgotten numbers.
pub struct Forgotten {
    key: hmac::Key,
    /// By hash: when the number was forgotten, in seconds since the epoch.
    gone: RwLock<HashMap<u128, u64>>,
    /// None in memory only.
    disk: Mutex<Option<ForgottenDisk>>,
    key_bytes: [u8; KEY_BYTES],
    /// Where a damaged file is kept, if one was found.
    damaged_path: Option<PathBuf>,
}

/// The file, which one thread at a time writes.
struct ForgottenDisk {
    folder: Arc<StateFolder>,
    /// Whether the file ends with a whole line and has all that memory has.
    is_current: bool,
}

impl Forgotten {
    /// Reads the file. Damaged lines are reported, and lost; a copy of the file is kept.
    pub fn open(folder: Arc<StateFolder>) -> Result<Self, StateError> {
        let bytes = folder.read(&FILE)?;
        let file = ForgottenFile::read(bytes.as_deref().unwrap_or_default());
        let has_lost = file.damaged > 0 || (bytes.is_some() && file.key.is_none());
        if has_lost {
            keep_damaged(&folder, bytes.as_deref().unwrap_or_default())?;
            report(&folder, &file);
        }
        let damaged_path = folder.path_of(&DAMAGED);
        let damaged_path = damaged_path.exists().then_some(damaged_path);
        let is_current = file.key.is_some() && file.damaged == 0;
        // Without their key the hashes mean nothing.
        let (key, mut gone) = match file.key {
            Some(key) => (key, file.gone.into_iter().collect()),
            None => (random_key(&folder)?, HashMap::new()),
        };
        limit(&mut gone);
        let forgotten = Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &key),
            gone: RwLock::new(gone),
            disk: Mutex::new(Some(ForgottenDisk { folder, is_current })),
            key_bytes: key,
            damaged_path,
        };
        if has_lost {
            forgotten.repair();
        }
        Ok(forgotten)
    }

    /// Without a state folder: they are forgotten until the process ends.
    pub fn in_memory() -> io::Result<Self> {
        let mut key = [0; KEY_BYTES];
        fill_random(&mut key)?;
        Ok(Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &key),
            gone: RwLock::default(),
            disk: Mutex::default(),
            key_bytes: key,
            damaged_path: None,
        })
    }

    /// What an operator has to do about a file that was damaged.
    pub fn problem(&self) -> Option<String> {
        let path = self.damaged_path.as_ref().filter(|path| path.exists())?.display();
        Some(format!(
            "the file of forgotten numbers was damaged and is kept as `{path}`: stop bina and restore \
             `forgotten` from a backup, or run `bina forget` again for its numbers; then remove `{path}`"
        ))
    }

    /// Keeps the numbers in another folder from now on, whose file they replace.
    pub fn attach(&self, folder: Arc<StateFolder>) -> Result<(), StateError> {
        let mut disk = self.disk.lock();
        let disk = disk.insert(ForgottenDisk { folder, is_current: false });
        self.rewrite(disk)
    }

    /// Leaves the folder: further changes are in memory only.
    pub fn detach(&self) {
        *self.disk.lock() = None;
    }

    /// Whether the number was forgotten.
    pub fn contains(&self, phone: &Phone) -> bool {
        let gone = self.gone.read();
        // Most tenants have none, and the hash is what takes the time.
        !gone.is_empty() && gone.contains_key(&self.hash(phone))
    }

    /// Forgets a number from now on; `at_s` is the time, in seconds since the epoch.
    ///
    /// After an error it is forgotten, too, but may be known again after a restart.
    pub fn insert(&self, phone: &Phone, at_s: u64) -> Result<(), StateError> {
        let hash = self.hash(phone);
        let mut disk = self.disk.lock();
        let dropped = {
            let mut gone = self.gone.write();
            gone.insert(hash, at_s);
            limit(&mut gone)
        };
        let Some(disk) = disk.as_mut() else { return Ok(()) };
        if dropped > 0 || !disk.is_current {
            return self.rewrite(disk);
        }
        let mut line = String::new();
        write_gone(hash, at_s, &mut line);
        disk.is_current = false;
        disk.folder.append(&FILE, line.as_bytes())?;
        disk.is_current = true;
        Ok(())
    }

    /// Lets a number be known again; returns whether it was forgotten.
    pub fn remove(&self, phone: &Phone) -> Result<bool, StateError> {
        let hash = self.hash(phone);
        let mut disk = self.disk.lock();
        let was_forgotten = self.gone.write().remove(&hash).is_some();
        match disk.as_mut() {
            // Also where only the file may have it, because an attempt before this one failed.
            Some(disk) if was_forgotten || !disk.is_current => self.rewrite(disk)?,
            _ => {}
        }
        Ok(was_forgotten)
    }

    /// Lets all numbers be known again; returns how many there were.
    pub fn clear(&self) -> Result<usize, StateError> {
        let mut disk = self.disk.lock();
        let count = std::mem::take(&mut *self.gone.write()).len();
        if let Some(disk) = disk.as_mut() {
            self.rewrite(disk)?;
        }
        Ok(count)
    }

    /// How many numbers are forgotten.
    pub fn count(&self) -> usize {
        self.gone.read().len()
    }

    /// Writes the file without its damaged lines, so that they are reported once.
    fn repair(&self) {
        let mut disk = self.disk.lock();
        let written = disk.as_mut().map_or(Ok(()), |disk| self.rewrite(disk));
        if let Err(error) = written {
            warn!("damaged lines stay in the file of forgotten numbers: {error}");
        }
    }

    fn rewrite(&self, disk: &mut ForgottenDisk) -> Result<(), StateError> {
        let mut text = String::new();
        write_key(&self.key_bytes, &mut text);
        for (hash, at_s) in self.gone.read().iter() {
            write_gone(*hash, *at_s, &mut text);
        }
        disk.is_current = false;
        disk.folder.replace(&FILE, |to| to.write_all(text.as_bytes()))?;
        disk.is_current = true;
        Ok(())
    }

    fn hash(&self, phone: &Phone) -> u128 {
        let tag = hmac::sign(&self.key, phone.reveal().as_bytes());
        tag.as_ref().iter().take(16).fold(0, |hash, byte| hash << 8 | u128::from(*byte))
    }
}

impl fmt::Debug for Forgotten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Forgotten({} numbers, masked)", self.count())
    }
}

/// Drops the oldest beyond the limit; returns how many.
fn limit(gone: &mut HashMap<u128, u64>) -> usize {
    let excess = gone.len().saturating_sub(FORGOTTEN_MAX);
    if excess == 0 {
        return 0;
    }
    let mut by_age: Vec<_> = gone.iter().map(|(hash, at_s)| (*at_s, *hash)).collect();
    by_age.select_nth_unstable(excess - 1);
    for (_, hash) in &by_age[..excess] {
        gone.remove(hash);
    }
    warn!(
        dropped = excess,
        "oldest forgotten numbers dropped: more than {FORGOTTEN_MAX} (they may be learnt again)"
    );
    excess
}

/// Keeps a copy of a damaged file, unless an earlier one is there.
fn keep_damaged(folder: &StateFolder, bytes: &[u8]) -> Result<(), StateError> {
    if folder.path_of(&DAMAGED).exists() {
        return Ok(());
    }
    folder.replace(&DAMAGED, |to| to.write_all(bytes))
}

fn report(folder: &StateFolder, file: &ForgottenFile) {
    let ForgottenFile { damaged: lines, damaged_bytes: bytes, .. } = *file;
    let path = folder.path_of(&FILE);
    let path = path.display();
    let kept = DAMAGED.name;
    if file.key.is_some() {
        error!(
            lost = lines,
            bytes,
            "forgotten numbers lost: lines of `{path}` are damaged; it is kept as `{kept}` (restore it from a \
             backup, or run `bina forget` again for the latest ones)"
        );
        return;
    }
    error!(
        lost = "unknown",
        lines = lines + file.gone.len(),
        unreadable_bytes = bytes,
        "forgotten numbers lost: `{path}` has no readable key; it is kept as `{kept}` (restore it from a \
         backup, or run `bina forget` again for each)"
    );
}

fn random_key(folder: &StateFolder) -> Result<[u8; KEY_BYTES], StateError> {
    let mut key = [0; KEY_BYTES];
    let path = folder.path_of(&FILE);
    let filled = fill_random(&mut key);
    filled.map_err(|source| StateError::File { action: "make a key for", path, source })?;
    Ok(key)
}

fn fill_random(key: &mut [u8; KEY_BYTES]) -> io::Result<()> {
    let filled = SystemRandom::new().fill(key);
    filled.map_err(|_| io::Error::other("the system has no random numbers"))
}
