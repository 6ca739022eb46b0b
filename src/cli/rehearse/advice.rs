//! Says what would have helped, in words, when the result of a rehearsal is poor.

use std::fmt::Display;
use std::time::Duration;

use crate::runtime::language::{Language, Text};

use super::judged::undecided;
use super::load::UpstreamLoad;
use super::plan::{RehearsalPlan, time};
use super::tally::{Day, DayTally};
use super::texts;

/// With less than so many of a thousand right answers a result is poor.
const GOOD: usize = 970;
/// Fewer of a thousand calls are not worth a sentence.
const NOTEWORTHY: usize = 10;
/// So many of a thousand other callers may hear the alert: evidence is not proof.
const TOLD_WRONGLY: usize = 2;
/// A pause between publication and judgement that callers notice.
const SLOW: Duration = Duration::from_secs(4);
const FAST_POLL_S: u32 = 2;
/// With fewer answers nothing can be said of the customers of a set.
const ANSWERS_LEAST: u32 = 10;
/// The share of the places that should join a table.
const JOINING_LEAST: f64 = 0.9;
/// Below it, judging an alert by probes takes long.
const RATE_LEAST: u32 = 10;

/// What a result is judged by.
pub(super) struct Advice<'r> {
    pub(super) plan: &'r RehearsalPlan,
    pub(super) day: &'r Day,
    pub(super) tally: &'r DayTally,
    pub(super) load: &'r UpstreamLoad,
    pub(super) language: Language,
}

