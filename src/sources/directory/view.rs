//! One state of the directory, for modules that judge alerts by it.

use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;

use crate::domain::phone::Phone;

use super::Directory;
use super::content::Content;
use super::list::ScopeTables;
use super::packed::{
    Generation, Joins, KnownCustomer, KnownPlaces, NamedPlace, PhoneHash, PlaceKind, RowIndex,
};

/// Whom an answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'a> {
    /// The customers of a number.
    Number(&'a Phone),
    /// The customer with this id, whoever calls.
    Customer(u64),
    /// Nobody whom the directory could have.
    Nobody,
}

/// A generation with its joins. It does not change; a later one is another view.
#[derive(Clone)]
pub struct DirectoryView {
    content: Arc<Content>,
    directory: Arc<Directory>,
}

impl DirectoryView {
    /// The customers of a number; none if the number was forgotten or corrected since.
    pub fn rows(&self, phone: &Phone) -> Vec<RowIndex> {
        let hash = self.directory.hasher.hash(phone);
        let rows = self.content.generation.find(hash);
        if rows.len() == 0 || self.directory.has_changed(phone, hash) {
            return Vec::new();
        }
        rows.collect()
    }

    /// The customers whom an answer is about.
    pub fn rows_of(&self, subject: Subject<'_>) -> Vec<RowIndex> {
        match subject {
            Subject::Number(phone) => self.rows(phone),
            Subject::Customer(id) => self.content.generation.find_id(id).collect(),
            Subject::Nobody => Vec::new(),
        }
    }

    /// What is known of a customer.
    pub fn customer(&self, row: RowIndex) -> Option<KnownCustomer<'_>> {
        self.content.generation.customer(row)
    }

    pub fn generation(&self) -> &Generation {
        &self.content.generation
    }

    pub fn joins(&self) -> &Joins {
        &self.content.joins
    }

    /// The tables of names and ids.
    pub fn tables(&self) -> &ScopeTables {
        &self.content.tables
    }

    /// The customers with a service at any of the places, sorted.
    pub fn rows_in(&self, places: &[NamedPlace]) -> Arc<[RowIndex]> {
        let Content { generation, joins, tables, .. } = &*self.content;
        generation.rows_in(joins, tables, places).into()
    }

    /// All places of a kind that a customer or a table has. It takes some time.
    pub fn known_places(&self, kind: PlaceKind) -> KnownPlaces {
        self.content.generation.known_places(&self.content.tables, kind)
    }

    /// Whether both are the same state.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.content, &other.content)
    }
}

impl fmt::Debug for DirectoryView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DirectoryView({:?})", self.content.generation)
    }
}

impl Directory {
    /// The present state, if there is one.
    pub fn view(self: &Arc<Self>) -> Option<DirectoryView> {
        let content = self.content()?;
        Some(DirectoryView { content, directory: Arc::clone(self) })
    }

    /// Whether a number has other customers than the generations so far have.
    fn has_changed(&self, phone: &Phone, hash: PhoneHash) -> bool {
        self.corrections.contains(hash) || self.storage.forgotten.contains(phone)
    }

    /// Counts the states: it changes with each new one.
    pub fn states(&self) -> watch::Receiver<u64> {
        self.states.subscribe()
    }
}
