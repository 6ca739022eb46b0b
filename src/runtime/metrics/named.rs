//! Counts by a name that the configuration gives, and by a label.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;
use prometheus_client::encoding::{EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;

use super::families::{ByLabel, Label, NAMES_MAX, OTHER};

/// A counter for each name that the configuration gives and each value of a label.
#[derive(Clone, Debug)]
pub struct ByNameAndLabel<L> {
    name: &'static str,
    counters: Arc<Mutex<BTreeMap<String, ByLabel<L>>>>,
}

impl<L: Label> ByNameAndLabel<L> {
    /// Has no counter yet. `name` is the name of the first label.
    pub fn new(name: &'static str) -> Self {
        Self { name, counters: Arc::default() }
    }

    /// The counters of `name`, which begin at zero if it is new. Names beyond the most count together.
    pub fn of(&self, name: &str) -> ByLabel<L> {
        let mut counters = self.counters.lock();
        if let Some(known) = counters.get(name) {
            return known.clone();
        }
        let name = if counters.len() < NAMES_MAX { name } else { OTHER };
        counters.entry(name.to_owned()).or_default().clone()
    }
}

impl<L: Label> EncodeMetric for ByNameAndLabel<L> {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        for (name, counters) in &*self.counters.lock() {
            for (value, word) in L::WORDS {
                let labels = [(self.name, name.as_str()), (L::NAME, *word)];
                counters.of(*value).encode(encoder.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Counter
    }
}
