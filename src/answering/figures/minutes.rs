//! Counts of each minute of a day: how calls were answered, and how long that took.

use crate::domain::answer::AnswerStatus;
use crate::domain::finding::AnswerSource;
use crate::runtime::metrics::Label;

use super::MINUTES;
use super::call::FiguredCall;
use super::day::MinuteFigures;
use super::times::{BUCKETS, bucket};

const STATUSES: usize = 5;
const SOURCES: usize = 6;

/// One minute.
#[derive(Clone, Copy, Default)]
struct Minute {
    /// Which minute since the start it counts.
    at: u64,
    statuses: [u32; STATUSES],
    sources: [u32; SOURCES],
    times: [u32; BUCKETS],
}

/// A day of minutes, allocated with the first call.
#[derive(Default)]
pub(super) struct Minutes(Vec<Minute>);

impl Minutes {
    pub(super) fn count(&mut self, at: u64, call: &FiguredCall) {
        if self.0.is_empty() {
            self.0 = vec![Minute::default(); MINUTES];
        }
        let minute = &mut self.0[slot(at)];
        if minute.at != at {
            *minute = Minute { at, ..Minute::default() };
        }
        minute.statuses[call.status.index()] += 1;
        minute.sources[call.source.index()] += 1;
        minute.times[bucket(call.took)] += 1;
    }

    /// The minutes of the day that ends with the minute `now`, in order, and the calls by source.
    pub(super) fn last_day(&self, now: u64) -> (Vec<MinuteFigures>, Vec<(&'static str, u64)>) {
        let first = (now + 1).saturating_sub(MINUTES as u64);
        let counted = |at: u64| self.0.get(slot(at)).filter(|minute| minute.at == at).copied();
        let minutes = (first..=now).map(|at| counted(at).unwrap_or_default());
        let minutes: Vec<_> = minutes.collect();
        let sources = AnswerSource::WORDS.iter().map(|(source, word)| {
            let calls = minutes.iter().map(|minute| u64::from(minute.sources[source.index()]));
            (*word, calls.sum())
        });
        (minutes.iter().map(figures).collect(), sources.collect())
    }
}

/// The position of a minute. A day in microseconds never overflows it.
fn slot(at: u64) -> usize {
    usize::try_from(at % MINUTES as u64).unwrap_or_default()
}

fn figures(minute: &Minute) -> MinuteFigures {
    let of = |status: AnswerStatus| minute.statuses[status.index()];
    MinuteFigures {
        found: of(AnswerStatus::Found),
        not_found: of(AnswerStatus::NotFound),
        invalid: of(AnswerStatus::Invalid),
        no_number: of(AnswerStatus::NoNumber),
        unavailable: of(AnswerStatus::Unavailable),
        times: minute.times,
    }
}
