//! Forgets a number: in memory, among the calls that are not written yet, and in the files.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::task::spawn_blocking;

use crate::domain::phone::Phone;
use crate::runtime::state_folder::StateError;
use crate::sources::directory::PhoneHash;

use super::disk::JournalDisk;
use super::entry::{JournalEntry, JournalFile};
use super::{Journal, days, on_disk};

/// A place where a number may be, and whether it is there.
pub type JournalTrace = (bool, String);

impl Journal {
    /// Removes every call of the number, and of the customer who has it. Returns how many there were. An
    /// error says what is left where.
    pub async fn forget(self: &Arc<Self>, phone: &Phone) -> Result<usize, String> {
        let (journal, phone) = (Arc::clone(self), *phone);
        let done = spawn_blocking(move || journal.forget_now(&phone)).await;
        done.map_err(|_| "a bug of bina ended it: see the log".to_owned())?
    }

    fn forget_now(&self, phone: &Phone) -> Result<usize, String> {
        // Nothing is taken from the queue meanwhile.
        let mut disk = self.disk.lock();
        let hash = self.hasher.now().hash(phone);
        let in_memory = usize::from(self.heard.forget(phone, hash));
        self.suspicions.forget(hash.0);
        let queued = {
            let mut queue = self.queue.lock();
            let count = queue.len();
            queue.retain(|record| record.phone != Some(*phone));
            count - queue.len()
        };
        let codes = self.codes(phone, &mut disk, hash).map_err(|error| on_disk(&error))?;
        let is_gone = |entry: &JournalEntry| is_of(entry, hash, &codes);
        let removed = disk.purge(is_gone).map_err(|error| on_disk(&error))?;
        Ok(removed.max(in_memory).max(queued))
    }

    /// The codes of the customers who have the number, by the journal and the directory.
    fn codes(
        &self,
        phone: &Phone,
        disk: &mut JournalDisk,
        hash: PhoneHash,
    ) -> Result<HashSet<String>, StateError> {
        let mut codes = HashSet::new();
        each_entry(disk, |entry| {
            if entry.caller == Some(hash.0) {
                codes.insert(entry.code);
            }
        })?;
        let view = self.inputs.now().directory.as_ref().and_then(|directory| directory.view());
        if let Some(view) = view {
            let rows = view.rows(phone);
            codes.extend(rows.iter().filter_map(|row| Some(view.customer(*row)?.code())));
        }
        codes.remove("");
        Ok(codes)
    }

    /// Where the number may be, and whether it is there. Reads all files.
    pub async fn traces(self: &Arc<Self>, phone: &Phone) -> Result<Vec<JournalTrace>, String> {
        let (journal, phone) = (Arc::clone(self), *phone);
        let done = spawn_blocking(move || journal.traces_now(&phone)).await;
        done.map_err(|_| "a bug of bina ended it: see the log".to_owned())?
    }

    fn traces_now(&self, phone: &Phone) -> Result<Vec<JournalTrace>, String> {
        let mut disk = self.disk.lock();
        let hash = self.hasher.now().hash(phone);
        let is_queued = self.queue.lock().iter().any(|record| record.phone == Some(*phone));
        let is_in_memory = is_queued || self.heard.has(phone, hash);
        let mut traces = vec![(is_in_memory, "journal in memory".to_owned())];
        let mut is_on_disk = false;
        let searched = each_entry(&mut disk, |entry| is_on_disk |= entry.caller == Some(hash.0));
        searched.map_err(|error| format!("the journal cannot be read: {error}"))?;
        traces.push((is_on_disk, "journal's files".to_owned()));
        Ok(traces)
    }
}

/// Does `work` for each entry of all files.
fn each_entry(
    disk: &mut JournalDisk,
    mut work: impl FnMut(JournalEntry),
) -> Result<(), StateError> {
    let Some(folder) = disk.folder()? else { return Ok(()) };
    for at in days::files(&folder)? {
        let bytes = folder.read(&at.file)?.unwrap_or_default();
        JournalFile::read(&bytes).entries.into_iter().for_each(&mut work);
    }
    Ok(())
}

fn is_of(entry: &JournalEntry, hash: PhoneHash, codes: &HashSet<String>) -> bool {
    entry.caller == Some(hash.0) || codes.contains(&entry.code)
}
