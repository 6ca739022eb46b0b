//! Counts what callers heard, and compares it with what HubSoft itself would have answered.

use std::collections::BTreeMap;
use std::time::Duration;

use super::caller::{CallOutcome, Hears, Received};
use super::judged::AlertProgress;

/// HubSoft's clock has whole seconds, so that an alert may end so much before its time.
const CLOCK: Duration = Duration::from_secs(1);

/// A finished rehearsal; times count from the first call on.
pub(super) struct Day {
    /// One for each call that was placed.
    pub(super) outcomes: Vec<CallOutcome>,
    /// When the alert was published; zero if it was before the first call.
    pub(super) published: Option<Duration>,
    pub(super) ended: Option<Duration>,
    pub(super) progress: AlertProgress,
}

/// What some of the callers received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CallTally {
    pub(super) calls: usize,
    /// As HubSoft itself would have answered.
    pub(super) right: usize,
    /// Heard the alert.
    pub(super) told: usize,
    /// Of these, without a request.
    pub(super) told_from_directory: usize,
    /// Recognised, and heard nothing.
    pub(super) untold: usize,
    /// Heard what is not the alert's.
    pub(super) other_prompt: usize,
    pub(super) unavailable: usize,
    pub(super) not_found: usize,
    /// Received no answer, or that of somebody else.
    pub(super) broken: usize,
}

/// Everything that the report counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct DayTally {
    pub(super) all: CallTally,
    /// Callers whom the directory can place.
    pub(super) placed: CallTally,
    /// Affected callers while the alert is published.
    pub(super) affected: CallTally,
    /// Affected callers before it is published.
    pub(super) before: CallTally,
    /// Affected callers after its end.
    pub(super) after: CallTally,
    pub(super) others: CallTally,
    /// How long after its end somebody heard the alert last.
    pub(super) told_last: Option<Duration>,
    /// Number of unavailable calls by reason, with its cause.
    pub(super) reasons: BTreeMap<&'static str, (usize, String)>,
}

impl Day {
    /// Counts the calls.
    pub(super) fn tally(&self) -> DayTally {
        let mut tally = DayTally::default();
        for outcome in &self.outcomes {
            let is_right = self.is_right(outcome);
            tally.all.add(outcome, is_right);
            if outcome.is_placed {
                tally.placed.add(outcome, is_right);
            }
            let group = if !outcome.is_affected {
                &mut tally.others
            } else if self.published.is_none_or(|published| outcome.due < published) {
                &mut tally.before
            } else if self.ended.is_some_and(|ended| outcome.due >= ended) {
                &mut tally.after
            } else {
                &mut tally.affected
            };
            group.add(outcome, is_right);
            tally.note_end(self.ended, outcome);
            tally.note_reason(outcome);
        }
        tally
    }

    /// Whether HubSoft itself would have answered so. Of a call during which the alert begins or ends, both
    /// answers are right.
    fn is_right(&self, outcome: &CallOutcome) -> bool {
        let Received::Found { hears, .. } = outcome.received else { return false };
        let from = outcome.due;
        let until = (from + CLOCK).max(from.saturating_add(outcome.took));
        let may_be_told = outcome.is_affected
            && (self.is_published(from) || self.is_published(from.saturating_add(outcome.took)));
        let may_be_untold =
            !outcome.is_affected || !self.is_published(from) || !self.is_published(until);
        match hears {
            Hears::Alert => may_be_told,
            Hears::None => may_be_untold,
            Hears::Other => false,
        }
    }

    fn is_published(&self, at: Duration) -> bool {
        self.published.is_some_and(|published| published <= at)
            && self.ended.is_none_or(|ended| at < ended)
    }
}

impl CallTally {
    fn add(&mut self, outcome: &CallOutcome, is_right: bool) {
        self.calls += 1;
        self.right += usize::from(is_right);
        let counted = match &outcome.received {
            Received::Found { hears: Hears::Alert, is_from_directory } => {
                self.told_from_directory += usize::from(*is_from_directory);
                &mut self.told
            }
            Received::Found { hears: Hears::None, .. } => &mut self.untold,
            Received::Found { hears: Hears::Other, .. } => &mut self.other_prompt,
            Received::Unavailable(_) => &mut self.unavailable,
            Received::NotFound => &mut self.not_found,
            Received::Nothing | Received::Wrong(_) => &mut self.broken,
        };
        *counted += 1;
    }