impl Advice<'_> {
    /// One paragraph for each thing that would help; none if the result is good.
    pub(super) fn paragraphs(&self) -> Vec<String> {
        let tally = self.tally;
        let is_good = tally.all.permille(tally.all.right) >= GOOD
            && tally.others.permille(tally.others.told) <= TOLD_WRONGLY
            && tally.late_plays() == 0
            && tally.before.calls == 0;
        if is_good {
            return Vec::new();
        }
        if !self.plan.has_directory {
            return self.without_directory();
        }
        let all = [
            self.late(),
            self.unjudged(),
            self.slowly_judged(),
            self.unjoined(),
            self.unplaced(),
            self.rate(),
            self.slow(),
            self.after_the_end(),
            self.told_wrongly(),
        ];
        let paragraphs: Vec<_> = all.into_iter().flatten().collect();
        if paragraphs.is_empty() { vec![self.anything_else()] } else { paragraphs }
    }

    fn without_directory(&self) -> Vec<String> {
        let mut paragraphs =
            vec![self.filled(texts::ADVICE_DIRECTORY, &[("rate", &self.plan.rate)])];
        if self.plan.dies_after.is_some() {
            paragraphs.push(self.local_alert(texts::ADVICE_DEAD_UNKNOWN));
        }
        paragraphs.extend(self.slow());
        paragraphs
    }

    /// Customers called before anybody had published the alert.
    fn late(&self) -> Option<String> {
        let before = self.tally.before.calls;
        let why = self.filled(texts::ADVICE_LATE, &[("before", &before)]);
        (before > 0).then(|| self.local_alert_because(&why))
    }

    fn unjudged(&self) -> Option<String> {
        let progress = &self.day.progress;
        if progress.judged.is_some() || !self.is_noteworthy(self.tally.affected.untold) {
            return None;
        }
        if progress.noticed.is_none() {
            return Some(self.local_alert(texts::ADVICE_UNREAD));
        }
        if self.plan.dies_after.is_some()
            && progress.strata.iter().any(|one| one.answers < ANSWERS_LEAST)
        {
            return Some(self.local_alert(texts::ADVICE_DEAD_EARLY));
        }
        let Some(mixed) = undecided(&progress.strata).find(|one| one.answers >= ANSWERS_LEAST)
        else {
            return Some(self.local_alert(texts::ADVICE_OVER));
        };
        Some(self.filled(
            texts::ADVICE_SCOPE_MIXED,
            &[
                ("fits", &texts::fits(&mixed.kinds, self.language)),
                ("confirmed", &mixed.confirmed),
                ("answers", &mixed.answers),
            ],
        ))
    }

    fn slowly_judged(&self) -> Option<String> {
        let progress = &self.day.progress;
        let (noticed, judged) = (progress.noticed?, progress.judged?);
        let is_early = self.plan.late.is_none() && self.plan.lead >= judged;
        if judged < SLOW || is_early || !self.is_noteworthy(self.missed()) {
            return None;
        }
        let times = [noticed, judged].map(|time| self.seconds(time));
        let mut sentences =
            vec![self.filled(texts::ADVICE_TIME, &[("noticed", &times[0]), ("judged", &times[1])])];
        if self.plan.poll_s > FAST_POLL_S {
            sentences.push(self.filled(texts::ADVICE_TIME_POLL, &[("poll", &FAST_POLL_S)]));
        }
        if self.plan.earlier < 2 {
            sentences.push(self.filled(texts::ADVICE_TIME_RECORD, &[]));
        }
        if self.plan.rate < RATE_LEAST {
            sentences.push(self.filled(texts::ADVICE_TIME_RATE, &[]));
        }
        sentences.push(self.filled(texts::ADVICE_TIME_LOCAL, &[]));
        Some(sentences.join(" "))
    }

    fn unjoined(&self) -> Option<String> {
        let percent = format!("{:.0}", self.plan.joining * 100.0);
        (self.plan.joining < JOINING_LEAST && self.is_noteworthy(self.missed()))
            .then(|| self.filled(texts::ADVICE_DATA, &[("percent", &percent)]))
    }

    /// While HubSoft is dead, nobody else can answer for those whom the directory cannot place.
    fn unplaced(&self) -> Option<String> {
        let unplaced = self.tally.all.calls - self.tally.placed.calls;
        (!self.is_alive() && self.is_noteworthy(unplaced))
            .then(|| self.filled(texts::ADVICE_LIST, &[("unplaced", &unplaced)]))
    }

    fn rate(&self) -> Option<String> {
        let shed = self.tally.unavailable_for(&["shed", "busy", "throttled"]);
        (self.is_noteworthy(shed) && self.is_alive())
            .then(|| self.filled(texts::ADVICE_RATE, &[("shed", &shed), ("rate", &self.plan.rate)]))
    }

    fn slow(&self) -> Option<String> {
        let late = self.tally.unavailable_for(&["deadline", "timeout"]);
        let is_slow = self.plan.median * 2 > self.plan.deadline;
        let [median, deadline] =
            [self.plan.median, self.plan.deadline].map(|span| time(span, self.language));
        (self.is_noteworthy(late) && is_slow && self.is_alive()).then(|| {
            self.filled(
                texts::ADVICE_DEADLINE,
                &[("late", &late), ("median", &median), ("deadline", &deadline)],
            )
        })
    }

    fn after_the_end(&self) -> Option<String> {
        let late = self.tally.late_plays();
        if late == 0 {
            return None;
        }
        let last = self.seconds(self.tally.told_last.unwrap_or_default());
        let text = self.filled(texts::ADVICE_END, &[("late", &late), ("last", &last)]);
        if self.plan.is_end_known {
            return Some(text);
        }
        Some(text + " " + texts::ADVICE_END_KNOWN.of(self.language))
    }

    fn told_wrongly(&self) -> Option<String> {
        let others = self.tally.others;
        (others.permille(others.told) > TOLD_WRONGLY).then(|| {
            let parts: [(&str, &dyn Display); 2] =
                [("told", &others.told), ("others", &others.calls)];
            self.filled(texts::ADVICE_SCOPE_WRONG, &parts)
        })
    }

    fn anything_else(&self) -> String {
        let UpstreamLoad { probes, lookups, .. } = self.load;
        self.filled(texts::ADVICE_EARLIER, &[("lookups", lookups), ("probes", probes)])
    }

    fn local_alert(&self, why: Text) -> String {
        self.local_alert_because(why.of(self.language))
    }

    fn local_alert_because(&self, why: &str) -> String {
        self.filled(texts::ADVICE_LOCAL, &[("why", &why)])
    }

    fn filled(&self, text: Text, parts: &[(&str, &dyn Display)]) -> String {
        text.filled(self.language, parts)
    }

    fn seconds(&self, time: Duration) -> String {
        texts::decimal(format_args!("{:.1}", time.as_secs_f64()), self.language)
    }

    /// Affected callers who were not told.
    fn missed(&self) -> usize {
        self.tally.affected.calls - self.tally.affected.told
    }

    fn is_alive(&self) -> bool {
        self.plan.dies_after.is_none()
    }

    fn is_noteworthy(&self, calls: usize) -> bool {
        self.tally.all.permille(calls) >= NOTEWORTHY
    }
}

