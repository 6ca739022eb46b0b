//! What the directory counts.

use crate::runtime::metrics::{ByLabel, ByWords, Counter, Gauge, Label, Level, Registry};

use super::packed::ScopeKind;
use super::status::{Activity, DirectoryStatus};

/// How a walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WalkResult {
    /// It could not be completed, and goes on later.
    Failed,
    /// It did not see every customer for certain.
    Partial,
    /// The user of the API may not read the list.
    Refused,
    Whole,
}

impl Label for WalkResult {
    const NAME: &'static str = "result";
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Failed, "failed"),
        (Self::Partial, "partial"),
        (Self::Refused, "refused"),
        (Self::Whole, "whole"),
    ];

    fn index(self) -> usize {
        self as usize
    }
}

/// The metrics of a directory.
#[derive(Clone, Debug)]
pub struct DirectoryMetrics {
    age: Gauge,
    bytes: Gauge,
    customers: Gauge,
    generation: Gauge,
    joined: ByWords<1, Level>,
    numbers: Gauge,
    walking: Gauge,
    walk_rows: Gauge,
    pub(super) requests: Counter,
    pub(super) save_failures: Counter,
    pub(super) walks: ByLabel<WalkResult>,
}

impl Default for DirectoryMetrics {
    fn default() -> Self {
        Self {
            age: Gauge::default(),
            bytes: Gauge::default(),
            customers: Gauge::default(),
            generation: Gauge::default(),
            joined: ByWords::new(["kind"]),
            numbers: Gauge::default(),
            walking: Gauge::default(),
            walk_rows: Gauge::default(),
            requests: Counter::default(),
            save_failures: Counter::default(),
            walks: ByLabel::default(),
        }
    }
}

impl DirectoryMetrics {
    pub fn register(&self, registry: &mut Registry) {
        registry.register("directory_age_seconds", "Age of the directory", &self.age);
        registry.register("directory_bytes", "Bytes of the directory in memory", &self.bytes);
        registry.register("directory_customers", "Customers in the directory", &self.customers);
        registry.register("directory_generation", "Number of walks applied", &self.generation);
        let help = "Percent of the services whose name joins one entry of its table, by kind";
        registry.register("directory_joined_percent", help, &self.joined);
        registry.register("directory_numbers", "Numbers in the directory", &self.numbers);
        let help = "1 while the list of customers is read, else 0";
        registry.register("directory_walking", help, &self.walking);
        let help = "Customers read by the walk in progress";
        registry.register("directory_walk_rows", help, &self.walk_rows);
        let help = "Requests for pages of the list of customers";
        registry.register("directory_requests", help, &self.requests);
        let help = "Failures to save the directory or the state of a walk";
        registry.register("directory_save_failures", help, &self.save_failures);
        registry.register("directory_walks", "Walks of the list, by result", &self.walks);
    }

    /// Sets the gauges to `status`.
    pub(super) fn measure(&self, status: &DirectoryStatus) {
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let generation = status.generation.clone().unwrap_or_default();
        self.age.set(number(generation.age_s));
        self.bytes.set(number(generation.bytes));
        self.customers.set(number(generation.customers));
        self.generation.set(number(generation.number));
        self.numbers.set(number(generation.numbers));
        self.walking.set(i64::from(status.activity == Activity::Walking));
        self.walk_rows.set(number(status.walk.as_ref().map_or(0, |walk| walk.rows_done)));
        for kind in ScopeKind::ALL.map(ScopeKind::word) {
            let joined = status.joins.iter().find(|joined| joined.kind == kind);
            self.joined.of([kind]).set(joined.map_or(0.0, |joined| joined.percent));
        }
    }
}
