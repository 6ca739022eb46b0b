//! The generation that answers calls, with its joins and its age.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::domain::finding::Record;
use crate::domain::reported::ReportedCustomer;
use crate::runtime::wall_clock;
use crate::sources::source::{Origin, Sighting};

use super::Directory;
use super::list::ScopeTables;
use super::packed::{AmendedOwner, Generation, JoinReport, Joins, KnownCustomer, PhoneHash};
use super::status::{GenerationStatus, KindStatus};

/// Beyond this age, a number that the directory lacks may be a new customer's.
const NOT_FOUND_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// How current the customers of a generation are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Currency {
    /// When the whole walk began that the generation rests on, in seconds since the epoch; none if it
    /// rests on none.
    pub(super) whole_at_s: Option<u64>,
    /// When the last walk began that it contains, whole or of changes.
    pub(super) read_at_s: u64,
}

/// A generation, as calls use it.
pub(super) struct Content {
    /// Shared by two contents that differ in their tables.
    pub(super) generation: Arc<Generation>,
    /// Shared by the generations between two walks.
    pub(super) tables: Arc<ScopeTables>,
    pub(super) joins: Joins,
    pub(super) kinds: Vec<KindStatus>,
    pub(super) currency: Currency,
    /// Its age when it was published. From then on it ages with the monotonic clock.
    age: Duration,
    published: Instant,
}

impl Content {
    /// `now_s` is in seconds since the epoch. It scans all names, so it takes some time.
    fn new(
        generation: Arc<Generation>,
        tables: Arc<ScopeTables>,
        currency: Currency,
        now_s: u64,
    ) -> Self {
        let joins = Joins::new(&tables, &generation);
        let kinds = kinds(&joins.report(&generation), &tables.forbidden);
        let age = Duration::from_secs(now_s.saturating_sub(currency.read_at_s));
        Self { generation, tables, joins, kinds, currency, age, published: Instant::now() }
    }

    pub(super) fn age(&self, now: Instant) -> Duration {
        self.age + now.saturating_duration_since(self.published)
    }

    /// The customers with a number.
    pub(super) fn record(&self, hash: PhoneHash) -> Record {
        let customers = self.generation.find(hash).filter_map(|row| self.generation.customer(row));
        Record::new(customers.map(|customer| reported(&customer)).collect())
    }

    /// Whether a number has these owners already, as far as an answer shows them.
    pub(super) fn agrees(&self, hash: PhoneHash, owners: &[AmendedOwner]) -> bool {
        let rows = self.generation.find(hash);
        let known: Vec<_> = rows.filter_map(|row| self.generation.customer(row)).collect();
        let has = |owner: &AmendedOwner| {
            let mut known = known.iter();
            known.any(|customer| customer.code() == owner.code && customer.agrees(owner))
        };
        known.len() == owners.len() && owners.iter().all(has)
    }

    /// What a call may use of `record` at `now`. That there is no customer counts only while the
    /// directory is whole and young.
    pub(super) fn sighting(&self, record: Record, now: Instant) -> Option<Sighting> {
        let age = self.age(now);
        let is_whole = self.currency.whole_at_s.is_some();
        if record.is_not_found() && !(is_whole && age < NOT_FOUND_MAX) {
            return None;
        }
        let origin = Origin::Directory;
        Some(Sighting { record, origin, age, is_complete: false, places: None })
    }

    pub(super) fn status(&self, now: Instant) -> GenerationStatus {
        let generation = &self.generation;
        GenerationStatus {
            number: generation.facts().number,
            age_s: self.age(now).as_secs(),
            is_whole: self.currency.whole_at_s.is_some(),
            customers: generation.customers() as u64,
            numbers: generation.numbers() as u64,
            services: generation.services() as u64,
            bytes: generation.bytes() as u64,
        }
    }
}

impl Directory {
    /// Has calls answered from `generation` from now on.
    pub(super) fn publish(
        &self,
        generation: impl Into<Arc<Generation>>,
        tables: Arc<ScopeTables>,
        currency: Currency,
    ) -> Arc<Content> {
        let content = Content::new(generation.into(), tables, currency, wall_clock::now_s());
        let content = Arc::new(content);
        self.content.replace(Some(Arc::clone(&content)));
        self.states.send_modify(|count| *count += 1);
        content
    }
}

/// The report on joins, for operators.
fn kinds(report: &JoinReport, forbidden: &[String]) -> Vec<KindStatus> {
    let kinds = report.kinds.iter().map(|kind| KindStatus {
        kind: kind.kind.word().to_owned(),
        percent: kind.percent(),
        unjoined: kind.unjoined.iter().map(|(name, count)| (name.clone(), *count as u64)).collect(),
        is_forbidden: forbidden.iter().any(|word| word == kind.kind.word()),
    });
    kinds.collect()
}

/// A customer of the directory, in the form of a lookup. The list shows no alert.
fn reported(customer: &KnownCustomer<'_>) -> ReportedCustomer {
    let service_statuses = distinct(customer.statuses());
    ReportedCustomer {
        id: customer.id(),
        code: customer.code(),
        name: customer.name().to_owned(),
        service_status: service_statuses.first().cloned(),
        service_statuses,
        ..ReportedCustomer::default()
    }
}

/// The stated statuses, each once.
pub(super) fn distinct<'a>(statuses: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut distinct: Vec<String> = Vec::new();
    for status in statuses {
        if !status.is_empty() && !distinct.iter().any(|known| known == status) {
            distinct.push(status.to_owned());
        }
    }
    distinct
}
