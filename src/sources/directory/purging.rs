//! Forgets a number, or everything: in memory, in the walk in progress, and on disk.

use std::sync::Arc;

use tokio::task::spawn_blocking;

use crate::domain::phone::Phone;
use crate::runtime::wall_clock;

use super::Directory;
use super::packed::PhoneHash;
use super::sealed::SealedKind;
use super::walk::WalkHistory;

/// A reload has put another directory in the place of this one.
const CLOSED: &str = "the service has just been reloaded: run the command again";

/// A place where a number may be, and whether it is there.
pub type Trace = (bool, String);

impl Directory {
    /// Does `work`, which waits for the disk, on a thread of its own.
    async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, String> {
        let directory = Arc::clone(self);
        let done = spawn_blocking(move || work(&directory)).await;
        done.map_err(|_| "a bug of bina ended it: see the log".to_owned())
    }

    /// Removes every customer who has the number, and keeps the number out of later walks. Returns how
    /// many customers are removed. An error says what is left where.
    pub async fn forget(self: &Arc<Self>, phone: &Phone) -> Result<usize, String> {
        let _changing = self.changing.lock().await;
        let phone = *phone;
        self.blocking(move |directory| directory.forget_now(&phone)).await?
    }

    fn forget_now(&self, phone: &Phone) -> Result<usize, String> {
        if self.storage.is_closed() {
            return Err(CLOSED.to_owned());
        }
        // First, so that a page that is read meanwhile does not bring the number back.
        let inserted = self.storage.forgotten.insert(phone, wall_clock::now_s());
        let hash = self.hasher.hash(phone);
        if let Some(collected) = self.collected.lock().as_mut() {
            collected.forget(hash);
        }
        let corrected = usize::from(self.corrections.remove(hash));
        let (listed, saved) = self.remove_customers(hash);
        let walk = self.remove_file(SealedKind::Walk);
        let folder = self.storage.usable_folder();
        let results = [inserted.map_err(|error| error.to_string()), saved, walk, folder];
        let problems: Vec<_> = results.into_iter().filter_map(Result::err).collect();
        if problems.is_empty() {
            return Ok(listed.max(corrected));
        }
        Err(format!("forgotten in memory, but not on disk: {}", problems.join("; ")))
    }

    /// Removes every customer with the number from the content and its file. Returns how many, and what
    /// is wrong with the file.
    fn remove_customers(&self, hash: PhoneHash) -> (usize, Result<(), String>) {
        let Some(content) = self.content() else {
            // An earlier removal may have failed.
            let is_behind = self.storage.is_behind();
            return (0, if is_behind { self.remove_file(SealedKind::Directory) } else { Ok(()) });
        };
        let rows = content.generation.find(hash);
        let rows = rows.filter_map(|row| content.generation.customer(row));
        let codes: Vec<_> = rows.map(|customer| customer.code()).collect();
        self.corrections.remove_owners(&codes);
        if codes.is_empty() {
            let is_behind = self.storage.is_behind();
            return (0, if is_behind { self.save_content(&content) } else { Ok(()) });
        }
        let (generation, count) = content.generation.without(&[hash]);
        let content = self.publish(generation, Arc::clone(&content.tables), content.currency);
        (count, self.save_content(&content))
    }

    /// Where the number may be, and whether it is there. Opens the file that is on disk.
    pub async fn traces(self: &Arc<Self>, phone: &Phone) -> Result<Vec<Trace>, String> {
        let _changing = self.changing.lock().await;
        let phone = *phone;
        self.blocking(move |directory| directory.traces_now(&phone)).await
    }

    fn traces_now(&self, phone: &Phone) -> Vec<Trace> {
        let hash = self.hasher.hash(phone);
        let content = self.content();
        let is_listed = content.is_some_and(|content| content.generation.find(hash).len() > 0);
        let is_corrected = self.corrections.record(hash).is_some();
        let collected = self.collected.lock();
        let is_collected = collected.as_ref().is_some_and(|one| one.builder.contains(hash));
        drop(collected);
        let mut traces = vec![
            (is_listed || is_corrected, "directory in memory".to_owned()),
            (is_collected, "walk in progress".to_owned()),
        ];
        traces.extend(self.traces_on_disk(hash));
        traces
    }

    /// Lets a forgotten number be learnt again, from the next walk or answer on. Returns whether it was
    /// forgotten.
    pub async fn permit(self: &Arc<Self>, phone: &Phone) -> Result<bool, String> {
        let phone = *phone;
        let remove = move |directory: &Self| directory.storage.forgotten.remove(&phone);
        self.blocking(remove).await?.map_err(|error| error.to_string())
    }

    /// Empties the directory, in memory and on disk, and reads the list again. The forgotten numbers stay
    /// forgotten.
    pub async fn clear(self: &Arc<Self>) -> Result<(), String> {
        let _changing = self.changing.lock().await;
        self.blocking(Self::clear_now).await??;
        self.request_walk();
        Ok(())
    }

    fn clear_now(&self) -> Result<(), String> {
        if self.storage.is_closed() {
            return Err(CLOSED.to_owned());
        }
        self.content.replace(None);
        self.states.send_modify(|count| *count += 1);
        self.corrections.clear();
        *self.history.lock() = WalkHistory::default();
        *self.collected.lock() = None;
        self.walk_abandoned.notify_waiters();
        let results = [SealedKind::Directory, SealedKind::Walk].map(|kind| self.remove_file(kind));
        let folder = self.storage.usable_folder();
        results.into_iter().chain([folder]).collect()
    }
}
