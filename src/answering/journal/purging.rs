//! Forgets a number: in memory, among the calls that are not written yet, and in the files.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::task::spawn_blocking;
use tokio::time::Instant;

use crate::domain::phone::Phone;
use crate::runtime::state_folder::StateError;
use crate::sources::directory::PhoneHash;

use super::Journal;
use super::entry::JournalEntry;
use super::purged::RecentPurge;

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
        let key = self.read_key(&mut disk);
        let hash = self.hasher.now().hash(phone);
        let mut codes = self.known_codes(phone);
        // What cannot be read here cannot be written anew below either.
        let _ = disk.each_entry(|entry| {
            if entry.caller == Some(hash.0) {
                codes.insert(entry.code.into_owned());
            }
        });
        let in_memory = self.forget_in_memory(phone, hash, &mut codes);
        let (removed, problems) = disk.purge(|entry| is_of(entry, hash, &codes));
        match described(key.err().into_iter().chain(problems)) {
            None => Ok(removed.max(in_memory)),
            Some(text) => {
                Err(format!("forgotten in memory, but not in the journal's files: {text}"))
            }
        }
    }

    /// Forgets it in memory, also for calls in flight; adds the codes of the calls that wait.
    fn forget_in_memory(
        &self,
        phone: &Phone,
        hash: PhoneHash,
        codes: &mut HashSet<String>,
    ) -> usize {
        let caller = self.heard.caller(phone);
        let queued = {
            let mut queue = self.queue.lock();
            let own = queue.iter().filter(|record| record.phone.as_ref() == Some(phone));
            codes.extend(own.map(|record| record.code().to_owned()));
            codes.remove("");
            let at = Instant::now().into_std();
            self.purges.insert(RecentPurge { at, caller, codes: codes.clone() });
            let count = queue.len();
            queue.retain(|record| !record.is_of(phone, codes));
            count - queue.len()
        };
        self.suspicions.forget(hash.0);
        // After the purge is noted: what a call in flight adds later, it removes itself.
        let was_heard = self.heard.forget(phone, hash);
        queued.max(usize::from(was_heard))
    }

    /// The codes of the customers who have the number, by the directory.
    fn known_codes(&self, phone: &Phone) -> HashSet<String> {
        let view = self.inputs.now().directory.as_ref().and_then(|directory| directory.view());
        let Some(view) = view else { return HashSet::new() };
        let rows = view.rows(phone);
        rows.iter().filter_map(|row| Some(view.customer(*row)?.code())).collect()
    }

    /// Where the number, or the customer who has it, may be, and whether that is there. Reads all files.
    pub async fn traces(self: &Arc<Self>, phone: &Phone) -> Result<Vec<JournalTrace>, String> {
        let (journal, phone) = (Arc::clone(self), *phone);
        let done = spawn_blocking(move || journal.traces_now(&phone)).await;
        done.map_err(|_| "a bug of bina ended it: see the log".to_owned())?
    }

    fn traces_now(&self, phone: &Phone) -> Result<Vec<JournalTrace>, String> {
        let mut disk = self.disk.lock();
        let key = self.read_key(&mut disk);
        let hash = self.hasher.now().hash(phone);
        let mut codes = self.known_codes(phone);
        let mut is_on_disk = false;
        let mut problems = disk.each_entry(|entry| {
            if entry.caller == Some(hash.0) {
                is_on_disk = true;
                codes.insert(entry.code.into_owned());
            }
        });
        let is_in_memory = self.is_in_memory(phone, hash, &mut codes);
        if !is_on_disk && !codes.is_empty() {
            problems = disk.each_entry(|entry| is_on_disk |= is_of(&entry, hash, &codes));
        }
        if let Some(text) = described(key.err().into_iter().chain(problems)) {
            return Err(format!("the journal's files cannot be searched: {text}"));
        }
        let places = ["journal in memory", "journal's files"].map(str::to_owned);
        Ok([is_in_memory, is_on_disk].into_iter().zip(places).collect())
    }

    /// Adds the codes of the calls that wait.
    fn is_in_memory(&self, phone: &Phone, hash: PhoneHash, codes: &mut HashSet<String>) -> bool {
        let queue = self.queue.lock();
        let own = queue.iter().filter(|record| record.phone.as_ref() == Some(phone));
        codes.extend(own.map(|record| record.code().to_owned()));
        codes.remove("");
        queue.iter().any(|record| record.is_of(phone, codes)) || self.heard.has(phone, hash)
    }
}

/// Problems in one text, if there are any; the folder's own is there several times.
fn described(problems: impl Iterator<Item = StateError>) -> Option<String> {
    let mut texts: Vec<_> = problems.map(|problem| problem.to_string()).collect();
    texts.dedup();
    Some(texts.join("; ")).filter(|text| !text.is_empty())
}

fn is_of(entry: &JournalEntry<'_>, hash: PhoneHash, codes: &HashSet<String>) -> bool {
    entry.caller == Some(hash.0) || codes.contains(&*entry.code)
}
