//! Counts by labels: by the variants of an enum without hashing, or by words that are known later.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use parking_lot::Mutex;
use prometheus_client::encoding::{EncodeMetric, MetricEncoder};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::{MetricType, TypedMetric};

use super::Counter;

/// The values of a label: an enum with a table of its words.
pub trait Label: Copy + fmt::Debug + Send + Sync + 'static {
    /// What the label is called.
    const NAME: &'static str;
    /// Each variant with its word, in the order of the variants.
    const WORDS: &'static [(Self, &'static str)];

    /// The variant's position in the enum.
    fn index(self) -> usize;

    /// The variant's word.
    fn word(self) -> &'static str {
        Self::WORDS[self.index()].1
    }
}

/// A metric for each value of a label. All begin at zero: a series that begins with its first event
/// hides that event from `increase()`.
#[derive(Clone, Debug)]
pub struct ByLabel<L, M = Counter> {
    metrics: Arc<[M]>,
    label: PhantomData<L>,
}

impl<L: Label, M> ByLabel<L, M> {
    /// Takes the metric of each value from `make`.
    pub fn with(make: impl Fn(L) -> M) -> Self {
        let in_order = L::WORDS.iter().enumerate().all(|(at, (value, _))| value.index() == at);
        debug_assert!(in_order, "the words of `{}` are in another order: {:?}", L::NAME, L::WORDS);
        let metrics = L::WORDS.iter().map(|(value, _)| make(*value)).collect();
        Self { metrics, label: PhantomData }
    }

    /// The metric of `value`.
    pub fn of(&self, value: L) -> &M {
        &self.metrics[value.index()]
    }
}

impl<L: Label> ByLabel<L> {
    /// Counts one.
    pub fn count(&self, value: L) {
        self.of(value).inc();
    }
}

impl<L: Label, M: Default> Default for ByLabel<L, M> {
    fn default() -> Self {
        Self::with(|_| M::default())
    }
}

impl<L: Label, M: EncodeMetric + TypedMetric> EncodeMetric for ByLabel<L, M> {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        for ((_, word), metric) in L::WORDS.iter().zip(&*self.metrics) {
            metric.encode(encoder.encode_family(&[(L::NAME, *word)])?)?;
        }
        Ok(())
    }

    fn metric_type(&self) -> MetricType {
        M::TYPE
    }
}

/// A metric for each combination of words that came up. It hashes them, so it is not for what every
/// call counts.
#[derive(Clone, Debug)]
pub struct ByWords<const N: usize, M = Counter> {
    labels: [&'static str; N],
    family: Family<[(&'static str, &'static str); N], M>,
}

impl<const N: usize, M: Clone + Default> ByWords<N, M> {
    /// Has no metric yet. `labels` are the names of the labels.
    pub fn new(labels: [&'static str; N]) -> Self {
        Self { labels, family: Family::default() }
    }

    /// The metric of `words`, which begins at zero if they are new.
    pub fn of(&self, words: [&'static str; N]) -> M {
        let mut set = [("", ""); N];
        for ((pair, label), word) in set.iter_mut().zip(self.labels).zip(words) {
            *pair = (label, word);
        }
        self.family.get_or_create_owned(&set)
    }
}

impl ByWords<1> {
    /// Has a counter for each of `words`.
    pub fn beginning(label: &'static str, words: impl IntoIterator<Item = &'static str>) -> Self {
        let counters = Self::new([label]);
        words.into_iter().for_each(|word| drop(counters.of([word])));
        counters
    }

    /// Counts one.
    pub fn count(&self, word: &'static str) {
        self.of([word]).inc();
    }
}

impl<const N: usize, M> EncodeMetric for ByWords<N, M>
where
    M: Clone + Default + EncodeMetric + TypedMetric,
{
    fn encode(&self, encoder: MetricEncoder<'_>) -> fmt::Result {
        self.family.encode(encoder)
    }

    fn metric_type(&self) -> MetricType {
        M::TYPE
    }

    fn is_empty(&self) -> bool {
        self.family.is_empty()
    }
}

/// Names with a series of their own; further ones count together.
pub(super) const NAMES_MAX: usize = 300;

/// The name of those.
pub const OTHER: &str = "other";

/// A counter for each name that the configuration gives. Its users keep the counters.
#[derive(Clone, Debug)]
pub struct ByName {
    label: &'static str,
    counters: Arc<Mutex<BTreeMap<String, Counter>>>,
}

impl ByName {
    /// Has no counter yet.
    pub fn new(label: &'static str) -> Self {
        Self { label, counters: Arc::default() }
    }

    /// The counter of `name`, which begins at zero if it is new.
    pub fn of(&self, name: &str) -> Counter {
        let mut counters = self.counters.lock();
        let has_room = counters.len() < NAMES_MAX || counters.contains_key(name);
        let name = if has_room { name } else { OTHER };
        counters.entry(name.to_owned()).or_default().clone()
    }
}

impl EncodeMetric for ByName {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        for (name, counter) in &*self.counters.lock() {
            counter.encode(encoder.encode_family(&[(self.label, name.as_str())])?)?;
        }
        Ok(())
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Counter
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Exposition, Gauge, Registry};
    use super::*;

    #[derive(Clone, Copy, Debug)]
    enum Colour {
        Blue,
        Red,
    }

    impl Label for Colour {
        const NAME: &'static str = "colour";
        const WORDS: &'static [(Self, &'static str)] = &[(Self::Blue, "blue"), (Self::Red, "red")];

        fn index(self) -> usize {
            self as usize
        }
    }

    fn written(name: &str, metric: &(impl super::super::Metric + Clone)) -> Vec<String> {
        let mut registry = Registry::default();
        registry.register(name, "A test", metric);
        let text = registry.written(Exposition::Prometheus);
        let mut lines: Vec<_> = text.lines().filter(|line| line.starts_with("bina_")).collect();
        lines.sort_unstable();
        lines.into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn every_value_of_a_label_begins_at_zero_and_counts_for_itself() {
        let marbles: ByLabel<Colour> = ByLabel::default();
        marbles.clone().count(Colour::Red);
        let lines =
            ["bina_marbles_total{colour=\"blue\"} 0", "bina_marbles_total{colour=\"red\"} 1"];
        assert_eq!(written("marbles", &marbles), lines);
    }

    #[test]
    fn words_begin_when_they_are_named_or_come_up() {
        let failures = ByWords::beginning("reason", ["busy", "late"]);
        failures.count("late");
        failures.count("new");
        let lines = [("busy", 0), ("late", 1), ("new", 1)]
            .map(|(word, count)| format!("bina_failures_total{{reason=\"{word}\"}} {count}"));
        assert_eq!(written("failures", &failures), lines);
        let sizes: ByWords<2, Gauge> = ByWords::new(["of", "unit"]);
        assert_eq!(written("size", &sizes), [""; 0]);
        sizes.of(["box", "m"]).set(2);
        assert_eq!(written("size", &sizes), ["bina_size{of=\"box\",unit=\"m\"} 2"]);
    }
}
