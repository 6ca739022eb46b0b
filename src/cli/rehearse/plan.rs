//! The parameters of a rehearsal, and how the report states them.

use std::fmt::Display;
use std::time::Duration;

use crate::runtime::language::{Language, Text};
use crate::simulator::{AlertTime, Population, PopulationShares, SimAlert};

use super::scope::ScopeChoice;
use super::texts;

/// The share of the places that join a table when nothing is wrong with HubSoft's data.
pub(super) const JOINING_MAX: f64 = 0.97;

/// The parameters of a rehearsal.
#[derive(Clone, Debug)]
pub(super) struct RehearsalPlan {
    /// Customers of the provider.
    pub(super) customers: u32,
    /// Different customers whom the alert concerns and who call, once each.
    pub(super) affected: u32,
    /// Others who call meanwhile.
    pub(super) unaffected: u32,
    /// Time span of the calls.
    pub(super) over: Duration,
    /// Share of the callers that are cached beforehand, 0 to 1.
    pub(super) cached: f64,
    pub(super) seed: u64,
    pub(super) scope: ScopeChoice,
    /// How long before the first call the alert is published.
    pub(super) lead: Duration,
    /// How long after it instead, if at all.
    pub(super) late: Option<Duration>,
    /// When the alert ends, from the first call on.
    pub(super) ends_after: Option<Duration>,
    /// Whether its window states the end.
    pub(super) is_end_known: bool,
    /// Alerts of the same kind that are judged beforehand.
    pub(super) earlier: u32,
    /// HubSoft's median response time.
    pub(super) median: Duration,
    /// Limit of requests to HubSoft per second.
    pub(super) rate: u32,
    /// When HubSoft stops answering, from the first call on.
    pub(super) dies_after: Option<Duration>,
    /// Share of the places that join a table.
    pub(super) joining: f64,
    pub(super) poll_s: u32,
    pub(super) deadline: Duration,
    /// Whether there are directory and alert feed.
    pub(super) has_directory: bool,
    /// Whether the same calls are rehearsed without them, too.
    pub(super) is_compared: bool,
}

impl RehearsalPlan {
    pub(super) fn callers(&self) -> usize {
        (self.affected + self.unaffected) as usize
    }

    /// Number of callers that are cached beforehand.
    fn cached_callers(&self) -> usize {
        (self.callers() as f64 * self.cached).round() as usize
    }

    /// Whether caller `index` is cached beforehand; the cached ones are spread evenly.
    pub(super) fn is_cached(&self, index: usize) -> bool {
        let before = |calls: usize| calls * self.cached_callers() / self.callers().max(1);
        before(index + 1) > before(index)
    }

    pub(super) fn population(&self) -> Population {
        Population { customers: self.customers, seed: self.seed }
    }

    /// A list that was read last night, of which some places join nothing.
    pub(super) fn shares(&self) -> PopulationShares {
        let unjoined = 1.0 - self.joining / JOINING_MAX;
        let unjoined_permille = (unjoined * 1_000.0).round() as u16;
        PopulationShares { unjoined_permille, ..PopulationShares::BEHIND }
    }

    /// The alert, as HubSoft has it at the moment when it is published.
    pub(super) fn alert(&self) -> SimAlert {
        let first = (self.seed.wrapping_mul(31) % u64::from(self.population().interfaces())) as u32;
        let alert = self.scope.alert(&self.population(), self.affected, first);
        let life = |end: Duration| (self.lead + end).saturating_sub(self.late.unwrap_or_default());
        let end = self.ends_after.filter(|_| self.is_end_known);
        SimAlert {
            ends: end.map(|end| AlertTime::FromNow(life(end).as_secs().cast_signed())),
            ..alert
        }
    }

    /// An alert of the same kind as earlier ones were, elsewhere.
    pub(super) fn earlier_alert(&self, nth: u32) -> SimAlert {
        let all = self.population().interfaces();
        let first = all / 3 * (nth + 1);
        SimAlert {
            text: format!("Rompimento anterior {nth}"),
            ..self.scope.alert(&self.population(), self.affected.min(self.customers / 10), first)
        }
    }

    /// The same calls without directory and alert feed.
    pub(super) fn without_directory(&self) -> Self {
        Self { has_directory: false, earlier: 0, is_compared: false, ..self.clone() }
    }
}

// ------------ Sentences ------------------------------------------------------------------------

