//! Chooses the prompt from the alerts of the found customers.

mod ahead;
mod choice;
mod hidden;
mod phrase;
mod playlist;
mod rule;
mod speak;
mod verdict;

use std::cell::LazyCell;
use std::sync::Arc;

use crate::domain::alert::{Alert, RulesId};
use crate::domain::call::Did;
use crate::domain::found::FoundCustomer;

pub use self::choice::{Choice, ChosenBy};
pub use self::hidden::{HiddenRule, hidden_rules};
pub use self::phrase::{BadPhrase, Phrase};
pub use self::playlist::{PLAYLIST_BYTES_MAX, Playlist, SOUNDS_MAX, SoundForm};
pub use self::rule::{AlertCondition, Rule};
pub use self::speak::{Speak, SpeakPart};
pub use self::verdict::{JudgedCall, JudgedRule, RuleVerdict};

/// What is played for an alert that no rule matches.
#[derive(Clone, Debug)]
pub struct General {
    pub play: Arc<Playlist>,
    pub expose: bool,
}

/// All rules in order, and the general prompt unless it is disabled.
#[derive(Clone, Debug)]
pub struct Rules {
    /// They never change, because alerts cache which of them they meet.
    list: Vec<Rule>,
    id: RulesId,
    /// Whether any is for customers without an alert.
    has_quiet: bool,
    pub general: Option<General>,
}

/// A rule whose conditions hold for one customer, and what meets them.
struct Match<'c> {
    position: usize,
    by: MatchedBy<'c>,
}

enum MatchedBy<'c> {
    /// An alert, which may be without a text.
    Alert(Option<&'c Alert>),
    /// The services of a customer without an alert.
    Services,
}

impl Rules {
    /// Takes the rules in the order in which they are tried.
    pub fn new(list: Vec<Rule>, general: Option<General>) -> Self {
        let has_quiet = list.iter().any(|rule| rule.alert != AlertCondition::On);
        Self { list, id: RulesId::next(), has_quiet, general }
    }

    /// Identifies these rules, for alerts that cache which of them they meet.
    pub fn id(&self) -> RulesId {
        self.id
    }

    /// The rules in the order in which they are tried.
    pub fn list(&self) -> &[Rule] {
        &self.list
    }

    /// Chooses the first rule that matches any customer, in the order of the rules and then of the customers;
    /// without an alert, only one that says so.
    pub fn choose<'a>(&'a self, customers: &'a [FoundCustomer], did: Option<&Did>) -> Choice<'a> {
        let has_alert = customers.iter().any(FoundCustomer::alerted);
        if !has_alert && !self.has_quiet {
            return Choice::default();
        }
        match self.first_match(customers, did) {
            Some(Match { position, by }) => {
                let rule = &self.list[position];
                match by {
                    // What such a rule says is not about the alert, which it matches without reading it.
                    MatchedBy::Alert(_) if rule.alert == AlertCondition::Any => {
                        Choice::of_services(rule)
                    }
                    MatchedBy::Alert(alert) => Choice::of_rule(rule, alert),
                    MatchedBy::Services => Choice::of_services(rule),
                }
            }
            None => {
                let mut alerts = customers.iter().flat_map(FoundCustomer::alerts);
                let alert = alerts.next().map(|alert| &**alert);
                if has_alert { self.of_general(alert) } else { Choice::default() }
            }
        }
    }

