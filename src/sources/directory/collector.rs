//! Collects the customers that a walk reads, without those who were forgotten.

use std::collections::HashSet;
use std::panic::resume_unwind;
use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::Directory;
use super::forgotten::Forgotten;
use super::list::ListedCustomer;
use super::packed::{Added, Builder, Names, PhoneHash};
use super::sealed::{SealedFacts, SealedKind};
use super::storage::{WalkBeginning, write_beginning};
use super::walk::{Adding, Collector, Gain, Progress, Saving};

/// The collector of one walk. What it has collected stands in the directory, where forgetting a
/// number reaches it.
pub(super) struct DirectoryCollector {
    directory: Arc<Directory>,
    /// How many customers it has. Forgetting one of them does not change that.
    customers: usize,
}

/// What a walk has collected.
pub(super) struct Collected {
    pub(super) builder: Builder,
    /// The customers who were left out because they were forgotten, by id.
    forgotten: HashSet<u64>,
    /// The same from before a restart.
    forgotten_before: usize,
    /// How far a walk through the whole list is.
    progress: Option<Progress>,
}

impl Collected {
    pub(super) fn new(builder: Builder, forgotten_before: usize) -> Self {
        Self { builder, forgotten: HashSet::new(), forgotten_before, progress: None }
    }

    pub(super) fn at(self, progress: &Progress) -> Self {
        Self { progress: Some(progress.clone()), ..self }
    }

    /// How far the walk is that collects it, unless a page has just been added that this does not count.
    pub(super) fn progress(&self) -> Option<Progress> {
        let customers = self.customers() as u64;
        self.progress.clone().filter(|progress| progress.customers == customers)
    }

    fn empty(directory: &Directory) -> Self {
        let settings = &directory.inputs.now().settings;
        let names = if settings.names { Names::Kept } else { Names::Dropped };
        Self::new(Builder::new(directory.hasher.clone(), names), 0)
    }

    /// Distinct customers of the list, as far as they were read.
    fn customers(&self) -> usize {
        self.builder.customers() + self.left_out()
    }

    fn left_out(&self) -> usize {
        self.forgotten.len() + self.forgotten_before
    }

    /// Adds the customers of a page, without those who were forgotten.
    fn add(&mut self, page: &[ListedCustomer], forgotten: &Forgotten) -> Gain {
        let mut gain = Gain::default();
        for customer in page {
            let is_new = if customer.phones.iter().any(|phone| forgotten.contains(phone)) {
                self.forgotten.insert(customer.id)
            } else {
                self.builder.add(customer) == Added::New
            };
            *(if is_new { &mut gain.new } else { &mut gain.replaced }) += 1;
        }
        gain
    }

    /// Drops every customer with a number.
    pub(super) fn forget(&mut self, hash: PhoneHash) {
        let before = self.builder.customers();
        self.builder.remove(hash);
        self.forgotten_before += before - self.builder.customers();
    }
}

impl DirectoryCollector {
    /// Begins with nothing.
    pub(super) fn empty(directory: Arc<Directory>) -> Self {
        *directory.collected.lock() = Some(Collected::empty(&directory));
        Self { directory, customers: 0 }
    }

    /// Goes on with what an interrupted walk has left.
    pub(super) fn continued(directory: Arc<Directory>) -> Self {
        let customers = directory.collected.lock().as_ref().map(Collected::customers);
        match customers {
            Some(customers) => Self { directory, customers },
            None => Self::empty(directory),
        }
    }
}

impl Collector for DirectoryCollector {
    fn expect(&mut self, total: u64) {
        if let Some(collected) = self.directory.collected.lock().as_mut() {
            collected.builder.expect(total);
        }
    }

    /// On a thread of its own: forgetting a number may hold the lock for some time.
    fn add(&mut self, page: Vec<ListedCustomer>) -> Adding<'_> {
        let directory = Arc::clone(&self.directory);
        let add = move || {
            let mut collected = directory.collected.lock();
            let collected = collected.as_mut();
            collected.map(|collected| collected.add(&page, &directory.storage.forgotten))
        };
        Box::pin(async move {
            let added = spawn_blocking(add).await;
            let gain = added.unwrap_or_else(|error| match error.try_into_panic() {
                // The supervision of this task reports it.
                Ok(panic) => resume_unwind(panic),
                Err(_) => None,
            });
            let gain = gain.unwrap_or_default();
            self.customers += gain.new;
            gain
        })
    }

    fn customers(&self) -> usize {
        self.customers
    }

    fn clear(&mut self) {
        *self.directory.collected.lock() = Some(Collected::empty(&self.directory));
        self.customers = 0;
    }

    fn note(&mut self, progress: &Progress) {
        if let Some(collected) = self.directory.collected.lock().as_mut() {
            collected.progress = Some(progress.clone());
        }
    }

    fn save<'a>(&'a mut self, progress: &'a Progress) -> Saving<'a> {
        let directory = Arc::clone(&self.directory);
        let progress = progress.clone();
        Box::pin(async move {
            // A panic there is reported by the task's supervision; the walk goes on.
            let _ = spawn_blocking(move || directory.save_walk(&progress)).await;
        })
    }
}

impl Directory {
    /// Saves the walk in progress, once its task has ended, so that a restart continues it.
    pub async fn suspend(self: &Arc<Self>) {
        let directory = Arc::clone(self);
        let suspend = move || {
            let progress = directory.collected.lock().as_ref().and_then(Collected::progress);
            if let Some(progress) = progress {
                directory.save_walk(&progress);
            }
        };
        // A panic there is in the log; the program ends anyway.
        let _ = spawn_blocking(suspend).await;
    }

    /// Saves what a walk has collected, so that a restart continues it.
    fn save_walk(&self, progress: &Progress) {
        let collected = self.collected.lock();
        let Some(collected) = collected.as_ref() else { return };
        let facts = SealedFacts {
            generation: 0,
            made_at_s: progress.started_at_s,
            rows: collected.builder.customers() as u64,
        };
        let beginning =
            WalkBeginning { progress: progress.to_json(), left_out: collected.left_out() };
        // The walk goes on without its file.
        let _ = self.change_file(SealedKind::Walk, |files| {
            files.save(SealedKind::Walk, facts, |to| {
                write_beginning(&beginning, to)?;
                collected.builder.write(to)
            })
        });
    }
}
