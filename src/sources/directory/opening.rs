//! Opens the files of the directory at the start, on a thread of their own.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use tokio::task::spawn_blocking;
use tracing::info;

use super::Directory;
use super::collector::Collected;
use super::content::{Content, Currency};
use super::packed::{Builder, Generation};
use super::sealed::SealedKind;
use super::storage::{DirectoryBeginning, WalkBeginning, read_beginning};
use super::walk::Progress;

/// A walk is continued within a day.
const WALK_DAYS_MAX: u64 = 1;

impl Directory {
    /// Opens the files and publishes the content. What cannot be used is reported, and read again from
    /// HubSoft. Returns how far the walk was that a restart has interrupted.
    pub(super) async fn open(self: &Arc<Self>) -> Option<Progress> {
        let directory = Arc::clone(self);
        let opened = spawn_blocking(move || directory.open_files());
        opened.await.unwrap_or_default()
    }

    fn open_files(&self) -> Option<Progress> {
        // After a panic of the task, memory is as current as the file, or more.
        if self.opened.set(()).is_ok() {
            self.open_content(Instant::now());
        }
        self.open_walk()
    }

    fn open_content(&self, start: Instant) {
        let age_max = self.inputs.now().settings.age_max;
        let days_max = age_max.as_secs() / (24 * 60 * 60);
        let opened = self.open_file(SealedKind::Directory, days_max, |from| {
            let beginning: DirectoryBeginning<'_> = read_beginning(from)?;
            Ok((beginning, Generation::read(from)?))
        });
        let Some((beginning, generation)) = opened else { return };
        let DirectoryBeginning { history, whole_at_s, read_at_s, tables } = beginning;
        *self.history.lock() = history;
        let keeps_names = self.keeps_names();
        let has_excess = generation.has_names() && !keeps_names;
        if keeps_names && !generation.has_names() {
            info!("directory: the list is read for the names of customers: directory.names is on");
            self.request_walk();
        }
        let generation = if has_excess { generation.without_names() } else { generation };
        let currency = Currency { whole_at_s, read_at_s };
        let content = self.publish(generation, Arc::new(tables.into_owned()), currency);
        let customers = content.generation.customers();
        let ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        info!(customers, ms, "directory opened");
        if has_excess {
            self.remove_names(&content);
        }
    }

    /// Removes the names from the file, or else the file.
    fn remove_names(&self, content: &Content) {
        info!("directory: the names of customers are removed: directory.names is off");
        if self.save_content(content).is_err() {
            // What failed has been noted.
            let _ = self.remove_file(SealedKind::Directory);
        }
    }

    fn open_walk(&self) -> Option<Progress> {
        let opened = self.open_file(SealedKind::Walk, WALK_DAYS_MAX, |from| {
            let WalkBeginning { progress, left_out } = read_beginning(from)?;
            let progress = Progress::from_json(&progress).ok_or(io::ErrorKind::InvalidData)?;
            Ok((progress, Collected::new(Builder::read(from, self.hasher.clone())?, left_out)))
        });
        let (progress, collected) = opened?;
        if collected.builder.has_names() != self.keeps_names() {
            info!("directory: the interrupted walk begins again: directory.names has changed");
            // What failed has been noted.
            let _ = self.remove_file(SealedKind::Walk);
            return None;
        }
        let customers = collected.builder.customers();
        info!(customers, "directory: the interrupted walk is continued");
        *self.collected.lock() = Some(collected.at(&progress));
        Some(progress)
    }

    fn keeps_names(&self) -> bool {
        self.inputs.now().settings.names
    }
}