    /// Chooses for customers of whom it is not known whether they have an alert: the first rule for which that
    /// does not matter.
    pub fn choose_undecided(&self, customers: &[FoundCustomer], did: Option<&Did>) -> Choice<'_> {
        let concerns = |rule: &&Rule| {
            rule.alert == AlertCondition::Any
                && rule.is_called(did)
                && customers.iter().any(|found| rule.fits(found))
        };
        let rule = self.list.iter().filter(|_| self.has_quiet).find(concerns);
        rule.map_or_else(Choice::default, Choice::of_services)
    }

    /// Chooses for a local alert: the rule that it names, or else the first one that its text meets. The
    /// conditions on the customer hold for one of `customers`; without customers, rules that have such
    /// conditions do not match.
    pub fn choose_local<'a>(
        &'a self,
        alert: Option<&'a Alert>,
        named: Option<&str>,
        customers: &[FoundCustomer],
        did: Option<&Did>,
    ) -> Choice<'a> {
        let concerns = |rule: &Rule| rule.is_called(did) && rule.fits_any(customers);
        let named = named.and_then(|name| self.list.iter().position(|rule| &*rule.name == name));
        // A reload may have removed the rule that an alert names.
        let position = named.or_else(|| self.first_position(self.list.len(), alert, concerns));
        let choice = match position {
            Some(position) => Choice::of_rule(&self.list[position], alert),
            None => self.of_general(alert),
        };
        Choice { alert, chosen_by: ChosenBy::Local, ..choice }
    }

    /// The rules that say the words of an alert of the feed or a local one, for any caller: the rule that it
    /// names, or each that its text meets.
    pub fn speaking<'a>(
        &'a self,
        alert: &Alert,
        named: Option<&str>,
    ) -> impl Iterator<Item = &'a Rule> {
        let folded = LazyCell::new(|| alert.folded());
        let known = named.filter(|name| self.list.iter().any(|rule| &*rule.name == *name));
        let known = known.map(ToOwned::to_owned);
        self.list.iter().filter(move |rule| {
            let is_chosen = || match &known {
                Some(name) => *rule.name == **name,
                None => rule.is_met_by(&folded),
            };
            rule.speak.is_some() && is_chosen()
        })
    }

    /// The choice for an alert that no rule matches.
    fn of_general<'a>(&'a self, alert: Option<&'a Alert>) -> Choice<'a> {
        self.general.as_ref().map_or_else(Choice::default, |general| Choice {
            play: Some(&general.play),
            message: alert.filter(|_| general.expose),
            alert,
            ..Choice::default()
        })
    }

    /// The first rule that matches, with the first customer and the first alert it matches.
    fn first_match<'c>(
        &self,
        customers: &'c [FoundCustomer],
        did: Option<&Did>,
    ) -> Option<Match<'c>> {
        let mut first: Option<Match<'c>> = None;
        for found in customers {
            if !found.alerted() {
                let end = first.as_ref().map_or(self.list.len(), |first| first.position);
                let position = self.first_quiet(end, found, did);
                let by = |position| Match { position, by: MatchedBy::Services };
                first = position.map(by).or(first);
                continue;
            }
            let mut alerts = found.alerts().map(|alert| Some(&**alert)).peekable();
            // An alert without a text meets the rules that require none.
            let without_text = alerts.peek().is_none().then_some(None);
            for alert in alerts.chain(without_text) {
                let end = first.as_ref().map_or(self.list.len(), |first| first.position);
                let concerns = |rule: &Rule| rule.is_called(did) && rule.fits(found);
                let position = self.first_position(end, alert, concerns);
                let by = |position| Match { position, by: MatchedBy::Alert(alert) };
                first = position.map(by).or(first);
            }
        }
        first
    }

    /// The first rule before `end` for this customer, who has no alert.
    fn first_quiet(&self, end: usize, found: &FoundCustomer, did: Option<&Did>) -> Option<usize> {
        let concerns = |rule: &Rule| {
            rule.alert != AlertCondition::On && rule.is_called(did) && rule.fits(found)
        };
        self.list[..end].iter().filter(|_| self.has_quiet).position(concerns)
    }

    /// The first rule before `end` that this alert meets, and whose other conditions hold, too.
    fn first_position(
        &self,
        end: usize,
        alert: Option<&Alert>,
        concerns: impl Fn(&Rule) -> bool,
    ) -> Option<usize> {
        let folded = LazyCell::new(|| alert.map(Alert::folded).unwrap_or_default());
        let met_from = |start: usize| {
            let mut rest = self.list[start..].iter();
            rest.position(|rule| rule.is_met_by(&folded)).map(|at| start + at)
        };
        let mut position = match alert {
            Some(alert) => alert.first_rule(self.id, || met_from(0)),
            None => met_from(0),
        };
        while let Some(met) = position.filter(|met| *met < end) {
            if concerns(&self.list[met]) {
                return Some(met);
            }
            position = met_from(met + 1);
        }
        None
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self::new(Vec::new(), None)
    }
}

#[cfg(test)]
mod tests;
