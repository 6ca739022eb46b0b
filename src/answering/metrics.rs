//! Counts calls: how they were answered, and how long that took.

use std::sync::Arc;
use std::time::Duration;

use crate::answering::trunks::TrunkMetrics;
use crate::domain::answer::{Answer, AnswerStatus};
use crate::domain::call::Call;
use crate::domain::finding::{AnswerSource, Finding};
use crate::domain::phone::NoNumber;
use crate::runtime::metrics::{ByLabel, ByWords, Counter, Label, Registry, Seconds};
use crate::sources::reasons;

impl Label for AnswerSource {
    const NAME: &'static str = "source";
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Cache, Self::Cache.word()),
        (Self::Directory, Self::Directory.word()),
        (Self::Hubsoft, Self::Hubsoft.word()),
        (Self::Local, Self::Local.word()),
        (Self::None, Self::None.word()),
        (Self::Stale, Self::Stale.word()),
    ];

    fn index(self) -> usize {
        self as usize
    }
}

impl Label for AnswerStatus {
    const NAME: &'static str = "status";
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Found, Self::Found.word()),
        (Self::Invalid, Self::Invalid.word()),
        (Self::NoNumber, Self::NoNumber.word()),
        (Self::NotFound, Self::NotFound.word()),
        (Self::Unavailable, Self::Unavailable.word()),
    ];

    fn index(self) -> usize {
        self as usize
    }
}

/// What a responder counts.
#[derive(Clone, Debug)]
pub struct CallMetrics {
    ambiguous: Counter,
    answered: ByWords<2>,
    /// The counters of the interfaces that are known, for what each call counts: `answered` hashes.
    interfaces: Arc<[(&'static str, ByLabel<AnswerStatus>)]>,
    duration: ByLabel<AnswerSource, Seconds>,
    skipped: ByWords<1>,
    pub(super) trunks: TrunkMetrics,
    unavailable: ByWords<1>,
}

impl Default for CallMetrics {
    fn default() -> Self {
        Self::of([])
    }
}

impl CallMetrics {
    /// Begins with each of `interfaces`, the endpoints by which calls come in.
    pub fn of(interfaces: impl IntoIterator<Item = &'static str>) -> Self {
        let answered = ByWords::new(["door", AnswerStatus::NAME]);
        let counters =
            |name| ByLabel::with(|status: AnswerStatus| answered.of([name, status.word()]));
        Self {
            ambiguous: Counter::default(),
            interfaces: interfaces.into_iter().map(|name| (name, counters(name))).collect(),
            answered,
            duration: ByLabel::default(),
            skipped: ByWords::beginning("reason", NoNumber::LABELS),
            trunks: TrunkMetrics::default(),
            unavailable: ByWords::beginning("reason", reasons::labels()),
        }
    }

    pub fn register(&self, registry: &mut Registry) {
        registry.register("calls", "Calls answered, by endpoint and status", &self.answered);
        let help = "Time from a call to its answer, by the answer's source";
        registry.register("call_duration_seconds", help, &self.duration);
        let help = "Calls from a number that several customers share";
        registry.register("calls_ambiguous", help, &self.ambiguous);
        let help = "Calls without a number to look up, by reason";
        registry.register("calls_skipped", help, &self.skipped);
        self.trunks.register(registry);
        let help = "Calls answered as unavailable, by reason";
        registry.register("calls_unavailable", help, &self.unavailable);
    }

    /// Counts a call that was answered.
    pub(super) fn count(&self, call: &Call, finding: &Finding, answer: &Answer, took: Duration) {
        self.count_answer(call, answer);
        self.duration.of(answer.source()).observe(took);
        match finding {
            Finding::NoNumber(reason) => self.skipped.count(reason.label()),
            Finding::Unavailable(failure) => self.unavailable.count(failure.label()),
            Finding::Found { record, .. } if record.customers().len() > 1 => {
                self.ambiguous.inc();
            }
            Finding::Found { .. } | Finding::Invalid | Finding::NotFound(_) => {}
        }
    }

    /// Counts an answer by interface and status alone, as of the service's check of itself.
    pub(super) fn count_answer(&self, call: &Call, answer: &Answer) {
        let status = answer.status();
        match self.interfaces.iter().find(|(name, _)| *name == call.interface) {
            Some((_, counters)) => counters.count(status),
            None => drop(self.answered.of([call.interface, status.word()]).inc()),
        }
    }
}