    /// Parts of a thousand, rounded down, so that 1,000 means all.
    pub(super) fn permille(self, count: usize) -> usize {
        count * 1_000 / self.calls.max(1)
    }
}

impl DayTally {
    /// Callers who heard what HubSoft would not have had them hear.
    pub(super) fn wrong_plays(&self) -> usize {
        let wrong = |tally: CallTally| tally.told + tally.other_prompt;
        wrong(self.others) + self.affected.other_prompt + self.late_plays()
    }

    /// Callers who heard the alert after its end.
    pub(super) fn late_plays(&self) -> usize {
        self.after.told + self.after.other_prompt
    }

    /// Number of calls that were unavailable for one of these reasons.
    pub(super) fn unavailable_for(&self, labels: &[&str]) -> usize {
        let counted = self.reasons.iter().filter(|(label, _)| labels.contains(label));
        counted.map(|(_, (count, _))| count).sum()
    }

    fn note_end(&mut self, ended: Option<Duration>, outcome: &CallOutcome) {
        let is_told = matches!(outcome.received, Received::Found { hears: Hears::Alert, .. });
        let since = ended.and_then(|ended| outcome.due.checked_sub(ended));
        if let Some(since) = since.filter(|_| is_told) {
            self.told_last = self.told_last.max(Some(since));
        }
    }

    fn note_reason(&mut self, outcome: &CallOutcome) {
        if let Received::Unavailable(Some(failure)) = &outcome.received {
            let new = || (0, failure.cause().into_owned());
            self.reasons.entry(failure.label()).or_insert_with(new).0 += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::sources::reasons;

    use super::*;

    const ALERT: Received = Received::Found { hears: Hears::Alert, is_from_directory: true };
    const SILENCE: Received = Received::Found { hears: Hears::None, is_from_directory: false };

    fn day(outcomes: Vec<CallOutcome>) -> Day {
        Day {
            outcomes,
            published: Some(Duration::from_secs(10)),
            ended: Some(Duration::from_secs(50)),
            progress: AlertProgress::default(),
        }
    }

    fn call(is_affected: bool, due_s: u64, received: Received) -> CallOutcome {
        let due = Duration::from_secs(due_s);
        let (took, is_placed) = (Duration::from_millis(200), due_s > 20);
        CallOutcome { is_affected, due, took, received, is_placed }
    }

    #[test]
    fn right_is_what_hubsoft_would_have_answered_at_that_time() {
        for (is_affected, due_s, received, is_right) in [
            (true, 5, SILENCE, true),
            (true, 5, ALERT, false),
            (true, 20, ALERT, true),
            (true, 20, SILENCE, false),
            (true, 60, SILENCE, true),
            (true, 60, ALERT, false),
            (false, 20, SILENCE, true),
            (false, 20, ALERT, false),
            (true, 20, Received::Unavailable(None), false),
            (false, 20, Received::NotFound, false),
        ] {
            let outcome = call(is_affected, due_s, received);
            assert_eq!(day(Vec::new()).is_right(&outcome), is_right, "{outcome:?}");
        }
        let mut during = call(true, 9, ALERT);
        during.took = Duration::from_millis(1_100);
        assert!(day(Vec::new()).is_right(&during), "it was published meanwhile");
    }

    #[test]
    fn each_call_is_in_one_group_and_wrong_plays_are_counted() {
        let other = Received::Found { hears: Hears::Other, is_from_directory: true };
        let day = day(vec![
            call(true, 5, SILENCE),
            call(true, 20, ALERT),
            call(true, 21, other),
            call(true, 53, ALERT),
            call(true, 55, SILENCE),
            call(false, 20, ALERT),
            call(false, 21, Received::Unavailable(Some(reasons::BUSY.failure()))),
            call(false, 22, Received::Nothing),
        ]);
        let tally = day.tally();
        assert_eq!((tally.before.calls, tally.affected.calls, tally.after.calls), (1, 2, 2));
        assert_eq!((tally.others.calls, tally.others.broken), (3, 1));
        assert_eq!((tally.wrong_plays(), tally.late_plays()), (3, 1));
        assert_eq!(tally.told_last, Some(Duration::from_secs(3)));
        assert_eq!((tally.all.calls, tally.all.right), (8, 3));
        assert_eq!((tally.placed.calls, tally.placed.right), (5, 1));
        assert_eq!(tally.unavailable_for(&["busy"]), 1);
    }
}
