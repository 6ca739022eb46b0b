//! Says what would have helped, in words, when the result of a rehearsal is poor.

use std::time::Duration;

use super::judged::undecided;
use super::load::UpstreamLoad;
use super::plan::RehearsalPlan;
use super::tally::{Day, DayTally};

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
        let mut paragraphs = vec![format!(
            "directory.enabled and alerts.enabled = true: without them each caller costs a request, and \
             HubSoft permits {} a second. Both are on in bina serve, and need a HubSoft user who may \
             list customers and alerts (bina doctor says whether).",
            self.plan.rate
        )];
        if self.plan.dies_after.is_some() {
            paragraphs.push(local_alert("While HubSoft is dead, nobody learns of its alerts."));
        }
        paragraphs.extend(self.slow());
        paragraphs
    }

    /// Customers called before anybody had published the alert.
    fn late(&self) -> Option<String> {
        let before = self.tally.before.calls;
        let words = format!("{before} affected callers came before the alert was in HubSoft.");
        (before > 0).then(|| local_alert(&words))
    }

    fn unjudged(&self) -> Option<String> {
        let progress = &self.day.progress;
        if progress.judged.is_some() || !self.is_noteworthy(self.tally.affected.untold) {
            return None;
        }
        if progress.noticed.is_none() {
            return Some(local_alert("bina never read the alert in HubSoft's list."));
        }
        if self.plan.dies_after.is_some()
            && progress.strata.iter().any(|one| one.answers < ANSWERS_LEAST)
        {
            return Some(local_alert(
                "HubSoft died before bina could ask it whom the alert concerns.",
            ));
        }
        let Some(mixed) = undecided(&progress.strata).find(|one| one.answers >= ANSWERS_LEAST)
        else {
            return Some(local_alert(
                "The calls were over before bina had looked up enough customers to judge the alert.",
            ));
        };
        Some(format!(
            "The scope of the alert: of the customers who fit {}, {} of {} asked have it. It names \
             something that HubSoft's list does not show, e.g. a group of customers. Alerts that name \
             districts, POPs, equipment or interfaces alone are judged at once; outage.hedged_prompt \
             plays a careful prompt to those of whom it is not decided.",
            fits(&mixed.kinds),
            mixed.confirmed,
            mixed.answers,
        ))
    }

    fn slowly_judged(&self) -> Option<String> {
        let progress = &self.day.progress;
        let (noticed, judged) = (progress.noticed?, progress.judged?);
        let is_early = self.plan.late.is_none() && self.plan.lead >= judged;
        if judged < SLOW || is_early || !self.is_noteworthy(self.missed()) {
            return None;
        }
        let mut text = format!(
            "Time: bina noticed it {:.1} s after it was published, and had judged after \
             {:.1} s whom it concerns.",
            noticed.as_secs_f64(),
            judged.as_secs_f64()
        );
        if self.plan.poll_s > FAST_POLL_S {
            text += &format!(" alerts.poll_s = {FAST_POLL_S} notices it sooner.");
        }
        if self.plan.earlier < 2 {
            text += " Once two alerts of the same kind have been judged, their record counts, and \
                     three answers are enough (it is kept in service.state_folder; rehearse it with \
                     --earlier 2).";
        }
        if self.plan.rate < RATE_LEAST {
            text += " A higher limiter.rate judges it sooner.";
        }
        Some(text + " Without HubSoft: bina alert add tells callers at once.")
    }

    fn unjoined(&self) -> Option<String> {
        (self.plan.joining < JOINING_LEAST && self.is_noteworthy(self.missed())).then(|| {
            format!(
                "HubSoft's data: only {:.0} % of the places join its tables, and whoever cannot be \
                 placed costs a request. bina directory status names the commonest ones that join \
                 nothing: correct them in HubSoft.",
                self.plan.joining * 100.0
            )
        })
    }

    /// While HubSoft is dead, nobody else can answer for those whom the directory cannot place.
    fn unplaced(&self) -> Option<String> {
        let unplaced = self.tally.all.calls - self.tally.placed.calls;
        (!self.is_alive() && self.is_noteworthy(unplaced)).then(|| {
            format!(
                "The list of customers: {unplaced} callers are not in the directory, or their places \
                 join no table of HubSoft's, and HubSoft was dead. bina directory status says how many \
                 join; a local alert for --everyone reaches the others, too."
            )
        })
    }

    fn rate(&self) -> Option<String> {
        let shed = self.tally.unavailable_for(&["shed", "busy", "throttled"]);
        (self.is_noteworthy(shed) && self.is_alive()).then(|| {
            format!(
                "limiter.rate: {shed} callers got no slot among the {} requests a second. Ask your \
                 contact at HubSoft for a higher limit, and set it; each further request a second is \
                 one caller more whom the directory cannot answer.",
                self.plan.rate
            )
        })
    }

    fn slow(&self) -> Option<String> {
        let late = self.tally.unavailable_for(&["deadline", "timeout"]);
        let is_slow = self.plan.median * 2 > self.plan.deadline;
        (self.is_noteworthy(late) && is_slow && self.is_alive()).then(|| {
            format!(
                "lookup.deadline_ms: {late} callers waited in vain, because HubSoft needs {:?} (median) \
                 and a call has {:?}. A longer deadline is heard as silence before the greeting.",
                self.plan.median, self.plan.deadline
            )
        })
    }

    fn after_the_end(&self) -> Option<String> {
        let late = self.tally.late_plays();
        if late == 0 {
            return None;
        }
        let last = self.tally.told_last.unwrap_or_default().as_secs_f64();
        let mut text = format!(
            "The end of the alert: {late} callers heard it after its end, the last one {last:.1} s \
             after it."
        );
        if !self.plan.is_end_known {
            text += " An end that is entered in HubSoft beforehand counts to the second, also while \
                     HubSoft is dead (--window).";
        }
        Some(text)
    }

    fn told_wrongly(&self) -> Option<String> {
        let others = self.tally.others;
        (others.permille(others.told) > TOLD_WRONGLY).then(|| {
            format!(
                "The scope of the alert: {} of {} other callers heard it, because their places in \
                 HubSoft are those of affected customers. Alerts that name interfaces or boxes are \
                 more exact than those that name districts.",
                others.told, others.calls
            )
        })
    }

    fn anything_else(&self) -> String {
        let UpstreamLoad { probes, lookups, .. } = self.load;
        format!(
            "An earlier publication, or bina alert add: HubSoft answered {lookups} callers and {probes} \
             probes; the others had to be answered without it."
        )
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

fn local_alert(why: &str) -> String {
    format!(
        "A local alert: {why} bina alert add \"text\" --interface ... --until 18:30 reaches callers at \
         once, also while HubSoft is dead; --everyone needs not even the directory."
    )
}

/// The kinds of a scope, as a phrase.
pub(super) fn fits(kinds: &[String]) -> String {
    if kinds.is_empty() { "nothing of it".to_owned() } else { kinds.join(" and ") }
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
        Advice { plan, day, tally: &tally, load: &load }.paragraphs().join("\n")
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
