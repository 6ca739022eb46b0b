//! The key of the journal's hashes of numbers: random, and in a file of its own, so that another secret
//! of HubSoft does not make the journal unreadable.
//!
//! ```text
//! key <64 hex digits> <checksum>       twice, because all hashes depend on it
//! ```

use std::borrow::Cow;
use std::fmt::Write;

use tracing::warn;

use crate::runtime::state_folder::{
    StateError, StateFile, StateFolder, checked_lines, write_checked_line,
};
use crate::sources::directory::{PhoneHasher, random_key};

use super::days::{self, EntryFate};

const FILE: StateFile = StateFile { name: "journal.key", bytes_max: 4 << 10 };
const KEY_BYTES: usize = 32;

/// Reads the key of the folder, or makes one.
pub(super) fn hasher(folder: &StateFolder) -> Result<PhoneHasher, StateError> {
    let bytes = folder.read(&FILE)?;
    if let Some(key) = bytes.as_deref().and_then(read) {
        return Ok(PhoneHasher::new(&key));
    }
    let lost = take_callers_away(folder)?;
    if bytes.is_some() || lost > 0 {
        let path = folder.path_of(&FILE);
        warn!(
            "the journal's key in `{}` is damaged or missing: callers count as not told yet, and {lost} calls \
             belong to no customer any more",
            path.display()
        );
    }
    let key = fresh(folder)?;
    let mut line = String::from("key ");
    for byte in key {
        let _ = write!(line, "{byte:02x}");
    }
    let mut text = String::new();
    (0..2).for_each(|_| write_checked_line(&line, &mut text));
    folder.replace(&FILE, |to| to.write_all(text.as_bytes()))?;
    Ok(PhoneHasher::new(&key))
}

/// Without the key, the calls of a number are not found again to be purged, so none stays a customer's.
fn take_callers_away(folder: &StateFolder) -> Result<usize, StateError> {
    let files = days::files(folder).into_iter().collect::<Result<Vec<_>, _>>()?;
    let mut changed = 0;
    for at in files {
        changed += days::rewrite(folder, &at, |entry| {
            if entry.caller.is_none() && entry.code.is_empty() {
                return EntryFate::Kept;
            }
            entry.caller = None;
            entry.code = Cow::default();
            EntryFate::Changed
        })?;
    }
    Ok(changed)
}

fn fresh(folder: &StateFolder) -> Result<[u8; KEY_BYTES], StateError> {
    let path = folder.path_of(&FILE);
    random_key().map_err(|source| StateError::File { action: "make a key for", path, source })
}

fn read(bytes: &[u8]) -> Option<[u8; KEY_BYTES]> {
    checked_lines(bytes).find_map(|line| {
        let digits = line.content()?.strip_prefix("key ")?;
        let mut key = [0; KEY_BYTES];
        for (at, byte) in key.iter_mut().enumerate() {
            *byte = u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        (digits.len() == 2 * KEY_BYTES).then_some(key)
    })
}