#[cfg(test)]
mod tests {
    use crate::cli::rehearse::caller::{CallOutcome, Hears, Received};
    use crate::cli::rehearse::judged::AlertProgress;
    use crate::sources::alerts::StratumLine;

    use super::*;

    fn plan() -> RehearsalPlan {
        RehearsalPlan::example()
    }

    const SILENCE: Received = Received::Found { hears: Hears::None, is_from_directory: true };
    const ALERT: Received = Received::Found { hears: Hears::Alert, is_from_directory: true };

    /// A day on which so many affected callers heard nothing, and ten their alert.
    fn day(untold: usize, progress: AlertProgress) -> Day {
        let outcome = |received| CallOutcome {
            is_affected: true,
            due: Duration::from_secs(1),
            took: Duration::from_millis(1),
            received,
            is_placed: true,
        };
        let mut outcomes = vec![outcome(SILENCE); untold];
        outcomes.extend(vec![outcome(ALERT); 10]);
        Day { outcomes, published: Some(Duration::ZERO), ended: None, progress }
    }

    fn advice(plan: &RehearsalPlan, day: &Day) -> String {
        let (tally, load) = (day.tally(), UpstreamLoad::default());
        let language = Language::English;
        Advice { plan, day, tally: &tally, load: &load, language }.paragraphs().join("\n")
    }

    fn undecided_district() -> StratumLine {
        StratumLine {
            kinds: vec!["district".to_owned()],
            customers: 700,
            verdict: "unknown".to_owned(),
            confirmed: 12,
            answers: 40,
            live_confirmed: 0,
            live_answers: 0,
        }
    }

    #[test]
    fn a_good_result_needs_no_advice_and_a_poor_one_has_some() {
        assert_eq!(advice(&plan(), &day(0, AlertProgress::default())), "");
        let judged = AlertProgress {
            noticed: Some(Duration::ZERO),
            judged: Some(Duration::ZERO),
            ..AlertProgress::default()
        };
        assert!(advice(&plan(), &day(90, judged)).starts_with("An earlier publication"));
    }

    #[test]
    fn the_cause_of_an_alert_that_is_never_judged_is_named() {
        let noticed = Some(Duration::from_secs(3));
        let never = day(90, AlertProgress::default());
        assert!(advice(&plan(), &never).contains("never read the alert"));
        let strata = vec![undecided_district()];
        let mixed = day(90, AlertProgress { noticed, strata, ..AlertProgress::default() });
        let text = advice(&plan(), &mixed);
        assert!(text.contains("who fit district, 12 of 40 asked have it"), "{text}");
        let died = RehearsalPlan { dies_after: Some(Duration::ZERO), ..plan() };
        let few = vec![StratumLine { answers: 2, ..undecided_district() }];
        let early = day(90, AlertProgress { noticed, strata: few, ..AlertProgress::default() });
        assert!(advice(&died, &early).contains("HubSoft died before"));
    }

    #[test]
    fn a_late_judgement_names_the_settings_that_make_it_earlier() {
        let (noticed, judged) = (Some(Duration::from_secs(5)), Some(Duration::from_secs(9)));
        let late = day(90, AlertProgress { noticed, judged, ..AlertProgress::default() });
        let text = advice(&RehearsalPlan { rate: 5, ..plan() }, &late);
        for setting in ["alerts.poll_s = 2", "--earlier 2", "limiter.rate"] {
            assert!(text.contains(setting), "{setting}: {text}");
        }
        let best = RehearsalPlan { poll_s: 2, earlier: 2, ..plan() };
        let text = advice(&best, &late);
        assert!(!text.contains("poll_s") && !text.contains("--earlier"), "{text}");
        let early = RehearsalPlan { lead: Duration::from_secs(60), ..plan() };
        assert!(!advice(&early, &late).contains("Time: "));
    }
}