impl RehearsalPlan {
    /// What is rehearsed, as a paragraph.
    pub(super) fn words(&self, language: Language) -> String {
        let over = time(self.over, language);
        let who: [(&str, &dyn Display); 4] = [
            ("affected", &self.affected),
            ("customers", &self.customers),
            ("unaffected", &self.unaffected),
            ("over", &over),
        ];
        let mut sentences = vec![texts::PLAN.filled(language, &who)];
        let cached = self.cached_callers();
        if cached > 0 {
            sentences.push(texts::PLAN_CACHED.filled(language, &[("cached", &cached)]));
        }
        sentences.push(self.alert_words(language));
        sentences.push(self.hubsoft_words(language));
        sentences.push(self.directory_words(language));
        sentences.join(" ")
    }

    fn alert_words(&self, language: Language) -> String {
        let at =
            |text: Text, name: &str, span| text.filled(language, &[(name, &time(span, language))]);
        let when = match (self.late, self.lead) {
            (Some(late), _) => at(texts::PLAN_WHEN_AFTER, "late", late),
            (None, lead) if lead.is_zero() => texts::PLAN_WHEN_WITH.of(language).to_owned(),
            (None, lead) => at(texts::PLAN_WHEN_BEFORE, "lead", lead),
        };
        let mut end =
            self.ends_after.map(|end| at(texts::PLAN_ENDS, "end", end)).unwrap_or_default();
        if !end.is_empty() && self.is_end_known {
            end += texts::PLAN_ENDS_AS_ENTERED.of(language);
        }
        let scope = self.scope.words().of(language);
        texts::PLAN_ALERT.filled(language, &[("scope", &scope), ("when", &when), ("end", &end)])
    }

    fn hubsoft_words(&self, language: Language) -> String {
        let median = time(self.median, language);
        let parts: [(&str, &dyn Display); 2] = [("median", &median), ("rate", &self.rate)];
        let speed = texts::PLAN_SPEED.filled(language, &parts);
        match self.dies_after {
            None => speed + ".",
            Some(Duration::ZERO) => texts::PLAN_DEAD.of(language).to_owned(),
            Some(dies) => {
                let dies = time(dies, language);
                texts::PLAN_DIES.filled(language, &[("speed", &speed), ("dies", &dies)])
            }
        }
    }

    fn directory_words(&self, language: Language) -> String {
        if !self.has_directory {
            return texts::PLAN_NO_DIRECTORY.of(language).to_owned();
        }
        let has = texts::PLAN_DIRECTORY.filled(language, &[("poll", &self.poll_s)]);
        let record = match self.earlier {
            0 => return has,
            1 => texts::PLAN_EARLIER_ONE.of(language).to_owned(),
            earlier => texts::PLAN_EARLIER_MANY.filled(language, &[("earlier", &earlier)]),
        };
        format!("{has} {record}")
    }
}

/// A span of time, as an option takes it but for the decimal point.
pub(super) fn time(span: Duration, language: Language) -> String {
    texts::decimal(format!("{span:?}"), language)
}

#[cfg(test)]
impl RehearsalPlan {
    /// A small one, for the tests of this folder.
    pub(super) fn example() -> Self {
        let second = Duration::from_secs(1);
        Self {
            customers: 2_000,
            affected: 90,
            unaffected: 10,
            over: 60 * second,
            cached: 0.0,
            seed: 1,
            scope: ScopeChoice::Interfaces,
            lead: Duration::ZERO,
            late: None,
            ends_after: None,
            is_end_known: false,
            earlier: 0,
            median: second / 5,
            rate: 10,
            dies_after: None,
            joining: JOINING_MAX,
            poll_s: 5,
            deadline: second,
            has_directory: true,
            is_compared: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> RehearsalPlan {
        RehearsalPlan::example()
    }

    #[test]
    fn the_cached_callers_have_the_requested_share_and_are_spread_evenly() {
        for (cached, expected) in [(0.0, 0), (0.9, 90), (0.5, 50), (1.0, 100)] {
            let plan = RehearsalPlan { cached, ..plan() };
            let count = |range: std::ops::Range<_>| range.filter(|i| plan.is_cached(*i)).count();
            assert_eq!(count(0..100), expected);
            assert!(count(0..50).abs_diff(expected / 2) <= 1);
        }
    }

    #[test]
    fn the_end_in_the_window_is_counted_from_the_publication() {
        let second = Duration::from_secs(1);
        let known = RehearsalPlan { ends_after: Some(30 * second), is_end_known: true, ..plan() };
        let ends = |plan: RehearsalPlan| plan.alert().ends;
        assert_eq!(ends(known.clone()), Some(AlertTime::FromNow(30)));
        assert_eq!(
            ends(RehearsalPlan { lead: 60 * second, ..known.clone() }),
            Some(AlertTime::FromNow(90))
        );
        assert_eq!(
            ends(RehearsalPlan { late: Some(10 * second), ..known.clone() }),
            Some(AlertTime::FromNow(20))
        );
        assert_eq!(ends(RehearsalPlan { is_end_known: false, ..known }), None);
    }
}
