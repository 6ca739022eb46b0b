//! Counts calls by a name that the configuration gives, by hour.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::domain::prompt::Playlist;
use crate::runtime::metrics::{ByName, Counter};

use super::call::PromptKind;
use super::day::NamedFigure;
use super::metrics::SPOKEN;

/// The hours of a day, and the one that has begun.
const HOURS: usize = 25;
/// Names that are counted apart. A configuration has some ten; spoken texts come and go.
const NAMES_MAX: usize = 512;

/// What gives a name. It is kept, so that its address stays its own.
enum Namer {
    Rule(Arc<str>),
    Prompt(Arc<Playlist>),
    Word(&'static str),
}

struct NamedCount {
    namer: Namer,
    hours: [u32; HOURS],
    /// The last hour that it counted.
    last: u64,
    counter: Counter,
}

/// Counts by name. A name is found by its address, which costs less than to hash its text.
#[derive(Default)]
pub(super) struct NamedCounts {
    positions: HashMap<usize, usize, RandomState>,
    names: Vec<NamedCount>,
    metric: Option<ByName>,
}

impl NamedCounts {
    /// Counts in `metric` as well.
    pub(super) fn counting(metric: &ByName) -> Self {
        Self { metric: Some(metric.clone()), ..Self::default() }
    }

    pub(super) fn count_rule(&mut self, hour: u64, rule: &Arc<str>) {
        self.count(hour, rule.as_ptr() as usize, || (Namer::Rule(Arc::clone(rule)), rule));
    }

    pub(super) fn count_prompt(&mut self, hour: u64, prompt: &Arc<Playlist>, kind: PromptKind) {
        let label = match kind {
            PromptKind::Prepared => &prompt.asterisk,
            PromptKind::Spoken => SPOKEN,
        };
        let address = Arc::as_ptr(prompt) as usize;
        self.count(hour, address, || (Namer::Prompt(Arc::clone(prompt)), label));
    }

    pub(super) fn count_word(&mut self, hour: u64, word: &'static str) {
        self.count(hour, word.as_ptr() as usize, || (Namer::Word(word), word));
    }

    fn count<'a>(&mut self, hour: u64, address: usize, name: impl FnOnce() -> (Namer, &'a str)) {
        let position = match self.positions.get(&address) {
            Some(position) => *position,
            None => match self.add(hour, address, name()) {
                Some(position) => position,
                None => return,
            },
        };
        let named = &mut self.names[position];
        named.advance(hour);
        named.hours[slot(hour)] += 1;
        named.counter.inc();
    }

    /// Makes room by dropping what was not counted for a day; without any, the name is not counted.
    fn add(&mut self, hour: u64, address: usize, (namer, label): (Namer, &str)) -> Option<usize> {
        if self.names.len() >= NAMES_MAX {
            self.names.retain(|named| named.last + HOURS as u64 > hour);
            let addresses = self.names.iter().map(|named| named.namer.address());
            self.positions = addresses.zip(0..).collect();
        }
        if self.names.len() >= NAMES_MAX {
            return None;
        }
        let counter = self.metric.as_ref().map(|metric| metric.of(label)).unwrap_or_default();
        self.names.push(NamedCount { namer, hours: [0; HOURS], last: hour, counter });
        let position = self.names.len() - 1;
        self.positions.insert(address, position);
        Some(position)
    }

    /// The calls of the last day by name, most calls first. A name that a reload gave anew is one.
    pub(super) fn last_day(&self, hour: u64) -> Vec<NamedFigure> {
        let mut figures: Vec<NamedFigure> = Vec::new();
        for named in &self.names {
            let (name, calls) = (named.namer.name(), named.calls(hour));
            match figures.iter_mut().find(|figure| figure.name == name) {
                Some(figure) => figure.calls += calls,
                None => figures.push(NamedFigure { name: name.to_owned(), calls }),
            }
        }
        figures.retain(|figure| figure.calls > 0);
        figures.sort_by(|one, other| other.calls.cmp(&one.calls).then(one.name.cmp(&other.name)));
        figures
    }
}

impl Namer {
    fn address(&self) -> usize {
        match self {
            Self::Rule(rule) => rule.as_ptr() as usize,
            Self::Prompt(prompt) => Arc::as_ptr(prompt) as usize,
            Self::Word(word) => word.as_ptr() as usize,
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Rule(rule) => rule,
            Self::Prompt(prompt) => &prompt.asterisk,
            Self::Word(word) => word,
        }
    }
}

impl NamedCount {
    /// Empties the hours between the last one that was counted and `hour`.
    fn advance(&mut self, hour: u64) {
        let passed = hour.saturating_sub(self.last).min(HOURS as u64);
        for back in 0..passed {
            self.hours[slot(hour - back)] = 0;
        }
        self.last = hour;
    }

    fn calls(&self, hour: u64) -> u64 {
        let first = (hour + 1).saturating_sub(HOURS as u64);
        // What it has not advanced to is old.
        let counted = (first..=hour).filter(|at| *at <= self.last);
        counted.map(|at| u64::from(self.hours[slot(at)])).sum()
    }
}

fn slot(hour: u64) -> usize {
    usize::try_from(hour % HOURS as u64).unwrap_or_default()
}
